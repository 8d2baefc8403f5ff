//! A result that is used before anybody has looked at the error that comes with it.

use crate::golang::{Kind, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::{is_script, serves_tests};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::outcome::{Deref, Nothing, Outcome, Says, Ways, derefs};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::ShortVarDeclaration, Kind::AssignmentStatement],
    vars: &["RESULT", "WORD", "USE"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) {
        return Vec::new();
    }
    let outcome = Outcome::of(context, place).filter(|it| it.says == Says::Error);
    outcome.map(|it| found(context, &it)).unwrap_or_default()
}

fn found<'p>(context: &Context<'p>, outcome: &Outcome<'p>) -> Vec<Hit<'p>> {
    let file = outcome.file;
    let word = file.slice(file.scopes().binding(outcome.word).name);
    let mut hits = Vec::new();
    for (name, id, at) in &outcome.results {
        let derefs = derefs(context, (file, outcome.flow), *name, &[*id, outcome.word]);
        if derefs.is_empty() {
            continue;
        }
        let ways = Ways::new(outcome, *id);
        let unchecked = ways.unchecked();
        let open = |it: &&Deref<'p>| unchecked[it.at.index()];
        let Some(first) = derefs.iter().find(open) else { continue };
        let ignored = ways.is_ignored();
        let confidence = match outcome.nothing(context, *at) {
            Some(Nothing::Nil) if first.sure => Confidence::High,
            // Methods that allow nil are called by those who only pass the error on.
            Some(Nothing::Custom) if !first.sure && !ways.is_tested() && !ignored => {
                Confidence::Low
            }
            Some(_) => Confidence::Medium,
            // Whatever it is, the error is lost.
            None if ignored => Confidence::Medium,
            None => continue,
        };
        let mut hit = Hit::at(file, first.node)
            .var("RESULT", file.text_of(*name))
            .var("WORD", word)
            .var("USE", file.text_of(first.node));
        hit.confidence = confidence;
        // What is known by custom alone is not worth it where the process ends soon.
        if is_script(file) && !ignored {
            hit.confidence = Confidence::Low;
        }
        hits.push(hit.with(file, outcome.statement, Role::Call));
    }
    hits
}
