//! Which schedules are run: those with few preemptions first, then random ones.
//!
//! A run is given by its choices. Every run that is over is asked where it might have gone
//! elsewhere; these prefixes wait by what they cost, and the cheap ones come first, spread over the
//! whole run (iterative context bounding: Musuvathi and Qadeer, PLDI 2007).

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::code::{Code, FunctionId, Spot};
use super::machine::{Choice, Chooser, End, Kind, Machine, Shown};

/// How much is done for an entry.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules) struct Bounds {
    /// Operations a run.
    pub(in crate::rules) steps: u64,
    /// Runs with few preemptions.
    pub(in crate::rules) runs: u32,
    /// Random runs after that.
    pub(in crate::rules) random: u32,
    /// Operations of all runs together.
    pub(in crate::rules) total: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { steps: 40_000, runs: 500, random: 300, total: 1_500_000 }
    }
}

/// What was found for an entry.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Found {
    /// The run that shows it best: without a guess, with the shortest schedule.
    pub(in crate::rules) shown: Shown,
    /// In how many runs that came to an end it was seen.
    pub(in crate::rules) seen: u32,
}

/// What exploring an entry came to.
#[derive(Debug, Clone, Default)]
pub(in crate::rules) struct Explored {
    /// What was found, in the order of kinds and spots.
    pub(in crate::rules) found: Vec<Found>,
    /// The runs that came to an end.
    pub(in crate::rules) complete: u32,
    /// The runs that met something that is not understood, and what that was.
    pub(in crate::rules) opaque: u32,
    /// The first of these reasons.
    pub(in crate::rules) why: Option<Rc<str>>,
    /// The runs without an end in sight.
    pub(in crate::rules) endless: u32,
    /// The operations of all runs.
    pub(in crate::rules) steps: u64,
}

/// How many preemptions there are at most.
const PREEMPTIONS: usize = 2;

/// As many prefixes wait.
const WAITING: usize = 4_000;

/// After as many runs with few preemptions the random ones begin to take turns.
const EARLY: u32 = 4;

/// After as many runs without an end, and none with one, there is nothing to be had.
const ENDLESS: u32 = 16;

/// After as many without an end, whatever the others came to.
const MANY_ENDLESS: u32 = 24;

/// As often everything that is found must be seen.
const CONFIRMED: u32 = 8;

/// After as many runs without anything new, what is found is all there is.
const NOTHING_NEW: u32 = 100;

/// As many runs in a row may meet what is not understood.
const OPAQUE: u32 = 12;

struct Recorded {
    what: Choice,
    options: usize,
    chosen: usize,
}

/// Follows a prefix, then goes on without preemption.
struct Follow<'p> {
    prefix: &'p [usize],
    taken: Vec<Recorded>,
}

impl Chooser for Follow<'_> {
    fn choose(&mut self, what: Choice, options: usize) -> usize {
        let chosen = self.prefix.get(self.taken.len()).copied().unwrap_or(0);
        self.taken.push(Recorded { what, options, chosen });
        chosen
    }
}

/// Chooses at random, always in the same way for the same seed.
struct Random {
    state: u64,
    /// One of so many preemptions is taken.
    rarely: u64,
}

