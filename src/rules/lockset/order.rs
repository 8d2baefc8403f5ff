//! In which order a package takes its locks, two at a time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::golang::{AccessPath, Field, GoNode, Kind, Node, Root};
use crate::rules::engine::Context;
use crate::rules::object::Object;
use crate::rules::survey::At;

use super::acquires::innermost;
use super::call::{When, own_calls, targets};
use super::place::settled;
use super::{How, Local, LockRef, LockSets};

/// One time at which a lock is waited for while another is held.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Nested<'p> {
    /// The function that holds the first.
    pub(in crate::rules) function: At<'p>,
    /// The lock that is held.
    pub(in crate::rules) held: LockRef<'p>,
    /// Where it was taken, if the function did that itself.
    pub(in crate::rules) taken: Option<Node<'p>>,
    /// The lock that is waited for.
    pub(in crate::rules) wanted: LockRef<'p>,
    /// The call of `Lock` or `RLock`, or the one that leads there.
    pub(in crate::rules) call: Node<'p>,
    /// The calls from there on, the last one that of `Lock` or `RLock`.
    pub(in crate::rules) chain: Vec<At<'p>>,
    /// What else is held.
    others: Vec<Object<'p>>,
    /// Whether nothing but the way there decides.
    sure: bool,
}

/// Two locks that are taken in both orders.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Crossed<'p> {
    /// The order that fewer functions take.
    pub(in crate::rules) rare: Nested<'p>,
    /// The other.
    pub(in crate::rules) usual: Nested<'p>,
    /// Whether both are surely locks of the same two objects.
    pub(in crate::rules) same: bool,
}

/// By function, the pairs of locks that it takes the other way round than others do.
#[derive(Debug, Default)]
pub(super) struct Orders<'p>(BTreeMap<super::Key<'p>, Vec<Crossed<'p>>>);

impl<'p> Orders<'p> {
    pub(super) fn of(&self, function: At<'p>) -> &[Crossed<'p>] {
        self.0.get(&function.key()).map_or(&[], Vec::as_slice)
    }

    pub(super) fn find(context: &Context<'p>, sets: &LockSets<'p>) -> Self {
        let mut by_pair: HashMap<(Object<'p>, Object<'p>), Vec<Nested<'p>>> = HashMap::new();
        let mut pairs = Vec::new();
        for local in sets.locals() {
            for it in nested(context, sets, local) {
                let Some(pair) = it.held.class.zip(it.wanted.class) else { continue };
                let all = by_pair.entry(pair).or_default();
                if all.is_empty() {
                    pairs.push(pair);
                }
                all.push(it);
            }
        }
        let mut found = Self::default();
        for (at, pair) in pairs.iter().enumerate() {
            let turned = (pair.1, pair.0);
            // Each two orders once.
            if pairs[..at].contains(&turned) {
                continue;
            }
            let (Some(these), Some(those)) = (by_pair.get(pair), by_pair.get(&turned)) else {
                continue;
            };
            if let Some(it) = crossed(these, those) {
                found.0.entry(it.rare.function.key()).or_default().push(it);
            }
        }
        found
    }
}

