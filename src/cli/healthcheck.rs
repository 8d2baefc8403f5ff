//! `go-expert healthcheck`: asks the service on this machine, for container engines and monitors.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use clap::Args;
use http::Uri;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::config::Settings;

/// How long the service may take to answer: less than a container engine's patience.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 4 << 10;

/// The command has no arguments: it reads the service's own settings.
#[derive(Debug, Args)]
pub(super) struct Healthcheck {}

impl Healthcheck {
    #[expect(clippy::print_stdout, reason = "the answer is what was asked for")]
    pub(super) fn run(self) -> anyhow::Result<()> {
        let address = Settings::from_env()?.admin_listen;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let answer = runtime.block_on(ask(here(address)))?;
        println!("{answer}");
        Ok(())
    }
}

/// Where a service on this machine answers that listens on this address.
fn here(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    listen
}

/// What the service says about itself, if it says that it is ready.
async fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let uri: Uri = format!("http://{address}/readyz").parse()?;
    let answer = tokio::time::timeout(PATIENCE, async {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let answer = client.get(uri).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
        anyhow::Ok((status, body.map_err(|error| anyhow::anyhow!(error))?.to_bytes()))
    })
    .await
    .with_context(|| format!("{address} does not answer within {} s", PATIENCE.as_secs()))?;
    let (status, body) = answer.with_context(|| {
        format!("nothing answers on {address} (GO_EXPERT_ADMIN_LISTEN); is the service running?")
    })?;
    let text = String::from_utf8_lossy(&body).trim().to_owned();
    if !status.is_success() {
        bail!("not ready: {text}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    /// What a service that answers so looks like from here.
    async fn check(status: StatusCode, text: &'static str) -> Result<String, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().route("/readyz", get(async move || (status, text)));
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        let answer = ask(address).await.map_err(|it| it.to_string());
        server.abort();
        answer
    }

    #[tokio::test]
    async fn only_a_service_that_is_ready_is_healthy() {
        assert_eq!(check(StatusCode::OK, "ready\n").await, Ok("ready".to_owned()));
        let setup = check(StatusCode::SERVICE_UNAVAILABLE, "setup mode\n").await;
        assert_eq!(setup, Err("not ready: setup mode".to_owned()));
    }

    #[tokio::test]
    async fn a_service_that_is_not_there_is_not_healthy() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let error = ask(address).await.unwrap_err().to_string();
        assert!(error.contains("is the service running?"), "{error}");
    }

    #[test]
    fn a_service_on_every_interface_is_asked_on_loopback() {
        let check = |listen: &str| here(listen.parse().unwrap()).to_string();
        assert_eq!(check("0.0.0.0:3001"), "127.0.0.1:3001");
        assert_eq!(check("[::]:3001"), "[::1]:3001");
        assert_eq!(check("10.0.0.7:3001"), "10.0.0.7:3001");
    }
}
