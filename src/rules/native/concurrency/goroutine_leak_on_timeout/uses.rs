//! What happens to a channel, use by use.

use crate::golang::{BindingId, Field, GoFile, GoNode, Kind, Node, Span};

use super::{cases, is_builtin, received};

/// Whether the code runs in this very function, not in a literal inside of it. `around` are the
/// nodes around the code, innermost first.
pub(super) fn runs_here(function: Node<'_>, around: &[Node<'_>]) -> bool {
    around.iter().find(|it| it.go_kind().is_function()).is_some_and(|it| it.id() == function.id())
}

/// The same, where a deferred literal counts as the function's own code.
pub(super) fn runs_in(function: Node<'_>, around: &[Node<'_>]) -> bool {
    let mut functions = around.iter().enumerate().filter(|(_, it)| it.go_kind().is_function());
    match functions.next() {
        Some((_, it)) if it.id() == function.id() => true,
        Some((at, _)) => {
            let deferred = around.get(at + 2).is_some_and(|it| it.is(Kind::DeferStatement));
            deferred && functions.next().is_some_and(|(_, it)| it.id() == function.id())
        }
        None => false,
    }
}

/// Whether the send is a case of a select that has others.
pub(super) fn may_give_up(around: &[Node<'_>]) -> bool {
    let mut around = around.iter();
    // The send statement, then the case whose communication it is.
    let case = around.by_ref().nth(1).filter(|it| it.is(Kind::CommunicationCase));
    case.is_some() && around.next().is_some_and(|it| cases(*it).count() > 1)
}

/// What happens to a channel at one place.
pub(super) enum UseRole<'p> {
    Send(Node<'p>),
    SelectReceive { case: Node<'p>, select: Node<'p> },
    Argument,
    Close,
    Length,
    Other,
}

/// One use of a channel, with the nodes around it, innermost first.
pub(super) struct ChannelUse<'p> {
    pub(super) span: Span,
    pub(super) role: UseRole<'p>,
    pub(super) around: Vec<Node<'p>>,
}

pub(super) fn uses_in<'p>(
    file: &'p GoFile,
    channel: BindingId,
    within: Span,
) -> Vec<ChannelUse<'p>> {
    let uses = file.scopes().uses_of(channel).filter(|it| within.encloses(it.span));
    let role = |span: Span| {
        let node = file.node(span, Kind::Identifier);
        let around = node.map(|it| it.ancestors(file.root())).unwrap_or_default();
        let role = role(file, span, &around);
        ChannelUse { span, role, around }
    };
    uses.map(|it| role(it.span)).collect()
}

fn role<'p>(file: &GoFile, name: Span, around: &[Node<'p>]) -> UseRole<'p> {
    let at = |at: usize| around.get(at).copied();
    let Some(parent) = at(0) else { return UseRole::Other };
    match parent.go_kind() {
        Kind::SendStatement => match parent.field(Field::Channel) {
            Some(it) if it.span() == name => UseRole::Send(parent),
            _ => UseRole::Other,
        },
        Kind::UnaryExpression if parent.operator() == Some("<-") => {
            let case = around.iter().take(5).position(|it| it.is(Kind::CommunicationCase));
            let here = case.and_then(|it| Some((at(it)?, at(it + 1)?)));
            match here {
                Some((case, select)) if received(case).is_some_and(|it| it.id() == parent.id()) => {
                    UseRole::SelectReceive { case, select }
                }
                _ => UseRole::Other,
            }
        }
        Kind::ArgumentList => match at(1) {
            Some(call) if is_builtin(file, call, "close") => UseRole::Close,
            Some(call) if is_builtin(file, call, "len") || is_builtin(file, call, "cap") => {
                UseRole::Length
            }
            Some(call) if call.is(Kind::CallExpression) => {
                let started = at(2).is_some_and(|it| it.is(Kind::GoStatement));
                if started { UseRole::Argument } else { UseRole::Other }
            }
            _ => UseRole::Other,
        },
        _ => UseRole::Other,
    }
}
