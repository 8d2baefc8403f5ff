//! An error that was looked at, and that a change drops while what came with it is still used.

use crate::golang::types::Type;
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::Role;
use crate::rules::engine::Hit;
use crate::rules::flow::{End, end};
use crate::rules::versions::{Changed, Comparing, Loss, Side, Statement, comparisons, mentions};

pub(in crate::rules) const NATIVE: Comparing = Comparing { vars: &["CALL", "WHAT"], check };

fn check<'p>(changed: &Changed<'_, 'p>) -> Vec<Loss<'p>> {
    let found = |it: &Statement<'p>| dropped(changed, it).or_else(|| goes_on(changed, it));
    changed.gone.iter().filter_map(found).collect()
}

/// `v, err := f()` with a branch for the error became `v, _ := f()`.
fn dropped<'p>(changed: &Changed<'_, 'p>, statement: &Statement<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    let (names, call) = declares(base, statement.node)?;
    let error = *names.last()?;
    let branch = changed.gone.iter().find(|it| {
        it.node.start_byte() >= statement.node.end_byte() && branch_for(base, it.node, error)
    })?;
    let leaves =
        branch.node.field(Field::Consequence).is_some_and(|it| end(base.file(), it) != End::Falls);
    let (now, names) = changed.added.iter().find_map(|it| {
        let (names, now) = declares(head, it.node)?;
        (head.text(now) == base.text(call) && *names.last()? == "_").then_some((it.node, names))
    })?;
    let value = names.iter().find(|it| **it != "_")?;
    let usage = changed.now().find(|it| {
        it.is(Kind::SelectorExpression)
            && it.start_byte() > now.end_byte()
            && it.field(Field::Operand).is_some_and(|it| head.text(it) == *value)
    })?;
    let of = usage.field(Field::Operand).map(|it| head.type_of(it));
    let nilable = of.is_none_or(|it| {
        let of = head.context.types.underlying(&it);
        matches!(of, Type::Pointer(_) | Type::Interface(_) | Type::Unknown)
    });
    let hit = Hit::at(head.file(), now)
        .var("CALL", head.text(call_in(now)?))
        .var("WHAT", head.text(usage))
        .with(head.file(), usage, Role::Access);
    (leaves && nilable).then_some(Loss { hit, removed: branch.node.lines() })
}

/// The branch for the error is still there, and no longer leaves.
fn goes_on<'p>(changed: &Changed<'_, 'p>, statement: &Statement<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    if !statement.node.is(Kind::ReturnStatement) {
        return None;
    }
    let around = statement.node.ancestors(base.file().root());
    let branch = around.iter().find(|it| it.is(Kind::IfStatement))?;
    let block = branch.field(Field::Consequence)?;
    // The last statement of the branch itself.
    let last = block.statements().last()?;
    if last.id() != statement.node.id() || changed.is_gone(*branch) {
        return None;
    }
    let line = changed.line_after(branch.lines().first)?;
    let now = changed.now().find(|it| it.is(Kind::IfStatement) && it.lines().first == line)?;
    let same = now.field(Field::Condition).map(|it| head.text(it))
        == branch.field(Field::Condition).map(|it| base.text(it));
    let rest = now.field(Field::Consequence)?;
    let plain = now.field(Field::Alternative).is_none() && end(head.file(), rest) == End::Falls;
    let kept = block.statements().count() == rest.statements().count() + 1;
    let first = rest.statements().next()?;
    let condition = now.field(Field::Condition)?;
    let error = comparisons(condition).into_iter().find_map(|it| {
        let left = it.field(Field::Left)?;
        let is_error = it.operator() == Some("!=")
            && it.field(Field::Right).is_some_and(|it| it.is(Kind::Nil))
            && (head.type_of(left).is_error() || head.text(left) == "err");
        is_error.then(|| head.text(left))
    })?;
    if !(same && plain && kept) {
        return None;
    }
    // The error was all that the branch gave to the caller, or what came with it is used.
    let list = now.ancestors(head.file().root());
    let behind: Vec<Node<'p>> =
        list.first()?.parts().filter(|it| it.start_byte() >= now.end_byte()).collect();
    if behind.is_empty() {
        return None;
    }
    let beside = beside(head, now, error);
    let uses =
        behind.iter().find(|it| beside.iter().any(|name| mentions(head.text(**it), name) > 0));
    let lost =
        mentions(base.text(statement.node), error) > 0 && mentions(head.text(rest), error) == 0;
    let usage = uses.copied().or_else(|| lost.then_some(behind[0]))?;
    let hit = Hit::at(head.file(), first)
        .var("CALL", head.text(condition))
        .var("WHAT", shortened(head.text(usage)))
        .with(head.file(), usage, Role::Access);
    Some(Loss { hit, removed: statement.node.lines() })
}

/// The other results of the call that gives the error.
fn beside<'p>(head: &Side<'_, 'p>, branch: Node<'p>, error: &str) -> Vec<&'p str> {
    let before = head.at.node.descendants().filter(|it| it.end_byte() <= branch.start_byte());
    let declared = before.filter_map(|it| declares(head, it)).filter(|it| it.0.contains(&error));
    let inside = branch.field(Field::Initializer).and_then(|it| declares(head, it));
    let last = inside.or_else(|| declared.last());
    let names = last.map_or_else(Vec::new, |it| it.0);
    names.into_iter().filter(|it| *it != error && *it != "_").collect()
}

/// The names that a statement gives the results of one call.
fn declares<'p>(side: &Side<'_, 'p>, statement: Node<'p>) -> Option<(Vec<&'p str>, Node<'p>)> {
    let kinds = [Kind::ShortVarDeclaration, Kind::AssignmentStatement];
    if !kinds.contains(&statement.go_kind()) {
        return None;
    }
    let names: Vec<_> = statement.field(Field::Left)?.parts().map(|it| side.text(it)).collect();
    let call = call_in(statement)?;
    (names.len() > 1).then_some((names, call))
}

fn call_in(statement: Node<'_>) -> Option<Node<'_>> {
    let mut right = statement.field(Field::Right)?.parts();
    right.next().filter(|it| it.is(Kind::CallExpression))
}

/// Whether a statement is a branch that asks for an error.
fn branch_for(side: &Side<'_, '_>, statement: Node<'_>, error: &str) -> bool {
    statement.is(Kind::IfStatement)
        && statement.field(Field::Condition).is_some_and(|it| {
            comparisons(it).into_iter().any(|it| {
                it.operator() == Some("!=")
                    && it.field(Field::Left).is_some_and(|it| side.file().text_of(it) == error)
                    && it.field(Field::Right).is_some_and(|it| it.is(Kind::Nil))
            })
        })
}

/// The first line of a text.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end_matches('{').trim_end();
    if line.len() < text.len() { format!("{line} …") } else { line.to_owned() }
}
