//! `go-expert serve`: the service, until it is told to stop.

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
        tokio::runtime::Runtime::new()?.block_on(serve(settings))
    }
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let listen = settings.listen;
    let public = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen} (GO_EXPERT_LISTEN)"))?;
    let admin = settings.admin_listen;
    let operator = TcpListener::bind(admin)
        .await
        .with_context(|| format!("cannot listen on {admin} (GO_EXPERT_ADMIN_LISTEN)"))?;
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    run(settings, public, operator, stop).await?;
    tracing::info!("Stopped");
    Ok(())
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
fn stop_on_signal(stop: CancellationToken) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("Stopping: finishing what is under way");
        stop.cancel();
    });
    Ok(())
}
