//! Reads a rule's page: YAML front matter, a title and sections of Markdown.
//!
//! A page that cannot be read is an error that names the file, the line and what to do. The
//! engine never sees half a page.

use std::sync::Arc;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::model::{Confidence, Language, words};

use super::advice::advice;
use super::finding::RuleId;
use super::gate::GoRange;
use super::grade::Grade;
use super::pattern::{Conditions, Declared, Hot, Many, Match, Where};
use super::section::{Section, sections, told};
use super::text::{Holes, Text};

/// How deep lists and objects of the front matter may nest.
const MAX_NESTING: usize = 24;

/// A page that is not as `review-rules/README.md` describes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct PageError {
    /// The page's path.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub problem: String,
}

impl PageError {
    /// The same about a page that lies elsewhere than at its place among the rules.
    pub fn in_file(self, path: &str) -> Self {
        Self { file: path.to_owned(), ..self }
    }
}

/// One rule as its page tells it.
#[derive(Debug, Clone)]
pub struct Page {
    /// The file's stem.
    pub id: RuleId,
    /// The file's folder.
    pub domain: Domain,
    /// The heading.
    pub title: String,
    /// The keys between the `---` lines.
    pub head: Head,
    /// The sections, in the page's order.
    pub sections: Vec<Section>,
    declared: Option<Arc<Declared>>,
}

/// The front matter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// How bad a finding is when it is true; a rule may say less about a single finding.
    pub severity: Grade,
    /// What goes wrong.
    pub kind: Kind,
    /// How sure the analysis is at best; a rule may say less about a single finding.
    pub confidence: Confidence,
    /// The Go versions it holds for.
    #[serde(default)]
    pub go: GoRange,
    /// Its part of the summary's frame.
    pub lens: Lens,
    /// Which changes make a finding new.
    #[serde(default)]
    pub diff: DiffScope,
    /// Weaker rules that fall silent where the ranges touch.
    pub(super) supersedes: Option<Spanned<Vec<RuleId>>>,
    /// What is wrong here, with `$NAME` holes.
    pub message: Spanned<Text>,
    /// Why it happens, in one sentence.
    pub mechanism: Spanned<Text>,
    /// What it leads to, in one sentence.
    pub consequence: Spanned<Text>,
    /// The check is Rust code under `src/rules/native/`.
    #[serde(default)]
    pub native: bool,
    /// What the code looks like.
    #[serde(rename = "match")]
    pub(super) rule: Option<Spanned<Match>>,
    /// What its parts are.
    #[serde(rename = "where")]
    pub(super) conditions: Option<Conditions>,
    /// The metavariable to blame.
    pub(super) at: Option<Spanned<String>>,
    /// Where the code stands.
    #[serde(rename = "in")]
    pub(super) inside: Option<Many<Where>>,
    /// Where it does not stand.
    #[serde(rename = "not_in")]
    pub(super) outside: Option<Many<Where>>,
    /// Whether it is only worth a word where the code runs often.
    pub(super) hot: Option<Spanned<Hot>>,
}

words! {
    /// What goes wrong when a finding is true.
    Kind {
        /// Wrong behaviour.
        Bug = "bug",
        /// A goroutine, memory or a handle that is never given back.
        Leak = "leak",
        /// Unsynchronised access.
        Race = "race",
        /// Time or memory spent for nothing.
        Performance = "performance",
        /// A way in for an attacker.
        Security = "security",
        /// A shape that will not last.
        Design = "design",
    }
}

words! {
    /// The part of the summary's frame that a rule belongs to.
    Lens {
        /// The problem itself.
        Essence = "essence",
        /// Processor time.
        Cpu = "cpu",
        /// Memory and the garbage collector.
        Memory = "memory",
        /// Goroutines and locks.
        Goroutine = "goroutine",
        /// Network and disks.
        Io = "io",
        /// How parts work together.
        Architecture = "architecture",
        /// What the compiler can do.
        Compiler = "compiler",
        /// What may happen in production.
        Risk = "risk",
    }
}

