//! A lock that is taken once more by the goroutine that holds it, mostly through a method that
//! locks for itself.

use std::collections::HashSet;

use crate::golang::{GoNode, Kind, Place};
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::lockset::{Again, again};
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::FuncLiteral],
    vars: &["CALL", "LOCK"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let function = At { file: place.file, node: place.node };
    let mut seen = HashSet::new();
    let found = again(context, function).into_iter().filter(|it| !it.reading);
    let found = found.filter(|it| seen.insert((it.call.id(), it.held.path.clone())));
    found.filter_map(|it| hit(function, &it)).collect()
}

/// The claim about one of them.
pub(super) fn hit<'p>(function: At<'p>, again: &Again<'p>) -> Option<Hit<'p>> {
    let file = function.file;
    let mut hit = Hit::at(file, again.call)
        .var("CALL", file.text_of(again.call.callee()?))
        .var("LOCK", again.named(function));
    if let Some(taken) = again.taken {
        hit = hit.with(file, taken, Role::Acquire);
    }
    for it in again.chain.iter().filter(|it| it.node.id() != again.call.id()) {
        hit = hit.with(it.file, it.node, Role::Call);
    }
    hit.confidence = again.confidence;
    Some(hit)
}
