//! Faults that tests order, and the account of what was asked.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request as HttpRequest, State};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Shared, lock};

/// The largest request that is read.
const MAX_REQUEST: usize = 32 << 20;

/// What goes wrong, and with which requests.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The method, as `POST`.
    pub method: &'static str,
    /// A part of the path, as `/reviews`.
    pub path: String,
    /// How many such requests fail.
    pub times: usize,
    /// What goes wrong.
    pub kind: FaultKind,
}

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The request is not carried out; the status is answered.
    Before(u16),
    /// The request is carried out; the status is answered all the same.
    After(u16),
    /// The request is carried out and the connection breaks.
    Dropped,
    /// The request is carried out and nothing is answered, ever.
    Hangs,
    /// The request is refused for so many seconds, as by a secondary rate limit.
    RetryAfter(u64),
}

/// A request that reached the stand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// GitHub's name for the operation, as `pulls/create-review`; for GraphQL the operation's own
    /// name behind `graphql/`.
    pub operation: String,
    /// The path that was asked for.
    pub path: String,
    /// The status that was answered; 0 when nothing was.
    pub status: u16,
}

/// GitHub's name (in its OpenAPI description) of an operation that the stand-in answers.
fn operation(method: &Method, template: &str) -> Option<&'static str> {
    let name = match (method.as_str(), template) {
        ("GET", "/app") => "apps/get-authenticated",
        ("POST", "/app/installations/{id}/access_tokens") => {
            "apps/create-installation-access-token"
        }
        ("GET", "/repos/{owner}/{repo}/compare/{*basehead}") => {
            "repos/compare-commits-with-basehead"
        }
        ("GET", "/repos/{owner}/{repo}/pulls/{number}") => "pulls/get",
        ("GET", "/repos/{owner}/{repo}/pulls/{number}/files") => "pulls/list-files",
        ("POST", "/repos/{owner}/{repo}/pulls/{number}/reviews") => "pulls/create-review",
        ("PUT", "/repos/{owner}/{repo}/pulls/{number}/reviews/{id}") => "pulls/update-review",
        ("POST", "/repos/{owner}/{repo}/check-runs") => "checks/create",
        ("GET", "/repos/{owner}/{repo}/commits/{sha}/check-runs") => "checks/list-for-ref",
        ("GET", "/repos/{owner}/{repo}/git/blobs/{oid}") => "git/get-blob",
        ("POST", "/repos/{owner}/{repo}/issues/comments/{id}/reactions") => {
            "reactions/create-for-issue-comment"
        }
        ("POST", "/graphql") => "graphql",
        _ => return None,
    };
    Some(name)
}

/// Every request comes through here: it is written down, and it may be made to fail.
pub(super) async fn judge(
    State(shared): State<Shared>,
    request: HttpRequest,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_REQUEST).await.unwrap_or_default();
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let template = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    let name = match template.and_then(|it| operation(&method, it)) {
        Some("graphql") => graphql_operation(&body),
        Some(name) => name.to_owned(),
        None => "unknown".to_owned(),
    };
    let fault = {
        let mut world = lock(&shared);
        if name == "unknown" {
            world.complaints.push(format!("unknown request: {method} {path}"));
        }
        if !parts.headers.contains_key("user-agent") {
            // GitHub answers 403 to a request without one.
            world.complaints.push(format!("no User-Agent: {method} {path}"));
        }
        let now = world.clock.now();
        match world.wait_until {
            Some(until) if now < until => {
                let early = until.since(now).as_millis();
                world.complaints.push(format!("{early} ms before Retry-After: {method} {path}"));
            }
            _ => world.wait_until = None,
        }
        let found = world
            .faults
            .iter()
            .position(|it| it.times > 0 && it.method == method.as_str() && path.contains(&it.path));
        found.map(|at| {
            world.faults[at].times -= 1;
            let kind = world.faults[at].kind;
            if let FaultKind::RetryAfter(seconds) = kind {
                world.wait_until = Some(now + Duration::from_secs(seconds));
            }
            kind
        })
    };
    let mut response = match fault {
        Some(FaultKind::Before(status)) => broken(status),
        Some(FaultKind::RetryAfter(seconds)) => too_much(seconds),
        _ => next.run(HttpRequest::from_parts(parts, Body::from(body))).await,
    };
    if let Some(FaultKind::After(status)) = fault {
        response = broken(status);
    }
    let dropped = fault == Some(FaultKind::Dropped);
    let silent = dropped || fault == Some(FaultKind::Hangs);
    let status = if silent { 0 } else { response.status().as_u16() };
    lock(&shared).requests.push(Request { operation: name, path, status });
    if fault == Some(FaultKind::Hangs) {
        std::future::pending::<()>().await;
    }
    if dropped {
        // Unwinding ends this connection's task and closes the connection, without the message
        // that `panic!` would print.
        std::panic::resume_unwind(Box::new("the answer is dropped"));
    }
    response
}

fn graphql_operation(body: &[u8]) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        operation_name: String,
    }
    match serde_json::from_slice::<Named>(body) {
        Ok(it) => format!("graphql/{}", it.operation_name),
        Err(_) => "graphql".to_owned(),
    }
}

/// An answer of a gateway that lost its server: no JSON.
fn broken(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    if status.is_server_error() {
        (status, "<html><body>Unicorn!</body></html>").into_response()
    } else {
        let body = serde_json::json!({ "message": status.canonical_reason() });
        (status, axum::Json(body)).into_response()
    }
}

/// GitHub's answer to somebody who asks too much
/// (docs.github.com, "Rate limits for the REST API").
fn too_much(seconds: u64) -> Response {
    let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you \
                   try again.";
    let body = axum::Json(serde_json::json!({ "message": message }));
    let mut response = (StatusCode::FORBIDDEN, body).into_response();
    response.headers_mut().insert("retry-after", HeaderValue::from(seconds));
    response
}
