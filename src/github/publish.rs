//! What we say: reviews, edits, check runs and reactions. Every function sends one request (edits:
//! one for fifty), never twice.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use http::Method;
use serde::de::IgnoredAny;

use super::error::GitHubError;
use super::queries;
use super::session::{Session, route};
use super::wire::{self, Variable};
use crate::model::{CommentId, CommitSha, LineRange, PrNumber, RepoName, Side};

/// GitHub refuses a longer body (65,536), and a longer summary of a check run (65,535).
const MAX_BODY: usize = 65_535;
/// A comment that tells what a text is begins with this; it survives when the text is cut.
const MARKER: &str = "<!-- go-expert:";
/// Edits and minimises in one request.
const EDITS_A_REQUEST: usize = 50;
/// The most pages of check runs that are searched; GitHub keeps 1,000 of a name.
const CHECK_PAGES: u64 = 10;

/// A pull request, without its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// The commit to review.
    pub head: CommitSha,
    /// The base branch's name.
    pub base_ref: String,
    /// The title.
    pub title: String,
    /// The description.
    pub body: String,
    /// Who opened it; `None` when the account is gone.
    pub author: Option<String>,
    /// It is a draft.
    pub draft: bool,
    /// It is neither closed nor merged.
    pub open: bool,
}

/// A review to post.
#[derive(Debug, Clone)]
pub struct NewReview {
    /// The head that was reviewed.
    pub commit: CommitSha,
    /// The text; GitHub refuses an empty one.
    pub body: String,
    /// The inline comments: one that is off the diff and GitHub refuses the whole review.
    pub comments: Vec<NewComment>,
}

/// An inline comment of a review.
#[derive(Debug, Clone)]
pub struct NewComment {
    /// The file, by its path at the head.
    pub path: Arc<str>,
    /// The side of the diff.
    pub side: Side,
    /// The lines, on that side.
    pub lines: LineRange,
    /// The text.
    pub body: String,
}

/// A review that GitHub took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedReview {
    /// Its id in REST.
    pub id: u64,
    /// Its name in GraphQL.
    pub node_id: String,
}

/// A change to one of our inline comments.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The comment's name in GraphQL.
    pub comment: String,
    /// Its new text, if it gets one.
    pub body: Option<String>,
    /// Fold it away as resolved.
    pub minimise: bool,
}

/// A completed check run.
#[derive(Debug, Clone)]
pub struct NewCheckRun {
    /// Its name on the pull request.
    pub name: &'static str,
    /// The commit.
    pub head: CommitSha,
    /// Ours, to find it again.
    pub external_id: String,
    /// The outcome.
    pub conclusion: Conclusion,
    /// One line.
    pub title: String,
    /// Markdown.
    pub summary: String,
}

/// How a check run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// Nothing is open.
    Success,
    /// Something is open, or nothing could be said.
    Neutral,
    /// Something is open that must not be.
    Failure,
    /// There was nothing to do.
    Skipped,
}

/// A reaction to a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// 👀: read, at work.
    Eyes,
    /// 👍: done.
    ThumbsUp,
    /// 😕: not understood, or failed.
    Confused,
}

impl Session {
    /// The pull request as it is now.
    ///
    /// # Errors
    /// When GitHub does not show it.
    pub async fn pull_request(
        &self,
        repo: &RepoName,
        pr: PrNumber,
    ) -> Result<PullRequest, GitHubError> {
        let it: wire::PullRequest = self.get(&route(repo, &["pulls", &pr.to_string()])).await?;
        Ok(PullRequest {
            head: it.head.sha,
            base_ref: it.base.name,
            title: it.title,
            body: it.body.unwrap_or_default(),
            author: it.user.map(|it| it.login),
            draft: it.draft,
            open: it.state == "open",
        })
    }

    /// Posts a review that neither approves nor asks for changes.
    ///
    /// # Errors
    /// [`GitHubError::Unprocessable`] when a comment is off the diff (GitHub does not say which)
    /// or the commit is no longer part of the pull request.
    pub async fn create_review(
        &self,
        repo: &RepoName,
        pr: PrNumber,
        review: &NewReview,
    ) -> Result<PostedReview, GitHubError> {
        let comments = review.comments.iter().map(|it| {
            // GitHub refuses a range that begins where it ends.
            let start_line = (it.lines.first < it.lines.last).then_some(it.lines.first);
            wire::CreateComment {
                path: &it.path,
                side: it.side,
                line: it.lines.last,
                start_line,
                start_side: start_line.map(|_| it.side),
                body: fit(&it.body),
            }
        });
        let body = wire::CreateReview {
            commit_id: &review.commit,
            event: "COMMENT",
            body: fit(&review.body),
            comments: comments.collect(),
        };
        let path = route(repo, &["pulls", &pr.to_string(), "reviews"]);
        let it: wire::CreatedReview = self.write(Method::POST, &path, &body).await?;
        Ok(PostedReview { id: it.id, node_id: it.node_id })
    }

    /// Replaces the text of a review of ours.
    ///
    /// # Errors
    /// When GitHub refuses; the text is then as it was.
    pub async fn update_review(
        &self,
        repo: &RepoName,
        pr: PrNumber,
        review: u64,
        body: &str,
    ) -> Result<(), GitHubError> {
        let parts = ["pulls", &pr.to_string(), "reviews", &review.to_string()];
        let body = wire::UpdateReview { body: fit(body) };
        self.write::<IgnoredAny>(Method::PUT, &route(repo, &parts), &body).await?;
        Ok(())
    }

