//! Where a function waits for a lock that it holds itself.

use crate::golang::{AccessPath, GoNode, Kind, Node};
use crate::model::Confidence;
use crate::rules::engine::Context;
use crate::rules::survey::At;

use super::call::{Target, When, own_calls, printing, targets};
use super::place::settled;
use super::{Acquire, How, Local, LockRef, LockSets};

/// One time at which a lock is waited for while it is held.
pub(in crate::rules) struct Again<'p> {
    /// The call that waits, or that leads there.
    pub(in crate::rules) call: Node<'p>,
    /// Its number among the function's locks.
    number: usize,
    /// The lock as the function holds it.
    pub(in crate::rules) held: LockRef<'p>,
    /// Where the function takes it, if it does so itself.
    pub(in crate::rules) taken: Option<Node<'p>>,
    /// The calls from there on, the last one that of `Lock` or `RLock` that waits.
    pub(in crate::rules) chain: Vec<At<'p>>,
    /// Whether it is held for reading, and waited for for reading.
    pub(in crate::rules) reading: bool,
    /// How sure that is.
    pub(in crate::rules) confidence: Confidence,
}

/// All of them in a function, in the order of the source.
pub(in crate::rules) fn again<'p>(context: &Context<'p>, function: At<'p>) -> Vec<Again<'p>> {
    let Some(sets) = context.locksets() else { return Vec::new() };
    let Some(local) = sets.local(function) else { return Vec::new() };
    let mut all = at_once(sets, local);
    for (call, when) in own_calls(function.node) {
        let known = || call.callee().is_some_and(|it| sets.may_acquire(context, it, function.file));
        let held = |set: super::local::Set| set.must != 0;
        if when == When::Elsewhere || !local.at(call.start_byte()).is_some_and(held) {
            continue;
        }
        let targets = if known() {
            targets(context, function.file, call)
        } else {
            printing(context, function.file, call)
        };
        let mut found = through(context, sets, local, call, targets);
        let kept = |it: &Again<'p>| local.keeps(it.number, call.start_byte());
        found.retain(|it| when == When::Now || kept(it));
        all.extend(found);
    }
    all.sort_by_key(|it| it.call.start_byte());
    all
}

/// Where the function itself locks twice.
fn at_once<'p>(sets: &LockSets<'p>, local: &Local<'p>) -> Vec<Again<'p>> {
    let mut all = Vec::new();
    for wait in &local.waits {
        let Some(path) = &local.locks[wait.lock].path else { continue };
        for held in holding(sets, local, wait.node, path) {
            // With an unlock in between on some way, that is another rule's.
            if !local.frees(held) {
                let at = At { file: local.function.file, node: wait.node };
                let write = local.locks[wait.lock].write;
                all.push(one(local, wait.node, held, (&[at], write), Confidence::High));
            }
        }
    }
    all
}

/// Where a function that is called locks what the caller holds.
fn through<'p>(
    context: &Context<'p>,
    sets: &LockSets<'p>,
    local: &Local<'p>,
    call: Node<'p>,
    targets: Vec<Target<'p>>,
) -> Vec<Again<'p>> {
    let file = local.function.file;
    let mut all: Vec<Again<'p>> = Vec::new();
    for target in targets.into_iter().filter(|it| it.sure) {
        for acquire in sets.acquires(context, target.function) {
            let Some(confidence) = confidence(call, &target, acquire) else { continue };
            let path = acquire.lock.path.as_ref().and_then(|it| target.outwards(it));
            let Some(path) = path.map(|it| settled(context, file, it)) else { continue };
            let chain = (&*acquire.chain, acquire.lock.write);
            for held in holding(sets, local, call, &path) {
                let it = one(local, call, held, chain, confidence);
                let same = |other: &Again<'p>| other.held.path == it.held.path;
                match all.iter().position(same) {
                    // A lock for writing says more than one for reading.
                    Some(at) if all[at].reading && !it.reading => all[at] = it,
                    Some(_) => {}
                    None => all.push(it),
                }
            }
        }
    }
    all
}

/// How sure it is that the callee comes to the lock.
fn confidence<'p>(
    call: Node<'p>,
    target: &Target<'p>,
    acquire: &Acquire<'p>,
) -> Option<Confidence> {
    // `find(ctx, false)`: the constant may be what makes it return before.
    let constant = |it: Node<'_>| {
        matches!(it.go_kind(), Kind::True | Kind::False | Kind::Nil | Kind::IntLiteral)
    };
    let told = call.arguments().any(constant);
    match acquire.how {
        How::Always if !target.dynamic && !acquire.dynamic => Some(Confidence::High),
        How::Always => Some(Confidence::Medium),
        How::Unless if !told => Some(Confidence::Medium),
        // What the branch asks may have been settled before.
        How::Branch if !told => Some(Confidence::Low),
        _ => None,
    }
}

/// The locks of this path that are held where a node stands.
fn holding<'p>(
    sets: &LockSets<'p>,
    local: &Local<'p>,
    at: Node<'p>,
    path: &AccessPath,
) -> Vec<usize> {
    let Some(set) = local.at(at.start_byte()).filter(|_| !path.is_indexed()) else {
        return Vec::new();
    };
    let held = |it: &usize| {
        let lock = &local.locks[*it];
        set.must & (1 << it) != 0
            && lock.path.as_ref() == Some(path)
            && lock.class.is_none_or(|it| !sets.is_loose(it))
    };
    (0..local.locks.len()).filter(held).collect()
}

fn one<'p>(
    local: &Local<'p>,
    call: Node<'p>,
    held: usize,
    (chain, write): (&[At<'p>], bool),
    confidence: Confidence,
) -> Again<'p> {
    let held_lock = local.locks[held].clone();
    let reading = !held_lock.write && !write;
    let taken = local.taken(held, call);
    let chain = chain.to_vec();
    Again { call, number: held, held: held_lock, taken, chain, reading, confidence }
}

impl<'p> Again<'p> {
    /// How the code calls the lock.
    pub(in crate::rules) fn named(&self, function: At<'p>) -> String {
        self.held.named(function.file, self.taken)
    }
}
