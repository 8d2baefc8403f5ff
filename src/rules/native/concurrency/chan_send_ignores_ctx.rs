//! A send that waits for its receiver alone, in a function that elsewhere gives up the same send
//! when it is told to end.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::ends_soon;
use crate::rules::channel::{cases, is_builtin, received};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::object::Object;
use crate::rules::survey::At;
use crate::rules::types::value_of;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::SendStatement], vars: &["CH", "DONE"], check };

/// Parts of the names of channels that tell a goroutine to end.
const ENDS: &[&str] = &["done", "quit", "stop", "clos", "exit", "cancel", "shutdown"];

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, send) = (place.file, place.node);
    let function = place.function()?;
    let text = file.text_of(function);
    context.affords_steps(text.len() as u64 / 4).then_some(())?;
    text.contains("select").then_some(())?;
    // In a select, or where the function has been told already, other things hold.
    let around = place.ancestors.iter().rev().take_while(|it| it.id() != function.id());
    if around
        .clone()
        .any(|it| it.is(Kind::CommunicationCase) && (is_its(*it, send) || ends(file, *it)))
    {
        return None;
    }
    let channel = send.field(Field::Channel)?;
    let object = Object::of(context, file, channel)?;
    if has_room(file, object) {
        return None;
    }
    context.affords_steps(text.len() as u64).then_some(())?;
    let selects = function.descendants().filter(|it| it.is(Kind::SelectStatement));
    let (other, done) = selects.filter_map(|it| guarded(context, file, it, object)).next()?;
    let done = file.text_of(done);
    let mut hit = Hit::at(file, send).var("CH", file.text_of(channel)).var("DONE", done).with(
        file,
        other,
        Role::Call,
    );
    hit.confidence = match ends_soon(context, At { file, node: function }) {
        true => Confidence::Low,
        false => Confidence::Medium,
    };
    Some(hit)
}

/// Whether the case waits for the send.
fn is_its(case: Node<'_>, send: Node<'_>) -> bool {
    case.field(Field::Communication).is_some_and(|it| it.span().encloses(send.span()))
}

/// The send on the channel that a select gives up, and what it gives it up for.
fn guarded<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    select: Node<'p>,
    object: Object<'p>,
) -> Option<(Node<'p>, Node<'p>)> {
    let sends = |it: Node<'p>| {
        let send = it.field(Field::Communication).filter(|it| it.is(Kind::SendStatement))?;
        context.affords(file, 2).then_some(())?;
        let of = Object::of(context, file, send.field(Field::Channel)?)?;
        (of == object).then_some(send)
    };
    let send = cases(select).find_map(sends)?;
    let done = cases(select).filter(|it| ends(file, *it)).find_map(received)?;
    Some((send, done.field(Field::Operand)?))
}

/// Whether a case is chosen when the function is told to end.
fn ends(file: &GoFile, case: Node<'_>) -> bool {
    let Some(of) = received(case).and_then(|it| it.field(Field::Operand)) else { return false };
    let of = of.unparen();
    let name = of.callee().unwrap_or(of);
    let name = file.text_of(name.field(Field::Field).unwrap_or(name)).to_ascii_lowercase();
    ENDS.iter().any(|it| name.contains(it))
}

/// Whether the function made the channel with room for some values.
fn has_room(file: &GoFile, object: Object<'_>) -> bool {
    let Object::Local(_, id) = object else { return false };
    let binding = file.scopes().binding(id);
    let (span, kind) = binding.declared_by;
    let Some(by) = file.node(span, kind) else { return false };
    let name = by.descendants().find(|it| it.span() == binding.name);
    let made = name.and_then(|it| value_of(by, it)).map(GoNode::unparen);
    made.is_some_and(|it| is_builtin(file, it, "make") && it.arguments().count() > 1)
}
