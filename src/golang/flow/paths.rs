//! The generic question of resources: can control leave the function while something is held?
//!
//! A search over points, with a little memory: which of a few conditions are known to hold. So
//! `if locked { mu.Lock() } … if locked { mu.Unlock() }` is understood, and so is the error that
//! comes with what could not be had.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Edge, Flow, PointId};

/// What a point does to the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effect {
    /// Nothing.
    #[default]
    None,
    /// It is held from here on; where it is held already, that is a leak too if `again` says so.
    Acquire,
    /// It is given back.
    Release,
    /// Nothing need be known any more: somebody else cares from here on, or the function's end.
    Settle,
}

/// Conditions that are told apart: each has a number below [`Facts::MOST`].
#[derive(Debug, Default)]
pub struct Facts {
    /// What a condition tells.
    pub tests: HashMap<PointId, Test>,
    /// What a point changes: a fact becomes known, or unknown.
    pub changes: HashMap<PointId, Vec<(u8, Option<bool>)>>,
}

/// What a condition tells of a fact: whether that holds, as far as the condition says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Test {
    /// The fact's number.
    pub fact: u8,
    /// When the condition holds.
    pub yes: Option<bool>,
    /// When it does not.
    pub no: Option<bool>,
}

impl Facts {
    /// How many there may be.
    pub const MOST: u8 = 8;

    /// What is known behind an edge; `None` where what is known says that it is not taken.
    fn take(&self, from: PointId, edge: Edge, known: Known) -> Option<Known> {
        let Some(test) = self.tests.get(&from) else { return Some(known) };
        let told = match edge {
            Edge::True => test.yes,
            Edge::False => test.no,
            Edge::Always | Edge::Chosen => None,
        };
        let Some(now) = told else { return Some(known) };
        match known.of(test.fact) {
            Some(before) if before != now => None,
            _ => Some(known.with(test.fact, told)),
        }
    }

    fn change(&self, at: PointId, known: Known) -> Known {
        let changes = self.changes.get(&at).into_iter().flatten();
        changes.fold(known, |known, (fact, value)| known.with(*fact, *value))
    }
}

/// Two bits a fact: whether it is known, and whether it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
struct Known(u16);

impl Known {
    fn of(self, fact: u8) -> Option<bool> {
        let bits = self.0 >> (2 * fact);
        (bits & 1 != 0).then_some(bits & 2 != 0)
    }

    fn with(self, fact: u8, value: Option<bool>) -> Self {
        let bits = match value {
            None => 0,
            Some(false) => 1,
            Some(true) => 3,
        };
        Self(self.0 & !(3 << (2 * fact)) | bits << (2 * fact))
    }
}

/// Where something is still held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The last point before the end: a `return`, [`What::End`](super::What::End), or, when it
    /// goes on to where the resource is acquired again, the point before that.
    pub at: PointId,
    /// How it is left.
    pub held: Held,
    /// A way from where it is acquired, or from where the search began, to the last point, both
    /// included.
    pub path: Vec<PointId>,
}

/// How a held resource is left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// The function ends.
    AtExit,
    /// It is acquired once more.
    Again,
}

/// The search was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch;

/// A search for ways on which something stays held.
pub struct Paths<'q> {
    /// The graph.
    pub flow: &'q Flow,
    /// What happens where.
    pub effect: &'q dyn Fn(PointId) -> Effect,
    /// Whether the resource has been given back where control leaves a point by this edge.
    pub spent: &'q dyn Fn(PointId, Edge) -> bool,
    /// What is told apart.
    pub facts: &'q Facts,
    /// How many points may be looked at, each way of knowing facts apart.
    pub budget: usize,
}

/// Where a search is: the point before which it stands, what is known, and whether it is held.
type State = (PointId, Known, bool);

impl Paths<'_> {
    /// The leaks, in the order of their points, when the resource is first held behind `from`, or,
    /// with [`PointId::ENTRY`], when whoever calls the function begins to hold something: `held`.
    ///
    /// Answers too how many steps it took.
    ///
    /// # Errors
    /// When the budget does not suffice.
    pub fn leaks(&self, from: PointId, held: bool) -> Result<(Vec<Leak>, usize), TooMuch> {
        let known = self.facts.change(from, Known::default());
        // By state: from which other it was reached first.
        let first = (from, known, held);
        let mut came: HashMap<State, State> = HashMap::from([(first, first)]);
        let mut ends: Vec<(PointId, Held, State)> = Vec::new();
        let mut open = vec![first];
        let mut steps = 0;
        while let Some(state) = open.pop() {
            let (here, known, held) = state;
            for (next, edge) in self.flow.next(here) {
                steps += 1;
                if steps > self.budget {
                    return Err(TooMuch);
                }
                let Some(known) = self.facts.take(here, *edge, known) else { continue };
                let held = held && !(self.spent)(here, *edge);
                if *next == PointId::EXIT {
                    if held {
                        ends.push((here, Held::AtExit, state));
                    }
                    continue;
                }
                let held = match (self.effect)(*next) {
                    Effect::None => held,
                    Effect::Acquire => {
                        if held {
                            ends.push((here, Held::Again, state));
                        }
                        true
                    }
                    Effect::Release => false,
                    Effect::Settle => continue,
                };
                let next = (*next, self.facts.change(*next, known), held);
                if let Entry::Vacant(it) = came.entry(next) {
                    it.insert(state);
                    open.push(next);
                }
            }
        }
        ends.sort_unstable_by_key(|(at, held, _)| (*at, *held));
        ends.dedup_by_key(|(at, held, _)| (*at, *held));
        let leak = |(at, held, state)| Leak { at, held, path: path(&came, state) };
        Ok((ends.into_iter().map(leak).collect(), steps))
    }
}

/// The way to a state since the resource has been held.
fn path(came: &HashMap<State, State>, end: State) -> Vec<PointId> {
    let mut path = vec![end.0];
    let mut at = end;
    while let Some(before) = came.get(&at).filter(|it| at.2 && **it != at) {
        if !before.2 {
            break;
        }
        at = *before;
        path.push(at.0);
    }
    path.reverse();
    path
}
