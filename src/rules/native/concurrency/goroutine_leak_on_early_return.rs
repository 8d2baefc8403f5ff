//! A function returns while a goroutine of it still waits on a channel that nobody else has.

use crate::golang::{GoFile, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::{ends_soon, is_main};
use crate::rules::channel::{Abandoned, Act, Local, Senders, abandoned, with_room};
use crate::rules::engine::{Context, Hit, Native};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::ShortVarDeclaration, Kind::VarSpec],
    vars: &["CH", "OP", "EXIT"],
    check,
};

/// More code than this is not quoted.
const QUOTED: usize = 40;

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
    // Many senders for one receiver are a mistake of their own.
    if found.senders == Senders::Many && found.waiting.act == Act::Send {
        return None;
    }
    let name = owner.file.slice(channel.name());
    let waiting = found.waiting.at;
    let exit = found.by.map_or("}", |it| quoted(owner.file, it));
    let mut hit = Hit::at(waiting.file, waiting.node)
        .var("CH", name)
        .var("OP", found.operation(name))
        .var("EXIT", exit)
        .with(owner.file, channel.make, Role::Make);
    if let Some(it) = found.by {
        hit = hit.with(owner.file, it, Role::OtherCase);
    }
    hit.confidence = confidence(context, channel, &found);
    let single = found.senders == Senders::One && found.waiting.act == Act::Send;
    if single && sends_once(channel) {
        hit.fix = with_room(owner.file, channel.make);
    }
    Some(hit)
}

fn confidence<'p>(
    context: &Context<'p>,
    channel: &Local<'p>,
    found: &Abandoned<'_, 'p>,
) -> Confidence {
    if ends_soon(context, channel.owner) {
        Confidence::Low
    } else if found.sure && !found.early {
        Confidence::High
    } else {
        Confidence::Medium
    }
}

/// Whether the channel sees one send at most.
fn sends_once(channel: &Local<'_>) -> bool {
    channel.operations.iter().filter(|it| it.act == Act::Send).count() == 1
}

/// The first line of a statement, or its first word.
fn quoted<'p>(file: &'p GoFile, statement: Node<'p>) -> &'p str {
    let text = file.text_of(statement);
    if text.len() <= QUOTED && !text.contains('\n') {
        return text;
    }
    text.split_whitespace().next().unwrap_or("return")
}
