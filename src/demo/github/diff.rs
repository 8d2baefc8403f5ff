//! Diffs as git prints them and GitHub serves them: hunks with three lines of context.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use super::history::{Blob, Files};
use crate::model::Side;

/// Lines of context around a change, git's default.
const CONTEXT: u32 = 3;
/// How much of a heading git prints behind `@@`.
const HEADING: usize = 80;
/// How far into a file git looks for a NUL byte, which makes it binary.
const BINARY_PROBE: usize = 8_000;

/// How one file differs between two commits.
#[derive(Debug, Clone)]
pub(super) struct FileDiff {
    /// The path at the new commit; at the old one for a removed file.
    pub(super) path: String,
    /// The path at the old commit, where it was another.
    pub(super) previous_path: Option<String>,
    /// GitHub's word: `added`, `removed`, `modified` or `renamed`.
    pub(super) status: &'static str,
    /// The blob's name; the old one's for a removed file.
    pub(super) oid: String,
    /// The hunks; none for a binary file or a pure rename.
    pub(super) hunks: Vec<Hunk>,
}

/// One hunk.
#[derive(Debug, Clone)]
pub(super) struct Hunk {
    /// The `@@` line.
    pub(super) header: String,
    /// Its lines.
    pub(super) rows: Vec<Row>,
    /// Where it starts and ends in the old file, lines from 1.
    old: Range<u32>,
}

/// One line of a hunk.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The line's number in the old file, unless it was added.
    pub(super) old: Option<u32>,
    /// The line's number in the new file, unless it was removed.
    pub(super) new: Option<u32>,
    /// The line as the patch shows it, with its sign.
    pub(super) text: String,
    /// The file ends here, without a newline.
    unterminated: bool,
}

