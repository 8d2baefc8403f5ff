//! A handler that answers with an error, and goes on to answer again.

use crate::golang::{BindingId, Field, Flow, GoFile, GoNode, Kind, Node, Place, PointId, What};
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::{End, end};
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::IfStatement], vars: &["ANSWER", "AGAIN"], check };

/// How many mentions of the writer are looked at.
const USES: usize = 128;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if !place.file.imports_path("net/http") || serves_tests(place.file) {
        return Vec::new();
    }
    found(context, place).into_iter().collect()
}

fn found<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, node) = (place.file, place.node);
    let block = node.field(Field::Consequence)?;
    if node.field(Field::Alternative).is_some() || end(file, block) != End::Falls {
        return None;
    }
    let last = block.statements().last().filter(|it| it.is(Kind::ExpressionStatement))?;
    let call = last.parts().next()?.unparen();
    let writer = answers(context, file, call)?;
    // A page for the status may follow, unless there is nothing to show.
    let bare = file.text_of(call.callee()?).ends_with(".WriteHeader");
    if bare && !is_about_error(context, file, node.field(Field::Condition)?) {
        return None;
    }
    let function = place.function()?;
    let flow = file.flow(function)?;
    let from = flow.at(call.start_byte())?;
    let again = answered_again(context, file, flow, from, (writer, node))?;
    let mut hit = Hit::at(file, last)
        .var("ANSWER", file.text_of(call.callee()?))
        .var("AGAIN", file.text_of(again.callee().unwrap_or(again)));
    hit.fix = returning(file, function, last);
    Some(hit.with(file, again, Role::Call))
}

/// The response writer to which a call writes an error.
fn answers<'p>(context: &Context<'p>, file: &'p GoFile, call: Node<'p>) -> Option<BindingId> {
    let callee = call.callee()?;
    let writer = |node: Node<'p>| {
        let id = file.resolve(node.unparen()).local()?;
        let of = context.types.of(file, node);
        of.is("net/http", "ResponseWriter").then_some(id)
    };
    if callee.is(Kind::SelectorExpression)
        && file.text_of(callee.field(Field::Field)?) == "WriteHeader"
    {
        let status = call.arguments().next()?;
        let code = context.types.constant(file, status)?;
        return (400..600).contains(&code).then(|| writer(callee.field(Field::Operand)?)).flatten();
    }
    let name = match file.qualified(callee) {
        Some(("net/http", name)) => {
            let known = matches!(name, "Error" | "NotFound" | "Redirect");
            return known.then(|| call.arguments().next().and_then(writer)).flatten();
        }
        Some((_, name)) => name,
        None => file.text_of(callee.field(Field::Field).unwrap_or(callee)),
    };
    let lower = name.to_ascii_lowercase();
    // Who only logs the error is not given the writer.
    let fails = lower.contains("error") || lower.contains("fail") || lower.ends_with("err");
    let logs = lower.contains("log") || lower.contains("if");
    (fails && !logs).then(|| call.arguments().find_map(writer)).flatten()
}

/// Whether a condition is that an error is not nil.
fn is_about_error<'p>(context: &Context<'p>, file: &'p GoFile, condition: Node<'p>) -> bool {
    let sides = condition.field(Field::Left).zip(condition.field(Field::Right));
    condition.operator() == Some("!=")
        && sides.is_some_and(|(left, right)| {
            right.is(Kind::Nil) && context.types.of(file, left).is_error()
        })
}

/// The call that uses the writer again, whichever way control goes on from the answer.
fn answered_again<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    flow: &'p Flow,
    from: PointId,
    (writer, branch): (BindingId, Node<'p>),
) -> Option<Node<'p>> {
    let scopes = file.scopes();
    let own = scopes.binding(writer).function;
    let uses = scopes.uses_of(writer).filter(|it| it.function == own);
    let uses: Vec<_> = uses.filter(|it| it.span.start as usize >= branch.end_byte()).collect();
    if uses.len() > USES || !context.affords(file, uses.len()) {
        return None;
    }
    let mut again = Vec::new();
    for it in uses {
        let Some(at) = flow.at(it.span.start as usize) else { continue };
        let name = file.node(it.span, Kind::Identifier)?;
        let around = name.ancestors(file.root());
        let call = around.iter().find(|it| it.is(Kind::CallExpression)).copied();
        let runs = flow.point(at).what != What::Defer && flow.point(at).what != What::Go;
        again.extend(call.filter(|it| runs && writes(file, *it, name)).map(|it| (at, it)));
    }
    if again.is_empty() || !context.affords_steps(flow.size() as u64) {
        return None;
    }
    let stops = |it: PointId| again.iter().any(|(at, _)| *at == it);
    let next = flow.next(from).iter().map(|it| it.0);
    let reached = flow.reach(next, stops);
    let ends = [PointId::EXIT, PointId::UNWOUND, PointId::HALTED];
    if ends.iter().any(|it| reached[it.index()]) || reached[from.index()] {
        return None;
    }
    again.into_iter().find(|(at, _)| reached[at.index()]).map(|it| it.1)
}

/// Whether a call that mentions the writer writes an answer, as far as its name tells.
fn writes(file: &GoFile, call: Node<'_>, writer: Node<'_>) -> bool {
    let Some(callee) = call.callee() else { return false };
    let name = file.text_of(callee.field(Field::Field).unwrap_or(callee));
    let on_it = callee.span().encloses(writer.span());
    let lower = name.to_ascii_lowercase();
    match (on_it, name) {
        (true, _) => matches!(name, "Write" | "WriteHeader" | "WriteString" | "Header"),
        (false, "Flush" | "NewResponseController") => false,
        (false, _) => !["log", "trace", "flush", "close", "status", "metric", "wrap"]
            .iter()
            .any(|it| lower.contains(it)),
    }
}

/// The edit that returns after the answer, in a function without results.
fn returning(file: &GoFile, function: Node<'_>, last: Node<'_>) -> Option<Fix> {
    if function.field(Field::Result).is_some() {
        return None;
    }
    let text = file.text();
    let start = text[..last.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    let indent = &text[start..last.start_byte()];
    let after = text[last.end_byte()..].split('\n').next()?.trim();
    let code = file.text_of(last);
    (indent.trim().is_empty() && after.is_empty())
        .then(|| Fix::replacing(file, last.span(), &format!("{code}\n{indent}return")))
}
