//! The locks that are held at each point of one function, by what the function itself does.
//!
//! Three sets for each point: what is held whichever way control came (`must`), what is held on
//! some way (`may`), and what somebody may have given back since the function began (`freed`),
//! which ends what the caller held. Whatever may give a lock back ends `must`.

use std::collections::{BTreeMap, HashMap};

use crate::golang::types::Callee;
use crate::golang::{AccessPath, Edge, Flow, GoFile, GoNode, Kind, Node, PointId, Root};
use crate::rules::engine::Context;
use crate::rules::release::{Form, Site, Sites};
use crate::rules::survey::At;

use super::call::{When, own_calls, targets};
use super::effect::{Effects, Wrappers};
use super::place::{LockRef, lock, place};

/// A function that handles more locks is left alone.
const MOST: usize = 64;

/// What takes locks and gives them back, `TryLock` included.
pub(super) const OPERATIONS: &[&str] =
    &["Lock", "RLock", "Unlock", "RUnlock", "TryLock", "TryRLock"];

/// The locks of one function, and where they are held.
#[derive(Debug)]
pub(in crate::rules) struct Local<'p> {
    /// The function.
    pub(in crate::rules) function: At<'p>,
    /// Its graph.
    pub(in crate::rules) flow: &'p Flow,
    /// The locks that it speaks of; sets are bits in this order.
    pub(in crate::rules) locks: Vec<LockRef<'p>>,
    /// Where it waits for a lock.
    pub(in crate::rules) waits: Vec<Wait<'p>>,
    events: BTreeMap<PointId, Vec<Event>>,
    before: Vec<Set>,
    /// What deferred calls give back.
    deferred: u64,
    /// The same, with where the call is deferred.
    at_end: Vec<(usize, usize)>,
    /// Locks that code gives back which runs at a time that nobody knows.
    loose: u64,
}

/// One place where a function takes a lock and waits until it gets it.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules) struct Wait<'p> {
    /// The call of `Lock` or `RLock`.
    pub(in crate::rules) node: Node<'p>,
    /// Its index among the function's locks.
    pub(in crate::rules) lock: usize,
    /// The point that it belongs to.
    pub(in crate::rules) point: PointId,
}

/// What is known at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::rules) struct Set {
    /// Held in any case.
    pub(in crate::rules) must: u64,
    /// Held on some way.
    pub(in crate::rules) may: u64,
    /// Given back on some way, and not taken again.
    pub(in crate::rules) freed: u64,
}

/// Something that changes what is held, by the byte at which it happens.
#[derive(Debug, Clone, Copy)]
struct Event {
    byte: usize,
    what: Does,
}

#[derive(Debug, Clone, Copy)]
enum Does {
    Take(u64),
    /// Takes it on one of the ways from here.
    TakeOn(Edge, u64),
    /// Takes it perhaps.
    TakeMaybe(u64),
    Free(u64),
    /// May free it.
    Lose(u64),
    /// The path means another object from here on.
    Forget(u64),
    /// The path means something for the first time, or once more.
    Declare(u64),
}

impl Set {
    fn apply(&mut self, does: Does) {
        match does {
            Does::Take(it) => {
                self.must |= it;
                self.may |= it;
                self.freed &= !it;
            }
            Does::TakeMaybe(it) => self.may |= it,
            Does::TakeOn(..) => {}
            Does::Free(it) | Does::Forget(it) => {
                self.must &= !it;
                self.may &= !it;
                self.freed |= it;
            }
            Does::Declare(it) => {
                self.must &= !it;
                self.may &= !it;
            }
            Does::Lose(it) => {
                self.must &= !it;
                self.freed |= it;
            }
        }
    }

    fn meet(&mut self, other: Self) {
        self.must &= other.must;
        self.may |= other.may;
        self.freed |= other.freed;
    }
}

