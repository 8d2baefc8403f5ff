//! `s += x` in a loop: each iteration copies all of the string.

mod append;
mod builder;
mod input;
mod text;

use crate::golang::{BindingKind, GoFile, GoNode, Kind, Node, Place};
use crate::model::{Confidence, Severity};
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::repeat::repeating_loop;

use append::{Append, Uses};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::AssignmentStatement], vars: &["S"], check };

/// Loops with as few iterations, visible in the code, cost too little to talk about.
const FEW: u64 = 4;

/// From this heat on it is a warning.
const WARM: u8 = 3;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, statement, package) = (place.file, place.node, context.package);
    let scopes = file.scopes();
    scopes.loop_at(statement.start_byte())?;
    let append = Append::of(file, statement)?;
    let binding = scopes.binding(append.variable);
    if matches!(binding.kind, BindingKind::LoopVar) || !context.affords(file, 2) {
        return None;
    }
    let the_loop = repeating_loop(&context.types, file, statement, place.ancestors, FEW)?;
    if the_loop.span().encloses(binding.name) {
        return None;
    }
    let uses = Uses::around(context, file, &append, the_loop)?;
    if uses.first != statement.id() || !text::is_string(context, file, &append, &uses) {
        return None;
    }
    if text::is_for_people(context, file, &append, the_loop)
        || runs_with_the_package(place.ancestors)
        || grows_before(context, file, &append, &uses)
    {
        return None;
    }
    let heat = package.heat(file, statement.start_byte());
    if heat.score == 0 || heat.cold().is_some() {
        return None;
    }
    let mut hit = Hit::at(file, statement).var("S", file.slice(binding.name)).with(
        file,
        the_loop,
        Role::Loop,
    );
    // What other loops join is mostly short: the parts of a path, a table's columns, a few names.
    if !uses.is_always || !input::is_read(file, the_loop) {
        hit.confidence = Confidence::Low;
    }
    if heat.score < WARM {
        hit.severity = Severity::Advice;
    }
    hit.fix = builder::fix(context, file, &append, the_loop, place.ancestors, &uses);
    Some(hit)
}

/// Whether the code is that of a literal that a variable of the package calls for its value.
fn runs_with_the_package(around: &[Node<'_>]) -> bool {
    let Some(at) = around.iter().position(|it| it.go_kind().is_function()) else { return false };
    around[at].is(Kind::FuncLiteral)
        && around[..at]
            .last()
            .and_then(|it| it.callee())
            .is_some_and(|it| it.unparen().id() == around[at].id())
}

/// Whether an earlier loop grows the variable too, and is the one to report.
fn grows_before<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    append: &Append<'p>,
    uses: &Uses<'p>,
) -> bool {
    let scopes = file.scopes();
    let mut before = scopes.uses_of(append.variable).filter(|it| {
        it.span.start < uses.outermost.start && scopes.loop_at(it.span.start as usize).is_some()
    });
    before.any(|it| {
        if !context.affords(file, 2) {
            return true;
        }
        let around = file.node(it.span, Kind::Identifier).map(|it| it.ancestors(file.root()));
        let mut around = around.unwrap_or_default();
        let at = around.iter().position(|it| it.is(Kind::AssignmentStatement));
        let Some(statement) = at.map(|at| around[at]) else { return false };
        around.drain(..=at.unwrap_or_default());
        around.reverse();
        Append::of(file, statement).is_some_and(|it| it.variable == append.variable)
            && repeating_loop(&context.types, file, statement, &around, FEW).is_some()
    })
}
