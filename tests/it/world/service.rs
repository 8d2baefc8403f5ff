//! The one place where the tests meet the composition root.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use go_expert::model::Clock;
use go_expert::store::Store;

/// What the service is told: the operator's settings that a test needs.
#[derive(Debug, Clone)]
pub(crate) struct Wiring {
    /// `GO_EXPERT_GITHUB_API_URL`.
    pub(crate) api_url: String,
    /// `GO_EXPERT_GITHUB_URL`.
    pub(crate) web_url: String,
    /// `GO_EXPERT_APP_ID`.
    pub(crate) app_id: u64,
    /// `GO_EXPERT_PRIVATE_KEY`, PEM.
    pub(crate) private_key: String,
    /// `GO_EXPERT_WEBHOOK_SECRET`.
    pub(crate) webhook_secret: String,
}

/// The service under test.
#[async_trait]
pub(crate) trait Service: Send + Sync {
    /// The public routes.
    fn router(&self) -> Router;
    /// Works until nothing is due.
    async fn run_until_idle(&self) -> anyhow::Result<()>;
    /// The queue.
    fn store(&self) -> Arc<dyn Store>;
}

/// Starts the service on a database file, which may be left over from a killed one.
///
/// # Errors
/// What the composition root says.
pub(crate) async fn start(
    wiring: &Wiring,
    database: &Path,
    clock: Clock,
) -> anyhow::Result<Box<dyn Service>> {
    let _ = (wiring, database, clock);
    anyhow::bail!("the composition root is not plugged in here yet")
}
