//! The state of the stand-in: repositories, pull requests and what was said about them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::diff::{self, FileDiff};
use super::fault::{Fault, Request};
use super::history::{Changes, Commit, History};
use super::webhook::Webhook;
use crate::model::{Clock, Side, Timestamp};

/// The organisation's members; everybody else is a stranger, [`COLLABORATOR`] aside.
pub(super) const MEMBERS: [&str; 1] = ["alice"];
/// Somebody from outside who may write.
pub(super) const COLLABORATOR: &str = "bob";

/// GitHub's limits, as far as the stand-in keeps them; tests lower them.
///
/// From docs.github.com, "Repository limits", and the REST reference of "Compare two commits".
#[derive(Debug, Clone)]
pub struct Limits {
    /// Lines of a patch beyond which GitHub leaves it out.
    pub patch_lines: usize,
    /// Bytes of a patch beyond which GitHub leaves it out.
    pub patch_bytes: usize,
    /// Files of a comparison.
    pub compare_files: usize,
    /// Bytes of a text beyond which GraphQL cuts it.
    pub blob_text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            patch_lines: 20_000,
            patch_bytes: 500_000,
            compare_files: 300,
            blob_text: 512 * 1024,
        }
    }
}

/// Everything the stand-in knows.
pub(super) struct World {
    pub(super) clock: Clock,
    /// `http://127.0.0.1:…`, without a slash at the end.
    pub(super) url: String,
    pub(super) limits: Limits,
    pub(super) installations: BTreeMap<u64, Installation>,
    /// By `owner/name` in lower case.
    pub(super) repositories: BTreeMap<String, Repository>,
    pub(super) tokens: HashMap<String, Token>,
    pub(super) faults: Vec<Fault>,
    pub(super) requests: Vec<Request>,
    /// What GitHub would not have understood, or would have held against us.
    pub(super) complaints: Vec<String>,
    /// Events that the App's own writes caused and that were not delivered yet.
    pub(super) outbox: Vec<Webhook>,
    /// Requests before this time are too early.
    pub(super) wait_until: Option<Timestamp>,
    ids: u64,
}

/// The App on an account.
#[derive(Debug, Clone)]
pub(super) struct Installation {
    pub(super) id: u64,
    pub(super) account: String,
    pub(super) permissions: BTreeMap<String, String>,
}

/// An installation token.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) installation: u64,
    pub(super) expires: Timestamp,
}

/// A repository.
pub(super) struct Repository {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) history: History,
    pub(super) pulls: BTreeMap<u64, Pull>,
    pub(super) check_runs: Vec<CheckRun>,
}

/// A pull request.
#[derive(Debug, Clone)]
pub(super) struct Pull {
    pub(super) id: u64,
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) author: String,
    pub(super) base_ref: String,
    pub(super) head_ref: String,
    pub(super) head: String,
    pub(super) draft: bool,
    pub(super) open: bool,
    pub(super) reviews: Vec<Review>,
    pub(super) threads: Vec<Thread>,
    pub(super) comments: Vec<IssueComment>,
    /// What happened, in order.
    pub(super) timeline: Vec<Happened>,
}

/// One step of a pull request's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Happened {
    Pushed { head: String, forced: bool, message: String },
    Reviewed(u64),
    Commented(u64),
}

/// A review.
#[derive(Debug, Clone)]
pub(super) struct Review {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) body: String,
    pub(super) commit: String,
    pub(super) edited: bool,
    pub(super) submitted: Timestamp,
}

/// An inline comment and its thread; nobody replies here.
#[derive(Debug, Clone)]
pub(super) struct Thread {
    pub(super) id: u64,
    pub(super) review: u64,
    pub(super) author: String,
    pub(super) body: String,
    pub(super) edited: bool,
    /// Why it was hidden, in GitHub's words.
    pub(super) minimized: Option<String>,
    pub(super) path: String,
    pub(super) side: Side,
    /// `None` when the thread is outdated.
    pub(super) line: Option<u32>,
    pub(super) start_line: Option<u32>,
    pub(super) original_line: u32,
    pub(super) original_start_line: Option<u32>,
    pub(super) original_commit: String,
    pub(super) hunk: String,
}

/// A comment below the pull request.
#[derive(Debug, Clone)]
pub(super) struct IssueComment {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) body: String,
    pub(super) reactions: Vec<(String, String)>,
    pub(super) created: Timestamp,
}

/// A check run.
#[derive(Debug, Clone)]
pub(super) struct CheckRun {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) head: String,
    pub(super) external_id: String,
    pub(super) status: String,
    pub(super) conclusion: Option<String>,
    pub(super) title: String,
    pub(super) summary: String,
}

