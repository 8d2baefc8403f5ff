//! Which locks a function waits for, itself or through the functions of the package that it calls.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::engine::Context;
use crate::rules::goroutine::Key;
use crate::rules::release::moves;
use crate::rules::survey::At;

use super::LockSets;
use super::call::{Target, When, targets, when};
use super::how::{How, how};
use super::place::{LockRef, settled};
use super::runs::{Run, runners};

/// How many calls deep locks are looked for.
const DEPTH: usize = 5;

/// More locks of one function are not followed.
const MOST: usize = 24;

/// A lock that a function waits for while it runs, unless its caller has to give it back first.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Acquire<'p> {
    /// The lock, in the function's own terms; its path is unknown where those have no word for it.
    pub(in crate::rules) lock: LockRef<'p>,
    /// The calls on the way, the last one that of `Lock` or `RLock`.
    pub(in crate::rules) chain: Vec<At<'p>>,
    /// Whether each run comes there.
    pub(in crate::rules) how: How,
    /// Whether an interface is on the way, and so perhaps another type behind it.
    pub(in crate::rules) dynamic: bool,
    /// Whether it happens when some function on the way ends.
    pub(in crate::rules) late: bool,
}

/// By function.
#[derive(Debug, Default)]
pub(super) struct Acquires<'p> {
    all: HashMap<Key<'p>, Vec<Acquire<'p>>>,
    /// The names of these functions.
    names: HashSet<&'p str>,
}

impl<'p> Acquires<'p> {
    /// Of a function.
    pub(super) fn of(&self, function: At<'p>) -> &[Acquire<'p>] {
        self.all.get(&function.key()).map_or(&[], Vec::as_slice)
    }

    /// Whether what is called goes by the name of a function that waits for a lock.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Goes from the functions that lock to those that call them, layer by layer.
    pub(super) fn find(context: &Context<'p>, sets: &LockSets<'p>) -> Self {
        let mut found = Self::default();
        let mut layer: BTreeMap<Key<'p>, (At<'p>, Vec<Acquire<'p>>)> = BTreeMap::new();
        for local in sets.locals() {
            let new = direct(sets, local.function);
            let own = found.add(local.function, new, &mut layer);
            // What a literal does that runs on the spot, the function around it does.
            found.pass_on(context, sets, local.function, &own, &mut layer);
        }
        for _ in 0..DEPTH {
            for (_, (function, new)) in std::mem::take(&mut layer) {
                found.callers(context, sets, function, &new, &mut layer);
            }
        }
        found
    }

