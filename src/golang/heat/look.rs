//! Questions about a package, with a bound on how many are asked.

use std::cell::Cell;

use crate::golang::types::TypeInfo;
use crate::golang::{GoFile, Package};

/// How many bytes may be passed over to find nodes, in one pass through a package: some hundred
/// times what real packages need. What is asked later is unknown.
const STEPS: u64 = 1 << 28;

/// A package with its types, and what may still be asked of it.
#[derive(Debug)]
pub(super) struct Look<'p> {
    pub(super) package: &'p Package,
    pub(super) types: TypeInfo<'p>,
    steps: Cell<u64>,
}

impl<'p> Look<'p> {
    pub(super) fn at(package: &'p Package) -> Self {
        Self { package, types: TypeInfo::new(package), steps: Cell::new(STEPS) }
    }

    /// Whether one more look at nodes by their position can be afforded: each goes down from the
    /// root, past all children on the way.
    pub(super) fn affords(&self, file: &GoFile) -> bool {
        let look = file.text().len() as u64 / 16 + 64;
        let left = self.steps.get().checked_sub(look);
        self.steps.set(left.unwrap_or(0));
        left.is_some()
    }
}
