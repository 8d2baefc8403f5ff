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
    /// A nil channel, or a `select` without a case.
    Forever,
    Lock(Pointer),
    WriteLock(Pointer),
    ReadLock(Pointer),
    WaitGroup(Pointer),
    Once(Pointer),
    Cond(Pointer),
    Test(usize),
    Group(Pointer),
    Semaphore(Pointer, i128),
    Sleep,
}

impl Wait {
    /// For people.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Wait::Send(..) => "send",
            Wait::Receive(_) => "receive",
            Wait::Select(_) => "select",
            Wait::Forever => "forever",
            Wait::Lock(_) => "sync.Mutex.Lock",
            Wait::WriteLock(_) => "sync.RWMutex.Lock",
            Wait::ReadLock(_) => "sync.RWMutex.RLock",
            Wait::WaitGroup(_) => "sync.WaitGroup.Wait",
            Wait::Once(_) => "sync.Once.Do",
            Wait::Cond(_) => "sync.Cond.Wait",
            Wait::Test(_) => "testing.T.Run",
            Wait::Group(_) => "errgroup.Group.Wait",
            Wait::Semaphore(..) => "semaphore.Weighted.Acquire",
            Wait::Sleep => "time.Sleep",
        }
    }
}
