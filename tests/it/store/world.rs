//! A store to test, a clock to turn, and webhooks to record.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use go_expert::model::{
    Clock, Command, CommentId, Delivery, DeliveryId, Effect, InstallationId, Job, JobKey, PrNumber,
    RepoId, ReviewRequest, Timestamp,
};
use go_expert::store::{Claim, End, Recorded, Settled, Store, StoreError};
use tempfile::TempDir;

pub(crate) const LEASE: Duration = Duration::from_secs(45);
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A database that the suite can open, and leave as a crash would.
#[async_trait]
pub(crate) trait Backend: Send {
    /// Opens it; whatever is in it stays.
    async fn open(&mut self, clock: Clock) -> Result<Arc<dyn Store>, StoreError>;

    /// From here on `open` finds what a killed process would have left at this moment.
    fn crash(&mut self);
}

/// SQLite in a directory of its own.
pub(crate) struct Sqlite {
    directories: Vec<TempDir>,
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        Self { directories: vec![TempDir::new().unwrap()] }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directories.last().unwrap().path().join("queue.db")
    }
}

#[async_trait]
impl Backend for Sqlite {
    async fn open(&mut self, clock: Clock) -> Result<Arc<dyn Store>, StoreError> {
        go_expert::store::open(&format!("sqlite:{}", self.file().display()), clock).await
    }

    /// Copies the files while the store has them open: nothing is closed or checkpointed, as if
    /// the process had been killed.
    fn crash(&mut self) {
        let dead = self.file();
        self.directories.push(TempDir::new().unwrap());
        for name in ["queue.db", "queue.db-wal"] {
            std::fs::copy(dead.with_file_name(name), self.file().with_file_name(name)).unwrap();
        }
    }
}

/// The store under test.
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) time: Time,
    backend: Box<dyn Backend>,
    deliveries: AtomicU64,
}

impl World {
    pub(crate) async fn new(mut backend: impl Backend + 'static) -> Self {
        let time = Time::default();
        let store = backend.open(time.clock()).await.unwrap();
        Self { store, time, backend: Box::new(backend), deliveries: AtomicU64::new(0) }
    }

    /// Kills the process, so to speak, and starts another one.
    pub(crate) async fn crash(&mut self) {
        self.backend.crash();
        self.reopen().await;
    }

    /// Opens again what was closed.
    pub(crate) async fn reopen(&mut self) {
        self.store = self.backend.open(self.time.clock()).await.unwrap();
    }

    /// Records an effect as a delivery of its own.
    pub(crate) async fn record(&self, effect: Effect) {
        let id = self.deliveries.fetch_add(1, Ordering::Relaxed);
        let delivery = Delivery { id: delivery_id(&format!("auto-{id}")), effect };
        assert_eq!(self.store.record(delivery).await.unwrap(), Recorded::New);
    }

    pub(crate) async fn enqueue(&self, job: Job) {
        self.record(Effect::Enqueue(job)).await;
    }

    pub(crate) async fn claim(&self) -> Option<Claim> {
        self.store.claim("worker", LEASE).await.unwrap()
    }

    pub(crate) async fn settle(&self, claim: &Claim, end: End) -> Settled {
        self.store.settle(claim, end).await.unwrap()
    }

    /// The queue on one line.
    pub(crate) async fn queue(&self) -> String {
        let queue = self.store.queue().await.unwrap();
        let mut line =
            format!("{} queued, {} running, {} buried", queue.queued, queue.running, queue.buried);
        for it in queue.latest_buried {
            line.push_str(&format!("; {} at {}: {}", it.key, it.at.0, it.reason));
        }
        line
    }
}

/// A clock that only a test turns. It starts at 1,000,000 ms.
#[derive(Clone)]
pub(crate) struct Time(Arc<AtomicI64>);

impl Default for Time {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(1_000_000)))
    }
}

impl Time {
    pub(crate) fn clock(&self) -> Clock {
        let time = Arc::clone(&self.0);
        Clock::from_fn(move || Timestamp(time.load(Ordering::SeqCst)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock().now()
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_millis().try_into().unwrap(), Ordering::SeqCst);
    }
}

pub(crate) fn delivery_id(text: &str) -> DeliveryId {
    text.parse().unwrap()
}

/// The review of pull request `pr` in repository 1 of installation 1.
pub(crate) fn job(pr: u64) -> Job {
    job_of(1, 1, pr)
}

pub(crate) fn job_of(installation: u64, repo: u64, pr: u64) -> Job {
    Job {
        installation: InstallationId(installation),
        review: ReviewRequest {
            repo: "acme/shop".parse().unwrap(),
            repo_id: RepoId(repo),
            pr: PrNumber(pr),
            asked_by: delivery_id("asked"),
            head: None,
            base_ref: None,
            opened: false,
            draft: false,
            commands: Vec::new(),
        },
    }
}

/// As [`job`], with a head made of one digit.
pub(crate) fn push(pr: u64, digit: char) -> Job {
    let mut job = job(pr);
    job.review.head = Some(digit.to_string().repeat(40).parse().unwrap());
    job
}

/// As [`job`], asked for by a command.
pub(crate) fn command(pr: u64, comment: u64) -> Job {
    let mut job = job(pr);
    job.review.commands = vec![Command { comment: CommentId(comment) }];
    job
}

pub(crate) fn comments(claim: &Claim) -> Vec<u64> {
    claim.job.review.commands.iter().map(|it| it.comment.0).collect()
}

pub(crate) fn key(pr: u64) -> JobKey {
    job(pr).key()
}
