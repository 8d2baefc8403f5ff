//! The store on SQLite: one process, one file, durable across a loss of power.

mod claims;
mod effects;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Row, Sqlite, Transaction, query};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::lock::LockFile;
use super::writer::{self, Order};
use super::{
    Buried, Claim, End, Queue, Recorded, Settled, Standing, Store, StoreError, schema, sql,
};
use crate::model::{Clock, Delivery, JobKey, Timestamp};

/// The store in a SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    db: Arc<Db>,
    orders: mpsc::Sender<Order>,
    closing: CancellationToken,
    writer: TaskTracker,
}

/// What the store and its writer share.
#[derive(Debug)]
struct Db {
    /// One connection: SQLite has one writer at a time, and a queue of our own is fair, while its
    /// busy handler is not.
    writing: SqlitePool,
    /// For the operator's questions, which then never wait for a sync.
    reading: SqlitePool,
    clock: Clock,
    changed: Notify,
    lock: LockFile,
}

impl SqliteStore {
    /// Opens or creates the file of a `sqlite:` address, refuses to share it with another process,
    /// and brings its schema up to date.
    pub async fn open(url: &str, clock: Clock) -> Result<Self, StoreError> {
        let path = file_of(url)?;
        let lock = LockFile::take(&path)?;
        writable(&path)?;

        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // With WAL, NORMAL may lose the last commits with the power, and GitHub never sends a
            // delivery again that was acknowledged.
            .synchronous(SqliteSynchronous::Full)
            // A checkpoint syncs twice more and writes many pages, and whoever commits then waits
            // for it. By default that is every few dozen commits (1000 pages); here 16 MiB gather.
            .pragma("wal_autocheckpoint", "4096")
            // What a statement of several rows keeps to undo itself would be a file of its own,
            // made and removed with every commit.
            .pragma("temp_store", "MEMORY")
            .foreign_keys(true)
            // Only an operator's own tool can be in the way.
            .busy_timeout(Duration::from_secs(5));
        // The connections are threads of this process: they neither age nor need to be pinged.
        let pool = |size| {
            SqlitePoolOptions::new()
                .max_connections(size)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
                // After a full disk or an I/O error SQLite has rolled back by itself
                // (sqlite.org/lang_transaction.html, section 3), but sqlx counts on being in a
                // transaction and would refuse to begin another one forever.
                .before_acquire(|connection, _| {
                    let usable = !connection.is_in_transaction();
                    Box::pin(std::future::ready(Ok(usable)))
                })
        };
        let writing =
            pool(1).connect_with(options.clone()).await.map_err(|error| opening(&path, error))?;
        if let Err(error) = schema::migrator().run(&writing).await {
            writing.close().await;
            return Err(error.into());
        }
        let reading = pool(2).connect_lazy_with(options.pragma("query_only", "on"));

        let db = Arc::new(Db { writing, reading, clock, changed: Notify::new(), lock });
        let (orders, received) = mpsc::channel(writer::CHANNEL);
        let closing = CancellationToken::new();
        let tracker = TaskTracker::new();
        tracker.spawn(writer::write(Arc::clone(&db), received, closing.clone()));
        tracker.close();
        Ok(Self { db, orders, closing, writer: tracker })
    }
}

impl Db {
    /// A transaction that holds the write lock from its first statement on.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writing.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// The path in `sqlite:path` or `sqlite://path`. A database in memory would lose what was
/// acknowledged, and options after a `?` could turn off what durability rests on.
fn file_of(url: &str) -> Result<PathBuf, StoreError> {
    let path = url.strip_prefix("sqlite:").ok_or(StoreError::Url)?;
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.contains(['?', '#']) || path.starts_with(':') {
        return Err(StoreError::Url);
    }
    Ok(PathBuf::from(path))
}

/// Tells early and clearly when the file cannot be written: SQLite would open it read-only and
/// fail at the first webhook.
fn writable(path: &Path) -> Result<(), StoreError> {
    match std::fs::OpenOptions::new().write(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::unusable(path, error)),
    }
}

