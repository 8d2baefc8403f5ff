//! Who runs a function literal, and when.

use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::engine::Context;
use crate::rules::survey::At;

use super::acquires::innermost;

/// When the function around a literal runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Run {
    /// Where it stands.
    OnTheSpot,
    /// Where it stands, perhaps: once, or for each element.
    Perhaps,
    /// When the function around it ends.
    Deferred,
    /// In a goroutine of its own.
    Goroutine,
    /// Who knows.
    Elsewhere,
}

/// Functions of the standard library that run what they are given before they return.
const AT_ONCE: &[(&str, &[&str])] = &[
    ("sort", &["Slice", "SliceStable", "Search", "Find"]),
    ("slices", &["SortFunc", "SortStableFunc", "IndexFunc", "ContainsFunc", "DeleteFunc"]),
    ("maps", &["DeleteFunc"]),
    ("strings", &["Map", "FieldsFunc", "IndexFunc", "TrimFunc"]),
];

/// When a literal runs.
pub(in crate::rules) fn run<'p>(context: &Context<'p>, literal: At<'p>) -> Run {
    let around = literal.around();
    let mut outer = around.iter().skip_while(|it| it.is(Kind::ParenthesizedExpression));
    let Some(parent) = outer.next() else { return Run::Elsewhere };
    if parent.callee().is_some_and(|it| it.id() == literal.node.id()) {
        return match outer.next().map(|it| it.go_kind()) {
            Some(Kind::DeferStatement) => Run::Deferred,
            Some(Kind::GoStatement) => Run::Goroutine,
            _ => Run::OnTheSpot,
        };
    }
    let call = outer.next().filter(|_| parent.is(Kind::ArgumentList));
    let by = outer.next().map(|it| it.go_kind());
    match call {
        Some(call) if !matches!(by, Some(Kind::DeferStatement | Kind::GoStatement)) => {
            given(context, literal, *call)
        }
        _ => Run::Elsewhere,
    }
}

fn given<'p>(context: &Context<'p>, literal: At<'p>, call: Node<'p>) -> Run {
    let file = literal.file;
    let Some(callee) = call.callee() else { return Run::Elsewhere };
    if let Some((path, name)) = file.qualified(callee) {
        let known = AT_ONCE.iter().any(|it| it.0 == path && it.1.contains(&name));
        return if known { Run::Perhaps } else { Run::Elsewhere };
    }
    let name = callee.field(Field::Field).map(|it| file.text_of(it));
    let operand = callee.field(Field::Operand);
    let (Some(name), Some(operand)) = (name, operand) else { return Run::Elsewhere };
    match (name, context.types.of(file, operand).behind().foreign_name()) {
        ("Do", Some(("sync", "Once"))) | ("Range", Some(("sync", "Map"))) => Run::Perhaps,
        ("Go", Some(("sync", "WaitGroup") | ("golang.org/x/sync/errgroup", "Group"))) => {
            Run::Goroutine
        }
        _ => Run::Elsewhere,
    }
}

/// The functions around a literal that run it themselves, innermost first.
pub(super) fn runners<'p>(context: &Context<'p>, literal: At<'p>) -> Vec<(At<'p>, Run)> {
    let mut all = Vec::new();
    let mut at = literal;
    let mut worst = Run::OnTheSpot;
    while at.node.is(Kind::FuncLiteral) && context.affords(at.file, 3) {
        worst = match (run(context, at), worst) {
            (Run::OnTheSpot, worst) => worst,
            (Run::Perhaps, Run::OnTheSpot | Run::Perhaps) => Run::Perhaps,
            (Run::Deferred, _) | (Run::Perhaps, _) => Run::Deferred,
            (Run::Goroutine | Run::Elsewhere, _) => break,
        };
        let Some(outer) = outer(at) else { break };
        all.push((outer, worst));
        at = outer;
    }
    all
}

/// The function around a literal.
pub(super) fn outer<'p>(literal: At<'p>) -> Option<At<'p>> {
    let around = literal.around();
    let node = around.into_iter().find(|it| it.go_kind().is_function())?;
    innermost(At { file: literal.file, node })
}
