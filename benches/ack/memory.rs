//! A store that keeps nothing: the same path without the database.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use go_expert::model::{Delivery, DeliveryId, Effect, Job, JobKey, Timestamp};
use go_expert::store::{Claim, End, Queue, Recorded, Settled, Standing, Store, StoreError};
use tokio::sync::Notify;

/// Deliveries and jobs in the memory of this process.
#[derive(Default)]
pub(crate) struct InMemory {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    deliveries: HashSet<DeliveryId>,
    jobs: HashMap<JobKey, Job>,
}

#[async_trait]
impl Store for InMemory {
    async fn record(&self, delivery: Delivery) -> Result<Recorded, StoreError> {
        let mut state = self.state.lock().map_err(|_| StoreError::Closed)?;
        if !state.deliveries.insert(delivery.id) {
            return Ok(Recorded::Duplicate);
        }
        if let Effect::Enqueue(job) = delivery.effect {
            let key = job.key();
            let job = match state.jobs.remove(&key) {
                Some(older) => job.replacing(older),
                None => job,
            };
            state.jobs.insert(key, job);
        }
        self.changed.notify_waiters();
        Ok(Recorded::New)
    }

    // Nobody works on this queue.

    async fn claim(&self, _: &str, _: Duration) -> Result<Option<Claim>, StoreError> {
        Ok(None)
    }

    async fn renew(&self, _: &Claim, _: Duration) -> Result<Standing, StoreError> {
        Ok(Standing::Lost)
    }

    async fn begin_publish(&self, _: &Claim, _: Duration) -> Result<Standing, StoreError> {
        Ok(Standing::Lost)
    }

    async fn settle(&self, _: &Claim, _: End) -> Result<Settled, StoreError> {
        Ok(Settled::Lost)
    }

    async fn take_back(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }

    fn changed(&self) -> &Notify {
        &self.changed
    }

    async fn queue(&self) -> Result<Queue, StoreError> {
        Ok(Queue::default())
    }

    async fn retry_buried(&self, _: &JobKey) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn prune(&self, _: Duration) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn close(&self) {}
}
