//! A result that is nil where it is used: its error is not nil, or its `ok` does not hold.

use crate::golang::{Kind, Place, PointId};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::{is_script, serves_tests};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::outcome::{Nothing, Outcome, Ways, derefs};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::ShortVarDeclaration, Kind::AssignmentStatement],
    vars: &["RESULT", "WORD", "USE"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) {
        return Vec::new();
    }
    let Some(outcome) = Outcome::of(context, place) else { return Vec::new() };
    let file = outcome.file;
    let word = file.slice(file.scopes().binding(outcome.word).name);
    let mut hits = Vec::new();
    for (name, id, at) in &outcome.results {
        let derefs = derefs(context, (file, outcome.flow), *name, &[*id, outcome.word]);
        if derefs.is_empty() {
            continue;
        }
        let Some(nothing) = outcome.nothing(context, *at) else { continue };
        let ways = Ways::new(&outcome, *id);
        let unchecked = ways.unchecked();
        let wanted: Vec<PointId> =
            derefs.iter().map(|it| it.at).filter(|it| !unchecked[it.index()]).collect();
        let Some(first) = ways.certain(context, &wanted).first().copied() else { continue };
        let Some(it) = derefs.iter().find(|it| it.at == first) else { continue };
        let mut hit = Hit::at(file, it.node)
            .var("RESULT", file.text_of(*name))
            .var("WORD", word)
            .var("USE", file.text_of(it.node));
        if nothing == Nothing::Custom || !it.sure {
            hit.confidence = Confidence::Medium;
        }
        if is_script(file) {
            hit.confidence = Confidence::Low;
        }
        hits.push(hit.with(file, outcome.statement, Role::Call));
    }
    hits
}
