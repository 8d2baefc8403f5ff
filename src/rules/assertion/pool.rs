//! Pools whose `Get` may give something else than the assertion wants.

use super::home::{Home, Usage};
use super::{Reason, Value};
use crate::golang::{BindingKind, Field, GoFile, GoNode, Kind, Node, Resolved, Span};
use crate::model::Confidence;
use crate::rules::engine::Context;
use crate::rules::flow::own_nodes;
use crate::rules::types::only;

/// What the package lets a pool be.
enum Made {
    /// Made without `New`.
    Bare,
    /// Its `New` returns nothing, or something that is certainly not of the type.
    Other,
    /// Handed in by a caller from another package.
    Given,
}

/// Why a pool may give nothing, or something else.
pub(super) fn reason<'p>(
    context: &Context<'p>,
    value: &Value<'p>,
    holder: Node<'p>,
) -> Option<Reason<'p>> {
    if value.is_filled_before(holder, &["Put"]) {
        return None;
    }
    let home = Home::of(context, value.file, holder)?;
    let wanted: String = plain(value.file, value.assertion.field(Field::Type)?);
    let mut made = None;
    let mut given = false;
    for usage in home.usages(context)? {
        let (file, node, kind) = match usage {
            Usage::Member(_, _, "Get" | "Put" | "New") => continue,
            Usage::Member(..) => return None,
            Usage::Set(file, it) => (file, it, made_by(context, file, it, &wanted)?),
            Usage::SetNew(file, it) => {
                is_other(context, file, it, &wanted).then_some((file, it, Made::Other))?
            }
        };
        match kind {
            Made::Given => given = true,
            Made::Bare | Made::Other => made = made.or(Some((file, node))),
        }
    }
    match made {
        // A pool of the package: others cannot reach it to set its `New`.
        Some(_) if given => None,
        Some(_) if home.is_exported() => None,
        Some(made) => Some(Reason { confidence: Confidence::High, made: Some(made) }),
        None if home.is_pointer => home.is_field().then(|| Reason::new(Confidence::Medium)),
        None => (!home.is_exported()).then(|| Reason::new(Confidence::High)),
    }
}

/// What kind of pool a value is; `None` for a good one, and for one that nobody knows.
fn made_by<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    value: Node<'p>,
    wanted: &str,
) -> Option<Made> {
    let mut value = value.unparen();
    if value.operator() == Some("&") {
        value = value.field(Field::Operand)?.unparen();
    }
    match value.go_kind() {
        Kind::CompositeLiteral => {
            if file.qualified(value.field(Field::Type)?)? != ("sync", "Pool") {
                return None;
            }
            let Some(new) = value.field(Field::Body)?.parts().next() else {
                return Some(Made::Bare);
            };
            let new = new.field(Field::Value)?;
            is_other(context, file, new.parts().next()?, wanted).then_some(Made::Other)
        }
        Kind::CallExpression => {
            let new = matches!(file.resolve(value.callee()?), Resolved::Outer("new"));
            let of = value.arguments().next().and_then(|it| file.qualified(it));
            (new && of == Some(("sync", "Pool"))).then_some(Made::Bare)
        }
        Kind::Identifier => {
            let Resolved::Local(_, binding) = file.resolve(value) else { return None };
            let function = file.scopes().function(binding.function?);
            let parameter = binding.kind == BindingKind::Parameter;
            (parameter && is_called_by_others(context, file, function.span, function.kind))
                .then_some(Made::Given)
        }
        _ => None,
    }
}

/// Whether only other packages call the function.
fn is_called_by_others(context: &Context<'_>, file: &GoFile, span: Span, kind: Kind) -> bool {
    let Some(name) = file.node(span, kind).and_then(|it| it.field(Field::Name)) else {
        return false;
    };
    let called = format!("{}(", file.text_of(name));
    let declared = format!("func {called}");
    file.text_of(name).starts_with(char::is_uppercase)
        && context
            .package
            .files()
            .iter()
            .filter(|it| !it.is_test())
            .all(|it| it.text().matches(&called).count() == it.text().matches(&declared).count())
}

/// Whether the function returns `nil`, or a pointer where a value is wanted, or the other way
/// round; everything else may be right.
fn is_other<'p>(context: &Context<'p>, file: &'p GoFile, new: Node<'p>, wanted: &str) -> bool {
    let (file, function) = match new.unparen() {
        it if it.is(Kind::FuncLiteral) => (file, it),
        it => {
            let Resolved::Outer(name) = file.resolve(it) else { return it.is(Kind::Nil) };
            let Some(declared) = only(context.package.functions(name)) else { return false };
            let Some(node) = declared.item.node(declared.file) else { return false };
            (&**declared.file, node)
        }
    };
    own_nodes(function).filter(|it| it.is(Kind::ReturnStatement)).any(|it| {
        let value = it.parts().next().and_then(|it| it.parts().next());
        value.is_some_and(|it| is_other_value(file, it.unparen(), wanted))
    })
}

fn is_other_value(file: &GoFile, value: Node<'_>, wanted: &str) -> bool {
    let literal = |it: Node<'_>| it.field(Field::Type).map(|it| plain(file, it));
    let given = match value.go_kind() {
        Kind::Nil => return true,
        Kind::CompositeLiteral => literal(value),
        Kind::UnaryExpression if value.operator() == Some("&") => {
            let of = value.field(Field::Operand).map(GoNode::unparen);
            of.filter(|it| it.is(Kind::CompositeLiteral))
                .and_then(literal)
                .map(|it| format!("*{it}"))
        }
        Kind::CallExpression => {
            let of = value.arguments().next().map(|it| plain(file, it));
            match value.callee().map(|it| file.resolve(it)) {
                Some(Resolved::Outer("new")) => of.map(|it| format!("*{it}")),
                Some(Resolved::Outer("make")) => of,
                _ => None,
            }
        }
        _ => None,
    };
    given.is_some_and(|it| {
        it.strip_prefix('*') == Some(wanted) || wanted.strip_prefix('*') == Some(&it)
    })
}

/// A type's text without layout.
fn plain(file: &GoFile, of: Node<'_>) -> String {
    file.text_of(of).split_whitespace().collect()
}
