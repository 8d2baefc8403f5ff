//! Which findings become inline comments, and where; the rest is folded into the summary.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::anchor::{Anchor, Relation};
use crate::model::{Confidence, Fingerprint, LineRange, Side};
use crate::rules::{Finding, Kind, Related, Role, Rule, RuleSet};

/// The most that one pull request may hold.
///
/// Of the inline comments that bots made on 604 merged pull requests, 71 % were dismissed; a cap
/// with the rest folded is what the peers that teams keep have in common.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Open inline comments.
    pub comments: usize,
    /// Of these, comments about performance.
    pub performance: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { comments: 10, performance: 3 }
    }
}

/// A finding that nobody was told yet.
#[derive(Clone)]
pub struct Candidate<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Its rule.
    pub rule: &'a Rule,
    /// Its lasting name.
    pub fingerprint: Fingerprint,
    /// Where it can be commented; `None` when the diff shows no place.
    pub anchor: Option<Anchor>,
}

/// One inline comment to post.
pub struct Planned<'a> {
    /// Where.
    pub anchor: Anchor,
    /// What it tells: several rules about one statement, or one rule about several places.
    pub findings: Vec<Candidate<'a>>,
    /// The one-click edit, where it is safe.
    pub suggestion: Option<Suggestion>,
}

/// Lines that GitHub replaces when the author accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What takes the place of the anchor's lines, without a final line break.
    pub replacement: String,
}

/// What a review says.
#[derive(Default)]
pub struct Plan<'a> {
    /// Inline comments, the most important first.
    pub inline: Vec<Planned<'a>>,
    /// Told in the summary only.
    pub folded: Vec<Candidate<'a>>,
}

/// How many places one rule may be commented in one file before they become one comment.
const PLACES_PER_RULE: usize = 3;
/// How many lines a comment may span to hold a suggestion.
const SUGGESTION_SPAN: u32 = 12;

/// Removes findings that a stronger rule makes superfluous: their lines touch and the stronger
/// rule's page says that it supersedes the weaker.
pub fn superseded(findings: &[&Finding], rules: &RuleSet) -> Vec<bool> {
    let is_covered = |weak: &Finding| {
        findings.iter().any(|strong| {
            strong.path == weak.path
                && strong.lines.touches(weak.lines)
                && rules
                    .rule(strong.rule.as_str())
                    .is_some_and(|it| it.supersedes().contains(&weak.rule))
        })
    };
    findings.iter().map(|it| is_covered(it)).collect()
}

/// Plans the comments of one review.
///
/// `open` counts the comments that already stand open, in all and about performance; `text` gives
/// the head's text of a file, and `accepts` tells whether the diff shows lines in one hunk.
pub fn plan<'a>(
    candidates: Vec<Candidate<'a>>,
    limits: Limits,
    open: Open,
    text: impl Fn(&str) -> Option<Arc<str>>,
    accepts: impl Fn(&str, Side, LineRange) -> bool,
) -> Plan<'a> {
    let mut plan = Plan::default();
    let mut groups: Vec<(Anchor, Vec<Candidate<'a>>)> = Vec::new();

    for (_, mut places) in by_rule_and_file(candidates) {
        places.retain(|it| {
            let inline = it.finding.confidence > Confidence::Low && it.anchor.is_some();
            if !inline {
                plan.folded.push(it.clone());
            }
            inline
        });
        if places.len() > PLACES_PER_RULE {
            if let Some(anchor) = places.first().and_then(|it| it.anchor.clone()) {
                groups.push((anchor, places));
            }
        } else {
            let first = groups.len();
            for place in places {
                let Some(anchor) = place.anchor.clone() else { continue };
                let of = acquired(&place);
                let same = groups[first..]
                    .iter_mut()
                    .find(|(_, group)| of.is_some() && group.first().and_then(acquired) == of);
                match same {
                    Some((_, group)) => group.push(place),
                    None => groups.push((anchor, vec![place])),
                }
            }
        }
    }

    let mut comments: Vec<Planned<'a>> = Vec::new();
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    for (anchor, findings) in groups {
        match comments.last_mut() {
            // One statement, one comment, whatever the number of rules.
            Some(last) if last.anchor == anchor => last.findings.extend(findings),
            _ => comments.push(Planned { anchor, findings, suggestion: None }),
        }
    }
    for comment in &mut comments {
        comment.findings.sort_by_key(|it| std::cmp::Reverse(weight(it)));
        suggest(comment, &text, &accepts);
    }
    comments.sort_by_key(|it| std::cmp::Reverse(it.findings.first().map(weight)));

    let (mut total, mut performance) = (open.comments, open.performance);
    for comment in comments {
        let is_performance = comment.findings.iter().all(|it| it.rule.kind() == Kind::Performance);
        let fits = total < limits.comments && (!is_performance || performance < limits.performance);
        if fits {
            total += 1;
            performance += usize::from(is_performance);
            plan.inline.push(comment);
        } else {
            plan.folded.extend(comment.findings);
        }
    }
    plan.folded.sort_by_key(|it| {
        (std::cmp::Reverse(weight(it)), it.finding.path.clone(), it.finding.lines)
    });
    plan
}

/// Where that was acquired which a way out of the function leaves behind: several such ways are
/// one mistake.
fn acquired<'a>(it: &Candidate<'a>) -> Option<&'a Related> {
    it.finding.related.iter().find(|it| it.role == Role::Acquire)
}

/// The comments that already stand open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Open {
    /// All of them.
    pub comments: usize,
    /// Those about performance only.
    pub performance: usize,
}

/// What is worse and surer comes first.
fn weight(it: &Candidate<'_>) -> u32 {
    (it.finding.severity as u32 + 1) * (it.finding.confidence as u32 + 1)
}

fn by_rule_and_file(
    candidates: Vec<Candidate<'_>>,
) -> BTreeMap<(String, Arc<str>), Vec<Candidate<'_>>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for it in candidates {
        groups.entry((it.finding.rule.to_string(), it.finding.path.clone())).or_default().push(it);
    }
    for group in groups.values_mut() {
        group.sort_by_key(|it| it.finding.lines);
    }
    groups
}

/// Turns the finding's edit into a suggestion, if GitHub can apply it: the comment spans the
/// edited lines and the trigger, all on the right side of one hunk.
fn suggest(
    comment: &mut Planned<'_>,
    text: &impl Fn(&str) -> Option<Arc<str>>,
    accepts: &impl Fn(&str, Side, LineRange) -> bool,
) {
    let [only] = comment.findings.as_slice() else { return };
    let Some(fix) = &only.finding.fix else { return };
    let anchor = &comment.anchor;
    if anchor.relation != Relation::Trigger || fix.path != anchor.path {
        return;
    }
    let span = LineRange::new(
        fix.lines.first.min(anchor.lines.first),
        fix.lines.last.max(anchor.lines.last),
    );
    if span.last - span.first >= SUGGESTION_SPAN || !accepts(&anchor.path, Side::Right, span) {
        return;
    }
    let Some(text) = text(&anchor.path) else { return };
    let mut replacement = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()).filter(|(number, _)| span.contains(*number)) {
        if number == fix.lines.first {
            replacement.push(fix.replacement.trim_end_matches('\n'));
        }
        if !fix.lines.contains(number) {
            replacement.push(line);
        }
    }
    comment.suggestion = Some(Suggestion { replacement: replacement.join("\n") });
    comment.anchor.lines = span;
}
