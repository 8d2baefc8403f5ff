//! `x.(T)` without `ok` on what a container of `any` gives, where nothing makes sure that it holds
//! a `T`.

use crate::golang::{Field, GoNode, Kind, Place};
use crate::model::Severity;
use crate::rules::Role;
use crate::rules::assertion::unchecked;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::start::goroutine;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::TypeAssertionExpression], vars: &["SOURCE", "TYPE"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, assertion) = (place.file, place.node);
    let found = unchecked(context, place)?;
    let mut hit = Hit::at(file, assertion)
        .var("SOURCE", file.text_of(found.source))
        .var("TYPE", file.text_of(assertion.field(Field::Type)?));
    if let Some((file, node)) = found.made {
        hit = hit.with(file, node, Role::Make);
    }
    hit.confidence = found.confidence;
    let own = goroutine(context, file, place.ancestors).is_some();
    if !own && context.package.entry_at(file, assertion.start_byte()).is_none() {
        hit.severity = Severity::Warning;
    }
    Some(hit)
}
