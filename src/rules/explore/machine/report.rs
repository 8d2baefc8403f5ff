//! What a run shows.

use std::rc::Rc;

use super::super::code::Spot;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::rules) enum Kind {
    /// The entry waits for what can never come.
    Deadlock,
    /// The entry has returned, and a goroutine waits for what can never come.
    Leak,
    /// A send on a closed channel.
    SendOnClosed,
    /// A close of a channel that is closed already.
    CloseOfClosed,
    /// A close of a nil channel.
    CloseOfNil,
    /// A wait group's counter falls below zero.
    NegativeCounter,
    /// An unlock of what is not locked.
    NotLocked,
    /// A write to a nil map.
    NilMap,
    /// A nil pointer is followed, or a nil function or a method of a nil interface is called.
    NilPointer,
    /// An index that is out of range.
    OutOfRange,
    /// A type assertion that does not hold.
    Assertion,
    /// A division by zero, a negative length and the like.
    Arithmetic,
    /// A panic of the code's own.
    Explicit,
    /// Two accesses to the same memory, of which one is a write, and nothing orders them.
    Race,
    /// A `testing.T` is written to after its test has ended.
    TestOver,
}

/// One operation of one goroutine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) struct Event {
    /// The goroutine; the entry's is 0.
    pub(in crate::rules) goroutine: usize,
    /// The function in which it stands.
    pub(in crate::rules) function: Rc<str>,
    /// Where it stands.
    pub(in crate::rules) spot: Spot,
    /// What it is: `send`, `sync.Mutex.Lock`.
    pub(in crate::rules) what: Rc<str>,
}

/// A goroutine that has to do with a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) struct Involved {
    /// What it does, waits for or has run into.
    pub(in crate::rules) event: Event,
    /// The calls that led there, innermost first, as functions and spots.
    pub(in crate::rules) stack: Vec<(Rc<str>, Spot)>,
    /// Where it was started; `None` for the entry's.
    pub(in crate::rules) started: Option<Spot>,
    /// Who holds what it waits for, and where that was taken last.
    pub(in crate::rules) held: Vec<Event>,
}

/// What one run has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) struct Shown {
    /// What is wrong.
    pub(in crate::rules) kind: Kind,
    /// Who has to do with it, the one to blame first.
    pub(in crate::rules) involved: Vec<Involved>,
    /// How it came to that: the last operations of those involved, in their order.
    pub(in crate::rules) schedule: Vec<Event>,
    /// Whether something was guessed before it came to that.
    pub(in crate::rules) guessed: bool,
}

impl Shown {
    /// What makes two findings the same: their kind and where those involved stand.
    pub(in crate::rules) fn name(&self) -> (Kind, Vec<Spot>) {
        let mut spots: Vec<_> = self.involved.iter().map(|it| it.event.spot).collect();
        spots.sort();
        spots.dedup();
        (self.kind, spots)
    }
}

/// How a run came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) enum End {
    /// Everything has come to rest, or the program is over.
    Complete,
    /// Something was met that is not understood; whether anything had blocked or been started.
    Opaque { why: Rc<str>, concurrent: bool },
    /// There was no end in sight.
    Limit,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Outcome {
    /// How it ended.
    pub(in crate::rules) end: End,
    /// What it has shown.
    pub(in crate::rules) shown: Vec<Shown>,
    /// How many steps it took.
    pub(in crate::rules) steps: u64,
}
