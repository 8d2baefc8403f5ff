//! How often code runs, as far as its own package shows: what findings about speed and memory are
//! weighed with.
//!
//! The score of a place adds a few signals: the loops around it, whether a request or a worker
//! leads to its function, whether a caller repeats that function, whether its authors measure it;
//! code that is known to run rarely loses two points. Names such as `fast` or `hot` say nothing.
//! Everything that takes a look at the whole package is found in one pass, once, when somebody
//! first asks.

mod calls;
mod cold;
mod entry;
mod graph;
mod look;
mod loops;
mod map;
mod region;

pub use cold::Cold;
pub use entry::Entry;
pub(super) use map::Map;

use super::types::TypeInfo;
use super::{GoFile, GoNode, Kind, Node, Package};
use region::Region;

/// How often a place runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heat {
    /// From 0 to 4: below 2 nobody would notice, 2 is worth a report, 3 a warning, 4 may block.
    pub score: u8,
    /// What made the score, strongest first; what cools it down comes last.
    pub reasons: Vec<Reason>,
}

/// One signal of a [`Heat`]. Names are those of declarations: `func F`, `T.M`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// As many loops repeat it, at most two.
    Loop(u8),
    /// It runs once for each message, row or connection of a loop without an end of its own.
    LongRunning,
    /// A request or a worker leads here.
    Reached {
        /// What kind of request.
        entry: Entry,
        /// The declaration that the request comes in at.
        from: String,
    },
    /// Its function is called in a loop.
    CalledInLoop {
        /// The declaration with the loop.
        by: String,
    },
    /// A benchmark of the package calls its function.
    Benchmarked {
        /// The benchmark.
        by: String,
    },
    /// The file uses what people use who count nanoseconds: pools, counters, `unsafe`.
    TunedFile,
    /// It runs rarely.
    Cold(Cold),
}

impl Heat {
    /// Whether a finding about its cost is worth a report.
    pub fn is_hot(&self) -> bool {
        self.score >= 2
    }

    /// Why it runs rarely, if it does.
    pub fn cold(&self) -> Option<Cold> {
        self.reasons.iter().find_map(|it| match it {
            Reason::Cold(it) => Some(*it),
            _ => None,
        })
    }
}

impl Package {
    /// How often the code at a byte of a file of this package runs. One descent from the file's
    /// root, and the first time one pass through the package.
    pub fn heat(&self, file: &GoFile, byte: usize) -> Heat {
        let Some(function) = self.heat_map().function(self, file, byte) else {
            return Heat::default();
        };
        let region = self.region(file, byte);
        let mut reasons = Vec::new();
        if region.long_running {
            reasons.push(Reason::LongRunning);
        } else if region.loops > 0 {
            reasons.push(Reason::Loop(region.loops));
        }
        let mut score = i8::try_from(region.loops).unwrap_or(0);
        score += i8::from(function.reached.is_some());
        score += i8::from(function.repeated_by.is_some());
        score += i8::from(function.benchmarked_by.is_some());
        score += i8::from(function.tuned);
        if let Some((entry, from)) = function.reached {
            reasons.push(Reason::Reached { entry, from: self.heat_map().name(self, from) });
        }
        if let Some(by) = function.repeated_by {
            reasons.push(Reason::CalledInLoop { by: self.heat_map().name(self, by) });
        }
        if let Some(by) = function.benchmarked_by {
            reasons.push(Reason::Benchmarked { by: self.heat_map().name(self, by) });
        }
        if function.tuned {
            reasons.push(Reason::TunedFile);
        }
        let known_hot = function.reached.is_some() || function.benchmarked_by.is_some();
        let rare = function.cold.filter(|it| match it {
            // A program's `main` may be the loop that serves.
            Cold::Main => !region.long_running,
            Cold::Tool => !known_hot,
            _ => true,
        });
        if let Some(cold) = region.cold.or(rare) {
            score -= 2;
            reasons.push(Reason::Cold(cold));
        }
        Heat { score: u8::try_from(score.clamp(0, 4)).unwrap_or(0), reasons }
    }

    /// The kind of request whose entry the byte lies in: the innermost function around it that is
    /// one, so that a literal inside of a handler belongs to the handler.
    pub fn entry_at(&self, file: &GoFile, byte: usize) -> Option<Entry> {
        let scopes = file.scopes();
        let mut at = scopes.function_at(byte);
        while let Some(id) = at {
            let entry = self.heat_map().facts(self, file, id).and_then(|it| it.entry);
            if entry.is_some() {
                return entry;
            }
            at = scopes.function(id).parent;
        }
        None
    }

    /// The loops and cold branches around a byte.
    fn region(&self, file: &GoFile, byte: usize) -> Region {
        let root = file.root();
        let Some(inner) = root.descendant_for_byte_range(byte, byte + 1) else {
            return Region::default();
        };
        let mut path = inner.ancestors(root);
        path.reverse();
        path.push(inner);
        let types = TypeInfo::new(self);
        let mut region = Region::default();
        for at in 1..path.len() {
            if path[at].is(Kind::Error) {
                break;
            }
            region = region.enter(&types, file, &path[..at], path[at]);
        }
        region
    }
}

impl<'p> TypeInfo<'p> {
    /// How many times a `for` statement runs its body at most, where its head shows it: a bound
    /// that is a constant, an array, or a list of values.
    pub fn loop_bound(&self, file: &'p GoFile, the_loop: Node<'p>) -> Option<u64> {
        loops::bound(self, file, the_loop)
    }
}
