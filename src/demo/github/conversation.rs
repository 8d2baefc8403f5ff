//! A pull request's conversation as text, as GitHub would show it.

use std::fmt::{self, Write};

use super::world::{Happened, Pull, Repository, Thread};
use crate::model::Side;

/// How many lines of a comment's hunk GitHub shows above the comment.
const HUNK_LINES: usize = 4;

/// How many characters a line of text has at most.
const WIDTH: usize = 96;

/// What a person sees who opens the pull request. Made of the stand-in's state, or of another
/// GitHub's by a test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// The pull request's title.
    pub title: String,
    /// Its number.
    pub number: u64,
    /// `Open`, `Draft` or `Closed`.
    pub state: &'static str,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// All check runs of its heads, oldest first.
    pub checks: Vec<Check>,
}

/// One entry of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Commits came.
    Pushed {
        /// The new head.
        head: String,
        /// Whether it took commits away.
        forced: bool,
        /// The last commit's message.
        message: String,
    },
    /// A review, with its inline comments.
    Review {
        /// Who wrote it.
        author: String,
        /// The summary.
        body: String,
        /// Whether it was edited since.
        edited: bool,
        /// The inline comments.
        comments: Vec<Inline>,
    },
    /// A comment below the pull request.
    Comment {
        /// Who wrote it.
        author: String,
        /// The text.
        body: String,
        /// Reactions, as `eyes`, with who gave them.
        reactions: Vec<(String, String)>,
    },
}

/// An inline comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// The file.
    pub path: String,
    /// The side of the diff.
    pub side: Side,
    /// The line at the current head; `None` when it is outdated.
    pub line: Option<u32>,
    /// The first line of a range.
    pub start_line: Option<u32>,
    /// The line at the commit that was commented.
    pub original_line: u32,
    /// The diff up to the line.
    pub hunk: String,
    /// The text.
    pub body: String,
    /// Whether it was edited since.
    pub edited: bool,
    /// Why it is hidden, as `resolved`.
    pub hidden: Option<String>,
}

/// A check run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// The commit.
    pub head: String,
    /// Its conclusion, or its status while it has none.
    pub conclusion: String,
    /// The title of its output.
    pub title: String,
    /// The summary of its output.
    pub summary: String,
}

impl Conversation {
    pub(super) fn new(repository: &Repository, pull: &Pull) -> Self {
        let state = match (pull.open, pull.draft) {
            (false, _) => "Closed",
            (true, true) => "Draft",
            (true, false) => "Open",
        };
        let heads: Vec<&String> = pull.timeline.iter().filter_map(pushed).collect();
        let runs = repository.check_runs.iter().filter(|it| heads.contains(&&it.head));
        let checks = runs.map(|it| Check {
            name: it.name.clone(),
            head: it.head.clone(),
            conclusion: it.conclusion.clone().unwrap_or_else(|| it.status.clone()),
            title: it.title.clone(),
            summary: it.summary.clone(),
        });
        Self {
            title: pull.title.clone(),
            number: pull.number,
            state,
            entries: pull.timeline.iter().filter_map(|it| entry(pull, it)).collect(),
            checks: checks.collect(),
        }
    }

    /// The inline comments of all reviews.
    pub fn inline(&self) -> impl Iterator<Item = &Inline> {
        self.entries.iter().flat_map(|it| match it {
            Entry::Review { comments, .. } => comments.as_slice(),
            _ => &[],
        })
    }

    /// How many reviews there are.
    pub fn reviews(&self) -> usize {
        self.entries.iter().filter(|it| matches!(it, Entry::Review { .. })).count()
    }
}

impl Entry {
    /// Who wrote it; nobody where it was pushed.
    pub fn author(&self) -> &str {
        match self {
            Self::Pushed { .. } => "",
            Self::Review { author, .. } | Self::Comment { author, .. } => author,
        }
    }
}

fn pushed(it: &Happened) -> Option<&String> {
    match it {
        Happened::Pushed { head, .. } => Some(head),
        _ => None,
    }
}

fn entry(pull: &Pull, it: &Happened) -> Option<Entry> {
    match it {
        Happened::Pushed { head, forced, message } => {
            Some(Entry::Pushed { head: head.clone(), forced: *forced, message: message.clone() })
        }
        Happened::Reviewed(id) => {
            let review = pull.reviews.iter().find(|it| it.id == *id)?;
            let threads = pull.threads.iter().filter(|it| it.review == *id);
            Some(Entry::Review {
                author: review.author.clone(),
                body: review.body.clone(),
                edited: review.edited,
                comments: threads.map(inline).collect(),
            })
        }
        Happened::Commented(id) => {
            let comment = pull.comments.iter().find(|it| it.id == *id)?;
            let reactions = comment.reactions.iter();
            Some(Entry::Comment {
                author: comment.author.clone(),
                body: comment.body.clone(),
                reactions: reactions.map(|(who, what)| (what.clone(), who.clone())).collect(),
            })
        }
    }
}

fn inline(it: &Thread) -> Inline {
    Inline {
        path: it.path.clone(),
        side: it.side,
        line: it.line,
        start_line: if it.line.is_some() { it.start_line } else { it.original_start_line },
        original_line: it.original_line,
        hunk: it.hunk.clone(),
        body: it.body.clone(),
        edited: it.edited,
        hidden: it.minimized.clone(),
    }
}

