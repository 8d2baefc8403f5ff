//! One HTTP exchange: octocrab over a connection pool that never redirects, never repeats a
//! request, and bounds time and size.

use std::time::Duration;

use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};

/// The largest answer that is read: 50 texts of 512 KB beside a pull request, escaped.
const MAX_ANSWER: usize = 40 << 20;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// Sends requests as they are.
#[derive(Debug)]
pub(super) struct Transport {
    octocrab: Octocrab,
    timeout: Duration,
}

/// A complete answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: bytes::Bytes,
}

/// There is no answer.
#[derive(Debug)]
pub(super) struct Lost {
    pub message: String,
    /// The request never left: nobody can have carried it out.
    pub never_sent: bool,
}

impl Transport {
    /// A transport whose exchanges take at most `timeout` each. Needs a Tokio runtime.
    pub(super) fn new(timeout: Duration) -> anyhow::Result<Self> {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        // Named here, since a process-wide default may not be installed yet.
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new()).build(https);
        let Ok(octocrab) =
            OctocrabBuilder::new_empty().with_service(client).with_auth(AuthState::None).build();
        Ok(Self { octocrab, timeout })
    }

    /// Sends the request once and reads the whole answer.
    pub(super) async fn send(&self, request: Request<Vec<u8>>) -> Result<Answer, Lost> {
        let exchange = async {
            let response = self
                .octocrab
                .execute(request)
                .await
                .map_err(|error| Lost { never_sent: never_sent(&error), message: chain(&error) })?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| {
                let message = if error.is::<LengthLimitError>() {
                    format!("the answer is larger than {MAX_ANSWER} bytes")
                } else {
                    format!("the answer broke off: {}", chain(&*error))
                };
                Lost { message, never_sent: false }
            })?;
            Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() })
        };
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or_else(|_| {
            let message = format!("no complete answer within {} s", self.timeout.as_secs_f32());
            Err(Lost { message, never_sent: false })
        })
    }
}

/// Whether the connection could not even be made.
fn never_sent(error: &octocrab::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(it) = cause {
        if let Some(it) = it.downcast_ref::<hyper_util::client::legacy::Error>() {
            return it.is_connect();
        }
        cause = it.source();
    }
    false
}

/// An error and its causes, without octocrab's backtraces.
fn chain(error: &dyn std::error::Error) -> String {
    // The outermost says only that it is a wrapper.
    let mut cause = Some(error.source().unwrap_or(error));
    let mut parts: Vec<String> = Vec::new();
    while let Some(it) = cause {
        let text = it.to_string();
        let text = text.lines().next().unwrap_or_default().to_owned();
        // Wrappers repeat what they wrap.
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        cause = it.source();
    }
    parts.join(": ")
}
