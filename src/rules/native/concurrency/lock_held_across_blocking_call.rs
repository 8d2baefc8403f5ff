//! A function blocks while it holds a lock, and whoever could let it go on needs that lock.

use std::collections::HashSet;

use crate::golang::{GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::is_for_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::lockset::{Blocked, blocked, name};
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::FuncLiteral],
    vars: &["CALL", "LOCK", "PARTNER", "WHERE"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let function = At { file: place.file, node: place.node };
    let found = blocked(context, function);
    let mut seen = HashSet::new();
    let first = found.iter().filter(|it| seen.insert(it.node.id()));
    first.map(|it| hit(function, it)).collect()
}

fn hit<'p>(function: At<'p>, it: &Blocked<'p>) -> Hit<'p> {
    let file = function.file;
    let mut hit = Hit::at(file, it.node)
        .var("CALL", shortened(file.text_of(it.node)))
        .var("LOCK", it.held.named(file, it.taken))
        .var("PARTNER", shortened(it.partner.file.text_of(statement(it.partner))))
        .var("WHERE", name(it.partner));
    if let Some(taken) = it.taken {
        hit = hit.with(file, taken, Role::Acquire);
    }
    if it.operation.node.id() != it.node.id() {
        hit = hit.with(it.operation.file, it.operation.node, Role::Call);
    }
    hit = hit.with(it.partner.file, it.partner.node, Role::OtherCase);
    hit = hit.with(it.waits.file, it.waits.node, Role::Wait);
    hit.confidence = it.confidence;
    // Test helpers know in which order they are used.
    if is_for_tests(file.path()) {
        hit.confidence = Confidence::Low;
    }
    hit
}

/// The operation around a channel.
fn statement(at: At<'_>) -> Node<'_> {
    let around = at.around();
    let whole = around.into_iter().find(|it| {
        matches!(
            it.go_kind(),
            Kind::SendStatement | Kind::UnaryExpression | Kind::RangeClause | Kind::CallExpression
        )
    });
    if at.node.is(Kind::CallExpression) { at.node } else { whole.unwrap_or(at.node) }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() > 60 {
        line.chars().take(57).chain("…".chars()).collect()
    } else {
        line.to_owned()
    }
}
