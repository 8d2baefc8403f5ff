//! Runs a rule over the Go code of its own page: the page is its test.
//!
//! Under `Flagged`, a line that ends in ``// want `regexp` `` must get a message that the regular
//! expression matches; every other line, there and under `Not flagged`, must get none. Several
//! expressions stand for several messages. The code of all sections must be Go.
//! A page whose check compares two versions marks the lines of one version alone: `two.rs`.

use std::fmt;

use regex::Regex;

use crate::golang::{self, GoFile, GoNode};
use crate::model::Language;

use super::example::{ExampleFile, files, is_statement};
use super::two::Versions;
use super::{Block, DiffScope, Finding, Rule, RuleSet};

/// What came of running a rule over its page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    /// How many lines had to be reported.
    pub wanted: usize,
    /// How many blocks had to be silent.
    pub silent: usize,
    /// What was not as the page says, by line.
    pub mismatches: Vec<Mismatch>,
}

/// A place where a page and its rule disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The page's line, from 1.
    pub line: usize,
    /// What was wanted and what came.
    pub problem: String,
}

impl fmt::Display for Mismatch {
    /// `12: should be silent, got …`, to stand behind the page's path and a colon.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.problem)
    }
}

impl Trial {
    /// Runs the rule over its page.
    pub fn of(rule: &Rule) -> Self {
        let mut trial = Self::default();
        let rules = RuleSet::new(vec![rule.clone()]);
        for section in &rule.page().sections {
            let tested = matches!(section.heading.as_str(), "Flagged" | "Not flagged");
            for block in &section.blocks {
                if tested {
                    trial.run(&rules, rule, block);
                } else {
                    trial.read(block);
                }
            }
            if section.heading == "Not flagged" {
                trial.silent += section.blocks.len();
            }
        }
        trial.mismatches.sort_by_key(|it| it.line);
        trial
    }

    fn note(&mut self, line: usize, problem: impl Into<String>) {
        self.mismatches.push(Mismatch { line, problem: problem.into() });
    }

    /// Code that is only shown must be Go all the same.
    fn read(&mut self, block: &Block) {
        let files = files(block);
        self.parse(&files);
        for (line, code) in numbered(&files) {
            if wanted(code).is_some() {
                self.note(line, "move the code to `## Flagged`: only there `// want` is tested");
            }
        }
    }

    /// The code, with what of it is not Go.
    fn parse(&mut self, files: &[ExampleFile]) -> golang::Code {
        let sources: Vec<_> = files.iter().map(|it| it.source.clone()).collect();
        let code = golang::read(&sources, None, &|_| false);
        for example in files {
            let Some(file) = code.file(&example.source.path) else { continue };
            if let Some(error) = file.errors().first() {
                let line = example.line + line_of(file, error.range().start) - 1;
                self.note(line, "this is not Go, or not all of it");
            } else if let Some(it) = file.root().parts().find(|it| is_statement(it.go_kind())) {
                let line = example.line + it.start_position().row;
                self.note(line, "put this statement into a function");
            }
        }
        for it in code.unread().iter().filter(|it| code.file(&it.path).is_none()) {
            let example = files.iter().find(|file| file.source.path == it.path);
            self.note(example.map_or(1, |it| it.line), "this cannot be read as Go");
        }
        code
    }

    /// Compares what the rule says about a block with what the block wants.
    fn run(&mut self, rules: &RuleSet, rule: &Rule, block: &Block) {
        let files = files(block);
        let findings: Vec<Finding> = match rule.diff() {
            DiffScope::Removal => {
                let versions = Versions::of(&files);
                for (at, line) in versions.errors() {
                    self.note(files[at].line + line - 1, "one of the versions is not Go here");
                }
                versions.check(rules)
            }
            DiffScope::Any | DiffScope::Trigger => {
                let code = self.parse(&files);
                code.packages().iter().flat_map(|it| rules.check(it)).collect()
            }
        };
        for file in &files {
            for (at, line) in file.code.lines().enumerate() {
                let here = |it: &&Finding| {
                    *it.path == *file.source.path && it.lines.first as usize == at + 1
                };
                let found = findings.iter().filter(here);
                let found: Vec<String> =
                    found.map(|it| rule.message(Language::En, &it.vars)).collect();
                let wanted = wanted(line);
                self.wanted += usize::from(wanted.is_some());
                let problem = match wanted {
                    None if found.is_empty() => continue,
                    None => Some(format!("should be silent, got {}", shown(&found))),
                    Some(Ok(wanted)) => disagreement(&wanted, &found),
                    Some(Err(problem)) => Some(problem),
                };
                if let Some(problem) = problem {
                    self.note(file.line + at, problem);
                }
            }
        }
    }
}

/// Lines with their numbers in the page.
fn numbered(files: &[ExampleFile]) -> impl Iterator<Item = (usize, &str)> {
    files.iter().flat_map(|file| (file.line..).zip(file.code.lines()))
}

fn line_of(file: &GoFile, byte: usize) -> usize {
    file.lines((byte..byte).into()).first as usize
}

/// The expectations at the end of a line, or what is wrong with them.
fn wanted(line: &str) -> Option<Result<Vec<&str>, String>> {
    let text = line.split_once("// want ")?.1.trim();
    // Other comments begin with this word, too.
    if !text.starts_with(['`', '"']) {
        return None;
    }
    let whole = text.strip_prefix('`').and_then(|it| it.strip_suffix('`'));
    Some(match whole {
        Some(it) if !it.is_empty() => Ok(it.split("` `").collect()),
        _ => Err("write what is wanted as // want `regexp`, at the end of the line".to_owned()),
    })
}

/// How the messages of a line are not what is wanted there.
fn disagreement(wanted: &[&str], found: &[String]) -> Option<String> {
    let mut expected = Vec::new();
    for it in wanted {
        match Regex::new(it) {
            Ok(regex) => expected.push(regex),
            Err(error) => {
                // The last line says it; those before it draw it.
                let error = error.to_string();
                let last = error.lines().last().unwrap_or_default();
                let reason = last.trim_start_matches("error: ");
                return Some(format!("`{it}` is no regular expression: {reason}"));
            }
        }
    }
    let heard = |regex: &Regex| found.iter().any(|it| regex.is_match(it));
    let asked = |message: &String| expected.iter().any(|it| it.is_match(message));
    if expected.iter().all(heard) && found.iter().all(asked) {
        return None;
    }
    let wanted: Vec<_> = wanted.iter().map(|it| format!("`{it}`")).collect();
    Some(format!("want {}, got {}", wanted.join(" "), shown(found)))
}

fn shown(found: &[String]) -> String {
    if found.is_empty() { "nothing".to_owned() } else { format!("\"{}\"", found.join("\", \"")) }
}
