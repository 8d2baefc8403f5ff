//! A copy that was changed in the place of the original, and that a change does without.

use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::engine::Hit;
use crate::rules::versions::{Changed, Comparing, Loss, Side, Statement, mentions};

pub(in crate::rules) const NATIVE: Comparing =
    Comparing { vars: &["ORIGINAL", "COPY", "CHANGE"], check };

/// Methods and functions that copy.
const COPIES: &[&str] = &["Clone", "Copy", "DeepCopy", "Dup", "clone", "copy", "deepCopy"];

fn check<'p>(changed: &Changed<'_, 'p>) -> Vec<Loss<'p>> {
    changed.gone.iter().filter_map(|it| found(changed, it)).collect()
}

fn found<'p>(changed: &Changed<'_, 'p>, statement: &Statement<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    let (name, call, original) = copied(base, statement.node)?;
    // What was done to the copy is done to the original now.
    let done = changed.gone.iter().find_map(|it| {
        changes(base, it.node, name)?;
        let now = replaced(&it.opening, name, original);
        changed.added.iter().find(|it| it.opening == now).map(|it| it.node)
    })?;
    let again =
        changed.added.iter().any(|it| copied(head, it.node).is_some_and(|it| it.2 == original));
    let made = changed.now().any(|it| is_fresh(head, it, original));
    if again || made {
        return None;
    }
    let hit = Hit::at(head.file(), done)
        .var("ORIGINAL", original)
        .var("COPY", base.text(call))
        .var("CHANGE", head.text(done).lines().next().unwrap_or_default());
    Some(Loss { hit, removed: statement.node.lines() })
}

/// `c := x.Clone()`: the copy's name, the call, and what is copied.
fn copied<'p>(side: &Side<'_, 'p>, statement: Node<'p>) -> Option<(&'p str, Node<'p>, &'p str)> {
    if !statement.is(Kind::ShortVarDeclaration) {
        return None;
    }
    let (mut left, mut right) =
        (statement.field(Field::Left)?.parts(), statement.field(Field::Right)?.parts());
    let (name, call) = (left.next()?, right.next()?);
    if left.next().is_some() || !call.is(Kind::CallExpression) {
        return None;
    }
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    let called = side.text(callee.field(Field::Field)?);
    let mut arguments = call.arguments();
    let original = match (arguments.next(), arguments.next()) {
        (None, _) => callee.field(Field::Operand)?,
        (Some(only), None) => only,
        _ => return None,
    };
    let original = side.text(original.unparen());
    let plain = original.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '.'));
    (COPIES.contains(&called) && plain).then_some((side.text(name), call, original))
}

/// Whether a statement changes what a variable holds: a field, an element, or by a method that
/// says so.
fn changes<'p>(side: &Side<'_, 'p>, statement: Node<'p>, name: &str) -> Option<Node<'p>> {
    let written = match statement.go_kind() {
        Kind::AssignmentStatement => statement
            .field(Field::Left)?
            .parts()
            .find(|it| !it.is(Kind::Identifier) && mentions(side.text(*it), name) > 0)?,
        Kind::ExpressionStatement => {
            let call = statement.parts().next()?.unparen();
            let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
            let called = side.text(callee.field(Field::Field)?);
            let writes = ["Set", "Add", "Del", "Append", "Put", "Insert", "Remove", "Clear"];
            let own = callee.field(Field::Operand).is_some_and(|it| side.text(it) == name);
            (own && writes.iter().any(|it| called.starts_with(it))).then_some(callee)?
        }
        _ => return None,
    };
    Some(written)
}

/// A text with one name in the place of another.
fn replaced(text: &str, name: &str, with: &str) -> String {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].chars().next_back().or_else(|| out.chars().next_back());
        let after = rest[at + name.len()..].chars().next();
        let whole =
            !before.is_some_and(|it| is_part(it) || it == '.') && !after.is_some_and(is_part);
        out.push_str(&rest[..at]);
        out.push_str(if whole { with } else { name });
        rest = &rest[at + name.len()..];
    }
    out + rest
}

/// Whether a statement makes the original anew, so that nobody else has it.
fn is_fresh(head: &Side<'_, '_>, statement: Node<'_>, original: &str) -> bool {
    let kinds = [Kind::ShortVarDeclaration, Kind::AssignmentStatement];
    if !kinds.contains(&statement.go_kind()) {
        return false;
    }
    let text = |it: Option<Node<'_>>| it.map_or("", |it| head.file().text_of(it));
    let right = text(statement.field(Field::Right));
    text(statement.field(Field::Left)) == original
        && (right.starts_with(['&', '['])
            || right.contains('{')
            || right.starts_with("make(")
            || right.starts_with("new("))
}
