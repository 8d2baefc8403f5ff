//! A span of a trace that does not end on some way.

use crate::golang::Place;
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::release::{ACQUIRING, SPAN, unreleased};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: ACQUIRING, vars: &["HELD", "CALL"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) {
        return Vec::new();
    }
    unreleased(context, place, &SPAN)
}
