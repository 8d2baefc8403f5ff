//! What the routes answer, and to whom.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use http_body_util::BodyExt as _;
use insta::assert_snapshot;
use secrecy::SecretString;
use serde_json::json;
use tower::ServiceExt as _;

use super::super::{SetupToken, Webhook, operator, public, public_setup, serve, signature};
use super::{APP, pull_request};
use crate::model::{Clock, Timestamp};
use crate::rules::RuleSet;
use crate::store::Store;

/// A running service without its network.
struct Service {
    router: Router,
    store: Arc<dyn Store>,
    _directory: tempfile::TempDir,
}

const SECRET: &str = "hush";

impl Service {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("test.db").display());
        let store = crate::store::open(&url, Clock::from_fn(|| Timestamp(1_000))).await.unwrap();
        let secrets = vec![SecretString::from("newer"), SECRET.into()];
        let rules = Arc::new(RuleSet::builtin());
        let router = public(Webhook::new(secrets, APP, store.clone()), rules);
        Self { router, store, _directory: directory }
    }

    async fn send(&self, request: Request<Body>) -> String {
        send(&self.router, request).await
    }

    async fn queued(&self) -> u64 {
        self.store.queue().await.unwrap().queued
    }
}

async fn send(router: &Router, request: Request<Body>) -> String {
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    format!("{status} {}", String::from_utf8_lossy(&body).trim_end())
}

/// A signed delivery; `change` spoils it.
fn delivery(event: &str, id: &str, body: impl Into<Vec<u8>>) -> Request<Body> {
    let body = body.into();
    Request::post("/webhook")
        .header("content-type", "application/json")
        .header("x-github-event", event)
        .header("x-github-delivery", id)
        .header(signature::HEADER, signature::sign(&SECRET.into(), &body))
        .body(Body::from(body))
        .unwrap()
}

fn with(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    match value {
        "" => drop(request.headers_mut().remove(name)),
        value => drop(request.headers_mut().insert(name, value.parse().unwrap())),
    }
    request
}

#[tokio::test]
async fn a_signed_delivery_is_kept_once() {
    let service = Service::start().await;
    let opened = pull_request("opened", json!({})).to_string();
    assert_snapshot!(service.send(delivery("ping", "d-0", "{}")).await, @"200 pong");
    assert_snapshot!(service.send(delivery("pull_request", "d-1", opened.clone())).await, @"202 accepted");
    assert_snapshot!(service.send(delivery("pull_request", "d-1", opened.clone())).await, @"202 known already");
    assert_snapshot!(service.send(delivery("push", "d-2", "{}")).await, @"202 nothing to do");
    assert_eq!(service.queued().await, 1);

    let encoded: String = opened
        .bytes()
        .map(|it| match it {
            b' ' => "+".to_owned(),
            it => format!("%{it:02x}"),
        })
        .collect();
    let form = delivery("pull_request", "d-3", format!("payload={encoded}"));
    let form = with(form, "content-type", "application/x-www-form-urlencoded");
    assert_snapshot!(service.send(form).await, @"202 accepted");

    service.store.close().await;
    assert_snapshot!(service.send(delivery("pull_request", "d-4", opened)).await, @"503 not recorded; deliver it again later");
}

#[tokio::test]
async fn what_cannot_be_believed_or_read_is_refused() {
    let service = Service::start().await;
    let opened = || delivery("pull_request", "d-1", pull_request("opened", json!({})).to_string());
    let mut answers = Vec::new();
    for request in [
        with(opened(), signature::HEADER, ""),
        with(opened(), signature::HEADER, "sha1=00"),
        with(opened(), signature::HEADER, &signature::sign(&"other".into(), b"{}")),
        with(opened(), "x-github-event", ""),
        with(opened(), "x-github-delivery", ""),
        with(opened(), "x-github-delivery", "no id"),
        with(opened(), "content-type", "text/plain"),
        with(opened(), "content-type", "application/x-www-form-urlencoded"),
        with(opened(), "content-length", "26214401"),
        delivery("pull_request", "d-1", "{"),
        delivery("pull_request", "d-1", vec![b' '; 26_214_401]),
    ] {
        answers.push(service.send(request).await);
    }
    assert_snapshot!(answers.join("\n"), @r"
    401 the signature is missing
    401 the signature is malformed
    401 the signature does not match
    400 the header X-GitHub-Event is missing
    400 the header X-GitHub-Delivery is missing or malformed
    400 the header X-GitHub-Delivery is missing or malformed
    400 the content type must be application/json or application/x-www-form-urlencoded
    400 the form has no field `payload`
    413 the payload is larger than 25 MiB
    400 the payload is not what its event promises
    413 the payload is larger than 25 MiB
    ");
    assert_eq!(service.queued().await, 0);
    let get = Request::get("/webhook").body(Body::empty()).unwrap();
    assert_snapshot!(service.send(get).await, @"405");
}

#[tokio::test]
async fn setup_mode_answers_and_takes_nothing() {
    let token = SetupToken::random();
    let link = token.link("http://127.0.0.1:3000/");
    let router = public_setup(token);
    let get = |uri: &str| Request::get(uri).body(Body::empty()).unwrap();
    assert_snapshot!(send(&router, get("/healthz")).await, @"200 ok");
    assert_snapshot!(send(&router, delivery("ping", "d-1", "{}")).await, @"503 setup mode: credentials are missing");
    assert_snapshot!(send(&router, get("/setup")).await, @"403 use the link that go-expert printed when it started");
    assert_snapshot!(send(&router, get("/setup?token=x")).await, @"403 use the link that go-expert printed when it started");
    let page = send(&router, get(&link)).await;
    for expected in [
        "200 <!doctype html>",
        "GO_EXPERT_APP_ID",
        "GO_EXPERT_PRIVATE_KEY_FILE",
        "pull_requests: write",
    ] {
        assert!(page.contains(expected), "{page}");
    }
    assert_snapshot!(send(&operator(None), get("/readyz")).await, @"503 setup mode: credentials are missing");
    let service = Service::start().await;
    assert_snapshot!(send(&operator(Some(service.store)), get("/readyz")).await, @"200 ready");
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way() {
    let (begun, go_on) =
        (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let slow = {
        let (begun, go_on) = (begun.clone(), go_on.clone());
        move || async move {
            begun.notify_one();
            go_on.notified().await;
            StatusCode::ACCEPTED
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let server = tokio::spawn(serve(listener, Router::new().route("/", get(slow)), stop.clone()));
    let client = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    begun.notified().await;
    stop.cancel();
    tokio::task::yield_now().await;
    go_on.notify_one();
    assert!(client.await.unwrap().starts_with("HTTP/1.1 202 "));
    server.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
