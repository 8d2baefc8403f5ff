//! What we said before: our reviews and inline comments on a pull request, to the last page.

use std::sync::Arc;

use super::error::GitHubError;
use super::queries;
use super::session::Session;
use super::snapshot::Ask;
use super::texts::owner_and_name;
use super::wire::{GraphPullRequest, Page, Review, Thread, Variable};
use crate::model::{CommitSha, Side};

/// The most further pages of either kind: 5,000 threads in all.
const MAX_PAGES: usize = 50;

/// An inline comment that our App wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurComment {
    /// Its name in GraphQL.
    pub node_id: String,
    /// Its id in REST.
    pub id: u64,
    /// The file.
    pub path: Arc<str>,
    /// The line in the newest diff; `None` when the comment is outdated.
    pub line: Option<u32>,
    /// The line in the diff that it was written on.
    pub original_line: Option<u32>,
    /// The side of the diff.
    pub side: Side,
    /// The text, markers included.
    pub body: String,
    /// It is folded away.
    pub minimised: bool,
    /// Somebody resolved its thread.
    pub resolved: bool,
    /// The head that it was written on.
    pub original_commit: Option<CommitSha>,
}

/// A review that our App posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurReview {
    /// Its name in GraphQL.
    pub node_id: String,
    /// Its id in REST.
    pub id: u64,
    /// The text, markers included.
    pub body: String,
    /// The commit that GitHub says it is on: a force-push changes it, so trust the marker.
    pub commit: Option<CommitSha>,
}

/// All that we said.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub comments: Vec<OurComment>,
    pub reviews: Vec<OurReview>,
    /// There is nothing else.
    pub complete: bool,
}

impl Said {
    fn threads(&mut self, page: Page<Thread>) -> Option<String> {
        for thread in page.nodes.into_iter().flatten() {
            // We never answer in a thread: what is ours stands first.
            let first = thread.comments.nodes.into_iter().flatten().next();
            let Some(comment) = first.filter(|it| it.viewer_did_author) else { continue };
            self.comments.push(OurComment {
                node_id: comment.id,
                id: comment.full_database_id,
                path: thread.path,
                line: thread.line.filter(|_| !thread.is_outdated),
                original_line: thread.original_line,
                side: thread.diff_side,
                body: comment.body,
                minimised: comment.is_minimized,
                resolved: thread.is_resolved,
                original_commit: comment.original_commit.map(|it| it.oid),
            });
        }
        page.page_info.next()
    }

    fn reviews(&mut self, page: Page<Review>) -> Option<String> {
        // A pending review is one that nobody sees but us.
        let posted = page.nodes.into_iter().flatten().filter(|it| it.state != "PENDING");
        let ours = posted.filter(|it| it.viewer_did_author);
        self.reviews.extend(ours.map(|it| OurReview {
            node_id: it.id,
            id: it.full_database_id,
            body: it.body,
            commit: it.commit.map(|it| it.oid),
        }));
        page.page_info.next()
    }
}

impl Session {
    /// What we said, from the first pages, which came with the pull request, to the last.
    pub(super) async fn said(
        &self,
        ask: &Ask<'_>,
        pull_request: &mut GraphPullRequest,
    ) -> Result<Said, GitHubError> {
        let mut said = Said::default();
        let mut threads = pull_request.review_threads.take().and_then(|it| said.threads(it));
        let mut reviews = pull_request.reviews.take().and_then(|it| said.reviews(it));
        for _ in 0..MAX_PAGES {
            let Some(after) = threads else { break };
            let page = self.page_of(ask, queries::THREADS, &queries::threads(), after).await?;
            threads = page.review_threads.and_then(|it| said.threads(it));
        }
        for _ in 0..MAX_PAGES {
            let Some(after) = reviews else { break };
            let page = self.page_of(ask, queries::REVIEWS, &queries::reviews(), after).await?;
            reviews = page.reviews.and_then(|it| said.reviews(it));
        }
        said.complete = threads.is_none() && reviews.is_none();
        Ok(said)
    }

    async fn page_of(
        &self,
        ask: &Ask<'_>,
        operation: &'static str,
        query: &str,
        after: String,
    ) -> Result<GraphPullRequest, GitHubError> {
        let mut variables = owner_and_name(ask.repo);
        variables.insert("number".to_owned(), Variable::Number(ask.pr.0));
        variables.insert("after".to_owned(), Variable::Owned(after));
        let repository = self.query(operation, query, variables).await?;
        repository.pull_request.ok_or_else(|| GitHubError::NoAccess {
            what: format!("{operation}: {}#{} is gone", ask.repo, ask.pr),
        })
    }
}