impl<'p> Local<'p> {
    /// The last place in the source, before a node, that takes a lock; none where the function
    /// did not take it itself.
    pub(super) fn taken(&self, lock: usize, before: Node<'_>) -> Option<Node<'p>> {
        let before = |it: &&Wait<'p>| it.lock == lock && it.node.start_byte() < before.start_byte();
        self.waits.iter().rfind(before).map(|it| it.node)
    }

    /// Follows the locks through one function; `None` where it has no graph, too many locks, or
    /// where that cannot be afforded.
    pub(super) fn of(
        context: &Context<'p>,
        function: At<'p>,
        wrappers: &Wrappers<'p>,
    ) -> Option<Self> {
        let At { file, node } = function;
        context.affords_steps(node.byte_range().len() as u64 / 2).then_some(())?;
        let flow = file.flow(node)?;
        let mut it = Self {
            function,
            flow,
            locks: Vec::new(),
            waits: Vec::new(),
            events: BTreeMap::new(),
            before: Vec::new(),
            deferred: 0,
            at_end: Vec::new(),
            loose: 0,
        };
        let sites = Sites::of(file, node, OPERATIONS);
        let locks: Vec<_> = sites.all.iter().map(|site| it.lock(context, site)).collect();
        it.read(&sites, &locks)?;
        it.called(context, wrappers)?;
        it.moved(context);
        it.events.values_mut().for_each(|all| all.sort_by_key(|it| it.byte));
        let work = (flow.size() * (it.locks.len() + 1)) as u64;
        context.affords_steps(work).then_some(())?;
        it.solve();
        Some(it)
    }

    fn number(&mut self, lock: LockRef<'p>) -> Option<usize> {
        let known = self.locks.iter().position(|it| *it == lock);
        if known.is_none() {
            (self.locks.len() < MOST).then_some(())?;
            self.locks.push(lock);
        }
        Some(known.unwrap_or(self.locks.len() - 1))
    }

    fn lock(&mut self, context: &Context<'p>, site: &Site<'p>) -> Option<usize> {
        let write = !matches!(site.name, "RLock" | "RUnlock" | "TryRLock");
        let lock = lock(context, self.function.file, site.receiver, write)?;
        self.number(lock)
    }

    /// What the function does to locks itself.
    fn read(&mut self, sites: &Sites<'p>, locks: &[Option<usize>]) -> Option<()> {
        let mut first: HashMap<(usize, crate::golang::Span), &str> = HashMap::new();
        for (site, lock) in sites.all.iter().zip(locks) {
            let releases = matches!(site.name, "Unlock" | "RUnlock");
            let Some(lock) = *lock else {
                // Who knows which lock that is: any of the same name may be meant.
                if releases && let Some(at) = self.flow.at(site.node.start_byte()) {
                    let mask = self.named(site.path.as_ref().and_then(AccessPath::last));
                    self.add(at, site.node.end_byte(), Does::Lose(mask));
                }
                continue;
            };
            let bit = 1_u64 << lock;
            // What a literal takes before it gives it back is its own affair.
            let own = site.literal.is_some_and(|literal| {
                *first.entry((lock, literal)).or_insert(site.name) != site.name
            });
            let at = self.flow.at(site.node.start_byte());
            match (site.form, releases) {
                (Form::Elsewhere, true) if !own => self.loose |= bit,
                (Form::Elsewhere, _) => {}
                (Form::Deferred, true) if !own => {
                    self.deferred |= bit;
                    self.at_end.push((lock, site.node.start_byte()));
                }
                (Form::Deferred, _) => {}
                (Form::Plain | Form::Inline, _) => {
                    let at = at?;
                    let byte = site.node.end_byte();
                    match site.name {
                        "Lock" | "RLock" => {
                            self.waits.push(Wait { node: site.node, lock, point: at });
                            self.add(at, byte, Does::Take(bit));
                        }
                        "Unlock" | "RUnlock" => self.free(at, byte, lock),
                        _ if self.flow.point(at).span == site.node.span() => {
                            self.add(at, byte, Does::TakeOn(Edge::True, bit));
                        }
                        _ => self.add(at, byte, Does::TakeMaybe(bit)),
                    }
                }
            }
        }
        Some(())
    }

    /// What functions do that the function calls, when they give back more than they take, or take
    /// more than they give back.
    fn called(&mut self, context: &Context<'p>, wrappers: &Wrappers<'p>) -> Option<()> {
        let At { file, node } = self.function;
        if wrappers.is_empty() {
            return Some(());
        }
        for (call, when) in own_calls(node) {
            let known = call.callee().is_some_and(|it| wrappers.knows(file, it));
            if !known || when == When::Elsewhere {
                continue;
            }
            let at = self.flow.at(call.start_byte())?;
            if matches!(context.types.callee(file, call), Callee::Unknown) {
                self.add(at, call.end_byte(), Does::Lose(u64::MAX));
            }
            for target in targets(context, file, call) {
                let Some(effects) = wrappers.of(target.function) else { continue };
                let own = |it: &LockRef<'p>| {
                    let path = it.path.as_ref().and_then(|it| target.outwards(it));
                    LockRef { path, ..it.clone() }
                };
                for freed in effects.frees.iter().map(own) {
                    let lock = self.number(freed)?;
                    match when {
                        When::Deferred => self.deferred |= 1 << lock,
                        _ if target.sure => self.free(at, call.end_byte(), lock),
                        _ => self.add(at, call.end_byte(), Does::Lose(1 << lock)),
                    }
                }
                if when == When::Deferred {
                    continue;
                }
                for taken in effects.takes.iter().map(own) {
                    let lock = self.number(taken)?;
                    let does = if target.sure {
                        Does::Take(1 << lock)
                    } else {
                        Does::TakeMaybe(1 << lock)
                    };
                    self.add(at, call.end_byte(), does);
                }
                for taken in effects.may_take.iter().map(own) {
                    let lock = self.number(taken)?;
                    self.add(at, call.end_byte(), Does::TakeMaybe(1 << lock));
                }
            }
        }
        Some(())
    }

