//! What rules say of a resource that a variable holds and that some way out does not give back.

use crate::golang::{Effect, Field, GoFile, GoNode, Held, Kind, Leak, Node, Place};
use crate::model::{Confidence, Severity};
use crate::rules::audience::{is_script, is_tool};
use crate::rules::engine::{Context, Hit};
use crate::rules::flow::{End, end};
use crate::rules::{Fix, Role};

use super::cancelled::{ends_in_main, ends_itself};
use super::{Acquired, Resource, acquired, give_back_before};

/// The kinds of statements that acquire.
pub(in crate::rules) const ACQUIRING: &[Kind] =
    &[Kind::ShortVarDeclaration, Kind::AssignmentStatement, Kind::VarSpec];

/// How many ways of one resource are worth a comment each.
const WAYS: usize = 3;

/// The findings about what a statement acquires: `HELD` is filled with the variable, or the part of
/// it that is to be closed, and `CALL` with who hands it out.
pub(in crate::rules) fn unreleased<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    resource: &'static Resource,
) -> Vec<Hit<'p>> {
    found(context, place, resource).unwrap_or_default()
}

fn found<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    resource: &'static Resource,
) -> Option<Vec<Hit<'p>>> {
    let file = place.file;
    let mut found = acquired(context, place, resource)?;
    let mut holding = found.holding.take()?;
    if ends_in_main(context, place) || ends_itself(context, file, found.call) {
        return None;
    }
    let cared = found.released || found.handed_on;
    let open = !cared && !holding.leaks(context).is_empty();
    for it in &found.drained {
        holding.effect(*it, Effect::Release);
    }
    let leaks = holding.leaks(context);
    let called = file.text_of(found.call.callee()?);
    let held = found.gives_back(file);
    let part = held.rsplit_once('.').map_or(&*held, |it| it.0);
    let most = if is_tool(context.package, file) { Severity::Warning } else { Severity::Critical };
    let hit = |at: Node<'p>| {
        let mut hit = Hit::at(file, at).var("HELD", part).var("CALL", called);
        hit.severity = most;
        if is_script(file) {
            hit.confidence = Confidence::Low;
        }
        hit
    };
    if cared {
        // What a `continue` leaves behind is lost there, and not once more where the loop ends.
        let again = leaks.iter().filter(|it| it.held == Held::Again);
        let lost: Vec<_> = again.filter_map(|it| holding.blamed(it)).map(GoNode::span).collect();
        let passes = |it: &Leak| {
            let mut path = it.path.iter().map(|it| holding.flow.point(*it).span);
            it.held == Held::AtExit && path.any(|it| lost.contains(&it))
        };
        let way = |it| {
            let blamed = holding.blamed(it);
            let mut hit = hit(blamed.unwrap_or(place.node));
            hit.fix = blamed.and_then(|it| give_back_before(file, it, &held));
            hit.with(file, place.node, Role::Acquire)
        };
        return Some(leaks.iter().filter(|it| !passes(it)).take(WAYS).map(way).collect());
    }
    if !open {
        return None;
    }
    let mut hit = hit(place.node);
    if leaks.is_empty() {
        // Nothing stays behind as things are; the contract is broken all the same.
        hit.severity = Severity::Warning;
        let tool = most < Severity::Critical;
        hit.confidence = if tool { Confidence::Low } else { Confidence::Medium };
    } else {
        for it in &found.decoded {
            holding.effect(*it, Effect::Release);
        }
        if holding.leaks(context).is_empty() {
            hit.severity = Severity::Warning;
        }
    }
    hit.fix = deferred(place, &found, &held);
    Some(vec![hit])
}

/// The edit that defers giving it back, right after the check of the error that comes with it.
fn deferred(place: &Place<'_, '_>, found: &Acquired<'_>, code: &str) -> Option<Fix> {
    let (file, node) = (place.file, place.node);
    if file.scopes().loop_at(node.start_byte()).is_some() {
        return None;
    }
    let list = place.parent().filter(|it| it.is(Kind::StatementList))?;
    let check = list.statements().find(|it| it.start_byte() >= node.end_byte())?;
    let condition = check.field(Field::Condition).filter(|_| check.is(Kind::IfStatement))?;
    let sides = condition.field(Field::Left).zip(condition.field(Field::Right))?;
    let tests = file.resolve(sides.0).local() == found.error
        && found.error.is_some()
        && sides.1.is(Kind::Nil)
        && condition.operator() == Some("!=");
    let plain =
        [Field::Initializer, Field::Alternative].iter().all(|it| check.field(*it).is_none());
    if !tests || !plain || !leaves(file, check.field(Field::Consequence)?) {
        return None;
    }
    let text = file.text();
    let start = text[..check.start_byte()].rfind('\n')? + 1;
    let indent = &text[start..check.start_byte()];
    let after = text[check.end_byte()..].split('\n').next()?.trim();
    if !indent.trim().is_empty() || !after.is_empty() {
        return None;
    }
    let check_code = file.text_of(check);
    Some(Fix::replacing(file, check.span(), &format!("{check_code}\n{indent}defer {code}")))
}

/// Whether a block ends with a statement that leaves it.
fn leaves(file: &GoFile, block: Node<'_>) -> bool {
    !matches!(end(file, block), End::Falls)
}
