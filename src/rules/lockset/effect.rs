//! Functions that give back what they did not take, or keep what they took: what they do to the
//! locks of whoever calls them.

use std::collections::{HashMap, HashSet};

use crate::golang::{Field, GoFile, GoNode, Node};
use crate::rules::goroutine::Key;
use crate::rules::survey::At;

use super::place::LockRef;

/// What a function leaves behind, in its own terms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::rules) struct Effects<'p> {
    /// What it gives back without having taken it, on some way.
    pub(in crate::rules) frees: Vec<LockRef<'p>>,
    /// What it holds when it returns, in any case.
    pub(in crate::rules) takes: Vec<LockRef<'p>>,
    /// What it holds when it returns, on some way.
    pub(in crate::rules) may_take: Vec<LockRef<'p>>,
}

impl Effects<'_> {
    /// Whether the caller need not know.
    pub(super) fn is_empty(&self) -> bool {
        self.frees.is_empty() && self.takes.is_empty() && self.may_take.is_empty()
    }
}

/// The functions with such effects.
#[derive(Debug, Default)]
pub(super) struct Wrappers<'p> {
    effects: HashMap<Key<'p>, Effects<'p>>,
    names: HashSet<&'p str>,
}

impl<'p> Wrappers<'p> {
    /// Notes what a function does; answers whether that is news.
    pub(super) fn note(&mut self, function: At<'p>, effects: Effects<'p>) -> bool {
        let name = function.node.field(Field::Name);
        let known = self.effects.get(&function.key());
        if known.map_or(effects.is_empty(), |it| *it == effects) {
            return false;
        }
        self.names.extend(name.map(|it| function.file.text_of(it)));
        self.effects.insert(function.key(), effects);
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.effects.is_empty()
    }

    /// Whether what is called goes by the name of such a function.
    pub(super) fn knows(&self, file: &GoFile, callee: Node<'_>) -> bool {
        let name = callee.field(Field::Field).unwrap_or(callee);
        self.names.contains(file.text_of(name))
    }

    pub(super) fn of(&self, function: At<'p>) -> Option<&Effects<'p>> {
        self.effects.get(&function.key())
    }
}
