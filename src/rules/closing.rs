//! What one function does to a channel behind its close, on a way that control can take.

use crate::golang::{
    AccessPath, BindingKind, Dominance, Field, Flow, GoFile, GoNode, Kind, Node, Place, PointId,
    Resolved, Root,
};

use super::channel::{Doing, doing, is_builtin, received};
use super::engine::Context;
use super::flow::own_nodes;

/// A `close` of a function itself, and the channel.
#[derive(Debug, Clone)]
pub(super) struct Close<'p> {
    /// The call.
    pub(super) call: Node<'p>,
    /// The channel's path, which no index is part of.
    pub(super) path: AccessPath,
    /// Whether `defer` runs it.
    pub(super) deferred: bool,
    /// Where it stands: of a deferred one, where it is registered.
    pub(super) at: PointId,
}

impl<'p> Close<'p> {
    /// What a call closes; `None` for other calls, and for channels without a name.
    pub(super) fn of(file: &'p GoFile, flow: &Flow, call: Node<'p>) -> Option<Self> {
        if !call.is(Kind::CallExpression) || !is_builtin(file, call, "close") {
            return None;
        }
        let path = AccessPath::of(file, call.arguments().next()?)?;
        if path.is_indexed() {
            return None;
        }
        let at = flow.at(call.start_byte())?;
        let point = flow.point(at);
        let deferred = point.kind == Kind::DeferStatement;
        Some(Self { call, path, deferred, at })
    }
}

/// One call of `close`, and what surely comes behind it.
pub(super) struct Closed<'p> {
    /// The function that closes.
    pub(super) function: Node<'p>,
    pub(super) close: Close<'p>,
    /// The channel's code.
    pub(super) channel: &'p str,
    pub(super) behind: Vec<Behind<'p>>,
}

impl<'p> Closed<'p> {
    /// What a call closes; `None` for other calls.
    pub(super) fn of(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Self> {
        let (file, call) = (place.file, place.node);
        if file.text_of(call.callee()?) != "close" || !context.affords(file, 8) {
            return None;
        }
        let function = place.function()?;
        let close = Close::of(file, file.flow(function)?, call)?;
        let channel = file.text_of(call.arguments().next()?);
        let behind = behind(context, file, function, &close);
        Some(Self { function, close, channel, behind })
    }
}

/// What comes behind a close.
#[derive(Debug, Clone, Copy)]
pub(super) enum Behind<'p> {
    /// Another close, or the same one in a loop.
    Close(Node<'p>),
    /// `ch <- v`
    Send(Node<'p>),
}

/// What surely comes behind the close once control takes one of the ways there: only conditions
/// that hold at the close already decide about it.
fn behind<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    close: &Close<'p>,
) -> Vec<Behind<'p>> {
    let Some(flow) = file.flow(function) else { return Vec::new() };
    if !context.affords_steps(function.byte_range().len() as u64) {
        return Vec::new();
    }
    let changes = changes(file, flow, function, &close.path);
    let blocked = |it: PointId| changes.contains(&it);
    let next = flow.next(close.at).iter().map(|it| it.0);
    let reached = flow.reach(next, blocked);
    let dominators = flow.dominators();
    let comes = |to: PointId| {
        reached[to.index()] && !blocked(to) && is_free(flow, &dominators, close.at, to)
    };
    let mut all = Vec::new();
    for node in own_nodes(function) {
        if let Some(other) = Close::of(file, flow, node) {
            let both = match (close.deferred, other.deferred) {
                // The deferred one comes last, wherever it was registered.
                (false, true) => {
                    reached[other.at.index()] || {
                        let next = flow.next(other.at).iter().map(|it| it.0);
                        flow.reach(next, blocked)[close.at.index()]
                    }
                }
                (true, true) => other.at > close.at && comes(other.at),
                (false, false) => comes(other.at),
                (true, false) => false,
            };
            let again = other.at != close.at || is_looped(file, function, close);
            if both && other.path == close.path && again {
                all.push(Behind::Close(node));
            }
        } else if node.is(Kind::SendStatement) && !close.deferred {
            let sent = node.field(Field::Channel).and_then(|it| AccessPath::of(file, it));
            let at = flow.at(node.start_byte());
            if sent.as_ref() == Some(&close.path) && at.is_some_and(comes) {
                all.push(Behind::Send(node));
            }
        }
    }
    all
}

