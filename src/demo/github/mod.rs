//! A stand-in for GitHub on loopback, with state: real git object names, real diffs, reviews that
//! are taken or refused as GitHub does, signed webhooks. It answers what this App asks for and
//! nothing else.

mod access;
#[cfg(test)]
mod against_git;
mod conversation;
mod diff;
mod fault;
mod graphql;
mod history;
mod json;
mod page;
mod rest;
mod review;
mod webhook;
mod world;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post, put};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use conversation::{Check, Conversation, Entry, Inline, visible};
pub use fault::{Fault, FaultKind, Request};
pub use history::Changes;
pub use webhook::Webhook;
pub use world::Limits;

use crate::model::Clock;
use world::{Happened, IssueComment, Pull, World};

/// The App's id on the stand-in.
pub const APP_ID: u64 = 4242;
/// The App's slug: the name in its URL.
pub const APP_SLUG: &str = "go-expert";
/// The App's account.
pub const BOT: &str = "go-expert[bot]";
/// The secret of the App's webhooks. It protects nothing: the stand-in listens on loopback.
pub const WEBHOOK_SECRET: &str = "the stand-in's webhook secret";
/// The App's private key, made for the stand-in with `openssl genrsa`. It is published on
/// purpose: no GitHub knows it, and it protects nothing.
pub const PRIVATE_KEY: &str = include_str!("app-key.pem");
/// The public half, with which the stand-in checks the App's JSON web tokens.
const PUBLIC_KEY: &str = include_str!("app-key.pub.pem");
/// What the App was granted (the design's permissions, as in `app.yml`).
const PERMISSIONS: [(&str, &str); 5] = [
    ("checks", "write"),
    ("contents", "read"),
    ("issues", "write"),
    ("metadata", "read"),
    ("pull_requests", "write"),
];
/// What the App asked to be told. The stand-in also tells it what its own writes cause.
const EVENTS: [&str; 2] = ["issue_comment", "pull_request"];

/// The state, shared between the stand-in and whoever plays with it.
type Shared = Arc<Mutex<World>>;

fn lock(shared: &Shared) -> MutexGuard<'_, World> {
    // A dropped answer unwinds a task, which never holds the lock at that point.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A pull request to open.
#[derive(Debug, Clone)]
pub struct NewPull {
    /// Its title.
    pub title: String,
    /// Who opens it.
    pub author: String,
    /// What it changes, on top of the base branch.
    pub changes: Changes,
    /// Whether it is a draft.
    pub draft: bool,
}

/// What a person does to a pull request, beside pushing and commenting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// It was just opened.
    Open,
    /// Opens it again.
    Reopen,
    /// Ends the draft.
    Ready,
    /// Makes it a draft.
    Draft,
    /// Closes it.
    Close,
    /// Gives it another base branch.
    Retarget(String),
    /// Gives it another title.
    Rename(String),
}

