//! Flows: what the webhook takes, and what it refuses.

use go_expert::demo::github::{WEBHOOK_SECRET, Webhook};
use serde_json::json;

use crate::world::texts::LEAK;
use crate::world::{AppEvent, Bot, go_file};

/// The headers of a delivery, with another signature; none where it is empty.
fn signed(webhook: &Webhook, signature: &str) -> Vec<(&'static str, String)> {
    let mut headers = webhook.headers();
    headers.retain(|it| it.0 != "X-Hub-Signature-256");
    if !signature.is_empty() {
        headers.push(("X-Hub-Signature-256", signature.to_owned()));
    }
    headers
}

#[tokio::test]
async fn what_is_not_signed_with_the_secret_is_refused() {
    let mut bot = Bot::start().await;
    let webhook = Webhook::new("ping", &json!({ "zen": "Keep it logically awesome." }));
    let right = webhook.signature(WEBHOOK_SECRET);
    let wrong = [
        String::new(),
        "sha256=".to_owned(),
        webhook.signature("another secret"),
        right.replace("sha256=", "sha1="),
        right.replace("sha256=", ""),
        right[..right.len() - 2].to_owned(),
        format!("{right}00"),
    ];
    for signature in wrong {
        let headers = signed(&webhook, &signature);
        let answer = bot.post(headers, webhook.body.clone()).await;
        assert_eq!(answer.status, 401, "{signature}: {answer:?}");
        assert!(!answer.body.contains(WEBHOOK_SECRET));
    }
    bot.drain().await;
}

#[tokio::test]
async fn malformed_json_is_a_bad_request() {
    let mut bot = Bot::start().await;
    for body in [&b"{"[..], b"", b"[]", b"{\"action\":\"opened\"}", b"\xff\xfe"] {
        let mut webhook = Webhook::new("pull_request", &json!({}));
        webhook.body = body.to_vec();
        let answer = bot.post(webhook.headers(), webhook.body.clone()).await;
        assert_eq!(answer.status, 400, "{}: {answer:?}", String::from_utf8_lossy(body));
    }
    bot.drain().await;
}

#[tokio::test]
async fn more_than_github_sends_is_too_large() {
    let mut bot = Bot::start().await;
    let mut webhook = Webhook::new("ping", &json!({}));
    webhook.body = vec![b' '; 25 * 1024 * 1024 + 1];
    let answer = bot.post(webhook.headers(), webhook.body.clone()).await;
    assert_eq!(answer.status, 413, "{answer:?}");
    bot.drain().await;
}

#[tokio::test]
async fn events_that_are_not_for_us_are_acknowledged() {
    let mut bot = Bot::start().await;
    for event in [AppEvent::Ping, AppEvent::Unknown, AppEvent::Installed] {
        let answer = bot.try_deliver(bot.github.app_event(event)).await;
        assert!((200..300).contains(&answer.status), "{event:?}: {answer:?}");
    }
    bot.drain().await;
    assert!(bot.github.requests().is_empty());
}

#[tokio::test]
async fn a_removed_installation_takes_its_jobs_along() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.deliver(bot.github.app_event(AppEvent::Uninstalled)).await;
    bot.drain().await;
    assert!(bot.github.requests().is_empty());
}
