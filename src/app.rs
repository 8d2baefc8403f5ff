//! F5: the composition root: settings → store, GitHub, rules → routes and worker. The only file
//! that knows everything.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use axum::Router;
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use crate::config::{AppCredentials, Credentials, Settings};
use crate::github::{self, GitHub, GitHubError};
use crate::model::Clock;
use crate::review::marker::MarkerKeys;
use crate::review::{Gate, Parts, Reviewed, Reviewer, Stop, Task};
use crate::rules::RuleSet;
use crate::server::{self, SetupToken, Webhook};
use crate::store::{self, Claim, Standing, Store};
use crate::worker::{self, Ended, Guard, Outcome, Runner, Worker};

/// How long one request to GitHub may take: GitHub itself gives up after ten seconds.
const GITHUB_TIMEOUT: Duration = Duration::from_secs(20);

/// The service, ready to be served.
pub struct App {
    public: Router,
    operator: Router,
    state: State,
}

enum State {
    /// Nobody told us who we are: only the setup page answers.
    Setup(SetupToken),
    Running {
        store: Arc<dyn Store>,
        worker: Worker,
    },
}

impl App {
    /// Opens the store and puts everything together; nothing is sent to GitHub.
    ///
    /// # Errors
    /// When a setting cannot be used or the store cannot be opened; the message says what to do.
    pub async fn start(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let credentials = match settings.credentials {
            Credentials::App(it) => it,
            Credentials::None => return Ok(Self::setup()),
        };
        // Before anything is opened: a key that cannot sign is the likeliest mistake.
        let options = github::Options {
            api_url: settings.github_api_url.clone(),
            app_id: credentials.app_id.to_string(),
            private_key: credentials.private_key.clone(),
            timeout: GITHUB_TIMEOUT,
        };
        let github = GitHub::new(&options, clock.clone())?;
        let store = store::open(&settings.database_url, clock.clone())
            .await
            .with_context(|| format!("cannot open the database {}", settings.database_url))?;
        let back = store.take_back().await?;
        if back > 0 {
            tracing::info!(jobs = back, "Took back what a crash had interrupted");
        }

        let rules = Arc::new(RuleSet::builtin());
        let reviewer = Reviewer::new(Parts {
            github,
            rules: Arc::clone(&rules),
            markers: marker_keys(&credentials),
            threads: std::thread::available_parallelism().map_or(2, usize::from),
            web: settings.github_url,
            public_url: settings.public_url,
            clock: clock.clone(),
        })?;
        let runner = Arc::new(ReviewRunner { reviewer });
        let options = worker::Options { concurrency: settings.workers, ..Default::default() };
        let worker = Worker::new(Arc::clone(&store), runner, clock, options);
        let webhook =
            Webhook::new(credentials.webhook_secrets, credentials.app_id, Arc::clone(&store));
        Ok(Self {
            public: server::public(webhook, rules),
            operator: server::operator(Some(Arc::clone(&store))),
            state: State::Running { store, worker },
        })
    }

    fn setup() -> Self {
        let token = SetupToken::random();
        Self {
            public: server::public_setup(token.clone()),
            operator: server::operator(None),
            state: State::Setup(token),
        }
    }

    /// The public routes.
    pub fn public(&self) -> Router {
        self.public.clone()
    }

    /// The operator's routes.
    pub fn operator(&self) -> Router {
        self.operator.clone()
    }

    /// The token of the setup page, in setup mode.
    pub fn setup_token(&self) -> Option<&SetupToken> {
        match &self.state {
            State::Setup(token) => Some(token),
            State::Running { .. } => None,
        }
    }

    /// The queue; none in setup mode.
    pub fn store(&self) -> Option<&Arc<dyn Store>> {
        match &self.state {
            State::Setup(_) => None,
            State::Running { store, .. } => Some(store),
        }
    }

