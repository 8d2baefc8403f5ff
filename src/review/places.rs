//! Where a line of one version is in the other, over all files of a change.

use std::collections::HashMap;
use std::sync::Arc;

use super::mark::Mark;
use super::pair::Places;
use super::reconcile::EarlierSaid;
use crate::diff::{LineMap, Mapped};
use crate::model::{BlobOid, Change, FileStatus, LineRange, SourceFile};

/// The merge base against the head.
pub struct FileMaps {
    /// By the path at the head.
    maps: HashMap<Arc<str>, LineMap>,
    /// From the base's paths to the head's, where they differ.
    renames: HashMap<Arc<str>, Arc<str>>,
}

impl FileMaps {
    /// Compares both versions of each changed file that was read.
    pub fn of(change: &Change) -> Self {
        let (mut maps, mut renames) = (HashMap::new(), HashMap::new());
        for file in &change.files {
            if let (Some(previous), FileStatus::Renamed) = (&file.previous_path, file.status) {
                renames.insert(previous.clone(), file.path.clone());
            }
            let old_path = file.previous_path.as_ref().unwrap_or(&file.path);
            let old = find(&change.base.files, old_path);
            let new = find(&change.head.files, &file.path);
            let text =
                |it: Option<&SourceFile>| it.map_or_else(|| Arc::from(""), |it| it.text.clone());
            // A version that was there and was not read is not an empty one.
            let known = match file.status {
                FileStatus::Added => new.is_some(),
                FileStatus::Removed => old.is_some(),
                FileStatus::Modified | FileStatus::Renamed => old.is_some() && new.is_some(),
            };
            if known {
                maps.insert(file.path.clone(), LineMap::new(&text(old), &text(new)));
            }
        }
        Self { maps, renames }
    }

    /// The path at the base of a file of the head.
    pub fn earlier_path<'a>(&'a self, later: &'a str) -> &'a str {
        let renamed = self.renames.iter().find(|(_, it)| it.as_ref() == later);
        renamed.map_or(later, |(earlier, _)| earlier)
    }

    /// The map of a file of the head; none for a file that did not change, or of which a version
    /// was not read.
    pub fn map(&self, later_path: &str) -> Option<&LineMap> {
        self.maps.get(later_path)
    }
}

impl Places for FileMaps {
    fn later_path<'a>(&'a self, earlier: &'a str) -> &'a str {
        self.renames.get(earlier).map_or(earlier, AsRef::as_ref)
    }

    fn later_line(&self, earlier_path: &str, line: u32) -> Option<u32> {
        match self.maps.get(self.later_path(earlier_path)) {
            Some(map) => map.to_new(line).line(),
            // A file that did not change.
            None => Some(line),
        }
    }

    fn is_added(&self, later_path: &str, line: u32) -> bool {
        let map = self.maps.get(later_path);
        map.is_some_and(|it| !matches!(it.to_old(line), Mapped::Same(_)))
    }
}

/// A file by path, in a list in path order.
pub fn find<'a>(files: &'a [SourceFile], path: &str) -> Option<&'a SourceFile> {
    let index = files.binary_search_by(|it| it.path.as_ref().cmp(path)).ok()?;
    files.get(index)
}

/// What was said in earlier reviews against the head: each mark is moved to the head's lines
/// first, since each may count in another version of its file.
pub struct Moved;

impl Places for Moved {
    fn later_path<'a>(&'a self, earlier: &'a str) -> &'a str {
        earlier
    }

    fn later_line(&self, _: &str, line: u32) -> Option<u32> {
        (line > 0).then_some(line)
    }

    fn is_added(&self, _: &str, _: u32) -> bool {
        false
    }
}

/// The marks of what was said, with the paths and lines of the head (line 0 where nothing is known
/// of it), and whether the line itself was left alone, as far as that is known.
pub fn moved(
    said: &[EarlierSaid],
    texts: &HashMap<BlobOid, Arc<str>>,
    head: &[SourceFile],
    renames: &FileMaps,
) -> (Vec<Mark>, Vec<Option<bool>>) {
    let mut maps: HashMap<(&BlobOid, &str), LineMap> = HashMap::new();
    said.iter()
        .map(|it| {
            let mut mark = it.mark.clone();
            if find(head, &mark.path).is_none() {
                mark.path = renames.later_path(&it.mark.path).into();
            }
            let line = it.mark.lines.first;
            let now = find(head, &mark.path);
            let (line, untouched) = match (&it.blob, now) {
                (Some(blob), Some(now)) if now.oid.as_ref() == Some(blob) => {
                    (Some(line), Some(true))
                }
                (Some(blob), Some(now)) => match texts.get(blob) {
                    Some(then) => {
                        let map = maps
                            .entry((blob, &now.path))
                            .or_insert_with(|| LineMap::new(then, &now.text));
                        let mapped = map.to_new(line);
                        (mapped.line(), Some(matches!(mapped, Mapped::Same(_))))
                    }
                    // GitHub moved the comment along, as far as it could.
                    None => (it.line_now, None),
                },
                // Without a marker, GitHub's line is all there is.
                (None, _) => (it.line_now.or(Some(line)), None),
                // The file is gone.
                (Some(_), None) => (None, Some(false)),
            };
            mark.lines = LineRange::line(line.unwrap_or(0));
            (mark, untouched)
        })
        .unzip()
}
