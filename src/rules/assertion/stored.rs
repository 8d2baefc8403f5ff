//! Values that somebody may not have stored yet: in a context, a `sync.Map`, an `atomic.Value`.

use super::home::{Home, Usage};
use super::{Reason, Value};
use crate::golang::{Field, GoFile, GoNode, ItemKind, Kind, Node, Resolved};
use crate::model::Confidence;
use crate::rules::engine::Context;
use crate::rules::object::is_exported;
use crate::rules::survey::At;
use crate::rules::types::only;

/// A context holds what a caller put there, or not. Middleware may put it for every request, and
/// then to ask again is noise; so this is a hint unless nobody can have put it.
pub(super) fn in_context<'p>(context: &Context<'p>, value: &Value<'p>) -> Option<Reason<'p>> {
    let key = value.source.arguments().next()?;
    if value.is_asked_before() || is_put_before(value, key) {
        return None;
    }
    let missing = is_only_asked_for(context, value.file, key)?;
    Some(Reason::new(if missing { Confidence::High } else { Confidence::Low }))
}

/// Whether nobody can have put a value under the key: it is the package's own, equals no other,
/// and the package does nothing with it but ask.
fn is_only_asked_for<'p>(context: &Context<'p>, file: &'p GoFile, key: Node<'p>) -> Option<bool> {
    let is_type = key.is(Kind::CompositeLiteral);
    let name = if is_type { key.field(Field::Type)? } else { key };
    let Resolved::Outer(name) = file.resolve(name) else { return Some(false) };
    if is_exported(name) || !is_unique(context, name, is_type) {
        return Some(false);
    }
    for (file, span) in context.survey()?.names(name) {
        context.affords(file, 2).then_some(())?;
        let node = file.node(*span, Kind::Identifier);
        let node = node.or_else(|| file.node(*span, Kind::TypeIdentifier))?;
        let around = At { file, node }.around();
        let argument = around.iter().find(|it| !is_type || !it.is(Kind::CompositeLiteral))?;
        let call = around.iter().find(|it| it.is(Kind::CallExpression));
        let called = call.and_then(|it| it.callee()?.field(Field::Field));
        let asked = called.is_some_and(|it| file.text_of(it) == "Value");
        if !asked || !argument.is(Kind::ArgumentList) {
            return Some(false);
        }
    }
    Some(true)
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
