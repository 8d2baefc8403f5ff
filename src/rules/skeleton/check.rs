//! Say in one line what the rule reports.

use crate::golang::{GoNode, Kind, Place};
use crate::rules::engine::{Context, Hit, Native};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::CallExpression], vars: &["F"], check };

/// Is asked about every node of the kinds above, and names what it sees there.
fn check<'p>(_context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(place).into_iter().collect()
}

fn hit<'p>(place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, call) = (place.file, place.node);
    let callee = call.callee()?;
    // Through import aliases, and not when a local name hides the package.
    if file.qualified(callee)? != ("fmt", "Println") {
        return None;
    }
    Some(Hit::at(file, call).var("F", file.text_of(callee)))
}
