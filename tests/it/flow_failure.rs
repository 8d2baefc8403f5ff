//! Flows: GitHub, the network or the machine fails.

use std::time::Duration;

use insta::assert_snapshot;

use crate::world::texts::{LEAK, leak_fixed};
use crate::world::{Bot, Fault, FaultKind, go_file};

fn fault(method: &'static str, path: &str, times: usize, kind: FaultKind) -> Fault {
    Fault { method, path: path.to_owned(), times, kind }
}

/// Opens a pull request with a leak under a fault: it is said once, whatever happens.
async fn said_once(fault: Fault) {
    let what = format!("{fault:?}");
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.github.fault(fault);
    bot.deliver(pr.opened()).await;
    bot.settle().await;
    assert_eq!(bot.github.threads(&pr), "cart.go:7-8 open goroutine-leak-on-timeout", "{what}");
    assert_eq!(bot.github.conversation(&pr).reviews(), 1, "{what}");
    assert_eq!(bot.github.checks(&pr), "go-expert neutral", "{what}");
}

#[tokio::test]
async fn a_review_whose_answer_was_lost_is_not_posted_again() {
    said_once(fault("POST", "/reviews", 1, FaultKind::After(502))).await;
    said_once(fault("POST", "/reviews", 1, FaultKind::Dropped)).await;
}

#[tokio::test]
async fn a_check_run_whose_answer_was_lost_is_not_made_again() {
    said_once(fault("POST", "/check-runs", 1, FaultKind::After(502))).await;
    said_once(fault("POST", "/check-runs", 1, FaultKind::Dropped)).await;
}

#[tokio::test]
async fn what_was_not_carried_out_is_tried_again() {
    said_once(fault("POST", "/reviews", 1, FaultKind::Before(502))).await;
    said_once(fault("POST", "/check-runs", 1, FaultKind::Before(503))).await;
    said_once(fault("GET", "/compare/", 1, FaultKind::Before(500))).await;
    said_once(fault("POST", "/graphql", 1, FaultKind::Dropped)).await;
    said_once(fault("POST", "/access_tokens", 1, FaultKind::Before(502))).await;
}

#[tokio::test]
async fn an_edit_whose_answer_was_lost_is_made_once() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");
    bot.github.fault(fault("PUT", "/reviews/", 1, FaultKind::After(502)));
    bot.deliver(pr.push(go_file("cart.go", &leak_fixed()))).await;
    bot.settle().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:8 fixed goroutine-leak-on-timeout");
    let body = bot.github.conversation(&pr).inline().next().unwrap().body.clone();
    assert_eq!(body.matches("Fixed in").count(), 1, "{body}");
}

#[tokio::test]
async fn retry_after_is_respected() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.github.fault(fault("GET", "/compare/", 1, FaultKind::RetryAfter(1)));
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_eq!(bot.queued(), 1);
    assert!(bot.github.requests().len() <= 1);
    // Not a moment earlier: GitHub complains otherwise.
    bot.later(Duration::from_millis(500)).await;
    bot.drain().await;
    assert_eq!(bot.queued(), 1);
    bot.settle().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");
}

#[tokio::test]
async fn a_repository_that_cannot_be_read_buries_the_job_with_the_reason() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.github.fault(fault("GET", "/compare/", 100, FaultKind::Before(404)));
    bot.deliver(pr.opened()).await;
    bot.settle().await;
    let buried = bot.buried();
    assert_eq!(buried.len(), 1);
    assert!(buried[0].contains("404"), "{buried:?}");
    assert_snapshot!(bot.github.threads(&pr), @"");
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_review_posts_it_once() {
    for (method, path, operation) in [
        ("POST", "/reviews", "pulls/create-review"),
        ("POST", "/check-runs", "checks/create"),
        ("GET", "/compare/", "repos/compare-commits-with-basehead"),
    ] {
        let mut bot = Bot::start().await;
        let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
        bot.github.fault(fault(method, path, 1, FaultKind::Hangs));
        bot.deliver(pr.opened()).await;
        bot.kill_during(operation).await;
        bot.settle().await;
        let threads = bot.github.threads(&pr);
        assert_eq!(threads, "cart.go:7-8 open goroutine-leak-on-timeout", "{operation}");
        assert_eq!(bot.github.conversation(&pr).reviews(), 1, "{operation}");
        assert_eq!(bot.github.checks(&pr), "go-expert neutral", "{operation}");
    }
}
