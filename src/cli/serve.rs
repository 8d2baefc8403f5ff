//! `go-expert serve`: the service, until it is told to stop.

use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Settings;
use crate::model::Clock;
use crate::server;

/// Settings come from the environment (`GO_EXPERT_*`, see the README). Without credentials it
/// starts in setup mode and prints a link to a page that says what is missing.
#[derive(Debug, Args)]
pub(super) struct Serve {}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let settings = Settings::from_env()?;
        super::log(&settings.log)?;
        for warning in &settings.warnings {
            tracing::warn!("{warning}");
        }
        let runtime = tokio::runtime::Runtime::new()?;
        let served = runtime.block_on(serve(settings));
        // After a second signal nothing is waited for; after one, nothing is left.
        runtime.shutdown_background();
        served
    }
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let public = bind(settings.listen, "GO_EXPERT_LISTEN").await?;
    let operator = bind(settings.admin_listen, "GO_EXPERT_ADMIN_LISTEN").await?;
    let (stop, now) = (CancellationToken::new(), CancellationToken::new());
    stop_on_signal(stop.clone(), now.clone())?;
    let served = now.run_until_cancelled(run(settings, public, operator, stop)).await;
    served.context("stopped at once; the next start takes back what was under way")??;
    tracing::info!("Stopped");
    Ok(())
}

async fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::AddrInUse => "stop what listens there, or set another address in",
            ErrorKind::PermissionDenied => "set a port from 1024 on in",
            _ => "set an address of this machine in",
        };
        anyhow::anyhow!("cannot listen on {address}: {error}; {advice} {setting}")
    })
}

/// Runs the service on these listeners until it is told to stop.
#[expect(clippy::print_stderr, reason = "the one-time link is for the terminal, not for a log")]
pub(super) async fn run(
    settings: Settings,
    public: TcpListener,
    operator: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let root = match &settings.public_url {
        Some(it) => it.clone(),
        None => format!("http://{}", public.local_addr()?),
    };
    let app = App::start(settings, Clock::system()).await?;
    match app.setup_token() {
        Some(token) => {
            tracing::warn!("No credentials: setup mode, no webhook is taken");
            eprintln!("Open this link to see what to set: {}", token.link(&root));
        }
        None => tracing::info!("Taking webhooks at {root}/webhook"),
    }
    let served = tokio::try_join!(
        stopping(&stop, server::serve(public, app.public(), stop.clone())),
        stopping(&stop, server::serve(operator, app.operator(), stop.clone())),
        async {
            app.work(stop.clone()).await;
            Ok(())
        },
    );
    app.close().await;
    served.map(|_| ())
}

/// A part that ends takes the others with it.
async fn stopping(
    stop: &CancellationToken,
    part: impl Future<Output = std::io::Result<()>>,
) -> anyhow::Result<()> {
    let result = part.await;
    stop.cancel();
    Ok(result?)
}

/// SIGTERM and Ctrl-C stop the service; a second one ends it at once.
fn stop_on_signal(stop: CancellationToken, now: CancellationToken) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        let mut asked = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        asked().await;
        tracing::info!("Stopping: finishing what is under way");
        stop.cancel();
        asked().await;
        now.cancel();
    });
    Ok(())
}
