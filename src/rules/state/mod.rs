//! Shared state: what the code does to a field or to a variable of the package, and where.

mod doing;
mod early;
mod guard;
mod joined;
mod privacy;
mod race;
mod stated;
mod threads;

use crate::golang::{AccessPath, Field, GoNode, Kind, Node, Resolved};

use super::engine::Context;
use super::object::{Object, root_of};
use super::survey::At;
use super::types::Type;

pub(super) use doing::Doing;
use early::is_early;
use privacy::{made_here, privacy};

pub(super) use guard::{
    Guard, Hold, are_apart, guarded_fields, guards, hold, is_handler, is_unguarded, struct_of,
    variables,
};
pub(super) use joined::is_joined;
pub(super) use privacy::Privacy;
pub(super) use race::{Race, race};
pub(super) use stated::{is_meant, is_settled};
pub(super) use threads::{Thread, beside, threads};

/// One place that touches a variable.
#[derive(Debug, Clone)]
pub(super) struct Touch<'p> {
    /// The selector or the identifier.
    pub(super) at: At<'p>,
    /// What happens to the variable there.
    pub(super) doing: Doing,
    /// Whether the variable is a map.
    pub(super) is_map: bool,
    /// The nodes around it, innermost first.
    pub(super) around: Vec<Node<'p>>,
}

impl<'p> Touch<'p> {
    /// The innermost function around it, a literal or a declaration.
    pub(super) fn function(&self) -> Option<Node<'p>> {
        self.around.iter().find(|it| it.go_kind().is_function()).copied()
    }

    /// The named function around it.
    pub(super) fn declaration(&self) -> Option<Node<'p>> {
        let named = [Kind::FunctionDeclaration, Kind::MethodDeclaration];
        self.around.iter().rfind(|it| named.contains(&it.go_kind())).copied()
    }

    /// The object that the field is selected from; `None` of what is no field.
    pub(super) fn base(&self) -> Option<AccessPath> {
        AccessPath::of(self.at.file, self.operand()?)
    }

    /// The expression that the field is selected from.
    pub(super) fn operand(&self) -> Option<Node<'p>> {
        self.at.node.field(Field::Operand).filter(|_| self.at.node.is(Kind::SelectorExpression))
    }

    /// Whether only a part of the variable is meant: a field of a struct, an element of an array.
    pub(super) fn is_part(&self) -> bool {
        let mut outer = self.around.iter().skip_while(|it| it.is(Kind::ParenthesizedExpression));
        let parts = [Kind::SelectorExpression, Kind::IndexExpression];
        !matches!(self.doing, Doing::Inside | Doing::Look)
            && outer.next().is_some_and(|it| parts.contains(&it.go_kind()))
    }

    /// Whether the function has made the object itself that the field is selected from.
    pub(super) fn is_made_here(&self) -> bool {
        let file = self.at.file;
        let root = self.operand().map(|it| root_of(it.unparen()));
        match root.map(|it| file.resolve(it)) {
            Some(Resolved::Local(_, binding)) => made_here(file, binding) == Some(true),
            _ => false,
        }
    }

    /// Whether others can reach the variable at this place.
    pub(super) fn privacy(&self, context: &Context<'p>) -> Privacy {
        match self.operand() {
            None => Privacy::Published,
            Some(it) => match privacy(context, self.at, it) {
                Privacy::Published if is_early(context, self.at, it) => Privacy::Lent,
                found => found,
            },
        }
    }
}

/// All places that touch a variable, those left out that only may; `None` where finding them cannot
/// be afforded.
pub(super) fn touches<'p>(context: &Context<'p>, object: Object<'p>) -> Option<Vec<Touch<'p>>> {
    let mentions = object.mentions(context)?;
    let mut all = Vec::with_capacity(mentions.len());
    for it in mentions.into_iter().filter(|it| it.sure) {
        context.affords(it.at.file, 1).then_some(())?;
        let around = it.at.around();
        let doing = Doing::of(context, it.at, &around);
        let of = || context.types.of(it.at.file, it.at.node);
        let is_map =
            doing == Doing::Inside && matches!(context.types.underlying(&of()), Type::Map(_));
        all.push(Touch { at: it.at, doing, is_map, around });
    }
    Some(all)
}
