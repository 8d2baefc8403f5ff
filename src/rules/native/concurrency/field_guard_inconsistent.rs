//! A field that a lock of its struct guards nearly everywhere is touched without that lock.

use std::collections::HashSet;

use crate::golang::{Field, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::is_for_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::object::{Object, is_exported};
use crate::rules::state::{
    Doing, Guard, Hold, Privacy, Thread, Touch, are_apart, beside, guarded_fields, guards, hold,
    is_joined, is_meant, is_settled, struct_of, threads,
};
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::TypeSpec], vars: &["PLACE", "LOCK", "FIELD", "HELD", "ALL"], check };

/// More places are not compared.
const MOST: usize = 400;

/// The places of one field, by one lock.
struct Belief<'t, 'p> {
    guard: &'t Guard<'p>,
    held: Vec<&'t Touch<'p>>,
    free: Vec<&'t Touch<'p>>,
}

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let spec = At { file: place.file, node: place.node };
    if spec.file.is_test()
        || place.node.field(Field::Type).is_none_or(|it| !it.is(Kind::StructType))
    {
        return Vec::new();
    }
    let Some(of) = struct_of(context, spec) else { return Vec::new() };
    let guards = guards(context, &of);
    let mut hits = Vec::new();
    if guards.is_empty() || guards.len() > 4 {
        return hits;
    }
    for (object, name, _) in guarded_fields(context, &of) {
        hits.extend(of_field(context, object, name, &guards).unwrap_or_default());
    }
    // What one function forgets for several fields is one mistake.
    hits.sort_by_key(|it| (it.file.path(), it.trigger.start_byte()));
    let mut seen = HashSet::new();
    hits.retain(|it| {
        let function = At { file: it.file, node: it.trigger }.declaration();
        function.is_some_and(|it| seen.insert(it.id()))
    });
    hits
}

fn of_field<'p>(
    context: &Context<'p>,
    object: Object<'p>,
    name: &'p str,
    guards: &[Guard<'p>],
) -> Option<Vec<Hit<'p>>> {
    let all = context.touches(object)?;
    let counts = |it: &&Touch<'p>| {
        !it.at.file.is_test()
            && !it.doing.is_atomic()
            && !matches!(it.doing, Doing::Made | Doing::Address)
    };
    // Who never changes it after the beginning needs no lock.
    if !all.iter().any(|it| changes(it)) || all.len() > MOST {
        return None;
    }
    let shared: Vec<_> = all.iter().filter(counts).collect();
    let shared: Vec<_> =
        shared.into_iter().filter(|it| it.privacy(context) == Privacy::Published).collect();
    let believed = guards.iter().map(|guard| believe(context, guard, &shared));
    let belief = believed.max_by_key(|it| it.held.len())?;
    if belief.free.is_empty() || belief.held.is_empty() {
        return None;
    }
    let mut hits = Vec::new();
    for touch in &belief.free {
        hits.extend(forgotten(context, touch, &belief, name));
    }
    Some(hits)
}

fn changes(touch: &Touch<'_>) -> bool {
    touch.doing.changes() || touch.doing == Doing::Call
}

fn believe<'t, 'p>(
    context: &Context<'p>,
    guard: &'t Guard<'p>,
    all: &[&'t Touch<'p>],
) -> Belief<'t, 'p> {
    let mut belief = Belief { guard, held: Vec::new(), free: Vec::new() };
    for it in all {
        match hold(context, it, guard) {
            Hold::Write | Hold::Read => belief.held.push(it),
            Hold::Free => belief.free.push(it),
            Hold::Perhaps => {}
        }
    }
    belief
}

/// Whether two accesses of one variable race when nothing orders them.
fn conflict(free: Doing, held: Doing) -> bool {
    match free {
        Doing::Read => held.writes(),
        Doing::Look => held.changes(),
        Doing::Inside => held.changes() || held == Doing::Look,
        Doing::Write | Doing::Update => held.changes() || matches!(held, Doing::Read | Doing::Look),
        _ => false,
    }
}

