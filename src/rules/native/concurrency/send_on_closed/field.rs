//! A field's channel that one function closes while others may be sending on it.

use std::collections::HashSet;

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::closing::{has_alternative, send};
use crate::rules::engine::{Context, Hit};
use crate::rules::object::{Object, is_exported};
use crate::rules::once::callers;
use crate::rules::survey::At;

/// More functions on the way to a sender are not followed.
const MOST: usize = 24;

/// The first send that nothing keeps apart from the close.
///
/// Where a sender may give up for another channel, the author knows that it may meet the end; then
/// a close of the very channel that it sends on is a panic waiting to happen. So is the close by a
/// goroutine that does not send itself.
pub(super) fn hit<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    call: Node<'p>,
) -> Option<Hit<'p>> {
    let file = place.file;
    if file.is_test() || context.package.is_partial() {
        return None;
    }
    let channel = call.arguments().next()?;
    let object = Object::of(context, file, channel)?;
    if !matches!(object, Object::Field(..)) || object.is_exported() {
        return None;
    }
    let closer = At { file, node: declaration(place.ancestors)? };
    let mentions = object.mentions(context)?;
    let mut sends = Vec::new();
    for it in mentions.iter().filter(|it| it.sure && !it.at.file.is_test()) {
        context.affords(it.at.file, 4).then_some(())?;
        let around = it.at.around();
        if let Some(send) = send(it.at.file, it.at.node, &around) {
            let inside = around.iter().rev().copied().collect::<Vec<_>>();
            let sender = At { file: it.at.file, node: declaration(&inside)? };
            // Who sends and closes keeps the order itself.
            if sender.key() == closer.key() {
                return None;
            }
            sends.push((it.at.file, send, sender));
        }
    }
    if sends.is_empty() || is_careful(closer, Some(call)) {
        return None;
    }
    let runs_alone = context.starts()?.running(closer).next().is_some();
    sends.retain(|it| !is_careful(it.2, None));
    let (sending, send, _) = sends.into_iter().find(|(file, send, sender)| {
        let around = send.ancestors(file.root());
        let shown = has_alternative(file, *send, &around) || runs_alone;
        shown && context.affords(file, 4) && comes_otherwise(context, *sender, closer)
    })?;
    let mut hit = super::said(file, call, file.text_of(channel), sending, send);
    hit.confidence = Confidence::Medium;
    Some(hit)
}

/// The function or method around a place; `around` begins with the root.
fn declaration<'p>(around: &[Node<'p>]) -> Option<Node<'p>> {
    let kinds = [Kind::FunctionDeclaration, Kind::MethodDeclaration];
    around.iter().find(|it| kinds.contains(&it.go_kind())).copied()
}

/// Whether something in the function may keep senders and close apart: a lock, a recover, or,
/// in front of the close, anything that may wait.
fn is_careful(function: At<'_>, close: Option<Node<'_>>) -> bool {
    let file = function.file;
    function.node.descendants().any(|it| {
        let before = close.is_some_and(|close| it.start_byte() < close.start_byte());
        match it.go_kind() {
            Kind::UnaryExpression if before && it.operator() == Some("<-") => {
                !waits_for_context(file, it)
            }
            Kind::RangeClause => false,
            Kind::CallExpression => {
                let name = called(file, it).to_ascii_lowercase();
                let waits =
                    ["wait", "stop", "close", "shutdown", "join", "drain", "done", "cancel"];
                let may_wait = || {
                    it.callee().is_some_and(|it| file.text_of(it) != "close")
                        && waits.iter().any(|it| name.contains(it))
                };
                let guards = ["lock", "recover", "compareandswap", "swap", "load"];
                guards.iter().any(|it| name.contains(it)) || (before && may_wait())
            }
            _ => false,
        }
    })
}

fn waits_for_context(file: &GoFile, receive: Node<'_>) -> bool {
    let call = receive.field(Field::Operand).map(GoNode::unparen);
    call.is_some_and(|it| it.is(Kind::CallExpression) && called(file, it) == "Done")
}

fn called<'p>(file: &'p GoFile, call: Node<'p>) -> &'p str {
    let Some(callee) = call.callee() else { return "" };
    file.text_of(callee.field(Field::Field).unwrap_or(callee))
}

/// Whether others than the closer, and than those who call it, come to the sender.
fn comes_otherwise<'p>(context: &Context<'p>, sender: At<'p>, closer: At<'p>) -> bool {
    let name = |it: At<'p>| it.node.field(Field::Name).map_or("", |name| it.file.text_of(name));
    let declared = |at: &At<'p>| {
        let around: Vec<_> = at.around().into_iter().rev().collect();
        declaration(&around).map(|node| At { file: at.file, node })
    };
    let Some(closing) = callers(context, closer) else { return false };
    let closing: Vec<_> = closing.iter().filter_map(declared).map(At::key).collect();
    // Up from the sender: who closes behind its own sends is no danger to them.
    let mut next = vec![(sender, 0)];
    let mut seen = HashSet::new();
    let mut otherwise = false;
    while let Some((at, depth)) = next.pop() {
        if at.key() == closer.key() || closing.contains(&at.key()) {
            if at.key() == closer.key() && depth > 1 {
                return false;
            }
            continue;
        }
        if !seen.insert(at.key()) {
            continue;
        }
        if seen.len() > MOST {
            return false;
        }
        let Some(calls) = callers(context, at) else { return false };
        otherwise |= calls.is_empty() || is_exported(name(at));
        next.extend(calls.iter().filter_map(declared).map(|it| (it, depth + 1)));
    }
    otherwise
}