    /// Where the variable that a path begins with, or something on the way, becomes another object.
    fn moved(&mut self, context: &Context<'p>) {
        let At { file, node } = self.function;
        let scopes = file.scopes();
        let mut found = Vec::new();
        for (at, lock) in self.locks.iter().enumerate() {
            let Some(path) = &lock.path else { continue };
            let Root::Local(id) = path.root else { continue };
            let declared = scopes.binding(id).name;
            let mut note = |byte: u32, does: Does| {
                found.extend(self.flow.at(byte as usize).map(|point| (point, byte, does)));
            };
            if node.span().encloses(declared) {
                note(declared.start, Does::Declare(1 << at));
            }
            for used in scopes.uses_of(id) {
                if !used.access.writes() || !node.span().encloses(used.span) {
                    continue;
                }
                if !used.part || (path.steps.len() > 1 && replaces(context, file, used.span, path))
                {
                    note(used.span.start, Does::Forget(1 << at));
                }
            }
        }
        for (point, byte, does) in found {
            self.add(point, byte as usize, does);
        }
    }

    /// Gives a lock back, and whatever else may be the same.
    fn free(&mut self, at: PointId, byte: usize, lock: usize) {
        let (last, write) = {
            let it = &self.locks[lock];
            (it.path.as_ref().and_then(AccessPath::last).map(str::to_owned), it.write)
        };
        let alike = self.named(last.as_deref()) & !(1 << lock);
        let alike = self.bits(|it| it.write == write) & alike;
        self.add(at, byte, Does::Lose(alike));
        self.add(at, byte, Does::Free(1 << lock));
    }

    /// The locks whose path ends with a name.
    fn named(&self, last: Option<&str>) -> u64 {
        self.bits(|it| it.path.as_ref().and_then(AccessPath::last) == last)
    }

