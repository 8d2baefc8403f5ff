//! A variable that was read or written atomically, and that a change accesses as plain memory.

use crate::golang::{AccessPath, Field, GoNode, Kind, Node};
use crate::rules::Role;
use crate::rules::engine::Hit;
use crate::rules::survey::At;
use crate::rules::versions::{Changed, Comparing, Loss, Side, Statement, released};

pub(in crate::rules) const NATIVE: Comparing = Comparing { vars: &["CALL", "USE"], check };

/// How many atomic calls are looked at.
const CALLS: usize = 400;

fn check<'p>(changed: &Changed<'_, 'p>) -> Vec<Loss<'p>> {
    changed.gone.iter().filter_map(|it| found(changed, it)).take(1).collect()
}

fn found<'p>(changed: &Changed<'_, 'p>, statement: &Statement<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    let end = statement.node.start_byte() + statement.opening.len().max(1);
    let call = statement.node.descendants().find(|it| {
        it.is(Kind::CallExpression) && it.start_byte() < end && operation(base, *it).is_some()
    })?;
    let path = AccessPath::of(base.file(), operand(call)?)?;
    let shown = path.shown(base.file());
    let still = changed.now().any(|it| {
        operation(head, it).is_some()
            && operand(it).is_some_and(|it| {
                AccessPath::of(head.file(), it).is_some_and(|it| it.shown(head.file()) == shown)
            })
            || released(head.file(), it).is_some_and(|it| matches!(it.1, "Lock" | "RLock"))
    });
    if still {
        return None;
    }
    // The plain access that stands in its place.
    let kinds = [Kind::SelectorExpression, Kind::UnaryExpression, Kind::Identifier];
    let lines: Vec<_> = changed.added.iter().map(|it| it.node.lines()).collect();
    let usage = changed.now().find(|it| {
        kinds.contains(&it.go_kind())
            && lines.iter().any(|lines| lines.contains(it.lines().first))
            && AccessPath::of(head.file(), *it).is_some_and(|it| it.shown(head.file()) == shown)
            && is_plain(head, *it)
    })?;
    let elsewhere = elsewhere(changed, path.last()?)?;
    let hit = Hit::at(head.file(), usage)
        .var("CALL", base.text(call))
        .var("USE", head.text(usage))
        .with(elsewhere.file, elsewhere.node, Role::Access);
    Some(Loss { hit, removed: statement.node.lines() })
}

/// The name of an atomic function that a call calls: `LoadInt64`.
fn operation<'p>(side: &Side<'_, 'p>, call: Node<'p>) -> Option<&'p str> {
    let callee = call.callee().filter(|_| call.is(Kind::CallExpression))?;
    let (path, name) = side.file().qualified(callee)?;
    let known = ["Load", "Store", "Add", "Swap", "CompareAndSwap"];
    (path == "sync/atomic" && known.iter().any(|it| name.starts_with(it))).then_some(name)
}

/// The variable whose address it takes, conversions left out.
fn operand(call: Node<'_>) -> Option<Node<'_>> {
    let mut node = call.arguments().next()?.unparen();
    if matches!(node.go_kind(), Kind::CallExpression | Kind::TypeConversionExpression) {
        node = node.field(Field::Operand).or_else(|| node.arguments().next())?.unparen();
    }
    Some(node)
}

/// Whether the access is to memory, and not to a value with atomic methods of its own.
fn is_plain<'p>(head: &Side<'_, 'p>, usage: Node<'p>) -> bool {
    let of = head.type_of(usage);
    of.behind().foreign_name().is_none()
}

/// An atomic access of the same field that is left in the package.
fn elsewhere<'p>(changed: &Changed<'_, 'p>, field: &str) -> Option<At<'p>> {
    let survey = changed.head.context.survey()?;
    let places = survey.selectors(field).iter().take(CALLS);
    places.copied().find(|it| {
        let around = it.around();
        let call = around.iter().take(4).find(|it| it.is(Kind::CallExpression));
        !it.file.is_test()
            && call.is_some_and(|call| {
                let callee = call.callee().and_then(|callee| it.file.qualified(callee));
                callee.is_some_and(|it| it.0 == "sync/atomic")
            })
    })
}