/// A text without its hidden parts (`<!-- … -->`), which GitHub does not show.
pub fn visible(text: &str) -> String {
    let mut rest = text;
    let mut shown = String::new();
    while let Some((before, hidden)) = rest.split_once("<!--") {
        shown.push_str(before);
        rest = hidden.split_once("-->").map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    shown.trim().to_owned()
}

/// Writes a block, each line behind a bar. Long lines are broken at blanks, code is not.
fn quote(f: &mut impl Write, bar: &str, text: &str) -> fmt::Result {
    let mut code = false;
    for line in text.lines() {
        code ^= line.trim_start().starts_with("```");
        let mut rest = line;
        while !code && let Some((start, end)) = broken(rest) {
            writeln!(f, "{}", format!("{bar}{start}").trim_end())?;
            rest = end;
        }
        writeln!(f, "{}", format!("{bar}{rest}").trim_end())?;
    }
    Ok(())
}

/// A line that is too long, in two at the last blank that fits.
fn broken(line: &str) -> Option<(&str, &str)> {
    let (too_far, _) = line.char_indices().nth(WIDTH)?;
    let at = line[..too_far].rfind(' ').filter(|it| *it > 0)?;
    Some((&line[..at], &line[at + 1..]))
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pushed { head, forced, message } => {
                let verb = if *forced { "force-pushed" } else { "pushed" };
                writeln!(f, "o {verb} {} {message}", &head[..head.len().min(7)])
            }
            Self::Comment { author, body, reactions } => {
                writeln!(f, "@{author} commented")?;
                quote(f, "| ", &visible(body))?;
                for (what, who) in reactions {
                    writeln!(f, "| {} by @{who}", emoji(what))?;
                }
                Ok(())
            }
            Self::Review { author, body, edited, comments } => {
                let edited = if *edited { " (edited)" } else { "" };
                writeln!(f, "@{author} reviewed{edited}")?;
                quote(f, "| ", &visible(body))?;
                comments.iter().try_for_each(|it| write!(f, "|\n{it}"))
            }
        }
    }
}

impl fmt::Display for Inline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.unwrap_or(self.original_line);
        let lines = match self.start_line {
            Some(start) => format!("{start}-{line}"),
            None => line.to_string(),
        };
        let side = if self.side == Side::Left { " (before the change)" } else { "" };
        write!(f, "+-- {}:{lines}{side}", self.path)?;
        if self.line.is_none() {
            write!(f, " [outdated]")?;
        }
        if let Some(reason) = &self.hidden {
            write!(f, " [hidden as {reason}]")?;
        }
        if self.edited {
            write!(f, " (edited)")?;
        }
        writeln!(f)?;
        let text = visible(&self.body);
        if self.hidden.is_some() {
            // GitHub folds it; the first line is what its heading would say.
            return quote(f, "|   ", text.lines().next().unwrap_or_default());
        }
        let shown: Vec<&str> = self.hunk.lines().skip(1).collect();
        let last = shown.len().saturating_sub(HUNK_LINES);
        for line in &shown[last..] {
            writeln!(f, "{}", format!("|   > {line}").trim_end())?;
        }
        quote(f, "|   ", &text)
    }
}

impl fmt::Display for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} #{} [{}]", self.title, self.number, self.state)?;
        for entry in &self.entries {
            write!(f, "\n{entry}")?;
        }
        if let Some(head) = self.checks.last().map(|it| &it.head) {
            writeln!(f, "\nChecks on {}", &head[..head.len().min(7)])?;
            for check in self.checks.iter().filter(|it| it.head == *head) {
                writeln!(f, "  {} {}: {}", mark(&check.conclusion), check.name, check.title)?;
            }
        }
        Ok(())
    }
}

pub(super) fn emoji(reaction: &str) -> &str {
    match reaction {
        "+1" => "👍",
        "-1" => "👎",
        "eyes" => "👀",
        other => other,
    }
}

pub(super) fn mark(conclusion: &str) -> &str {
    match conclusion {
        "success" => "✓",
        "failure" => "✗",
        "skipped" => "⊘",
        "neutral" => "◦",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_github_hides_is_hidden() {
        let check = |text: &str| visible(text);
        assert_eq!(check("a <!-- go-expert:1 -->b\n<!-- x\ny -->"), "a b");
        assert_eq!(check("a <!-- never closed"), "a");
        assert_eq!(check("a > b --> c"), "a > b --> c");
    }

    #[test]
    fn a_conversation_reads_like_the_page() {
        let comment = Inline {
            path: "cart.go".to_owned(),
            side: Side::Right,
            line: Some(3),
            start_line: Some(2),
            original_line: 3,
            hunk: "@@ -0,0 +1,3 @@\n+a\n+b\n+c".to_owned(),
            body: "It leaks.<!-- go-expert:f=1 -->".to_owned(),
            edited: false,
            hidden: None,
        };
        let fixed = Inline {
            line: None,
            start_line: None,
            edited: true,
            hidden: Some("resolved".to_owned()),
            ..comment.clone()
        };
        let conversation = Conversation {
            title: "Add carts".to_owned(),
            number: 7,
            state: "Open",
            entries: vec![
                Entry::Pushed {
                    head: "0123456789".to_owned(),
                    forced: false,
                    message: "Add".into(),
                },
                Entry::Review {
                    author: "go-expert[bot]".to_owned(),
                    body: "One finding.".to_owned(),
                    edited: true,
                    comments: vec![comment, fixed],
                },
            ],
            checks: vec![Check {
                name: "go-expert".to_owned(),
                head: "0123456789".to_owned(),
                conclusion: "neutral".to_owned(),
                title: "1 finding".to_owned(),
                summary: String::new(),
            }],
        };
        insta::assert_snapshot!(conversation, @"
        Add carts #7 [Open]

        o pushed 0123456 Add

        @go-expert[bot] reviewed (edited)
        | One finding.
        |
        +-- cart.go:2-3
        |   > +a
        |   > +b
        |   > +c
        |   It leaks.
        |
        +-- cart.go:3 [outdated] [hidden as resolved] (edited)
        |   It leaks.

        Checks on 0123456
          ◦ go-expert: 1 finding
        ");
    }
}
