//! What a local review prints.

use std::cmp::Ordering;
use std::fmt::Write as _;

use serde::Serialize;

use crate::model::{Confidence, Fingerprint, Language, Severity, Unread};
use crate::persona::{self, Voice};
use crate::rules::{Finding, Rule};

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
            explanation: format!("{mechanism} {consequence}"),
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

    /// The report as text.
    pub fn print(&self, format: Format, language: Language) -> String {
        match format {
            Format::Text => self.text(Voice::of(language)),
            Format::Json => self.json(),
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

    fn text(&self, voice: &Voice) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let sure = match row.placement {
                Placement::Inline => "",
                Placement::Summary => " (summary)",
            };
            let _ = writeln!(
                text,
                "{}:{}: {} {} [{}]{sure}\n    {}\n    {}\n",
                printable(&row.file),
                row.line,
                persona::sign(row.severity),
                (voice.severity)(row.severity),
                row.rule,
                row.message,
                row.explanation,
            );
        }
        let _ = write!(
            text,
            "{}{}{}",
            (voice.findings)(self.rows.len()),
            voice.comma,
            (voice.files_read)(self.read)
        );
        if let Some(n) = self.repaired.filter(|&n| n > 0) {
            let _ = write!(text, "{}{}", voice.stop, (voice.repaired)(n));
        }
        text.push_str(voice.stop.trim_end());
        text.push('\n');
        if !self.unread.is_empty() {
            let _ = writeln!(text, "{}", (voice.not_reviewed)(self.unread.len()));
            for it in &self.unread {
                let reason = (voice.unread)(it.reason);
                let _ = writeln!(text, "    {}{}{reason}", printable(&it.path), voice.colon);
            }
        }
        text
    }
}

/// A path without control characters, which could write to the terminal.
fn printable(path: &str) -> String {
    path.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(severity: Severity, placement: Placement) -> Row {
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