/// The stand-in. It stops when it is dropped.
pub struct StandIn {
    shared: Shared,
    url: String,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl StandIn {
    /// Starts an empty stand-in on a free port of the loopback interface.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(clock: Clock) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Mutex::new(World::new(clock, url.clone())));
        let app = router(shared.clone());
        let server = tokio::spawn(async move {
            // It ends with the task; an error of the listener ends it, too.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { shared, url, server })
    }

    /// The root of the API and of the web pages.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Changes GitHub's limits.
    pub fn limit(&self, change: impl FnOnce(&mut Limits)) {
        change(&mut lock(&self.shared).limits);
    }

    /// Makes something go wrong.
    pub fn fault(&self, fault: Fault) {
        lock(&self.shared).faults.push(fault);
    }

    /// The requests since the last call, oldest first.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut lock(&self.shared).requests)
    }

    /// What GitHub would have refused or held against the App since the last call.
    pub fn take_complaints(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.shared).complaints)
    }

    /// The events since the last call that the App's own writes caused.
    pub fn take_outbox(&self) -> Vec<Webhook> {
        std::mem::take(&mut lock(&self.shared).outbox)
    }

    /// All tokens that were given out expire now.
    pub fn expire_tokens(&self) {
        lock(&self.shared).tokens.clear();
    }

    /// Makes a repository with a first commit on `main`, on which the App is installed.
    pub fn create_repository(&self, name: &str, files: &Changes) {
        lock(&self.shared).create(name, files);
    }

    /// Commits to a branch, which is made at the tip of `main` when there is none. The new tip.
    pub fn commit(&self, repository: &str, branch: &str, changes: &Changes) -> Option<String> {
        let mut world = lock(&self.shared);
        let seconds = world.clock.now().seconds();
        let history = &mut world.repository_mut(repository)?.history;
        let tip = history.branch(branch).or_else(|| history.branch("main"))?.to_owned();
        let sha = history.commit(&[tip], changes, &format!("Work on {branch}"), seconds);
        history.set_branch(branch, &sha);
        Some(sha)
    }

    /// Opens a pull request against `main`: its number.
    pub fn open_pull(&self, repository: &str, new: NewPull) -> Option<u64> {
        let mut world = lock(&self.shared);
        let (seconds, id) = (world.clock.now().seconds(), world.next_id());
        let found = world.repository_mut(repository)?;
        let number = found.pulls.keys().next_back().map_or(1, |it| it + 1);
        let tip = found.history.branch("main")?.to_owned();
        let head = found.history.commit(&[tip], &new.changes, &new.title, seconds);
        let head_ref = format!("change-{number}");
        found.history.set_branch(&head_ref, &head);
        let pushed =
            Happened::Pushed { head: head.clone(), forced: false, message: new.title.clone() };
        let pull = Pull {
            id,
            number,
            title: new.title,
            body: String::new(),
            author: new.author,
            base_ref: "main".to_owned(),
            head_ref,
            head,
            draft: new.draft,
            open: true,
            reviews: Vec::new(),
            threads: Vec::new(),
            comments: Vec::new(),
            timeline: vec![pushed],
        };
        found.pulls.insert(number, pull);
        Some(number)
    }

    /// Does something to a pull request: the webhook that says so.
    pub fn act(&self, repository: &str, number: u64, act: Act) -> Option<Webhook> {
        let mut world = lock(&self.shared);
        let found = world.repository_mut(repository)?;
        let mut pull = found.pulls.get(&number)?.clone();
        let mut changes = Value::Null;
        let action = match act {
            Act::Open => "opened",
            Act::Reopen => {
                pull.open = true;
                "reopened"
            }
            Act::Close => {
                pull.open = false;
                "closed"
            }
            Act::Ready => {
                pull.draft = false;
                "ready_for_review"
            }
            Act::Draft => {
                pull.draft = true;
                "converted_to_draft"
            }
            Act::Retarget(branch) => {
                let sha = found.base(&pull);
                let from = std::mem::replace(&mut pull.base_ref, branch);
                changes = json!({ "base": { "ref": { "from": from }, "sha": { "from": sha } } });
                "edited"
            }
            Act::Rename(title) => {
                let from = std::mem::replace(&mut pull.title, title);
                changes = json!({ "title": { "from": from } });
                "edited"
            }
        };
        found.pulls.insert(number, pull);
        let more = [("changes", changes)];
        let more = if action == "edited" { &more[..] } else { &[] };
        world.pull_event(repository, number, action, more)
    }

    /// Commits to the pull request's branch: the webhook that says so. With `force` the commit
    /// stands on the tip of the base branch and takes the place of all that was there.
    pub fn push(
        &self,
        repository: &str,
        number: u64,
        changes: &Changes,
        force: bool,
    ) -> Option<Webhook> {
        let mut world = lock(&self.shared);
        let seconds = world.clock.now().seconds();
        let found = world.repository_mut(repository)?;
        let pull = found.pulls.get(&number)?;
        let (before, base) = (pull.head.clone(), found.base(pull));
        let parent = if force { base } else { before.clone() };
        let message = format!("Change {}", paths(changes));
        let head = found.history.commit(&[parent], changes, &message, seconds);
        found.push(number, &head, &message);
        let more = [("before", json!(before)), ("after", json!(head))];
        world.pull_event(repository, number, "synchronize", &more)
    }

    /// Comments below a pull request: the comment's id, and the webhook that says so.
    pub fn comment(
        &self,
        repository: &str,
        number: u64,
        author: &str,
        text: &str,
    ) -> Option<(u64, Webhook)> {
        let mut world = lock(&self.shared);
        let comment = IssueComment {
            id: world.next_id(),
            author: author.to_owned(),
            body: text.to_owned(),
            reactions: Vec::new(),
            created: world.clock.now(),
        };
        let pull = world.repository_mut(repository)?.pulls.get_mut(&number)?;
        pull.comments.push(comment.clone());
        pull.timeline.push(Happened::Commented(comment.id));
        let found = world.repository(repository)?;
        let fields = json!({
            "issue": world.issue_json(found, found.pulls.get(&number)?),
            "comment": world.comment_json(found, &comment),
        });
        let created = Some("created");
        let webhook = world.webhook("issue_comment", created, Some(repository), author, fields)?;
        Some((comment.id, webhook))
    }

    /// The first event of an App's webhook.
    pub fn ping(&self) -> Option<Webhook> {
        let hook = json!({ "type": "App", "app_id": APP_ID, "events": EVENTS, "active": true });
        let fields = json!({ "zen": "Keep it logically awesome.", "hook_id": 1, "hook": hook });
        lock(&self.shared).webhook("ping", None, None, "acme", fields)
    }

    /// `installation` (`created`, `deleted`, `suspend`, `unsuspend`) of the App on an account.
    pub fn installation(&self, account: &str, action: &str) -> Option<Webhook> {
        let world = lock(&self.shared);
        let installation = world.installations.values().find(|it| it.account == account)?;
        let repositories = world.repositories.values().filter(|it| it.owner == account);
        let repositories: Vec<Value> = repositories
            .map(|it| json!({ "id": it.id, "name": it.name, "full_name": it.full_name() }))
            .collect();
        let fields = json!({
            "installation": {
                "id": installation.id, "account": json::user(account), "app_id": APP_ID,
                "permissions": installation.permissions, "repository_selection": "all",
            },
            "repositories": repositories,
        });
        world.webhook("installation", Some(action), None, account, fields)
    }

    /// `installation_repositories`: a repository was `added` to the installation, or `removed`.
    pub fn installation_repositories(&self, repository: &str, action: &str) -> Option<Webhook> {
        let world = lock(&self.shared);
        let found = world.repository(repository)?;
        let owner = &found.owner;
        let installation = world.installations.values().find(|it| it.account == *owner)?;
        let entry = json!({ "id": found.id, "name": found.name, "full_name": found.full_name() });
        let (added, removed) = if action == "added" {
            (json!([entry]), json!([]))
        } else {
            (json!([]), json!([entry]))
        };
        let fields = json!({
            "installation": { "id": installation.id, "account": json::user(owner) },
            "repository_selection": "selected",
            "repositories_added": added, "repositories_removed": removed,
        });
        world.webhook("installation_repositories", Some(action), None, owner, fields)
    }

    /// The head of a pull request.
    pub fn head(&self, repository: &str, number: u64) -> Option<String> {
        Some(lock(&self.shared).repository(repository)?.pulls.get(&number)?.head.clone())
    }

    /// What a person sees who opens the pull request.
    pub fn conversation(&self, repository: &str, number: u64) -> Option<Conversation> {
        let world = lock(&self.shared);
        let found = world.repository(repository)?;
        Some(Conversation::new(found, found.pulls.get(&number)?))
    }
}

