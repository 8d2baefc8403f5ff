//! F3: the story of one review: fetch, examine, decide, publish.
//!
//! Everything between the first read and the first write is pure: what GitHub and git know comes
//! in as data, and what to write goes out as data.

pub mod anchor;
pub mod cause;
pub mod comment;
pub mod decide;
pub mod examine;
pub mod mark;
pub mod marker;
pub mod pair;
pub mod places;
pub mod plan;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod properties;
mod publish;
pub mod reconcile;
#[cfg(test)]
mod reconcile_tests;
pub mod summary;
#[cfg(test)]
mod tests;
pub mod text;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::github::{
    Ask, Fetched, GitHub, GitHubError, OurComment, OurReview, PullRequest, Reaction, Session,
    Snapshot,
};
use crate::model::{BlobOid, Clock, CommitSha, InstallationId, Language, ReviewRequest, Timestamp};
use crate::persona::Voice;
use crate::rules::RuleSet;
use decide::{Situation, Skip};
use examine::Examination;
use marker::{MarkerKeys, Signer};
use publish::Publisher;
use reconcile::Earlier;
use text::Links;

/// How long reads may lag behind a write whose answer was lost. GitHub names no figure; its own
/// clients wait a few seconds before they look again.
const READ_LAG: Duration = Duration::from_secs(10);
/// How long to wait when the webhook and the API disagree about the head.
const HEAD_LAG: Duration = Duration::from_secs(5);
/// After so many attempts, the API's head is taken for the true one: the webhook was old.
const HEAD_ATTEMPTS: u32 = 3;

/// One review that a worker runs.
pub struct Task<'a> {
    /// Whose token to use.
    pub installation: InstallationId,
    /// What to review.
    pub request: &'a ReviewRequest,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// When an earlier attempt began to write, if one did: its writes may have arrived.
    pub writing_since: Option<Timestamp>,
    /// Asked before each write.
    pub gate: &'a dyn Gate,
}

/// Guards the writes: only the worker that holds the job's lease may write, and only while no
/// newer push waits.
#[async_trait]
pub trait Gate: Send + Sync {
    /// Remembers durably that writes begin; `false` when this run may not write.
    async fn begin(&self) -> anyhow::Result<bool>;
    /// Whether the run may still write.
    async fn still_open(&self) -> anyhow::Result<bool>;
}

/// How a review ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reviewed {
    /// Published, with so many new comments and so many marked as fixed.
    Published {
        /// New inline comments.
        comments: usize,
        /// Comments marked as fixed.
        fixed: usize,
    },
    /// A check run says why there was no review.
    Skipped,
    /// The pull request is closed.
    Closed,
}

/// Why a review did not end.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// GitHub refused or was not reached.
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    /// A newer push waits, the job was cancelled, or another worker took it.
    #[error("a newer event replaced this review")]
    Superseded,
    /// Nothing is wrong, but it is too early.
    #[error("{reason}")]
    Later {
        /// How long to wait.
        after: Duration,
        /// Why.
        reason: &'static str,
    },
    /// Something of ours failed.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// Reviews pull requests.
pub struct Reviewer {
    github: GitHub,
    rules: Arc<RuleSet>,
    markers: MarkerKeys,
    /// Analysis has threads of its own, so that it never delays an acknowledgement.
    threads: rayon::ThreadPool,
    web: String,
    public_url: Option<String>,
    clock: Clock,
}

/// What a [`Reviewer`] is made of.
pub struct Parts {
    /// GitHub.
    pub github: GitHub,
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// The keys that sign our comments.
    pub markers: MarkerKeys,
    /// How many threads analyse.
    pub threads: usize,
    /// GitHub's web root, without a final slash.
    pub web: String,
    /// Our own web root, if the operator set it.
    pub public_url: Option<String>,
    /// The clock.
    pub clock: Clock,
}

