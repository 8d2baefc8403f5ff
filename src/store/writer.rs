//! The group-commit writer: many deliveries, one transaction, one sync of the disk.
//!
//! While one transaction is being synced, the next deliveries gather in the channel. So the cost of
//! durability is shared under load, and a lone delivery waits for nobody.

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Recorded, StoreError};
use crate::model::Delivery;

/// How many deliveries share a transaction at most: it bounds how long the first one waits.
const BATCH: usize = 256;

/// How many deliveries may wait for the writer before callers have to: four transactions' worth.
pub(super) const CHANNEL: usize = 1024;

/// A delivery, and where its caller waits.
pub(super) struct Order {
    pub(super) delivery: Delivery,
    pub(super) answer: oneshot::Sender<Result<Recorded, StoreError>>,
}

/// What the writer needs of a database.
pub(super) trait Commit: Send + 'static {
    /// Commits all deliveries and their effects in one transaction, or none of them.
    fn commit(
        &self,
        deliveries: &[Delivery],
    ) -> impl Future<Output = Result<Vec<Recorded>, StoreError>> + Send;
}

/// Writes until every sender is gone, or until `closing`; what is in the channel then is written
/// still.
pub(super) async fn write(
    database: impl Commit,
    mut orders: mpsc::Receiver<Order>,
    closing: CancellationToken,
) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            biased;
            () = closing.cancelled(), if !orders.is_closed() => orders.close(),
            received = orders.recv_many(&mut batch, BATCH) => {
                if received == 0 {
                    return;
                }
                let (deliveries, answers): (Vec<_>, Vec<_>) =
                    batch.drain(..).map(|it: Order| (it.delivery, it.answer)).unzip();
                let results = commit(&database, &deliveries).await;
                for (answer, result) in answers.into_iter().zip(results) {
                    // A caller that went away has its delivery committed all the same.
                    let _ = answer.send(result);
                }
            }
        }
    }
}

/// One result per delivery. Where the transaction fails each gets its own, so that one delivery
/// that the database refuses does not take the others with it.
async fn commit(
    database: &impl Commit,
    deliveries: &[Delivery],
) -> Vec<Result<Recorded, StoreError>> {
    match database.commit(deliveries).await {
        Ok(recorded) => recorded.into_iter().map(Ok).collect(),
        Err(error) if deliveries.len() == 1 => vec![Err(error)],
        Err(error) => {
            tracing::warn!(
                %error,
                batch.deliveries = deliveries.len(),
                "A transaction of several deliveries failed; committing them one by one",
            );
            let mut results = Vec::with_capacity(deliveries.len());
            for delivery in deliveries {
                let result = database.commit(std::slice::from_ref(delivery)).await;
                results.push(result.and_then(|it| it.first().copied().ok_or(StoreError::Closed)));
            }
            results
        }
    }
}
