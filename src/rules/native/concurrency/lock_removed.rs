//! A lock that a change took away from around code that still touches what it guards.

use crate::golang::{Field, GoNode, ItemKind, Kind, Node};
use crate::rules::Role;
use crate::rules::engine::Hit;
use crate::rules::survey::At;
use crate::rules::versions::{Changed, Comparing, Loss, Statement, released};

pub(in crate::rules) const NATIVE: Comparing = Comparing { vars: &["LOCK", "USE", "FIELD"], check };

/// How many places of a field are looked at.
const PLACES: usize = 200;

fn check<'p>(changed: &Changed<'_, 'p>) -> Vec<Loss<'p>> {
    changed.gone.iter().filter_map(|it| found(changed, it)).collect()
}

fn found<'p>(changed: &Changed<'_, 'p>, statement: &Statement<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    let call = statement.expression()?;
    let (lock, method) = released(base.file(), call.unparen())?;
    if !matches!(method, "Lock" | "RLock") || !lock.is(Kind::SelectorExpression) {
        return None;
    }
    let name = base.text(lock.field(Field::Field)?);
    let owner = base.text(lock.field(Field::Operand)?.unparen());
    let around = statement.node.ancestors(base.file().root());
    let locks_again = changed.now().any(|it| {
        released(head.file(), it).is_some_and(|it| matches!(it.1, "Lock" | "RLock" | "TryLock"))
    });
    if locks_again || around.iter().any(|it| changed.is_gone(*it)) || is_left_to_callers(changed) {
        return None;
    }
    // From here to where it was unlocked.
    let unlock =
        format!("{}.{}", base.text(lock), if method == "Lock" { "Unlock" } else { "RUnlock" });
    let list = around.first()?;
    let end = list.parts().find(|it| {
        it.start_byte() > call.start_byte()
            && it.is(Kind::ExpressionStatement)
            && base.text(*it).starts_with(&unlock)
    });
    let region = call.end_byte()..end.map_or(list.end_byte(), |it| it.start_byte());
    let callees: Vec<usize> =
        changed.now().filter_map(|it| it.callee()).map(|it| it.id()).collect();
    let usage = changed.now().find(|it| {
        it.is(Kind::SelectorExpression)
            && it.field(Field::Operand).is_some_and(|it| head.text(it.unparen()) == owner)
            && it.field(Field::Field).is_some_and(|it| head.text(it) != name)
            && !callees.contains(&it.id())
            && changed.before(*it).is_some_and(|it| region.contains(&it.start_byte()))
            && changed.root_is_kept(*it)
            && is_shared(changed, *it)
    })?;
    let field = head.text(usage.field(Field::Field)?);
    let elsewhere = guarded_elsewhere(changed, name, field)?;
    let hit = Hit::at(head.file(), usage)
        .var("LOCK", base.text(lock))
        .var("USE", head.text(usage))
        .var("FIELD", field)
        .with(elsewhere.file, elsewhere.node, Role::Access);
    Some(Loss { hit, removed: statement.node.lines() })
}

/// Whether the function's name says that its callers lock, or some caller does.
fn is_left_to_callers(changed: &Changed<'_, '_>) -> bool {
    let head = &changed.head;
    let Some(name) = head.at.node.field(Field::Name).map(|it| head.text(it)) else { return true };
    let lower = name.to_ascii_lowercase();
    if lower.contains("lock") {
        return true;
    }
    let exported = name.starts_with(char::is_uppercase);
    let Some(survey) = head.context.survey() else { return true };
    let calls = survey.calls(name);
    !exported
        && calls.iter().take(PLACES).any(|it| {
            let function = it.declaration();
            function.is_some_and(|function| it.file.text_of(function).contains("Lock()"))
        })
}

/// Whether the field is plain memory that lives on: no lock, channel or atomic of its own.
fn is_shared<'p>(changed: &Changed<'_, 'p>, usage: Node<'p>) -> bool {
    let head = &changed.head;
    let of = head.type_of(usage);
    let foreign = of.behind().foreign_name();
    let own = foreign.is_some_and(|(path, _)| path.starts_with("sync") || path.contains("atomic"));
    !own && head.context.types.channel(&of).is_none()
}

/// A place in another function that writes the field and locks.
fn guarded_elsewhere<'p>(changed: &Changed<'_, 'p>, lock: &str, field: &str) -> Option<At<'p>> {
    let head = &changed.head;
    let survey = head.context.survey()?;
    let places = survey.selectors(field).iter().take(PLACES);
    places.copied().find(|it| {
        let Some(function) = it.declaration() else { return false };
        let other = function.id() != head.at.node.id() && !it.file.is_test();
        let around = it.around();
        let written = around.iter().take(3).any(|node| match node.go_kind() {
            Kind::AssignmentStatement => {
                node.field(Field::Left).is_some_and(|left| left.span().encloses(it.node.span()))
            }
            Kind::IncStatement | Kind::DecStatement => true,
            Kind::CallExpression => {
                node.callee().is_some_and(|it| matches!(it.go_kind(), Kind::Identifier))
                    && it.file.text_of(*node).starts_with("delete(")
            }
            _ => false,
        });
        let text = it.file.text_of(function);
        let locked = text.contains(&format!("{lock}.Lock()"));
        let declared = it
            .file
            .items()
            .iter()
            .any(|item| item.kind != ItemKind::Type && item.span.encloses(it.node.span()));
        other && written && locked && declared
    })
}