fn forgotten<'p>(
    context: &Context<'p>,
    touch: &Touch<'p>,
    belief: &Belief<'_, 'p>,
    name: &str,
) -> Option<Hit<'p>> {
    let meets =
        |it: &&&Touch<'p>| conflict(touch.doing, it.doing) && !are_apart(context, touch, it);
    let partners: Vec<_> = belief.held.iter().filter(meets).collect();
    let At { file, node } = touch.at;
    let function = touch.at.declaration()?;
    let called = function.field(Field::Name).map(|it| file.text_of(it))?;
    if partners.is_empty()
        || is_exempt(called)
        || is_first(called) && file.scopes().loop_at(node.start_byte()).is_none()
        || is_meant(file, node)
        || is_settled(file, function)
        || is_joined(context, touch.at)
        || takes_another(context, touch)
    {
        return None;
    }
    let mine = threads(context, touch.at)?;
    let mut meets = None;
    for it in partners.into_iter().take(8) {
        let theirs = threads(context, it.at)?;
        let repeats = |it: &Thread<'p>| match it {
            Thread::Go(_, again) => *again,
            Thread::Open(key) => !is_single(context, *key),
            Thread::Root(_) => false,
        };
        if beside(&mine, &theirs, repeats) {
            let goes = |it: &Thread<'_>| matches!(it, Thread::Go(..));
            meets = Some((it, mine.iter().any(goes) && theirs.iter().any(goes)));
            break;
        }
    }
    let (partner, proven) = meets?;
    let (held, free) = (belief.held.len(), belief.free.len());
    let functions = |all: &[&Touch<'p>]| {
        let all = all.iter().filter_map(|it| Some(it.at.declaration()?.id()));
        all.collect::<HashSet<_>>().len()
    };
    let (held_in, free_in) = (functions(&belief.held), functions(&belief.free));
    // Who changes it without the lock is wrong more surely than who only looks.
    let most = held >= 2 && held >= 3 * free && belief.held.iter().any(|it| changes(it))
        || touch.doing.changes() && held_in >= 2 && held_in >= 2 * free_in;
    let enough = most || proven && held >= free;
    if !enough {
        return None;
    }
    let operand = file.text_of(touch.operand()?);
    let mut hit = Hit::at(file, node)
        .var("PLACE", file.text_of(node))
        .var("LOCK", format!("{operand}.{}", belief.guard.name))
        .var("FIELD", name)
        .var("HELD", held.to_string())
        .var("ALL", (held + free).to_string())
        .with(partner.at.file, partner.at.node, Role::Access);
    let sure = proven || is_plain_read(touch, function, called);
    let rewritten = belief.held.iter().any(|it| {
        it.doing.writes()
            && it.at.file.path() == file.path()
            && function.span().encloses(it.at.node.span())
            && it.at.node.start_byte() < node.start_byte()
    });
    if !sure || rewritten || is_shown(called) || is_aside(called) || is_for_tests(file.path()) {
        hit.confidence = Confidence::Low;
    }
    Some(hit)
}

/// Whether a method that others may call at any time reads a field of its own receiver.
///
/// Of the rest too many are right for a reason that the package does not show: what is written
/// was not shared yet (5 of 35 such writes were true when judged), what an unexported function
/// touches its callers' callers guard (3 of 14), what belongs to another object goes by its lock.
/// A map is another matter: looking into it while somebody changes it crashes the process.
fn is_plain_read<'p>(touch: &Touch<'p>, function: Node<'p>, called: &str) -> bool {
    let file = touch.at.file;
    let receiver = || {
        let declared = function.field(Field::Receiver)?.parts().next()?.field(Field::Name)?;
        let id = file.scopes().declared_at(declared.span())?;
        let given = file.scopes().uses_of(id).all(|it| !it.access.writes() || it.part);
        given.then(|| file.text_of(declared))
    };
    let own = touch.operand().is_some_and(|it| Some(file.text_of(it)) == receiver());
    let looks_inside = touch.is_map && touch.doing == Doing::Inside;
    own && !changes(touch) && (is_exported(called) || looks_inside)
}

/// Whether the function holds another lock alone, which may be what the place goes by.
fn takes_another<'p>(context: &Context<'p>, touch: &Touch<'p>) -> bool {
    let (Some(sets), Some(node)) = (context.locksets(), touch.function()) else { return true };
    let local = sets.local(At { file: touch.at.file, node });
    let set = local.and_then(|it| it.at(touch.at.node.start_byte()));
    local.zip(set).is_some_and(|(local, set)| {
        let held = local.locks.iter().enumerate().filter(|it| set.must & (1 << it.0) != 0);
        held.into_iter().any(|it| it.1.write)
    })
}

/// Whether the name says that somebody else has the lock, or that nobody needs it.
fn is_exempt(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // Encoders call these, under whatever lock their callers hold.
    [
        "locked",
        "marshal",
        "proto",
        "gobencode",
        "gobdecode",
        "unsafe",
        "nolock",
        "withoutlock",
        "lockheld",
        "withlock",
        "unlocked",
    ]
    .iter()
    .any(|it| name.contains(it))
}

/// Whether a function of this name comes before others have the object.
fn is_first(name: &str) -> bool {
    const FIRST: &[&str] = &[
        "new",
        "init",
        "setup",
        "make",
        "create",
        "build",
        "open",
        "start",
        "run",
        "serve",
        "listen",
        "load",
        "restore",
        "recover",
        "configure",
        "reset",
        "register",
        "unmarshal",
        "decode",
        "with",
        "main",
    ];
    let name = name.to_ascii_lowercase();
    FIRST.iter().any(|it| name.starts_with(it))
}

/// Whether the function only shows the object to people.
fn is_shown(name: &str) -> bool {
    matches!(name, "String" | "GoString" | "Error" | "Format")
        || ["dump", "debug", "log", "print"]
            .iter()
            .any(|it| name.to_ascii_lowercase().starts_with(it))
}

/// Whether the function sets things up or takes them down, mostly while nobody else is about.
fn is_aside(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["set", "close", "stop", "shutdown", "run"].iter().any(|it| name.starts_with(it))
}

/// Whether one goroutine runs the exported function, as far as its name tells.
fn is_single<'p>(context: &Context<'p>, (path, span): (&'p str, crate::golang::Span)) -> bool {
    let file = context.package.files().iter().find(|it| **it.path() == *path);
    let item = file.and_then(|it| it.items().iter().find(|it| it.span == span));
    item.is_none_or(|it| {
        let name = it.name.to_ascii_lowercase();
        [
            "start",
            "run",
            "serve",
            "listen",
            "loop",
            "init",
            "main",
            "new",
            "open",
            "close",
            "stop",
            "shutdown",
            "test",
            "benchmark",
        ]
        .iter()
        .any(|it| name.starts_with(it))
    })
}
