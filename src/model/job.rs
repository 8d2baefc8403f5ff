//! The work that a webhook asks for.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CommentId, CommitSha, DeliveryId, InstallationId, PrNumber, RepoId, RepoName};

/// A webhook delivery and what it does to the queue: both are committed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Unique; a redelivery has the same and changes nothing.
    pub id: DeliveryId,
    /// What it does to the queue.
    pub effect: Effect,
}

/// What a delivery does to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: not for us.
    None,
    /// Queues a job; one with the same key that is queued already is replaced.
    Enqueue(Job),
    /// Takes a job out of the queue; a running one stops before its next write.
    Cancel(JobKey),
    /// The installation was removed or suspended: its jobs and its record go.
    InstallationGone(InstallationId),
    /// The installation lost repositories: their jobs go.
    RepositoriesGone(InstallationId, Vec<RepoId>),
}

/// One review at a time per key; a newer job replaces a queued one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobKey(String);

impl JobKey {
    /// The key of a pull request's review. By id, so that renames and transfers keep it.
    pub fn review(repo: RepoId, pr: PrNumber) -> Self {
        Self(format!("review:{repo}#{pr}"))
    }

    /// The key as it was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A job is its payload: everything a worker needs to run it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Whose token to use, and whose turn it is.
    pub installation: InstallationId,
    /// What to do.
    pub review: ReviewRequest,
}

impl Job {
    /// The job's key in the queue.
    pub fn key(&self) -> JobKey {
        JobKey::review(self.review.repo_id, self.review.pr)
    }

    /// This job in place of an `older` one with the same key: commands that still wait for an
    /// answer are kept.
    pub fn replacing(mut self, older: Self) -> Self {
        let mut commands = older.review.commands;
        commands.extend(self.review.commands);
        commands.dedup();
        self.review.commands = commands;
        // The older one may have run before the newer one came.
        self.review.opened = false;
        self
    }
}

/// A pull request to review. It waits in the queue as JSON: a field that comes later needs a default,
/// so that an upgrade can still read what waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRequest {
    /// The base repository.
    pub repo: RepoName,
    /// The base repository's id.
    pub repo_id: RepoId,
    /// The pull request.
    pub pr: PrNumber,
    /// The delivery that asked: it names the check run, so that a lost answer can be looked for.
    pub asked_by: DeliveryId,
    /// The head to review; `None` when the event does not tell (a command): ask GitHub.
    pub head: Option<CommitSha>,
    /// The base branch; `None` as above.
    pub base_ref: Option<String>,
    /// Whether it was just opened: nothing of ours can stand there yet.
    #[serde(default)]
    pub opened: bool,
    /// Whether the pull request is a draft: drafts wait until they are ready.
    pub draft: bool,
    /// Commands that wait for an answer.
    pub commands: Vec<Command>,
}

/// A slash command that asked for this review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The issue comment that holds it; it gets the reactions.
    pub comment: CommentId,
}
