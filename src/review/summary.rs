//! The text of the summary, which is the body of our first review and the check run's output.

use std::fmt::Write as _;

use super::text::{Links, MAX_BODY, code, cut};
use crate::model::{Severity, Unread};
use crate::persona::{self, Voice};
use crate::rules::{Finding, Rule};

/// What there is to sum up.
pub struct Summary<'a> {
    /// Everything that is open: introduced by the pull request and still there.
    pub open: Vec<(&'a Finding, &'a Rule)>,
    /// Those of them that have no comment at their line.
    pub folded: Vec<(&'a Finding, &'a Rule)>,
    /// How many changed Go files were read.
    pub go_files: usize,
    /// How many comments of ours were answered by a fix, or by a comment in the code.
    pub closed: usize,
    /// How many findings of the base the pull request removed.
    pub repaired: usize,
    /// What was not read, or not completely.
    pub unread: Vec<Unread>,
}

/// How many folded findings and how many unread files are listed.
const MAX_LISTED: usize = 50;

/// What a reader sees of the summary. Only its links name a commit (`text::without_commits`), so
/// that it stays the same text as long as nothing changes.
pub fn summary(it: &Summary<'_>, voice: &Voice, links: &Links) -> String {
    let mut text = headline(it, voice);
    if !it.folded.is_empty() {
        let _ = write!(text, "\n\n**{}**\n", voice.also);
        for (finding, rule) in it.folded.iter().take(MAX_LISTED) {
            let _ = write!(
                text,
                "\n- {} {} {} · {}",
                persona::sign(finding.severity),
                links.place(&finding.path, finding.lines),
                rule.message(voice.language, &finding.vars),
                links.rule(rule.id().as_str()),
            );
        }
        if it.folded.len() > MAX_LISTED {
            let _ = write!(text, "\n- … +{}", it.folded.len() - MAX_LISTED);
        }
    }
    if !it.unread.is_empty() {
        let title = (voice.not_reviewed)(it.unread.len());
        let _ = write!(text, "\n\n<details><summary>{title}</summary>\n");
        for unread in it.unread.iter().take(MAX_LISTED) {
            let reason = (voice.unread)(unread.reason);
            let _ = write!(text, "\n- {}{}{reason}", code(&unread.path), voice.colon);
        }
        if it.unread.len() > MAX_LISTED {
            let _ = write!(text, "\n- … +{}", it.unread.len() - MAX_LISTED);
        }
        text.push_str("\n\n</details>");
    }
    cut(&text, MAX_BODY)
}

/// The first paragraph: how much, how bad, where, and what got better.
fn headline(it: &Summary<'_>, voice: &Voice) -> String {
    let mut sentences = Vec::new();
    let mut first = if it.open.is_empty() {
        if it.closed > 0 { voice.all_fixed } else { voice.clean }.to_owned()
    } else {
        let by_severity: Vec<String> = Severity::ALL
            .iter()
            .rev()
            .filter_map(|&severity| {
                let n = it.open.iter().filter(|(it, _)| it.severity == severity).count();
                let sign = persona::sign(severity);
                (n > 0).then(|| format!("{sign} {n} {}", (voice.severity)(severity)))
            })
            .collect();
        let findings = (voice.findings)(it.open.len());
        (voice.introduces)(&findings, &by_severity.join(voice.comma))
    };
    let inline = it.open.len().saturating_sub(it.folded.len());
    if inline > 0 {
        first.push_str(voice.comma);
        first.push_str(&(voice.inline_count)(inline));
    }
    let _ = write!(first, "{}{}", voice.comma, (voice.go_files)(it.go_files));
    sentences.push(first);
    if it.closed > 0 {
        sentences.push((voice.closed_count)(it.closed));
    }
    if it.repaired > 0 {
        sentences.push((voice.repaired)(it.repaired));
    }
    format!("{}{}", sentences.join(voice.stop), voice.stop.trim_end())
}
