//! Serves routes until the service stops.

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long requests under way may take once the service stops. GitHub itself gives up after 10 s.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `stop` is cancelled, then accepts nothing more, finishes the requests under way
/// and returns; what is not finished after 10 seconds is dropped.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(stop.clone().cancelled_owned())
        .into_future();
    let too_late = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = served => result,
        () = too_late => {
            tracing::warn!("requests were still under way {} s after the stop", GRACE.as_secs());
            Ok(())
        }
    }
}
