//! Values that a JSON decoder chose the type of: what a sender writes decides.

use super::{Reason, Value};
use crate::golang::{Access, BindingKind, Field, GoFile, GoNode, Kind, Resolved, Use};
use crate::model::Confidence;
use crate::rules::audience::is_tool;
use crate::rules::engine::Context;
use crate::rules::types::Type;

/// Why an element of a decoded map, or a decoded `any`, may be of another type.
pub(super) fn reason<'p>(context: &Context<'p>, value: &Value<'p>) -> Option<Reason<'p>> {
    let (file, package) = (value.file, context.package);
    let element = value.source.is(Kind::IndexExpression);
    let of = if element { value.source.field(Field::Operand)?.unparen() } else { value.source };
    let Resolved::Local(id, binding) = file.resolve(of) else { return None };
    if !matches!(binding.kind, BindingKind::Var | BindingKind::ShortVar) {
        return None;
    }
    let of_value = context.types.underlying(&context.types.of(file, of));
    let untyped = match (element, of_value) {
        (true, Type::Map(it)) => it.1 == Type::ANY,
        (false, it) => it == Type::ANY,
        _ => false,
    };
    let mut uses: Vec<&Use> = file.scopes().uses_of(id).collect();
    uses.retain(|it| it.span.range().start < of.start_byte());
    if !untyped || !context.affords(file, uses.len()) {
        return None;
    }
    // Between the decoder and the assertion nobody may have looked at the value.
    let decoder = uses.last().filter(|it| it.access == Access::Address && !it.part)?;
    let earlier = uses.len() == 1;
    if !earlier || !is_decoded(file, decoder) || makes_json(value) {
        return None;
    }
    let own = is_tool(package, file) || reads_own(context, value);
    Some(Reason::new(if own { Confidence::Low } else { Confidence::Medium }))
}

/// Whether the use hands the variable to a decoder of `encoding/json`.
fn is_decoded(file: &GoFile, used: &Use) -> bool {
    let Some(name) = file.node(used.span, Kind::Identifier) else { return false };
    let around = name.ancestors(file.root());
    let Some(call) = around.get(2).filter(|it| it.is(Kind::CallExpression)) else { return false };
    let Some(callee) = call.callee() else { return false };
    if file.qualified(callee) == Some(("encoding/json", "Unmarshal")) {
        return true;
    }
    let decoder = callee.field(Field::Operand).and_then(GoNode::callee);
    callee.field(Field::Field).is_some_and(|it| file.text_of(it) == "Decode")
        && decoder.and_then(|it| file.qualified(it)) == Some(("encoding/json", "NewDecoder"))
}

/// Whether the declaration writes JSON itself: then it may read its own.
fn makes_json(value: &Value<'_>) -> bool {
    let writes = |it: &str| it.starts_with("Marshal") || it.starts_with("Encode");
    value
        .before(Kind::CallExpression)
        .filter_map(GoNode::callee)
        .any(|it| it.field(Field::Field).is_some_and(|it| writes(value.file.text_of(it))))
}

/// Whether the declaration is the `UnmarshalJSON` of a type that writes its JSON itself: it often
/// reads nothing else.
fn reads_own(context: &Context<'_>, value: &Value<'_>) -> bool {
    let name = value.declaration.field(Field::Name).map(|it| value.file.text_of(it));
    let items = value.file.items();
    let item = items.iter().find(|it| it.span.encloses(value.declaration.span()));
    let owner = item.and_then(|it| it.receiver.as_ref());
    name == Some("UnmarshalJSON")
        && owner.is_some_and(|it| {
            context.package.methods(&it.type_name, "MarshalJSON").next().is_some()
        })
}
