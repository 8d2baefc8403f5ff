//! What the pages show, taken from the stand-in's state.

use askama::Template;

use super::super::BOT;
use super::super::conversation::{emoji, mark};
use super::super::diff::{self, FileDiff, Row};
use super::super::world::{CheckRun, Happened, IssueComment, Pull, Repository, Thread};
use super::markdown;
use crate::model::Side;

/// How many lines GitHub shows above a comment.
const SHOWN_ABOVE: usize = 4;

/// The heading of both pages.
pub(super) struct Head {
    pub(super) repository: String,
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) state: &'static str,
    pub(super) author: String,
    pub(super) base_ref: String,
    pub(super) head_ref: String,
    pub(super) commits: usize,
    pub(super) files: usize,
    pub(super) added: usize,
    pub(super) removed: usize,
    pub(super) css: &'static str,
}

/// One line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// `add`, `del` or `same`: what the style sheet calls it.
    pub(super) kind: &'static str,
    pub(super) old: Option<u32>,
    pub(super) new: Option<u32>,
    /// The line without its sign.
    pub(super) text: String,
}

impl Line {
    fn of(row: &Row, shift: u32) -> Self {
        let kind = match (row.old, row.new) {
            (None, _) => "add",
            (_, None) => "del",
            _ => "same",
        };
        let text = row.text.get(1..).unwrap_or_default().to_owned();
        Self { kind, old: row.old.map(|it| it + shift), new: row.new.map(|it| it + shift), text }
    }

    #[cfg(test)]
    pub(super) fn added(new: u32, text: &str) -> Self {
        Self { kind: "add", old: None, new: Some(new), text: text.to_owned() }
    }

    pub(super) fn sign(&self) -> &'static str {
        match self.kind {
            "add" => "+",
            "del" => "-",
            _ => " ",
        }
    }
}

/// Lines of code with their numbers.
#[derive(Template)]
#[template(path = "demo/github/page/table.html")]
pub(super) struct DiffTable {
    pub(super) lines: Vec<Line>,
}

/// An inline comment.
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) path: String,
    /// `18–21`, at the head or, when it is outdated, at the commit that was commented.
    pub(super) lines: String,
    pub(super) before: bool,
    pub(super) outdated: bool,
    /// Why it is hidden.
    pub(super) hidden: Option<String>,
    pub(super) edited: bool,
    /// The commented code, for where the diff is not beside it.
    pub(super) code: Vec<Line>,
    /// HTML.
    pub(super) body: String,
}

impl Comment {
    fn new(repository: &Repository, pull: &Pull, it: &Thread) -> Self {
        let line = it.line.unwrap_or(it.original_line);
        let start = if it.line.is_some() { it.start_line } else { it.original_start_line };
        let lines = start.map_or_else(|| line.to_string(), |start| format!("{start}–{line}"));
        let diff = repository.diff(pull, &it.original_commit);
        let file = diff.iter().find(|file| file.path == it.path);
        Self {
            id: it.id,
            author: it.author.clone(),
            path: it.path.clone(),
            lines,
            before: it.side == Side::Left,
            outdated: it.line.is_none(),
            hidden: it.minimized.clone(),
            edited: it.edited,
            code: file.map(|file| commented(file, it)).unwrap_or_default(),
            body: markdown::html(&it.body, |block| suggested(repository, it, block)),
        }
    }

    pub(super) fn folded(&self) -> bool {
        self.outdated || self.hidden.is_some()
    }

    pub(super) fn initial(&self) -> char {
        initial(&self.author)
    }

    pub(super) fn is_bot(&self) -> bool {
        self.author == BOT
    }
}

/// The last lines of the diff up to the commented one; the whole range where that is more.
fn commented(file: &FileDiff, it: &Thread) -> Vec<Line> {
    let Some((hunk, last)) = file.find(it.side, it.original_line) else { return Vec::new() };
    let range = it.original_start_line.map_or(0, |start| it.original_line.saturating_sub(start));
    let above = SHOWN_ABOVE.max(range as usize + 1);
    let first = (last + 1).saturating_sub(above);
    hunk.rows[first..=last].iter().map(|row| Line::of(row, 0)).collect()
}

/// What a suggestion does to the commented lines.
fn suggested(repository: &Repository, it: &Thread, block: &str) -> Vec<Line> {
    let commit = repository.history.get(&it.original_commit);
    let Some(file) = commit.and_then(|commit| commit.files.get(&it.path)) else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&file.bytes);
    let start = it.original_start_line.unwrap_or(it.original_line).max(1);
    let count = it.original_line.saturating_sub(start) as usize + 1;
    let old: String = text.split_inclusive('\n').skip(start as usize - 1).take(count).collect();
    let hunks = diff::hunks(old.as_bytes(), block.as_bytes());
    hunks.iter().flat_map(|it| &it.rows).map(|row| Line::of(row, start - 1)).collect()
}

/// One entry of the conversation.
pub(super) enum Entry {
    Push { sha: String, forced: bool, message: String },
    Said(Said),
}

/// A review or a comment.
pub(super) struct Said {
    pub(super) author: String,
    pub(super) verb: &'static str,
    pub(super) edited: bool,
    /// HTML.
    pub(super) body: String,
    pub(super) comments: Vec<Comment>,
    /// An emoji and who gave it.
    pub(super) reactions: Vec<(String, String)>,
}

impl Said {
    pub(super) fn initial(&self) -> char {
        initial(&self.author)
    }

    pub(super) fn is_bot(&self) -> bool {
        self.author == BOT
    }
}

fn initial(author: &str) -> char {
    author.chars().next().unwrap_or('?').to_ascii_uppercase()
}

