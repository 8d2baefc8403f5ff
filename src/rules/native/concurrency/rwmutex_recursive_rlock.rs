//! A read lock that is taken once more by the goroutine that holds it: a writer that comes in
//! between stops both.

use std::collections::HashSet;

use crate::golang::{Kind, Place};
use crate::model::Confidence;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::lockset::again;
use crate::rules::survey::At;

use super::mutex_self_deadlock::hit;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::FuncLiteral],
    vars: &["CALL", "LOCK"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let function = At { file: place.file, node: place.node };
    let Some(sets) = context.locksets() else { return Vec::new() };
    let mut seen = HashSet::new();
    let mut hits = Vec::new();
    for it in again(context, function).iter().filter(|it| it.reading) {
        // Readers alone never wait.
        let written = it.held.class.is_some_and(|it| sets.has_writer(it));
        if !seen.insert((it.call.id(), it.held.path.clone())) {
            continue;
        }
        hits.extend(hit(function, it).map(|mut hit| {
            if !written {
                hit.confidence = Confidence::Low;
            }
            hit
        }));
    }
    hits
}
