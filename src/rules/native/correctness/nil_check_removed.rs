//! A check for nil that a change removed while what it guarded stayed.

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
    let of = base.type_of(guard.subject);
    let is_error = of.is_error() || value.to_ascii_lowercase().ends_with("err");
    if !guard.with.is(Kind::Nil) || is_error {
        return None;
    }
    let around = Around::of(changed, guard);
    let usage = changed.now().find(|it| {
        used(head, *it, value, &around)
            && changed.before(*it).is_some_and(|before| guard.covers(base, before))
            && guard.is_alone(changed, *it)
            && !is_checked(head, *it)
    })?;
    let hit = Hit::at(head.file(), usage)
        .var("VALUE", value)
        .var("USE", head.text(usage))
        .var("CHECK", base.text(guard.comparison));
    Some(Loss { hit, removed: guard.statement.lines() })
}

/// The nodes of which the head makes something special, by their ids.
struct Around {
    called: Vec<usize>,
    written: Vec<usize>,
    /// Whether the guard made the value a map.
    makes_map: bool,
}

impl Around {
    fn of(changed: &Changed<'_, '_>, guard: &Guard<'_>) -> Self {
        let called = changed.now().filter_map(GoNode::callee).map(|it| it.id());
        let assignments = changed.now().filter(|it| it.is(Kind::AssignmentStatement));
        let left = assignments.filter_map(|it| it.field(Field::Left));
        let written = left.flat_map(GoNode::parts).map(|it| it.id());
        let branch = guard.statement.field(Field::Consequence);
        let makes_map = branch.is_some_and(|it| changed.base.file().text_of(it).contains("map["));
        Self { called: called.collect(), written: written.collect(), makes_map }
    }
}

/// Whether the head compares the value of a use with something in front of it, or asks for its
/// length or type.
fn is_checked<'p>(head: &Side<'_, 'p>, usage: Node<'p>) -> bool {
    let value = usage.field(Field::Operand).and_then(|it| AccessPath::of(head.file(), it));
    let Some(value) = value else { return true };
    let is_value = |it: Node<'p>| is_object(head, it, &value);
    asked_before(head, usage, |it| match it.go_kind() {
        Kind::BinaryExpression => {
            let sides = [Field::Left, Field::Right].into_iter();
            let mut sides = sides.filter_map(|side| it.field(side));
            matches!(it.operator(), Some("==" | "!=")) && sides.any(is_value)
        }
        Kind::CallExpression => {
            it.callee().is_some_and(|it| head.text(it) == "len") && it.arguments().any(is_value)
        }
        Kind::TypeSwitchStatement | Kind::ExpressionSwitchStatement => {
            it.field(Field::Value).is_some_and(is_value)
        }
        _ => false,
    })
}

/// Whether a node of the head fails, or writes to nothing, when the value is nil.
fn used<'p>(head: &Side<'_, 'p>, node: Node<'p>, value: &str, around: &Around) -> bool {
    let is_value = |it: Option<Node<'p>>| it.is_some_and(|it| head.text(it.unparen()) == value);
    match node.go_kind() {
        Kind::SelectorExpression if is_value(node.field(Field::Operand)) => {
            let Some(operand) = node.field(Field::Operand) else { return false };
            let of = head.type_of(operand.unparen());
            match head.context.types.underlying(&of) {
                // A method may do well without its receiver; of an interface none is there.
                Type::Interface(_) => around.called.contains(&node.id()),
                Type::Pointer(_) | Type::Unknown => !around.called.contains(&node.id()),
                _ => false,
            }
        }
        Kind::UnaryExpression => {
            node.operator() == Some("*") && is_value(node.field(Field::Operand))
        }
        // An element of a map, where it is given a value.
        Kind::IndexExpression if is_value(node.field(Field::Operand)) => {
            let of = node.field(Field::Operand).map(|it| head.type_of(it.unparen()));
            let of = of.map(|it| head.context.types.underlying(&it));
            let is_map = matches!(of, Some(Type::Map(_))) || around.makes_map;
            is_map && around.written.contains(&node.id())
        }
        _ => false,
    }
}
