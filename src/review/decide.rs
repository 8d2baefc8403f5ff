//! What to write, decided from everything that was read. Pure.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::comment::comment;
use super::examine::Examination;
use super::mark::Mark;
use super::marker::{CommentMarker, Marker, Said, Signer, SummaryMarker};
use super::pair::pair;
use super::places::{Moved, moved};
use super::plan::{self, Candidate, Limits, Open, Planned};
use super::reconcile::{ANALYSIS, Closing, Earlier, Fate};
use super::summary::{Summary, summary};
use super::text::{Links, without_commits};
use crate::github::{Conclusion, Edit, NewComment};
use crate::model::{BlobOid, Fingerprint};
use crate::persona::Voice;
use crate::rules::{Finding, Kind, Rule, RuleSet};

/// Everything that was read.
pub struct Situation<'a> {
    /// The analysis of both versions.
    pub examined: &'a Examination,
    /// What we said before.
    pub earlier: &'a Earlier,
    /// The versions of files that earlier comments count their lines in.
    pub texts: &'a HashMap<BlobOid, Arc<str>>,
    /// The rules.
    pub rules: &'a RuleSet,
    /// The language.
    pub voice: &'a Voice,
    /// The links.
    pub links: &'a Links,
    /// The pull request's markers.
    pub signer: &'a Signer<'a>,
    /// Whether every changed file was listed.
    pub complete: bool,
    /// Whether GitHub takes inline comments; when it refused them, everything is folded.
    pub inline: bool,
}

/// Everything to write.
#[derive(Debug)]
pub struct Decision {
    /// Comments whose findings are fixed or silenced: edited and minimised.
    pub edits: Vec<Edit>,
    /// The summary's new text, when it changed: the review's id and the body.
    pub summary_edit: Option<(u64, String)>,
    /// A review, when there is something new to say inline.
    pub review: Option<ReviewText>,
    /// The check run; there is always one.
    pub check: Check,
}

/// A review to post.
#[derive(Debug)]
pub struct ReviewText {
    /// Its body.
    pub body: String,
    /// Its inline comments.
    pub comments: Vec<NewComment>,
}

/// The check run's outcome and texts.
#[derive(Debug)]
pub struct Check {
    /// The outcome.
    pub conclusion: Conclusion,
    /// One line.
    pub title: String,
    /// Markdown.
    pub summary: String,
}

/// Why a pull request gets only a check run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Drafts wait until they are ready.
    Draft,
    /// No Go in it.
    NoGo,
}

/// A finding that the pull request introduced.
struct Introduced<'a> {
    finding: &'a Finding,
    rule: &'a Rule,
    mark: &'a Mark,
    /// Which said finding it is, if it was said.
    said: Option<usize>,
}

