//! Which goroutines may come to a place: what two places have to do with each other at run time.

use std::collections::HashSet;

use crate::golang::{Field, GoNode, Kind, Node};

use super::super::engine::Context;
use super::super::goroutine::Key;
use super::super::object::is_exported;
use super::super::once::callers;
use super::super::survey::At;

/// More functions on the way to a place are not followed.
const MOST: usize = 48;

/// One way in which a place comes to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::rules) enum Thread<'p> {
    /// A `go` statement, or a call that starts a goroutine; whether it runs again and again.
    Go(Key<'p>, bool),
    /// A function that other packages call, from any goroutine of theirs.
    Open(Key<'p>),
    /// A function that nobody in the package calls, though nobody else can.
    Root(Key<'p>),
}

/// The ways to a place; `None` where there are too many.
pub(in crate::rules) fn threads<'p>(
    context: &Context<'p>,
    at: At<'p>,
) -> Option<HashSet<Thread<'p>>> {
    let mut next = vec![at];
    let mut seen = HashSet::new();
    let mut found = HashSet::new();
    while let Some(at) = next.pop() {
        (seen.len() <= MOST && context.affords(at.file, 4)).then_some(())?;
        let around = at.around();
        if let Some(it) = started(at, &around) {
            found.insert(it);
            continue;
        }
        let named = [Kind::FunctionDeclaration, Kind::MethodDeclaration];
        let Some(node) = around.iter().find(|it| named.contains(&it.go_kind())).copied() else {
            continue;
        };
        let function = At { file: at.file, node };
        if !seen.insert(function.key()) {
            continue;
        }
        let name = node.field(Field::Name).map_or("", |it| at.file.text_of(it));
        let callers = callers(context, function)?;
        if is_exported(name) {
            found.insert(Thread::Open(function.key()));
        } else if callers.is_empty() {
            found.insert(Thread::Root(function.key()));
        }
        next.extend(callers);
    }
    Some(found)
}

/// The start of the innermost goroutine around a place, or that the place itself starts.
fn started<'p>(at: At<'p>, around: &[Node<'p>]) -> Option<Thread<'p>> {
    let mut inner = at.node;
    for (depth, outer) in around.iter().enumerate() {
        let call = outer.callee().is_some_and(|it| it.id() == inner.id());
        let starts = match outer.go_kind() {
            Kind::CallExpression if call => {
                around.get(depth + 1).filter(|it| it.is(Kind::GoStatement)).copied()
            }
            Kind::ArgumentList if inner.is(Kind::FuncLiteral) || depth == 0 => around
                .get(depth + 1)
                .filter(|it| {
                    let name = it.callee().and_then(|it| it.field(Field::Field));
                    name.is_some_and(|it| matches!(at.file.text_of(it), "Go" | "TryGo"))
                })
                .copied(),
            _ => None,
        };
        // Only the literal, or the function that is named there, runs in the goroutine.
        let runs = depth == 0 || inner.is(Kind::FuncLiteral);
        if let Some(it) = starts.filter(|_| runs) {
            let again = at.file.scopes().loop_at(it.start_byte()).is_some();
            return Some(Thread::Go(At { file: at.file, node: it }.key(), again));
        }
        inner = *outer;
    }
    None
}

/// Whether a goroutine on one of these ways can run beside one on one of those.
pub(in crate::rules) fn beside<'p>(
    these: &HashSet<Thread<'p>>,
    those: &HashSet<Thread<'p>>,
    repeats: impl Fn(&Thread<'p>) -> bool,
) -> bool {
    these.iter().any(|a| those.iter().any(|b| a != b || repeats(a)))
}
