//! What goes wrong on the way, and what the worker hears of it.

use std::time::Duration;

use go_expert::github::{GitHub, GitHubError, NewReview, Requests};
use go_expert::model::{Clock, PrNumber};
use http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::world::{World, nothing};

/// What a review gets that meets a fault, and how many reviews there are then.
async fn check(world: &World, fault: Value) -> String {
    let mut options = world.options.clone();
    options.timeout = Duration::from_secs(2);
    // A client of its own, since it remembers limits.
    let github = GitHub::new(&options, Clock::system()).unwrap();
    let session = github.session(world.installation);
    session.permissions().await.unwrap();
    let head = world.git(&["rev-parse", "feature"]).parse().unwrap();
    let before = world.snapshot(&head).await.reviews.len();
    world.fault(fault.clone()).await;
    let review = NewReview { commit: head.clone(), body: "Look.".into(), comments: Vec::new() };
    let outcome = session.create_review(&world.repo, PrNumber(1), &review).await;
    world.control(Method::DELETE, "faults", json!({})).await;
    let made = world.snapshot(&head).await.reviews.len() - before;
    let outcome = match outcome {
        Ok(_) => "posted".to_owned(),
        Err(GitHubError::RateLimited { until }) => {
            format!("wait {} s", until.since(Clock::system().now()).as_secs_f32().ceil())
        }
        Err(GitHubError::Transient { answer_lost, message }) => {
            let words = message.rsplit(": ").next().unwrap_or_default();
            let words = words.split(" at line").next().unwrap_or_default();
            format!("again later, answer lost: {answer_lost} ({words})")
        }
        Err(other) => format!("{other:?}"),
    };
    let when = fault["when"].as_str().unwrap_or("before");
    format!("{} {when}: {outcome}; {made} made", fault["kind"].as_str().unwrap())
}

#[tokio::test]
async fn flow_a_lost_answer_is_told_from_a_refusal() {
    let Some(world) = World::open("faults").await else { return };
    world.file("main.go", "package main\n").commit();
    world.file("main.go", "package main\n\nvar X int\n");
    world.pull_request().await;
    let at = |mut fault: Value| {
        fault["path"] = json!("/reviews$");
        fault["method"] = json!("POST");
        fault
    };
    let mut out = Vec::new();
    for fault in [
        json!({"kind": "status", "status": 502, "when": "after"}),
        json!({"kind": "status", "status": 502}),
        json!({"kind": "reset", "when": "after"}),
        json!({"kind": "reset"}),
        json!({"kind": "truncate", "when": "after"}),
        json!({"kind": "bad_json", "when": "after"}),
        json!({"kind": "timeout", "seconds": 4, "when": "after"}),
        json!({"kind": "secondary", "status": 403, "retry_after": 3}),
        json!({"kind": "secondary", "status": 429, "retry_after": null}),
        json!({"kind": "primary", "reset_in": 30}),
        json!({"kind": "unauthorized"}),
    ] {
        out.push(check(&world, at(fault)).await);
        world.control(Method::POST, "reset", json!({})).await;
    }
    assert_snapshot!(out.join("\n"), @r"
    status after: again later, answer lost: true (502); 1 made
    status before: again later, answer lost: true (502); 0 made
    reset after: again later, answer lost: true (Connection reset by peer (os error 104)); 1 made
    reset before: again later, answer lost: true (Connection reset by peer (os error 104)); 0 made
    truncate after: again later, answer lost: true (end of file before message length reached); 1 made
    bad_json after: again later, answer lost: true (EOF while parsing a string); 1 made
    timeout after: again later, answer lost: true (no complete answer within 2 s); 1 made
    secondary before: wait 4 s; 0 made
    secondary before: wait 61 s; 0 made
    primary before: wait 31 s; 0 made
    unauthorized before: again later, answer lost: false (the token was refused); 0 made
    ");
}

#[tokio::test]
async fn flow_expired_tokens_are_replaced_and_limits_kept() {
    let Some(world) = World::open("tokens").await else { return };
    world.file("main.go", "package main\n").commit();
    world.file("main.go", "package main\n\nvar X int\n");
    let head = world.pull_request().await;
    world.snapshot(&head).await;
    world.control(Method::POST, "expire-tokens", json!({})).await;
    let session = world.session();
    session.snapshot(&world.ask(&head), nothing).await.unwrap();
    assert_eq!(session.requests(), Requests { reads: 3, writes: 0, tokens: 1 });

    world.control(Method::POST, "reset", json!({})).await;
    let fault = json!({"kind": "secondary", "status": 403, "retry_after": 3_000,
        "path": "/compare/"});
    world.fault(fault).await;
    for _ in 0..3 {
        let limited = world.session().snapshot(&world.ask(&head), nothing).await;
        assert!(matches!(limited, Err(GitHubError::RateLimited { .. })), "{limited:?}");
    }
    // GitHub was asked once; the others waited without asking.
    assert_snapshot!(world.violations().await, @"[] [] {}");
    world.control(Method::POST, "reset", json!({})).await;
}

#[tokio::test]
async fn flow_a_wrong_identity_is_named() {
    let Some(world) = World::open("who").await else { return };
    let app = world.github.app().await.unwrap();
    assert_eq!(app.id.to_string(), world.options.app_id);
    let mut out = Vec::new();
    let mut ask = async |app_id: &str, hours: i64| {
        let mut options = world.options.clone();
        options.app_id = app_id.to_owned();
        let skew = Duration::from_secs(hours.unsigned_abs() * 3600);
        let clock = Clock::from_fn(move || match hours {
            0.. => Clock::system().now() + skew,
            _ => Clock::system().now() - skew,
        });
        let error = GitHub::new(&options, clock).unwrap().app().await.unwrap_err();
        let text = error.to_string().replace(&world.options.app_id, "ID");
        let ours = options.app_id;
        out.push(text.replace(&world.options.api_url, "URL").replace(&ours, "ID"));
    };
    ask("424242", 0).await;
    ask(&world.options.app_id, 2).await;
    ask(&world.options.app_id, -2).await;
    let other = World::open("other").await.unwrap();
    ask(&other.options.app_id, 0).await;
    assert_snapshot!(out.join("\n"), @r"
    GitHub does not accept this App: URL has no App `ID`: check GO_EXPERT_APP_ID and GO_EXPERT_GITHUB_API_URL
    GitHub does not accept this App: this machine's clock is 7200 s ahead of GitHub's: set it
    GitHub does not accept this App: this machine's clock is 7200 s behind GitHub's: set it
    GitHub does not accept this App: the private key is not one of App `ID`'s: make a new one on the App's page and set GO_EXPERT_PRIVATE_KEY_FILE, or correct GO_EXPERT_APP_ID
    ");

    // Uninstalled, and never seen.
    let gone = world.github.session(go_expert::model::InstallationId(99_999_999));
    assert_snapshot!(gone.permissions().await.unwrap_err(), @"no access: the App was uninstalled or suspended (POST /app/installations/99999999/access_tokens: 404 Not Found)");
}
