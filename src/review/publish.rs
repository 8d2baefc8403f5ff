//! Writes a decision to GitHub: what was fixed, the summary, what is new, the check run.
//!
//! Each step is safe to repeat: an edit says the same again, the review's comments carry markers
//! that the next run reads before it writes, and the check run is looked for by its external id.

use super::decide::{self, Check, Decision, Skip};
use super::{Reviewed, Stop, Task};
use crate::github::{GitHubError, NewCheckRun, NewReview, Reaction, Session};
use crate::model::CommitSha;
use crate::persona::Voice;

/// The check run's name.
pub(super) const CHECK: &str = "go-expert";

/// One review being written.
pub(super) struct Publisher<'a> {
    pub(super) task: &'a Task<'a>,
    pub(super) session: &'a Session,
    pub(super) head: &'a CommitSha,
}

impl Publisher<'_> {
    /// Writes a decision. When GitHub refuses the inline comments, `folded` decides again without.
    pub(super) async fn publish(
        &self,
        decision: Decision,
        folded: impl FnOnce() -> Decision,
    ) -> Result<Reviewed, Stop> {
        self.begin().await?;
        let fixed = decision.edits.len();
        if fixed > 0 {
            self.session.edit_comments(&decision.edits).await?;
        }
        let (check, comments) = match self.speak(&decision).await {
            Ok(comments) => (decision.check, comments),
            Err(Stop::GitHub(GitHubError::Unprocessable { message, .. }))
                if decision.review.as_ref().is_some_and(|it| !it.comments.is_empty()) =>
            {
                if is_about_the_commit(&message) {
                    return Err(super::head_moved());
                }
                tracing::warn!(message, "GitHub refused the inline comments; folding them");
                let decision = folded();
                let comments = self.speak(&decision).await?;
                (decision.check, comments)
            }
            Err(other) => return Err(other),
        };
        self.conclude(&check).await?;
        Ok(Reviewed::Published { comments, fixed })
    }

    /// Only the check run, which says why there is no review.
    pub(super) async fn skip(&self, voice: &Voice, why: Skip) -> Result<Reviewed, Stop> {
        self.begin().await?;
        self.conclude(&decide::skipped(voice, why)).await?;
        Ok(Reviewed::Skipped)
    }

    /// The summary and the review; returns how many inline comments were posted.
    async fn speak(&self, decision: &Decision) -> Result<usize, Stop> {
        if let Some((review, body)) = &decision.summary_edit {
            self.edit_summary(*review, body).await?;
        }
        let Some(review) = &decision.review else { return Ok(0) };
        self.post(NewReview {
            commit: self.head.clone(),
            body: review.body.clone(),
            comments: review.comments.clone(),
        })
        .await
    }

    async fn edit_summary(&self, review: u64, body: &str) -> Result<(), Stop> {
        self.still_open().await?;
        let request = self.task.request;
        Ok(self.session.update_review(&request.repo, request.pr, review, body).await?)
    }

    async fn post(&self, review: NewReview) -> Result<usize, Stop> {
        self.still_open().await?;
        let request = self.task.request;
        self.session.create_review(&request.repo, request.pr, &review).await?;
        Ok(review.comments.len())
    }

    /// The check run, and the answer to the commands that asked.
    async fn conclude(&self, check: &Check) -> Result<(), Stop> {
        self.still_open().await?;
        let request = self.task.request;
        let run = check_run(self.head, request.asked_by.as_str(), check);
        // Only a run after a lost answer can find its check run there already.
        let there = self.task.writing_since.is_some()
            && self
                .session
                .find_check_run(&request.repo, self.head, CHECK, &run.external_id)
                .await?
                .is_some();
        if !there {
            self.session.create_check_run(&request.repo, &run).await?;
        }
        for command in &request.commands {
            self.still_open().await?;
            self.session.react(&request.repo, command.comment, Reaction::ThumbsUp).await?;
        }
        Ok(())
    }

    async fn begin(&self) -> Result<(), Stop> {
        if self.task.gate.begin().await? { Ok(()) } else { Err(Stop::Superseded) }
    }

    async fn still_open(&self) -> Result<(), Stop> {
        if self.task.gate.still_open().await? { Ok(()) } else { Err(Stop::Superseded) }
    }
}

/// The check run of a head.
pub(super) fn check_run(head: &CommitSha, external_id: &str, check: &Check) -> NewCheckRun {
    NewCheckRun {
        name: CHECK,
        head: head.clone(),
        external_id: external_id.to_owned(),
        conclusion: check.conclusion,
        title: check.title.clone(),
        summary: check.summary.clone(),
    }
}

/// "end_commit_oid is not part of the pull request": a force-push took the head away.
/// Source: <https://github.com/octokit/octokit.rb/pull/1131>.
fn is_about_the_commit(message: &str) -> bool {
    message.contains("commit") && message.contains("part of the pull request")
}
