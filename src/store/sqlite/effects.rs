//! Writing deliveries and what they do to the queue.

use std::sync::Arc;

use sqlx::{Row, SqliteConnection, query};

use super::Db;
use crate::model::{Delivery, Effect, Job, Timestamp};
use crate::store::writer::Commit;
use crate::store::{Recorded, StoreError, sql};

impl Commit for Arc<Db> {
    async fn commit(&self, deliveries: &[Delivery]) -> Result<Vec<Recorded>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.begin().await?;
        let mut recorded = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            recorded.push(record(&mut tx, delivery, now).await?);
        }
        tx.commit().await?;
        self.changed.notify_waiters();
        Ok(recorded)
    }
}

async fn record(
    tx: &mut SqliteConnection,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<Recorded, StoreError> {
    let id = delivery.id.as_str();
    let inserted = query(sql::INSERT_DELIVERY).bind(id).bind(now.0).execute(&mut *tx).await?;
    if inserted.rows_affected() == 0 {
        return Ok(Recorded::Duplicate);
    }
    match &delivery.effect {
        Effect::None => {}
        Effect::Enqueue(job) => enqueue(tx, job, now).await?,
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
    Ok(Recorded::New)
}

async fn enqueue(tx: &mut SqliteConnection, job: &Job, now: Timestamp) -> Result<(), StoreError> {
    let key = job.key();
    let installation = job.installation.0.cast_signed();
    query(sql::INSERT_INSTALLATION).bind(installation).execute(&mut *tx).await?;

    let older = query(sql::SELECT_PAYLOAD).bind(key.as_str()).fetch_optional(&mut *tx).await?;
    let mut job = job.clone();
    if let Some(row) = older {
        // A request that this version cannot read has nothing to hand on.
        if let Ok(older) = serde_json::from_str(row.try_get("payload")?) {
            job = job.replacing(older);
        }
    }
    query(sql::UPSERT_JOB)
        .bind(key.as_str())
        .bind(installation)
        .bind(job.review.repo_id.0.cast_signed())
        .bind(encode(&job)?)
        .bind(now.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// The job as it is stored.
pub(super) fn encode(job: &Job) -> Result<String, StoreError> {
    serde_json::to_string(job)
        .map_err(|error| StoreError::Database(sqlx::Error::Encode(error.into())))
}