/// Decides what to write.
pub fn decide(it: &Situation<'_>) -> Decision {
    let (examined, earlier) = (it.examined, it.earlier);

    // What was said, against everything that the head holds: a finding that came into the base
    // meanwhile is still there, and its comment stays.
    let (said_marks, untouched) =
        moved(&earlier.said, it.texts, &examined.head_files, &examined.maps);
    let partners = pair(&said_marks, &examined.marks, &Moved);
    let mut fates = vec![Fate::Gone; earlier.said.len()];
    for (finding, partner) in examined.findings.iter().zip(&partners) {
        if let Some(said) = partner {
            fates[*said] = if finding.silenced { Fate::Silenced } else { Fate::Open };
        }
    }
    let closed = earlier.closed(|i| {
        let said = &earlier.said[i];
        // Another analysis may be blind to what this one saw, unless the code itself changed.
        let proved = || {
            examined.is_gone(said, it.complete)
                && (said.same_analysis(earlier) || untouched[i] == Some(false))
        };
        if fates[i] == Fate::Gone && !proved() { Fate::Open } else { fates[i] }
    });

    let introduced = introduced(it, &partners);
    let open = open_comments(it, &closed);
    let taken: HashSet<&Fingerprint> =
        earlier.said.iter().filter_map(|it| it.fingerprint.as_ref()).collect();
    let candidates = candidates(&introduced, examined, taken);
    let plan = plan::plan(
        candidates,
        if it.inline { Limits::default() } else { Limits { comments: 0, performance: 0 } },
        open,
        |path| examined.text(path),
        |path, side, lines| examined.shown.file(path).is_some_and(|it| it.accepts(side, lines)),
    );

    // Folded: what this review folds, and what stood folded before and is still there.
    let new_folded: HashSet<*const Finding> =
        plan.folded.iter().map(|it| std::ptr::from_ref(it.finding)).collect();
    let is_folded = |it: &Introduced<'_>| match it.said {
        Some(said) => earlier.said[said].comment.is_none(),
        None => new_folded.contains(&std::ptr::from_ref(it.finding)),
    };
    let folded: Vec<&Introduced<'_>> = introduced.iter().filter(|it| is_folded(it)).collect();

    let text = summary(
        &Summary {
            open: introduced.iter().map(|it| (it.finding, it.rule)).collect(),
            folded: folded.iter().map(|it| (it.finding, it.rule)).collect(),
            go_files: examined.go_files(),
            closed: earlier.closed_before() + closed.len(),
            repaired: examined.repaired,
            unread: examined.unread.clone(),
        },
        it.voice,
        it.links,
    );
    let folded_said: Vec<Said> =
        folded.iter().map(|it| name(it, earlier, &plan.folded, examined)).collect();
    let comments: Vec<_> = plan.inline.iter().map(|planned| new_comment(planned, it)).collect();

    let summary_body = |folded: Vec<Said>| {
        let marker = Marker::Summary(SummaryMarker {
            analysis: ANALYSIS.to_owned(),
            head: it.links.head.clone(),
            folded,
        });
        format!("{text}\n\n{}", it.signer.write(&marker))
    };
    let mut decision = Decision {
        edits: closed.iter().filter_map(|&closing| closing_edit(closing, it)).collect(),
        summary_edit: None,
        review: None,
        check: check(&introduced, &text, it.voice),
    };
    match &earlier.summary {
        Some(summary) => {
            if without_commits(&summary.visible) != without_commits(&text) {
                decision.summary_edit = Some((summary.review, summary_body(folded_said)));
            }
            if !comments.is_empty() {
                let body = (it.voice.later_review)(comments.len(), it.links.head.short());
                decision.review = Some(ReviewText { body, comments });
            }
        }
        None if !comments.is_empty() => {
            decision.review = Some(ReviewText { body: summary_body(folded_said), comments });
        }
        // What GitHub refused inline is said all the same.
        None if !it.inline && !folded_said.is_empty() => {
            decision.review = Some(ReviewText { body: summary_body(folded_said), comments });
        }
        // Nothing to say inline: the check run alone.
        None => {}
    }
    decision
}

/// What the change introduced, without what a stronger rule covers.
pub fn introduced_findings<'a>(
    examined: &'a Examination,
    rules: &'a RuleSet,
) -> Vec<(&'a Finding, &'a Rule)> {
    introduced_indices(examined, rules)
        .into_iter()
        .map(|(i, rule)| (&examined.findings[i], rule))
        .collect()
}

fn introduced_indices<'a>(examined: &Examination, rules: &'a RuleSet) -> Vec<(usize, &'a Rule)> {
    let new: Vec<usize> = (0..examined.findings.len()).filter(|&i| examined.is_new[i]).collect();
    let findings: Vec<&Finding> = new.iter().map(|&i| &examined.findings[i]).collect();
    let superseded = plan::superseded(&findings, rules);
    let left = new.into_iter().zip(superseded).filter(|(_, superseded)| !superseded);
    left.filter_map(|(i, _)| Some((i, rules.rule(examined.findings[i].rule.as_str())?))).collect()
}

fn introduced<'a>(it: &Situation<'a>, partners: &[Option<usize>]) -> Vec<Introduced<'a>> {
    let examined = it.examined;
    introduced_indices(examined, it.rules)
        .into_iter()
        .map(|(i, rule)| Introduced {
            finding: &examined.findings[i],
            rule,
            mark: &examined.marks[i],
            said: partners[i],
        })
        .collect()
}

/// The comments that stay open after this review.
fn open_comments(it: &Situation<'_>, closed: &[(usize, Closing)]) -> Open {
    let mut open = Open::default();
    for (i, comment) in it.earlier.comments.iter().enumerate() {
        let before = comment.marker.as_ref().is_some_and(|it| it.fixed.is_some());
        if before || closed.iter().any(|(now, _)| *now == i) {
            continue;
        }
        open.comments += 1;
        let mut rules = it.earlier.said.iter().filter(|said| said.comment == Some(i));
        let performance = rules.all(|said| {
            it.rules.rule(&said.mark.rule).is_some_and(|it| it.kind() == Kind::Performance)
        });
        open.performance += usize::from(performance);
    }
    open
}

