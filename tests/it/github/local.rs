//! Identity, limits and errors against a server of a few lines.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use go_expert::github::{Edit, GitHub, GitHubError, Options, Session};
use go_expert::model::{BlobOid, Clock, InstallationId, PrNumber, RepoName, Timestamp};
use insta::assert_snapshot;
use serde_json::json;

const KEY: &str = include_str!("test_key.pem");

type Reply = (StatusCode, Vec<(&'static str, String)>, String);

/// A server on loopback; it makes tokens itself, and `answer` says the rest.
struct Stub {
    url: String,
    tokens: Arc<AtomicUsize>,
    /// Milliseconds since the epoch, for the clock of the App and of the server.
    time: Arc<AtomicI64>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    async fn start(answer: impl Fn(&str, &str) -> Reply + Clone + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tokens, log) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let time = Arc::new(AtomicI64::new(1_700_000_000_000));
        let (made, seen, now) = (Arc::clone(&tokens), Arc::clone(&log), Arc::clone(&time));
        let handler = async move |method: Method, uri: Uri, headers: HeaderMap, _: Bytes| {
            let header =
                |name: &str| headers.get(name).map_or("", |it| it.to_str().unwrap()).to_owned();
            let who = header("authorization");
            let asked = format!("{method} {uri}");
            let (status, more, body) = if uri.path().ends_with("/access_tokens") {
                let n = made.fetch_add(1, Ordering::SeqCst) + 1;
                let seconds = now.load(Ordering::SeqCst) / 1000 + 3600;
                let expires = chrono::DateTime::from_timestamp(seconds, 0).unwrap().to_rfc3339();
                // The new format: long, with dots.
                let token = format!("ghs_{n}_{}.{}-_", "a".repeat(300), "b".repeat(200));
                let body = json!({"token": token, "expires_at": expires,
                    "permissions": {"contents": "read"}});
                (StatusCode::CREATED, Vec::new(), body.to_string())
            } else {
                let agent = header("user-agent");
                let version = header("x-github-api-version");
                let token = who.split('_').nth(1).unwrap_or("?").to_owned();
                seen.lock().unwrap().push(format!("{asked} token {token} {agent} {version}"));
                answer(&asked, &token)
            };
            let mut headers = HeaderMap::new();
            let date = chrono::DateTime::from_timestamp_millis(now.load(Ordering::SeqCst));
            let date = date.unwrap().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            headers.insert("date", date.parse().unwrap());
            for (name, value) in more {
                headers.insert(HeaderName::from_static(name), value.parse().unwrap());
            }
            (status, headers, body)
        };
        let app = axum::Router::new().fallback(handler);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, tokens, time, log }
    }

    fn github(&self) -> GitHub {
        let time = Arc::clone(&self.time);
        let clock = Clock::from_fn(move || Timestamp(time.load(Ordering::SeqCst)));
        GitHub::new(&options(&self.url, KEY), clock).unwrap()
    }

    fn session(&self) -> Session {
        self.github().session(InstallationId(7))
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().drain(..).collect::<Vec<_>>().join("\n")
    }
}

fn options(url: &str, key: &str) -> Options {
    let (api_url, app_id, timeout) = (url.to_owned(), "12".to_owned(), Duration::from_secs(20));
    Options { api_url, app_id, private_key: key.into(), timeout }
}

fn ok(body: serde_json::Value) -> Reply {
    (StatusCode::OK, Vec::new(), body.to_string())
}

fn repo() -> RepoName {
    "acme/shop".parse().unwrap()
}

fn pull_request() -> serde_json::Value {
    let end = json!({"ref": "main", "sha": "a".repeat(40)});
    json!({"title": "T", "body": null, "draft": false, "state": "open", "user": null,
        "head": end, "base": end})
}

