//! What we said earlier against what holds now.

use super::mark::Mark;
use super::marker::{CommentMarker, Marker, Reading, Said, Signer, SummaryMarker, visible};
use crate::github::{OurComment, OurReview};
use crate::model::{BlobOid, Fingerprint, LineRange};

/// The version of the analysis: only the same analysis can prove that a finding is gone.
pub const ANALYSIS: &str = env!("CARGO_PKG_VERSION");

/// What our App said on a pull request so far.
#[derive(Debug, Default)]
pub struct Earlier {
    /// Our inline comments.
    pub comments: Vec<EarlierComment>,
    /// Our first review, whose body is the summary.
    pub summary: Option<EarlierSummary>,
    /// Every finding that a text of ours tells and that was not marked as fixed.
    pub said: Vec<EarlierSaid>,
}

/// One inline comment of ours.
#[derive(Debug)]
pub struct EarlierComment {
    /// GitHub's node id, by which it is edited.
    pub node_id: String,
    /// What a reader sees.
    pub visible: String,
    /// Its marker, if it verifies.
    pub marker: Option<CommentMarker>,
}

/// Our first review.
#[derive(Debug)]
pub struct EarlierSummary {
    /// The review's id.
    pub review: u64,
    /// What a reader sees.
    pub visible: String,
    /// Its marker.
    pub marker: SummaryMarker,
}

/// One finding that was said.
#[derive(Debug)]
pub struct EarlierSaid {
    /// What identity compares, in the lines of the version that `blob` names.
    pub mark: Mark,
    /// Its name; none when the marker does not verify.
    pub fingerprint: Option<Fingerprint>,
    /// The version of the file that was commented.
    pub blob: Option<BlobOid>,
    /// The line at which GitHub shows the comment now.
    pub line_now: Option<u32>,
    /// The comment that tells it; none for the summary.
    pub comment: Option<usize>,
}

impl Earlier {
    /// Reads our comments and reviews. `is_rule` tells which words are ids of rules.
    pub fn read(
        comments: &[OurComment],
        reviews: &[OurReview],
        signer: &Signer<'_>,
        is_rule: impl Fn(&str) -> bool,
    ) -> Self {
        let mut earlier = Self::default();
        for comment in comments {
            let index = earlier.comments.len();
            let marker = match signer.read(&comment.body) {
                Reading::Ours(Marker::Comment(it)) => Some(it),
                Reading::Ours(Marker::Summary(_)) | Reading::Unverified => None,
                // Our App wrote it, but not as a review comment: a reply, for example.
                Reading::None => continue,
            };
            match &marker {
                Some(it) if it.fixed.is_some() => {}
                Some(it) => {
                    for said in &it.said {
                        earlier.said.push(EarlierSaid::of(said, comment.line, Some(index)));
                    }
                }
                None => earlier.said.extend(unverified(comment, index, &is_rule)),
            }
            earlier.comments.push(EarlierComment {
                node_id: comment.node_id.clone(),
                visible: visible(&comment.body).to_owned(),
                marker,
            });
        }
        for review in reviews {
            if let Reading::Ours(Marker::Summary(marker)) = signer.read(&review.body) {
                for said in &marker.folded {
                    earlier.said.push(EarlierSaid::of(said, None, None));
                }
                let visible = visible(&review.body).to_owned();
                earlier.summary = Some(EarlierSummary { review: review.id, visible, marker });
                break;
            }
        }
        earlier
    }

    /// Whether we spoke at all.
    pub fn is_silent(&self) -> bool {
        self.comments.is_empty() && self.summary.is_none()
    }

    /// Which comments can be closed, and why: nothing that they say is left to talk about, and
    /// for each said finding `fate` has the proof.
    pub fn closed(&self, fate: impl Fn(usize) -> Fate) -> Vec<(usize, Closing)> {
        (0..self.comments.len())
            .filter_map(|comment| {
                let said = self.said.iter().enumerate();
                let fates: Vec<Fate> = said
                    .filter(|(_, it)| it.comment == Some(comment))
                    // What we cannot prove to have said proves nothing.
                    .map(|(i, it)| if it.fingerprint.is_some() { fate(i) } else { Fate::Open })
                    .collect();
                if fates.is_empty() || fates.contains(&Fate::Open) {
                    return None;
                }
                let silenced = fates.contains(&Fate::Silenced);
                Some((comment, if silenced { Closing::Silenced } else { Closing::Fixed }))
            })
            .collect()
    }

    /// How many comments were closed in earlier reviews.
    pub fn closed_before(&self) -> usize {
        let closed = |it: &&EarlierComment| it.marker.as_ref().is_some_and(|it| it.fixed.is_some());
        self.comments.iter().filter(closed).count()
    }
}

/// What became of a finding that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is there, or nobody can tell.
    Open,
    /// It is there, and a comment in the code silences it.
    Silenced,
    /// It is proved to be gone.
    Gone,
}

/// Why a comment is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// All that it says is gone.
    Fixed,
    /// Some of it is silenced in the code, and the rest is gone.
    Silenced,
}

impl EarlierSaid {
    fn of(said: &Said, line_now: Option<u32>, comment: Option<usize>) -> Self {
        Self {
            mark: said.mark.clone(),
            fingerprint: Some(said.fingerprint.clone()),
            blob: said.blob.clone(),
            line_now,
            comment,
        }
    }

    /// Whether the analysis that found it was today's.
    pub fn same_analysis(&self, earlier: &Earlier) -> bool {
        let marker = self.comment.and_then(|i| earlier.comments.get(i)?.marker.as_ref());
        marker.is_some_and(|it| it.analysis == ANALYSIS)
    }
}

/// A comment of ours whose marker does not verify still counts as said, by path, line and rule.
fn unverified(
    comment: &OurComment,
    index: usize,
    is_rule: impl Fn(&str) -> bool,
) -> Vec<EarlierSaid> {
    let text = visible(&comment.body);
    let mut rules: Vec<&str> = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| is_rule(word))
        .collect();
    rules.sort_unstable();
    rules.dedup();
    let line = comment.line.or(comment.original_line).unwrap_or(0);
    rules
        .into_iter()
        .map(|rule| EarlierSaid {
            mark: Mark {
                rule: rule.to_owned(),
                path: comment.path.clone(),
                declaration: String::new(),
                code: String::new(),
                lines: LineRange::line(line),
            },
            fingerprint: None,
            blob: None,
            line_now: comment.line,
            comment: Some(index),
        })
        .collect()
}
