//! Flows: somebody asks for another look.

use insta::assert_snapshot;

use crate::world::texts::{LEAK, NO_TIMEOUT};
use crate::world::{Bot, Pr, go_file};

const BOT: &str = go_expert::demo::github::BOT;

async fn reviewed(bot: &mut Bot) -> Pr {
    let pr = bot.github.open_pr_by("carol", "acme/shop", go_file("cart.go", LEAK));
    bot.deliver(pr.opened()).await;
    bot.drain().await;
    assert_eq!(bot.github.threads(&pr), "cart.go:7-8 open goroutine-leak-on-timeout");
    bot.github.requests();
    pr
}

#[tokio::test]
async fn the_author_may_ask_for_another_look() {
    let mut bot = Bot::start().await;
    let pr = reviewed(&mut bot).await;
    bot.deliver(pr.comment("carol", "/go-expert review")).await;
    bot.drain().await;
    assert_snapshot!(bot.github.reactions(&pr), @"eyes +1");
    let requests = bot.github.requests();
    assert!(requests.len() <= 9, "{requests:?}");
    assert_snapshot!(bot.github.checks(&pr), @"
    go-expert neutral
    go-expert neutral
    ");
    assert_snapshot!(bot.github.threads(&pr), @"cart.go:7-8 open goroutine-leak-on-timeout");
}

#[tokio::test]
async fn a_member_and_a_collaborator_may_ask() {
    for who in ["alice", "bob"] {
        let mut bot = Bot::start().await;
        let pr = reviewed(&mut bot).await;
        bot.deliver(pr.comment(who, "/go-expert review\n\nThanks!")).await;
        bot.drain().await;
        assert_eq!(bot.github.reactions(&pr), "eyes +1", "{who}");
    }
}

#[tokio::test]
async fn a_command_sees_what_a_lost_webhook_would_have_told() {
    let mut bot = Bot::start().await;
    let pr = reviewed(&mut bot).await;
    // Its webhook is never delivered.
    drop(pr.push(go_file("rates.go", NO_TIMEOUT)));
    bot.deliver(pr.comment("carol", "/go-expert review")).await;
    bot.drain().await;
    assert_snapshot!(bot.github.threads(&pr), @"
    cart.go:7-8 open goroutine-leak-on-timeout
    rates.go:7 open http-client-no-timeout
    ");
}

#[tokio::test]
async fn a_stranger_is_not_heard() {
    let mut bot = Bot::start().await;
    let pr = reviewed(&mut bot).await;
    bot.deliver(pr.comment("mallory", "/go-expert review")).await;
    bot.drain().await;
    assert!(bot.github.requests().is_empty());
}

#[tokio::test]
async fn the_app_does_not_talk_to_itself() {
    let mut bot = Bot::start().await;
    let pr = reviewed(&mut bot).await;
    bot.deliver(pr.comment(BOT, "/go-expert review")).await;
    bot.drain().await;
    assert!(bot.github.requests().is_empty());
}

#[tokio::test]
async fn other_comments_are_not_commands() {
    let mut bot = Bot::start().await;
    let pr = reviewed(&mut bot).await;
    for text in ["Nice!", "> /go-expert review", "go-expert review", "/go-expertreview"] {
        bot.deliver(pr.comment("carol", text)).await;
    }
    bot.drain().await;
    assert!(bot.github.requests().is_empty());
}
