//! The same through two calls, each of which takes the lock for itself.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::engine::{Context, Hit};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::function_of;
use crate::rules::lockset::{LockRef, OnEntry};
use crate::rules::object::{Object, is_exported};
use crate::rules::survey::At;

/// One call of a method that is over with the lock when it returns.
struct Section<'p> {
    call: Node<'p>,
    method: At<'p>,
    lock: LockRef<'p>,
    taken: Node<'p>,
}

/// The branches of a function that ask under a lock and act under it again, by two methods.
pub(super) fn split<'p>(context: &Context<'p>, function: At<'p>) -> Vec<Hit<'p>> {
    let At { file, node } = function;
    let branches = own_nodes(node).filter(|it| it.is(Kind::IfStatement));
    branches.filter_map(|it| branch(context, file, it)).take(1).collect()
}

fn branch<'p>(context: &Context<'p>, file: &'p GoFile, branch: Node<'p>) -> Option<Hit<'p>> {
    let condition = branch.field(Field::Condition)?.unparen();
    let negated = condition.is(Kind::UnaryExpression) && condition.operator() == Some("!");
    let asked = if negated { condition.field(Field::Operand)?.unparen() } else { condition };
    let callee = asked.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    let receiver = file.text_of(callee.field(Field::Operand)?);
    let key: Vec<_> = asked.arguments().map(|it| file.text_of(it)).collect();
    if key.is_empty() {
        return None;
    }
    let body = branch.field(Field::Consequence)?;
    let acts: Vec<_> = body
        .statements()
        .filter(|it| it.is(Kind::ExpressionStatement))
        .filter_map(|it| it.parts().next())
        .filter(|it| {
            let callee = it.callee().filter(|it| it.is(Kind::SelectorExpression));
            let of = callee.and_then(|it| it.field(Field::Operand));
            of.is_some_and(|it| file.text_of(it) == receiver)
                && it.arguments().next().is_some_and(|it| file.text_of(it) == key[0])
        })
        .collect();
    let act = *acts.first()?;
    let sets = context.locksets()?;
    context.affords(file, 4).then_some(())?;
    let check = section(context, file, asked)?;
    let act = section(context, file, act)?;
    if check.lock.class != act.lock.class || !act.lock.write {
        return None;
    }
    // Somebody around may keep the two together.
    let inside = At { file, node: branch };
    let outer =
        At { file, node: inside.around().into_iter().find(|it| it.go_kind().is_function())? };
    let name = outer.node.field(Field::Name).map(|it| file.text_of(it));
    let hidden =
        sets.on_entry(context, outer) == OnEntry::Unknown && !name.is_some_and(is_exported);
    if hidden || !sets.held(context, inside).is_empty() {
        return None;
    }
    let looked = entry_of(context, check.method, false)?;
    let changed = entry_of(context, act.method, true)?;
    // Who sets again what is there already, or takes away what is gone, does no harm.
    (says_missing(check.method.node) != negated).then_some(())?;
    (looked == changed && !looks(context, act.method, changed)).then_some(())?;
    let mut hit = Hit::at(file, act.call)
        .var("ACT", file.text_of(act.call))
        .var("CHECK", file.text_of(check.call))
        .var("LOCK", act.lock.named(act.method.file, Some(act.taken)))
        .with(file, check.call, Role::Access)
        .with(check.method.file, check.taken, Role::Acquire);
    hit.confidence = Confidence::Medium;
    Some(hit)
}

/// What a call locks from its first statement to its end.
fn section<'p>(context: &Context<'p>, file: &'p GoFile, call: Node<'p>) -> Option<Section<'p>> {
    let method = function_of(&context.types, file, call.callee()?)?;
    let local = context.locksets()?.local(method)?;
    let [wait] = &*local.waits else { return None };
    let body = method.node.field(Field::Body)?;
    let first = body.statements().next()?;
    first.span().encloses(wait.node.span()).then_some(())?;
    Some(Section { call, method, lock: local.locks[wait.lock].clone(), taken: wait.node })
}

/// The map of the receiver whose element by a parameter is returned, or set.
fn entry_of<'p>(context: &Context<'p>, method: At<'p>, set: bool) -> Option<Object<'p>> {
    let At { file, node } = method;
    let statement = own_nodes(node).find(|it| match it.go_kind() {
        Kind::ReturnStatement => !set,
        Kind::AssignmentStatement => set && target(*it).is_some(),
        _ => false,
    })?;
    let index = match set {
        true => target(statement)?,
        false => own_nodes(node).find(|it| it.is(Kind::IndexExpression))?,
    };
    Object::of(context, file, index.field(Field::Operand)?)
}

/// Whether the method returns that something is not there: `!m[k]`, `m[k] == nil`.
fn says_missing(method: Node<'_>) -> bool {
    let returns = own_nodes(method).filter(|it| it.is(Kind::ReturnStatement)).last();
    let value = returns.and_then(|it| it.parts().next()).and_then(|it| it.parts().next());
    value.map(GoNode::unparen).is_some_and(|it| matches!(it.operator(), Some("!" | "==")))
}

fn target<'p>(assignment: Node<'p>) -> Option<Node<'p>> {
    let target = assignment.field(Field::Left)?.parts().next()?;
    Some(target).filter(|it| it.is(Kind::IndexExpression))
}

/// Whether the method that changes the map looks into it first.
fn looks<'p>(context: &Context<'p>, method: At<'p>, map: Object<'p>) -> bool {
    let At { file, node } = method;
    let mentions = own_nodes(node).filter(|it| it.is(Kind::SelectorExpression));
    let count = mentions.filter(|it| Object::of(context, file, *it) == Some(map)).count();
    count != 1 || own_nodes(node).any(|it| it.is(Kind::IfStatement))
}
