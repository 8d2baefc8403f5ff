//! F1: what must survive a restart: webhook deliveries and the queue of reviews.
//!
//! Three tables (see `migrations/`): deliveries are unique, a job is one row per pull request, and
//! an installation remembers its turn. A running job is a row whose `ready_at` lies in the future,
//! renewed by heartbeats: nothing has to notice a crash, since the row becomes claimable by itself.
//! The SQL is written so that SQLite and PostgreSQL both know it.

mod error;
mod lock;
mod schema;
mod settle;
mod sql;
mod sqlite;
mod types;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

pub use error::StoreError;
pub use sqlite::SqliteStore;
pub use types::{Buried, Claim, End, Queue, Recorded, Settled, Standing};

use crate::model::{Clock, Delivery, JobKey, Timestamp};

/// How long a recorded delivery is remembered. GitHub redelivers for 3 days, GitHub Enterprise
/// Server for 7 (docs.github.com, "Redelivering webhooks"); a day is added for clocks that differ.
pub const KEEP_DELIVERIES: Duration = Duration::from_secs(8 * 24 * 60 * 60);

/// The durable queue. Times come from the [`Clock`] that the store was opened with.
#[async_trait]
pub trait Store: Send + Sync {
    /// Commits the delivery and its effect together before it returns.
    ///
    /// Waits while the writer is behind; fails when it is gone, and then nothing was recorded.
    async fn record(&self, delivery: Delivery) -> Result<Recorded, StoreError>;

    /// Leases the next job that is due to `owner`, if there is one; `owner` is only shown to people.
    ///
    /// Installations take turns: a backlog of one delays another's job by one claim at most. A job
    /// whose lease ran out is taken over, and its attempt stays counted.
    async fn claim(&self, owner: &str, lease: Duration) -> Result<Option<Claim>, StoreError>;

    /// Extends the lease to now + `lease` and tells where the claim stands; to be asked before
    /// every write as well, since a lease that was just extended cannot run out during the write.
    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<Standing, StoreError>;

    /// As [`Store::renew`]; where the claim is still ours, the row also remembers that writes to
    /// GitHub may have happened from now on, until a run ends with [`End::Done`].
    async fn begin_publish(&self, claim: &Claim, lease: Duration) -> Result<Standing, StoreError>;

    /// Gives the lease back and says how the run ended.
    ///
    /// Whatever `end` says, a cancelled job goes, and a job with a newer request is queued again.
    async fn settle(&self, claim: &Claim, end: End) -> Result<Settled, StoreError>;

    /// Makes the leases of dead processes claimable at once, where the store can know that they
    /// are dead: to be called once after opening, before any worker runs. Returns how many.
    async fn take_back(&self) -> Result<u64, StoreError>;

    /// When the next job becomes claimable: a due time, the end of a lease or of a rate limit. May
    /// lie in the past; `None` when there is nothing to wait for.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Notifies every waiter after a commit that may have made a job claimable.
    fn changed(&self) -> &Notify;

    /// What is in the queue, for the operator.
    async fn queue(&self) -> Result<Queue, StoreError>;

    /// Queues a buried job again with fresh attempts; `false` when there is none with this key.
    async fn retry_buried(&self, key: &JobKey) -> Result<bool, StoreError>;

    /// Forgets deliveries older than `keep` and installations without jobs whose turn is over.
    /// Returns how many deliveries went.
    async fn prune(&self, keep: Duration) -> Result<u64, StoreError>;

    /// Commits what was accepted and releases the database; every later call fails.
    async fn close(&self);
}

/// Opens the store that `GO_EXPERT_DATABASE_URL` names, and brings its schema up to date.
pub async fn open(url: &str, clock: Clock) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(SqliteStore::open(url, clock).await?))
}