impl Random {
    fn next(&mut self) -> u64 {
        // xorshift64* (Vigna, 2016).
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
}

impl Chooser for Random {
    fn choose(&mut self, what: Choice, options: usize) -> usize {
        let one = self.next();
        if what == Choice::Preempt && !one.is_multiple_of(self.rarely) {
            return 0;
        }
        let any = self.next() % (options.max(1) as u64);
        usize::try_from(any).unwrap_or(0)
    }
}

/// Explores an entry.
pub(in crate::rules) fn explore(code: &dyn Code, entry: FunctionId, bounds: Bounds) -> Explored {
    let mut search = Search {
        code,
        entry,
        bounds,
        explored: Explored::default(),
        found: BTreeMap::new(),
        news: News::default(),
    };
    let mut waiting: [VecDeque<Vec<usize>>; PREEMPTIONS + 1] = Default::default();
    waiting[0].push_back(Vec::new());
    let mut in_a_row = 0;
    let (mut run, mut seed) = (0u32, 0u32);
    while run < bounds.runs && search.explored.steps < bounds.total {
        if search.is_over(run + seed) {
            return search.end();
        }
        // Where the runs are long there are few of them: random ones take their turns early.
        if run >= EARLY && seed < bounds.random && seed < run / 2 {
            seed += 1;
            search.run_at_random(seed);
            continue;
        }
        // The cheap ones have twice the turns.
        let turn = if run % 4 == 3 { 2 } else { usize::from(run % 2 == 1) };
        let Some((cost, prefix)) = (0..=PREEMPTIONS)
            .map(|it| (turn + it) % (PREEMPTIONS + 1))
            .find_map(|cost| waiting.get_mut(cost)?.pop_front().map(|it| (cost, it)))
        else {
            break;
        };
        let mut follow = Follow { prefix: &prefix, taken: Vec::new() };
        let end = search.run(&mut follow);
        let alone = matches!(end, Ended::Opaque { concurrent: false });
        in_a_row = if matches!(end, Ended::Opaque { .. }) { in_a_row + 1 } else { 0 };
        let explored = &search.explored;
        if (run == 0 && alone) || (in_a_row >= OPAQUE && explored.complete == 0) {
            return search.explored;
        }
        if explored.endless >= ENDLESS && explored.complete == 0 {
            return search.end();
        }
        for (at, choice) in follow.taken.iter().enumerate().skip(prefix.len()) {
            let cost = cost + usize::from(choice.what == Choice::Preempt);
            let Some(queue) = waiting.get_mut(cost) else { continue };
            for other in (0..choice.options.min(8)).filter(|it| *it != choice.chosen) {
                if queue.len() < WAITING {
                    let next = follow.taken.iter().take(at).map(|it| it.chosen).chain([other]);
                    queue.push_back(next.collect());
                }
            }
        }
        run += 1;
    }
    let left = waiting.iter().any(|it| !it.is_empty());
    while left && seed < bounds.random && search.explored.steps < bounds.total {
        if search.is_over(run + seed) {
            break;
        }
        seed += 1;
        search.run_at_random(seed);
    }
    search.end()
}

/// An entry that is being explored.
struct Search<'c> {
    code: &'c dyn Code,
    entry: FunctionId,
    bounds: Bounds,
    explored: Explored,
    found: BTreeMap<(Kind, Vec<Spot>), Found>,
    news: News,
}

/// How a run came to its end, as far as the search asks.
enum Ended {
    Opaque { concurrent: bool },
    Otherwise,
}

impl Search<'_> {
    fn run(&mut self, chooser: &mut dyn Chooser) -> Ended {
        let outcome = Machine::run(self.code, self.entry, self.bounds.steps, chooser);
        self.explored.steps += outcome.steps;
        let ended = match &outcome.end {
            End::Opaque { concurrent, .. } => Ended::Opaque { concurrent: *concurrent },
            End::Complete | End::Limit => Ended::Otherwise,
        };
        note(&mut self.explored, &mut self.found, outcome.end, outcome.shown);
        ended
    }

    fn run_at_random(&mut self, seed: u32) {
        let state = 0x9E37_79B9_7F4A_7C15u64.wrapping_mul(u64::from(seed));
        self.run(&mut Random { state, rarely: u64::from(1 + seed % 6) });
    }

    /// Whether more runs are not worth it.
    fn is_over(&mut self, runs: u32) -> bool {
        self.explored.endless >= MANY_ENDLESS || self.news.are_over(runs, &self.found)
    }

    fn end(mut self) -> Explored {
        self.explored.found = self.found.into_values().collect();
        self.explored
    }
}

/// When something new was found last.
#[derive(Default)]
struct News {
    sure: usize,
    all: usize,
    at: u32,
}

impl News {
    /// Whether all that is found is sure and was seen often enough, and nothing new has come for
    /// long.
    fn are_over(&mut self, run: u32, found: &BTreeMap<(Kind, Vec<Spot>), Found>) -> bool {
        let sure = found.values().filter(|it| !it.shown.guessed).count();
        if (sure, found.len()) != (self.sure, self.all) {
            (self.sure, self.all, self.at) = (sure, found.len(), run);
        }
        sure > 0
            && sure == found.len()
            && run >= self.at + NOTHING_NEW
            && found.values().all(|it| it.seen >= CONFIRMED)
    }
}

fn note(
    explored: &mut Explored,
    found: &mut BTreeMap<(Kind, Vec<Spot>), Found>,
    end: End,
    shown: Vec<Shown>,
) {
    match end {
        End::Complete => explored.complete += 1,
        End::Limit => explored.endless += 1,
        End::Opaque { why, .. } => {
            explored.opaque += 1;
            explored.why.get_or_insert(why);
        }
    }
    for shown in shown {
        match found.entry(shown.name()) {
            std::collections::btree_map::Entry::Vacant(it) => {
                it.insert(Found { shown, seen: 1 });
            }
            std::collections::btree_map::Entry::Occupied(mut it) => {
                let it = it.get_mut();
                it.seen += 1;
                let rank = |it: &Shown| (it.guessed, it.schedule.len());
                if rank(&shown) < rank(&it.shown) {
                    it.shown = shown;
                }
            }
        }
    }
}
