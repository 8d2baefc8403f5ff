//! Reviews: all or nothing, as GitHub takes them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::access::Refusal;
use super::diff::FileDiff;
use super::rest::{Answer, body, ok};
use super::world::{Happened, Pull, Repository, Review, Thread};
use super::{BOT, Shared, lock};
use crate::model::Side;

/// GitHub's limit for any text, in characters.
const MAX_BODY: usize = 65_536;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewReview {
    commit_id: Option<String>,
    event: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    comments: Vec<NewComment>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewComment {
    path: String,
    #[serde(default = "right")]
    side: Side,
    line: u32,
    start_line: Option<u32>,
    start_side: Option<Side>,
    body: String,
}

fn right() -> Side {
    Side::Right
}

/// Where a comment stands, or why GitHub does not take it. The wording is GitHub's
/// (parkerbxyz/suggest-changes#64, octokit.rb#1324).
fn anchor(diff: &[FileDiff], comment: &NewComment, patch_lines: usize) -> Result<String, String> {
    let file = diff.iter().find(|it| it.path == comment.path);
    let file = file.ok_or("Path could not be resolved")?;
    if file.patch().is_some_and(|it| it.lines().count() > patch_lines) {
        return Err("path diff too large".to_owned());
    }
    let (hunk, row) = file.find(comment.side, comment.line).ok_or(
        "Pull request review thread line must be part of the diff and Pull request review thread \
         diff hunk can't be blank",
    )?;
    if let Some(start) = comment.start_line {
        let side = comment.start_side.unwrap_or(comment.side);
        if side == comment.side && start >= comment.line {
            return Err("Pull request review thread start line must precede the end line.".into());
        }
        let first = file.find(side, start);
        if first.is_none_or(|(other, _)| other.header != hunk.header) {
            return Err("Pull request review thread start line must be part of the same hunk as \
                        the line."
                .into());
        }
    }
    Ok(hunk.until(row))
}

/// The commit that a review is for: one of the pull request's, else refused (octokit.rb#1131).
fn commit(repository: &Repository, pull: &Pull, wanted: Option<String>) -> Result<String, Refusal> {
    let wanted = wanted.unwrap_or_else(|| pull.head.clone());
    if repository.history.get(&wanted).is_none() {
        let reason = format!("No commit found for SHA: {wanted}");
        return Err(Refusal::unprocessable(vec![reason]));
    }
    if !repository.commits(pull).contains(&wanted) {
        let reason = "End commit oid is not part of the pull request".to_owned();
        return Err(Refusal::unprocessable(vec![reason]));
    }
    Ok(wanted)
}

/// Why a text is not taken.
fn text_fault(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        Some("Body can't be blank".to_owned())
    } else if text.chars().count() > MAX_BODY {
        Some(format!("Body is too long (maximum is {MAX_BODY} characters)"))
    } else {
        None
    }
}

