//! Deleted code that a finding is due to.
//!
//! What was deleted has no place at the head, and what it made wrong may stand far from it: the
//! `close` is gone, and the loop in another file waits for good. A deletion counts as the cause
//! where nothing else can be it: it is all that happened to the finding's declaration, or it is the
//! only deletion in the package that names what the finding is about.

use std::sync::Arc;

use super::places::{FileMaps, find};
use crate::diff::{LineMap, Mapped};
use crate::golang::{Code, GoFile, GoNode, Kind};
use crate::model::{Change, LineRange};
use crate::rules::Finding;

/// Code that a change deleted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deletion {
    /// The file, as the change's list of files names it.
    pub path: Arc<str>,
    /// The lines, counted in the base.
    pub lines: LineRange,
    /// The first of them, without indentation.
    pub code: Arc<str>,
}

/// How many characters of deleted code are quoted.
const QUOTED: usize = 80;

/// Both versions, to look for deletions in.
pub struct Deletions<'a> {
    /// What was read.
    pub change: &'a Change,
    /// The analysed base.
    pub base: &'a Code,
    /// The analysed head.
    pub head: &'a Code,
    /// Where lines went.
    pub maps: &'a FileMaps,
}

impl Deletions<'_> {
    /// The deletion that a finding of the head is due to, if its own lines were left alone.
    pub fn cause(&self, finding: &Finding) -> Option<Deletion> {
        self.alone(finding).or_else(|| self.named(finding))
    }

    /// These lines of the base of a file of the head, if they are gone and not only edited.
    pub fn of_lines(&self, path: &Arc<str>, lines: LineRange) -> Option<Deletion> {
        let map = self.maps.map(path)?;
        let base = self.base.file(self.maps.earlier_path(path))?;
        let gone = |line: u32| map.to_new(line) == Mapped::Gone;
        let first = lines.lines().find(|it| gone(*it))?;
        let last = (first..=lines.last).take_while(|it| gone(*it)).last()?;
        Some(deletion(path, base, LineRange::new(first, last)))
    }

    /// The only thing that happened to the finding's declaration.
    fn alone(&self, finding: &Finding) -> Option<Deletion> {
        let map = self.maps.map(&finding.path)?;
        let head = self.head.file(&finding.path)?;
        let declaration = head.lines(head.declaration(finding.bytes.start)?.span);
        if declaration.lines().any(|line| !matches!(map.to_old(line), Mapped::Same(_))) {
            return None;
        }
        let mut gaps = gaps(map, declaration);
        let only = gaps.next().filter(|_| gaps.next().is_none())?;
        let base = self.base.file(self.maps.earlier_path(&finding.path))?;
        Some(deletion(&finding.path, base, only))
    }

    /// The only deletion in the package that names what the finding is about.
    fn named(&self, finding: &Finding) -> Option<Deletion> {
        let names: Vec<&str> = finding.vars.iter().filter_map(|it| last_name(&it.1)).collect();
        let directory = |path: &str| path.rsplit_once('/').map_or(0, |it| it.0.len());
        let home = self.maps.earlier_path(&finding.path);
        let home = &home[..directory(home)];
        let mut found: Vec<Deletion> = Vec::new();
        for file in &self.change.files {
            let old = file.previous_path.as_ref().unwrap_or(&file.path);
            let (Some(map), Some(base)) = (self.maps.map(&file.path), self.base.file(old)) else {
                continue;
            };
            if old[..directory(old)] != *home {
                continue;
            }
            for line in self.lines_with(base, &names) {
                if map.to_new(line) == Mapped::Gone && !self.is_moved(base, line) {
                    match found.last_mut() {
                        Some(it) if it.path == file.path && it.lines.last + 1 == line => {
                            it.lines.last = line;
                        }
                        _ => found.push(deletion(&file.path, base, LineRange::line(line))),
                    }
                }
            }
        }
        let only = found.pop()?;
        found.is_empty().then_some(only)
    }

    /// The lines of a file whose code uses one of the names.
    fn lines_with(&self, file: &GoFile, names: &[&str]) -> Vec<u32> {
        let is_name = |kind: Kind| {
            matches!(kind, Kind::Identifier | Kind::FieldIdentifier | Kind::TypeIdentifier)
        };
        let nodes = file.root().descendants().filter(|it| is_name(it.go_kind()));
        let named = nodes.filter(|it| names.contains(&file.text_of(*it)));
        let mut lines: Vec<u32> = named.map(|it| it.lines().first).collect();
        lines.dedup();
        lines
    }

    /// Whether the same line stands somewhere else in the change's files now.
    fn is_moved(&self, base: &GoFile, line: u32) -> bool {
        let gone = text_of(base.text(), line);
        let mut changed = self.change.files.iter();
        changed.any(|file| {
            let (Some(head), Some(map)) =
                (find(&self.change.head.files, &file.path), self.maps.map(&file.path))
            else {
                return false;
            };
            let mut lines = (1..).zip(head.text.lines());
            lines.any(|(at, it)| it.trim() == gone && !matches!(map.to_old(at), Mapped::Same(_)))
        })
    }
}

/// The runs of lines that were deleted between two lines of a range, counted in the base.
pub fn gaps(map: &LineMap, lines: LineRange) -> impl Iterator<Item = LineRange> {
    (lines.first..lines.last).filter_map(|line| {
        let before = map.to_old(line).line()?;
        let after = map.to_old(line + 1).line()?;
        (after > before + 1).then(|| LineRange::new(before + 1, after - 1))
    })
}

fn deletion(path: &Arc<str>, base: &GoFile, lines: LineRange) -> Deletion {
    let code: String = text_of(base.text(), lines.first).chars().take(QUOTED).collect();
    Deletion { path: path.clone(), lines, code: code.into() }
}

fn text_of(text: &str, line: u32) -> &str {
    text.lines().nth((line as usize).saturating_sub(1)).unwrap_or_default().trim()
}

/// The last name in what fills a hole of a rule's sentences: `mu` of `s.mu`.
fn last_name(text: &str) -> Option<&str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let name = text.trim_end_matches(|c| !is_part(c));
    let name = name.rsplit(|c| !is_part(c)).next().unwrap_or_default();
    name.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::last_name;

    #[test]
    fn names_are_the_last_word() {
        for (text, name) in [
            ("s.mu", Some("mu")),
            ("ch", Some("ch")),
            ("close(done)", Some("done")),
            ("(*Server).Stop", Some("Stop")),
            ("42", None),
            ("…", None),
            ("", None),
        ] {
            assert_eq!(last_name(text), name, "{text}");
        }
    }
}
