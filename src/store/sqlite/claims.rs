//! Leasing jobs, keeping leases, and giving them back.

use std::time::Duration;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query};
use uuid::Uuid;

use super::Db;
use super::effects::encode;
use crate::model::{JobKey, Timestamp};
use crate::store::settle::{self, Held, Next};
use crate::store::{Claim, End, Settled, Standing, StoreError, sql};

pub(super) async fn claim(
    db: &Db,
    owner: &str,
    lease: Duration,
) -> Result<Option<Claim>, StoreError> {
    let now = db.clock.now();
    let mut tx = db.begin().await?;
    // Each turn of this loop but the last takes a row out of the way.
    let claimed = loop {
        let name = Uuid::new_v4().to_string();
        let row = query(sql::CLAIM)
            .bind(now.0)
            .bind((now + lease).0)
            .bind(&name)
            .bind(owner)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else { break None };
        let key: &str = row.try_get("key")?;
        if row.try_get("cancelled")? {
            // Its worker died before it could stop.
            query(sql::DELETE_HELD).bind(key).bind(&name).execute(&mut *tx).await?;
            continue;
        }
        let Ok(job) = serde_json::from_str(row.try_get("payload")?) else {
            tracing::error!(job.key = key, "Buried a job that this version cannot read");
            query(sql::BURY_HELD)
                .bind(key)
                .bind(&name)
                .bind("its stored request cannot be read by this version")
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
            continue;
        };
        let installation: i64 = row.try_get("installation_id")?;
        query(sql::TAKE_TURN).bind(installation).execute(&mut *tx).await?;
        break Some(Claim {
            key: JobKey::from_stored(key.to_owned()),
            job,
            generation: row.try_get("generation")?,
            attempt: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or(u32::MAX),
            first_claimed_at: Timestamp(row.try_get("first_claimed_at")?),
            publishing_since: row.try_get::<Option<_>, _>("publishing_since")?.map(Timestamp),
            last_error: row.try_get("last_error")?,
            lease: name,
        });
    };
    tx.commit().await?;
    Ok(claimed)
}

pub(super) async fn renew(db: &Db, claim: &Claim, lease: Duration) -> Result<Standing, StoreError> {
    let row = query(sql::RENEW)
        .bind((db.clock.now() + lease).0)
        .bind(claim.key.as_str())
        .bind(&claim.lease)
        .fetch_optional(&db.writing)
        .await?;
    standing(claim, row)
}

pub(super) async fn begin_publish(
    db: &Db,
    claim: &Claim,
    lease: Duration,
) -> Result<Standing, StoreError> {
    let now = db.clock.now();
    let row = query(sql::BEGIN_PUBLISH)
        .bind((now + lease).0)
        .bind(claim.key.as_str())
        .bind(&claim.lease)
        .bind(claim.generation)
        .bind(now.0)
        .fetch_optional(&db.writing)
        .await?;
    standing(claim, row)
}

fn standing(claim: &Claim, row: Option<SqliteRow>) -> Result<Standing, StoreError> {
    let Some(row) = row else { return Ok(Standing::Lost) };
    // Cancelled first: a request that came after the cancellation would have lifted it.
    Ok(if row.try_get("cancelled")? {
        Standing::Cancelled
    } else if row.try_get::<i64, _>("generation")? != claim.generation {
        Standing::Superseded
    } else {
        Standing::Ours
    })
}

pub(super) async fn settle(db: &Db, claim: &Claim, end: End) -> Result<Settled, StoreError> {
    let now = db.clock.now();
    let (key, lease) = (claim.key.as_str(), claim.lease.as_str());
    let mut tx = db.begin().await?;
    // Whoever holds the lease by now, the rate limit is a fact.
    if let End::PutOff { until } = end {
        let installation = claim.job.installation.0.cast_signed();
        query(sql::PUT_OFF).bind(installation).bind(until.0).execute(&mut *tx).await?;
    }
    let row = query(sql::SELECT_HELD).bind(key).bind(lease).fetch_optional(&mut *tx).await?;
    let settled = match row {
        None => Settled::Lost,
        Some(row) => match settle::next(held(&row)?, claim, &end, now) {
            Next::Delete => {
                query(sql::DELETE_HELD).bind(key).bind(lease).execute(&mut *tx).await?;
                Settled::Gone
            }
            Next::Queue { ready_at, attempts, publishing_since, last_error, job } => {
                query(sql::QUEUE_HELD)
                    .bind(key)
                    .bind(lease)
                    .bind(ready_at.0)
                    .bind(attempts)
                    .bind(publishing_since)
                    .bind(last_error)
                    .bind(job.as_deref().map(encode).transpose()?)
                    .execute(&mut *tx)
                    .await?;
                Settled::Queued
            }
            Next::Bury { reason } => {
                let query = query(sql::BURY_HELD).bind(key).bind(lease);
                query.bind(reason).bind(now.0).execute(&mut *tx).await?;
                Settled::Buried
            }
        },
    };
    tx.commit().await?;
    if settled == Settled::Queued {
        db.changed.notify_waiters();
    }
    Ok(settled)
}

fn held(row: &SqliteRow) -> Result<Held, StoreError> {
    Ok(Held {
        generation: row.try_get("generation")?,
        cancelled: row.try_get("cancelled")?,
        attempts: row.try_get("attempts")?,
        publishing_since: row.try_get("publishing_since")?,
        job: serde_json::from_str(row.try_get("payload")?).ok(),
        last_error: row.try_get("last_error")?,
    })
}
