//! What a run asks before it writes to GitHub.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::store::{Claim, Standing, Store, StoreError};

/// A run's way to its claim: it must not write unless the answer is [`Standing::Ours`].
pub struct Guard {
    store: Arc<dyn Store>,
    claim: Arc<Claim>,
    lease: Duration,
    publishing: AtomicBool,
}

impl Guard {
    pub(super) fn new(store: Arc<dyn Store>, claim: Arc<Claim>, lease: Duration) -> Self {
        Self { store, claim, lease, publishing: AtomicBool::new(false) }
    }

    /// To be asked before the run's first write. Where the answer is `Ours`, the queue remembers
    /// beyond a crash that writes may have happened; [`Claim::publishing_since`] tells whether that
    /// was so before this run, and then its traces must be looked for first.
    pub async fn begin_publish(&self) -> Result<Standing, StoreError> {
        // Before the answer is known: a run that is dropped in between may have begun.
        self.publishing.store(true, Ordering::Relaxed);
        let standing = self.store.begin_publish(&self.claim, self.lease).await?;
        if standing != Standing::Ours {
            self.publishing.store(false, Ordering::Relaxed);
        }
        Ok(standing)
    }

    /// To be asked before every further write. It extends the lease too, so that the lease cannot
    /// run out during the write.
    pub async fn may_write(&self) -> Result<Standing, StoreError> {
        self.store.renew(&self.claim, self.lease).await
    }

    /// Whether the run may be in the middle of writing.
    pub(super) fn is_publishing(&self) -> bool {
        self.publishing.load(Ordering::Relaxed)
    }
}
