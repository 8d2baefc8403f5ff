//! Values that somebody may not have stored yet: in a context, a `sync.Map`, an `atomic.Value`.

use super::guard::has_ok;
use super::home::{Home, Usage};
use super::{Reason, Value, is_a};
use crate::golang::{Field, GoFile, GoNode, ItemKind, Kind, Node, Package, Resolved, Span};
use crate::model::Confidence;
use crate::rules::audience::is_tool;
use crate::rules::engine::Context;
use crate::rules::object::is_exported;
use crate::rules::survey::At;
use crate::rules::types::only;

/// Whether the expression is a `context.Context`, of a request, or made from another.
pub(super) fn is_context(package: &Package, file: &GoFile, expression: Node<'_>) -> bool {
    if is_a(package, file, expression, ("context", "Context")) {
        return true;
    }
    let made = match expression.go_kind() {
        Kind::CallExpression => Some(expression),
        Kind::Identifier => match file.resolve(expression) {
            Resolved::Local(_, binding) => {
                let (span, kind) = binding.declared_by;
                let by = file.node(span, kind);
                let value = by.and_then(|it| it.field(Field::Right).or(it.field(Field::Value)));
                value.and_then(|it| it.parts().next())
            }
            _ => None,
        },
        _ => None,
    };
    let callee = made.filter(|it| it.is(Kind::CallExpression)).and_then(GoNode::callee);
    callee.is_some_and(|it| {
        let of = it.field(Field::Operand);
        let name = it.field(Field::Field).map(|it| file.text_of(it));
        name == Some("Context")
            && of.is_some_and(|it| is_a(package, file, it, ("net/http", "Request")))
    })
}

/// A context holds what a caller put there, or not. Where middleware always puts it, to ask again
/// is noise; so the package itself must show that it may be missing.
pub(super) fn in_context<'p>(context: &Context<'p>, value: &Value<'p>) -> Option<Reason<'p>> {
    let key = value.source.arguments().next()?;
    if value.is_asked_before() || is_put_before(value, key) {
        return None;
    }
    Some(Reason::new(match doubt(context, value, key) {
        Some(_) if is_tool(context.package, value.file) => Confidence::Low,
        Some(it) => it,
        None => Confidence::Low,
    }))
}

/// How sure the package makes us that the key may be missing: nobody can have put it, since the
/// key is the package's own and is only ever asked for; or other code asks for `ok`.
fn doubt<'p>(context: &Context<'p>, value: &Value<'p>, key: Node<'p>) -> Option<Confidence> {
    let file = value.file;
    let survey = context.survey()?;
    let text = file.text_of(key);
    let mut asks = Vec::new();
    for at in survey.selectors("Value") {
        context.affords(at.file, 4).then_some(())?;
        let around = at.around();
        let call = around.first().filter(|it| it.is(Kind::CallExpression))?;
        let Some(asked) = call.arguments().next() else { continue };
        if at.file.text_of(asked) != text {
            continue;
        }
        asks.push(At { file: at.file, node: asked });
        let assertion = around.get(1).filter(|it| it.is(Kind::TypeAssertionExpression));
        let outer = around.get(2..).unwrap_or_default();
        let outer: Vec<_> = outer.iter().rev().copied().collect();
        if assertion.is_some_and(|it| has_ok(*it, &outer)) && !at.file.is_test() {
            return Some(Confidence::Medium);
        }
    }
    let name = match key.go_kind() {
        Kind::CompositeLiteral => key.field(Field::Type)?,
        _ => key,
    };
    let Resolved::Outer(name) = file.resolve(name) else { return None };
    let private = !is_exported(name) && is_unique(context, name, key.is(Kind::CompositeLiteral));
    let asked = |(file, span): &(&GoFile, Span)| {
        asks.iter().any(|it| it.file.path() == file.path() && it.node.span().encloses(*span))
    };
    (private && survey.names(name).iter().all(asked)).then_some(Confidence::High)
}

/// Whether no other value equals the key: it is of a struct type, or a pointer.
fn is_unique(context: &Context<'_>, name: &str, is_type: bool) -> bool {
    let Some(declared) = only(context.package.declared(name)) else { return false };
    let Some(spec) = declared.item.node(declared.file) else { return false };
    if is_type {
        return spec.field(Field::Type).is_some_and(|it| it.is(Kind::StructType))
            && !spec.is(Kind::TypeAlias);
    }
    let value = spec.field(Field::Value).and_then(|it| it.parts().next());
    declared.item.kind == ItemKind::Var && value.is_some_and(|it| it.operator() == Some("&"))
}

/// Whether the declaration puts something into a context under this key.
fn is_put_before(value: &Value<'_>, key: Node<'_>) -> bool {
    let file = value.file;
    value.before(Kind::CallExpression).any(|it| {
        it.callee().and_then(|it| file.qualified(it)) == Some(("context", "WithValue"))
            && it.arguments().nth(1).is_some_and(|it| file.text_of(it) == file.text_of(key))
    })
}

/// A `sync.Map` gives `nil` for a key that is not there, and the `ok` that says so is not asked.
pub(super) fn in_map<'p>(value: &Value<'p>, holder: Node<'p>) -> Option<Reason<'p>> {
    let stores = ["Store", "LoadOrStore", "Swap", "Range"];
    if value.is_asked_before() || value.is_filled_before(holder, &stores) {
        return None;
    }
    Some(Reason::new(Confidence::Medium))
}

/// An `atomic.Value` gives `nil` until somebody stores; a constructor that does makes it safe.
pub(super) fn in_atomic_value<'p>(
    context: &Context<'p>,
    value: &Value<'p>,
    holder: Node<'p>,
) -> Option<Reason<'p>> {
    if value.is_asked_before() || value.is_filled_before(holder, &["Store", "CompareAndSwap"]) {
        return None;
    }
    let home = Home::of(context, value.file, holder)?;
    if home.is_exported() {
        return None;
    }
    let mut confidence = Confidence::High;
    for usage in home.usages(context)? {
        match usage {
            Usage::Member(_, _, "Load") => {}
            Usage::Member(file, node, _) => {
                if is_set_up(context, file, node, &home) {
                    return None;
                }
                confidence = Confidence::Low;
            }
            Usage::Set(..) | Usage::SetNew(..) => return None,
        }
    }
    Some(Reason::new(confidence))
}

/// Whether the place is in a function that makes the value's owner, or runs before everything.
fn is_set_up<'p>(context: &Context<'p>, file: &'p GoFile, node: Node<'p>, home: &Home<'p>) -> bool {
    let around = node.ancestors(file.root());
    let Some(function) = around.iter().rfind(|it| it.go_kind().is_function()) else { return true };
    let name = function.field(Field::Name).map_or("", |it| file.text_of(it)).to_lowercase();
    name.starts_with("new")
        || name.contains("init")
        || name == "main"
        || function
            .descendants()
            .filter(|it| it.is(Kind::CompositeLiteral))
            .any(|node| home.is_made_by(context, At { file, node }))
}
