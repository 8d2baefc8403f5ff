//! Whether a node is what a page's `match` describes.
//!
//! Every choice (`any`, which node `has` found) is taken back and made anew where what follows
//! does not hold with it, so the order of a rule's keys means nothing.

use regex::Regex;

use crate::golang::{GoFile, GoNode, Kind, Node, Package};
use crate::model::Severity;
use crate::rules::engine::Context;
use crate::rules::meter::Meter;

use super::condition::Condition;
use super::fit::{Env, Fit};
use super::place;
use super::shape::{Shape, Slot, is_wrapper};
use super::yaml::Where;

/// What a node must be.
#[derive(Debug)]
pub(super) enum Test {
    Looks(Shape),
    Kinds(Vec<Kind>),
    Text(Regex),
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Near(Near),
    Stands(Stands),
    /// Nothing to ask: what is found this way is not worse than this.
    AtWorst(Severity),
    /// Conditions on metavariables; those that nothing is bound to are passed over.
    Where(Vec<(Slot, Condition)>),
}

/// Where the node stands.
#[derive(Debug)]
pub(super) struct Stands {
    pub(super) inside: Vec<Where>,
    pub(super) outside: Vec<Where>,
    /// The least heat, from 1 to 4.
    pub(super) hot: Option<u8>,
}

/// A node near another.
#[derive(Debug)]
pub(super) struct Near {
    pub(super) side: Side,
    pub(super) until: Until,
    pub(super) test: Box<Test>,
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Below,
    Around,
    Before,
    Behind,
}

/// How far to look.
#[derive(Debug)]
pub(super) enum Until {
    End,
    Neighbor,
    Function,
    Rule(Box<Test>),
}

/// Where code is looked at.
#[derive(Clone, Copy)]
pub(super) struct Site<'p, 'm> {
    pub(super) context: &'m Context<'p>,
    pub(super) file: &'p GoFile,
    pub(super) meter: &'m Meter,
}

/// A node with what it stands in, the root first.
#[derive(Clone, Copy)]
pub(super) struct Spot<'p, 'a> {
    pub(super) node: Node<'p>,
    pub(super) around: &'a [Node<'p>],
}

/// What is left to hold.
struct Goal<'p, 'a> {
    tests: &'a [Test],
    spot: Spot<'p, 'a>,
    then: Option<&'a Goal<'p, 'a>>,
}

