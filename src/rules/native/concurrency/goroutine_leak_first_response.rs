//! Several goroutines send on a channel, and the function that started them receives only until it
//! has what it wants.

use crate::golang::{GoNode, Kind, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::{ends_soon, is_main};
use crate::rules::channel::{Act, Local, Senders, abandoned};
use crate::rules::engine::{Context, Hit, Native};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::ShortVarDeclaration, Kind::VarSpec], vars: &["CH", "OP"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if context.package.is_partial() {
        return Vec::new();
    }
    let channels = context.channels(place.file, place.node);
    channels.iter().filter_map(|it| hit(context, it)).collect()
}

fn hit<'p>(context: &Context<'p>, channel: &Local<'p>) -> Option<Hit<'p>> {
    let owner = channel.owner;
    if is_main(context.package, owner.file, owner.node) {
        return None;
    }
    let found = abandoned(context, channel)?;
    (found.senders == Senders::Many && found.waiting.act == Act::Send).then_some(())?;
    let name = owner.file.slice(channel.name());
    let waiting = found.waiting.at;
    let mut hit = Hit::at(waiting.file, waiting.node)
        .var("CH", name)
        .var("OP", found.operation(name))
        .with(owner.file, channel.make, Role::Make);
    let receives = channel
        .operations
        .iter()
        .find(|it| matches!(it.act, Act::Receive | Act::Range) && it.start().is_none());
    let last = found.by.or(receives.map(|it| it.in_owner()));
    if let Some(it) = last.filter(|it| owner.node.span().encloses(it.span())) {
        hit = hit.with(owner.file, it, Role::OtherCase);
    }
    hit.confidence = match found.sure {
        _ if ends_soon(context, owner) => Confidence::Low,
        true => Confidence::High,
        false => Confidence::Medium,
    };
    Some(hit)
}