impl Reviewer {
    /// Puts a reviewer together; fails when the system gives no threads.
    pub fn new(parts: Parts) -> anyhow::Result<Self> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(parts.threads)
            .thread_name(|i| format!("analysis-{i}"))
            // The default is to abort the process; the waiting review sees that no answer comes.
            .panic_handler(|_| tracing::error!("the analysis panicked; this is a bug in go-expert"))
            .build()?;
        let Parts { github, rules, markers, threads: _, web, public_url, clock } = parts;
        Ok(Self { github, rules, markers, threads, web, public_url, clock })
    }

    /// Reviews one pull request.
    pub async fn review(&self, task: &Task<'_>) -> Result<Reviewed, Stop> {
        self.wait_out_read_lag(task)?;
        let session = self.github.session(task.installation);
        let pull = target(task, &session).await?;
        if !pull.open {
            return Ok(Reviewed::Closed);
        }
        let publisher = Publisher { task, session: &session, head: &pull.head };
        if pull.draft && task.request.commands.is_empty() {
            return publisher.skip(Voice::of(Language::of(&pull.text)), Skip::Draft).await;
        }

        let request = task.request;
        let signer = self.markers.for_pull_request(request.repo_id, request.pr);
        let Some(snapshot) = self.fetch(request, &pull, &session, &signer).await? else {
            return publisher.skip(Voice::of(Language::of(&pull.text)), Skip::NoGo).await;
        };
        if !snapshot.open {
            return Ok(Reviewed::Closed);
        }
        if snapshot.head != pull.head {
            return Err(head_moved());
        }

        let earlier = self.read(&snapshot.comments, &snapshot.reviews, &signer);
        let voice = Voice::of(Language::of(&format!("{}\n{}", snapshot.title, snapshot.body)));
        let examined = self.examine(snapshot.change).await?;
        if examined.go_files() == 0 && earlier.is_silent() {
            return publisher.skip(voice, Skip::NoGo).await;
        }
        let links = self.links(request, &pull.head);
        let situation = |inline| Situation {
            examined: &examined,
            earlier: &earlier,
            texts: &snapshot.extra,
            rules: &self.rules,
            voice,
            links: &links,
            signer: &signer,
            complete: snapshot.complete,
            inline,
        };
        let decision = decide::decide(&situation(true));
        let reviewed = publisher.publish(decision, || decide::decide(&situation(false))).await?;
        tracing::debug!(requests = ?session.requests(), "review published");
        Ok(reviewed)
    }

    /// Tells the pull request that its review was given up, so that a required check never hangs.
    pub async fn give_up(
        &self,
        installation: InstallationId,
        request: &ReviewRequest,
        reason: &str,
    ) -> Result<(), GitHubError> {
        let session = self.github.session(installation);
        let head = match &request.head {
            Some(it) => it.clone(),
            None => session.pull_request(&request.repo, request.pr).await?.head,
        };
        let check = decide::given_up(Voice::of(Language::En), reason);
        let run = publish::check_run(&head, request.asked_by.as_str(), &check);
        let there =
            session.find_check_run(&request.repo, &head, run.name, &run.external_id).await?;
        if there.is_none() {
            session.create_check_run(&request.repo, &run).await?;
        }
        for command in &request.commands {
            session.react(&request.repo, command.comment, Reaction::Confused).await?;
        }
        Ok(())
    }

    /// The pull request with its code; `None` when there is no Go in it and nothing of ours either.
    async fn fetch(
        &self,
        request: &ReviewRequest,
        pull: &Target,
        session: &Session,
        signer: &Signer<'_>,
    ) -> Result<Option<Snapshot>, Stop> {
        let ask = Ask {
            repo: &request.repo,
            pr: request.pr,
            base_ref: &pull.base_ref,
            head: &pull.head,
            // Before the first review there is nothing of ours to look after.
            even_without_go: !request.opened,
        };
        let versions = |comments: &[OurComment]| blobs(&self.read(comments, &[], signer));
        Ok(match session.snapshot(&ask, versions).await? {
            Fetched::Go(it) => Some(*it),
            Fetched::NoGo(_) => None,
        })
    }

    /// What we said, read from our own words.
    fn read(&self, comments: &[OurComment], reviews: &[OurReview], signer: &Signer<'_>) -> Earlier {
        Earlier::read(comments, reviews, signer, |word| self.rules.rule(word).is_some())
    }

    /// A lost answer may belong to a write that took effect, and reads may lag behind it.
    fn wait_out_read_lag(&self, task: &Task<'_>) -> Result<(), Stop> {
        let Some(since) = task.writing_since else { return Ok(()) };
        match READ_LAG.checked_sub(self.clock.now().since(since)) {
            Some(after) if !after.is_zero() => {
                Err(Stop::Later { after, reason: "an earlier attempt wrote just now" })
            }
            _ => Ok(()),
        }
    }

    async fn examine(&self, change: crate::model::Change) -> Result<Examination, Stop> {
        let (send, receive) = tokio::sync::oneshot::channel();
        let rules = Arc::clone(&self.rules);
        let span = tracing::Span::current();
        self.threads.spawn(move || {
            let _entered = span.enter();
            // Nobody waits any more when the lease was lost.
            let _ = send.send(Examination::of(change, &rules));
        });
        // The sender is dropped without sending only when the analysis panicked.
        receive.await.map_err(|_| anyhow::anyhow!("the analysis stopped without an answer").into())
    }

    fn links(&self, request: &ReviewRequest, head: &CommitSha) -> Links {
        Links {
            web: self.web.clone(),
            repo: request.repo.clone(),
            head: head.clone(),
            rules: self.public_url.clone(),
        }
    }
}

/// What to review; what the event did not tell is asked. Commands are told that they were heard.
async fn target(task: &Task<'_>, session: &Session) -> Result<Target, Stop> {
    let request = task.request;
    for command in &request.commands {
        session.react(&request.repo, command.comment, Reaction::Eyes).await?;
    }
    match (&request.head, &request.base_ref) {
        (Some(head), Some(base_ref)) if task.attempt <= HEAD_ATTEMPTS => Ok(Target {
            head: head.clone(),
            base_ref: base_ref.clone(),
            draft: request.draft,
            open: true,
            text: String::new(),
        }),
        _ => Ok(session.pull_request(&request.repo, request.pr).await?.into()),
    }
}

/// A newer push has its own job; or the API lags behind the webhook.
fn head_moved() -> Stop {
    Stop::Later { after: HEAD_LAG, reason: "the head moved while it was read" }
}

/// The versions of files that our open comments count their lines in.
fn blobs(earlier: &Earlier) -> Vec<BlobOid> {
    let mut blobs: Vec<_> = earlier.said.iter().filter_map(|it| it.blob.clone()).collect();
    blobs.sort_unstable();
    blobs.dedup();
    blobs
}

/// The pull request as far as the first requests need it.
struct Target {
    head: CommitSha,
    base_ref: String,
    draft: bool,
    open: bool,
    /// Title and body, where they are known.
    text: String,
}

impl From<PullRequest> for Target {
    fn from(it: PullRequest) -> Self {
        let text = format!("{}\n{}", it.title, it.body);
        Self { head: it.head, base_ref: it.base_ref, draft: it.draft, open: it.open, text }
    }
}