impl<'p> Site<'p, '_> {
    /// The package.
    pub(super) fn package(&self) -> &'p Package {
        self.context.package
    }

    /// Whether the test holds for the node; the environment then says for which bindings.
    pub(super) fn holds(&self, test: &Test, spot: Spot<'p, '_>, env: &mut Env<'p>) -> bool {
        self.solve(Some(&Goal { tests: std::slice::from_ref(test), spot, then: None }), env)
    }

    fn solve(&self, goal: Option<&Goal<'p, '_>>, env: &mut Env<'p>) -> bool {
        let Some(goal) = goal else { return true };
        let Some((test, tests)) = goal.tests.split_first() else {
            return self.solve(goal.then, env);
        };
        if !self.meter.take(1) {
            return false;
        }
        let spot = goal.spot;
        let rest = Goal { tests, spot, then: goal.then };
        let mark = env.mark();
        let holds = match test {
            Test::Looks(shape) => {
                let fit = Fit { text: self.file.text(), meter: self.meter };
                fit.node(shape, spot.node, env) && self.solve(Some(&rest), env)
            }
            Test::Kinds(kinds) => {
                kinds.contains(&spot.node.go_kind()) && self.solve(Some(&rest), env)
            }
            Test::Text(regex) => {
                let text = self.file.text_of(spot.node);
                self.meter.take(text.len()) && regex.is_match(text) && self.solve(Some(&rest), env)
            }
            Test::All(all) => self.solve(Some(&Goal { tests: all, spot, then: Some(&rest) }), env),
            Test::Any(any) => any.iter().any(|it| {
                let tests = std::slice::from_ref(it);
                self.solve(Some(&Goal { tests, spot, then: Some(&rest) }), env) || {
                    env.back(mark);
                    false
                }
            }),
            Test::Not(not) => {
                let found = self.holds(not, spot, env);
                env.back(mark);
                !found && self.solve(Some(&rest), env)
            }
            Test::AtWorst(severity) => {
                env.cap(*severity);
                self.solve(Some(&rest), env)
            }
            Test::Stands(it) => self.stands(it, spot, env) && self.solve(Some(&rest), env),
            Test::Where(conditions) => {
                conditions
                    .iter()
                    .all(|(slot, it)| env.get(*slot).is_none_or(|bound| it.holds(self, bound)))
                    && self.solve(Some(&rest), env)
            }
            Test::Near(near) => {
                let tests = std::slice::from_ref(&*near.test);
                self.near(near, spot, env, &mut |spot, env| {
                    self.solve(Some(&Goal { tests, spot, then: Some(&rest) }), env) || {
                        env.back(mark);
                        false
                    }
                })
            }
        };
        if !holds {
            env.back(mark);
        }
        holds
    }

    fn stands(&self, stands: &Stands, spot: Spot<'p, '_>, env: &mut Env<'p>) -> bool {
        for it in &stands.inside {
            match place::stands_in(self, spot, *it) {
                Some(partner) => env.take_part(partner),
                None => return false,
            }
        }
        let heat = || self.package().heat(self.file, spot.node.start_byte()).score;
        !stands.outside.iter().any(|it| place::stands_in(self, spot, *it).is_some())
            && stands.hot.is_none_or(|least| self.meter.look(self.file, 1) && heat() >= least)
    }

    fn near(
        &self,
        near: &Near,
        spot: Spot<'p, '_>,
        env: &mut Env<'p>,
        found: &mut dyn FnMut(Spot<'p, '_>, &mut Env<'p>) -> bool,
    ) -> bool {
        match near.side {
            Side::Below => self.below(&near.until, spot, env, found),
            Side::Around => {
                for (at, node) in spot.around.iter().enumerate().rev() {
                    let spot = Spot { node: *node, around: &spot.around[..at] };
                    if !self.meter.take(1) {
                        return false;
                    }
                    if found(spot, env) {
                        return true;
                    }
                    let closed = match near.until {
                        Until::Neighbor => true,
                        Until::Function => node.go_kind().is_function(),
                        Until::End | Until::Rule(_) => false,
                    };
                    if closed || self.stops(&near.until, spot, env) {
                        return false;
                    }
                }
                false
            }
            Side::Before | Side::Behind => self.beside(near, spot, env, found),
        }
    }

    fn below(
        &self,
        until: &Until,
        spot: Spot<'p, '_>,
        env: &mut Env<'p>,
        found: &mut dyn FnMut(Spot<'p, '_>, &mut Env<'p>) -> bool,
    ) -> bool {
        let mut path: Vec<Node<'p>> = spot.around.to_vec();
        let top = path.len();
        let mut nodes = spot.node.descendants();
        let mut last: Option<Node<'p>> = None;
        if !self.meter.take(top) {
            return false;
        }
        while let Some(node) = nodes.next() {
            if !self.meter.take(1) {
                return false;
            }
            let depth = top + nodes.depth() as usize;
            // What came last is around this one where this one is deeper.
            if let Some(last) = last.filter(|_| path.len() < depth) {
                path.push(last);
            }
            path.truncate(depth);
            last = Some(node);
            if depth == top {
                continue;
            }
            if !node.is_named() || node.is_extra() {
                nodes.skip_below();
                continue;
            }
            let here = Spot { node, around: &path };
            if found(here, env) {
                return true;
            }
            let closed = match until {
                Until::Neighbor => true,
                Until::Function => node.go_kind().is_function(),
                Until::End | Until::Rule(_) => node.go_kind().is_string(),
            };
            if closed || self.stops(until, here, env) {
                nodes.skip_below();
            }
        }
        false
    }

    fn beside(
        &self,
        near: &Near,
        spot: Spot<'p, '_>,
        env: &mut Env<'p>,
        found: &mut dyn FnMut(Spot<'p, '_>, &mut Env<'p>) -> bool,
    ) -> bool {
        // A call that is a statement has that statement's neighbours.
        let Some(up) = spot.around.iter().rposition(|it| !is_single(it.go_kind())) else {
            return false;
        };
        let (parent, around) = (spot.around[up], &spot.around[..=up]);
        let own = spot.around.get(up + 1).copied().unwrap_or(spot.node);
        if !self.meter.take(parent.child_count() as usize) {
            return false;
        }
        let mut all: Vec<_> = match near.side {
            Side::Before => parent.parts().take_while(|it| it.id() != own.id()).collect(),
            _ => parent.parts().skip_while(|it| it.id() != own.id()).skip(1).collect(),
        };
        if near.side == Side::Before {
            all.reverse();
        }
        let mut inner = around.to_vec();
        for node in all {
            if !self.meter.take(1 + inner.len()) {
                return false;
            }
            let here = Spot { node, around };
            if found(here, env) {
                return true;
            }
            if is_single(node.go_kind())
                && let Some(wrapped) = node.parts().next()
            {
                inner.push(node);
                if found(Spot { node: wrapped, around: &inner }, env) {
                    return true;
                }
                inner.pop();
            }
            if matches!(near.until, Until::Neighbor) || self.stops(&near.until, here, env) {
                return false;
            }
        }
        false
    }

    /// Whether the node is where the search ends.
    fn stops(&self, until: &Until, spot: Spot<'p, '_>, env: &mut Env<'p>) -> bool {
        let Until::Rule(test) = until else { return false };
        let mark = env.mark();
        let stops = self.holds(test, spot, env);
        env.back(mark);
        stops
    }
}

/// Whether a node of this kind stands around one other and means nothing itself.
fn is_single(kind: Kind) -> bool {
    is_wrapper(kind) && !matches!(kind, Kind::StatementList | Kind::ExpressionList)
}
