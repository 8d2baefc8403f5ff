//! The pages, with a pull request whose every text tries to be markup.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use tower::ServiceExt as _;

use super::super::world::{CheckRun, Happened, Review, Thread};
use super::super::{Act, BOT, Changes, NewPull, StandIn, lock};
use super::*;
use crate::model::{Clock, Side, Timestamp};

const EVIL: &str = "</td></table></details><script>alert('x')</script><img src=x onerror=y>\"'&";

/// A pull request whose line 2 of `x.go` is commented with `comment`; all else says `body`.
async fn stand_in(code: &str, comment: &str, body: &str) -> (StandIn, u64) {
    let github = StandIn::start(Clock::system()).await.unwrap();
    github.create_repository("acme/shop", &Changes::new().write("x.go", "a\nb\nc\n"));
    let changes = Changes::new().write("x.go", format!("a\n{code}\nc\n"));
    let new = NewPull { title: body.to_owned(), author: body.to_owned(), changes, draft: false };
    let number = github.open_pull("acme/shop", new).unwrap();
    let head = github.head("acme/shop", number).unwrap();
    github.comment("acme/shop", number, body, body).unwrap();
    {
        let mut world = lock(&github.shared);
        let repository = world.repository_mut("acme/shop").unwrap();
        repository.check_runs.push(CheckRun {
            id: 3,
            name: body.to_owned(),
            head: head.clone(),
            external_id: String::new(),
            status: "completed".to_owned(),
            conclusion: Some(body.to_owned()),
            title: body.to_owned(),
            summary: body.to_owned(),
        });
        let pull = repository.pulls.get_mut(&number).unwrap();
        pull.reviews.push(Review {
            id: 1,
            author: BOT.to_owned(),
            body: body.to_owned(),
            commit: head.clone(),
            edited: true,
            submitted: Timestamp(0),
        });
        pull.timeline.push(Happened::Reviewed(1));
        pull.threads.push(Thread {
            id: 2,
            review: 1,
            author: BOT.to_owned(),
            body: comment.to_owned(),
            edited: false,
            minimized: None,
            path: "x.go".to_owned(),
            side: Side::Right,
            line: Some(2),
            start_line: None,
            original_line: 2,
            original_start_line: None,
            original_commit: head,
            hunk: String::new(),
        });
    }
    (github, number)
}

async fn get(github: &StandIn, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = routes(github.shared.clone()).oneshot(request).await.unwrap();
    let status = answer.status();
    if status.is_success() {
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
    let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn both(github: &StandIn, number: u64) -> [String; 2] {
    let page = format!("/acme/shop/pull/{number}");
    [get(github, &page).await.1, get(github, &format!("{page}/files")).await.1]
}

#[tokio::test]
async fn nothing_that_is_shown_becomes_markup() {
    let suggestion = format!("```suggestion\n{EVIL}\n```");
    for body in [EVIL, &suggestion, "<style>", "<!-- <script> -->x", "`</code><script>`"] {
        let (github, number) = stand_in(EVIL, body, body).await;
        for html in both(&github, number).await {
            for word in ["<script", "<img", "onerror=y>\"", "<style>*", "<iframe"] {
                assert!(!html.contains(word), "{body}: {word} in\n{html}");
            }
            assert_eq!(html.matches("<style>").count(), 1, "{body}");
            for tag in ["table", "details", "div", "section", "td", "span", "sub"] {
                let opened = html.matches(&format!("<{tag}>")).count()
                    + html.matches(&format!("<{tag} ")).count();
                assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{body}: {tag}");
            }
        }
    }
}

#[tokio::test]
async fn a_suggestion_is_shown_as_the_diff_that_it_makes() {
    let (github, number) = stand_in("B", "```suggestion\nB2\nmore\n```", "-").await;
    let [conversation, _] = both(&github, number).await;
    let from = conversation.find("class=\"suggestion\"").unwrap();
    let to = conversation[from..].find("</table>").unwrap();
    let rows: Vec<&str> =
        conversation[from..from + to].split("<tr ").skip(1).map(str::trim).collect();
    insta::assert_snapshot!(rows.join("\n"), @r#"
    class="del"><td class="line">2</td><td class="line"></td><td class="sign">-</td><td class="text">B</td></tr>
    class="add"><td class="line"></td><td class="line">2</td><td class="sign">+</td><td class="text">B2</td></tr>
    class="add"><td class="line"></td><td class="line">3</td><td class="sign">+</td><td class="text">more</td></tr>
    "#);
}

#[tokio::test]
async fn comments_stand_at_their_line_and_are_folded_when_it_is_touched() {
    let (github, number) = stand_in("B", "It leaks.", "-").await;
    let [conversation, files] = both(&github, number).await;
    assert!(conversation.contains("<div class=\"thread\""), "{conversation}");
    let before = &files[..files.find("It leaks.").unwrap()];
    let row = &before[before.rfind("<tr").unwrap()..];
    assert!(row.contains("<td class=\"sign\">+</td><td class=\"text\">B</td>"), "{row}");

    github.push("acme/shop", number, &Changes::new().write("x.go", "a\nBB\nc\n"), false).unwrap();
    let [conversation, files] = both(&github, number).await;
    assert!(conversation.contains("<details class=\"thread\""), "{conversation}");
    assert!(conversation.contains("Outdated"), "{conversation}");
    assert!(!files.contains("It leaks."), "{files}");
}

#[tokio::test]
async fn only_pull_requests_have_pages_and_nobody_counts_visits() {
    let (github, number) = stand_in("B", "-", "-").await;
    github.act("acme/shop", number, Act::Close).unwrap();
    both(&github, number).await;
    for path in ["/acme/shop/pull/9", "/acme/none/pull/1", "/acme/shop/pull/9/files"] {
        assert_eq!(get(&github, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!((github.take_requests(), github.take_complaints()), (Vec::new(), Vec::new()));
}
