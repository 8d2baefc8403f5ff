//! A buffering writer that nobody flushes or closes.

use crate::golang::{GoNode, Place};
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::release::{ACQUIRING, WRITER, acquired};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: ACQUIRING, vars: &["WRITER", "CALL", "LAST"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) {
        return Vec::new();
    }
    found(context, place).into_iter().collect()
}

fn found<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let file = place.file;
    let found = acquired(context, place, &WRITER)?;
    // Where something fails, what is left in the buffer is of no use.
    if found.holding.is_none() || found.released || found.handed_on {
        return None;
    }
    let hit = Hit::at(file, place.node)
        .var("WRITER", file.text_of(found.name))
        .var("CALL", file.text_of(found.call.callee()?))
        .var("LAST", found.gives_back(file));
    Some(hit)
}
