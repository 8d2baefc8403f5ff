//! A response whose body is not closed on some way.

use crate::golang::Place;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::release::{ACQUIRING, BODY, unreleased};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: ACQUIRING, vars: &["HELD", "CALL"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    unreleased(context, place, &BODY)
}
