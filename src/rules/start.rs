//! Who starts the function around a place: `go`, or `sync.Once`.

use std::collections::HashSet;

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Span};

use super::engine::Context;
use super::goroutine::{Key, function_of, group};
use super::survey::At;

/// What starts a goroutine that runs the innermost place of `around`: a `go` statement, or the
/// call of a group's `Go`.
pub(super) fn goroutine<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    around: &[Node<'p>],
) -> Option<(&'p GoFile, Span)> {
    let written = (0..around.len()).rev().find_map(|at| {
        around[at].is(Kind::FuncLiteral).then(|| started_at(context, file, around, at))?
    });
    if let Some(it) = written.filter(|it| it.1 == Way::Goroutine) {
        return Some((file, it.0.span()));
    }
    let start = context.starts()?.running(declaration(file, around)?).next()?;
    Some((start.site.file, start.site.node.span()))
}

/// Whether `sync.Once`, or a function that `sync.OnceFunc` and its like made, runs the place.
pub(super) fn once<'p>(context: &Context<'p>, file: &'p GoFile, around: &[Node<'p>]) -> bool {
    let written = |at: usize| {
        around[at].is(Kind::FuncLiteral)
            && started_at(context, file, around, at).is_some_and(|it| it.1 == Way::Once)
    };
    if (0..around.len()).any(written) {
        return true;
    }
    declaration(file, around)
        .is_some_and(|it| context.guarded().is_some_and(|once| once.0.contains(&it.key())))
}

/// The functions and methods that are given to `sync.Once` by their names.
#[derive(Debug, Default)]
pub(super) struct Guarded<'p>(HashSet<Key<'p>>);

impl<'p> Guarded<'p> {
    /// Looks through the calls that could be such; `None` where that cannot be afforded.
    pub(super) fn of(context: &Context<'p>) -> Option<Self> {
        let survey = context.survey()?;
        let mut all = HashSet::new();
        for name in ["Do", "OnceFunc", "OnceValue", "OnceValues"] {
            for at in survey.selectors(name) {
                context.affords(at.file, 4).then_some(())?;
                let Some(call) = at.around().into_iter().next() else { continue };
                let given = call.arguments().next().filter(|it| {
                    matches!(it.go_kind(), Kind::Identifier | Kind::SelectorExpression)
                });
                let Some(given) = given else { continue };
                if way_of_call(context, at.file, call) == Some(Way::Once) {
                    all.extend(function_of(&context.types, at.file, given).map(At::key));
                }
            }
        }
        Some(Self(all))
    }
}

/// The named function around the place.
fn declaration<'p>(file: &'p GoFile, around: &[Node<'p>]) -> Option<At<'p>> {
    let kinds = [Kind::FunctionDeclaration, Kind::MethodDeclaration];
    let node = around.iter().find(|it| kinds.contains(&it.go_kind()))?;
    Some(At { file, node: *node })
}

/// What a call does with the function that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Goroutine,
    Once,
}

/// What runs the literal at this index, if it is known.
fn started_at<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    around: &[Node<'p>],
    at: usize,
) -> Option<(Node<'p>, Way)> {
    let mut outer = around[..at].iter().rev().skip_while(|it| it.is(Kind::ParenthesizedExpression));
    let first = outer.next()?;
    if first.is(Kind::ArgumentList) {
        let call = outer.next()?;
        return Some((*call, way_of_call(context, file, *call)?));
    }
    let go = outer.next()?;
    let called = first.callee().is_some_and(|it| it.id() == around[at].id());
    (called && go.is(Kind::GoStatement)).then_some((*go, Way::Goroutine))
}

/// How the call runs the function that it is given.
pub(super) fn way_of_call<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
) -> Option<Way> {
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    if let Some((path, name)) = file.qualified(callee) {
        let once = path == "sync" && matches!(name, "OnceFunc" | "OnceValue" | "OnceValues");
        return once.then_some(Way::Once);
    }
    if group(&context.types, file, call).is_some() {
        return Some(Way::Goroutine);
    }
    let called = callee.field(Field::Field)?;
    if file.text_of(called) != "Do" {
        return None;
    }
    let operand = context.types.of(file, callee.field(Field::Operand)?);
    operand.behind().is("sync", "Once").then_some(Way::Once)
}
