//! What a goroutine waits for.

use super::super::code::Target;
use super::value::{Pointer, Value};

/// Whether a goroutine can go on.
#[derive(Debug, Clone)]
pub(super) enum Status {
    Ready,
    Parked(Wait),
    Over,
}

/// A case of a `select` that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) channel: u32,
    /// What is sent; `None` for a receive.
    pub(super) sent: Option<Value>,
    pub(super) case: usize,
    pub(super) then: Target,
}

/// What it is.
#[derive(Debug, Clone)]
pub(super) enum Wait {
    Send(u32, Value),
    Receive(u32),
    Select(Vec<Waiting>),
    /// A nil channel, or a `select` with nothing but these.
    Forever,
    /// A `select` without a case: whoever writes that means it.
    Asleep,
    Lock(Pointer),
    WriteLock(Pointer),
    ReadLock(Pointer),
    Counter(Pointer),
    Once(Pointer),
    Cond(Pointer),
    Test,
    Group(Pointer),
    Sleep,
}

impl Wait {
    /// For people.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Send(..) => "send",
            Self::Receive(_) => "receive",
            Self::Select(_) => "select",
            Self::Forever => "forever",
            Self::Asleep => "select",
            Self::Lock(_) => "sync.Mutex.Lock",
            Self::WriteLock(_) => "sync.RWMutex.Lock",
            Self::ReadLock(_) => "sync.RWMutex.RLock",
            Self::Counter(_) => "sync.WaitGroup.Wait",
            Self::Once(_) => "sync.Once.Do",
            Self::Cond(_) => "sync.Cond.Wait",
            Self::Test => "testing.T.Run",
            Self::Group(_) => "errgroup.Group.Wait",
            Self::Sleep => "time.Sleep",
        }
    }
}
