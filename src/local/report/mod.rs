//! What a local review prints.

mod excerpt;
mod markdown;
mod sarif;
mod terminal;
mod text;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use crate::model::{Confidence, Fingerprint, Language, Severity, SourceFile, Unread};
use crate::persona::Voice;
use crate::rules::{Finding, Rule, RuleSet};
use crate::terminal::Terminal;

/// The findings of a local review.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings, by file and line.
    pub rows: Vec<Row>,
    /// What was not read, or not completely.
    pub unread: Vec<Unread>,
    /// How many Go files were read: those that changed, or all.
    pub read: usize,
    /// How many findings of the base the range removes; none for a whole tree.
    pub repaired: Option<usize>,
    /// What the work was compared with; none for a whole tree.
    pub base: Option<String>,
    /// The texts that findings point into.
    pub sources: BTreeMap<Arc<str>, SourceFile>,
}

/// One finding. The field names are public: other people's tools read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The path from the root of what was reviewed.
    pub file: String,
    /// The first line, from 1.
    pub line: u32,
    /// The last line.
    pub end_line: u32,
    /// The rule's id.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// How sure; `low` for what would not be commented inline.
    pub confidence: Confidence,
    /// Where a pull request would show it, caps aside.
    pub placement: Placement,
    /// One sentence.
    pub message: String,
    /// The finding's lasting name.
    pub fingerprint: Fingerprint,
    /// Why, and what follows.
    #[serde(skip)]
    explanation: String,
    /// The finding itself.
    #[serde(skip)]
    finding: Finding,
}

/// Where a pull request would show a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    /// At its line.
    Inline,
    /// In the summary.
    Summary,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// One text for a pull request's conversation.
    Markdown,
}

impl Row {
    /// The row of a finding; `shown` tells whether a diff shows a place for it.
    pub fn of(
        finding: &Finding,
        rule: &Rule,
        fingerprint: Fingerprint,
        shown: bool,
        language: Language,
    ) -> Self {
        let inline = shown && finding.confidence > Confidence::Low;
        let mechanism = rule.mechanism(language, &finding.vars);
        let consequence = rule.consequence(language, &finding.vars);
        Self {
            file: finding.path.to_string(),
            line: finding.lines.first,
            end_line: finding.lines.last,
            rule: finding.rule.to_string(),
            severity: finding.severity,
            confidence: if inline { finding.confidence } else { Confidence::Low },
            placement: if inline { Placement::Inline } else { Placement::Summary },
            message: rule.message(language, &finding.vars),
            fingerprint,
            explanation: format!("{mechanism}{}{consequence}", Voice::of(language).space),
            finding: finding.clone(),
        }
    }

    /// By file, line and rule.
    pub fn in_order(a: &Self, b: &Self) -> Ordering {
        (&a.file, a.line, &a.rule).cmp(&(&b.file, b.line, &b.rule))
    }
}

impl Report {
    /// Whether a pull request would show, at its line, a finding at least this bad.
    pub fn has_inline(&self, at_least: Severity) -> bool {
        let inline = |it: &&Row| it.placement == Placement::Inline;
        self.rows.iter().filter(inline).any(|it| it.severity >= at_least)
    }

    /// Keeps the texts, of these files, that the rows from this one on point into.
    pub fn keep_sources(&mut self, from: usize, files: &[SourceFile]) {
        if self.rows.len() <= from {
            return;
        }
        let by_path: BTreeMap<&str, &SourceFile> =
            files.iter().map(|it| (it.path.as_ref(), it)).collect();
        let pointed = |row: &Row| {
            let related = row.finding.related.iter().map(|it| it.path.clone());
            std::iter::once(row.finding.path.clone()).chain(related).collect::<Vec<_>>()
        };
        for path in self.rows[from..].iter().flat_map(pointed) {
            if let Some(file) = by_path.get(path.as_ref()) {
                self.sources.entry(path).or_insert_with(|| (*file).clone());
            }
        }
    }

    /// The report in a format; with source excerpts where a terminal shows it.
    pub fn print(
        &self,
        format: Format,
        rules: &RuleSet,
        language: Language,
        terminal: Option<Terminal>,
    ) -> String {
        let voice = Voice::of(language);
        match (format, terminal) {
            (Format::Text, Some(terminal)) => terminal::print(self, voice, terminal),
            (Format::Text, None) => text::print(self, voice),
            (Format::Json, _) => self.json(),
            (Format::Sarif, _) => sarif::print(self, rules, language),
            (Format::Markdown, _) => markdown::print(self, voice),
        }
    }

    /// One object a line, and nothing else.
    fn json(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            // A row is strings, numbers and words: JSON can say them all.
            let _ = writeln!(text, "{}", serde_json::to_string(row).unwrap_or_default());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Finding {
        Finding {
            rule: "a-rule".parse().unwrap(),
            path: "a.go".into(),
            lines: crate::model::LineRange::line(1),
            bytes: 0..1,
            declaration: String::new(),
            code: String::new(),
            severity: Severity::Critical,
            confidence: Confidence::High,
            vars: Vec::new(),
            related: Vec::new(),
            fix: None,
            in_test: false,
            silenced: false,
        }
    }

    pub(super) fn row(severity: Severity, placement: Placement) -> Row {
        Row {
            file: "a.go".to_owned(),
            line: 1,
            end_line: 1,
            rule: "a-rule".to_owned(),
            severity,
            confidence: Confidence::High,
            placement,
            message: String::new(),
            fingerprint: "a".parse().unwrap(),
            explanation: String::new(),
            finding: finding(),
        }
    }

    #[test]
    fn only_what_stands_inline_fails_a_run() {
        let mut report = Report::default();
        assert!(!report.has_inline(Severity::Advice));
        report.rows.push(row(Severity::Critical, Placement::Summary));
        assert!(!report.has_inline(Severity::Advice));
        report.rows.push(row(Severity::Warning, Placement::Inline));
        let fails = Severity::ALL.iter().map(|it| report.has_inline(*it)).collect::<Vec<_>>();
        assert_eq!(fails, [true, true, false]);
    }
}