#[tokio::test]
async fn one_token_is_made_at_a_time_and_renewed_in_time() {
    let stub = Stub::start(|_, _| ok(json!({}))).await;
    let github = stub.github();
    let asks = (0..20).map(|_| {
        let session = github.session(InstallationId(7));
        tokio::spawn(async move { session.permissions().await.unwrap() })
    });
    for ask in asks.collect::<Vec<_>>() {
        assert_eq!(ask.await.unwrap()["contents"], "read");
    }
    let session = github.session(InstallationId(7));
    let mut made = vec![stub.tokens.load(Ordering::SeqCst)];
    for minutes in [54, 2, 54] {
        stub.time.fetch_add(minutes * 60_000, Ordering::SeqCst);
        session.permissions().await.unwrap();
        made.push(stub.tokens.load(Ordering::SeqCst));
    }
    // After 54 minutes it has 6 left; after 56 it has 4 and is replaced.
    assert_eq!(made, [1, 1, 2, 2]);
    github.session(InstallationId(8)).permissions().await.unwrap();
    assert_eq!(stub.tokens.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let refuse = (StatusCode::UNAUTHORIZED, Vec::new(), "{}".to_owned());
    let first_only = refuse.clone();
    let stub = Stub::start(move |_, token| match token {
        "1" => first_only.clone(),
        _ => ok(pull_request()),
    })
    .await;
    stub.session().pull_request(&repo(), PrNumber(7)).await.unwrap();
    assert_snapshot!(stub.log(), @r"
    GET /repos/acme/shop/pulls/7 token 1 go-expert/0.1.0 2022-11-28
    GET /repos/acme/shop/pulls/7 token 2 go-expert/0.1.0 2022-11-28
    ");

    let stub = Stub::start(move |_, _| refuse.clone()).await;
    let session = stub.session();
    let error = session.pull_request(&repo(), PrNumber(7)).await.unwrap_err();
    assert_snapshot!(error, @"GitHub does not accept this App: GitHub refuses a token that it just made: look at githubstatus.com, and at the App's page for a suspension");
    assert_eq!(session.requests().tokens, 2);
}

#[tokio::test]
async fn keys_are_taken_in_both_forms_and_tried_at_once() {
    let pkcs8: String = KEY.lines().filter(|it| !it.starts_with('-')).collect();
    // PKCS#8 is PKCS#1 behind a header of 26 bytes, at this size.
    let pkcs1 = STANDARD.encode(&STANDARD.decode(pkcs8).unwrap()[26..]);
    let pkcs1 = format!("-----BEGIN RSA PRIVATE KEY-----\n{pkcs1}\n-----END RSA PRIVATE KEY-----");
    let outcome = |key: &str| match GitHub::new(
        &options("https://api.github.com", key),
        Clock::from_fn(|| Timestamp(0)),
    ) {
        Ok(_) => "taken".to_owned(),
        Err(error) => error.to_string().split(": set").next().unwrap().to_owned(),
    };
    let escaped = KEY.trim().replace('\n', "\\n");
    let damaged = KEY.replace("MII", "MIX");
    let public = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----";
    let keys = [KEY, &pkcs1, &escaped, "", "secret", public, &damaged];
    assert_snapshot!(keys.map(outcome).join("\n"), @r"
    taken
    taken
    taken
    the private key is empty
    the private key is not a private key in PEM
    the private key is not a private key in PEM
    the private key is not an RSA key, or damaged
    ");
    let bad = GitHub::new(&options("api.github.com", KEY), Clock::system()).err().unwrap();
    assert_snapshot!(bad, @"GO_EXPERT_GITHUB_API_URL is not the address of an API: set it to https://api.github.com, or to https://HOST/api/v3 for an Enterprise Server");
}

#[tokio::test]
async fn the_token_follows_a_renamed_repository_but_no_other_server() {
    let stub = Stub::start(|asked, _| {
        let to = |url: &str| {
            let location = vec![("location", url.to_owned())];
            (StatusCode::TEMPORARY_REDIRECT, location, String::new())
        };
        match asked {
            "GET /repos/acme/shop/pulls/2" => to("http://127.0.0.2:9/x"),
            _ => ok(pull_request()),
        }
    })
    .await;
    let away = stub.session().pull_request(&repo(), PrNumber(2)).await.unwrap_err();
    assert_snapshot!(away, @"GitHub refused: GET /repos/acme/shop/pulls/2: 307");

    let url = Arc::new(Mutex::new(String::new()));
    let target = Arc::clone(&url);
    let stub = Stub::start(move |asked, _| match asked {
        "GET /api/v3/repos/acme/shop/pulls/1" => {
            let location = format!("{}/api/v3/repositories/5/pulls/1", target.lock().unwrap());
            (StatusCode::MOVED_PERMANENTLY, vec![("location", location)], String::new())
        }
        "POST /api/graphql" => ok(json!({"data": {"repository": {}}})),
        _ => ok(pull_request()),
    })
    .await;
    url.lock().unwrap().clone_from(&stub.url);
    let enterprise = Stub { url: format!("{}/api/v3/", stub.url), ..stub };
    let session = enterprise.session();
    session.pull_request(&repo(), PrNumber(1)).await.unwrap();
    let oid: BlobOid = "b".repeat(40).parse().unwrap();
    assert!(session.texts(&repo(), &[oid]).await.unwrap().is_empty());
    assert_snapshot!(enterprise.log(), @r"
    GET /api/v3/repos/acme/shop/pulls/1 token 1 go-expert/0.1.0 2022-11-28
    GET /api/v3/repositories/5/pulls/1 token 1 go-expert/0.1.0 2022-11-28
    POST /api/graphql token 1 go-expert/0.1.0 2022-11-28
    ");
}

#[tokio::test]
async fn errors_in_answers_are_told_apart() {
    let oid: BlobOid = "b".repeat(40).parse().unwrap();
    let mut out = Vec::new();
    for (kind, message) in [
        ("NOT_FOUND", "Could not resolve to a Repository"),
        ("FORBIDDEN", "Resource not accessible by integration"),
        ("RATE_LIMITED", "API rate limit exceeded"),
        ("", "Something went wrong while executing your query."),
        ("", "Field 'x' doesn't exist on type 'Blob'"),
    ] {
        let body = json!({"data": null, "errors": [{"type": kind, "message": message}]});
        let stub = Stub::start(move |_, _| ok(body.clone())).await;
        let session = stub.session();
        let read = session.texts(&repo(), std::slice::from_ref(&oid)).await.unwrap_err();
        let edit = Edit { comment: "C".into(), body: None, minimise: true };
        let write = stub.session().edit_comments(&[edit]).await.unwrap_err();
        out.push(format!("{read:?}\n{write:?}"));
    }
    let wrong = json!({"title": "T", "draft": "secret source", "state": "open"});
    let stub = Stub::start(move |_, _| ok(wrong.clone())).await;
    out.push(stub.session().pull_request(&repo(), PrNumber(1)).await.unwrap_err().to_string());
    let huge = "x".repeat(41 << 20);
    let stub = Stub::start(move |_, _| (StatusCode::OK, Vec::new(), huge.clone())).await;
    out.push(stub.session().pull_request(&repo(), PrNumber(1)).await.unwrap_err().to_string());
    let nobody = Stub { url: "http://127.0.0.1:9".into(), ..stub };
    let refused = nobody.session().permissions().await.unwrap_err();
    assert!(matches!(&refused, GitHubError::Transient { answer_lost: false, .. }));
    out.push(refused.to_string());
    assert_snapshot!(out.join("\n"), @r#"
    NoAccess { what: "Blobs: Could not resolve to a Repository" }
    NoAccess { what: "EditComments: Could not resolve to a Repository" }
    NoAccess { what: "Blobs: Resource not accessible by integration" }
    NoAccess { what: "EditComments: Resource not accessible by integration" }
    RateLimited { until: Timestamp(1700000060000) }
    RateLimited { until: Timestamp(1700000060000) }
    Transient { message: "Blobs: Something went wrong while executing your query.", answer_lost: false }
    Transient { message: "EditComments: Something went wrong while executing your query.", answer_lost: true }
    Unprocessable { message: "Blobs: Field 'x' doesn't exist on type 'Blob'" }
    Unprocessable { message: "EditComments: Field 'x' doesn't exist on type 'Blob'" }
    the answer to GET /repos/acme/shop/pulls/1 makes no sense at `draft`: invalid type: string …, expected a boolean at line 1 column 24
    GET /repos/acme/shop/pulls/1: the answer is larger than 41943040 bytes
    POST /app/installations/7/access_tokens: client error (Connect): tcp connect error: Connection refused (os error 111)
    "#);
}
