//! Values that somebody may not have stored yet: in a context, a `sync.Map`, an `atomic.Value`.

use super::home::{Home, Usage};
use super::{Reason, Value, is_a};
use crate::golang::{Field, GoFile, GoNode, Kind, Node, Package, Resolved};
use crate::model::Confidence;
use crate::rules::audience::is_tool;
use crate::rules::engine::Context;
use crate::rules::types::{Named, Types};

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

/// A context holds what a caller put there, or not.
pub(super) fn in_context<'p>(context: &Context<'p>, value: &Value<'p>) -> Option<Reason<'p>> {
    let file = value.file;
    let key = value.source.arguments().next()?;
    if value.is_asked_before() || is_put_before(value, key) {
        return None;
    }
    let tool = is_tool(context.package, file);
    Some(Reason::new(if tool { Confidence::Low } else { Confidence::Medium }))
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
    let home = Home::of(context.package, value.file, holder)?;
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
    let types = Types(context.package);
    name.starts_with("new")
        || name.contains("init")
        || name == "main"
        || function.descendants().filter(|it| it.is(Kind::CompositeLiteral)).any(|it| {
            let of = types.of(file, it).and_then(|it| types.named(it));
            matches!(of, Some(Named::Own(it)) if home.is_owner(it))
        })
}
