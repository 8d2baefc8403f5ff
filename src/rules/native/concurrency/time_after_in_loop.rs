//! `time.After` that a loop makes again and again, before Go 1.23.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::{End, end, own_nodes};
use crate::rules::repeat::repeating_loop;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::SelectStatement], vars: &["AFTER", "OTHER"], check };

/// Loops that run no more often than this are not worth a word.
const FEW: u64 = 16;

/// Timers that fire this soon do not pile up, in nanoseconds.
const SHORT: i128 = 10_000_000_000;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) || !place.file.imports_path("time") {
        return Vec::new();
    }
    found(context, place).into_iter().collect()
}

fn found<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, select) = (place.file, place.node);
    let cases: Vec<_> = select.parts().filter(|it| it.is(Kind::CommunicationCase)).collect();
    let after = cases.iter().find_map(|it| Some((*it, timer(file, *it)?)))?;
    let the_loop = repeating_loop(&context.types, file, select, place.ancestors, FEW)?;
    // Another case must bring the loop around before the timer fires.
    let (_, other) = cases
        .iter()
        .filter(|it| it.id() != after.0.id() && goes_on(file, **it))
        .find_map(|it| Some((*it, received(file, *it)?)))?;
    let delay = after.1.arguments().next()?;
    let mut hit = Hit::at(file, after.1)
        .var("AFTER", file.text_of(after.1))
        .var("OTHER", file.text_of(other))
        .with(file, the_loop, Role::Loop);
    hit.confidence = match context.types.constant(file, delay) {
        Some(it) if it <= SHORT => Confidence::Low,
        _ => Confidence::Medium,
    };
    Some(hit)
}

/// The call of `time.After` whose channel a case receives from.
fn timer<'p>(file: &'p GoFile, case: Node<'p>) -> Option<Node<'p>> {
    let call = received(file, case)?;
    (file.qualified(call.callee()?)? == ("time", "After")).then_some(call)
}

/// What a case receives from.
fn received<'p>(file: &'p GoFile, case: Node<'p>) -> Option<Node<'p>> {
    let communication = case.field(Field::Communication)?;
    let receive = own_nodes(communication)
        .find(|it| it.is(Kind::UnaryExpression) && it.operator() == Some("<-"))?;
    let from = receive.field(Field::Operand)?.unparen();
    // What only says that it is over does not come again.
    let text = file.text_of(from);
    (!text.ends_with("Done()")).then_some(from)
}

/// Whether the loop goes on after a case.
fn goes_on(file: &GoFile, case: Node<'_>) -> bool {
    let leaves = own_nodes(case).any(|it| {
        matches!(it.go_kind(), Kind::ReturnStatement | Kind::BreakStatement | Kind::GotoStatement)
    });
    !leaves && matches!(end(file, case), End::Falls | End::Continue(_))
}
