//! Compares the trees of two commits, reading only the directories that differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use gix::ObjectId;

use super::{GitError, Repository};
use crate::model::ChangedFile;

/// How many directories and files may differ. A tree can name the same subtree many times over,
/// so that a small repository unfolds to more than any memory holds.
const MAX_ENTRIES: usize = 1_000_000;

/// One name in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// A subdirectory.
    Directory(ObjectId),
    /// A regular file, and whether it is executable.
    File(ObjectId, bool),
}

/// A directory's entries by name. Symbolic links and submodules are left out.
pub(super) type Entries = BTreeMap<String, Entry>;

/// A file of one version that the other lacks, or has otherwise.
pub(super) struct Difference {
    pub(super) path: Arc<str>,
    pub(super) base: Option<ObjectId>,
    pub(super) head: Option<ObjectId>,
}

impl Repository {
    /// The entries of a tree; none where there is no tree.
    pub(super) fn entries(&self, tree: Option<ObjectId>) -> Result<Entries, GitError> {
        let Some(id) = tree else { return Ok(Entries::new()) };
        let unreadable = |error| GitError::unreadable(format!("the tree {id}"), error);
        let tree = self.inner.find_tree(id).map_err(unreadable)?;
        let mut entries = Entries::new();
        for entry in &tree.decode().map_err(unreadable)?.entries {
            let (mode, id) = (entry.mode, entry.oid.to_owned());
            let kind = match (mode.is_tree(), mode.is_blob()) {
                (true, _) => Entry::Directory(id),
                (_, true) => Entry::File(id, mode.is_executable()),
                _ => continue,
            };
            entries.insert(entry.filename.to_string(), kind);
        }
        Ok(entries)
    }

    /// The files in which two trees differ, in path order.
    pub(super) fn changed_files(
        &self,
        base: ObjectId,
        head: ObjectId,
    ) -> Result<Vec<ChangedFile>, GitError> {
        let mut differences = Vec::new();
        let mut open = vec![(String::new(), Some(base), Some(head))];
        let mut seen = 0;
        while let Some((prefix, base, head)) = open.pop() {
            let (base, mut head) = (self.entries(base)?, self.entries(head)?);
            let mut pairs: Vec<_> =
                base.into_iter().map(|(name, it)| (head.remove(&name), name, Some(it))).collect();
            pairs.extend(head.into_iter().map(|(name, it)| (Some(it), name, None)));
            for (head, name, base) in pairs.into_iter().filter(|(head, _, base)| head != base) {
                seen += 1;
                if seen > MAX_ENTRIES {
                    return Err(GitError::TooManyChanges(MAX_ENTRIES));
                }
                let path = format!("{prefix}{name}");
                let directory = |it: Option<Entry>| match it {
                    Some(Entry::Directory(id)) => Some(id),
                    _ => None,
                };
                let file = |it: Option<Entry>| match it {
                    Some(Entry::File(id, _)) => Some(id),
                    _ => None,
                };
                let (base_file, head_file) = (file(base), file(head));
                if base_file.is_some() || head_file.is_some() {
                    let path = path.as_str().into();
                    differences.push(Difference { path, base: base_file, head: head_file });
                }
                if directory(base) != directory(head) {
                    open.push((path + "/", directory(base), directory(head)));
                }
            }
        }
        differences.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(self.with_moves(differences))
    }
}
