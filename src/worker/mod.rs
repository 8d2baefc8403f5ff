//! F4: runs what is queued: claim → run → done, retry at, or bury.
//!
//! A worker holds no state that a restart would lose. While a run is under way heartbeats renew its
//! lease; a run that panics or hangs is a failed attempt, never a dead worker.

mod attempt;
mod guard;
mod options;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

pub use attempt::Ended;
pub use guard::Guard;
pub use options::Options;

use crate::model::{Clock, Timestamp};
use crate::store::{Claim, KEEP_DELIVERIES, Store, StoreError};
use attempt::Attempt;

/// How often old deliveries and idle installations are forgotten. A claim steps over idle
/// installations at about a microsecond each, so this is not left for days.
const PRUNE_EVERY: Duration = Duration::from_secs(10 * 60);

/// How long to wait when the store fails before asking it again.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// The longest sleep without a look at the queue, should a notification or the clock go astray.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Does the work of one job. Runs may be repeated and may be dropped at any `.await`.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Runs the job. Before the first write to GitHub it asks [`Guard::begin_publish`], before
    /// every further one [`Guard::may_write`], and stops unless the answer is `Ours`.
    async fn run(&self, claim: &Claim, guard: &Guard) -> Outcome;

    /// Tells people that the job was given up, as far as that is possible. Called at most once,
    /// after the job was buried; its own failures end with it.
    async fn buried(&self, claim: &Claim, reason: &str);
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is done.
    Done,
    /// It failed and may succeed later.
    Retry {
        /// How long to wait; `None` for the worker's own backoff.
        after: Option<Duration>,
        /// Why, in words for the operator.
        error: String,
    },
    /// GitHub asked for patience: the whole installation waits, and the attempt does not count.
    PutOff {
        /// Not before.
        until: Timestamp,
        /// Why, in words for the operator.
        reason: String,
    },
    /// Trying again would not help.
    GiveUp {
        /// Why, in words for the operator and the pull request.
        reason: String,
    },
    /// It stopped because the guard said so, or because the pull request has moved on.
    Superseded,
}

/// Runs jobs, several at a time.
pub struct Worker {
    shared: Arc<Shared>,
}

/// What the worker shares with its runs.
struct Shared {
    store: Arc<dyn Store>,
    runner: Arc<dyn Runner>,
    clock: Clock,
    options: Options,
    /// Shown to people who ask who holds a lease.
    owner: String,
}

impl Worker {
    /// A worker over a queue. The clock must be the store's.
    pub fn new(
        store: Arc<dyn Store>,
        runner: Arc<dyn Runner>,
        clock: Clock,
        options: Options,
    ) -> Self {
        let owner = format!("worker-{}", uuid::Uuid::new_v4().simple());
        Self { shared: Arc::new(Shared { store, runner, clock, options, owner }) }
    }

    /// Runs everything that is due now, and what becomes due by it; returns how each run ended, in
    /// that order. Jobs that wait for a later time stay in the queue.
    pub async fn run_until_idle(&self) -> Result<Vec<Ended>, StoreError> {
        let stop = CancellationToken::new();
        let mut runs = JoinSet::new();
        let mut ended = Vec::new();
        loop {
            while runs.len() < self.shared.slots() {
                let Some(claim) = self.shared.claim().await? else { break };
                runs.spawn(Attempt::new(&self.shared, claim).make(stop.clone()));
            }
            match runs.join_next().await {
                Some(run) => ended.extend(joined(run)),
                None => return Ok(ended),
            }
        }
    }

    /// Runs jobs as they become due until `shutdown`; then claims nothing more, gives runs
    /// [`Options::grace`] to end, and gives the leases of the others back.
    pub async fn run(&self, shutdown: CancellationToken) {
        let Shared { store, options, .. } = &*self.shared;
        let stop = CancellationToken::new();
        let mut runs = JoinSet::new();
        let mut prune_at = Instant::now();
        tracing::info!(worker.owner = self.shared.owner, "Worker started");

        while !shutdown.is_cancelled() {
            if Instant::now() >= prune_at {
                prune_at = Instant::now() + PRUNE_EVERY;
                self.prune().await;
            }
            // Interest is registered before the queue is read, so that a row that is committed in
            // between is not missed.
            let mut changed = std::pin::pin!(store.changed().notified());
            changed.as_mut().enable();
            let wake_at = self.fill(&mut runs, &stop, &shutdown).await;
            let free = runs.len() < self.shared.slots();
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = changed, if free => {}
                () = sleep_until(wake_at.min(prune_at)) => {}
                Some(run) = runs.join_next() => {
                    joined(run);
                }
            }
        }

        let patience = sleep_until(Instant::now() + options.grace);
        tokio::pin!(patience);
        let mut waiting = true;
        while !runs.is_empty() {
            tokio::select! {
                () = &mut patience, if waiting => {
                    waiting = false;
                    stop.cancel();
                }
                Some(run) = runs.join_next() => {
                    joined(run);
                }
            }
        }
        tracing::info!(worker.owner = self.shared.owner, "Worker stopped");
    }

    /// Starts runs while there are free slots and due jobs. Returns when to look again.
    async fn fill(
        &self,
        runs: &mut JoinSet<Ended>,
        stop: &CancellationToken,
        shutdown: &CancellationToken,
    ) -> Instant {
        let result = async {
            while runs.len() < self.shared.slots() && !shutdown.is_cancelled() {
                let Some(claim) = self.shared.claim().await? else {
                    let due = self.shared.store.next_due().await?;
                    let now = self.shared.clock.now();
                    // At least a moment, lest a due time that the claim did not honour makes this
                    // a busy loop.
                    let wait = due.map_or(LONGEST_SLEEP, |due| due.since(now));
                    return Ok(wait.clamp(Duration::from_millis(10), LONGEST_SLEEP));
                };
                runs.spawn(Attempt::new(&self.shared, claim).make(stop.clone()));
            }
            Ok::<_, StoreError>(LONGEST_SLEEP)
        };
        let wait = result.await.unwrap_or_else(|error| {
            tracing::error!(%error, "The worker could not claim a job; it asks again in a second");
            STORE_PAUSE
        });
        Instant::now() + wait
    }

    async fn prune(&self) {
        match self.shared.store.prune(KEEP_DELIVERIES).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(deliveries.pruned = count, "Forgot old deliveries"),
            Err(error) => tracing::warn!(%error, "Could not forget old deliveries"),
        }
    }
}

impl Shared {
    fn slots(&self) -> usize {
        self.options.concurrency.max(1)
    }

    async fn claim(&self) -> Result<Option<Claim>, StoreError> {
        self.store.claim(&self.owner, self.options.lease).await
    }
}

/// What an attempt returned. It catches the run's panics itself: a panic here is a mistake of the
/// worker, whose lease then runs out.
fn joined(run: Result<Ended, JoinError>) -> Option<Ended> {
    run.inspect_err(|error| {
        if error.is_panic() {
            tracing::error!("An attempt panicked outside its run; its lease will run out");
        }
    })
    .ok()
}
