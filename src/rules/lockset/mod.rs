//! Locksets: which locks are held where, and which ones a function takes, its callees included.
//!
//! [`Local`] follows the locks through one function. [`LockSets`] knows those of all functions of a
//! package that handle locks, what functions take and give back for their callers, which locks they
//! wait for through calls ([`Acquire`]), and what is held when they begin ([`OnEntry`]). A lock is
//! an object's path in the terms of the function that speaks of it, or, where identity does not
//! matter or is not known, the field or the variable that it lies in.

mod acquires;
mod again;
mod blocked;
mod call;
mod effect;
mod entry;
mod how;
mod local;
mod order;
mod partner;
mod place;
mod runs;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};

use crate::golang::{Field, GoFile, GoNode, Kind, Node};

use super::engine::Context;
use super::goroutine::Key;
use super::object::Object;
use super::release::moves;
use super::survey::At;
use acquires::{Acquires, innermost, name_of};
use effect::Wrappers;
use entry::Entries;
use local::OPERATIONS;
use order::Orders;
use runs::{Run, run};

pub(super) use acquires::Acquire;
pub(super) use again::{Again, again};
pub(super) use blocked::{Blocked, blocked};
pub(super) use entry::OnEntry;
pub(super) use how::How;
pub(super) use local::Local;
pub(super) use order::{Crossed, Nested, name};
pub(super) use place::{LockRef, place};

/// How many functions may lie between a lock and who holds it through them.
const WRAPPERS: usize = 2;

/// The locks of a package.
#[derive(Debug, Default)]
pub(super) struct LockSets<'p> {
    locals: BTreeMap<Key<'p>, Local<'p>>,
    loose: HashSet<Object<'p>>,
    acquires: OnceCell<Acquires<'p>>,
    entries: OnceCell<Entries<'p>>,
    orders: OnceCell<Orders<'p>>,
}

impl<'p> LockSets<'p> {
    /// Follows the locks through all functions that mention some; `None` where the package cannot
    /// be looked through. What tests do does not count.
    pub(super) fn of(context: &Context<'p>) -> Option<Self> {
        // Most packages have none, and need no look.
        let mut files = context.package.files().iter();
        if !files.any(|it| it.text().contains("Lock()")) {
            return Some(Self::default());
        }
        let survey = context.survey()?;
        let mut functions: BTreeMap<Key<'p>, At<'p>> = BTreeMap::new();
        for name in OPERATIONS {
            for at in survey.selectors(name).iter().filter(|it| !it.file.is_test()) {
                functions.extend(functions_around(context, *at).map(|it| (it.key(), it)));
            }
        }
        let mut wrappers = Wrappers::default();
        let mut sets = Self::default();
        for _ in 0..=WRAPPERS {
            let followed = functions.values().filter_map(|it| Local::of(context, *it, &wrappers));
            let followed: Vec<_> = followed.collect();
            functions.clear();
            for local in followed {
                let function = local.function;
                let news = wrappers.note(function, local.effects());
                sets.locals.insert(function.key(), local);
                let name = name_of(function).filter(|_| news);
                for call in name.map_or(&[][..], |it| survey.calls(it)) {
                    if !call.file.is_test() && context.affords(call.file, 1) {
                        functions.extend(innermost(*call).map(|it| (it.key(), it)));
                    }
                }
            }
        }
        for local in sets.locals.values().filter(|it| it.function.node.is(Kind::FuncLiteral)) {
            if context.affords(local.function.file, 2)
                && run(context, local.function) == Run::Elsewhere
            {
                let frees = local.effects().frees;
                sets.loose.extend(frees.into_iter().filter_map(|it| it.class));
            }
        }
        Some(sets)
    }

    /// Whether the package has no locks.
    pub(super) fn is_empty(&self) -> bool {
        self.locals.is_empty()
    }

    /// The locks of one function, if it handles some.
    pub(super) fn local(&self, function: At<'p>) -> Option<&Local<'p>> {
        self.locals.get(&function.key())
    }

    /// The functions that handle locks, in the order of the source.
    pub(super) fn locals(&self) -> impl Iterator<Item = &Local<'p>> {
        self.locals.values()
    }

