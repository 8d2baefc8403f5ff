//! A check of a length or a size that a change removed while what it guarded stayed.

use crate::golang::types::Type;
use crate::golang::{AccessPath, Field, GoNode, Kind, Node};
use crate::rules::engine::Hit;
use crate::rules::versions::{Changed, Comparing, Guard, Loss, Side, asked_before, is_object};

pub(in crate::rules) const NATIVE: Comparing =
    Comparing { vars: &["VALUE", "USE", "CHECK"], check };

fn check<'p>(changed: &Changed<'_, 'p>) -> Vec<Loss<'p>> {
    Guard::losses(changed, |it| found(changed, it))
}

fn found<'p>(changed: &Changed<'_, 'p>, guard: &Guard<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    let value = base.text(guard.subject);
    let by_length = base.text(guard.comparison).contains(&format!("len({value})"));
    let ordered = !matches!(guard.comparison.operator(), Some("==" | "!="));
    if !(by_length || ordered) || guard.with.is(Kind::Nil) {
        return None;
    }
    let usage = changed.now().find(|it| {
        let used = if by_length { cuts(head, *it, value) } else { sizes(head, *it, value) };
        used && changed.before(*it).is_some_and(|before| guard.covers(base, before))
            && guard.is_alone(changed, *it)
            && !is_checked(head, *it, value, by_length)
    })?;
    let hit = Hit::at(head.file(), usage)
        .var("VALUE", if by_length { format!("len({value})") } else { value.to_owned() })
        .var("USE", head.text(usage))
        .var("CHECK", base.text(guard.comparison));
    Some(Loss { hit, removed: guard.statement.lines() })
}

/// Whether the head looks at the length, or compares the size, in front of a use.
fn is_checked<'p>(head: &Side<'_, 'p>, usage: Node<'p>, value: &str, by_length: bool) -> bool {
    let operand = usage.field(Field::Operand).filter(|_| by_length);
    let path = operand.and_then(|it| AccessPath::of(head.file(), it));
    let is_value = |it: Node<'p>| match &path {
        Some(path) => is_object(head, it, path),
        None => head.text(it) == value,
    };
    let speaks = |it: Node<'p>| it.descendants().any(is_value);
    asked_before(head, usage, |it| match it.go_kind() {
        Kind::CallExpression => {
            let name = it.callee().map_or("", |it| head.text(it));
            // `bytes.HasPrefix(b, …)` and the like say something of the length, too.
            let looks = match by_length {
                true => name == "len" || name.contains("Has") || name.contains("heck"),
                false => matches!(name, "min" | "max"),
            };
            looks && it.arguments().any(speaks)
        }
        Kind::RangeClause => by_length && it.field(Field::Right).is_some_and(is_value),
        Kind::BinaryExpression => {
            let sides = [Field::Left, Field::Right].into_iter();
            let compares = matches!(it.operator(), Some("==" | "!=" | "<" | "<=" | ">" | ">="));
            compares && !by_length && sides.filter_map(|side| it.field(side)).any(speaks)
        }
        _ => false,
    })
}

/// Whether a node takes a fixed element or part of the value, which panics when there is none.
fn cuts<'p>(head: &Side<'_, 'p>, node: Node<'p>, value: &str) -> bool {
    let operand = node.field(Field::Operand).map(GoNode::unparen);
    let Some(operand) = operand.filter(|it| head.text(*it) == value) else { return false };
    let of = head.type_of(operand);
    let is_map = matches!(head.context.types.underlying(&of), Type::Map(_) | Type::Array(..));
    let number = |it: Option<Node<'p>>| {
        it.and_then(|it| head.context.types.constant(head.file(), it)).unwrap_or(0)
    };
    match node.go_kind() {
        Kind::IndexExpression => {
            let at = node.field(Field::Index);
            let constant = at.and_then(|it| head.context.types.constant(head.file(), it));
            !is_map && constant.is_some()
        }
        Kind::SliceExpression => {
            number(node.field(Field::Start)).max(number(node.field(Field::End))) > 0
        }
        _ => false,
    }
}

/// Whether a node takes the value as the size of what it makes or cuts.
fn sizes<'p>(head: &Side<'_, 'p>, node: Node<'p>, value: &str) -> bool {
    match node.go_kind() {
        Kind::CallExpression => {
            node.callee().is_some_and(|it| head.text(it) == "make")
                && node.arguments().skip(1).any(|it| is_size(head, it, value))
        }
        Kind::SliceExpression => [Field::Start, Field::End]
            .into_iter()
            .any(|it| node.field(it).is_some_and(|it| is_size(head, it, value))),
        Kind::IndexExpression => {
            let operand = node.field(Field::Operand).map(|it| head.type_of(it));
            let listed = operand.is_some_and(|it| {
                let of = head.context.types.underlying(&it);
                matches!(of, Type::Slice(_) | Type::Array(..))
            });
            listed && node.field(Field::Index).is_some_and(|it| is_size(head, it, value))
        }
        _ => false,
    }
}

/// `value`, or a conversion of it.
fn is_size<'p>(head: &Side<'_, 'p>, node: Node<'p>, value: &str) -> bool {
    let node = node.unparen();
    head.text(node) == value
        || matches!(node.go_kind(), Kind::CallExpression | Kind::TypeConversionExpression)
            && node.arguments().count() == 1
            && node.arguments().all(|it| head.text(it.unparen()) == value)
            && node.callee().is_some_and(|it| head.text(it).starts_with(['i', 'u']))
}
