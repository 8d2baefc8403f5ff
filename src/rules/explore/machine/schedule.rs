//! Who runs next.

use super::wait::{Status, Wait};
use super::{Choice, Machine, Step};

/// As often timers may fire after the entry has returned while everything else rests.
const ROUNDS: u32 = 24;

/// Whoever can be seen to do as much in a row lets others come next.
const SPINS: u32 = 60;

/// After as many turns time has passed, although somebody is always busy.
const BUSY: u32 = 1_000;

impl Machine<'_> {
    fn ready(&self, goroutine: usize) -> bool {
        self.goroutines.get(goroutine).is_some_and(|it| matches!(it.status, Status::Ready))
    }

    /// Runs everything until it has come to rest.
    pub(super) fn schedule(&mut self) -> Step<()> {
        let (mut spins, mut busy) = (0u32, 0u32);
        loop {
            busy += 1;
            let count = self.goroutines.len();
            let current = self.current;
            // Those that come after the current one, itself last.
            let others: Vec<_> =
                (1..count).map(|it| (current + it) % count).filter(|it| self.ready(*it)).collect();
            let early = self.early_timer();
            let alone = spins > 5 * SPINS && others.is_empty();
            if (alone || busy > BUSY) && self.idle_rounds < ROUNDS && self.fire_next()? {
                // Whoever spins may spin until time has passed.
                (spins, busy) = (0, 0);
                self.idle_rounds += u32::from(self.entry_over);
                continue;
            }
            if self.ready(current) {
                // It has done much that nobody sees.
                let quiet = self.goroutines.get(current).is_some_and(|it| it.quiet == 0);
                let options = 1 + others.len() + usize::from(early.is_some());
                let spinning = (quiet || spins > SPINS) && !others.is_empty();
                let chosen = if spinning {
                    spins = 0;
                    1
                } else if options > 1 {
                    self.chooser.choose(Choice::Preempt, options)
                } else {
                    0
                };
                match (others.get(chosen.wrapping_sub(1)), early) {
                    (Some(other), _) => {
                        spins = 0;
                        self.current = *other;
                    }
                    (None, Some(timer)) if chosen == options - 1 && chosen > 0 => {
                        self.fire_early(timer)?;
                        continue;
                    }
                    _ => spins += 1,
                }
            } else if !others.is_empty() {
                spins = 0;
                if let Some(timer) = early
                    && self.chooser.choose(Choice::Preempt, 2) == 1
                {
                    self.fire_early(timer)?;
                    continue;
                }
                let options = others.len();
                let chosen =
                    if options > 1 { self.chooser.choose(Choice::Next, options) } else { 0 };
                if let Some(next) = others.get(chosen).or(others.first()) {
                    self.current = *next;
                }
            } else {
                if self.entry_over {
                    self.idle_rounds += 1;
                }
                if self.idle_rounds < ROUNDS && self.fire_next()? {
                    busy = 0;
                    continue;
                }
                self.rest();
                return Ok(());
            }
            self.run_on()?;
        }
    }

    /// Whether somebody waits for a channel.
    pub(super) fn is_waited_for(&self, channel: u32) -> bool {
        self.goroutines.iter().any(|it| match &it.status {
            Status::Parked(Wait::Receive(of)) => *of == channel,
            Status::Parked(Wait::Select(cases)) => cases.iter().any(|it| it.channel == channel),
            _ => false,
        })
    }
}
