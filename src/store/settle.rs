//! What becomes of a job's row when a run ends: decided here, without a database.

use super::{Claim, End};
use crate::model::{Job, Timestamp};

/// What the row says now; it may have changed since it was claimed.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) generation: i64,
    pub(super) cancelled: bool,
    pub(super) attempts: i64,
    pub(super) publishing_since: Option<i64>,
    /// The newest request; `None` when this version cannot read it.
    pub(super) job: Option<Job>,
    pub(super) last_error: Option<String>,
}

/// What to do with the row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Delete it.
    Delete,
    /// Queue it again with these values.
    Queue {
        ready_at: Timestamp,
        attempts: i64,
        publishing_since: Option<i64>,
        last_error: Option<String>,
        /// The request, where it changed.
        job: Option<Box<Job>>,
    },
    /// Bury it.
    Bury { reason: String },
}

/// Decides by what happened meanwhile first, and by how the run ended second.
pub(super) fn next(held: Held, claim: &Claim, end: &End, now: Timestamp) -> Next {
    if held.cancelled {
        return Next::Delete;
    }
    let done = matches!(end, End::Done);
    if held.generation != claim.generation {
        // Attempts and error were reset when the newer request came. An unfinished run's writes
        // stay remembered, and so do commands that nobody has answered yet.
        return Next::Queue {
            ready_at: now,
            attempts: held.attempts,
            publishing_since: held.publishing_since.filter(|_| !done),
            last_error: held.last_error,
            job: held.job.filter(|_| done).map(|job| without_answered(job, &claim.job).into()),
        };
    }
    let again = |ready_at, attempts, last_error| Next::Queue {
        ready_at,
        attempts,
        publishing_since: held.publishing_since,
        last_error,
        job: None,
    };
    match end {
        End::Done | End::Superseded => Next::Delete,
        End::Retry { at, error } => again(*at, held.attempts, Some(error.clone())),
        End::Bury { reason } => Next::Bury { reason: reason.clone() },
        End::Release | End::PutOff { .. } => {
            again(now, (held.attempts - 1).max(0), held.last_error.clone())
        }
    }
}

/// `newer` without the commands that the finished run has answered.
fn without_answered(mut newer: Job, finished: &Job) -> Job {
    newer.review.commands.retain(|it| !finished.review.commands.contains(it));
    newer
}
