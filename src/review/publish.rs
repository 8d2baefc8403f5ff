//! Writes a decision to GitHub: what was fixed, the summary, what is new, the check run.
//!
//! Each step is safe to repeat: an edit says the same again, the review's comments carry markers
//! that the next run reads before it writes, and the check run is looked for by its external id.

use super::decide::{self, Decision, Skip};
use super::{Reviewed, Reviewer, Stop, Task};
use crate::github::CheckRun;
use crate::model::CommitSha;
use crate::persona::Voice;

impl Reviewer {
    pub(super) async fn publish(
        &self,
        task: &Task<'_>,
        head: &CommitSha,
        decision: &Decision,
    ) -> Result<Reviewed, Stop> {
        let access = self.access(task);
        begin(task).await?;
        if !decision.edits.is_empty() {
            self.github.edit_comments(&access, &decision.edits).await?;
        }
        if let Some((review, body)) = &decision.summary_edit {
            still_open(task).await?;
            self.github.update_review(&access, *review, body).await?;
        }
        if let Some(review) = &decision.review {
            still_open(task).await?;
            self.github.create_review(&access, head, review).await?;
        }
        self.conclude(task, head, &decision.check).await?;
        Ok(Reviewed::Published {
            comments: decision.review.as_ref().map_or(0, |it| it.comments.len()),
            fixed: decision.edits.len(),
        })
    }

    /// Only the check run, which says why there is no review.
    pub(super) async fn skip(
        &self,
        task: &Task<'_>,
        head: &CommitSha,
        voice: &Voice,
        why: Skip,
    ) -> Result<(), Stop> {
        begin(task).await?;
        self.conclude(task, head, &decide::skipped(voice, why)).await
    }

    /// The check run, and the answer to the commands that asked.
    async fn conclude(
        &self,
        task: &Task<'_>,
        head: &CommitSha,
        check: &CheckRun,
    ) -> Result<(), Stop> {
        let access = self.access(task);
        let external_id = task.request.asked_by.as_str();
        still_open(task).await?;
        let there = task.writing_since.is_some()
            && self.github.find_check_run(&access, head, external_id).await?.is_some();
        if !there {
            self.github.create_check_run(&access, head, external_id, check).await?;
        }
        for command in &task.request.commands {
            still_open(task).await?;
            self.github.react(&access, command.comment, crate::github::Reaction::PlusOne).await?;
        }
        Ok(())
    }
}

async fn begin(task: &Task<'_>) -> Result<(), Stop> {
    if task.gate.begin().await? { Ok(()) } else { Err(Stop::Superseded) }
}

async fn still_open(task: &Task<'_>) -> Result<(), Stop> {
    if task.gate.still_open().await? { Ok(()) } else { Err(Stop::Superseded) }
}
