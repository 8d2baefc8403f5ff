//! A map that several goroutines use, one of them changing it, with no lock in sight.

use crate::golang::{Field, GoNode, Kind, Place, Resolved};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::is_for_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::object::Object;
use crate::rules::state::{
    Doing, Privacy, Race, Thread, Touch, is_joined, is_meant, is_unguarded, race, threads,
    variables,
};
use crate::rules::survey::At;
use crate::rules::types::Type;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::TypeSpec, Kind::VarSpec], vars: &["PLACE"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let maps = variables(context, place).into_iter().filter(|it| is_map(context, &it.1));
    maps.filter_map(|it| of_map(context, it.0)).collect()
}

fn is_map<'p>(context: &Context<'p>, of: &Type<'p>) -> bool {
    matches!(context.types.underlying(of), Type::Map(_))
}

fn of_map<'p>(context: &Context<'p>, map: Object<'p>) -> Option<Hit<'p>> {
    let all = context.touches(map)?;
    let all: Vec<Touch<'p>> = all
        .iter()
        .filter(|it| !it.at.file.is_test() && !is_meant(it.at.file, it.at.node))
        .cloned()
        .collect();
    if !all.iter().any(|it| it.doing.changes()) {
        return None;
    }
    if let Some(race) = race(context, &all) {
        return Some(hit(&race, Confidence::High));
    }
    // Who calls the method when, other packages know.
    Some(hit(&beside_methods(context, &all)?, Confidence::Low))
}

fn hit<'p>(race: &Race<'_, 'p>, confidence: Confidence) -> Hit<'p> {
    let At { file, node } = race.change.at;
    let mut hit = Hit::at(file, node).var("PLACE", file.text_of(node));
    if race.other.at.key() != race.change.at.key() {
        hit = hit.with(race.other.at.file, race.other.at.node, Role::Access);
    }
    if race.start.node.is(Kind::GoStatement) {
        hit = hit.with(race.start.file, race.start.node, Role::Start);
    }
    // Runs of a test that follow each other look like two goroutines, too.
    hit.confidence = if is_for_tests(file.path()) { Confidence::Low } else { confidence };
    hit
}

/// A goroutine of the type uses the map, and so does a method that other packages call; best one
/// that does more than to register something, which may happen before the start.
fn beside_methods<'t, 'p>(context: &Context<'p>, all: &'t [Touch<'p>]) -> Option<Race<'t, 'p>> {
    let own = |it: &&Touch<'p>| is_of_receiver(it) && it.privacy(context) == Privacy::Published;
    let mut inside = Vec::new();
    let mut outside = Vec::new();
    for touch in all.iter().filter(own) {
        if !(touch.doing.changes() || touch.doing == Doing::Look) {
            continue;
        }
        let ways = threads(context, touch.at)?;
        let goes = ways.iter().find_map(|it| match it {
            Thread::Go((path, span), _) => {
                let file = context.package.files().iter().find(|it| **it.path() == **path)?;
                Some(At { file, node: file.node(*span, Kind::GoStatement)? })
            }
            _ => None,
        });
        let open = ways.iter().any(|it| matches!(it, Thread::Open(_)));
        match goes {
            Some(start) if !open => inside.push((touch, start)),
            None if open && is_called_later(touch) && !is_joined(context, touch.at) => {
                outside.push(touch);
            }
            _ => {}
        }
    }
    let mut least = None;
    for (a, start) in &inside {
        for b in &outside {
            let (change, other) = if a.doing.changes() { (*a, *b) } else { (*b, *a) };
            if !change.doing.changes() || !is_unguarded(context, a) || !is_unguarded(context, b) {
                continue;
            }
            let race = Race { change, other, start: *start };
            if a.doing.changes() || deletes(b) {
                return Some(race);
            }
            least.get_or_insert(race);
        }
    }
    least
}

/// Whether the map is that of the method's own receiver.
fn is_of_receiver(touch: &Touch<'_>) -> bool {
    use crate::golang::BindingKind;
    touch.operand().is_some_and(|it| {
        matches!(touch.at.file.resolve(it.unparen()),
            Resolved::Local(_, it) if it.kind == BindingKind::Receiver)
    })
}

fn deletes(touch: &Touch<'_>) -> bool {
    let call = touch.around.iter().find(|it| it.is(Kind::CallExpression));
    call.and_then(|it| it.callee()).is_some_and(|it| touch.at.file.text_of(it) == "delete")
}

/// Whether the method is one that is called while the goroutines run, as far as its name tells.
fn is_called_later(touch: &Touch<'_>) -> bool {
    const EARLY: &[&str] = &[
        "new",
        "init",
        "setup",
        "start",
        "run",
        "serve",
        "listen",
        "open",
        "load",
        "close",
        "stop",
        "shutdown",
        "with",
        "configure",
        "main",
        "test",
        "benchmark",
        "reset",
    ];
    let name = touch.declaration().and_then(|it| it.field(Field::Name));
    let name = name.map(|it| touch.at.file.text_of(it).to_ascii_lowercase());
    name.is_some_and(|it| !EARLY.iter().any(|early| it.starts_with(early)))
}
