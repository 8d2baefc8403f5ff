//! A variable that `sync/atomic` guards at some places is read or written plainly at another.

use crate::golang::types::Type;
use crate::golang::{BindingKind, Field, GoNode, Kind, Node, Place, Resolved};
use crate::rules::{Fix, Role};
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::object::{Object, root_of};
use crate::rules::state::{Doing, Privacy, Touch};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::CallExpression], vars: &["PLACE", "STATE", "CALL"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, call) = (place.file, place.node);
    let path = call.callee().and_then(|it| file.qualified(it)).map(|it| it.0);
    if path != Some("sync/atomic") || serves_tests(file) {
        return Vec::new();
    }
    let argument = call.arguments().next().map(GoNode::unparen);
    let operand = argument.filter(|it| it.operator() == Some("&"));
    let Some(operand) = operand.and_then(|it| it.field(Field::Operand)) else { return Vec::new() };
    let object = match Object::of(context, file, operand) {
        Some(it @ (Object::Field(..) | Object::Var(_))) => it,
        _ => return Vec::new(),
    };
    let Some(all) = context.touches(object) else { return Vec::new() };
    let all: Vec<&Touch<'p>> = all.iter().filter(|it| !serves_tests(it.at.file)).collect();
    let atomic = || all.iter().filter(|it| it.doing.is_atomic());
    // One walk through the state's places is enough.
    let first = atomic().next().map(|it| it.at.key());
    if first != Some((file.path(), operand.unparen().span())) {
        return Vec::new();
    }
    let mut hits: Vec<_> = copied(context, &all);
    for touch in &all {
        if let Some(partner) = partner(context, touch, &all) {
            let shown = touch.at.file.text_of(touch.at.node);
            let hit = hit(shown, (touch, touch.at.node), partner);
            hits.extend(hit.map(|it| Hit { fix: load(touch, partner), ..it }));
        }
    }
    hits
}

/// The atomic access that a plain one may meet.
fn partner<'p, 't>(
    context: &Context<'p>,
    plain: &Touch<'p>,
    all: &[&'t Touch<'p>],
) -> Option<&'t Touch<'p>> {
    let reads = matches!(plain.doing, Doing::Read);
    if !(reads || plain.doing.writes()) || plain.privacy(context) != Privacy::Published {
        return None;
    }
    // Who alone writes may read what it wrote.
    let elsewhere = |it: &Touch<'p>| {
        it.function().map(|it| it.id()) != plain.function().map(|it| it.id())
            && it.privacy(context) == Privacy::Published
    };
    let meets = |it: &&&Touch<'p>| {
        (it.doing == Doing::AtomicWrite || plain.doing.writes() && it.doing.is_atomic())
            && elsewhere(it)
    };
    all.iter().find(meets).copied()
}

/// Methods whose receiver is a copy, and use that atomically: making the copy read all of it.
fn copied<'p>(context: &Context<'p>, all: &[&Touch<'p>]) -> Vec<Hit<'p>> {
    let mut hits = Vec::new();
    for touch in all.iter().filter(|it| it.doing.is_atomic()) {
        let Some(operand) = touch.operand() else { continue };
        let file = touch.at.file;
        let root = root_of(operand.unparen());
        let Resolved::Local(_, binding) = file.resolve(root) else { continue };
        let copy = matches!(
            context.types.underlying(&context.types.of_name(file, root)),
            Type::Struct(_)
        );
        let (span, kind) = binding.declared_by;
        let elsewhere = all.iter().find(|it| {
            it.doing == Doing::AtomicWrite && it.privacy(context) == Privacy::Published
        });
        if !copy || binding.kind != BindingKind::Receiver || !context.affords(file, 1) {
            continue;
        }
        if let (Some(partner), Some(receiver)) = (elsewhere, file.node(span, kind)) {
            hits.extend(hit(file.text_of(receiver), (touch, receiver), partner));
        }
    }
    hits
}

fn hit<'p>(
    shown: &str,
    (plain, trigger): (&Touch<'p>, Node<'p>),
    partner: &Touch<'p>,
) -> Option<Hit<'p>> {
    let call = partner.around.iter().find(|it| it.is(Kind::CallExpression) && it.arguments().count() > 0)?;
    let name = partner.at.file.text_of(call.callee()?);
    let hit = Hit::at(plain.at.file, trigger)
        .var("PLACE", shown)
        .var("STATE", partner.at.file.text_of(partner.at.node))
        .var("CALL", name)
        .with(partner.at.file, *call, Role::Access);
    Some(hit)
}

/// A plain read as an atomic one.
fn load(plain: &Touch<'_>, partner: &Touch<'_>) -> Option<Fix> {
    let file = plain.at.file;
    let name = file.imports().iter().find(|it| &*it.path == "sync/atomic")?.local_name()?;
    let call = partner.around.iter().find(|it| it.is(Kind::CallExpression))?;
    let of = ["Int32", "Int64", "Uint32", "Uint64", "Uintptr"];
    let called = partner.at.file.text_of(call.callee()?);
    let suffix = of.iter().rfind(|it| called.ends_with(**it))?;
    let addressable = plain.operand().is_none() || plain.base().is_some_and(|it| !it.is_indexed());
    let to = format!("{name}.Load{suffix}(&{})", file.text_of(plain.at.node));
    (plain.doing == Doing::Read && addressable)
        .then(|| Fix::replacing(file, plain.at.node.span(), &to))
}
