//! The servers, each a process of its own: the webhook's path alone, on SQLite or in memory, and
//! the whole service.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use go_expert::demo::github::{APP_ID, PRIVATE_KEY, WEBHOOK_SECRET};
use go_expert::model::Clock;
use go_expert::rules::RuleSet;
use go_expert::server::{self, Webhook};
use go_expert::store::{self, Store};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use super::memory::InMemory;
use super::noise;

/// The name of the store that is none.
pub(crate) const MEMORY: &str = "memory";

/// A server process; it ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// The webhook's path alone over a store ([`MEMORY`], or a `sqlite:` address), as a build of
    /// this bench has it.
    pub(crate) fn path(build: &Path, store: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(build);
        command.args(["--serve", store]).stderr(Stdio::null()).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("no output")?;
        let line = BufReader::new(output).lines().next().context("the server did not start")??;
        Ok(Self { child, address: line.parse()? })
    }

    /// `go-expert serve`, as operators run it, working for the GitHub at `api_url`.
    pub(crate) fn service(database: &Path, api_url: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_go-expert"));
        command.arg("serve").env_clear();
        for (name, value) in [
            ("LISTEN", "127.0.0.1:0"),
            ("ADMIN_LISTEN", "127.0.0.1:0"),
            ("DATABASE_URL", &format!("sqlite:{}", database.display())),
            ("APP_ID", &APP_ID.to_string()),
            ("PRIVATE_KEY", PRIVATE_KEY),
            ("WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("GITHUB_API_URL", api_url),
        ] {
            command.env(format!("GO_EXPERT_{name}"), value);
        }
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let mut log = BufReader::new(child.stderr.take().context("no log")?);
        let mut said = String::new();
        let address = loop {
            let from = said.len();
            anyhow::ensure!(log.read_line(&mut said)? > 0, "the service ended:\n{said}");
            if let Some((_, url)) = said[from..].split_once("Taking webhooks at http://") {
                break url.split('/').next().unwrap_or_default().parse()?;
            }
        };
        // Nobody must ever wait for a reader of its log.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Ok(Self { child, address })
    }

    /// The most memory that it had in use so far, in MiB; `None` where the system does not tell.
    pub(crate) fn peak_memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"))?;
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kilobytes / 1024.0)
    }

    /// The seconds of CPU that it used so far; `None` where the system does not tell.
    pub(crate) fn cpu(&self) -> Option<f64> {
        noise::cpu_of(&self.child.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until the standard input ends; says on the standard output where.
#[expect(clippy::print_stdout, reason = "the process that started this one reads it")]
pub(crate) fn serve(store: &str) -> anyhow::Result<()> {
    // Every delivery is logged, as in the service.
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("info"));
    log.with_writer(std::io::stderr).with_ansi(false).init();
    tokio::runtime::Runtime::new()?.block_on(async {
        let store: Arc<dyn Store> = match store {
            MEMORY => Arc::new(InMemory::default()),
            url => store::open(url, Clock::system()).await?,
        };
        let secrets = vec![WEBHOOK_SECRET.to_owned().into()];
        let webhook = Webhook::new(secrets, APP_ID, store.clone());
        let router = server::public(webhook, Arc::new(RuleSet::builtin()));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        let stop = CancellationToken::new();
        let asked = stop.clone();
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            asked.cancel();
        });
        server::serve(listener, router, stop).await?;
        store.close().await;
        Ok(())
    })
}