/// The two of both orders that most surely speak of the same objects.
fn crossed<'p>(these: &[Nested<'p>], those: &[Nested<'p>]) -> Option<Crossed<'p>> {
    // Of two that are as usual as each other, whatever stands where in the source.
    let last = |it: &[Nested<'p>]| it.iter().map(|it| name(it.function)).max();
    let rank = |it: &[Nested<'p>]| (functions(it), Reverse(last(it)));
    let rare_first = rank(these) < rank(those);
    let (rare, usual) = if rare_first { (these, those) } else { (those, these) };
    let mut best: Option<Crossed<'p>> = None;
    for a in rare {
        for b in usual {
            let excluded = a.held.write || b.wanted.write;
            let waits = a.wanted.write || b.held.write;
            // A third lock that both hold lets only one of them in.
            let gated = a.others.iter().any(|it| b.others.contains(it));
            if !excluded || !waits || gated {
                continue;
            }
            let same = siblings(a) && siblings(b) && a.sure && b.sure;
            if best.as_ref().is_none_or(|it| same && !it.same) {
                best = Some(Crossed { rare: a.clone(), usual: b.clone(), same });
            }
        }
    }
    best
}

/// The name of the function, or of the one around a literal.
pub(in crate::rules) fn name<'p>(function: At<'p>) -> &'p str {
    let around = function.around();
    let mut all = std::iter::once(function.node).chain(around);
    let named = all.find_map(|it| it.go_kind().is_function().then(|| it.field(Field::Name))?);
    named.map_or("", |it| function.file.text_of(it))
}

fn functions(all: &[Nested<'_>]) -> usize {
    let mut keys: Vec<_> = all.iter().map(|it| it.function.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

/// Whether both locks belong to one object, or to the package.
fn siblings(it: &Nested<'_>) -> bool {
    let (Some(a), Some(b)) = (&it.held.path, &it.wanted.path) else { return false };
    let owner = |it: &AccessPath| match it.root {
        Root::Local(_) => it.steps.split_last().map(|(_, owner)| (it.root.clone(), owner.to_vec())),
        Root::Outer(_) | Root::Import(_) => None,
    };
    !a.is_indexed() && !b.is_indexed() && owner(a) == owner(b)
}

/// All times at which a function waits for a lock while it holds another.
fn nested<'p>(context: &Context<'p>, sets: &LockSets<'p>, local: &Local<'p>) -> Vec<Nested<'p>> {
    let file = local.function.file;
    let mut all = Vec::new();
    for wait in &local.waits {
        let waits = At { file, node: wait.node };
        let wanted = local.locks[wait.lock].clone();
        all.extend(pairs(context, sets, local, wait.node, &wanted, &[waits], true));
    }
    for (call, when) in own_calls(local.function.node) {
        let holds = local.at(call.start_byte()).is_some_and(|it| it.must != 0);
        let known = || call.callee().is_some_and(|it| sets.may_acquire(context, it, file));
        if when != When::Now || !holds || !known() {
            continue;
        }
        for target in targets(context, file, call).into_iter().filter(|it| it.sure) {
            for acquire in sets.acquires(context, target.function) {
                if acquire.how == How::Told {
                    continue;
                }
                let path = acquire.lock.path.as_ref().and_then(|it| target.outwards(it));
                let path = path.map(|it| settled(context, file, it));
                let wanted = LockRef { path, ..acquire.lock.clone() };
                let within = |class: Object<'p>| {
                    acquire
                        .chain
                        .iter()
                        .any(|it| innermost(*it).is_some_and(|it| sets.frees(it, class)))
                };
                let sure = !acquire.dynamic && !target.dynamic;
                let found = pairs(context, sets, local, call, &wanted, &acquire.chain, sure);
                all.extend(found.into_iter().filter(|it| !it.held.class.is_some_and(within)));
            }
        }
    }
    all
}

fn pairs<'p>(
    context: &Context<'p>,
    sets: &LockSets<'p>,
    local: &Local<'p>,
    call: Node<'p>,
    wanted: &LockRef<'p>,
    chain: &[At<'p>],
    sure: bool,
) -> Vec<Nested<'p>> {
    let Some(set) = local.at(call.start_byte()).filter(|it| it.must != 0) else {
        return Vec::new();
    };
    let Some(class) = wanted.class.filter(|it| !sets.is_loose(*it)) else { return Vec::new() };
    let numbers = (0..local.locks.len()).filter(|it| set.must & (1 << it) != 0);
    let held: Vec<_> = numbers.map(|it| (it, &local.locks[it])).collect();
    // Waiting for what it holds is another matter.
    if held.iter().any(|it| it.1.class == Some(class)) {
        return Vec::new();
    }
    let entry = sets.on_entry(context, local.function);
    let mut all = Vec::new();
    for (number, lock) in &held {
        let Some(of) = lock.class.filter(|it| !sets.is_loose(*it)) else { continue };
        if is_fresh(local, lock) || is_fresh(local, wanted) {
            continue;
        }
        let others = held.iter().filter(|it| it.0 != *number).map(|it| it.1);
        let others = others.chain(entry.held()).filter_map(|it| it.class);
        let others = others.filter(|it| *it != of && *it != class).collect();
        all.push(Nested {
            function: local.function,
            held: (*lock).clone(),
            taken: local.taken(*number, call),
            wanted: wanted.clone(),
            call,
            chain: chain.to_vec(),
            others,
            sure,
        });
    }
    all
}

/// Whether the lock's object has just been made by the function: nobody else knows it.
fn is_fresh(local: &Local<'_>, lock: &LockRef<'_>) -> bool {
    let Some(Root::Local(id)) = lock.path.as_ref().map(|it| &it.root) else { return false };
    let file = local.function.file;
    let binding = file.scopes().binding(*id);
    let (span, kind) = binding.declared_by;
    if !matches!(kind, Kind::ShortVarDeclaration | Kind::VarSpec)
        || !local.function.node.span().encloses(binding.name)
    {
        return false;
    }
    let Some(by) = file.node(span, kind) else { return true };
    by.field(Field::Right).or_else(|| by.field(Field::Value)).is_some_and(|it| {
        it.parts().any(|it| {
            let made =
                if it.is(Kind::UnaryExpression) { it.field(Field::Operand) } else { Some(it) };
            let named = it.callee().map(|it| file.text_of(it).to_ascii_lowercase());
            made.is_some_and(|it| it.is(Kind::CompositeLiteral))
                || named.is_some_and(|it| it.contains("new") || it.contains("make"))
        })
    })
}