/// What nobody was told yet, each under a name of its own.
fn candidates<'a>(
    introduced: &[Introduced<'a>],
    examined: &Examination,
    taken: HashSet<&Fingerprint>,
) -> Vec<Candidate<'a>> {
    let mut given: HashSet<Fingerprint> = taken.into_iter().cloned().collect();
    introduced
        .iter()
        .filter(|it| it.said.is_none())
        .map(|it| {
            let fingerprint = first_free(it.mark, &given);
            given.insert(fingerprint.clone());
            Candidate {
                finding: it.finding,
                rule: it.rule,
                fingerprint,
                anchor: examined.shown.anchor(it.finding, examined),
            }
        })
        .collect()
}

/// The first name of a mark that is not given yet.
pub fn first_free(mark: &Mark, given: &HashSet<Fingerprint>) -> Fingerprint {
    let mut ordinal = 0;
    loop {
        let name = mark.fingerprint(ordinal);
        if !given.contains(&name) {
            return name;
        }
        ordinal += 1;
    }
}

/// A folded finding as the summary's marker keeps it.
fn name(
    it: &Introduced<'_>,
    earlier: &Earlier,
    folded: &[Candidate<'_>],
    examined: &Examination,
) -> Said {
    let inherited = it.said.and_then(|i| earlier.said[i].fingerprint.clone());
    let fresh = || {
        let found = folded.iter().find(|candidate| std::ptr::eq(candidate.finding, it.finding));
        found.map(|it| it.fingerprint.clone())
    };
    Said {
        fingerprint: inherited.or_else(fresh).unwrap_or_else(|| it.mark.fingerprint(0)),
        mark: it.mark.clone(),
        blob: examined.blob(&it.finding.path),
    }
}

fn new_comment(planned: &Planned<'_>, it: &Situation<'_>) -> NewComment {
    let said = planned
        .findings
        .iter()
        .map(|candidate| Said {
            fingerprint: candidate.fingerprint.clone(),
            mark: Mark::of(candidate.finding),
            blob: it.examined.blob(&candidate.finding.path),
        })
        .collect();
    let marker = Marker::Comment(CommentMarker {
        analysis: ANALYSIS.to_owned(),
        head: it.links.head.clone(),
        said,
        fixed: None,
    });
    let text = comment(planned, it.voice, it.links);
    NewComment {
        path: planned.anchor.path.clone(),
        side: planned.anchor.side,
        lines: planned.anchor.lines,
        body: format!("{text}\n\n{}", it.signer.write(&marker)),
    }
}

/// "Fixed in" or "silenced in", above what the comment said.
fn closing_edit((index, why): (usize, Closing), it: &Situation<'_>) -> Option<Edit> {
    let comment = it.earlier.comments.get(index)?;
    let mut marker = comment.marker.clone()?;
    marker.fixed = Some(it.links.head.clone());
    let head = it.links.head.short();
    let note = match why {
        Closing::Fixed => (it.voice.fixed_in)(head),
        Closing::Silenced => (it.voice.silenced_in)(head),
    };
    let marker = it.signer.write(&Marker::Comment(marker));
    let body = format!("{note}\n\n{}\n\n{marker}", comment.visible);
    Some(Edit { comment: comment.node_id.clone(), body: Some(body), minimise: true })
}

/// `success` with nothing open; else `neutral`, since nothing fails a check by default.
fn check(introduced: &[Introduced<'_>], text: &str, voice: &Voice) -> Check {
    let words = &voice.check;
    let (conclusion, title) = match introduced.len() {
        0 => (Conclusion::Success, words.clean.to_owned()),
        n => (Conclusion::Neutral, (words.open)(n)),
    };
    Check { conclusion, title, summary: text.to_owned() }
}

/// The check run of a pull request that is not reviewed.
pub fn skipped(voice: &Voice, why: Skip) -> Check {
    let words = &voice.check;
    let (title, summary) = match why {
        Skip::Draft => (words.draft, words.draft_text),
        Skip::NoGo => (words.no_go, words.no_go_text),
    };
    Check { conclusion: Conclusion::Skipped, title: title.to_owned(), summary: summary.to_owned() }
}

/// The check run of a review that was given up.
pub fn given_up(voice: &Voice, reason: &str) -> Check {
    Check {
        conclusion: Conclusion::Neutral,
        title: voice.check.given_up.to_owned(),
        summary: (voice.check.given_up_text)(reason),
    }
}
