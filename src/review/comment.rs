//! The text of an inline comment.

use std::fmt::Write as _;

use super::anchor::Relation;
use super::plan::{Candidate, Planned};
use super::text::{Links, MAX_BODY, code, cut};
use crate::persona::{self, Voice};

/// How many places of one rule a comment lists.
const MAX_PLACES: usize = 20;

/// What a reader sees of a comment (the marker is appended later).
pub fn comment(planned: &Planned<'_>, voice: &Voice, links: &Links) -> String {
    let mut text = String::new();
    let one_rule = planned.findings.windows(2).all(|it| it[0].finding.rule == it[1].finding.rule);
    if one_rule && let Some((first, more)) = planned.findings.split_first() {
        one(&mut text, first, voice);
        if !more.is_empty() {
            also_here(&mut text, more, voice, links);
        }
    } else {
        for (i, it) in planned.findings.iter().enumerate() {
            if i > 0 {
                text.push_str("\n\n---\n\n");
            }
            one(&mut text, it, voice);
        }
    }

    if let Some(first) = planned.findings.first() {
        let place = links.place(&first.finding.path, first.finding.lines);
        match &planned.anchor.relation {
            Relation::Trigger => {}
            Relation::Deletion(gone) => {
                let _ = write!(text, "\n\n{}", (voice.caused_by_deletion)(&code(gone), &place));
            }
            Relation::Nearby => {
                let _ = write!(text, "\n\n{}", (voice.stands_at)(&place));
            }
        }
    }
    if let Some(suggestion) = &planned.suggestion {
        // A fence longer than any run of backticks in it cannot be closed by it.
        let longest = suggestion.replacement.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = write!(text, "\n\n{fence}suggestion\n{}\n{fence}", suggestion.replacement);
    }

    let mut rules: Vec<_> = planned.findings.iter().map(|it| it.rule.id().to_string()).collect();
    rules.dedup();
    let rules: Vec<_> = rules.iter().map(|it| links.rule(it)).collect();
    let text = cut(&text, MAX_BODY);
    format!("{text}\n\n<sub>{}</sub>", rules.join(" · "))
}

/// One finding: the claim, then why it is so and what follows.
fn one(text: &mut String, it: &Candidate<'_>, voice: &Voice) {
    let language = voice.language;
    let message = it.rule.message(language, &it.finding.vars);
    let _ = write!(text, "{} **{message}**", persona::sign(it.finding.severity));
    let mechanism = it.rule.mechanism(language, &it.finding.vars);
    let consequence = it.rule.consequence(language, &it.finding.vars);
    let _ = write!(text, "\n\n{mechanism}{}{consequence}", voice.space);
}

fn also_here(text: &mut String, more: &[Candidate<'_>], voice: &Voice, links: &Links) {
    let _ = write!(text, "\n\n{}{}\n", voice.also_here, voice.colon.trim_end());
    for it in more.iter().take(MAX_PLACES) {
        let _ = write!(text, "\n- {}", links.place(&it.finding.path, it.finding.lines));
    }
    if more.len() > MAX_PLACES {
        let _ = write!(text, "\n- … +{}", more.len() - MAX_PLACES);
    }
}
