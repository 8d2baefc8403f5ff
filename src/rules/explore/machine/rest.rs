//! What it means that everything has come to rest.

use super::super::code::Spot;
use super::report::{Event, Involved, Kind, Shown};
use super::value::{State, Value};
use super::wait::{Status, Wait};
use super::{Machine, Panic};
use crate::golang::Span;

/// As many operations of each goroutine are told of.
const TOLD: usize = 5;

/// In place of a spot where there is none.
pub(super) fn no_spot() -> Spot {
    Spot { file: u16::MAX, span: Span { start: 0, end: 0 } }
}

impl Machine<'_> {
    /// The last operations of those involved, in their order.
    pub(super) fn last_events(&self, involved: &[Involved]) -> Vec<Event> {
        let mut left: Vec<(usize, usize)> =
            involved.iter().map(|it| (it.event.goroutine, TOLD)).collect();
        for held in involved.iter().flat_map(|it| &it.held) {
            left.push((held.goroutine, TOLD));
        }
        left.sort_unstable();
        left.dedup();
        let mut events: Vec<_> = self
            .events
            .iter()
            .rev()
            .filter(|event| {
                left.iter_mut().any(|(goroutine, left)| {
                    let mine = *goroutine == event.goroutine && *left > 0;
                    *left -= usize::from(mine);
                    mine
                })
            })
            .cloned()
            .collect();
        events.reverse();
        events
    }

    pub(super) fn show(&mut self, kind: Kind, involved: Vec<Involved>) {
        let schedule = self.last_events(&involved);
        let guessed = self.doubts(kind);
        self.shown.push(Shown { kind, involved, schedule, guessed });
    }

    /// Whether what is found may be due to what was guessed: a value, that the goroutines were
    /// slower than a timer. What a test leaves behind that has failed is no surprise either.
    pub(super) fn doubts(&self, kind: Kind) -> bool {
        self.guessed
            || match kind {
                Kind::Deadlock => false,
                Kind::Leak => self.tests.iter().any(|it| it.failed),
                _ => self.hurried,
            }
    }

    pub(super) fn show_panic(&mut self, panic: &Panic) {
        self.show(panic.kind, vec![panic.involved.clone()]);
    }

    /// Who holds what a goroutine waits for, and where he took it last.
    fn holders(&self, wait: &Wait) -> Vec<Event> {
        let (Wait::Lock(at) | Wait::WriteLock(at) | Wait::ReadLock(at)) = wait else {
            return Vec::new();
        };
        let owners: Vec<usize> = match self.peek(at) {
            Some(Value::State(it)) => match &**it {
                State::Mutex(it) => it.owner.into_iter().collect(),
                State::RwMutex(it) => it.readers.iter().copied().chain(it.writer).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        owners
            .into_iter()
            .filter_map(|owner| {
                let took = |it: &&Event| it.goroutine == owner && it.what.ends_with("Lock");
                self.events
                    .iter()
                    .rev()
                    .filter(|it| !it.what.contains("Unlock"))
                    .find(took)
                    .cloned()
            })
            .collect()
    }

    /// Everything rests: whoever still waits waits for ever.
    pub(super) fn rest(&mut self) {
        // A timer that goes on for ever may still change something.
        if self.timer_pending() {
            return;
        }
        let mut involved = Vec::new();
        for (index, goroutine) in self.goroutines.iter().enumerate() {
            if let Status::Parked(wait) = &goroutine.status {
                if self.entry_over && matches!(wait, Wait::Asleep) {
                    continue;
                }
                let mut one = self.involved(index, no_spot(), wait.name());
                one.held = self.holders(wait);
                involved.push(one);
            }
        }
        if involved.is_empty() {
            return;
        }
        let kind = if self.entry_over { Kind::Leak } else { Kind::Deadlock };
        self.show(kind, involved);
    }
}
