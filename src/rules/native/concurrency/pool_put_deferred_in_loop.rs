//! `defer pool.Put(x)` in a loop: it runs when the function returns, not per iteration.

use crate::golang::{Access, Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Severity;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::{End, end, own_nodes};
use crate::rules::outlive::outlives;
use crate::rules::repeat::{is_endless, repeating_loop};
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::DeferStatement], vars: &["POOL"], check };

/// Loops with fewer iterations, visible in the code, cost too little to talk about.
const FEW: u64 = 8;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, defer) = (place.file, place.node);
    let put = put(file, defer)?;
    let pool = put.callee()?.field(Field::Operand)?;
    let scopes = file.scopes();
    if !context.affords(file, place.ancestors.len()) {
        return None;
    }
    let node = repeating_loop(&context.types, file, defer, place.ancestors, FEW)?;
    let the_loop = scopes.loops_at(defer.start_byte()).find(|it| it.span == node.span())?;
    if !context.types.callee(file, put).is_method("sync", "Pool", "Put") {
        return None;
    }
    let object = put.arguments().next().filter(|it| it.is(Kind::Identifier));
    let variable = object.and_then(|it| file.resolve(it).local());
    let affords = |looks| context.affords(file, looks);
    if variable.is_some_and(|it| outlives(file, it, the_loop.span, &affords)) {
        return None;
    }
    let mut hit = Hit::at(file, defer).var("POOL", file.text_of(pool)).with(file, node, Role::Loop);
    if !is_endless(&context.types, file, node) {
        hit.severity = Severity::Warning;
    }
    if defer.part(Kind::CallExpression).is_some_and(|it| it.id() == put.id()) {
        hit.fix = object.and_then(|it| move_to_end(file, defer, put, it, place.ancestors));
    }
    Some(hit)
}

/// The `Put` call that the statement defers, itself or in a literal.
fn put<'p>(file: &'p GoFile, defer: Node<'p>) -> Option<Node<'p>> {
    let is_put = |call: &Node<'p>| {
        let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression));
        let name = callee.and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| file.text_of(it) == "Put") && call.arguments().count() == 1
    };
    let call = defer.part(Kind::CallExpression)?;
    if is_put(&call) {
        return Some(call);
    }
    let literal = call.callee().filter(|it| it.is(Kind::FuncLiteral))?;
    own_nodes(literal).find(|it| it.is(Kind::CallExpression) && is_put(it))
}

/// The edit that moves the call to the end of the iteration, where nothing leaves it before and
/// nobody visibly holds the object longer.
fn move_to_end<'p>(
    file: &'p GoFile,
    defer: Node<'p>,
    put: Node<'p>,
    object: Node<'p>,
    around: &[Node<'p>],
) -> Option<Fix> {
    let list = around.last().filter(|it| it.is(Kind::StatementList))?;
    let body = around.iter().rev().nth(1).filter(|it| it.is(Kind::Block))?;
    around.iter().rev().nth(2).filter(|it| it.is(Kind::ForStatement))?;
    if end(file, *body) != End::Falls {
        return None;
    }
    let rest: Vec<_> = list.statements().filter(|it| it.start_byte() >= defer.end_byte()).collect();
    let leaves = |it: Node<'_>| {
        matches!(
            it.go_kind(),
            Kind::ReturnStatement
                | Kind::BreakStatement
                | Kind::ContinueStatement
                | Kind::GotoStatement
                | Kind::GoStatement
                | Kind::DeferStatement
                | Kind::FuncLiteral
                | Kind::LabeledStatement
        )
    };
    if rest.iter().any(|it| it.descendants().any(leaves)) {
        return None;
    }
    // The deferred call has taken its argument; the moved one takes what is there at the end.
    let id = file.resolve(object).local()?;
    let changed = file.scopes().uses_of(id).any(|it| {
        let later = it.span.start as usize >= defer.end_byte();
        later && it.access != Access::Read
    });
    let last = rest.last().map_or(defer, |it| *it);
    if changed || !alone_on_its_lines(file, defer, last) {
        return None;
    }
    let text = file.text();
    let start = text[..defer.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    let indent = &text[start..defer.start_byte()];
    let between = text.get(defer.end_byte()..last.end_byte()).unwrap_or_default();
    let between = between.strip_prefix("\r\n").or(between.strip_prefix('\n')).unwrap_or(between);
    let call = file.text_of(put);
    let mut fix = Fix::replacing(file, (defer.start_byte()..last.end_byte()).into(), "");
    let kept = if between.is_empty() { String::new() } else { format!("{between}\n") };
    fix.replacement = format!("{kept}{indent}{call}").replace('\r', "");
    Some(fix)
}

/// Whether the lines hold nothing else than these statements.
fn alone_on_its_lines(file: &GoFile, first: Node<'_>, last: Node<'_>) -> bool {
    let text = file.text();
    let before = text[..first.start_byte()].rsplit('\n').next().unwrap_or_default();
    let after_first = text[first.end_byte()..].split('\n').next().unwrap_or_default();
    let after = text[last.end_byte()..].split('\n').next().unwrap_or_default();
    [before, after_first, after].iter().all(|it| it.trim().is_empty())
}
