//! What happens to a channel, use by use.

use crate::golang::{BindingId, GoFile, GoNode, Kind, Node, Span};
use crate::rules::channel::{Doing, cases, doing};

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

/// One use of a channel, with the nodes around it, innermost first.
pub(super) struct ChannelUse<'p> {
    pub(super) span: Span,
    pub(super) doing: Doing<'p>,
    pub(super) around: Vec<Node<'p>>,
}

impl ChannelUse<'_> {
    /// Whether it is an argument of the call that a `go` statement makes.
    pub(super) fn is_handed_on(&self) -> bool {
        let call = self.around.iter().position(|it| it.is(Kind::CallExpression));
        let started = call.and_then(|it| self.around.get(it + 1));
        matches!(self.doing, Doing::Argument { .. })
            && started.is_some_and(|it| it.is(Kind::GoStatement))
    }
}

pub(super) fn uses_in<'p>(
    file: &'p GoFile,
    channel: BindingId,
    within: Span,
) -> Vec<ChannelUse<'p>> {
    let uses = file.scopes().uses_of(channel).filter(|it| within.encloses(it.span));
    let one = |span: Span| {
        let node = file.node(span, Kind::Identifier);
        let around = node.map(|it| it.ancestors(file.root())).unwrap_or_default();
        let doing = node.map_or(Doing::Other, |it| doing(file, it, &around));
        ChannelUse { span, doing, around }
    };
    uses.map(|it| one(it.span)).collect()
}
