//! The machine: goroutines, memory and the library, run step by step.
//!
//! Whoever runs it decides at each place where the program leaves it open what comes next
//! ([`Chooser`]); a run is given by these choices alone. A step takes one goroutine from one
//! operation that others can see, or that may have to wait, up to the next one.

mod aggregate;
mod arithmetic;
mod assertions;
mod atomics;
mod call;
mod channel;
mod clock;
mod contexts;
mod errors;
mod groups;
mod interfaces;
mod library;
mod locks;
mod memory;
mod pure;
mod race;
mod report;
mod rest;
mod schedule;
mod step;
mod sync;
mod testing;
#[cfg(test)]
mod tests;
mod timers;
mod value;
mod wait;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::code::{Code, Function, FunctionId, GlobalId, Spot, TypeId};
use clock::Clock;
use value::{Pointer, Value};
use wait::Status;

pub(in crate::rules) use report::{End, Event, Involved, Kind, Outcome, Shown};

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Choice {
    /// Whether the goroutine that runs goes on (0), or another takes its place, or a timer fires.
    Preempt,
    /// Who goes on when the one that ran cannot.
    Next,
    /// Which case of a `select`, and what an unknown value is.
    Value,
}

/// Chooses among what the program leaves open.
pub(in crate::rules) trait Chooser {
    /// One of `options`, of which there are at least two; what is out of range counts as 0.
    fn choose(&mut self, what: Choice, options: usize) -> usize;
}

/// What stops a goroutine, or everything.
#[derive(Debug, Clone)]
enum Stop {
    Opaque(Rc<str>),
    Panic(Rc<Panic>),
    /// `runtime.Goexit`
    Exit,
    /// The program is over.
    Over,
    Limit,
}

/// A panic.
#[derive(Debug, Clone)]
struct Panic {
    kind: Kind,
    value: Value,
    /// Whether nobody can recover from it.
    fatal: bool,
    /// What the goroutine was doing when it came to it.
    involved: Involved,
}

type Step<T> = Result<T, Stop>;

/// A variable in memory, and who has accessed it.
#[derive(Debug)]
struct Cell {
    value: Value,
    shadow: BTreeMap<Rc<[u32]>, race::Shadow>,
}

/// What a call does when it has nothing left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Run,
    Return,
    Panic,
    Exit,
}

/// What becomes of a call's results.
#[derive(Debug, Clone)]
enum Deliver {
    /// They go to the registers that the caller's operation names.
    Caller,
    /// Nobody wants them.
    Drop,
    /// The library goes on.
    After(Box<library::After>),
}

/// A deferred call.
#[derive(Debug)]
struct Deferred {
    function: Rc<Function>,
    arguments: Vec<Value>,
}

/// A call.
#[derive(Debug)]
struct Frame {
    function: Rc<Function>,
    registers: Vec<Value>,
    at: usize,
    defers: Vec<Deferred>,
    mode: Mode,
    /// What it panics with.
    panic: Option<Rc<Panic>>,
    deliver: Deliver,
    /// Whether it was deferred by the call below it.
    deferred: bool,
}

/// A goroutine.
#[derive(Debug)]
struct Goroutine {
    frames: Vec<Frame>,
    status: Status,
    clock: Clock,
    started: Option<Spot>,
    /// When it began to wait.
    since: u64,
    /// How many operations it has run without one that others see.
    quiet: u32,
    /// How many first values of variables it is computing.
    initialising: u32,
    /// The test that it runs.
    test: Option<usize>,
    /// The wait group that it waits for.
    waits_for: Option<Pointer>,
    /// What it learns from whoever has signalled to it.
    signalled: Option<Clock>,
}

/// The machine.
pub(in crate::rules) struct Machine<'c> {
    code: &'c dyn Code,
    chooser: &'c mut dyn Chooser,
    goroutines: Vec<Goroutine>,
    current: usize,
    cells: Vec<Cell>,
    channels: Vec<channel::Channel>,
    contexts: Vec<contexts::Context>,
    errors: Vec<errors::Error>,
    timers: Vec<timers::Timer>,
    tests: Vec<testing::Test>,
    globals: BTreeMap<GlobalId, Pointer>,
    known_errors: BTreeMap<Rc<str>, u32>,
    zeros: HashMap<TypeId, Value>,
    atomics: BTreeMap<Pointer, Clock>,
    decided: HashMap<u64, bool>,
    roots: HashMap<u64, u64>,
    now: i128,
    steps: u64,
    limit: u64,
    sequence: u64,
    names: u64,
    events: Vec<Event>,
    shown: Vec<Shown>,
    guessed: bool,
    /// Whether a timer with a millisecond or more to go has fired early.
    hurried: bool,
    entry_over: bool,
    /// Whether the program ends with its entry.
    is_main: bool,
    blocked: bool,
    idle_rounds: u32,
    /// How often tickers have fired since another timer has.
    ticks: u32,
}

impl<'c> Machine<'c> {
    /// Runs a function without parameters, or with a `*testing.T`, until everything has come to
    /// rest, at most `limit` operations long.
    pub(in crate::rules) fn run(
        code: &'c dyn Code,
        entry: FunctionId,
        limit: u64,
        chooser: &'c mut dyn Chooser,
    ) -> Outcome {
        let mut machine = Machine {
            code,
            chooser,
            goroutines: Vec::new(),
            current: 0,
            cells: Vec::new(),
            channels: Vec::new(),
            contexts: Vec::new(),
            errors: Vec::new(),
            timers: Vec::new(),
            tests: Vec::new(),
            globals: BTreeMap::new(),
            known_errors: BTreeMap::new(),
            zeros: HashMap::new(),
            atomics: BTreeMap::new(),
            decided: HashMap::new(),
            roots: HashMap::new(),
            now: 0,
            steps: 0,
            limit,
            sequence: 0,
            names: 0,
            events: Vec::new(),
            shown: Vec::new(),
            guessed: false,
            hurried: false,
            entry_over: false,
            is_main: false,
            blocked: false,
            idle_rounds: 0,
            ticks: 0,
        };
        let end = match machine.begin(entry).and_then(|()| machine.schedule()) {
            Ok(()) | Err(Stop::Over | Stop::Exit) => End::Complete,
            Err(Stop::Opaque(why)) => {
                End::Opaque { why, concurrent: machine.blocked || machine.goroutines.len() > 1 }
            }
            Err(Stop::Panic(panic)) => {
                machine.show_panic(&panic);
                End::Complete
            }
            Err(Stop::Limit) => End::Limit,
        };
        Outcome { end, shown: machine.shown, steps: machine.steps }
    }

    fn begin(&mut self, entry: FunctionId) -> Step<()> {
        let function = self.code.function(entry);
        self.is_main = function.name.ends_with("main");
        let test = (function.parameters > 0).then(|| self.new_test(None, 0));
        let arguments = test.iter().map(|it| self.test_value(*it)).collect();
        self.spawn(function, arguments, Deliver::Drop, None)?;
        if let Some(goroutine) = self.goroutines.first_mut() {
            goroutine.test = test;
        }
        Ok(())
    }
}

/// The run ends here.
fn opaque<T>(why: &str) -> Step<T> {
    Err(Stop::Opaque(why.into()))
}
