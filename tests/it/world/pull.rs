//! Pull requests as a test plays with them and reads them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use go_expert::demo::github::{BOT, Changes, Conversation, Entry, Fault, Inline, NewPull, visible};

use super::github::{Event, GitHubWorld};
use super::{Act, texts};
use go_expert::model::Side;

/// The GitHub, as a test sees it.
#[derive(Clone)]
pub(crate) struct GitHub {
    world: Arc<dyn GitHubWorld>,
    /// What the App had said on each pull request when the test last looked.
    read: Arc<Mutex<BTreeMap<(String, u64), String>>>,
}

/// A pull request.
#[derive(Clone)]
pub(crate) struct Pr {
    github: GitHub,
    repository: String,
    number: u64,
}

/// A change that writes one file.
pub(crate) fn go_file(path: &str, text: &str) -> Changes {
    Changes::new().write(path, text)
}

impl GitHub {
    pub(super) fn new(world: Arc<dyn GitHubWorld>) -> Self {
        Self { world, read: Arc::default() }
    }

    /// Opens a pull request by a member.
    pub(crate) fn open_pr(&self, repository: &str, changes: Changes) -> Pr {
        self.open(repository, changes, "alice", false)
    }

    /// Opens a draft by a member.
    pub(crate) fn open_draft(&self, repository: &str, changes: Changes) -> Pr {
        self.open(repository, changes, "alice", true)
    }

    /// Opens a pull request by anybody.
    pub(crate) fn open_pr_by(&self, author: &str, repository: &str, changes: Changes) -> Pr {
        self.open(repository, changes, author, false)
    }

    fn open(&self, repository: &str, changes: Changes, author: &str, draft: bool) -> Pr {
        let (title, author) = ("Sell more".to_owned(), author.to_owned());
        let number = self.world.open(repository, NewPull { title, author, changes, draft });
        let key = (repository.to_owned(), number);
        self.read.lock().unwrap().insert(key, String::new());
        Pr { github: self.clone(), repository: repository.to_owned(), number }
    }

    /// The conversation, which counts as read.
    pub(crate) fn conversation(&self, pr: &Pr) -> Conversation {
        let conversation = self.world.conversation(&pr.repository, pr.number);
        let key = (pr.repository.clone(), pr.number);
        self.read.lock().unwrap().insert(key, said(&conversation));
        conversation
    }

    /// The inline comments, one a line: place, state and rules.
    pub(crate) fn threads(&self, pr: &Pr) -> String {
        let conversation = self.conversation(pr);
        let mut lines: Vec<String> = conversation.inline().map(thread).collect();
        lines.sort();
        lines.join("\n")
    }

    /// The bodies of our reviews as GitHub shows them, oldest first.
    pub(crate) fn summaries(&self, pr: &Pr) -> Vec<String> {
        let entries = self.conversation(pr).entries;
        entries
            .iter()
            .filter_map(|it| match it {
                Entry::Review { body, .. } => Some(visible(body)),
                _ => None,
            })
            .collect()
    }

    /// The conclusions of all check runs, oldest first.
    pub(crate) fn checks(&self, pr: &Pr) -> String {
        let checks = self.world.conversation(&pr.repository, pr.number).checks;
        let checks: Vec<String> =
            checks.iter().map(|it| format!("{} {}", it.name, it.conclusion)).collect();
        checks.join("\n")
    }

    /// The App's reactions to the comments below the pull request.
    pub(crate) fn reactions(&self, pr: &Pr) -> String {
        let mut all = Vec::new();
        for entry in self.conversation(pr).entries {
            let Entry::Comment { reactions, .. } = entry else { continue };
            all.extend(reactions.into_iter().filter(|it| it.1 == BOT).map(|it| it.0));
        }
        all.join(" ")
    }

    /// The operations that the App asked for since the last call, tokens aside.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.world.requests()
    }

    /// Makes something go wrong.
    pub(crate) fn fault(&self, fault: Fault) {
        self.world.fault(fault);
    }

    /// Makes GitHub leave out patches of more lines than this.
    pub(crate) fn limit_patches(&self, lines: usize) {
        self.world.limit_patches(lines);
    }

    /// An event of the App rather than of a pull request.
    pub(crate) fn app_event(&self, event: super::AppEvent) -> Event {
        self.world.app_event(event)
    }

    /// What the App said since the test last looked.
    pub(super) fn unread(&self) -> Vec<String> {
        let read = self.read.lock().unwrap();
        let new = read.iter().filter_map(|((repository, number), read)| {
            let now = said(&self.world.conversation(repository, *number));
            (now != *read).then(|| format!("{repository}#{number}:\n{now}"))
        });
        new.collect()
    }
}

/// Everything that the App said, and what became of it.
fn said(conversation: &Conversation) -> String {
    let mut text = String::new();
    for entry in &conversation.entries {
        match entry {
            Entry::Review { author, body, comments, .. } if author == BOT => {
                text.push_str(&format!("review {body}\n"));
                for it in comments {
                    text.push_str(&format!("{} {:?} {}\n", it.path, it.hidden, it.body));
                }
            }
            Entry::Comment { author, body, .. } if author == BOT && !body.starts_with('/') => {
                text.push_str(&format!("comment {body}\n"));
            }
            Entry::Comment { reactions, .. } => {
                let ours = reactions.iter().filter(|it| it.1 == BOT);
                ours.for_each(|it| text.push_str(&format!("reaction {}\n", it.0)));
            }
            _ => {}
        }
    }
    text
}

/// One inline comment in a line, as `cart.go:7-8 open goroutine-leak-on-timeout`.
fn thread(it: &Inline) -> String {
    let state = match (&it.hidden, it.line) {
        (Some(reason), _) if reason == "resolved" => "fixed",
        (Some(_), _) => "hidden",
        (None, None) => "outdated",
        (None, Some(_)) => "open",
    };
    let sign = if it.side == Side::Left { "-" } else { "" };
    let line = match (it.start_line, it.line) {
        (Some(first), Some(last)) => format!("{first}-{last}"),
        (_, Some(line)) => line.to_string(),
        (_, None) => it.original_line.to_string(),
    };
    let rules: Vec<&str> = texts::RULES.into_iter().filter(|id| it.body.contains(id)).collect();
    format!("{}:{sign}{line} {state} {}", it.path, rules.join(" "))
}

impl Pr {
    /// It was opened.
    pub(crate) fn opened(&self) -> Event {
        self.act(Act::Open)
    }

    /// Does something to it.
    pub(crate) fn act(&self, act: Act) -> Event {
        self.github.world.act(&self.repository, self.number, act)
    }

    /// Pushes a commit.
    pub(crate) fn push(&self, changes: Changes) -> Event {
        self.github.world.push(&self.repository, self.number, &changes, false)
    }

    /// Puts one commit on the base in the place of everything.
    pub(crate) fn force_push(&self, changes: Changes) -> Event {
        self.github.world.push(&self.repository, self.number, &changes, true)
    }

    /// Somebody comments.
    pub(crate) fn comment(&self, author: &str, text: &str) -> Event {
        self.github.world.comment(&self.repository, self.number, author, text)
    }
}
