//! Results that come with an error, or with the word whether there are any: what is known of the
//! result when the error is not nil, and where it is used as if it were there.

mod deref;
mod nothing;
mod ways;

use crate::golang::{
    Access, BindingId, BindingKind, Field, Flow, GoFile, GoNode, Kind, Node, Place,
};
use crate::golang::{PointId, Resolved};

use super::engine::Context;

pub(super) use deref::{Deref, derefs};
pub(super) use nothing::{Nothing, Says};
pub(super) use ways::Ways;

/// A statement that gives a result and what is said about it to two variables of one function.
pub(super) struct Outcome<'p> {
    pub(super) file: &'p GoFile,
    /// The statement.
    pub(super) statement: Node<'p>,
    /// The graph of the function around it.
    pub(super) flow: &'p Flow,
    /// Where the statement is in it.
    pub(super) at: PointId,
    /// The call, the assertion or the index expression.
    pub(super) source: Node<'p>,
    /// The results that are put into variables: the name, its variable, and which result it is.
    pub(super) results: Vec<(Node<'p>, BindingId, usize)>,
    /// The variable that says whether they are there.
    pub(super) word: BindingId,
    /// What it says.
    pub(super) says: Says,
}

impl<'p> Outcome<'p> {
    /// The outcome of a `:=` or an assignment; `None` where variables of others, or ones that other
    /// functions may change, take part.
    pub(super) fn of(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Self> {
        let (file, statement) = (place.file, place.node);
        let (left, right) = (statement.field(Field::Left)?, statement.field(Field::Right)?);
        let mut values = right.parts();
        let source = values.next().filter(|_| values.next().is_none())?.unparen();
        let names: Vec<_> = left.parts().map(GoNode::unparen).collect();
        let (last, others) = names.split_last().filter(|it| !it.1.is_empty())?;
        let says = match source.go_kind() {
            Kind::CallExpression if cannot_fail(file, source) => return None,
            Kind::CallExpression => Says::of(context, file, source, *last, names.len())?,
            Kind::TypeAssertionExpression | Kind::IndexExpression => Says::Ok,
            _ => return None,
        };
        let function = place.function()?;
        let word = own(file, *last, function)?;
        let results: Vec<_> = others
            .iter()
            .enumerate()
            .filter_map(|(at, it)| Some((*it, own(file, *it, function)?, at)))
            .collect();
        if results.is_empty() {
            return None;
        }
        let flow = file.flow(function)?;
        let at = flow.at(statement.start_byte())?;
        Some(Self { file, statement, flow, at, source, results, word, says })
    }
}

/// Whether the call's error is one that never comes: a request whose method and URL are written
/// out, or random numbers of `crypto/rand`, whose reader does not fail since Go 1.24.
fn cannot_fail(file: &GoFile, call: Node<'_>) -> bool {
    let Some(callee) = call.callee() else { return false };
    let mut arguments = call.arguments().take(2);
    match file.qualified(callee) {
        Some(("net/http", "NewRequest")) => arguments.all(|it| it.go_kind().is_string()),
        Some(("crypto/rand", "Int" | "Read")) => true,
        _ => false,
    }
}

/// The variable of a name, when it belongs to this very function, and nobody else can change it.
fn own(file: &GoFile, name: Node<'_>, function: Node<'_>) -> Option<BindingId> {
    let Resolved::Local(id, binding) = file.resolve(name) else { return None };
    let scopes = file.scopes();
    let of = binding.function?;
    let plain = matches!(
        binding.kind,
        BindingKind::Var | BindingKind::ShortVar | BindingKind::Parameter | BindingKind::Result
    );
    let safe = scopes.uses_of(id).filter(|it| !it.part).all(|it| match it.access {
        Access::Read => true,
        Access::Write | Access::ReadWrite => it.function == Some(of),
        Access::Address => false,
    });
    (plain && safe && scopes.function(of).span == function.span()).then_some(id)
}