/// An error that opening the file met. SQLite's code 26 is `SQLITE_NOTADB`.
fn opening(path: &Path, error: sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(|it| it.code().map(|it| it.into_owned()));
    if code.as_deref() == Some("26") {
        StoreError::NotADatabase { path: path.to_owned() }
    } else {
        error.into()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn record(&self, delivery: Delivery) -> Result<Recorded, StoreError> {
        let (answer, answered) = oneshot::channel();
        let order = Order { delivery, answer };
        self.orders.send(order).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    async fn claim(&self, owner: &str, lease: Duration) -> Result<Option<Claim>, StoreError> {
        claims::claim(&self.db, owner, lease).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<Standing, StoreError> {
        claims::renew(&self.db, claim, lease).await
    }

    async fn begin_publish(&self, claim: &Claim, lease: Duration) -> Result<Standing, StoreError> {
        claims::begin_publish(&self.db, claim, lease).await
    }

    async fn settle(&self, claim: &Claim, end: End) -> Result<Settled, StoreError> {
        claims::settle(&self.db, claim, end).await
    }

    async fn take_back(&self) -> Result<u64, StoreError> {
        // The lock file proves that whoever held these leases is dead.
        let now = self.db.clock.now();
        let taken = query(sql::TAKE_BACK).bind(now.0).execute(&self.db.writing).await?;
        self.db.changed.notify_waiters();
        Ok(taken.rows_affected())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = query(sql::NEXT_DUE).fetch_one(&self.db.reading).await?;
        Ok(row.try_get::<Option<i64>, _>("due")?.map(Timestamp))
    }

    fn changed(&self) -> &Notify {
        &self.db.changed
    }

    async fn queue(&self) -> Result<Queue, StoreError> {
        // One read transaction, so that counts and list belong together.
        let mut reading = self.db.reading.begin().await?;
        let mut queue = Queue::default();
        for row in query(sql::COUNT_JOBS).fetch_all(&mut *reading).await? {
            let jobs = row.try_get::<i64, _>("jobs")?.unsigned_abs();
            match row.try_get::<&str, _>("state")? {
                "queued" => queue.queued = jobs,
                "running" => queue.running = jobs,
                _ => queue.buried = jobs,
            }
        }
        for row in query(sql::SELECT_BURIED).fetch_all(&mut *reading).await? {
            queue.latest_buried.push(Buried {
                key: JobKey::from_stored(row.try_get("key")?),
                job: serde_json::from_str(row.try_get("payload")?).ok(),
                reason: row.try_get::<Option<_>, _>("last_error")?.unwrap_or_default(),
                at: Timestamp(row.try_get::<Option<_>, _>("buried_at")?.unwrap_or_default()),
            });
        }
        Ok(queue)
    }

    async fn retry_buried(&self, key: &JobKey) -> Result<bool, StoreError> {
        let retried = query(sql::RETRY_BURIED)
            .bind(key.as_str())
            .bind(self.db.clock.now().0)
            .execute(&self.db.writing)
            .await?;
        self.db.changed.notify_waiters();
        Ok(retried.rows_affected() > 0)
    }

    async fn prune(&self, keep: Duration) -> Result<u64, StoreError> {
        let now = self.db.clock.now();
        let mut tx = self.db.begin().await?;
        let pruned = query(sql::PRUNE_DELIVERIES).bind((now - keep).0).execute(&mut *tx).await?;
        query(sql::PRUNE_INSTALLATIONS).bind(now.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(pruned.rows_affected())
    }

    async fn close(&self) {
        self.closing.cancel();
        self.writer.wait().await;
        self.db.reading.close().await;
        self.db.writing.close().await;
        self.db.lock.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_are_opened() {
        let check = |url| file_of(url).ok().map(|path| path.display().to_string());
        assert_eq!(check("sqlite:go-expert.db").as_deref(), Some("go-expert.db"));
        assert_eq!(check("sqlite:///var/lib/x.db").as_deref(), Some("/var/lib/x.db"));
        for url in
            ["", "x.db", "sqlite:", "sqlite::memory:", "sqlite:x?mode=memory", "postgres://x"]
        {
            assert_eq!(check(url), None, "{url}");
        }
    }
}
