//! Writing deliveries and what they do to the queue.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use sqlx::{QueryBuilder, Row, SqliteConnection, query};

use super::Db;
use crate::model::{Delivery, Effect, Job, JobKey, Timestamp};
use crate::store::writer::Commit;
use crate::store::{Recorded, StoreError, sql};

impl Commit for Arc<Db> {
    async fn commit(&self, deliveries: &[Delivery]) -> Result<Vec<Recorded>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.begin().await?;
        let recorded = record(&mut tx, deliveries, now).await?;
        tx.commit().await?;
        self.changed.notify_waiters();
        Ok(recorded)
    }
}

/// Records deliveries and their effects, in their order.
///
/// A statement is a trip to the connection's thread and back, which takes longer than most
/// statements do. So what goes together is said in one, however many deliveries there are.
async fn record(
    tx: &mut SqliteConnection,
    deliveries: &[Delivery],
    now: Timestamp,
) -> Result<Vec<Recorded>, StoreError> {
    let mut insert = QueryBuilder::new(sql::INSERT_DELIVERIES);
    insert.push_values(deliveries, |mut row, it| {
        row.push_bind(it.id.as_str()).push_bind(now.0);
    });
    let rows = insert.push(sql::NEW_DELIVERIES).build().fetch_all(&mut *tx).await?;
    let mut new = rows
        .iter()
        .map(|it| it.try_get::<String, _>("id"))
        .collect::<Result<HashSet<_>, sqlx::Error>>()?;

    let mut recorded = Vec::with_capacity(deliveries.len());
    let mut jobs = BTreeMap::new();
    for delivery in deliveries {
        // Of one id that came twice at once, the first is the new one.
        if !new.remove(delivery.id.as_str()) {
            recorded.push(Recorded::Duplicate);
            continue;
        }
        recorded.push(Recorded::New);
        match &delivery.effect {
            Effect::Enqueue(job) => replace(&mut jobs, job.clone()),
            other => {
                enqueue(tx, std::mem::take(&mut jobs), now).await?;
                apply(tx, other).await?;
            }
        }
    }
    enqueue(tx, jobs, now).await?;
    Ok(recorded)
}

/// Adds a job to those that are about to be queued; of each key only the newest is.
fn replace(jobs: &mut BTreeMap<JobKey, Job>, job: Job) {
    let key = job.key();
    let job = match jobs.remove(&key) {
        Some(older) => job.replacing(older),
        None => job,
    };
    jobs.insert(key, job);
}

/// What a delivery does beside queueing a job.
async fn apply(tx: &mut SqliteConnection, effect: &Effect) -> Result<(), StoreError> {
    match effect {
        Effect::None | Effect::Enqueue(_) => {}
        Effect::Cancel(key) => {
            for statement in [sql::DELETE_BY_KEY, sql::CANCEL_BY_KEY] {
                query(statement).bind(key.as_str()).execute(&mut *tx).await?;
            }
        }
        Effect::InstallationGone(id) => {
            let statements = [
                sql::DELETE_BY_INSTALLATION,
                sql::CANCEL_BY_INSTALLATION,
                sql::DELETE_INSTALLATION,
            ];
            for statement in statements {
                query(statement).bind(id.0.cast_signed()).execute(&mut *tx).await?;
            }
        }
        Effect::RepositoriesGone(id, repos) => {
            for repo in repos {
                for statement in [sql::DELETE_BY_REPO, sql::CANCEL_BY_REPO] {
                    let query = query(statement).bind(id.0.cast_signed());
                    query.bind(repo.0.cast_signed()).execute(&mut *tx).await?;
                }
            }
        }
    }
    Ok(())
}

/// Queues jobs.
async fn enqueue(
    tx: &mut SqliteConnection,
    mut jobs: BTreeMap<JobKey, Job>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if jobs.is_empty() {
        return Ok(());
    }
    let installations: BTreeSet<i64> =
        jobs.values().map(|it| it.installation.0.cast_signed()).collect();
    let mut known = QueryBuilder::new(sql::INSERT_INSTALLATIONS);
    known.push_values(installations, |mut row, id| {
        row.push_bind(id);
    });
    known.push(sql::NEW_INSTALLATIONS).push("; ").push(sql::SELECT_PAYLOADS).push("(");
    let mut keys = known.separated(", ");
    for key in jobs.keys() {
        keys.push_bind(key.as_str());
    }
    for row in known.push(")").build().fetch_all(&mut *tx).await? {
        // A request that this version cannot read has nothing to hand on.
        if let Ok(older) = serde_json::from_str::<Job>(row.try_get("payload")?) {
            let key = JobKey::from_stored(row.try_get("key")?);
            jobs.entry(key).and_modify(|it| *it = it.clone().replacing(older));
        }
    }

    let payloads = jobs.values().map(encode).collect::<Result<Vec<_>, StoreError>>()?;
    let mut upsert = QueryBuilder::new(sql::INSERT_JOBS);
    upsert.push_values(jobs.iter().zip(payloads), |mut row, ((key, job), payload)| {
        row.push_bind(key.as_str());
        row.push_bind(job.installation.0.cast_signed());
        row.push_bind(job.review.repo_id.0.cast_signed());
        row.push_bind(payload);
        row.push("'queued', 1");
        row.push_bind(now.0).push_bind(now.0);
    });
    upsert.push(sql::REPLACE_JOBS).build().execute(tx).await?;
    Ok(())
}

/// The job as it is stored.
pub(super) fn encode(job: &Job) -> Result<String, StoreError> {
    serde_json::to_string(job)
        .map_err(|error| StoreError::Database(sqlx::Error::Encode(error.into())))
}
