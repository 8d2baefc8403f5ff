//! Tells whoever watches over the process how it is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use crate::store::Store;

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The service can do its work: it has credentials, and its database answers.
pub(super) async fn ready(
    State(store): State<Option<Arc<dyn Store>>>,
) -> (StatusCode, &'static str) {
    let Some(store) = store else {
        return (StatusCode::SERVICE_UNAVAILABLE, "setup mode: credentials are missing\n");
    };
    match store.queue().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(error = %error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer; see the log\n")
        }
    }
}
