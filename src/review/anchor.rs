//! Where a comment may stand: the lines that GitHub accepts, nearest to what it is about.

use std::collections::HashMap;
use std::sync::Arc;

use super::examine::Examination;
use crate::diff::PatchLines;
use crate::model::{LineRange, Side};
use crate::rules::Finding;

/// The place of an inline comment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// The file, as the pull request's list of files names it.
    pub path: Arc<str>,
    /// The lines, all within one hunk.
    pub lines: LineRange,
    /// Which version the lines count in.
    pub side: Side,
    /// How the place relates to the finding.
    pub relation: Relation,
}

/// How a comment's place relates to the finding's trigger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// It is the trigger.
    Trigger,
    /// It is the deleted code that caused the finding, which begins with this line.
    Deletion(Arc<str>),
    /// It is another line of the same declaration, or of the cause in another file.
    Nearby,
}

/// The lines on which GitHub accepts comments, by file.
#[derive(Default)]
pub struct Shown {
    files: HashMap<Arc<str>, PatchLines>,
}

impl Shown {
    /// Nothing is shown yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file's hunks.
    pub fn add(&mut self, path: Arc<str>, patch: PatchLines) {
        self.files.insert(path, patch);
    }

    /// The hunks of a file.
    pub fn file(&self, path: &str) -> Option<&PatchLines> {
        self.files.get(path)
    }

    /// The best place for a comment about a finding, or `None` when the diff shows none.
    ///
    /// In this order: the trigger; for a deletion that caused it, the deleted line; in the same
    /// declaration a changed line of a partner, else the nearest line that the diff shows; a
    /// changed line of a partner in another place.
    pub fn anchor(&self, finding: &Finding, examined: &Examination) -> Option<Anchor> {
        let at = |path: &Arc<str>, lines, side, relation| Anchor {
            path: path.clone(),
            lines,
            side,
            relation,
        };
        if let Some(patch) = self.files.get(&finding.path) {
            // The line that names the trigger: a statement of many lines is commented at its
            // first, where the eye looks for it.
            let line = finding.lines.first;
            if patch.accepts(Side::Right, LineRange::line(line)) {
                let lines = LineRange::line(line);
                return Some(at(&finding.path, lines, Side::Right, Relation::Trigger));
            }
        }
        if let Some(it) = examined.cause(finding)
            && let Some(patch) = self.files.get(&it.path)
            && let Some(lines) = [it.lines, LineRange::line(it.lines.first)]
                .into_iter()
                .find(|it| patch.accepts(Side::Left, *it))
        {
            return Some(at(&it.path, lines, Side::Left, Relation::Deletion(it.code.clone())));
        }
        if let Some(patch) = self.files.get(&finding.path)
            && let Some(lines) = examined.declaration_lines(finding)
        {
            // A changed partner is the cause; any other line is only the next best place.
            let partner = finding.related.iter().filter(|it| it.path == finding.path);
            let added = |line: &u32| lines.contains(*line) && patch.added().contains(*line);
            if let Some(cause) = partner.flat_map(|it| it.lines.lines()).find(added) {
                let lines = LineRange::line(cause);
                return Some(at(&finding.path, lines, Side::Right, Relation::Nearby));
            }
            if let Some(near) = patch.commentable().right.nearest(finding.lines.first, lines) {
                let lines = LineRange::line(near);
                return Some(at(&finding.path, lines, Side::Right, Relation::Nearby));
            }
        }
        finding.related.iter().find_map(|it| {
            let patch = self.files.get(&it.path)?;
            let line = it.lines.lines().find(|&line| patch.added().contains(line))?;
            Some(at(&it.path, LineRange::line(line), Side::Right, Relation::Nearby))
        })
    }
}
