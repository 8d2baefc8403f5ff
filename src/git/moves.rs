//! Which file that came is which file that went: moved as it was, or moved and edited.
//!
//! git keeps no record of moves. As git and GitHub do, a file that came is taken for one that went
//! when at least half of the larger of the two is in both.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use gix::ObjectId;

use super::Repository;
use super::tree::Difference;
use crate::model::{ChangedFile, FileStatus, Patch, is_reviewed_go_file};

/// How much of the larger file both must have, in percent: git's own threshold.
const ALIKE: u64 = 50;

/// How many pairs of files are compared. Beyond that only files that moved unchanged are found.
const MAX_PAIRS: usize = 40_000;

/// A file that is only in one of the versions.
type Lone = (Arc<str>, ObjectId);

impl Repository {
    /// The changed files, in path order, those that moved under their new names.
    pub(super) fn with_moves(&self, differences: Vec<Difference>) -> Vec<ChangedFile> {
        let (mut gone, mut came) = (Vec::new(), Vec::new());
        let mut files: BTreeMap<Arc<str>, ChangedFile> = BTreeMap::new();
        let mut insert = |path: Arc<str>, previous_path, status| {
            let patch = Patch::Local;
            files.insert(path.clone(), ChangedFile { path, previous_path, status, patch });
        };
        for it in differences {
            match (it.base, it.head) {
                (Some(id), None) => gone.push((it.path, id)),
                (None, Some(id)) => came.push((it.path, id)),
                (Some(_), Some(_)) => insert(it.path, None, FileStatus::Modified),
                (None, None) => {}
            }
        }
        let mut moved = self.unchanged(&mut gone, &mut came);
        moved.extend(self.edited(&mut gone, &mut came));
        for (from, to) in moved {
            insert(to, Some(from), FileStatus::Renamed);
        }
        came.into_iter().for_each(|(path, _)| insert(path, None, FileStatus::Added));
        gone.into_iter().for_each(|(path, _)| insert(path, None, FileStatus::Removed));
        files.into_values().collect()
    }

    /// Pairs files by equal contents: of several candidates one with the same name, else the
    /// first. Empty files are all alike and never pair.
    fn unchanged(&self, gone: &mut Vec<Lone>, came: &mut Vec<Lone>) -> Vec<(Arc<str>, Arc<str>)> {
        let empty = ObjectId::empty_blob(self.inner.object_hash());
        let mut by_id: BTreeMap<ObjectId, Vec<Arc<str>>> = BTreeMap::new();
        for (path, id) in gone.iter().filter(|(_, id)| *id != empty) {
            by_id.entry(*id).or_default().push(path.clone());
        }
        let mut moved = Vec::new();
        came.retain(|(to, id)| {
            let Some(candidates) = by_id.get_mut(id).filter(|it| !it.is_empty()) else {
                return true;
            };
            let best = candidates.iter().position(|it| name(it) == name(to)).unwrap_or(0);
            moved.push((candidates.remove(best), to.clone()));
            false
        });
        gone.retain(|(path, _)| !moved.iter().any(|(from, _)| from == path));
        moved
    }

    /// Pairs Go files by what they have in common, the most alike first.
    fn edited(&self, gone: &mut Vec<Lone>, came: &mut Vec<Lone>) -> Vec<(Arc<str>, Arc<str>)> {
        let is_read = |it: &&Lone| is_reviewed_go_file(&it.0);
        let read = |files: &[Lone]| -> Vec<(Arc<str>, Lines)> {
            let files = files.iter().filter(is_read);
            files.filter_map(|(path, id)| Some((path.clone(), self.lines(*id)?))).collect()
        };
        let pairs = gone.iter().filter(is_read).count() * came.iter().filter(is_read).count();
        if pairs == 0 || pairs > MAX_PAIRS {
            return Vec::new();
        }
        let (old, new) = (read(gone), read(came));
        let mut alike = Vec::new();
        for (from, old) in &old {
            for (to, new) in &new {
                let score = old.alike(new);
                if score >= ALIKE {
                    alike.push((Reverse(score), name(from) != name(to), from, to));
                }
            }
        }
        alike.sort();
        let mut moved: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        for (_, _, from, to) in alike {
            if !moved.iter().any(|it| it.0 == *from || it.1 == *to) {
                moved.push((from.clone(), to.clone()));
            }
        }
        gone.retain(|(path, _)| !moved.iter().any(|(from, _)| from == path));
        came.retain(|(path, _)| !moved.iter().any(|(_, to)| to == path));
        moved
    }

    fn lines(&self, id: ObjectId) -> Option<Lines> {
        Some(Lines::of(&self.blob(id).ok()?))
    }
}

/// The lines of a file, whatever their order.
struct Lines {
    /// How many bytes each line takes, all its repetitions together, by its hash.
    bytes: BTreeMap<u64, u64>,
    /// How many bytes there are.
    all: u64,
}

impl Lines {
    fn of(text: &[u8]) -> Self {
        let mut bytes = BTreeMap::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let mut hasher = DefaultHasher::new();
            line.hash(&mut hasher);
            *bytes.entry(hasher.finish()).or_default() += line.len() as u64;
        }
        Self { bytes, all: text.len() as u64 }
    }

    /// How much of the larger file both have, in percent.
    fn alike(&self, other: &Self) -> u64 {
        let (smaller, larger) = (self.all.min(other.all), self.all.max(other.all));
        if smaller * 100 < larger * ALIKE || larger == 0 {
            return 0;
        }
        let common = |(line, n): (&u64, &u64)| other.bytes.get(line).copied().unwrap_or(0).min(*n);
        self.bytes.iter().map(common).sum::<u64>() * 100 / larger
    }
}

/// The last part of a path.
fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_larger_file_must_be_in_both() {
        let alike = |a: &str, b: &str| Lines::of(a.as_bytes()).alike(&Lines::of(b.as_bytes()));
        assert_eq!(alike("1\n2\n3\n4\n", "4\n3\n2\n1\n"), 100);
        assert_eq!(alike("1\n2\n3\n4\n", "1\n2\n0\n0\n"), 50);
        assert_eq!(alike("1\n1\n1\n1\n", "1\n2\n3\n4\n"), 25);
        assert_eq!(alike("1\n", "1\n2\n3\n"), 0, "too small to be half of it");
        assert_eq!(alike("", ""), 0);
    }
}
