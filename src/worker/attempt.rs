//! One attempt at one job: run it, keep its lease, and settle it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span};

use super::{Guard, Outcome, Shared};
use crate::model::{JobKey, Timestamp};
use crate::store::{Claim, End, Settled, Standing};

/// The longest that a job or an installation waits because GitHub asked for it. GitHub's primary
/// limits reset every hour; a wrong time in an answer must not silence anybody for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(65 * 60);

/// How long the notice of a burial may take.
const NOTICE_LIMIT: Duration = Duration::from_secs(30);

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The job's key.
    pub key: JobKey,
    /// What the run said, or what the worker made of its silence.
    pub end: End,
    /// What became of the job; `None` when the store could not be told: the lease runs out.
    pub settled: Option<Settled>,
}

/// One attempt at one job.
pub(super) struct Attempt {
    shared: Arc<Shared>,
    claim: Arc<Claim>,
    started: Timestamp,
}

impl Attempt {
    pub(super) fn new(shared: &Arc<Shared>, claim: Claim) -> Self {
        let started = shared.clock.now();
        Self { shared: Arc::clone(shared), claim: Arc::new(claim), started }
    }

    /// Runs the job and settles it; when `stop` is cancelled the run is dropped and the lease given
    /// back.
    pub(super) async fn make(self, stop: CancellationToken) -> Ended {
        let span = span(&self.claim);
        async {
            let end = if self.claim.attempt > self.shared.options.max_attempts {
                // Attempts that failed are settled; only ones that never returned get here.
                let last = self.claim.last_error.as_deref().unwrap_or("no error was recorded");
                let reason =
                    format!("the process died or lost the lease in every attempt ({last})");
                End::Bury { reason }
            } else {
                self.run(&stop).await
            };
            let settled = self.settle(end.clone()).await;
            self.log(&end, settled);
            if let (End::Bury { reason }, Some(Settled::Buried)) = (&end, settled) {
                self.notify_buried(reason.clone(), &stop).await;
            }
            Ended { key: self.claim.key.clone(), end, settled }
        }
        .instrument(span)
        .await
    }

    /// Runs the job in a task of its own, so that a panic ends the run alone and a lost lease can
    /// drop it, and renews its lease meanwhile.
    async fn run(&self, stop: &CancellationToken) -> End {
        let Shared { store, runner, options, .. } = &*self.shared;
        let guard = Arc::new(Guard::new(Arc::clone(store), Arc::clone(&self.claim), options.lease));
        let (runner, claim, of_run) =
            (Arc::clone(runner), Arc::clone(&self.claim), Arc::clone(&guard));
        let run = async move { runner.run(&claim, &of_run).await };
        let mut run = AbortOnDropHandle::new(tokio::spawn(run.instrument(Span::current())));

        let mut limit = std::pin::pin!(sleep(options.run_limit));
        let mut beats =
            interval_at(Instant::now() + options.heartbeat, options.heartbeat.max(SMALLEST_BEAT));
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut kept_until = self.started + options.lease;
        let end = loop {
            tokio::select! {
                ended = &mut run => return match ended {
                    Ok(outcome) => self.end_of(outcome),
                    // The panic's own words may quote what is under review.
                    Err(_) => self.failed(None, "the run panicked; the log says where".to_owned()),
                },
                () = stop.cancelled() => break End::Release,
                () = &mut limit => {
                    let error = format!("the run took longer than {:?}", options.run_limit);
                    break self.failed(None, error);
                }
                _ = beats.tick() => {
                    let now = self.shared.clock.now();
                    match store.renew(&self.claim, options.lease).await {
                        Ok(Standing::Ours) => kept_until = now + options.lease,
                        // Analysis of what nobody waits for is not worth finishing; a write is,
                        // and the run itself stops before the next one.
                        Ok(Standing::Superseded | Standing::Cancelled) if !guard.is_publishing() => {
                            break End::Superseded;
                        }
                        Ok(Standing::Superseded | Standing::Cancelled) => {
                            kept_until = now + options.lease;
                        }
                        Ok(Standing::Lost) => break End::Release,
                        Err(error) if now < kept_until => {
                            tracing::warn!(%error, "Could not renew the lease; trying again");
                        }
                        Err(error) => {
                            tracing::error!(%error, "The lease ran out and could not be renewed");
                            break End::Release;
                        }
                    }
                }
            }
        };
        // Settled only when the run is gone: the next one must not meet it.
        run.abort();
        let _ = run.await;
        end
    }

