//! A goroutine ranges over a channel that nothing ever closes.

use crate::golang::{Field, GoNode, Kind, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::is_tool;
use crate::rules::channel::{Fate, fate};
use crate::rules::endless::{may_wait, waits_for_close};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::{End, end, own_nodes};
use crate::rules::goroutine::Start;
use crate::rules::kept::is_kept;
use crate::rules::object::Object;
use crate::rules::once::{entries, runs_once};
use crate::rules::owner::is_asked_for;
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::ForStatement], vars: &["CH", "BODY"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, package) = (place.file, context.package);
    let length = (place.node.end_byte() - place.node.start_byte()) as u64;
    if package.is_partial()
        || !may_wait(place.node)
        || !context.affords(file, 4)
        || !context.affords_steps(8 * length)
    {
        return None;
    }
    // A sink for what others send: who cannot know when the last of them is done cannot close.
    place.node.field(Field::Body)?.statements().next()?;
    let channel = waits_for_close(&context.types, file, place.node)?;
    let object = Object::of(context, file, channel)?;
    let function = At { file, node: place.function()? };
    // What belongs to the package lives as long as the process, and so may its goroutines.
    if matches!(object, Object::Var(_)) || context.survey()?.uses_unsafe() {
        return None;
    }
    let start = started(context, function)?;
    let Fate::Open(makes) = fate(context, object) else { return None };
    let is_local = matches!(object, Object::Local(..));
    if is_local && makes.is_empty() {
        return None;
    }
    let holder = object.holder(package);
    if holder.is_some_and(|it| is_kept(context, it)) {
        return None;
    }
    let entries = entries(context, start.site)?;
    let is_asked_for = holder.is_some_and(|it| is_asked_for(&context.types, it, &start, &entries));
    let mut hit = Hit::at(file, place.node)
        .var("CH", file.text_of(channel))
        .var("BODY", start.named())
        .with(start.site.file, start.site.node, Role::Start);
    hit.confidence = match makes.first() {
        _ if is_asked_for || is_tool(package, file) => Confidence::Low,
        Some(_) => Confidence::High,
        // Nothing in the package makes it: what else the package leaves out, who knows.
        None => Confidence::Medium,
    };
    for it in makes {
        hit = hit.with(it.file, it.node, Role::Make);
    }
    Some(hit)
}

/// The first start of a goroutine that comes to the function, itself or by a call, and that may
/// happen more than once in a process.
fn started<'p>(context: &Context<'p>, function: At<'p>) -> Option<Start<'p>> {
    let starts = context.starts()?;
    let mut all = starts.running(function).chain(starts.calling(function));
    let may_repeat = |it: &&Start<'p>| {
        !it.site.file.is_test()
            && context.affords(it.site.file, 2)
            && !ends_the_process(it)
            && !runs_once(context, it.site)
    };
    all.find(may_repeat).copied()
}

/// Whether the function that starts the goroutine goes on to end the process.
fn ends_the_process(start: &Start<'_>) -> bool {
    let Some(starter) = start.starter() else { return true };
    let body = starter.node.field(Field::Body);
    if body.is_some_and(|it| end(starter.file, it) == End::Exit) {
        return true;
    }
    own_nodes(starter.node).filter_map(GoNode::callee).any(|it| {
        let behind = it.start_byte() > start.site.node.end_byte();
        let exit = starter.file.qualified(it);
        behind && matches!(exit, Some(("os", "Exit") | ("syscall", "Exec")))
    })
}
