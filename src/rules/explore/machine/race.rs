//! Who has accessed what, and whether anything orders it (FastTrack: Flanagan and Freund, PLDI 2009).

use std::rc::Rc;

use super::super::code::Spot;
use super::value::Pointer;
use super::{Involved, Kind, Machine, Shown};

/// An access.
#[derive(Debug, Clone)]
struct Access {
    goroutine: usize,
    time: u32,
    atomic: bool,
    involved: Rc<Involved>,
}

/// The accesses to one place that later ones have not made irrelevant.
#[derive(Debug, Default)]
pub(super) struct Shadow {
    write: Option<Access>,
    reads: Vec<Access>,
}

/// As many races are told of in one run.
const RACES: usize = 8;

impl Machine<'_> {
    /// Notes an access and shows the races that it makes.
    pub(super) fn access(&mut self, at: &Pointer, write: bool, atomic: bool, spot: Spot) {
        let me = self.current;
        let Some(goroutine) = self.goroutines.get(me) else { return };
        if self.goroutines.len() < 2 || goroutine.initialising > 0 {
            return;
        }
        let clock = goroutine.clock.clone();
        let ordered = |it: &Access| it.goroutine == me || it.time <= clock.of(it.goroutine);
        let Some(cell) = self.cells.get(at.object as usize) else { return };
        let mut against: Vec<Rc<Involved>> = Vec::new();
        let mut conflicts = |shadow: &Shadow| {
            let reads = shadow.reads.iter().filter(|_| write);
            for earlier in shadow.write.iter().chain(reads) {
                if !(ordered(earlier) || atomic && earlier.atomic) {
                    against.push(earlier.involved.clone());
                }
            }
        };
        for length in 0..at.path.len() {
            if let Some(shadow) = at.path.get(..length).and_then(|it| cell.shadow.get(it)) {
                conflicts(shadow);
            }
        }
        for (path, shadow) in cell.shadow.range(at.path.clone()..) {
            if !path.starts_with(&at.path) {
                break;
            }
            conflicts(shadow);
        }
        let unchanged = cell.shadow.get(&at.path).is_some_and(|shadow| {
            let mine =
                |it: &Access| it.goroutine == me && it.time == clock.of(me) && it.atomic == atomic;
            shadow.write.as_ref().is_some_and(mine) || (!write && shadow.reads.iter().any(mine))
        });
        if unchanged && against.is_empty() {
            return;
        }
        let what = match (write, atomic) {
            (true, false) => "write",
            (false, false) => "read",
            (true, true) => "atomic write",
            (false, true) => "atomic read",
        };
        let involved = Rc::new(self.involved(me, spot, what));
        for earlier in against {
            self.show_race(&involved, &earlier);
        }
        let access = Access { goroutine: me, time: clock.of(me), atomic, involved };
        if let Some(cell) = self.cells.get_mut(at.object as usize) {
            let shadow = cell.shadow.entry(at.path.clone()).or_default();
            shadow.reads.retain(|it| it.goroutine != me && it.time > clock.of(it.goroutine));
            if write {
                shadow.write = Some(access);
            } else {
                shadow.reads.push(access);
            }
        }
    }

    fn show_race(&mut self, now: &Involved, earlier: &Involved) {
        let races = self.shown.iter().filter(|it| it.kind == Kind::Race).count();
        if races >= RACES {
            return;
        }
        let involved = vec![now.clone(), earlier.clone()];
        let schedule = self.last_events(&involved);
        let shown =
            Shown { kind: Kind::Race, involved, schedule, guessed: self.doubts(Kind::Race) };
        if !self.shown.iter().any(|it| it.name() == shown.name()) {
            self.shown.push(shown);
        }
    }
}
