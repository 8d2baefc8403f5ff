//! A way out of the function on which a lock stays locked.

use crate::golang::{
    AccessPath, BindingKind, Edge, Effect, Field, GoFile, GoNode, Kind, Leak, Node, Place, Point,
    PointId, Root, What,
};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::release::{
    Form, Holding, Lock, METHODS, NetReleasers, Site, Sites, give_back_before, is_named_for,
    is_own, moves, object, point_of,
};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::FuncLiteral],
    vars: &["LOCK", "UNLOCK"],
    check,
};

/// What takes a lock, and what gives it back.
const PAIRS: &[(&str, &str)] = &[("Lock", "Unlock"), ("RLock", "RUnlock")];

/// Names of functions that hold a lock at their end on purpose.
const NAMES: &[&str] =
    &["lock", "locked", "rlock", "locker", "acquire", "acquired", "hold", "freeze", "pause"];

/// What the comments of such functions say.
const SAYS: &[&str] = &[
    "lock held",
    "locked",
    "hold the lock",
    "holds the lock",
    "holding the lock",
    "held on",
    "lock is held",
    "must unlock",
    "should unlock",
    "responsible for unlock",
    "acquires the lock",
    "takes the lock",
    "caller must",
    "release the lock",
    "releases the lock",
];

/// How many ways of one lock are worth a comment each.
const WAYS: usize = 3;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, function) = (place.file, place.node);
    let text = file.text_of(function);
    if !context.affords_steps(text.len() as u64 / 16) || !text.contains("Lock()") {
        return Vec::new();
    }
    if context.package.is_partial() || !context.affords_steps(text.len() as u64 / 4) {
        return Vec::new();
    }
    let sites = Sites::of(file, function, METHODS);
    let mut hits = Vec::new();
    for site in sites.all.iter().filter(|it| it.literal.is_none() && it.form == Form::Plain) {
        if let Some(pair) = PAIRS.iter().find(|it| it.0 == site.name) {
            hits.extend(leaking(context, place, &sites, site, *pair).unwrap_or_default());
        }
    }
    hits
}

/// The ways on which what a site locks stays locked.
fn leaking<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    sites: &Sites<'p>,
    site: &Site<'p>,
    (acquire, release): (&str, &str),
) -> Option<Vec<Hit<'p>>> {
    let (file, function) = (place.file, place.node);
    let path = site.path.as_ref()?;
    let released = || sites.on(path).any(|it| it.name == release);
    if is_deferred_next(file, site.node, release) || !released() || moves(file, function, path) {
        return None;
    }
    // Two elements of a list have two locks.
    let several = || sites.on(path).filter(|it| it.name == acquire).count() > 1;
    if path.is_indexed() && several() {
        return None;
    }
    let flow = file.flow(function)?;
    let from = point_of(file, flow, function, site.node)?;
    let mut holding = Holding::new(file, function, flow, from);
    note(&mut holding, sites, path, (acquire, release))?;
    if holding.leaks(context).is_empty() {
        return None;
    }
    Lock::of(&context.types, file, site.receiver)?;
    // It must be a mistake: everything that follows looks for a design behind it.
    let leaks = mistakes(context, &mut holding, sites, path, (acquire, release))?;
    let leaks = leaks.iter().filter(|it| !is_handed_out(&holding, path, it));
    let mut hits: Vec<Hit<'p>> = Vec::new();
    for mut it in leaks.map(|it| hit(&holding, site, release, it)) {
        // When the function ends, hardly anybody is left to lock it again.
        if is_own(file, function, path) {
            it.confidence = Confidence::Low;
        }
        if hits.len() < WAYS && hits.iter().all(|other| other.trigger.id() != it.trigger.id()) {
            hits.push(it);
        }
    }
    Some(hits)
}

/// `mu.Lock()` right before `defer mu.Unlock()`: nine in ten.
fn is_deferred_next(file: &GoFile, lock: Node<'_>, release: &str) -> bool {
    let after = file.text()[lock.end_byte()..].trim_start();
    let Some(deferred) = after.strip_prefix("defer ") else { return false };
    let Some(receiver) = lock.callee().and_then(|it| it.field(Field::Operand)) else {
        return false;
    };
    let rest = deferred.trim_start().strip_prefix(file.text_of(receiver));
    let rest = rest.and_then(|it| it.strip_prefix('.')).and_then(|it| it.strip_prefix(release));
    rest.is_some_and(|it| it.starts_with("()"))
}

/// Notes what each mention of the lock does; `None` where one of them runs who knows when.
fn note(
    holding: &mut Holding<'_>,
    sites: &Sites<'_>,
    path: &AccessPath,
    (acquire, release): (&str, &str),
) -> Option<()> {
    // A literal that begins by locking keeps an account of its own.
    let relocked = |it: &Site<'_>| {
        let same = |other: &&Site<'_>| other.literal == it.literal && other.path == it.path;
        sites.all.iter().find(same).is_some_and(|it| it.name.ends_with("Lock"))
    };
    for it in &sites.all {
        let at = holding.flow.at(it.node.start_byte());
        let same = it.path.as_ref() == Some(path);
        // `next.mu` may be what `cur.mu` was; that its root is another name proves nothing.
        let alike = match &it.path {
            Some(other) => {
                !same && other.last() == path.last() && may_be(holding.file, path, other)
            }
            None => true,
        };
        let unlocks = matches!(it.name, "Unlock" | "RUnlock");
        if !(unlocks && (same || alike)) {
            if same && it.name == acquire && it.form == Form::Plain && it.literal.is_none() {
                holding.effect(at?, Effect::Acquire);
            }
            continue;
        }
        if it.literal.is_some() && relocked(it) {
            continue;
        }
        let effect = match it.form {
            Form::Elsewhere => return None,
            Form::Plain if same && it.name == release => Effect::Release,
            Form::Plain | Form::Inline => Effect::Release,
            Form::Deferred => Effect::Settle,
        };
        holding.effect(at?, if same { effect } else { Effect::Settle });
    }
    Some(())
}