/// A check run.
pub(super) struct Check {
    pub(super) name: String,
    pub(super) mark: String,
    pub(super) conclusion: String,
    pub(super) title: String,
    /// HTML.
    pub(super) summary: String,
}

/// A file of the diff.
pub(super) struct File {
    pub(super) path: String,
    pub(super) previous: Option<String>,
    pub(super) status: &'static str,
    pub(super) added: usize,
    pub(super) removed: usize,
    pub(super) hunks: Vec<Hunk>,
}

/// A hunk with the comments that stand in it.
pub(super) struct Hunk {
    pub(super) header: String,
    /// Lines, each stretch with the comments below its last line.
    pub(super) parts: Vec<(DiffTable, Vec<Comment>)>,
}

pub(super) fn head(repository: &Repository, pull: &Pull, css: &'static str) -> Head {
    let diff = repository.diff(pull, &pull.head);
    let counts = diff.iter().map(FileDiff::counts);
    let (added, removed) = counts.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    Head {
        repository: repository.full_name(),
        number: pull.number,
        title: pull.title.clone(),
        state: match (pull.open, pull.draft) {
            (false, _) => "Closed",
            (true, true) => "Draft",
            (true, false) => "Open",
        },
        author: pull.author.clone(),
        base_ref: pull.base_ref.clone(),
        head_ref: pull.head_ref.clone(),
        commits: repository.commits(pull).len(),
        files: diff.len(),
        added,
        removed,
        css,
    }
}

/// What happened, in order.
pub(super) fn entries(repository: &Repository, pull: &Pull) -> Vec<Entry> {
    pull.timeline.iter().filter_map(|it| entry(repository, pull, it)).collect()
}

fn entry(repository: &Repository, pull: &Pull, it: &Happened) -> Option<Entry> {
    match it {
        Happened::Pushed { head, forced, message } => {
            let sha = head.get(..7).unwrap_or(head).to_owned();
            Some(Entry::Push { sha, forced: *forced, message: message.clone() })
        }
        Happened::Reviewed(id) => {
            let review = pull.reviews.iter().find(|it| it.id == *id)?;
            let threads = pull.threads.iter().filter(|it| it.review == *id);
            Some(Entry::Said(Said {
                author: review.author.clone(),
                verb: "reviewed",
                edited: review.edited,
                body: markdown::html(&review.body, plain),
                comments: threads.map(|it| Comment::new(repository, pull, it)).collect(),
                reactions: Vec::new(),
            }))
        }
        Happened::Commented(id) => {
            let IssueComment { author, body, reactions, .. } =
                pull.comments.iter().find(|it| it.id == *id)?;
            let reaction = |(who, what): &(String, String)| (emoji(what).to_owned(), who.clone());
            Some(Entry::Said(Said {
                author: author.clone(),
                verb: "commented",
                edited: false,
                body: markdown::html(body, plain),
                comments: Vec::new(),
                reactions: reactions.iter().map(reaction).collect(),
            }))
        }
    }
}

/// A suggestion that stands on no line: its text.
fn plain(block: &str) -> Vec<Line> {
    let line = |text: &str| Line { kind: "same", old: None, new: None, text: text.to_owned() };
    block.lines().map(line).collect()
}

/// The latest check run of each name on the head.
pub(super) fn checks(repository: &Repository, pull: &Pull) -> Vec<Check> {
    let runs: Vec<&CheckRun> =
        repository.check_runs.iter().filter(|it| it.head == pull.head).collect();
    let is_latest = |at: usize| !runs[at + 1..].iter().any(|it| it.name == runs[at].name);
    let latest = (0..runs.len()).filter(|at| is_latest(*at)).map(|at| runs[at]);
    let check = |it: &CheckRun| {
        let conclusion = it.conclusion.clone().unwrap_or_else(|| it.status.clone());
        Check {
            name: it.name.clone(),
            mark: mark(&conclusion).to_owned(),
            conclusion,
            title: it.title.clone(),
            summary: markdown::html(&it.summary, plain),
        }
    };
    latest.map(check).collect()
}

/// The diff, with the comments that still stand in it.
pub(super) fn files(repository: &Repository, pull: &Pull) -> Vec<File> {
    let file = |it: &FileDiff| {
        let (added, removed) = it.counts();
        let threads: Vec<&Thread> =
            pull.threads.iter().filter(|thread| thread.path == it.path).collect();
        File {
            path: it.path.clone(),
            previous: it.previous_path.clone(),
            status: it.status,
            added,
            removed,
            hunks: it.hunks.iter().map(|hunk| hunk_of(repository, pull, hunk, &threads)).collect(),
        }
    };
    repository.diff(pull, &pull.head).iter().map(file).collect()
}

fn hunk_of(repository: &Repository, pull: &Pull, hunk: &diff::Hunk, threads: &[&Thread]) -> Hunk {
    let mut parts = Vec::new();
    let mut lines = Vec::new();
    for row in &hunk.rows {
        lines.push(Line::of(row, 0));
        let stands_here = |it: &&&Thread| {
            it.line.is_some() && it.line == if it.side == Side::Left { row.old } else { row.new }
        };
        let here = threads.iter().filter(stands_here);
        let here: Vec<Comment> = here.map(|it| Comment::new(repository, pull, it)).collect();
        if !here.is_empty() {
            parts.push((DiffTable { lines: std::mem::take(&mut lines) }, here));
        }
    }
    if !lines.is_empty() {
        parts.push((DiffTable { lines }, Vec::new()));
    }
    Hunk { header: hunk.header.clone(), parts }
}
