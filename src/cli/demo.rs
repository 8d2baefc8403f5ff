//! `go-expert demo`: the whole App against a local stand-in for GitHub.

use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::serve;
use crate::config::{AppCredentials, Credentials, Settings};
use crate::demo::{self, Service, ServiceSettings};
use crate::model::Clock;

/// Starts the service and a stand-in for GitHub on loopback, opens a pull request with real Go
/// code, delivers the signed webhook, prints the conversation as GitHub would show it, pushes a
/// fix, and prints what changed.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// What the service logs meanwhile, to standard error
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    log: String,
}

impl Demo {
    pub(super) fn run(self) -> anyhow::Result<()> {
        super::log(&self.log)?;
        let database = tempfile::tempdir()?;
        let url = format!("sqlite:{}", database.path().join("go-expert.db").display());
        let start = async |settings: ServiceSettings| start(settings, url.clone()).await;
        let mut out = std::io::stdout();
        let told = demo::tell(start, Clock::system(), &mut out);
        tokio::runtime::Runtime::new()?.block_on(told)
    }
}

/// The service as `go-expert serve` runs it, on free ports.
async fn start(settings: ServiceSettings, database_url: String) -> anyhow::Result<Service> {
    let public = TcpListener::bind("127.0.0.1:0").await?;
    let operator = TcpListener::bind("127.0.0.1:0").await?;
    let (listen, admin_listen) = (public.local_addr()?, operator.local_addr()?);
    let settings = Settings {
        listen,
        admin_listen,
        database_url,
        credentials: Credentials::App(AppCredentials {
            app_id: settings.app_id,
            private_key: settings.private_key,
            webhook_secrets: vec![settings.webhook_secret],
            marker_keys: Vec::new(),
        }),
        github_api_url: settings.api_url,
        github_url: settings.web_url,
        public_url: None,
        workers: 2,
        log: String::new(),
        warnings: Vec::new(),
    };
    let stop = CancellationToken::new();
    let run = serve::run(settings, public, operator, stop.clone());
    Ok(Service { url: format!("http://{listen}"), stop, task: tokio::spawn(run) })
}