/// Whether two paths with the same last step may be one lock: when one of their roots is a
/// variable that was made or assigned in the function.
fn may_be(file: &GoFile, a: &AccessPath, b: &AccessPath) -> bool {
    let made = |it: &AccessPath| match it.root {
        Root::Local(id) => !matches!(
            file.scopes().binding(id).kind,
            BindingKind::Receiver | BindingKind::Parameter
        ),
        _ => false,
    };
    a.is_indexed() || b.is_indexed() || (a.steps.len() == b.steps.len() && (made(a) || made(b)))
}

/// The leaks that no other function of the package and no convention explains.
fn mistakes<'p>(
    context: &Context<'p>,
    holding: &mut Holding<'p>,
    sites: &Sites<'p>,
    path: &AccessPath,
    (acquire, release): (&str, &str),
) -> Option<Vec<Leak>> {
    let (file, function) = (holding.file, holding.function);
    if is_named_for(file, function, NAMES, SAYS) || is_held_on_entry(holding, path) {
        return None;
    }
    if holding.hands_on(sites, path) {
        return None;
    }
    let object = object(file, path);
    let others = NetReleasers::of(context, &object, (&[acquire], &[release]), (file, function))?;
    if others.in_literal {
        return None;
    }
    if !others.names.is_empty() && !holding.settle_calls(&others.names) {
        return None;
    }
    Some(holding.leaks(context))
}

/// Whether the function gives the lock back before it has taken it: its caller held it. That a loop
/// which takes it may not run at all says nothing.
fn is_held_on_entry(holding: &Holding<'_>, path: &AccessPath) -> bool {
    let flow = holding.flow;
    let taken = |it: PointId| {
        it == holding.from || matches!(holding.effects.get(&it), Some(Effect::Acquire))
    };
    // Who locks a list one by one unlocks it in another loop.
    let heads = if path.is_indexed() { Vec::new() } else { loop_heads(holding) };
    let mut reached = vec![false; flow.size()];
    let mut open = vec![PointId::ENTRY];
    while let Some(here) = open.pop() {
        if std::mem::replace(&mut reached[here.index()], true) || taken(here) {
            continue;
        }
        let skips = |edge: Edge| edge == Edge::False && heads.contains(&here);
        open.extend(flow.next(here).iter().filter(|it| !skips(it.1)).map(|it| it.0));
    }
    let mut releases = holding.effects.iter().filter(|(_, it)| **it == Effect::Release);
    releases.any(|(at, _)| reached[at.index()])
}

/// The conditions of the loops around the place that takes the lock.
fn loop_heads(holding: &Holding<'_>) -> Vec<PointId> {
    let (file, flow) = (holding.file, holding.flow);
    let from = flow.point(holding.from).span.start as usize;
    let loops = file.scopes().loops_at(from).filter_map(|it| {
        let body = file.node(it.span, Kind::ForStatement)?.field(Field::Body)?;
        Some((it.span.start as usize, body.start_byte()))
    });
    let heads: Vec<_> = loops.collect();
    let is_head = |point: &Point| {
        let start = point.span.start as usize;
        matches!(point.what, What::Condition | What::Range)
            && heads.iter().any(|(from, to)| (*from..*to).contains(&start))
    };
    flow.points().filter(|it| is_head(it.1)).map(|it| it.0).collect()
}

/// Whether the leaking way returns what is locked.
fn is_handed_out(holding: &Holding<'_>, path: &AccessPath, leak: &Leak) -> bool {
    let Root::Local(id) = path.root else { return false };
    let point = holding.flow.point(leak.at);
    let file = holding.file;
    let returned = point.what == What::Return
        && file.scopes().uses_in(point.span).iter().any(|it| it.binding() == Some(id) && !it.part);
    let kind = file.scopes().binding(id).kind;
    returned && !matches!(kind, BindingKind::Receiver | BindingKind::Parameter)
}

fn hit<'p>(holding: &Holding<'p>, site: &Site<'p>, release: &str, leak: &Leak) -> Hit<'p> {
    let file = holding.file;
    let blamed = holding.blamed(leak);
    let lock = file.text_of(site.receiver);
    let unlock = format!("{lock}.{release}()");
    let at = blamed.or_else(|| holding.last_held(leak));
    let mut hit = Hit::at(file, at.unwrap_or(site.node))
        .var("LOCK", lock)
        .var("UNLOCK", &*unlock)
        .with(file, site.node, Role::Acquire);
    hit.fix = blamed.and_then(|it| give_back_before(file, it, &unlock));
    hit
}