    /// Runs every job that is due, and what becomes due by it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn run_until_idle(&self) -> anyhow::Result<Vec<Ended>> {
        match &self.state {
            State::Setup(_) => Ok(Vec::new()),
            State::Running { worker, .. } => Ok(worker.run_until_idle().await?),
        }
    }

    /// Runs jobs until `shutdown`, then finishes or gives back what is under way and closes the
    /// store.
    pub async fn work(&self, shutdown: CancellationToken) {
        match &self.state {
            State::Setup(_) => shutdown.cancelled().await,
            State::Running { worker, .. } => worker.run(shutdown).await,
        }
    }

    /// Commits what was accepted and releases the database.
    pub async fn close(&self) {
        if let State::Running { store, .. } = &self.state {
            store.close().await;
        }
    }
}

/// The operator's keys, or keys derived from the webhook secrets.
fn marker_keys(credentials: &AppCredentials) -> MarkerKeys {
    let set = &credentials.marker_keys;
    if set.is_empty() {
        MarkerKeys::derived(credentials.webhook_secrets.iter().map(|it| it.expose_secret()))
    } else {
        MarkerKeys::new(set.iter().map(|it| it.expose_secret().as_bytes().to_vec()))
    }
}

/// Runs reviews for the worker.
struct ReviewRunner {
    reviewer: Reviewer,
}

#[async_trait]
impl Runner for ReviewRunner {
    async fn run(&self, claim: &Claim, guard: &Guard) -> Outcome {
        let gate = GuardGate(guard);
        let task = Task {
            installation: claim.job.installation,
            request: &claim.job.review,
            attempt: claim.attempt,
            writing_since: claim.publishing_since,
            gate: &gate,
        };
        match self.reviewer.review(&task).await {
            Ok(reviewed) => {
                // The span names the pull request.
                tracing::info!("{}", told(reviewed));
                Outcome::Done
            }
            Err(stop) => outcome(stop),
        }
    }

    async fn buried(&self, claim: &Claim, reason: &str) {
        let (installation, request) = (claim.job.installation, &claim.job.review);
        if let Err(error) = self.reviewer.give_up(installation, request, reason).await {
            tracing::warn!("Could not tell the pull request that its review was given up: {error}");
        }
    }
}

fn told(reviewed: Reviewed) -> String {
    match reviewed {
        Reviewed::Published { comments: 0, fixed: 0 } => "Reviewed: nothing new to say".to_owned(),
        Reviewed::Published { comments, fixed } => {
            format!("Reviewed: new comments: {comments}, marked as fixed: {fixed}")
        }
        Reviewed::Skipped => "Skipped, with a check run that says why".to_owned(),
        Reviewed::Closed => "Closed meanwhile: nothing to do".to_owned(),
    }
}

/// What a review that did not end means for its job.
fn outcome(stop: Stop) -> Outcome {
    match stop {
        Stop::Superseded => Outcome::Superseded,
        Stop::Later { after, reason } => {
            Outcome::Retry { after: Some(after), error: reason.to_owned() }
        }
        Stop::Internal(error) => Outcome::Retry { after: None, error: format!("{error:#}") },
        Stop::GitHub(error) => match error {
            GitHubError::RateLimited { until } => {
                Outcome::PutOff { until, reason: error.to_string() }
            }
            // Asking again does not help, until somebody changes something.
            GitHubError::NoAccess { .. } | GitHubError::Unprocessable { .. } => {
                Outcome::GiveUp { reason: error.to_string() }
            }
            GitHubError::Unauthorized { .. }
            | GitHubError::Transient { .. }
            | GitHubError::Malformed { .. } => {
                Outcome::Retry { after: None, error: error.to_string() }
            }
        },
    }
}

/// Lets a review ask the queue whether it may write.
struct GuardGate<'a>(&'a Guard);

#[async_trait]
impl Gate for GuardGate<'_> {
    async fn begin(&self) -> anyhow::Result<bool> {
        Ok(self.0.begin_publish().await? == Standing::Ours)
    }

    async fn still_open(&self) -> anyhow::Result<bool> {
        Ok(self.0.may_write().await? == Standing::Ours)
    }
}
