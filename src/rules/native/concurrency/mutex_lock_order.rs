//! Two locks that are taken in both orders: two goroutines that come from both sides wait for each
//! other.

use crate::golang::{Field, GoNode, Kind, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::lockset::{Crossed, Nested, name};
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::FuncLiteral],
    vars: &["FIRST", "SECOND", "OTHER"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let function = At { file: place.file, node: place.node };
    let Some(sets) = context.locksets() else { return Vec::new() };
    if sets.local(function).is_none() {
        return Vec::new();
    }
    sets.crossed(context, function).iter().filter_map(hit).collect()
}

fn hit<'p>(it: &Crossed<'p>) -> Option<Hit<'p>> {
    let (rare, usual) = (&it.rare, &it.usual);
    let file = rare.function.file;
    let mut hit = Hit::at(file, rare.call)
        .var("FIRST", rare.held.named(file, rare.taken))
        .var("SECOND", wanted(rare))
        .var("OTHER", name(usual.function));
    if let Some(taken) = rare.taken {
        hit = hit.with(file, taken, Role::Acquire);
    }
    for it in rare.chain.iter().filter(|it| it.node.id() != rare.call.id()) {
        hit = hit.with(it.file, it.node, Role::Call);
    }
    hit = hit.with(usual.function.file, usual.call, Role::Call);
    for it in usual.chain.iter().filter(|it| it.node.id() != usual.call.id()) {
        hit = hit.with(it.file, it.node, Role::Call);
    }
    if !it.same {
        // Another object of the same type has another lock.
        hit.confidence = Confidence::Low;
    }
    Some(hit)
}

/// How the code calls the lock that is waited for.
fn wanted<'p>(it: &Nested<'p>) -> String {
    let waits = it.chain.last().copied();
    let receiver = waits.and_then(|it| Some((it.file, it.node.callee()?.field(Field::Operand)?)));
    receiver.map_or_else(String::new, |(file, node)| file.text_of(node).to_owned())
}