/// `POST …/pulls/{number}/reviews`.
pub(super) async fn create(
    State(shared): State<Shared>,
    Path((owner, repo, number)): Path<(String, String, u64)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut world = lock(&shared);
    let name = format!("{owner}/{repo}");
    let repository = world.allowed(&headers, &name, ("pull_requests", "write"))?;
    let pull = repository.pulls.get(&number).ok_or_else(Refusal::not_found)?.clone();
    let new: NewReview = body(&bytes)?;
    if new.event != "COMMENT" {
        let reason = "the stand-in takes reviews of the event COMMENT only".to_owned();
        return Err(Refusal::unprocessable(vec![reason]));
    }
    let commit = commit(repository, &pull, new.commit_id)?;
    let diff = repository.diff(&pull, &commit);
    let mut faults: Vec<String> = Vec::new();
    if new.comments.is_empty() || !new.body.is_empty() {
        faults.extend(text_fault(&new.body));
    }
    let mut hunks = Vec::new();
    for comment in &new.comments {
        match text_fault(&comment.body) {
            Some(fault) => faults.push(fault),
            None => match anchor(&diff, comment, world.limits.patch_lines) {
                Ok(hunk) => hunks.push(hunk),
                Err(fault) => faults.push(fault),
            },
        }
    }
    if !faults.is_empty() {
        // One comment that does not fit, and nothing at all is posted.
        world.complaints.push(format!("a review was refused: {}", faults.join(", ")));
        return Err(Refusal::unprocessable(faults));
    }

    let review = Review {
        id: world.next_id(),
        author: BOT.to_owned(),
        body: new.body,
        commit: commit.clone(),
        edited: false,
        submitted: world.clock.now(),
    };
    let mut threads = Vec::new();
    for (comment, hunk) in new.comments.into_iter().zip(hunks) {
        threads.push(Thread {
            id: world.next_id(),
            review: review.id,
            author: BOT.to_owned(),
            body: comment.body,
            edited: false,
            minimized: None,
            path: comment.path,
            side: comment.side,
            line: Some(comment.line),
            start_line: comment.start_line,
            original_line: comment.line,
            original_start_line: comment.start_line,
            original_commit: commit.clone(),
            hunk,
        });
    }
    let repository = world.repository_mut(&name).ok_or_else(Refusal::not_found)?;
    if pull.head != commit {
        for thread in &mut threads {
            repository.move_thread(&pull, thread, &commit);
        }
    }
    let it = repository.pulls.get_mut(&number).ok_or_else(Refusal::not_found)?;
    it.reviews.push(review.clone());
    it.threads.extend(threads);
    it.timeline.push(Happened::Reviewed(review.id));
    let (pull, repository) = (it.clone(), world.repository(&name));
    let repository = repository.ok_or_else(Refusal::not_found)?;
    let answer = world.review_json(repository, &pull, &review);
    let pull = world.pull_json(repository, &pull);
    let fields = json!({ "review": answer, "pull_request": pull });
    world.emit(&name, "pull_request_review", "submitted", |_| fields);
    Ok((StatusCode::OK, Json(answer)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    body: String,
}

/// `PUT …/pulls/{number}/reviews/{id}`.
pub(super) async fn update(
    State(shared): State<Shared>,
    Path((owner, repo, number, id)): Path<(String, String, u64, u64)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut world = lock(&shared);
    let name = format!("{owner}/{repo}");
    world.allowed(&headers, &name, ("pull_requests", "write"))?;
    let NewBody { body: text } = body(&bytes)?;
    if let Some(fault) = text_fault(&text) {
        return Err(Refusal::unprocessable(vec![fault]));
    }
    let repository = world.repository_mut(&name).ok_or_else(Refusal::not_found)?;
    let pull = repository.pulls.get_mut(&number).ok_or_else(Refusal::not_found)?;
    let review = pull.reviews.iter_mut().find(|it| it.id == id).ok_or_else(Refusal::not_found)?;
    if review.author != BOT {
        return Err(Refusal::new(403, "Resource not accessible by integration"));
    }
    if review.body.is_empty() {
        let reason = "Could not edit a review that was submitted without a body".to_owned();
        return Err(Refusal::unprocessable(vec![reason]));
    }
    (review.body, review.edited) = (text, true);
    let (review, pull) = (review.clone(), pull.clone());
    let repository = world.repository(&name).ok_or_else(Refusal::not_found)?;
    ok(world.review_json(repository, &pull, &review))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::demo::github::{Act, Changes, NewPull, StandIn};
    use crate::model::Clock;

    const OLD: &str = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";

    /// Says where a comment would stand, or why it would not.
    fn check(comment: &str) -> String {
        let mut history = super::super::history::History::default();
        let base = history.commit(&[], &Changes::new().write("x.go", OLD), "1", 0);
        let new = OLD.replace("b\n", "B\n").replace("l\n", "l\nm\n");
        let changes = Changes::new().write("x.go", new).write("y.go", "y\n");
        let head = history.commit(std::slice::from_ref(&base), &changes, "2", 0);
        let files = |sha: &str| history.get(sha).unwrap().files.clone();
        let diff = super::super::diff::between(&files(&base), &files(&head));
        let comment: NewComment = serde_json::from_str(comment).unwrap();
        anchor(&diff, &comment, 100).unwrap_or_else(|it| it)
    }

    #[test]
    fn comments_stand_on_the_diff_or_nowhere() {
        let table = [
            r#"{"path":"x.go","line":2,"body":"-"}"#,
            r#"{"path":"x.go","line":2,"side":"LEFT","body":"-"}"#,
            r#"{"path":"x.go","line":8,"body":"-"}"#,
            r#"{"path":"x.go","line":13,"side":"LEFT","body":"-"}"#,
            r#"{"path":"z.go","line":1,"body":"-"}"#,
            r#"{"path":"x.go","line":3,"start_line":2,"start_side":"RIGHT","body":"-"}"#,
            r#"{"path":"x.go","line":3,"start_line":3,"body":"-"}"#,
            r#"{"path":"x.go","line":13,"start_line":2,"body":"-"}"#,
            r#"{"path":"y.go","line":1,"body":"-"}"#,
        ];
        let mut told = String::new();
        for comment in table {
            let _ = writeln!(told, "{}", check(comment).replace('\n', "|"));
        }
        insta::assert_snapshot!(told, @"
        @@ -1,5 +1,5 @@| a|-b|+B
        @@ -1,5 +1,5 @@| a|-b
        Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank
        Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank
        Path could not be resolved
        @@ -1,5 +1,5 @@| a|-b|+B| c
        Pull request review thread start line must precede the end line.
        Pull request review thread start line must be part of the same hunk as the line.
        @@ -0,0 +1 @@|+y
        ");
    }

    #[tokio::test]
    async fn comments_move_with_their_line_and_are_outdated_by_a_touch() {
        let github = StandIn::start(Clock::system()).await.unwrap();
        let (title, author) = ("Change".to_owned(), "alice".to_owned());
        github.create_repository("acme/shop", &Changes::new().write("x.go", OLD));
        let changes = Changes::new().write("x.go", OLD.replace("b\n", "B\n"));
        let number = github
            .open_pull("acme/shop", NewPull { title, author, changes, draft: false })
            .unwrap();
        assert!(github.act("acme/shop", number, Act::Open).is_some());
        let head = github.head("acme/shop", number).unwrap();
        {
            let mut world = lock(&github.shared);
            let pull = world.repository_mut("acme/shop").unwrap().pulls.get_mut(&number).unwrap();
            for (id, line) in [(1, 2), (2, 3)] {
                pull.threads.push(Thread {
                    id,
                    review: 9,
                    author: BOT.to_owned(),
                    body: "-".to_owned(),
                    edited: false,
                    minimized: None,
                    path: "x.go".to_owned(),
                    side: Side::Right,
                    line: Some(line),
                    start_line: None,
                    original_line: line,
                    original_start_line: None,
                    original_commit: head.clone(),
                    hunk: String::new(),
                });
            }
        }
        let changes = Changes::new().write("x.go", format!("new\n{}", OLD.replace("b\n", "BB\n")));
        github.push("acme/shop", number, &changes, false).unwrap();
        let world = lock(&github.shared);
        let threads = &world.repository("acme/shop").unwrap().pulls[&number].threads;
        // The second line was touched; the third is the fourth now.
        assert_eq!(threads.iter().map(|it| it.line).collect::<Vec<_>>(), [None, Some(4)]);
    }
}
