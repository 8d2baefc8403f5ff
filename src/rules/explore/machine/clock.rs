//! Vector clocks: what a goroutine knows to have happened.

/// For every goroutine how much of it has happened before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Clock(Vec<u32>);

impl Clock {
    /// How much of a goroutine is known.
    pub(super) fn of(&self, goroutine: usize) -> u32 {
        self.0.get(goroutine).copied().unwrap_or(0)
    }

    /// Learns all that another clock knows.
    pub(super) fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (own, theirs) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).max(*theirs);
        }
    }

    /// A goroutine's next stretch of time begins.
    pub(super) fn bump(&mut self, goroutine: usize) {
        if self.0.len() <= goroutine {
            self.0.resize(goroutine + 1, 0);
        }
        if let Some(own) = self.0.get_mut(goroutine) {
            *own = own.saturating_add(1);
        }
    }
}
