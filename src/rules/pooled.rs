//! Objects of a `sync.Pool`: where one is taken, and where it is given back.

use crate::golang::{BindingId, Field, GoFile, GoNode, Kind, Node};

use super::engine::Context;

/// The pool whose `Put` a call calls, and the local variable that it gives back.
pub(super) fn put<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
) -> Option<(Node<'p>, BindingId)> {
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    if file.text_of(callee.field(Field::Field)?) != "Put" || call.arguments().count() != 1 {
        return None;
    }
    let given = call.arguments().next()?.unparen();
    let given = match given.operator() {
        Some("&") => given.field(Field::Operand)?.unparen(),
        _ => given,
    };
    let id = file.resolve(given).local()?;
    let is_pool = context.affords(file, 2)
        && context.types.callee(file, call).is_method("sync", "Pool", "Put");
    is_pool.then_some((callee.field(Field::Operand)?, id))
}

/// The local variable that holds what a call of a pool's `Get` gives: itself, or asserted.
pub(super) fn taken<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    around: &[Node<'p>],
) -> Option<(Node<'p>, BindingId)> {
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    if file.text_of(callee.field(Field::Field)?) != "Get" || call.arguments().next().is_some() {
        return None;
    }
    if !context.affords(file, 2)
        || !context.types.callee(file, call).is_method("sync", "Pool", "Get")
    {
        return None;
    }
    let mut outwards = around.iter().rev();
    let mut by = outwards.next()?;
    while matches!(
        by.go_kind(),
        Kind::TypeAssertionExpression | Kind::ParenthesizedExpression | Kind::ExpressionList
    ) {
        by = outwards.next()?;
    }
    let name = match by.go_kind() {
        Kind::ShortVarDeclaration => by.field(Field::Left)?.parts().next()?,
        Kind::VarSpec => by.part(Kind::Identifier)?,
        _ => return None,
    };
    Some((callee.field(Field::Operand)?, file.scopes().declared_at(name.span())?))
}

/// Whether a function or method of this name makes an object as good as new.
pub(super) fn resets(name: &str) -> bool {
    const WORDS: &[&str] = &["reset", "clear", "init", "truncate", "zero", "clean", "wipe", "set"];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|it| name.contains(it))
}