    /// Adds what is new of a function, and answers that.
    fn add(
        &mut self,
        function: At<'p>,
        all: Vec<Acquire<'p>>,
        layer: &mut BTreeMap<Key<'p>, (At<'p>, Vec<Acquire<'p>>)>,
    ) -> Vec<Acquire<'p>> {
        let known = self.all.entry(function.key()).or_default();
        let mut new = Vec::new();
        for it in all {
            let better = |other: &Acquire<'p>| (it.how, it.dynamic) < (other.how, other.dynamic);
            match known.iter().position(|other| other.lock == it.lock) {
                Some(at) if better(&known[at]) => known[at] = it.clone(),
                None if known.len() < MOST => known.push(it.clone()),
                _ => continue,
            }
            new.push(it);
        }
        if !new.is_empty() {
            self.names.extend(name_of(function));
            let entry = layer.entry(function.key()).or_insert_with(|| (function, Vec::new()));
            entry.1.extend(new.iter().cloned());
        }
        new
    }

    /// What the literal `function` does counts for those who run it where it stands.
    fn pass_on(
        &mut self,
        context: &Context<'p>,
        sets: &LockSets<'p>,
        function: At<'p>,
        new: &[Acquire<'p>],
        layer: &mut BTreeMap<Key<'p>, (At<'p>, Vec<Acquire<'p>>)>,
    ) {
        if new.is_empty() || !function.node.is(Kind::FuncLiteral) {
            return;
        }
        for (outer, run) in runners(context, function) {
            let passed = |it: &Acquire<'p>| through(sets, outer, function.node, it, run);
            self.add(outer, new.iter().filter_map(passed).collect(), layer);
        }
    }

    /// What a function does counts for those who call it.
    fn callers(
        &mut self,
        context: &Context<'p>,
        sets: &LockSets<'p>,
        function: At<'p>,
        new: &[Acquire<'p>],
        layer: &mut BTreeMap<Key<'p>, (At<'p>, Vec<Acquire<'p>>)>,
    ) {
        let Some((survey, name)) = context.survey().zip(name_of(function)) else { return };
        for call in survey.calls(name).iter().filter(|it| !it.file.is_test()) {
            let found = targets(context, call.file, call.node);
            let Some(target) = found.iter().find(|it| it.function.key() == function.key()) else {
                continue;
            };
            let when = when(&call.around());
            if when == When::Elsewhere {
                continue;
            }
            let Some(caller) = innermost(*call) else { continue };
            // A function that calls itself waits for nothing more.
            if caller.key() == function.key() {
                continue;
            }
            let translated =
                new.iter().filter_map(|it| translate(context, sets, caller, *call, target, it));
            let mut translated: Vec<_> = translated.collect();
            translated.iter_mut().for_each(|it| it.late |= when == When::Deferred);
            let new = self.add(caller, translated, layer);
            self.pass_on(context, sets, caller, &new, layer);
        }
    }
}

/// The locks that a function waits for itself.
fn direct<'p>(sets: &LockSets<'p>, function: At<'p>) -> Vec<Acquire<'p>> {
    let Some(local) = sets.local(function) else { return Vec::new() };
    let waits = local.waits.iter().filter(|it| {
        // Given back in whichever mode: `mu.Unlock(); mu.RLock()`.
        let path = &local.locks[it.lock].path;
        let same = |at: &usize| *at == it.lock || path.is_some() && local.locks[*at].path == *path;
        let mut locks = (0..local.locks.len()).filter(same);
        let set = local.at(it.node.start_byte());
        set.is_some_and(|set| locks.all(|at| set.freed & (1 << at) == 0))
    });
    let all = waits.map(|it| Acquire {
        lock: still(function, local.locks[it.lock].clone()),
        chain: vec![At { file: function.file, node: it.node }],
        how: how(function, local.flow, it.node, it.point),
        dynamic: false,
        late: false,
    });
    all.collect()
}

/// A lock without the path if that means one object after the other.
fn still<'p>(function: At<'p>, mut lock: LockRef<'p>) -> LockRef<'p> {
    lock.path = lock.path.filter(|it| !moves(function.file, function.node, it));
    lock
}

/// What a callee's acquisition is for the caller.
fn translate<'p>(
    context: &Context<'p>,
    sets: &LockSets<'p>,
    caller: At<'p>,
    call: At<'p>,
    target: &Target<'p>,
    acquire: &Acquire<'p>,
) -> Option<Acquire<'p>> {
    let path = acquire.lock.path.as_ref().and_then(|it| target.outwards(it));
    let mut it = acquire.clone();
    it.lock.path = path.map(|it| settled(context, caller.file, it));
    it.lock = still(caller, it.lock);
    it.dynamic |= target.dynamic;
    it.chain.insert(0, call);
    within(sets, caller, call.node, it)
}

/// What a literal's acquisition is for the function around it.
fn through<'p>(
    sets: &LockSets<'p>,
    outer: At<'p>,
    literal: Node<'p>,
    acquire: &Acquire<'p>,
    run: Run,
) -> Option<Acquire<'p>> {
    let mut it = acquire.clone();
    it.late |= run == Run::Deferred;
    if run == Run::Perhaps {
        it.how = How::Branch;
    }
    within(sets, outer, literal, it)
}

/// An acquisition that happens where `node` stands in a function.
fn within<'p>(
    sets: &LockSets<'p>,
    function: At<'p>,
    node: Node<'p>,
    mut acquire: Acquire<'p>,
) -> Option<Acquire<'p>> {
    if acquire.lock.path.is_none() && acquire.lock.class.is_none() {
        return None;
    }
    let flow = function.file.flow(function.node)?;
    let point = flow.at(node.start_byte())?;
    if let Some(local) = sets.local(function) {
        let set = local.at(node.start_byte())?;
        let lock = local.locks.iter().position(|it| *it == acquire.lock);
        if lock.is_some_and(|it| set.freed & (1 << it) != 0) {
            return None;
        }
    }
    acquire.how = acquire.how.max(how(function, flow, node, point));
    Some(acquire)
}

/// The innermost function around a place.
pub(super) fn innermost<'p>(at: At<'p>) -> Option<At<'p>> {
    let scopes = at.file.scopes();
    let function = scopes.function(scopes.function_at(at.node.start_byte())?);
    Some(At { file: at.file, node: at.file.node(function.span, function.kind)? })
}

/// The name by which others call a function: of a literal, the variable that holds it.
pub(super) fn name_of<'p>(function: At<'p>) -> Option<&'p str> {
    let At { file, node } = function;
    if let Some(name) = node.field(Field::Name) {
        return Some(file.text_of(name));
    }
    let around = node.ancestors(file.root());
    let by = around.into_iter().take(2).find(|it| {
        matches!(
            it.go_kind(),
            Kind::ShortVarDeclaration | Kind::VarSpec | Kind::AssignmentStatement
        )
    })?;
    let name = match by.go_kind() {
        Kind::VarSpec => by.field(Field::Name),
        _ => by.field(Field::Left).and_then(|it| it.parts().next()),
    };
    name.filter(|it| it.is(Kind::Identifier)).map(|it| file.text_of(it))
}
