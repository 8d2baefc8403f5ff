//! Flows: a pull request is opened.

use insta::assert_snapshot;

use crate::world::texts::{CLEAN, LEAK, NO_TIMEOUT, POOL, QUOTES};
use crate::world::{Act, Bot, Changes, go_file};

#[tokio::test]
async fn a_new_pull_request_gets_one_review_with_comments_on_their_lines() {
    let mut bot = Bot::start().await;
    let changes = go_file("cart.go", LEAK).write("rates.go", NO_TIMEOUT).write("pack.go", POOL);
    let pr = bot.github.open_pr("acme/shop", changes);
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"
    cart.go:7-8 open goroutine-leak-on-timeout
    pack.go:11-12 open pool-put-deferred-in-loop
    rates.go:7 open http-client-no-timeout
    ");
    assert_eq!(bot.github.conversation(&pr).reviews(), 1);
    assert_snapshot!(bot.github.checks(&pr), @"go-expert neutral");
    let requests = bot.github.requests();
    assert!(requests.len() <= 5, "{requests:?}");
    let creates = |it: &&String| matches!(it.as_str(), "pulls/create-review" | "checks/create");
    assert_eq!(requests.iter().filter(creates).count(), 2, "{requests:?}");
}

#[tokio::test]
async fn a_comment_stands_on_the_change_that_made_a_distant_line_a_finding() {
    let mut bot = Bot::start().await;
    let changes = go_file("quotes.go", &QUOTES.replace("Quote, 1)", "Quote)"));
    let pr = bot.github.open_pr("acme/shop", changes);
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"quotes.go:7 open goroutine-leak-on-timeout");
}

#[tokio::test]
async fn a_clean_pull_request_gets_a_check_run_and_silence() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("sum.go", CLEAN));
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.checks(&pr), @"go-expert success");
}

#[tokio::test]
async fn what_was_there_before_is_not_talked_about() {
    let mut bot = Bot::start().await;
    // The function was there; it only moves to another file.
    let moved = go_file("cart.go", LEAK);
    let first = bot.github.open_pr("acme/shop", moved);
    let touched = Changes::new().write("README.md", "# The shop\n");
    bot.deliver(first.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&first), @"cart.go:7-8 open goroutine-leak-on-timeout");
    bot.deliver(first.push(touched)).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&first), @"cart.go:7-8 open goroutine-leak-on-timeout");
    assert_eq!(bot.github.conversation(&first).reviews(), 1);
}

#[tokio::test]
async fn a_pull_request_without_go_is_skipped() {
    let mut bot = Bot::start().await;
    let changes = Changes::new().write("README.md", "# The shop\n");
    let pr = bot.github.open_pr("acme/shop", changes);
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.checks(&pr), @"go-expert skipped");
}

#[tokio::test]
async fn a_draft_waits_until_it_is_ready() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_draft("acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.checks(&pr), @"go-expert skipped");
    assert_snapshot!(bot.github.threads(&pr), @"");

    bot.deliver(pr.act(Act::Ready)).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");
    assert_snapshot!(bot.github.checks(&pr), @"
    go-expert skipped
    go-expert neutral
    ");

    bot.deliver(pr.act(Act::Draft)).await;
    bot.deliver(pr.push(go_file("rates.go", NO_TIMEOUT))).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");
}

#[tokio::test]
async fn a_closed_pull_request_is_not_reviewed() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.deliver(pr.act(Act::Close)).await;
    bot.drain().await;
    assert_snapshot!(bot.github.checks(&pr), @"");

    bot.deliver(pr.act(Act::Reopen)).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");
}

#[tokio::test]
async fn a_patch_that_github_leaves_out_is_named_in_the_summary() {
    let mut bot = Bot::start().await;
    bot.github.limit_patches(20);
    let long = format!("{LEAK}\n{}", "// One more line.\n".repeat(40));
    let changes = go_file("cart.go", &long).write("rates.go", NO_TIMEOUT);
    let pr = bot.github.open_pr("acme/shop", changes);
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"rates.go:7 open http-client-no-timeout");
    let summaries = bot.github.summaries(&pr);
    assert_eq!(summaries.len(), 1);
    assert!(summaries[0].contains("cart.go"), "{}", summaries[0]);
    assert!(summaries[0].contains("goroutine-leak-on-timeout"), "{}", summaries[0]);
}
