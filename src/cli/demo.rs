//! `go-expert demo`: the whole App against a local stand-in for GitHub.

use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::serve;
use crate::config::{AppCredentials, Credentials, Settings};
use crate::demo::{self, Chapter, Service, ServiceSettings, Visit};
use crate::model::Clock;

/// How the story is told.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// What the service logs meanwhile, to standard error
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    log: String,
    /// Leave the stand-in's page of the pull request open for a browser, as it is after this
    /// chapter of the story [default: the last]
    #[arg(
        long,
        value_name = "CHAPTER",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "command"
    )]
    keep: Option<Chapter>,
}

impl Demo {
    pub(super) fn run(self) -> anyhow::Result<()> {
        super::log(&self.log)?;
        let database = tempfile::tempdir()?;
        let url = format!("sqlite:{}", database.path().join("go-expert.db").display());
        let start = async |settings: ServiceSettings| start(settings, url.clone()).await;
        let mut out = std::io::stdout();
        let last = self.keep.unwrap_or(Chapter::Command);
        let visit = self.keep.map(|_| -> Visit { Box::pin(stopped()) });
        let told = demo::tell(start, Clock::system(), last, visit, &mut out);
        tokio::runtime::Runtime::new()?.block_on(told)
    }
}

/// Ends with Ctrl-C or SIGTERM.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    // Where a signal cannot be caught, it ends the process, which is what is wanted.
    let caught = async |kind| match signal(kind) {
        Ok(mut it) => drop(it.recv().await),
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = caught(SignalKind::interrupt()) => {}
        () = caught(SignalKind::terminate()) => {}
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