    /// The locks that a function waits for, itself or through calls in the package.
    pub(super) fn acquires(&self, context: &Context<'p>, function: At<'p>) -> &[Acquire<'p>] {
        self.acquires.get_or_init(|| Acquires::find(context, self)).of(function)
    }

    /// Whether some function of this name waits for a lock.
    pub(super) fn may_acquire(
        &self,
        context: &Context<'p>,
        callee: Node<'_>,
        file: &GoFile,
    ) -> bool {
        let name = callee.field(Field::Field).unwrap_or(callee);
        self.acquires.get_or_init(|| Acquires::find(context, self)).knows(file.text_of(name))
    }

    /// The pairs of locks that a function takes the other way round than others of the package.
    pub(super) fn crossed(&self, context: &Context<'p>, function: At<'p>) -> &[Crossed<'p>] {
        self.orders.get_or_init(|| Orders::find(context, self)).of(function)
    }

    /// Whether a function itself gives back a lock that lies there, before its end.
    fn frees(&self, function: At<'p>, class: Object<'p>) -> bool {
        self.local(function).is_some_and(|local| {
            let mut numbered = local.locks.iter().enumerate();
            numbered.any(|(at, it)| it.class == Some(class) && local.frees_unheld(at))
        })
    }

    /// Whether some function of the package takes a lock for writing that lies there.
    pub(super) fn has_writer(&self, class: Object<'p>) -> bool {
        let written = |local: &Local<'p>| {
            local.waits.iter().any(|it| {
                let lock = &local.locks[it.lock];
                lock.write && lock.class == Some(class)
            })
        };
        self.locals.values().any(written)
    }

    /// Whether some literal that runs who knows when gives back a lock that lies there.
    pub(super) fn is_loose(&self, class: Object<'p>) -> bool {
        self.loose.contains(&class)
    }

    /// What is held when a function begins.
    pub(super) fn on_entry(&self, context: &Context<'p>, function: At<'p>) -> OnEntry<'p> {
        self.entries(context).entry(context, self, function)
    }

    /// The locks that are surely held where a node stands, in the terms of the innermost function
    /// around it; those that the function's callers hold included.
    pub(super) fn held(&self, context: &Context<'p>, at: At<'p>) -> Vec<LockRef<'p>> {
        let Some(function) = innermost(at) else { return Vec::new() };
        let entry = self.on_entry(context, function);
        self.held_in(function, at.node.start_byte(), entry.held())
    }

    fn entries(&self, context: &Context<'p>) -> &Entries<'p> {
        self.entries.get_or_init(|| Entries::find(context, self))
    }

    /// The locks that are surely held at a byte of a function that begins with these.
    fn held_in(&self, function: At<'p>, byte: usize, entry: &[LockRef<'p>]) -> Vec<LockRef<'p>> {
        let Some(local) = self.local(function) else { return entry.to_vec() };
        let Some(set) = local.at(byte) else { return Vec::new() };
        let numbered = local.locks.iter().enumerate();
        let own = numbered.filter(|it| set.must & (1 << it.0) != 0).map(|it| it.1.clone());
        let mut held: Vec<_> = own.collect();
        let moves = |it: &LockRef<'p>| {
            it.path.as_ref().is_some_and(|it| moves(function.file, function.node, it))
        };
        for it in entry.iter().filter(|it| !local.may_have_freed(it, set)) {
            if !held.contains(it) && !moves(it) {
                held.push(it.clone());
            }
        }
        held
    }
}

/// The functions around a place: what a literal does may be the affair of the one around it.
fn functions_around<'p>(
    context: &Context<'p>,
    at: At<'p>,
) -> impl Iterator<Item = At<'p>> + use<'p> {
    let scopes = at.file.scopes();
    let mut next = scopes.function_at(at.node.start_byte());
    let mut found = Vec::new();
    while let Some(id) = next.filter(|_| context.affords(at.file, 1)) {
        let function = scopes.function(id);
        found.extend(
            at.file.node(function.span, function.kind).map(|node| At { file: at.file, node }),
        );
        next = function.parent;
    }
    found.into_iter()
}
