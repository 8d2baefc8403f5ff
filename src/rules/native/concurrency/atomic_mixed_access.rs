//! A variable that `sync/atomic` guards at some places is read or written plainly at another.

use std::collections::HashSet;

use crate::golang::types::Type;
use crate::golang::{BindingKind, Field, GoNode, Kind, Node, Place, Resolved};
use crate::model::Confidence;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::object::{Object, root_of};
use crate::rules::state::{Doing, Privacy, Touch, are_apart, is_joined, is_meant};
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::CallExpression], vars: &["PLACE", "STATE", "CALL"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, call) = (place.file, place.node);
    let path = call.callee().and_then(|it| file.qualified(it)).map(|it| it.0);
    if path != Some("sync/atomic") || file.is_test() {
        return Vec::new();
    }
    let argument = call.arguments().next().map(GoNode::unparen);
    let operand = argument.filter(|it| it.operator() == Some("&"));
    let Some(operand) = operand.and_then(|it| it.field(Field::Operand)) else { return Vec::new() };
    let Some(object) = Object::of(context, file, operand) else { return Vec::new() };
    let mut hits = Vec::new();
    let mut first = None;
    for (at, object) in together(context, object).into_iter().enumerate() {
        let Some(all) = context.touches(object) else { return Vec::new() };
        let all: Vec<&Touch<'p>> = all.iter().filter(|it| !it.at.file.is_test()).collect();
        // One walk through the places is enough: from the first call for the first such field.
        if first.is_none() {
            first = all.iter().find(|it| it.doing.is_atomic()).map(|it| it.at.key());
            if first.is_some_and(|it| it != (file.path(), operand.unparen().span())) {
                return Vec::new();
            }
        }
        hits.extend(copied(context, &all).into_iter().map(|it| (at, it)));
        for touch in &all {
            if let Some(partner) = partner(context, touch, &all) {
                let shown = touch.at.file.text_of(touch.at.node);
                let hit = hit(shown, (touch, touch.at.node), partner);
                let confidence = confidence(touch);
                let fix = load(touch, partner);
                hits.extend(hit.map(|it| (at, Hit { fix, confidence, ..it })));
            }
        }
    }
    // What one function does to several fields of a struct is one mistake.
    hits.sort_by_key(|(at, it)| (it.file.path(), it.trigger.start_byte(), *at));
    let mut seen = HashSet::new();
    let declaration = |it: &Hit<'p>| {
        let around = it.trigger.ancestors(it.file.root());
        around.iter().rev().nth(1).map(|it| it.id())
    };
    hits.retain(|(_, it)| context.affords(it.file, 1) && seen.insert(declaration(it)));
    hits.into_iter().map(|it| it.1).collect()
}

/// The variable; of a field, all numbers of its struct, in their order.
fn together<'p>(context: &Context<'p>, object: Object<'p>) -> Vec<Object<'p>> {
    let struct_of = object.holder(context.package).map(|it| context.types.declared_type(it));
    match (object, struct_of) {
        (Object::Local(..), _) => Vec::new(),
        (Object::Var(_), _) | (_, None) => vec![object],
        (Object::Field(..), Some(of)) => {
            let fields = context.types.struct_fields(&of).unwrap_or_default();
            let numbers = fields
                .into_iter()
                .filter(|(_, of)| matches!(context.types.underlying(of), Type::Basic(_)));
            let all: Vec<_> = numbers
                .filter_map(|(it, _)| Object::field(context.types.field(&of, it.name)?))
                .collect();
            if all.contains(&object) { all } else { vec![object] }
        }
    }
}

/// The atomic access that a plain one may meet.
fn partner<'p, 't>(
    context: &Context<'p>,
    plain: &Touch<'p>,
    all: &[&'t Touch<'p>],
) -> Option<&'t Touch<'p>> {
    let reads = matches!(plain.doing, Doing::Read);
    if !(reads || plain.doing.writes())
        || plain.privacy(context) != Privacy::Published
        || is_meant(plain.at.file, plain.at.node)
        || reads && is_joined(context, plain.at)
    {
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
            && !are_apart(context, plain, it)
    };
    all.iter().find(meets).copied()
}

/// How sure it is that the places touch one object: a local variable may be a snapshot that
/// somebody has taken, unless the function has made the object itself.
fn confidence(plain: &Touch<'_>) -> Confidence {
    let file = plain.at.file;
    if plain.doing == Doing::Read && is_aside(plain) {
        return Confidence::Low;
    }
    let Some(operand) = plain.operand() else { return Confidence::High };
    match file.resolve(root_of(operand.unparen())) {
        Resolved::Local(_, it)
            if !matches!(it.kind, BindingKind::Receiver | BindingKind::Parameter) =>
        {
            let function = plain.function().is_some_and(|it| it.is(Kind::FuncLiteral));
            let made = plain.is_made_here();
            if made && !function { Confidence::High } else { Confidence::Low }
        }
        _ => Confidence::High,
    }
}

/// Whether the function runs before or after the others, or only shows the state to people, as far
/// as its name tells: what it reads there matters less.
fn is_aside(touch: &Touch<'_>) -> bool {
    const ASIDE: &[&str] = &[
        "string", "gostring", "dump", "debug", "print", "log", "close", "stop", "shutdown", "init",
        "new", "open", "setup", "recover", "restore", "repair",
    ];
    let name = touch.declaration().and_then(|it| it.field(Field::Name));
    let name = name.map(|it| touch.at.file.text_of(it).to_ascii_lowercase());
    name.is_some_and(|it| ASIDE.iter().any(|aside| it.starts_with(aside)))
}

/// Methods whose receiver is a copy, and use that atomically: making the copy read all of it.
fn copied<'p>(context: &Context<'p>, all: &[&Touch<'p>]) -> Vec<Hit<'p>> {
    let mut hits = Vec::new();
    for touch in all.iter().filter(|it| it.doing.is_atomic()) {
        let Some(operand) = touch.operand() else { continue };
        let file = touch.at.file;
        let root = root_of(operand.unparen());
        let Resolved::Local(_, binding) = file.resolve(root) else { continue };
        let copy =
            matches!(context.types.underlying(&context.types.of_name(file, root)), Type::Struct(_));
        let (span, kind) = binding.declared_by;
        let elsewhere = all
            .iter()
            .find(|it| it.doing == Doing::AtomicWrite && it.privacy(context) == Privacy::Published);
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
    let call = partner
        .around
        .iter()
        .find(|it| it.is(Kind::CallExpression) && it.arguments().count() > 0)?;
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