words! {
    /// Which changes make a finding new.
    #[derive(Default)]
    DiffScope {
        /// Any change that causes it.
        #[default]
        Any = "any",
        /// Only a change of the trigger's own lines.
        Trigger = "trigger",
        /// Only a change that took something away: the check compares both versions.
        Removal = "removal",
    }
}

words! {
    /// The folder that a page lies in.
    Domain {
        /// Goroutines, channels and locks.
        Concurrency = "concurrency",
        /// Allocation and retention.
        Memory = "memory",
        /// What the compiler makes of it.
        Compiler = "compiler",
        /// Services and their edges.
        Architecture = "architecture",
        /// Chains, keys and amounts.
        Web3 = "web3",
        /// Errors, resources, tests.
        Correctness = "correctness",
    }
}

impl Page {
    /// Reads the page that lies at `path` (`<domain>/<rule-id>.md`, whatever comes before, or
    /// `<rule-id>.md` alone, which is taken for correctness).
    pub fn parse(path: &str, text: &str) -> Result<Self, PageError> {
        let error =
            |line: usize, problem: String| PageError { file: path.to_owned(), line, problem };
        let (id, domain) = place(path).map_err(|problem| error(1, problem))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines: Vec<&str> = text.lines().collect();
        if lines.first() != Some(&"---") {
            return Err(error(1, "start the page with a `---` line and the rule's keys".into()));
        }
        let Some(end) = lines.iter().skip(1).position(|it| *it == "---").map(|it| it + 1) else {
            return Err(error(1, "close the front matter with a second `---` line".into()));
        };
        // The first line stays, as an empty one, so that the YAML's line numbers are the page's.
        let yaml = format!("\n{}\n", lines[1..end].join("\n"));
        // Deeper than any page needs; each level takes its share of the thread's stack.
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! { max_depth: MAX_NESTING, flow_nesting_limit: MAX_NESTING }
        };
        let head: Head = serde_saphyr::from_str_with_options(&yaml, options).map_err(|it| {
            let line = it.location().map_or(2, |at| at.line() as usize);
            error(line, advice(&it.without_snippet().to_string()))
        })?;
        head.check().map_err(|(line, problem)| error(line, problem))?;
        let declared = head.declared().map_err(|(line, problem)| error(line, problem))?;
        let (title, sections) =
            sections(&lines, end + 1).map_err(|(line, problem)| error(line, problem))?;
        Ok(Self { id, domain, title, head, sections, declared: declared.map(Arc::new) })
    }

    /// The check that the page describes, if it does.
    pub(super) fn declared(&self) -> Option<&Arc<Declared>> {
        self.declared.as_ref()
    }

    /// The section under a heading; one that the page may leave out may be missing.
    pub fn section(&self, heading: &str) -> Option<&Section> {
        self.sections.iter().find(|it| it.heading == heading)
    }

    /// What a reader of one language is shown: headings, and the Markdown below each.
    pub fn told(&self, language: Language) -> Vec<(&'static str, String)> {
        told(&self.sections, language)
    }

    /// Refuses to supersede what is no rule.
    pub(super) fn check_superseded(
        &self,
        path: &str,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<(), PageError> {
        let Some(list) = &self.head.supersedes else { return Ok(()) };
        let Some(unknown) = list.value.iter().find(|it| !is_known(it.as_str())) else {
            return Ok(());
        };
        Err(PageError {
            file: path.to_owned(),
            line: list.referenced.line() as usize,
            problem: format!(
                "there is no rule `{unknown}` to supersede; `go-expert rules list` shows all"
            ),
        })
    }

    /// Refuses holes that the rule's check does not fill.
    pub(super) fn check_holes(&self, path: &str, filled: &[&str]) -> Result<(), PageError> {
        for text in [&self.head.message, &self.head.mechanism, &self.head.consequence] {
            for hole in Holes::of(&text.value.en).chain(Holes::of(&text.value.zh)) {
                if !filled.contains(&hole) {
                    return Err(PageError {
                        file: path.to_owned(),
                        line: text.referenced.line() as usize,
                        problem: unbound(hole, filled),
                    });
                }
            }
        }
        Ok(())
    }
}

