//! Loops that do not end by themselves.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};

use super::flow::{End, end, exits};
use super::types::TypeInfo;

/// What stands between `for` and the body.
pub(super) fn head(the_loop: Node<'_>) -> Option<Node<'_>> {
    let body = the_loop.field(Field::Body);
    the_loop.parts().find(|it| body.is_none_or(|body| body.id() != it.id()))
}

/// Whether the loop has no condition, and nothing in its body leaves it.
pub(super) fn never_ends(file: &GoFile, the_loop: Node<'_>) -> bool {
    is_unconditional(the_loop) && exits(file, the_loop).is_empty()
}

pub(super) fn is_unconditional(the_loop: Node<'_>) -> bool {
    let Some(head) = head(the_loop) else { return true };
    match head.go_kind() {
        Kind::ForClause => head.field(Field::Condition).is_none_or(|it| it.is(Kind::True)),
        kind => kind == Kind::True,
    }
}

/// Whether a loop may be one over a channel, as far as its head tells: with one variable at most,
/// or without a condition.
pub(super) fn may_wait(the_loop: Node<'_>) -> bool {
    match head(the_loop) {
        Some(it) if it.is(Kind::RangeClause) => {
            it.field(Field::Left).is_none_or(|it| it.parts().count() < 2)
        }
        _ => is_unconditional(the_loop),
    }
}

/// The channel of a loop that only its close ends: a `range` over it that nothing leaves, or
/// `for { v, ok := <-ch; if !ok { return }; … }`.
pub(super) fn waits_for_close<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    the_loop: Node<'p>,
) -> Option<Node<'p>> {
    let range = head(the_loop).filter(|it| it.is(Kind::RangeClause));
    let (channel, leaving) = match range {
        Some(it) => (it.field(Field::Right)?.unparen(), None),
        None if is_unconditional(the_loop) => until_closed(file, the_loop)?,
        None => return None,
    };
    types.channel(&types.of(file, channel))?;
    let leaves =
        |it: &Node<'_>| leaving.is_none_or(|leaving: Node<'_>| !leaving.span().encloses(it.span()));
    exits(file, the_loop).iter().all(|it| !leaves(it)).then_some(channel)
}

/// The channel of `v, ok := <-ch` in the body, and the `if !ok` behind it that leaves the loop.
fn until_closed<'p>(file: &'p GoFile, the_loop: Node<'p>) -> Option<(Node<'p>, Option<Node<'p>>)> {
    let body = the_loop.field(Field::Body)?;
    let statements: Vec<_> = body.statements().collect();
    statements.windows(2).find_map(|pair| {
        let [receive, check] = pair else { return None };
        let ok = receive.field(Field::Left)?.parts().nth(1)?;
        let value = receive.field(Field::Right)?.parts().next()?.unparen();
        let channel = value.field(Field::Operand).filter(|_| value.operator() == Some("<-"))?;
        let condition = check.field(Field::Condition).filter(|_| check.is(Kind::IfStatement))?;
        let negated =
            condition.field(Field::Operand).filter(|_| condition.operator() == Some("!"))?;
        let leaves =
            matches!(end(file, check.field(Field::Consequence)?), End::Return | End::Break(_));
        let plain = check.field(Field::Alternative).is_none();
        (leaves && plain && file.text_of(negated) == file.text_of(ok))
            .then_some((channel.unparen(), Some(*check)))
    })
}