fn paths(changes: &Changes) -> String {
    changes.iter().map(|(path, _)| path).collect::<Vec<_>>().join(", ")
}

fn router(shared: Shared) -> Router {
    let pages = page::routes(shared.clone());
    Router::new()
        .route("/app", get(rest::get_app))
        .route("/app/installations/{id}/access_tokens", post(rest::access_token))
        .route("/graphql", post(graphql::answer))
        .route("/repos/{owner}/{repo}/compare/{*basehead}", get(rest::compare))
        .route("/repos/{owner}/{repo}/pulls/{number}", get(rest::pull))
        .route("/repos/{owner}/{repo}/pulls/{number}/files", get(rest::pull_files))
        .route("/repos/{owner}/{repo}/pulls/{number}/reviews", post(review::create))
        .route("/repos/{owner}/{repo}/pulls/{number}/reviews/{id}", put(review::update))
        .route("/repos/{owner}/{repo}/check-runs", post(rest::create_check_run))
        .route("/repos/{owner}/{repo}/commits/{sha}/check-runs", get(rest::check_runs))
        .route("/repos/{owner}/{repo}/git/blobs/{oid}", get(rest::blob))
        .route("/repos/{owner}/{repo}/issues/comments/{id}/reactions", post(rest::react))
        .fallback(rest::unknown)
        .method_not_allowed_fallback(rest::unknown)
        .layer(axum::middleware::from_fn_with_state(shared.clone(), fault::judge))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(shared)
        .merge(pages)
}