    /// Edits and folds comments of ours. Returns those that are no longer there; doing it again
    /// is harmless.
    ///
    /// # Errors
    /// When GitHub refuses for another reason than that a comment is gone; some edits may have
    /// been made.
    pub async fn edit_comments(&self, edits: &[Edit]) -> Result<Vec<String>, GitHubError> {
        let mut gone = HashSet::new();
        for edits in edits.chunks(EDITS_A_REQUEST) {
            let (mut variables, mut named) = (BTreeMap::new(), BTreeMap::new());
            let (mut texts, mut folds) = (0, 0);
            for edit in edits {
                if let Some(body) = &edit.body {
                    let name = format!("e{texts}");
                    variables.insert(format!("{name}Body"), Variable::Owned(fit(body)));
                    variables.insert(name.clone(), Variable::Text(&edit.comment));
                    named.insert(name, &edit.comment);
                    texts += 1;
                }
                if edit.minimise {
                    let name = format!("m{folds}");
                    variables.insert(name.clone(), Variable::Text(&edit.comment));
                    named.insert(name, &edit.comment);
                    folds += 1;
                }
            }
            if named.is_empty() {
                continue;
            }
            let query = queries::edit(texts, folds);
            let (_, error, errors) =
                self.graphql::<IgnoredAny>(queries::EDIT, &query, variables, true).await?;
            for it in &errors {
                // Somebody deleted the comment: nothing is left to do about it.
                let comment = it.alias().and_then(|alias| named.get(alias));
                match (comment, it.kind.as_str(), &error) {
                    (Some(comment), "NOT_FOUND", _) => {
                        gone.insert((*comment).clone());
                    }
                    (_, _, Some(error)) => return Err(error.clone()),
                    (_, _, None) => {}
                }
            }
        }
        let mut gone: Vec<String> = gone.into_iter().collect();
        gone.sort();
        Ok(gone)
    }

    /// Creates a completed check run and returns its id.
    ///
    /// # Errors
    /// When GitHub refuses.
    pub async fn create_check_run(
        &self,
        repo: &RepoName,
        check: &NewCheckRun,
    ) -> Result<u64, GitHubError> {
        let conclusion = match check.conclusion {
            Conclusion::Success => "success",
            Conclusion::Neutral => "neutral",
            Conclusion::Failure => "failure",
            Conclusion::Skipped => "skipped",
        };
        let body = wire::CreateCheckRun {
            name: check.name,
            head_sha: &check.head,
            external_id: &check.external_id,
            status: "completed",
            conclusion,
            output: wire::CheckOutput { title: check.title.clone(), summary: fit(&check.summary) },
        };
        let path = route(repo, &["check-runs"]);
        Ok(self.write::<wire::CheckRun>(Method::POST, &path, &body).await?.id)
    }

    /// The id of the check run with this name and external id on a commit, if there is one.
    ///
    /// # Errors
    /// When GitHub cannot be asked.
    pub async fn find_check_run(
        &self,
        repo: &RepoName,
        head: &CommitSha,
        name: &str,
        external_id: &str,
    ) -> Result<Option<u64>, GitHubError> {
        let path = route(repo, &["commits", head.as_str(), "check-runs"]);
        for page in 1..=CHECK_PAGES {
            let query = format!("check_name={name}&filter=all&per_page=100&page={page}");
            let it: wire::CheckRuns = self.get(&format!("{path}?{query}")).await?;
            let mine = |run: &&wire::CheckRun| run.external_id.as_deref() == Some(external_id);
            if let Some(run) = it.check_runs.iter().find(mine) {
                return Ok(Some(run.id));
            }
            if page * 100 >= it.total_count {
                break;
            }
        }
        Ok(None)
    }

    /// Reacts to a comment; the same reaction again changes nothing.
    ///
    /// # Errors
    /// When GitHub refuses.
    pub async fn react(
        &self,
        repo: &RepoName,
        comment: CommentId,
        reaction: Reaction,
    ) -> Result<(), GitHubError> {
        let content = match reaction {
            Reaction::Eyes => "eyes",
            Reaction::ThumbsUp => "+1",
            Reaction::Confused => "confused",
        };
        let path = route(repo, &["issues", "comments", &comment.to_string(), "reactions"]);
        let body = wire::CreateReaction { content };
        self.write::<IgnoredAny>(Method::POST, &path, &body).await?;
        Ok(())
    }
}

/// A text that GitHub takes: what is too long is cut, visibly; a marker at its end is kept.
fn fit(text: &str) -> String {
    if text.chars().count() <= MAX_BODY {
        return text.to_owned();
    }
    const CUT: &str = "\n\n*(Cut here: GitHub takes no longer text.)*\n";
    let marker = text.rfind(MARKER).map_or("", |at| &text[at..]);
    let marker = if marker.len() <= 8_000 { marker } else { "" };
    let room = MAX_BODY - CUT.chars().count() - marker.chars().count();
    let mut fit: String = text.chars().take(room).collect();
    fit.push_str(CUT);
    fit.push_str(marker);
    fit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_keeps_its_marker() {
        let marker = "<!-- go-expert:x -->";
        let long = "界".repeat(70_000) + marker;
        let cut = fit(&long);
        assert_eq!(cut.chars().count(), MAX_BODY);
        assert!(cut.ends_with("longer text.)*\n<!-- go-expert:x -->"));
        let short = "a".repeat(MAX_BODY);
        assert_eq!(fit(&short), short);
    }
}
