//! A send, a receive or a `Cond.Wait` that nobody who could ever answers.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::is_main;
use crate::rules::channel::{Act, Doing, Local, Operation, doing};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::object::Object;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::ShortVarDeclaration, Kind::VarSpec, Kind::CallExpression],
    vars: &["CH", "OP"],
    check,
};

/// Names of channels that are there to be waited on for good.
const FOREVER: &[&str] = &["forever", "never", "block", "hang", "wait"];

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, node) = (place.file, place.node);
    if context.package.is_partial() {
        return Vec::new();
    }
    if node.is(Kind::CallExpression) {
        return unsignalled(context, file, node).into_iter().collect();
    }
    let channels = context.channels(file, node);
    channels.iter().filter_map(|it| unanswered(context, it)).collect()
}

fn unanswered<'p>(context: &Context<'p>, channel: &Local<'p>) -> Option<Hit<'p>> {
    let owner = channel.owner;
    let file = owner.file;
    let name = file.slice(channel.name());
    let lower = name.to_ascii_lowercase();
    if is_main(context.package, file, owner.node) || FOREVER.iter().any(|it| lower.contains(it)) {
        return None;
    }
    let waiting = channel.operations.iter().find(|it| {
        waits(channel, it) && (is_alone(channel, it) || is_first(context, channel, it))
    })?;
    let op = match waiting.act {
        Act::Send | Act::Close => format!("{name} <-"),
        Act::Receive => format!("<-{name}"),
        Act::Range => format!("range {name}"),
    };
    let mut hit = Hit::at(waiting.at.file, waiting.at.node).var("CH", name).var("OP", op).with(
        file,
        channel.make,
        Role::Make,
    );
    // A goroutine that waits for the end of the process may be meant to.
    if waiting.start().is_some() && waiting.act == Act::Receive {
        hit.confidence = Confidence::Medium;
    }
    Some(hit)
}

/// Whether the operation can go on only together with another.
fn waits(channel: &Local<'_>, it: &Operation<'_>) -> bool {
    let blocks = match it.act {
        Act::Send => channel.capacity == Some(0),
        Act::Receive | Act::Range => true,
        Act::Close => false,
    };
    blocks && !it.gives_up && !it.deferred && it.is_run()
}

/// Whether nobody ever does what would let it go on.
fn is_alone(channel: &Local<'_>, it: &Operation<'_>) -> bool {
    let others = channel.operations.iter().any(|other| match it.act {
        Act::Send => other.act != Act::Send,
        _ => matches!(other.act, Act::Send | Act::Close),
    });
    // A channel that its maker alone waits on is there to wait for good.
    let shared = channel.passed > 0 || channel.operations.len() > 1;
    channel.escapes.is_empty() && !others && shared
}

/// Whether the function sends before anybody else can have the channel.
fn is_first<'p>(context: &Context<'p>, channel: &Local<'p>, it: &Operation<'p>) -> bool {
    let file = channel.owner.file;
    let size = channel.owner.node.byte_range().len() as u64;
    if it.act != Act::Send || !it.frames.is_empty() || !context.affords_steps(size) {
        return false;
    }
    let Some(flow) = file.flow(channel.owner.node) else { return false };
    let Some(at) = flow.at(it.at.node.start_byte()) else { return false };
    let Some(made) = flow.at(channel.name().start as usize) else { return false };
    let before = flow.reach_back([at], |it| it == made);
    let uses = file.scopes().uses_of(channel.binding);
    let mut others = uses.filter(|other| !it.at.node.span().encloses(other.span));
    others.all(|it| flow.at(it.span.start as usize).is_some_and(|it| !before[it.index()]))
}

/// A `Wait` on a condition variable that no code of the package signals.
fn unsignalled<'p>(context: &Context<'p>, file: &'p GoFile, call: Node<'p>) -> Option<Hit<'p>> {
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    if file.text_of(callee.field(Field::Field)?) != "Wait" || call.arguments().next().is_some() {
        return None;
    }
    context.affords(file, 4).then_some(())?;
    let operand = callee.field(Field::Operand)?;
    context.types.of(file, operand).behind().is("sync", "Cond").then_some(())?;
    let object = Object::of(context, file, operand).filter(|it| !it.is_exported())?;
    let mentions = object.mentions(context)?;
    let silent = mentions.iter().all(|it| {
        let around = it.at.around();
        let selector = around.first().filter(|it| it.is(Kind::SelectorExpression));
        match selector.and_then(|it| it.field(Field::Field)) {
            Some(selected) => matches!(it.at.file.text_of(selected), "Wait" | "L"),
            None => matches!(doing(it.at.file, it.at.node, &around), Doing::Set(_) | Doing::Look),
        }
    });
    silent.then_some(())?;
    let name = file.text_of(operand);
    Some(Hit::at(file, call).var("CH", name).var("OP", file.text_of(call)))
}
