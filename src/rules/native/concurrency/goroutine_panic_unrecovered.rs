//! A goroutine works on one item after another, and one bad item ends the process.

use std::collections::HashSet;

use crate::golang::{Access, Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::assertion::unchecked;
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::Start;
use crate::rules::object::{Object, is_exported};
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::GoStatement], vars: &["BODY", "PANIC"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, go) = (place.file, place.node);
    if serves_tests(file) || !context.affords(file, 4) {
        return None;
    }
    let start = Start::of(&context.types, At { file, node: go })?;
    let At { file: home, node: body } = start.body;
    if !context.affords_steps(body.byte_range().len() as u64) || recovers(home.text_of(body)) {
        return None;
    }
    let mut inside = HashSet::new();
    let mut suspects = Vec::new();
    for node in own_nodes(body) {
        match node.go_kind() {
            Kind::ForStatement => {
                inside.extend(own_nodes(node).map(|it| it.id()));
            }
            Kind::TypeAssertionExpression | Kind::CallExpression | Kind::AssignmentStatement
                if inside.contains(&node.id()) =>
            {
                suspects.push(node);
            }
            _ => {}
        }
    }
    for node in suspects {
        if !context.affords(home, 2) {
            return None;
        }
        if may_panic(context, home, node) {
            let mut hit = Hit::at(file, go)
                .var("BODY", start.named())
                .var("PANIC", home.text_of(node))
                .with(home, node, Role::Body);
            // Whether a process should live on after a panic is for its owners to say.
            hit.confidence = Confidence::Low;
            return Some(hit);
        }
    }
    None
}

/// Whether a piece of code may panic for what others have given it: an assertion on what anybody
/// may have stored, a callback that other packages set, or a write into a map that was never made.
fn may_panic<'p>(context: &Context<'p>, file: &'p GoFile, node: Node<'p>) -> bool {
    match node.go_kind() {
        Kind::TypeAssertionExpression => {
            let mut around = node.ancestors(file.root());
            around.reverse();
            let kind = Kind::TypeAssertionExpression;
            unchecked(context, &Place { file, node, kind, ancestors: &around }).is_some()
        }
        Kind::CallExpression => is_callback(context, file, node),
        _ => writes_nil_map(file, node),
    }
}

/// Whether a call calls a function that users of the package set in an exported field.
fn is_callback<'p>(context: &Context<'p>, file: &'p GoFile, call: Node<'p>) -> bool {
    let Some(callee) = call.callee().filter(|it| it.is(Kind::SelectorExpression)) else {
        return false;
    };
    let set = callee.field(Field::Field).is_some_and(|it| is_exported(file.text_of(it)));
    set && file.qualified(callee).is_none()
        && matches!(Object::of(context, file, callee), Some(Object::Field(..)))
}

/// Whether a value goes into a map that a `var` declares, and that never gets another.
fn writes_nil_map(file: &GoFile, assignment: Node<'_>) -> bool {
    let target = assignment.field(Field::Left).and_then(|it| it.parts().next());
    let map =
        target.filter(|it| it.is(Kind::IndexExpression)).and_then(|it| it.field(Field::Operand));
    let Some(id) = map.and_then(|it| file.resolve(it.unparen()).local()) else { return false };
    let scopes = file.scopes();
    let (span, kind) = scopes.binding(id).declared_by;
    let by = file.node(span, kind).filter(|it| it.is(Kind::VarSpec));
    let bare = by.is_some_and(|it| {
        it.field(Field::Value).is_none()
            && it.field(Field::Type).is_some_and(|it| it.is(Kind::MapType))
    });
    let changed = |it: Access| it.writes() || it == Access::Address;
    bare && scopes.uses_of(id).all(|it| it.part || !changed(it.access))
}

/// Whether the function speaks of recovering: itself, or through a helper's name.
fn recovers(text: &str) -> bool {
    ["recover", "Recover", "HandleCrash"].iter().any(|it| text.contains(it))
}
