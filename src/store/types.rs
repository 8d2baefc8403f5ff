//! What the store takes and gives.

use crate::model::{Job, JobKey, Timestamp};

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It was recorded, and its effect is committed.
    New,
    /// It was known already; nothing changed.
    Duplicate,
}

/// A job that is leased to one worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The job's key.
    pub key: JobKey,
    /// What to do.
    pub job: Job,
    /// Which request this is; a newer one has a higher number.
    pub generation: i64,
    /// Which attempt at this generation this is, from 1. Lost leases count, given back ones do not.
    pub attempt: u32,
    /// When this generation was claimed for the first time.
    pub first_claimed_at: Timestamp,
    /// Since when an earlier run may have written to GitHub without our knowing the answer: look
    /// for its traces before writing. `None` when no unfinished run came so far.
    pub publishing_since: Option<Timestamp>,
    /// Why the attempt before this one failed, if it said so.
    pub last_error: Option<String>,
    /// Names this claim; a later claim of the same job has another.
    pub lease: String,
}

/// Where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The lease is ours and nothing newer is asked for: go on.
    Ours,
    /// A newer request for the same job is queued: stop before the next write.
    Superseded,
    /// The job was cancelled: stop before the next write.
    Cancelled,
    /// The lease ran out and somebody else has it, or the job is gone: stop at once.
    Lost,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Everything is done and every answer is known.
    Done,
    /// It stopped in favour of something newer. Without a newer request in the queue the job is
    /// over all the same: the webhook that tells of the newer head makes a job of its own.
    Superseded,
    /// It failed and shall be tried again.
    Retry {
        /// Not before.
        at: Timestamp,
        /// Why it failed.
        error: String,
    },
    /// It failed for good; the operator can see why and retry it.
    Bury {
        /// Why.
        reason: String,
    },
    /// It was interrupted: due again at once, and the attempt does not count.
    Release,
    /// GitHub asked for patience: the whole installation waits, and the attempt does not count.
    PutOff {
        /// Nothing of the installation is claimed before.
        until: Timestamp,
    },
}

/// What became of a job when its run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is out of the queue.
    Gone,
    /// It is queued again: to be retried, or because something newer is asked for.
    Queued,
    /// It is buried.
    Buried,
    /// The lease was somebody else's by then; nothing changed.
    Lost,
}

/// What is in the queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    /// Jobs that wait, for their turn or for their time.
    pub queued: u64,
    /// Jobs under way.
    pub running: u64,
    /// Jobs that failed for good.
    pub buried: u64,
    /// The latest buried jobs, newest first, 100 at most.
    pub latest_buried: Vec<Buried>,
}

/// A job that failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buried {
    /// The job's key.
    pub key: JobKey,
    /// What it was to do; `None` when this version cannot read it.
    pub job: Option<Job>,
    /// Why it failed.
    pub reason: String,
    /// When it was buried.
    pub at: Timestamp,
}
