//! English.

use super::{CheckWords, Voice};
use crate::model::{Language, Severity, UnreadReason};
use crate::rules::Role;

/// `1 finding`, `2 findings`.
fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

pub(super) static VOICE: Voice = Voice {
    language: Language::En,
    severity: |it| match it {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    },
    findings: |n| count(n, "finding", "findings"),
    go_files: |n| count(n, "changed Go file", "changed Go files"),
    files_read: |n| format!("{} read", count(n, "Go file", "Go files")),
    comma: ", ",
    colon: ": ",
    stop: ". ",
    space: " ",
    introduces: |findings, by_severity| {
        format!("**This change introduces {findings}** ({by_severity})")
    },
    clean: "Nothing found that this change introduces",
    all_fixed: "Nothing is left open of what this change introduced",
    inline_count: |n| match n {
        1 => "one stands at its line".to_owned(),
        n => format!("{n} stand at their lines"),
    },
    repaired: |n| {
        format!("It also removes {} that the base branch has", count(n, "finding", "findings"))
    },
    closed_count: |n| {
        format!("{} settled since the first review", count(n, "comment was", "comments were"))
    },
    also: "Not commented inline",
    not_reviewed: |n| format!("Not (completely) reviewed: {}", count(n, "file", "files")),
    unread: |it| match it {
        UnreadReason::TooLarge => "larger than one file may be",
        UnreadReason::Budget => "beyond this review's budget of files and bytes",
        UnreadReason::Binary => "not text",
        UnreadReason::Unavailable => "its contents could not be read",
        UnreadReason::NoPatch => {
            "GitHub left its patch out, so findings stand here instead of inline"
        }
        UnreadReason::SyntaxError => "has syntax errors; declarations they touch were skipped",
        UnreadReason::TooDeep => "nested too deeply; what lies below was skipped",
    },
    also_here: "The same here",
    stands_at: |place| format!("The code in question stands at {place}."),
    caused_by_deletion: |place| {
        format!("Deleting this code causes it; the code in question stands at {place}.")
    },
    fixed_in: |sha| format!("✅ Fixed in {sha}."),
    silenced_in: |sha| format!("🔕 Silenced by a comment in the code in {sha}."),
    later_review: |new, head| {
        format!("{} since the last review, at {head}.", count(new, "new finding", "new findings"))
    },
    why: "why",
    rule: "rule",
    fix: "fix",
    see: "See ",
    left_out: |n| {
        format!(
            "{} left out, the least severe: code scanning takes no more",
            count(n, "finding is", "findings are")
        )
    },
    no_difference: |base| {
        format!(
            "No Go file differs from `{base}`; `--base` names another start, `--head worktree` adds uncommitted work, `--all` takes everything."
        )
    },
    reading: "reading the code",
    summing_up: "summing up",
    analysing: |done, of| format!("{done} of {} analysed", count(of, "file", "files")),
    summary_only: "a pull request would show this in the summary only",
    role: |it| match it {
        Role::Make => "made here",
        Role::OtherCase => "this branch leaves",
        Role::Loop => "in this loop",
        Role::Client => "the client",
        Role::Start => "started here",
        Role::Body => "what the goroutine runs",
        Role::Wait => "waited for here",
        Role::Access => "the same state, here",
        _ => "takes part",
    },
    check: CheckWords {
        clean: "No open findings",
        open: |n| count(n, "open finding", "open findings"),
        draft: "Waiting until the draft is ready",
        draft_text: "Drafts are not reviewed. Mark the pull request as ready for review, or comment `/go-expert review`.",
        no_go: "No Go code changed",
        no_go_text: "This pull request changes no Go file outside of `vendor/` and `testdata/`.",
        given_up: "The review could not be finished",
        given_up_text: |reason| {
            format!(
                "The review was given up: {reason}.\n\nComment `/go-expert review` to try again."
            )
        },
    },
};
