//! A file, a listener or a connection that is not closed on some way.

use crate::golang::Place;
use crate::model::Confidence;
use crate::rules::audience::{is_tool, serves_tests};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::release::{ACQUIRING, FILE, unreleased};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: ACQUIRING, vars: &["HELD", "CALL"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) {
        return Vec::new();
    }
    let mut hits = unreleased(context, place, &FILE);
    if is_tool(context.package, place.file) {
        // The process ends soon, and closes everything.
        for it in &mut hits {
            it.confidence = Confidence::Low;
        }
    }
    hits
}
