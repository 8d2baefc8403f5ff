//! Whether a node is what a page's `match` describes.
//!
//! Every choice (`any`, which node `has` found) is taken back and made anew where what follows
//! does not hold with it, so the order of a rule's keys means nothing.

use regex::Regex;

use crate::golang::{GoFile, GoNode, Kind, Node, Package};
use crate::model::Severity;
use crate::rules::engine::Context;
use crate::rules::meter::Meter;
use crate::rules::types::TypeInfo;

use super::condition::Condition;
use super::fit::{Env, Fit};
use super::place;
use super::shape::{Shape, Slot};
use super::yaml::Where;

/// What a node must be.
#[derive(Debug)]
pub(super) enum Test {
    Looks(Shape),
    Kinds(Vec<Kind>),
    Text(Regex),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
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
    then: Option<&'a Self>,
}

impl<'p> Site<'p, '_> {
    /// The package.
    pub(super) fn package(&self) -> &'p Package {
        self.context.package
    }

    /// The types of the package.
    pub(super) fn types(&self) -> &TypeInfo<'p> {
        &self.context.types
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

    /// Whether the node is where the search ends.
    pub(super) fn stops(&self, until: &Until, spot: Spot<'p, '_>, env: &mut Env<'p>) -> bool {
        let Until::Rule(test) = until else { return false };
        let mark = env.mark();
        let stops = self.holds(test, spot, env);
        env.back(mark);
        stops
    }
}