impl Head {
    /// What serde cannot say.
    fn check(&self) -> Result<(), (usize, String)> {
        if self.diff == DiffScope::Removal && !self.native {
            let problem = "`diff: removal` means a check in Rust that compares both versions; \
                           a page with `match` has `any` or `trigger`";
            return Err((2, problem.to_owned()));
        }
        let texts = [
            ("message", &self.message),
            ("mechanism", &self.mechanism),
            ("consequence", &self.consequence),
        ];
        for (key, text) in texts {
            let line = text.referenced.line() as usize;
            for language in Language::ALL {
                let it = text.value.get(*language);
                if it.trim().is_empty() {
                    return Err((line, format!("`{key}` says nothing in {language}")));
                }
                Holes::check(it).map_err(|problem| (line, format!("`{key}`: {problem}")))?;
            }
        }
        Ok(())
    }

    /// What the page describes; `None` where its check is written in Rust.
    fn declared(&self) -> Result<Option<Declared>, (usize, String)> {
        let Some(rule) = &self.rule else {
            if !self.native {
                let problem = "say what the code looks like: add `match` with a pattern \
                               (or `native: true` where the check is Rust code of this project)";
                return Err((2, problem.to_owned()));
            }
            let keys = [
                ("where", self.conditions.is_some()),
                ("at", self.at.is_some()),
                ("in", self.inside.is_some()),
                ("not_in", self.outside.is_some()),
                ("hot", self.hot.is_some()),
            ];
            return match keys.iter().find(|it| it.1) {
                Some((key, _)) => Err((2, format!("`{key}` means nothing without `match`"))),
                None => Ok(None),
            };
        };
        let line = rule.referenced.line() as usize;
        if self.native {
            let problem = "a page has `match` or `native: true`, not both; leave one out";
            return Err((line, problem.to_owned()));
        }
        let rule = rule.value.with(
            self.conditions.as_ref(),
            self.inside.as_ref(),
            self.outside.as_ref(),
            self.hot.as_ref(),
        )?;
        Declared::new(&rule, line, self.at.as_ref()).map(Some)
    }
}

/// What to do about a hole that nothing fills.
fn unbound(hole: &str, filled: &[&str]) -> String {
    let filled: Vec<_> = filled.iter().map(|it| format!("`${it}`")).collect();
    match &*filled {
        [] => format!("`${hole}` is not always bound, and nothing else is; leave it out"),
        _ => format!("`${hole}` is not always bound; use {}", filled.join(", ")),
    }
}

/// How ids begin that name the cure instead of the pattern.
const CURES: &[&str] = &["no-", "avoid-", "disallow-"];

/// Id and domain, from the path.
fn place(path: &str) -> Result<(RuleId, Domain), String> {
    let mut parts = path.rsplit('/');
    let stem = parts.next().and_then(|it| it.strip_suffix(".md")).unwrap_or_default();
    let id = stem.parse().map_err(|_| {
        "name the file `<rule-id>.md`: lower-case words joined with hyphens".to_owned()
    })?;
    if let Some(prefix) = CURES.iter().find(|it| stem.starts_with(**it)) {
        return Err(format!(
            "leave `{prefix}` out of the id: name what is wrong, so that it reads after \"allow\""
        ));
    }
    // An organisation's few pages need no folders.
    let Some(folder) = parts.next() else { return Ok((id, Domain::Correctness)) };
    let domain = Domain::ALL.iter().find(|it| it.as_str() == folder).ok_or_else(|| {
        let all: Vec<_> = Domain::ALL.iter().map(|it| it.as_str()).collect();
        format!("`{folder}` is not a domain; put the page into one of {}", all.join(", "))
    })?;
    Ok((id, *domain))
}
