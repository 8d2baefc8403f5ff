//! What GitHub tells: decoded into the few fields we read, then turned into an effect on the queue.
//!
//! Source of names and shapes: docs.github.com, "Webhook events and payloads".

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::command::asks_for_review;
use crate::model::{
    Command, CommentId, CommitSha, DeliveryId, Effect, InstallationId, Job, JobKey, PrNumber,
    RepoId, RepoName, ReviewRequest,
};

/// An event that means something to us.
#[derive(Debug)]
pub(super) enum Event<'a> {
    Ping,
    PullRequest(PullRequestEvent<'a>),
    Comment(CommentEvent<'a>),
    Installation(InstallationEvent<'a>),
    Repositories(RepositoriesEvent<'a>),
    /// Not for us: an event or an action that we do not know.
    Other,
}

/// The body is not what the event's name promises.
#[derive(Debug, thiserror::Error)]
#[error("{message} at `{path}`")]
pub(super) struct Malformed {
    /// The JSON path of the bad field.
    pub(super) path: String,
    /// What was expected; may quote a value.
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct PullRequestEvent<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    number: PrNumber,
    #[serde(borrow)]
    pull_request: PullRequest<'a>,
    #[serde(default)]
    changes: Option<Changes>,
    repository: Repository,
    installation: Installation,
}

#[derive(Debug, Deserialize)]
struct PullRequest<'a> {
    #[serde(borrow)]
    state: Cow<'a, str>,
    #[serde(default)]
    draft: bool,
    head: Head,
    base: Base,
}

#[derive(Debug, Deserialize)]
struct Head {
    sha: CommitSha,
}

#[derive(Debug, Deserialize)]
struct Base {
    r#ref: String,
}

#[derive(Debug, Deserialize)]
struct Changes {
    #[serde(default)]
    base: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    id: RepoId,
    full_name: RepoName,
}

#[derive(Debug, Deserialize)]
struct Installation {
    id: InstallationId,
}

#[derive(Debug, Deserialize)]
pub(super) struct CommentEvent<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    comment: Comment<'a>,
    #[serde(borrow)]
    issue: Issue<'a>,
    repository: Repository,
    installation: Installation,
}

#[derive(Debug, Deserialize)]
struct Comment<'a> {
    id: CommentId,
    #[serde(borrow)]
    body: Cow<'a, str>,
    #[serde(borrow)]
    author_association: Cow<'a, str>,
    /// `null` for an account that was deleted.
    #[serde(borrow)]
    user: Option<User<'a>>,
    #[serde(default)]
    performed_via_github_app: Option<App>,
}

#[derive(Debug, Deserialize)]
struct App {
    id: u64,
}

#[derive(Debug, Deserialize)]
struct User<'a> {
    id: u64,
    #[serde(borrow, default)]
    r#type: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct Issue<'a> {
    number: PrNumber,
    #[serde(borrow)]
    state: Cow<'a, str>,
    #[serde(default)]
    draft: Option<bool>,
    #[serde(borrow)]
    user: Option<User<'a>>,
    /// Present on pull requests alone.
    #[serde(default)]
    pull_request: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(super) struct InstallationEvent<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    installation: Installation,
}

#[derive(Debug, Deserialize)]
pub(super) struct RepositoriesEvent<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    installation: Installation,
    #[serde(default)]
    repositories_removed: Vec<Removed>,
}

#[derive(Debug, Deserialize)]
struct Removed {
    id: RepoId,
}

/// Decodes the payload of an event. Of an action that means nothing to us only its name must be
/// there.
pub(super) fn decode<'a>(name: &str, json: &'a [u8]) -> Result<Event<'a>, Malformed> {
    match name {
        "ping" => Ok(Event::Ping),
        "pull_request" => event(
            json,
            Event::PullRequest,
            &[
                "opened",
                "synchronize",
                "reopened",
                "ready_for_review",
                "converted_to_draft",
                "edited",
                "closed",
            ],
        ),
        "issue_comment" => event(json, Event::Comment, &["created"]),
        "installation" => event(json, Event::Installation, &["deleted", "suspend"]),
        "installation_repositories" => event(json, Event::Repositories, &["removed"]),
        _ => Ok(Event::Other),
    }
}

fn event<'a, T: Deserialize<'a>>(
    json: &'a [u8],
    wrap: fn(T) -> Event<'a>,
    actions: &[&str],
) -> Result<Event<'a>, Malformed> {
    #[derive(Deserialize)]
    struct Action<'a> {
        #[serde(borrow)]
        action: Cow<'a, str>,
    }
    if let Ok(value) = serde_json::from_slice(json) {
        return Ok(wrap(value));
    }
    // An action that we do not know may have another shape.
    let Action { action } = read(json)?;
    if actions.contains(&&*action) { read(json).map(wrap) } else { Ok(Event::Other) }
}

