//! A goroutine works on one item after another, and one bad item ends the process.

use std::collections::HashSet;

use crate::golang::{GoNode, Kind, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::Start;
use crate::rules::native::correctness::unchecked_type_assertion;
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
    let mut asserted = Vec::new();
    for node in own_nodes(body) {
        match node.go_kind() {
            Kind::ForStatement => {
                inside.extend(own_nodes(node).map(|it| it.id()));
            }
            Kind::TypeAssertionExpression if inside.contains(&node.id()) => asserted.push(node),
            _ => {}
        }
    }
    for node in asserted {
        if !context.affords(home, 2) {
            return None;
        }
        let mut around = node.ancestors(home.root());
        around.reverse();
        let kind = Kind::TypeAssertionExpression;
        let at = Place { file: home, node, kind, ancestors: &around };
        if unchecked_type_assertion::hit(context, &at).is_some() {
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

/// Whether the function speaks of recovering: itself, or through a helper's name.
fn recovers(text: &str) -> bool {
    ["recover", "Recover", "HandleCrash"].iter().any(|it| text.contains(it))
}
