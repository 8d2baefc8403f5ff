//! Questions about types, with a bound on how many are asked.

use std::cell::Cell;

use crate::golang::types::{Named, TypeExpr, Types};
use crate::golang::{GoFile, Node, Package};

/// How many bytes may be passed over to find types, in one pass through a package: some hundred
/// times what real packages need. What is asked later is unknown.
const STEPS: u64 = 1 << 28;

/// A package, and what may still be asked of it.
#[derive(Debug)]
pub(super) struct Look<'p> {
    pub(super) package: &'p Package,
    steps: Cell<u64>,
}

impl<'p> Look<'p> {
    pub(super) fn at(package: &'p Package) -> Self {
        Self { package, steps: Cell::new(STEPS) }
    }

    /// Whether one more look at nodes by their position can be afforded: each goes down from the
    /// root, past all children on the way.
    pub(super) fn affords(&self, file: &GoFile) -> bool {
        let look = file.text().len() as u64 / 16 + 64;
        let left = self.steps.get().checked_sub(look);
        self.steps.set(left.unwrap_or(0));
        left.is_some()
    }

    /// The type of an expression.
    pub(super) fn of(&self, file: &'p GoFile, expression: Node<'p>) -> Option<TypeExpr<'p>> {
        self.affords(file).then(|| Types(self.package).of(file, expression))?
    }

    /// What the type of an expression names.
    pub(super) fn named(&self, file: &'p GoFile, expression: Node<'p>) -> Option<Named<'p>> {
        Types(self.package).named(self.of(file, expression)?)
    }
}
