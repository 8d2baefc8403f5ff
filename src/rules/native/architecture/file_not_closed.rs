//! A file, a listener or a connection that is not closed on some way.

use crate::golang::Place;
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::once::runs_once;
use crate::rules::release::{ACQUIRING, FILE, unreleased};
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: ACQUIRING, vars: &["HELD", "CALL"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) {
        return Vec::new();
    }
    let hits = unreleased(context, place, &FILE);
    if !hits.is_empty() && runs_once(context, At { file: place.file, node: place.node }) {
        return Vec::new();
    }
    hits
}
