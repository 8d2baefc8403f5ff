//! A field or a variable of the package is written in one goroutine while another uses it, and
//! nothing orders the two.

use std::collections::HashSet;

use crate::golang::{GoNode, Kind, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::is_for_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::object::Object;
use crate::rules::state::{Touch, is_meant, race, variables};
use crate::rules::survey::At;
use crate::rules::types::Type;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::TypeSpec, Kind::VarSpec], vars: &["PLACE"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let is_map = |of: &Type<'p>| matches!(context.types.underlying(of), Type::Map(_));
    let plain = variables(context, place).into_iter().filter(|it| !is_map(&it.1));
    let mut hits: Vec<_> = plain.filter_map(|it| of_variable(context, it.0)).collect();
    // What one function does to several fields is one mistake.
    let mut seen = HashSet::new();
    hits.retain(|it| {
        let function = At { file: it.file, node: it.trigger }.declaration();
        seen.insert(function.map(|it| it.id()))
    });
    hits
}

fn of_variable<'p>(context: &Context<'p>, variable: Object<'p>) -> Option<Hit<'p>> {
    let all = context.touches(variable)?;
    let all: Vec<Touch<'p>> = all
        .iter()
        .filter(|it| !it.at.file.is_test() && !is_meant(it.at.file, it.at.node))
        .cloned()
        .collect();
    let race = race(context, &all)?;
    let At { file, node } = race.change.at;
    // Each goroutine may have an element of its own.
    if file.text_of(node).contains('[') {
        return None;
    }
    let mut hit = Hit::at(file, node).var("PLACE", file.text_of(node));
    if race.other.at.key() != race.change.at.key() {
        hit = hit.with(race.other.at.file, race.other.at.node, Role::Access);
    }
    if is_for_tests(file.path()) {
        hit.confidence = Confidence::Low;
    }
    if race.start.node.is(Kind::GoStatement) {
        hit = hit.with(race.start.file, race.start.node, Role::Start);
    }
    Some(hit)
}
