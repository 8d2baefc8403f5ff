//! The must-release solver: what is acquired must be given back on every way out of the function.
//!
//! A rule says what is held and from where, and what the function's code does to it ([`Sites`]);
//! [`Holding::leaks`] answers on which ways it stays held. A first, quick search knows nothing of
//! conditions; only where that finds something, a second one tells apart what conditions say
//! ([`facts`]). Whatever may give the resource back, or hand it on, counts as doing so.

mod cancelled;
mod escape;
mod facts;
mod handles;
mod handover;
mod kinds;
mod lent;
mod lock;
mod produced;
mod sites;
mod spent;
mod unreleased;
mod value;

use std::collections::{HashMap, HashSet};

use crate::golang::{
    Edge, Effect, Facts, Flow, GoFile, GoNode, Held, Kind, Leak, Node, Paths, PointId, What,
};

use super::engine::Context;
pub(super) use cancelled::{ends_in_main, is_cancelled_here};
pub(super) use escape::{give_back_before, is_own, object};
pub(super) use facts::Given;
pub(super) use handles::{FILE, SPAN, SUBSCRIPTION, TICKER, WRITER};
pub(super) use handover::{NetReleasers, is_named_for};
pub(super) use kinds::{BODY, CANCEL, ROWS, Resource, TX};
pub(super) use lock::{Lock, METHODS, moves};
pub(super) use sites::{Form, RECEIVE, SEND, Site, Sites, resolved};
pub(super) use unreleased::{ACQUIRING, unreleased};
pub(super) use value::{Acquired, acquired};

/// How many steps one search may take: some ways through the largest function.
const BUDGET: usize = 60_000;

/// Something that is held in a function from some point on.
pub(super) struct Holding<'p> {
    pub(super) file: &'p GoFile,
    /// The function.
    pub(super) function: Node<'p>,
    pub(super) flow: &'p Flow,
    /// Where it is acquired; [`PointId::ENTRY`] for what whoever calls the function gives along.
    pub(super) from: PointId,
    /// What the function's points do to it.
    pub(super) effects: HashMap<PointId, Effect>,
    /// Where there is nothing left to give back: `rows.Next()` when it does not hold.
    pub(super) spent: HashSet<(PointId, Edge)>,
    /// What is known where it has been acquired.
    pub(super) given: Vec<Given>,
    /// Whether it is a leak to come to the acquisition again.
    pub(super) again: bool,
}

impl<'p> Holding<'p> {
    /// Something that is held from a point on, before anything is known of what happens to it.
    pub(super) fn new(file: &'p GoFile, function: Node<'p>, flow: &'p Flow, from: PointId) -> Self {
        Self {
            file,
            function,
            flow,
            from,
            effects: HashMap::new(),
            spent: HashSet::new(),
            given: Vec::new(),
            again: true,
        }
    }

    /// Notes what a point does; of two things the one that ends the search earlier.
    pub(super) fn effect(&mut self, at: PointId, effect: Effect) {
        let rank = |it: Effect| match it {
            Effect::None => 0,
            Effect::Acquire => 1,
            Effect::Release => 2,
            Effect::Settle => 3,
        };
        let known = self.effects.entry(at).or_default();
        if rank(effect) > rank(*known) {
            *known = effect;
        }
    }

    /// The ways on which it stays held, as far as they can be told for certain.
    pub(super) fn leaks(&self, context: &Context<'p>) -> Vec<Leak> {
        let quick = self.search(context, &facts::given(self), self.from, true);
        if quick.is_empty() {
            return quick;
        }
        // From the entry on, so that what guards the acquisition is known as well.
        let size = self.flow.size() as u64;
        if !context.affords_steps(size * 64) {
            return Vec::new();
        }
        let facts = facts::told(self);
        self.search(context, &facts, PointId::ENTRY, self.from == PointId::ENTRY)
    }

    fn search(&self, context: &Context<'p>, facts: &Facts, from: PointId, held: bool) -> Vec<Leak> {
        let effect = |it: PointId| {
            if it == self.from {
                Effect::Acquire
            } else {
                self.effects.get(&it).copied().unwrap_or_default()
            }
        };
        let spent = |at: PointId, edge: Edge| self.spent.contains(&(at, edge));
        let paths =
            Paths { flow: self.flow, effect: &effect, spent: &spent, facts, budget: BUDGET };
        let found = paths.leaks(from, held);
        let steps = found.as_ref().map_or(BUDGET, |it| it.1);
        if !context.affords_steps(steps as u64 * 4) {
            return Vec::new();
        }
        let mut leaks = found.map(|it| it.0).unwrap_or_default();
        leaks.retain(|it| it.held == Held::AtExit || self.again);
        leaks
    }

    /// The node of what is to blame for a leak: the `return`, or the jump back, where it is held
    /// whichever way control comes there; `None` where there is none.
    pub(super) fn blamed(&self, leak: &Leak) -> Option<Node<'p>> {
        let node = self.leaves(leak)?;
        let at = self.flow.at(node.start_byte())?;
        self.is_held(at).then_some(node)
    }

    /// The last code on a leaking way at which it is held, whichever way control comes there, if
    /// the way goes on to a `return` or a jump that others share.
    pub(super) fn last_held(&self, leak: &Leak) -> Option<Node<'p>> {
        self.leaves(leak)?;
        let at = leak.path.iter().rev().find(|it| self.is_held(**it))?;
        let point = self.flow.point(*at);
        self.file.node(point.span, point.kind)
    }

    /// Whether control cannot come to a point without holding it.
    fn is_held(&self, at: PointId) -> bool {
        let acquires =
            |it: PointId| it == self.from || matches!(self.effects.get(&it), Some(Effect::Acquire));
        let gone =
            self.effects.iter().filter(|(_, it)| matches!(it, Effect::Release | Effect::Settle));
        let after = gone.flat_map(|it| self.flow.next(*it.0)).map(|it| it.0);
        let spent = self.spent.iter().flat_map(|(from, edge)| {
            self.flow.next(*from).iter().filter(move |it| it.1 == *edge).map(|it| it.0)
        });
        let begin = Some(PointId::ENTRY).filter(|it| *it != self.from);
        !self.flow.reach(begin.into_iter().chain(after).chain(spent), acquires)[at.index()]
    }

    /// The `return` or the jump on a leaking way.
    fn leaves(&self, leak: &Leak) -> Option<Node<'p>> {
        let jump = |it: &&PointId| {
            let kind = self.flow.point(**it).kind;
            matches!(kind, Kind::ContinueStatement | Kind::GotoStatement | Kind::BreakStatement)
        };
        let at = match (leak.held, self.flow.point(leak.at).what) {
            (Held::AtExit, What::Return) => leak.at,
            _ => *leak.path.iter().rev().find(jump)?,
        };
        let point = self.flow.point(at);
        self.file.node(point.span, point.kind)
    }
}

/// The point of a function that runs a node, when the function itself does and not a literal in it.
pub(super) fn point_of(
    file: &GoFile,
    flow: &Flow,
    function: Node<'_>,
    node: Node<'_>,
) -> Option<PointId> {
    let scopes = file.scopes();
    let own = scopes.function_at(node.start_byte())?;
    if scopes.function(own).span != function.span() {
        return None;
    }
    flow.at(node.start_byte())
}

/// Whether control that leaves a point may go two ways.
pub(super) fn decides(edge: Edge) -> bool {
    matches!(edge, Edge::True | Edge::False)
}
