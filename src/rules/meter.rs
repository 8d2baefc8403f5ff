//! Counted steps: what one rule may spend on one package.

use std::cell::Cell;

use crate::golang::GoFile;

/// The steps that one page's rule may take in one package beside the walk itself, a fraction of a
/// second's worth. Whoever wrote the page, it cannot keep us busy, and it takes nothing away from
/// the other rules.
const STEPS: u64 = 1 << 23;

/// What is left. A rule that has used it up finds nothing more.
#[derive(Debug)]
pub(super) struct Meter {
    left: Cell<u64>,
    used_up: Cell<bool>,
}

impl Default for Meter {
    fn default() -> Self {
        Self { left: Cell::new(STEPS), used_up: Cell::new(false) }
    }
}

impl Meter {
    /// Takes steps, each about as costly as a look at a node's child; false when they are used up.
    pub(super) fn take(&self, steps: usize) -> bool {
        match self.left.get().checked_sub(steps as u64) {
            Some(left) => self.left.set(left),
            None => self.used_up.set(true),
        }
        !self.used_up.get()
    }

    /// Whether something could not be paid: then no answer since can be trusted.
    pub(super) fn is_used_up(&self) -> bool {
        self.used_up.get()
    }

    /// Takes what `times` looks at some node of the file by its position cost.
    ///
    /// Each goes down from the root, past all children on the way: in the worst file, one list.
    pub(super) fn look(&self, file: &GoFile, times: usize) -> bool {
        self.take((file.text().len() / 16 + 64).saturating_mul(times))
    }
}