/// Reads the whole text and tells at which path it fails.
fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Malformed> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = serde_path_to_error::deserialize(&mut deserializer);
    let error = match read.map(|it| (it, deserializer.end())) {
        Ok((value, Ok(()))) => return Ok(value),
        Ok((_, Err(error))) => Malformed { path: ".".to_owned(), message: error.to_string() },
        Err(error) => {
            Malformed { path: error.path().to_string(), message: error.inner().to_string() }
        }
    };
    Err(error.with_missing_field())
}

impl Malformed {
    /// The path of a missing field ends where it is missing: the field's own name is ours to add.
    fn with_missing_field(mut self) -> Self {
        let missing =
            self.message.strip_prefix("missing field `").and_then(|it| it.split_once('`'));
        if let Some((field, _)) = missing {
            match self.path.as_str() {
                "." => self.path = field.to_owned(),
                path => self.path = format!("{path}.{field}"),
            }
        }
        self
    }
}

impl Event<'_> {
    /// What the event does to the queue. `app_id` is ours: we never answer ourselves.
    pub(super) fn effect(self, delivery: &DeliveryId, app_id: u64) -> Effect {
        match self {
            Self::Ping | Self::Other => Effect::None,
            Self::PullRequest(it) => it.effect(delivery),
            Self::Comment(it) => it.effect(delivery, app_id),
            Self::Installation(it) => match &*it.action {
                "deleted" | "suspend" => Effect::InstallationGone(it.installation.id),
                _ => Effect::None,
            },
            Self::Repositories(it) if it.action == "removed" => {
                let gone: Vec<_> = it.repositories_removed.iter().map(|it| it.id).collect();
                match gone.is_empty() {
                    true => Effect::None,
                    false => Effect::RepositoriesGone(it.installation.id, gone),
                }
            }
            Self::Repositories(_) => Effect::None,
        }
    }
}

impl PullRequestEvent<'_> {
    fn effect(self, delivery: &DeliveryId) -> Effect {
        let open = self.pull_request.state == "open";
        let opened = self.action == "opened";
        let draft = match &*self.action {
            "closed" => {
                return Effect::Cancel(JobKey::review(self.repository.id, self.number));
            }
            "opened" | "synchronize" | "reopened" | "ready_for_review" if open => {
                self.pull_request.draft
            }
            // It takes the place of a queued review; drafts wait until they are ready.
            "converted_to_draft" if open => true,
            "edited" if open && self.changes.is_some_and(|it| it.base.is_some()) => {
                self.pull_request.draft
            }
            _ => return Effect::None,
        };
        Effect::Enqueue(Job {
            installation: self.installation.id,
            review: ReviewRequest {
                repo: self.repository.full_name,
                repo_id: self.repository.id,
                pr: self.number,
                asked_by: delivery.clone(),
                head: Some(self.pull_request.head.sha),
                base_ref: Some(self.pull_request.base.r#ref),
                opened,
                draft,
                commands: Vec::new(),
            },
        })
    }
}

impl CommentEvent<'_> {
    fn effect(self, delivery: &DeliveryId, app_id: u64) -> Effect {
        let issue = &self.issue;
        let is_open_pr = issue.pull_request.is_some() && issue.state == "open";
        if self.action != "created" || !is_open_pr || !self.may_command(app_id) {
            return Effect::None;
        }
        if !asks_for_review(&self.comment.body) {
            return Effect::None;
        }
        Effect::Enqueue(Job {
            installation: self.installation.id,
            review: ReviewRequest {
                repo: self.repository.full_name,
                repo_id: self.repository.id,
                pr: issue.number,
                asked_by: delivery.clone(),
                head: None,
                base_ref: None,
                opened: false,
                draft: issue.draft.unwrap_or(false),
                commands: vec![Command { comment: self.comment.id }],
            },
        })
    }

    /// The author of the pull request may, and whoever belongs to the repository; never a bot,
    /// ourselves included: two of them would talk to each other for ever.
    fn may_command(&self, app_id: u64) -> bool {
        let Some(user) = &self.comment.user else { return false };
        let ours = self.comment.performed_via_github_app.as_ref().is_some_and(|it| it.id == app_id);
        if ours || user.r#type == "Bot" {
            return false;
        }
        let belongs =
            matches!(&*self.comment.author_association, "OWNER" | "MEMBER" | "COLLABORATOR");
        belongs || self.issue.user.as_ref().is_some_and(|it| it.id == user.id)
    }
}
