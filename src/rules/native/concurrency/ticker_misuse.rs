//! A ticker that nobody stops, before Go 1.23.

use crate::golang::{GoNode, Kind, Place, PointId};
use crate::model::Confidence;
use crate::rules::audience::{ends_soon, serves_tests};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::exits;
use crate::rules::once::runs_once;
use crate::rules::release::{TICKER, ends_in_main, unreleased};
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[
        Kind::ShortVarDeclaration,
        Kind::AssignmentStatement,
        Kind::VarSpec,
        Kind::CallExpression,
    ],
    vars: &["CALL"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) {
        return Vec::new();
    }
    let mut hits = match place.kind {
        Kind::CallExpression => ticks(context, place).into_iter().collect(),
        _ => unreleased(context, place, &TICKER),
    };
    if !hits.is_empty() && runs_once(context, At { file: place.file, node: place.node }) {
        return Vec::new();
    }
    // A program that ends soon takes its tickers along.
    let function = place.function().map(|node| At { file: place.file, node });
    if !hits.is_empty() && function.is_some_and(|it| ends_soon(context, it)) {
        return Vec::new();
    }
    for it in &mut hits {
        it.confidence = it.confidence.min(Confidence::Medium);
    }
    hits
}

/// `time.Tick` in a function that ends: nobody has anything to stop.
fn ticks<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, call) = (place.file, place.node);
    let called = file.qualified(call.callee()?)?;
    if called != ("time", "Tick") || ends_in_main(context, place) {
        return None;
    }
    // Nobody closes its channel.
    let ranged = place.ancestors.iter().rev().find(|it| it.is(Kind::ForStatement));
    let ranged = ranged.filter(|_| place.parent().is_some_and(|it| it.is(Kind::RangeClause)));
    if ranged.is_some_and(|it| exits(file, *it).is_empty()) {
        return None;
    }
    let flow = file.flow(place.function()?)?;
    let ends = flow.reach([flow.at(call.start_byte())?], |_| false);
    ends[PointId::EXIT.index()].then(|| Hit::at(file, call).var("CALL", "time.Tick"))
}
