//! Channels: what happens to one at a place, who has one that a function makes, and whether anybody
//! ever closes it.

mod abandoned;
mod entry;
mod fate;
mod local;

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Resolved};

use super::Fix;
use super::types::{Direction, Type, TypeInfo};

pub(super) use abandoned::{Abandoned, Senders, abandoned};
pub(super) use fate::{Fate, fate};
pub(super) use local::{Act, Local, Operation};

/// What happens to a channel at one place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Doing<'p> {
    /// `ch <- v`
    Send(Node<'p>),
    /// `<-ch` as what a case of a select waits for
    SelectReceive { case: Node<'p>, select: Node<'p> },
    /// `<-ch` elsewhere
    Receive,
    /// `for v := range ch`
    Range,
    /// `close(ch)`
    Close,
    /// `len(ch)`, `cap(ch)`, `ch == nil`
    Look,
    /// An argument of a call, and which one.
    Argument { call: Node<'p>, at: usize },
    /// It gets the value of an expression; `None` where that is one of several that a call gives.
    Set(Option<Node<'p>>),
    /// Its value is given to the variable on the left, or to a field of a composite literal.
    Into(Node<'p>),
    /// A function returns it.
    Return,
    /// Anything else.
    Other,
}

/// What happens to the channel that a node stands for. `around` are the nodes around it, innermost
/// first.
pub(super) fn doing<'p>(file: &GoFile, mut node: Node<'p>, around: &[Node<'p>]) -> Doing<'p> {
    if node.is(Kind::KeyedElement) {
        return Doing::Set(node.field(Field::Value).and_then(|it| it.parts().next()));
    }
    let mut around = around;
    while let Some((parent, rest)) = around.split_first()
        && parent.is(Kind::ParenthesizedExpression)
    {
        (node, around) = (*parent, rest);
    }
    let at = |at: usize| around.get(at).copied();
    let Some(parent) = at(0) else { return Doing::Other };
    let is = |it: Option<Node<'_>>| it.is_some_and(|it| it.id() == node.id());
    match parent.go_kind() {
        Kind::SendStatement if is(parent.field(Field::Channel)) => Doing::Send(parent),
        Kind::UnaryExpression if parent.operator() == Some("<-") => {
            let case = around.iter().take(5).position(|it| it.is(Kind::CommunicationCase));
            match case.and_then(|it| Some((at(it)?, at(it + 1)?))) {
                Some((case, select)) if received(case).is_some_and(|it| it.id() == parent.id()) => {
                    Doing::SelectReceive { case, select }
                }
                _ => Doing::Receive,
            }
        }
        Kind::RangeClause if is(parent.field(Field::Right)) => Doing::Range,
        Kind::BinaryExpression => Doing::Look,
        Kind::ArgumentList => match at(1) {
            Some(call) if is_builtin(file, call, "close") => Doing::Close,
            Some(call) if is_builtin(file, call, "len") || is_builtin(file, call, "cap") => {
                Doing::Look
            }
            Some(call) if call.is(Kind::CallExpression) => {
                let position = call.arguments().position(|it| it.id() == node.id());
                position.map_or(Doing::Other, |at| Doing::Argument { call, at })
            }
            _ => Doing::Other,
        },
        Kind::ExpressionList => at(1).map_or(Doing::Other, |by| listed(node, parent, by)),
        Kind::VarSpec => Doing::Other,
        Kind::LiteralElement => match at(1) {
            Some(it) if it.is(Kind::KeyedElement) && is_value(it, parent) => Doing::Into(it),
            Some(it) if it.is(Kind::LiteralValue) => Doing::Into(parent),
            _ => Doing::Other,
        },
        // A composite literal without keys sets the field.
        Kind::LiteralValue => Doing::Set(node.parts().next()),
        _ => Doing::Other,
    }
}

/// What happens to an element of a list: of the targets or the values of an assignment or a
/// declaration, or of what a function returns.
fn listed<'p>(node: Node<'p>, list: Node<'p>, by: Node<'p>) -> Doing<'p> {
    if by.is(Kind::ReturnStatement) {
        return Doing::Return;
    }
    let at = list.parts().position(|it| it.id() == node.id());
    let targets: Vec<_> = match by.go_kind() {
        Kind::AssignmentStatement | Kind::ShortVarDeclaration => {
            by.field(Field::Left).into_iter().flat_map(GoNode::parts).collect()
        }
        Kind::VarSpec => by.parts().filter(|it| it.is(Kind::Identifier)).collect(),
        _ => return Doing::Other,
    };
    let values = by.field(Field::Right).or_else(|| by.field(Field::Value));
    let is_target = by.field(Field::Left).is_some_and(|it| it.id() == list.id());
    let values: Vec<_> = values.into_iter().flat_map(GoNode::parts).collect();
    let paired = targets.len() == values.len();
    match at {
        Some(at) if is_target => Doing::Set(values.get(at).copied().filter(|_| paired)),
        Some(at) if paired => Doing::Into(targets[at]),
        _ => Doing::Other,
    }
}

fn is_value(keyed: Node<'_>, element: Node<'_>) -> bool {
    keyed.field(Field::Value).is_some_and(|it| it.id() == element.id())
}

/// The receive that a case of a select waits for.
pub(super) fn received(case: Node<'_>) -> Option<Node<'_>> {
    let communication = case.field(Field::Communication)?;
    let value = communication.field(Field::Right).unwrap_or(communication).unparen();
    let value = if value.is(Kind::ExpressionStatement) { value.parts().next()? } else { value };
    (value.is(Kind::UnaryExpression) && value.operator() == Some("<-")).then_some(value)
}

/// Whether a call is one of Go's own functions; the package may have declared its own.
pub(super) fn is_builtin(file: &GoFile, call: Node<'_>, name: &str) -> bool {
    call.callee().is_some_and(|it| matches!(file.resolve(it), Resolved::Outer(n) if n == name))
}

/// Whether a type is a channel that can only be received from: Go lets nobody close it.
fn is_receive_only<'p>(types: &TypeInfo<'p>, of: &Type<'p>) -> bool {
    types.channel(of) == Some(Direction::Receive)
}

/// The cases of a select.
pub(super) fn cases(select: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    select.parts().filter(|it| matches!(it.go_kind(), Kind::CommunicationCase | Kind::DefaultCase))
}

/// Gives a channel room for one value.
pub(super) fn with_room(file: &GoFile, make: Node<'_>) -> Option<Fix> {
    let mut arguments = make.arguments();
    let channel = arguments.next()?;
    Some(match arguments.next() {
        Some(zero) => Fix::replacing(file, zero.span(), "1"),
        None => {
            let code = format!("{}, 1", file.text_of(channel));
            Fix::replacing(file, channel.span(), &code)
        }
    })
}
