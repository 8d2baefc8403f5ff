//! Flows: a pull request that was reviewed changes.

use insta::assert_snapshot;

use crate::world::texts::{CLEAN, LEAK, NO_TIMEOUT, leak_fixed, leak_moved};
use crate::world::{Act, Bot, go_file};

#[tokio::test]
async fn second_push_that_fixes_the_bug_marks_the_comment_fixed() {
    let mut bot = Bot::start().await;
    let changes = go_file("cart.go", LEAK).write("rates.go", NO_TIMEOUT);
    let pr = bot.github.open_pr("acme/shop", changes);
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"
    cart.go:7-8 open goroutine-leak-on-timeout
    rates.go:7 open http-client-no-timeout
    ");
    bot.github.requests();

    bot.deliver(pr.push(go_file("cart.go", &leak_fixed()))).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"
    cart.go:8 fixed goroutine-leak-on-timeout
    rates.go:7 open http-client-no-timeout
    ");
    let conversation = bot.github.conversation(&pr);
    assert_eq!(conversation.reviews(), 1);
    let fixed = conversation.inline().find(|it| it.path == "cart.go").unwrap();
    assert!(fixed.body.contains("Fixed in"), "{}", fixed.body);
    // Edits and minimises travel in one request more, and the summary is edited in place.
    let requests = bot.github.requests();
    assert!(requests.len() <= 6, "{requests:?}");

    bot.deliver(pr.push(go_file("rates.go", CLEAN))).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"
    cart.go:8 fixed goroutine-leak-on-timeout
    rates.go:7 fixed http-client-no-timeout
    ");
    assert_snapshot!(bot.github.checks(&pr), @"
    go-expert neutral
    go-expert neutral
    go-expert success
    ");
}

#[tokio::test]
async fn a_push_leaves_a_summary_alone_that_lists_the_same_findings() {
    let mut bot = Bot::start().await;
    // Whoever runs a tool can end it: the summary is loud enough for that.
    let tool = NO_TIMEOUT.replace("package shop", "package fetch");
    let changes = go_file("cart.go", LEAK).write("tools/fetch/fetch.go", &tool);
    let pr = bot.github.open_pr("acme/shop", changes);
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    let before = bot.github.summaries(&pr);
    assert!(before[0].contains("tools/fetch/fetch.go:7"), "{before:?}");
    bot.github.requests();

    bot.deliver(pr.push(go_file("cart.go", &leak_moved()))).await;
    bot.drain().await;
    assert!(bot.github.requests().iter().all(|it| it != "pulls/update-review"));
    bot.deliver(pr.push(go_file("tools/fetch/fetch.go", &format!("// Moved.\n{tool}")))).await;
    bot.drain().await;
    let after = bot.github.summaries(&pr);
    assert!(after[0].contains("tools/fetch/fetch.go:8"), "{after:?}");
}

#[tokio::test]
async fn a_push_that_changes_nothing_about_it_is_silent() {
    let mut bot = Bot::start().await;
    let changes = go_file("cart.go", LEAK).write("sum.go", CLEAN);
    let pr = bot.github.open_pr("acme/shop", changes);
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    let before = bot.github.conversation(&pr);
    assert_eq!(before.reviews(), 1);
    bot.github.requests();

    let same = CLEAN.replace("adds up", "sums up");
    bot.deliver(pr.push(go_file("sum.go", &same))).await;
    bot.drain().await;
    // Nobody reads what was said after this: that nothing was is asserted on drop.
    let requests = bot.github.requests();
    assert!(requests.len() <= 5, "{requests:?}");
    assert_snapshot!(bot.github.checks(&pr), @"
    go-expert neutral
    go-expert neutral
    ");
}

#[tokio::test]
async fn a_push_that_moves_the_bug_says_nothing_again() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");

    bot.deliver(pr.push(go_file("cart.go", &leak_moved()))).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:9-10 open goroutine-leak-on-timeout");
    assert_eq!(bot.github.conversation(&pr).reviews(), 1);
}

#[tokio::test]
async fn a_push_with_a_new_bug_says_only_that() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    bot.deliver(pr.push(go_file("rates.go", NO_TIMEOUT))).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"
    cart.go:7-8 open goroutine-leak-on-timeout
    rates.go:7 open http-client-no-timeout
    ");
    let conversation = bot.github.conversation(&pr);
    assert_eq!(conversation.reviews(), 2);
    let summaries = bot.github.summaries(&pr);
    assert_eq!(summaries[1].lines().count(), 1, "a later review has one line: {summaries:?}");
}

#[tokio::test]
async fn a_force_push_of_the_same_bug_says_nothing_again() {
    let mut bot = Bot::start().await;
    let changes = go_file("cart.go", LEAK).write("sum.go", CLEAN);
    let pr = bot.github.open_pr("acme/shop", changes);
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");

    bot.deliver(pr.force_push(go_file("cart.go", LEAK))).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");

    bot.deliver(pr.force_push(go_file("cart.go", &leak_fixed()))).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:8 fixed goroutine-leak-on-timeout");
    assert_eq!(bot.github.conversation(&pr).reviews(), 1);
}

#[tokio::test]
async fn pushes_in_a_row_are_one_review() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.deliver(pr.push(go_file("rates.go", NO_TIMEOUT))).await;
    bot.deliver(pr.push(go_file("sum.go", CLEAN))).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"
    cart.go:7-8 open goroutine-leak-on-timeout
    rates.go:7 open http-client-no-timeout
    ");
    assert_eq!(bot.github.conversation(&pr).reviews(), 1);
    assert_snapshot!(bot.github.checks(&pr), @"go-expert neutral");
}

#[tokio::test]
async fn a_redelivery_changes_nothing() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    let opened = pr.opened();
    bot.deliver(opened.clone()).await;
    bot.deliver(opened.clone()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");
    bot.github.requests();

    bot.deliver(opened).await;
    bot.drain().await;
    assert!(bot.github.requests().is_empty());
    assert_snapshot!(bot.github.checks(&pr), @"go-expert neutral");
}

#[tokio::test]
async fn a_new_base_branch_is_a_new_look_and_a_new_title_is_not() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");
    bot.github.requests();

    bot.deliver(pr.act(Act::Rename("Sell even more".to_owned()))).await;
    bot.drain().await;
    assert!(bot.github.requests().is_empty());

    bot.deliver(pr.act(Act::Retarget("release".to_owned()))).await;
    bot.drain().await;
    assert_snapshot!(bot.github.checks(&pr), @"
    go-expert neutral
    go-expert neutral
    ");
}

#[tokio::test]
async fn a_finding_that_the_author_silences_in_the_code_is_settled_and_not_called_fixed() {
    let mut bot = Bot::start().await;
    let pr = bot.github.open_pr("acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    bot.github.threads(&pr);

    let silenced = LEAK.replace(
        "\tgo func()",
        "\t//go-expert:ignore goroutine-leak-on-timeout -- the price always comes\n\tgo func()",
    );
    bot.deliver(pr.push(go_file("cart.go", &silenced))).await;
    bot.drain().await;
    bot.github.threads(&pr);
    let conversation = bot.github.conversation(&pr);
    let comment = conversation.inline().next().unwrap();
    assert!(comment.body.contains("Silenced by a comment"), "{}", comment.body);
    assert!(!comment.body.contains("Fixed in"), "{}", comment.body);
    assert_snapshot!(bot.github.checks(&pr), @r"
    go-expert neutral
    go-expert success
    ");
}