impl FileDiff {
    /// The patch as GitHub gives it: no file header, no newline at its end. `None` without hunks.
    pub(super) fn patch(&self) -> Option<String> {
        let mut lines: Vec<&str> = Vec::new();
        for hunk in &self.hunks {
            lines.push(&hunk.header);
            for row in &hunk.rows {
                lines.push(&row.text);
                if row.unterminated {
                    lines.push("\\ No newline at end of file");
                }
            }
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// How many lines were added and removed.
    pub(super) fn counts(&self) -> (usize, usize) {
        let rows = || self.hunks.iter().flat_map(|it| &it.rows);
        let added = rows().filter(|it| it.old.is_none()).count();
        (added, rows().filter(|it| it.new.is_none()).count())
    }

    /// The hunk and the row that show a line.
    pub(super) fn find(&self, side: Side, line: u32) -> Option<(&Hunk, usize)> {
        self.hunks.iter().find_map(|hunk| {
            let number = |row: &Row| if side == Side::Left { row.old } else { row.new };
            let row = hunk.rows.iter().position(|row| number(row) == Some(line))?;
            Some((hunk, row))
        })
    }

    /// Where a line of the old file is in the new one; `None` when it was removed.
    pub(super) fn map_line(&self, line: u32) -> Option<u32> {
        let mut shift = 0_i64;
        for hunk in &self.hunks {
            if line < hunk.old.start {
                break;
            }
            if let Some(row) = hunk.rows.iter().find(|it| it.old == Some(line)) {
                return row.new;
            }
            for row in &hunk.rows {
                shift += i64::from(row.old.is_none()) - i64::from(row.new.is_none());
            }
        }
        u32::try_from(i64::from(line) + shift).ok()
    }
}

impl Hunk {
    /// The `diff_hunk` of a comment: the hunk up to the commented row.
    pub(super) fn until(&self, row: usize) -> String {
        let rows = self.rows.iter().take(row + 1).map(|it| it.text.as_str());
        std::iter::once(self.header.as_str()).chain(rows).collect::<Vec<_>>().join("\n")
    }
}

/// The files that differ, in path order. A removed file whose bytes come back under a new path
/// was renamed; GitHub also pairs similar files, which the stand-in does not.
pub(super) fn between(old: &Files, new: &Files) -> Vec<FileDiff> {
    let mut removed: Vec<(&String, &Blob)> =
        old.iter().filter(|(path, _)| !new.contains_key(*path)).collect();
    let mut found = Vec::new();
    for (path, blob) in new {
        let file = |status, previous_path, hunks| FileDiff {
            path: path.clone(),
            previous_path,
            status,
            oid: blob.oid.clone(),
            hunks,
        };
        match old.get(path) {
            Some(before) if before.oid == blob.oid => {}
            Some(before) => found.push(file("modified", None, hunks(&before.bytes, &blob.bytes))),
            None => match removed.iter().position(|(_, it)| it.oid == blob.oid) {
                Some(at) => {
                    let (previous, _) = removed.remove(at);
                    found.push(file("renamed", Some(previous.clone()), Vec::new()));
                }
                None => found.push(file("added", None, hunks(&[], &blob.bytes))),
            },
        }
    }
    found.extend(removed.into_iter().map(|(path, blob)| FileDiff {
        path: path.clone(),
        previous_path: None,
        status: "removed",
        oid: blob.oid.clone(),
        hunks: hunks(&blob.bytes, &[]),
    }));
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The hunks between two texts; none when one of them is binary.
///
/// One known difference to git: of a blank line added to blank lines at the end of a file, git
/// shows the last as the new one.
pub(super) fn hunks(old: &[u8], new: &[u8]) -> Vec<Hunk> {
    let binary = |bytes: &[u8]| bytes.iter().take(BINARY_PROBE).any(|it| *it == 0);
    if binary(old) || binary(new) {
        return Vec::new();
    }
    let lines = |bytes| <[u8]>::split_inclusive(bytes, |it: &u8| *it == b'\n');
    let mut input = InternedInput::default();
    input.update_before(lines(old));
    input.update_after(lines(new));
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let before: Vec<&[u8]> = lines(old).collect();
    let after: Vec<&[u8]> = lines(new).collect();

    let mut groups: Vec<Vec<imara_diff::Hunk>> = Vec::new();
    for change in diff.hunks() {
        match groups.last_mut() {
            Some(group)
                if group
                    .last()
                    .is_some_and(|last| change.before.start - last.before.end <= 2 * CONTEXT) =>
            {
                group.push(change);
            }
            _ => groups.push(vec![change]),
        }
    }
    groups.iter().map(|group| hunk(&before, &after, group)).collect()
}

/// One hunk over changes that stand close together. `group` is not empty.
fn hunk(before: &[&[u8]], after: &[&[u8]], group: &[imara_diff::Hunk]) -> Hunk {
    let (first, last) = (&group[0], &group[group.len() - 1]);
    let lead = first.before.start.min(CONTEXT);
    let old = first.before.start - lead..size(before).min(last.before.end + CONTEXT);
    let new = first.after.start - lead..size(after).min(last.after.end + CONTEXT);
    let mut rows = Vec::new();
    let (mut i, mut j) = (old.start, new.start);
    for change in group {
        while i < change.before.start {
            rows.push(row(' ', before[i as usize], Some(i + 1), Some(j + 1)));
            (i, j) = (i + 1, j + 1);
        }
        rows.extend(
            change.before.clone().map(|at| row('-', before[at as usize], Some(at + 1), None)),
        );
        rows.extend(
            change.after.clone().map(|at| row('+', after[at as usize], None, Some(at + 1))),
        );
        (i, j) = (change.before.end, change.after.end);
    }
    while i < old.end {
        rows.push(row(' ', before[i as usize], Some(i + 1), Some(j + 1)));
        (i, j) = (i + 1, j + 1);
    }
    let heading = heading(before, old.start).map(|it| format!(" {it}")).unwrap_or_default();
    let header = format!("@@ -{} +{} @@{heading}", range(&old), range(&new));
    Hunk { header, rows, old: old.start + 1..old.end + 1 }
}

/// A hunk's range as git prints it: an empty one names the line before it, a single line has no
/// count.
fn range(lines: &Range<u32>) -> String {
    match lines.end - lines.start {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

/// The last line above the hunk that starts like a declaration, git's default heading.
fn heading(before: &[&[u8]], start: u32) -> Option<String> {
    let above = before[..start as usize].iter().rev();
    let line = above.copied().find(|line| {
        line.first().is_some_and(|it| it.is_ascii_alphabetic() || matches!(it, b'_' | b'$'))
    })?;
    let line = &line[..line.len().min(HEADING)];
    Some(String::from_utf8_lossy(line.trim_ascii_end()).into_owned())
}

fn row(sign: char, line: &[u8], old: Option<u32>, new: Option<u32>) -> Row {
    let terminated = line.strip_suffix(b"\n");
    let text = format!("{sign}{}", String::from_utf8_lossy(terminated.unwrap_or(line)));
    Row { old, new, text, unterminated: terminated.is_none() }
}

fn size(lines: &[&[u8]]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}