    /// What an outcome means for the job.
    fn end_of(&self, outcome: Outcome) -> End {
        let now = self.shared.clock.now();
        match outcome {
            Outcome::Done => End::Done,
            Outcome::Superseded => End::Superseded,
            Outcome::GiveUp { reason } => End::Bury { reason },
            Outcome::Retry { after, error } => self.failed(after, error),
            Outcome::PutOff { until, reason } => {
                // A time that has passed would make this a busy loop.
                let until = until.max(now + Duration::from_secs(1)).min(now + LONGEST_WAIT);
                tracing::warn!(
                    installation.id = %self.claim.job.installation,
                    wait_ms = ms(until.since(now)),
                    reason,
                    "GitHub asks for patience; the installation waits",
                );
                End::PutOff { until }
            }
        }
    }

    /// A failed attempt: another one after a while, unless it was the last.
    fn failed(&self, after: Option<Duration>, error: String) -> End {
        let Shared { clock, options, .. } = &*self.shared;
        if self.claim.attempt >= options.max_attempts {
            return End::Bury { reason: error };
        }
        let wait = after.map_or_else(
            || options.backoff_after(self.claim.attempt),
            |asked| asked.min(LONGEST_WAIT),
        );
        End::Retry { at: clock.now() + wait, error }
    }

    async fn settle(&self, end: End) -> Option<Settled> {
        self.shared
            .store
            .settle(&self.claim, end)
            .await
            .inspect_err(|error| {
                tracing::error!(%error, "Could not settle the job; it runs again after its lease");
            })
            .ok()
    }

    /// Tells people, in a task of its own for the same reasons as the run.
    async fn notify_buried(&self, reason: String, stop: &CancellationToken) {
        let (runner, claim) = (Arc::clone(&self.shared.runner), Arc::clone(&self.claim));
        let notice = async move { runner.buried(&claim, &reason).await };
        let notice = AbortOnDropHandle::new(tokio::spawn(notice.instrument(Span::current())));
        let notice = timeout(NOTICE_LIMIT, notice);
        if !matches!(stop.run_until_cancelled(notice).await, Some(Ok(Ok(())))) {
            tracing::warn!("The notice that the job was buried did not get through");
        }
    }

    /// One line per attempt. The span names the job.
    fn log(&self, end: &End, settled: Option<Settled>) {
        let duration_ms = ms(self.shared.clock.now().since(self.started));
        let key = &self.claim.key;
        match (end, settled) {
            (_, None | Some(Settled::Lost)) => {
                tracing::warn!(duration_ms, "Lost the lease of `{key}`; another run has it");
            }
            (End::Bury { reason }, Some(Settled::Buried)) => {
                tracing::error!(duration_ms, reason, "Buried `{key}`");
            }
            (End::Retry { at, error }, Some(Settled::Queued)) => {
                let wait_ms = ms(at.since(self.shared.clock.now()));
                tracing::warn!(
                    duration_ms,
                    wait_ms,
                    error,
                    "`{key}` did not finish and will be tried again"
                );
            }
            (End::Done, _) => tracing::info!(duration_ms, "Finished `{key}`"),
            (End::PutOff { .. }, _) => tracing::info!(duration_ms, "Put `{key}` off"),
            (End::Release, _) => tracing::info!(duration_ms, "Gave `{key}` back unfinished"),
            _ => tracing::info!(duration_ms, "Stopped `{key}` in favour of something newer"),
        }
    }
}

/// tokio's intervals must not be zero.
const SMALLEST_BEAT: Duration = Duration::from_millis(1);

/// The span of everything that is done for a job.
fn span(claim: &Claim) -> Span {
    let review = &claim.job.review;
    tracing::info_span!(
        "job",
        job.key = %claim.key,
        job.generation = claim.generation,
        job.attempt = claim.attempt,
        installation.id = %claim.job.installation,
        repo = %review.repo,
        pr.number = %review.pr,
    )
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
