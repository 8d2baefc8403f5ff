//! How a worker paces itself.

use std::time::Duration;

/// How a worker paces itself.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many jobs run at a time; at least one.
    pub concurrency: usize,
    /// How long a lease lasts: a job is taken over that long after a crash at the latest.
    pub lease: Duration,
    /// How often a lease is renewed; two renewals may fail before it runs out.
    pub heartbeat: Duration,
    /// How many attempts a job has before it is buried.
    pub max_attempts: u32,
    /// How long to wait after the first failed attempt; twice that after the second, and so on.
    pub backoff: Duration,
    /// The longest wait between two attempts.
    pub max_backoff: Duration,
    /// How long a run may take. A run that hangs would otherwise hold its pull request forever,
    /// since heartbeats go on.
    pub run_limit: Duration,
    /// How long runs may go on after a shutdown was asked for.
    pub grace: Duration,
}

impl Default for Options {
    /// Ten attempts over about an hour: longer than most of GitHub's incidents with webhooks or
    /// the API, shorter than a reviewer's patience with a silent bot.
    fn default() -> Self {
        Self {
            concurrency: 4,
            lease: Duration::from_secs(45),
            heartbeat: Duration::from_secs(15),
            max_attempts: 10,
            backoff: Duration::from_secs(10),
            max_backoff: Duration::from_secs(20 * 60),
            run_limit: Duration::from_secs(10 * 60),
            grace: Duration::from_secs(20),
        }
    }
}

impl Options {
    /// How long to wait after the failed attempt with this number, counted from 1. No jitter: runs
    /// are few, and installations take turns anyway.
    pub(super) fn backoff_after(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        self.backoff.saturating_mul(doubled).min(self.max_backoff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_its_limit() {
        let options = Options::default();
        let waits: Vec<_> =
            [1, 2, 3, 7, 8, 9, u32::MAX].map(|it| options.backoff_after(it).as_secs()).into();
        assert_eq!(waits, [10, 20, 40, 640, 1200, 1200, 1200]);
    }
}