    fn bits(&self, is: impl Fn(&LockRef<'p>) -> bool) -> u64 {
        let numbered = self.locks.iter().enumerate();
        numbered.filter(|it| is(it.1)).fold(0, |all, it| all | 1 << it.0)
    }

    fn add(&mut self, at: PointId, byte: usize, what: Does) {
        self.events.entry(at).or_default().push(Event { byte, what });
    }

    fn solve(&mut self) {
        let size = self.flow.size();
        let all = Set { must: u64::MAX, may: 0, freed: 0 };
        let mut before = vec![all; size];
        before[PointId::ENTRY.index()] = Set::default();
        let mut open = vec![PointId::ENTRY];
        let mut seen = vec![false; size];
        while let Some(here) = open.pop() {
            let after = self.through(here, before[here.index()]);
            for (next, edge) in self.flow.next(here) {
                let mut out = after;
                for it in self.events.get(&here).into_iter().flatten() {
                    if let Does::TakeOn(on, bit) = it.what
                        && on == *edge
                    {
                        out.apply(Does::Take(bit));
                    }
                }
                let mut now = before[next.index()];
                now.meet(out);
                let first = !std::mem::replace(&mut seen[next.index()], true);
                if first || now != before[next.index()] {
                    before[next.index()] = now;
                    open.push(*next);
                }
            }
        }
        self.before = before;
    }

    fn through(&self, at: PointId, mut set: Set) -> Set {
        for it in self.events.get(&at).into_iter().flatten() {
            set.apply(it.what);
        }
        set
    }

    /// What is held right before a byte of the function's own code; nothing of a literal's.
    pub(in crate::rules) fn at(&self, byte: usize) -> Option<Set> {
        let point = self.flow.at(byte)?;
        let mut set = *self.before.get(point.index())?;
        // Control never comes there.
        if set.must == u64::MAX {
            return None;
        }
        for it in self.events.get(&point).into_iter().flatten().filter(|it| it.byte <= byte) {
            set.apply(it.what);
        }
        set.must &= !self.loose;
        Some(set)
    }

    /// Whether the function itself gives a lock back before its end.
    pub(super) fn frees(&self, lock: usize) -> bool {
        let mut all = self.events.values().flatten();
        all.any(|it| matches!(it.what, Does::Free(bit) if bit == 1 << lock))
    }

    /// Whether a lock that is held where a call is deferred is still held when that runs: what is
    /// deferred last runs first.
    pub(super) fn keeps(&self, lock: usize, deferred: usize) -> bool {
        let before = |it: &&(usize, usize)| it.0 == lock;
        let mut ends = self.at_end.iter().filter(before);
        !self.frees(lock) && ends.next().is_some_and(|it| it.1 < deferred) && ends.next().is_none()
    }

    /// Whether the function gives back a lock that it does not surely hold.
    pub(super) fn frees_unheld(&self, lock: usize) -> bool {
        let bit = 1_u64 << lock;
        self.events.iter().any(|(at, all)| {
            let mut set = self.before[at.index()];
            all.iter().any(|it| {
                let frees = matches!(it.what, Does::Free(it) | Does::Lose(it) if it & bit != 0);
                let unheld = frees && set.must & bit == 0;
                set.apply(it.what);
                unheld
            })
        })
    }

    /// Whether a lock that the caller holds may have been given back.
    pub(super) fn may_have_freed(&self, lock: &LockRef<'p>, set: Set) -> bool {
        let last = lock.path.as_ref().and_then(AccessPath::last);
        set.freed & self.named(last) != 0
    }

    /// What the function leaves behind for its caller.
    pub(super) fn effects(&self) -> Effects<'p> {
        let mut effects = Effects::default();
        let exit = self.before[PointId::EXIT.index()];
        let reached = exit.must != u64::MAX;
        let mut frees = self.loose;
        for (at, all) in &self.events {
            let mut set = self.before[at.index()];
            for it in all {
                if let Does::Free(bit) = it.what {
                    frees |= bit & !set.must;
                }
                set.apply(it.what);
            }
        }
        if reached {
            frees |= self.deferred & !exit.may;
        }
        for (at, lock) in self.locks.iter().enumerate() {
            let bit = 1_u64 << at;
            if frees & bit != 0 {
                effects.frees.push(lock.clone());
            }
            if reached && exit.must & !self.deferred & !self.loose & bit != 0 {
                effects.takes.push(lock.clone());
            } else if reached && exit.may & !self.deferred & bit != 0 {
                effects.may_take.push(lock.clone());
            }
        }
        effects
    }
}

/// Whether an assignment to a part replaces something on the way to a lock.
fn replaces<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    name: crate::golang::Span,
    path: &AccessPath,
) -> bool {
    if !context.affords(file, 2) {
        return true;
    }
    let Some(name) = file.node(name, Kind::Identifier) else { return true };
    let around = name.ancestors(file.root());
    let parts = |it: &&Node<'_>| {
        matches!(
            it.go_kind(),
            Kind::SelectorExpression
                | Kind::IndexExpression
                | Kind::ParenthesizedExpression
                | Kind::UnaryExpression
        )
    };
    let target = around.iter().take_while(parts).last();
    let written = target.and_then(|it| place(context, file, *it));
    written.is_none_or(|it| {
        it.root == path.root
            && it.steps.len() < path.steps.len()
            && path.steps.starts_with(&it.steps)
    })
}
