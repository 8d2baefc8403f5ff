//! The one place where the tests meet the composition root.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use go_expert::app::App;
use go_expert::config::Settings;
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
pub(crate) struct Service {
    app: App,
}

impl Service {
    /// Starts the service on a database file, which may be left over from a killed one.
    pub(crate) async fn start(
        wiring: &Wiring,
        database: &Path,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let vars = [
            ("APP_ID", wiring.app_id.to_string()),
            ("DATABASE_URL", format!("sqlite:{}", database.display())),
            ("GITHUB_API_URL", wiring.api_url.clone()),
            ("GITHUB_URL", wiring.web_url.clone()),
            ("PRIVATE_KEY", wiring.private_key.clone()),
            ("WEBHOOK_SECRET", wiring.webhook_secret.clone()),
        ];
        let vars = vars.map(|(name, value)| (format!("GO_EXPERT_{name}"), value));
        let settings = Settings::from_vars(vars, &|path| std::fs::read_to_string(path))?;
        Ok(Self { app: App::start(settings, clock).await? })
    }

    /// The public routes.
    pub(crate) fn router(&self) -> Router {
        self.app.public()
    }

    /// Works until nothing is due.
    pub(crate) async fn run_until_idle(&self) -> anyhow::Result<()> {
        self.app.run_until_idle().await.map(drop)
    }

    /// The queue.
    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        self.app.store().expect("the tests set every credential")
    }
}
