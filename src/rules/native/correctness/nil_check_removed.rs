//! A check for nil that a change removed while what it guarded stayed.

use crate::golang::types::Type;
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::engine::Hit;
use crate::rules::versions::{Changed, Comparing, Guard, Loss, Side, comparisons};

pub(in crate::rules) const NATIVE: Comparing =
    Comparing { vars: &["VALUE", "USE", "CHECK"], check };

fn check<'p>(changed: &Changed<'_, 'p>) -> Vec<Loss<'p>> {
    let found = |it: &Guard<'p>| found(changed, it);
    let guards = changed.gone.iter().flat_map(|it| Guard::of(it, &changed.base));
    guards.collect::<Vec<_>>().iter().filter_map(found).collect()
}

fn found<'p>(changed: &Changed<'_, 'p>, guard: &Guard<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    let value = base.text(guard.subject);
    let of = base.type_of(guard.subject);
    let is_error = of.is_error() || value.to_ascii_lowercase().ends_with("err");
    if !guard.with.is(Kind::Nil) || is_error || is_checked(head, value) {
        return None;
    }
    let calls: Vec<usize> = changed.now().filter_map(|it| it.callee()).map(|it| it.id()).collect();
    let usage = changed.now().find(|it| {
        used(head, *it, value, &calls)
            && changed.before(*it).is_some_and(|before| guard.covers(base, before))
            && guard.is_alone(changed, *it)
    })?;
    let hit = Hit::at(head.file(), usage)
        .var("VALUE", value)
        .var("USE", head.text(usage))
        .var("CHECK", base.text(guard.comparison));
    Some(Loss { hit, removed: guard.statement.lines() })
}

/// Whether the head still compares the value with nil, or asks for its length.
fn is_checked(head: &Side<'_, '_>, value: &str) -> bool {
    head.at.node.descendants().any(|it| match it.go_kind() {
        Kind::BinaryExpression => comparisons(it).into_iter().any(|it| {
            [Field::Left, Field::Right].into_iter().any(|side| {
                it.field(side).is_some_and(|it| head.text(it.unparen()) == value)
            })
        }),
        Kind::CallExpression => {
            let callee = it.callee().map(|it| head.text(it));
            callee == Some("len") && it.arguments().any(|it| head.text(it) == value)
        }
        // A switch over the value or over what it is.
        Kind::TypeSwitchStatement | Kind::ExpressionSwitchStatement => {
            it.field(Field::Value).is_some_and(|it| head.text(it) == value)
        }
        _ => false,
    })
}

/// Whether a node of the head fails, or writes to nothing, when the value is nil.
fn used<'p>(head: &Side<'_, 'p>, node: Node<'p>, value: &str, calls: &[usize]) -> bool {
    let is_value = |it: Option<Node<'p>>| it.is_some_and(|it| head.text(it.unparen()) == value);
    match node.go_kind() {
        Kind::SelectorExpression if is_value(node.field(Field::Operand)) => {
            let Some(operand) = node.field(Field::Operand) else { return false };
            let of = head.type_of(operand.unparen());
            match head.context.types.underlying(&of) {
                // A method may do well without its receiver; of an interface none is there.
                Type::Interface(_) => calls.contains(&node.id()),
                Type::Pointer(_) | Type::Unknown => !calls.contains(&node.id()),
                _ => false,
            }
        }
        Kind::UnaryExpression => {
            node.operator() == Some("*") && is_value(node.field(Field::Operand))
        }
        Kind::AssignmentStatement => {
            let left = node.field(Field::Left).into_iter().flat_map(GoNode::parts);
            left.into_iter().any(|it| {
                let operand = it.field(Field::Operand).filter(|_| it.is(Kind::IndexExpression));
                let of = operand.map(|it| head.type_of(it.unparen()));
                let is_map =
                    of.is_some_and(|it| matches!(head.context.types.underlying(&it), Type::Map(_)));
                is_map && is_value(operand)
            })
        }
        _ => false,
    }
}
