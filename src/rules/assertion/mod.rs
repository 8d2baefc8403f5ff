//! `x.(T)` without `ok`: whether what a container of `any` gives may not be a `T`.

mod decoded;
mod guard;
mod home;
mod pool;
mod stored;

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;

use super::audience::serves_tests;
use super::engine::Context;

/// An assertion that may panic.
pub(super) struct Unchecked<'p> {
    /// The expression that gave the value.
    pub(super) source: Node<'p>,
    /// How sure that is.
    pub(super) confidence: Confidence,
    /// Where the container is made that cannot be trusted.
    pub(super) made: Option<(&'p GoFile, Node<'p>)>,
}

/// Why the value may not be there, and how sure that is.
struct Reason<'p> {
    confidence: Confidence,
    /// Where the container is made that cannot be trusted.
    made: Option<(&'p GoFile, Node<'p>)>,
}

impl Reason<'_> {
    fn new(confidence: Confidence) -> Self {
        Self { confidence, made: None }
    }
}

/// A value of type `any` whose origin is known.
struct Value<'p> {
    file: &'p GoFile,
    /// The assertion.
    assertion: Node<'p>,
    /// The expression that gave the value: itself the operand, or what its variable was given.
    source: Node<'p>,
    /// The declaration around it.
    declaration: Node<'p>,
}

/// What is wrong with an assertion, if anything is.
pub(super) fn unchecked<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Unchecked<'p>> {
    let (file, assertion) = (place.file, place.node);
    if guard::has_ok(assertion, place.ancestors) {
        return None;
    }
    let operand = assertion.field(Field::Operand)?.unparen();
    let asked = [Kind::CallExpression, Kind::Identifier, Kind::IndexExpression]
        .contains(&operand.go_kind());
    if !asked || context.package.is_partial() || serves_tests(file) {
        return None;
    }
    let declaration = place.ancestors.iter().find(|it| it.go_kind().is_function())?;
    if !context.affords(file, place.ancestors.len() + 2) {
        return None;
    }
    let source = guard::source(file, operand)?;
    let value = Value { file, assertion, source, declaration: *declaration };
    let reason = reason(context, &value)?;
    if guard::is_expected(file, *declaration) || guard::recovers(file, place.ancestors) {
        return None;
    }
    Some(Unchecked { source, confidence: reason.confidence, made: reason.made })
}

/// Why the value may be missing or another, by the container that it comes from.
fn reason<'p>(context: &Context<'p>, value: &Value<'p>) -> Option<Reason<'p>> {
    let file = value.file;
    if !value.source.is(Kind::CallExpression) {
        return decoded::reason(context, value);
    }
    let callee = value.source.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    let holder = callee.field(Field::Operand)?.unparen();
    match file.text_of(callee.field(Field::Field)?) {
        "Get" if is_a(context, file, holder, ("sync", "Pool")) => {
            pool::reason(context, value, holder)
        }
        "Load" if is_a(context, file, holder, ("sync/atomic", "Value")) => {
            stored::in_atomic_value(context, value, holder)
        }
        "Load" | "LoadAndDelete" if is_a(context, file, holder, ("sync", "Map")) => {
            stored::in_map(value, holder)
        }
        "Value" if is_a(context, file, holder, ("context", "Context")) => {
            stored::in_context(context, value)
        }
        _ => None,
    }
}

/// Whether the expression's type is this one of another package, or a pointer to it.
fn is_a<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    expression: Node<'p>,
    (path, name): (&str, &str),
) -> bool {
    context.types.of(file, expression).behind().is(path, name)
}