/// Whether a loop runs the close whatever happens in it.
fn is_looped(file: &GoFile, function: Node<'_>, close: &Close<'_>) -> bool {
    let Some(the_loop) = file.scopes().loop_at(close.call.start_byte()) else { return false };
    let node = file.node(the_loop.span, Kind::ForStatement);
    let head = node.and_then(|it| it.parts().find(|it| !it.is(Kind::Block)));
    // What the condition calls may know of the close.
    if head.is_some_and(|it| !it.is(Kind::RangeClause) && calls(it)) {
        return false;
    }
    let around = close.call.ancestors(function);
    let inside = around.iter().take_while(|it| it.span() != the_loop.span);
    inside.into_iter().all(|it| {
        !matches!(
            it.go_kind(),
            Kind::IfStatement
                | Kind::SelectStatement
                | Kind::ExpressionSwitchStatement
                | Kind::TypeSwitchStatement
        )
    })
}

fn calls(node: Node<'_>) -> bool {
    node.descendants().any(|it| it.is(Kind::CallExpression))
}

/// Whether no condition decides about a point that does not decide about the other.
pub(super) fn is_free(flow: &Flow, dominators: &Dominance, from: PointId, to: PointId) -> bool {
    let held = flow.guards(dominators, from);
    let mut asked = flow.guards(dominators, to).into_iter().filter(|it| !held.contains(it));
    asked.all(|_| false)
}

/// Where the channel in the path becomes another one.
fn changes(file: &GoFile, flow: &Flow, function: Node<'_>, path: &AccessPath) -> Vec<PointId> {
    let mut all = Vec::new();
    if let Root::Local(id) = path.root {
        all.extend(flow.at(file.scopes().binding(id).name.start as usize));
    }
    for node in own_nodes(function) {
        let targets = match node.go_kind() {
            Kind::AssignmentStatement | Kind::ShortVarDeclaration | Kind::RangeClause => {
                node.field(Field::Left)
            }
            _ => continue,
        };
        let changed = targets.into_iter().flat_map(GoNode::parts).any(|it| {
            AccessPath::of(file, it)
                .is_some_and(|it| it.root == path.root && path.steps.starts_with(&it.steps))
        });
        if changed {
            all.extend(flow.at(node.start_byte()));
        }
    }
    all
}

/// Whether a send is a case of a `select` that may be left for another channel: one that is
/// there to tell the end, not a context or a timer.
pub(super) fn has_alternative<'p>(file: &GoFile, send: Node<'p>, around: &[Node<'p>]) -> bool {
    let case = around.first().filter(|it| it.is(Kind::CommunicationCase));
    let own =
        |it: &&Node<'p>| it.field(Field::Communication).is_some_and(|it| it.id() == send.id());
    let Some((case, select)) = case.filter(own).zip(around.get(1)) else { return false };
    let others = select.parts().filter(|it| it.is(Kind::CommunicationCase) && it.id() != case.id());
    others.filter_map(received).any(|it| {
        let Some(channel) = it.field(Field::Operand).map(GoNode::unparen) else { return false };
        let given = matches!(
            file.resolve(channel),
            Resolved::Local(_, it) if it.kind == BindingKind::Parameter
        );
        channel.callee().is_none() && !given
    })
}

/// The channel that a place sends on, if it is a send.
pub(super) fn send<'p>(file: &GoFile, node: Node<'p>, around: &[Node<'p>]) -> Option<Node<'p>> {
    match doing(file, node, around) {
        Doing::Send(it) => Some(it),
        _ => None,
    }
}
