//! The reviewer's voice: every word that stands in a comment, a summary or a check run and does
//! not come from a rule's page, in English and Chinese.

mod en;
mod zh;

use crate::model::{Language, Severity, UnreadReason};
use crate::rules::Role;

/// The words of one language.
pub struct Voice {
    /// The language.
    pub language: Language,
    /// A severity as a word within a sentence.
    pub severity: fn(Severity) -> &'static str,
    /// "3 findings".
    pub findings: fn(usize) -> String,
    /// "2 Go files".
    pub go_files: fn(usize) -> String,
    /// "2 Go files read".
    pub files_read: fn(usize) -> String,
    /// Joins parts of an enumeration: ", ".
    pub comma: &'static str,
    /// Before a list that explains what stands before it: ": ".
    pub colon: &'static str,
    /// Ends a sentence: ". " between two.
    pub stop: &'static str,
    /// Between two sentences that end with their own full stops: a space, where the script has one.
    pub space: &'static str,
    /// What this pull request introduced, with the counts by severity.
    pub introduces: fn(findings: &str, by_severity: &str) -> String,
    /// Nothing open, and nothing was before.
    pub clean: &'static str,
    /// Everything we said is fixed.
    pub all_fixed: &'static str,
    /// "2 are inline".
    pub inline_count: fn(usize) -> String,
    /// How many findings of the base this pull request removes.
    pub repaired: fn(usize) -> String,
    /// How many of our comments were answered, by a fix or in the code.
    pub closed_count: fn(usize) -> String,
    /// Heads the list of findings that have no comment of their own.
    pub also: &'static str,
    /// Heads the list of what was not read.
    pub not_reviewed: fn(usize) -> String,
    /// Why a file was not read.
    pub unread: fn(UnreadReason) -> &'static str,
    /// Heads the list of further places of one comment.
    pub also_here: &'static str,
    /// Tells that the anchor is not the place of the finding.
    pub stands_at: fn(&str) -> String,
    /// Tells that deleting the code caused the finding, and where that stands.
    pub caused_by_deletion: fn(code: &str, place: &str) -> String,
    /// The mark of a fixed comment.
    pub fixed_in: fn(&str) -> String,
    /// The mark of a comment that the author answered with a comment in the code.
    pub silenced_in: fn(&str) -> String,
    /// The one-line body of a later review.
    pub later_review: fn(new: usize, head: &str) -> String,
    /// Before the reason of a finding, on a terminal.
    pub why: &'static str,
    /// Before the name of a finding's rule, on a terminal.
    pub rule: &'static str,
    /// Before the edit that cures a finding, on a terminal.
    pub fix: &'static str,
    /// Tells that a pull request would show a finding in the summary alone.
    pub summary_only: &'static str,
    /// Before links to the places that take part in a finding.
    pub see: &'static str,
    /// How many findings a log leaves out.
    pub left_out: fn(usize) -> String,
    /// Tells that there was nothing to review locally, and what else could be.
    pub no_difference: fn(base: &str) -> String,
    /// What a local review does while it does not know yet how much there is to do.
    pub reading: &'static str,
    /// What a local review has done then: "3 of 14 files analysed".
    pub analysing: fn(done: usize, of: usize) -> String,
    /// What it does at last.
    pub summing_up: &'static str,
    /// What a place does in a finding, in few words.
    pub role: fn(Role) -> &'static str,
    /// Titles of the check run.
    pub check: CheckWords,
}

/// The check run's titles and texts.
pub struct CheckWords {
    /// No open finding.
    pub clean: &'static str,
    /// Open findings.
    pub open: fn(usize) -> String,
    /// A draft waits.
    pub draft: &'static str,
    /// Why a draft waits and what to do.
    pub draft_text: &'static str,
    /// No Go in it.
    pub no_go: &'static str,
    /// What "no Go" means.
    pub no_go_text: &'static str,
    /// The review was given up.
    pub given_up: &'static str,
    /// Why it was given up, and what to do.
    pub given_up_text: fn(reason: &str) -> String,
}

impl Voice {
    /// The words of a language.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &en::VOICE,
            Language::Zh => &zh::VOICE,
        }
    }
}

/// The sign that stands before a finding of this severity.
pub fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🔴",
        Severity::Warning => "🟠",
        Severity::Advice => "🔵",
    }
}
