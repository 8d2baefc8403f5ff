//! A call that gave something back, which a change removed while what acquires it stayed.

use crate::golang::{BindingKind, Field, GoNode, Kind, Node, Resolved};
use crate::rules::Role;
use crate::rules::engine::Hit;
use crate::rules::versions::{Changed, Comparing, Loss, Side, Statement, mentions, released};

pub(in crate::rules) const NATIVE: Comparing = Comparing { vars: &["CALL", "HELD"], check };

/// Methods that give back what their receiver holds.
const RELEASES: &[&str] = &[
    "Close",
    "Stop",
    "Release",
    "Unsubscribe",
    "Rollback",
    "Cancel",
    "Free",
    "Shutdown",
    "CloseSend",
    "Destroy",
    "Cleanup",
];

fn check<'p>(changed: &Changed<'_, 'p>) -> Vec<Loss<'p>> {
    changed.gone.iter().filter_map(|it| found(changed, it)).collect()
}

fn found<'p>(changed: &Changed<'_, 'p>, statement: &Statement<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    let (call, held, method) = release(base, statement.node)?;
    // With a whole branch went the reason to release.
    let around = statement.node.ancestors(base.file().root());
    if around.iter().any(|it| changed.is_gone(*it)) {
        return None;
    }
    let name = base.text(held);
    let Resolved::Local(_, binding) = base.file().resolve(held) else { return None };
    if !matches!(binding.kind, BindingKind::ShortVar | BindingKind::Var)
        || binding.function != base.file().scopes().function_at(statement.node.start_byte())
        || changed.added_mentions(name)
        || is_deferred(head, name, method)
        || statement.node.is(Kind::DeferStatement) != is_deferred(base, name, method)
    {
        return None;
    }
    // The declaration, at the head.
    let at = base.file().node(binding.name, Kind::Identifier)?;
    let at = changed.after(at)?;
    let trigger = if statement.node.is(Kind::DeferStatement) {
        let gone = !calls(head, name, method);
        (gone && !escapes(head, name)).then_some(at)?
    } else {
        let next = after(&around, statement.node)?;
        let leaves = next.is(Kind::ReturnStatement) && mentions(base.text(next), name) == 0;
        changed.after(next).filter(|_| leaves)?
    };
    let hit = Hit::at(head.file(), trigger).var("CALL", base.text(call)).var("HELD", name);
    let hit = if trigger.id() == at.id() { hit } else { hit.with(head.file(), at, Role::Acquire) };
    Some(Loss { hit, removed: statement.node.lines() })
}

/// The call in a statement that gives something back, and what it gives back.
fn release<'p>(side: &Side<'_, 'p>, statement: Node<'p>) -> Option<(Node<'p>, Node<'p>, &'p str)> {
    let kinds = [Kind::ExpressionStatement, Kind::DeferStatement, Kind::AssignmentStatement];
    if !kinds.contains(&statement.go_kind()) {
        return None;
    }
    let mut calls = statement.descendants().filter(|it| it.is(Kind::CallExpression));
    let (call, held, name) = calls.find_map(|it| {
        let (held, name) = released(side.file(), it)?;
        RELEASES.contains(&name).then_some((it, held.unparen(), name))
    })?;
    // `resp.Body.Close()` gives back what `resp` holds.
    let body = held.is(Kind::SelectorExpression)
        && held.field(Field::Field).is_some_and(|it| side.text(it) == "Body");
    let held = if body { held.field(Field::Operand)?.unparen() } else { held };
    held.is(Kind::Identifier).then_some((call, held, name))
}

/// Whether a deferred call, or one in a deferred literal, gives it back.
fn is_deferred(side: &Side<'_, '_>, name: &str, method: &str) -> bool {
    let mut defers = side.at.node.descendants().filter(|it| it.is(Kind::DeferStatement));
    defers.any(|it| {
        let text = side.text(it);
        mentions(text, name) > 0 && text.contains(method)
    })
}

/// Whether it is given back anywhere, be it as a method value.
fn calls(side: &Side<'_, '_>, name: &str, method: &str) -> bool {
    side.at.node.descendants().any(|it| {
        it.is(Kind::SelectorExpression)
            && it.field(Field::Field).is_some_and(|it| side.text(it) == method)
            && it.field(Field::Operand).is_some_and(|it| mentions(side.text(it), name) > 0)
    })
}

/// Whether it may live longer than the function: it is returned, stored, sent, or used by a
/// function literal, itself or inside of what was made with it.
fn escapes(side: &Side<'_, '_>, name: &str) -> bool {
    let mut names = vec![name.to_owned()];
    for it in side.at.node.descendants() {
        let declares =
            matches!(it.go_kind(), Kind::ShortVarDeclaration | Kind::AssignmentStatement);
        let (Some(left), Some(right)) = (it.field(Field::Left), it.field(Field::Right)) else {
            continue;
        };
        // `r := wrap(f)` holds it, too; what reads from it does not.
        if declares && right.parts().any(|it| hands_out(side, it, name)) {
            names.extend(left.parts().map(|it| side.text(it).to_owned()));
        }
    }
    side.at.node.descendants().any(|it| {
        let text = || side.text(it);
        let speaks = |text: &str| names.iter().any(|name| mentions(text, name) > 0);
        match it.go_kind() {
            Kind::ReturnStatement => {
                let results = it.descendants().filter(|it| it.is(Kind::ExpressionList)).take(1);
                let mut results = results.flat_map(GoNode::parts);
                results.any(|it| names.iter().any(|name| hands_out(side, it, name)))
            }
            Kind::CompositeLiteral | Kind::SendStatement => speaks(text()),
            Kind::FuncLiteral | Kind::GoStatement => speaks(text()),
            Kind::AssignmentStatement => {
                let to_field = it.field(Field::Left).is_some_and(|it| {
                    it.parts().any(|it| !it.is(Kind::Identifier) && !it.is(Kind::BlankIdentifier))
                });
                to_field && it.field(Field::Right).is_some_and(|it| speaks(side.text(it)))
            }
            _ => false,
        }
    })
}

/// Whether an expression is the held thing or something that was made around it; what reads it to
/// its end is not.
fn hands_out(side: &Side<'_, '_>, expression: Node<'_>, name: &str) -> bool {
    let node = expression.unparen();
    let text = side.file().text_of(node);
    text == name
        || node.is(Kind::UnaryExpression) && text.trim_start_matches('&') == name
        || node.arguments().any(|it| side.file().text_of(it.unparen()) == name)
            && node.callee().is_some_and(|it| {
                let called = side.file().text_of(it);
                let last = called.rsplit('.').next().unwrap_or(called).to_ascii_lowercase();
                ["new", "with", "wrap", "open"].iter().any(|it| last.contains(it))
            })
}

/// The statement behind one, in the same list.
fn after<'p>(around: &[Node<'p>], statement: Node<'p>) -> Option<Node<'p>> {
    let list = around.first()?;
    list.parts().find(|it| it.start_byte() >= statement.end_byte())
}