impl World {
    pub(super) fn new(clock: Clock, url: String) -> Self {
        Self {
            clock,
            url,
            limits: Limits::default(),
            installations: BTreeMap::new(),
            repositories: BTreeMap::new(),
            tokens: HashMap::new(),
            faults: Vec::new(),
            requests: Vec::new(),
            complaints: Vec::new(),
            outbox: Vec::new(),
            wait_until: None,
            // Past 32 bits, as many of GitHub's ids are.
            ids: 5_000_000_000,
        }
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// The App's installation on an account, made on first use.
    pub(super) fn install(&mut self, account: &str) -> u64 {
        if let Some(it) = self.installations.values().find(|it| it.account == account) {
            return it.id;
        }
        let id = self.next_id();
        let permissions = super::PERMISSIONS;
        let permissions =
            permissions.iter().map(|(name, level)| (name.to_string(), level.to_string()));
        let installation =
            Installation { id, account: account.to_owned(), permissions: permissions.collect() };
        self.installations.insert(id, installation);
        id
    }

    /// Makes a repository that has one commit of `files` on `main`, and installs the App on its
    /// account.
    pub(super) fn create(&mut self, name: &str, files: &Changes) {
        let (owner, short) = name.split_once('/').unwrap_or(("acme", name));
        self.install(owner);
        let mut history = History::default();
        let root = history.commit(&[], files, "Start", self.clock.now().seconds());
        history.set_branch("main", &root);
        let repository = Repository {
            id: self.next_id(),
            owner: owner.to_owned(),
            name: short.to_owned(),
            history,
            pulls: BTreeMap::new(),
            check_runs: Vec::new(),
        };
        self.repositories.insert(name.to_lowercase(), repository);
    }

    pub(super) fn repository(&self, name: &str) -> Option<&Repository> {
        self.repositories.get(&name.to_lowercase())
    }

    pub(super) fn repository_mut(&mut self, name: &str) -> Option<&mut Repository> {
        self.repositories.get_mut(&name.to_lowercase())
    }
}

impl Repository {
    /// `owner/name`.
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// GitHub's word for what somebody is to the repository.
    pub(super) fn association(&self, login: &str) -> &'static str {
        if login == self.owner {
            "OWNER"
        } else if MEMBERS.contains(&login) {
            "MEMBER"
        } else if login == COLLABORATOR {
            "COLLABORATOR"
        } else {
            "NONE"
        }
    }

    /// The tip of the pull request's base branch.
    pub(super) fn base(&self, pull: &Pull) -> String {
        self.history.branch(&pull.base_ref).unwrap_or_default().to_owned()
    }

    /// The diff that GitHub shows of a pull request, were `head` its head.
    pub(super) fn diff(&self, pull: &Pull, head: &str) -> Vec<FileDiff> {
        let old = self.history.merge_base(&self.base(pull), head);
        match (old, self.history.get(head)) {
            (Some(old), Some(new)) => diff::between(&old.files, &new.files),
            _ => Vec::new(),
        }
    }

    /// The names of the pull request's commits.
    pub(super) fn commits(&self, pull: &Pull) -> BTreeSet<String> {
        let ahead = self.history.ahead(&self.base(pull), &pull.head);
        ahead.into_iter().map(|it| it.sha.clone()).collect()
    }

    /// Moves the head of a pull request, and its comments with it. Whether it was forced.
    pub(super) fn push(&mut self, number: u64, head: &str, message: &str) -> bool {
        let Some(mut pull) = self.pulls.remove(&number) else { return false };
        let before = std::mem::replace(&mut pull.head, head.to_owned());
        self.history.set_branch(&pull.head_ref, head);
        let forced = !self.history.ancestors(head).contains(&before);
        let mut threads = std::mem::take(&mut pull.threads);
        for thread in &mut threads {
            self.move_thread(&pull, thread, &before);
        }
        pull.threads = threads;
        let (head, message) = (head.to_owned(), message.to_owned());
        pull.timeline.push(Happened::Pushed { head, forced, message });
        self.pulls.insert(number, pull);
        forced
    }

    /// Puts a thread that was right at `before` where its line is now; a line that was touched,
    /// or that the diff does not show any more, makes it outdated.
    pub(super) fn move_thread(&self, pull: &Pull, thread: &mut Thread, before: &str) {
        let Some(line) = thread.line else { return };
        let side = |head: &str| -> Option<&Commit> {
            match thread.side {
                Side::Right => self.history.get(head),
                Side::Left => self.history.merge_base(&self.base(pull), head),
            }
        };
        let moved = |line: u32| -> Option<u32> {
            let (old, new) = (side(before)?, side(&pull.head)?);
            let between = diff::between(&old.files, &new.files);
            let path =
                |it: &&FileDiff| it.previous_path.as_ref().unwrap_or(&it.path) == &thread.path;
            match between.iter().find(path) {
                None => Some(line),
                Some(file) if file.status == "removed" => None,
                Some(file) => file.map_line(line),
            }
        };
        let shown = |line: u32| {
            let diff = self.diff(pull, &pull.head);
            diff.iter().any(|it| it.path == thread.path && it.find(thread.side, line).is_some())
        };
        let line = moved(line).filter(|it| shown(*it));
        let start = thread.start_line.and_then(moved);
        if line.is_none() || (thread.start_line.is_some() && start.is_none()) {
            (thread.line, thread.start_line) = (None, None);
        } else {
            (thread.line, thread.start_line) = (line, start);
        }
    }
}
