//! Turns a range of commits into a change to review.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use gix::ObjectId;

use super::tree::{Entries, Entry};
use super::{GitError, Repository, content};
use crate::model::{
    BlobOid, Change, CommitSha, SourceFile, Tree, Unread, UnreadReason, is_reviewed_go_file,
};

impl Repository {
    /// What happened from the merge base of `base` and `head` to `head`: every changed file, and
    /// of each directory with a changed Go file that is reviewed all Go files at both ends, with the `go.mod` files
    /// up the tree. Files that cannot be read are listed as unread.
    ///
    /// # Errors
    /// See [`fork`](Self::fork);
    /// [`GitError::Unreadable`] when a commit or a tree is missing or damaged.
    pub fn change(&self, base: &str, head: &str) -> Result<Change, GitError> {
        let (base, head) = self.fork(base, head)?;
        let head_tree = self.tree_of(&head)?;
        self.change_to(base, head_tree, Some(head))
    }

    /// The change from a commit to a tree, which `head` is the commit of, if any.
    pub(super) fn change_to(
        &self,
        base: CommitSha,
        head_tree: ObjectId,
        head: Option<CommitSha>,
    ) -> Result<Change, GitError> {
        let base_tree = self.tree_of(&base)?;
        let files = self.changed_files(base_tree, head_tree)?;

        let mut directories = BTreeSet::new();
        for file in &files {
            for path in std::iter::once(&file.path).chain(&file.previous_path) {
                if is_reviewed_go_file(path) {
                    directories.insert(path.rsplit_once('/').map_or("", |(it, _)| it).to_owned());
                }
            }
        }
        let mut reader =
            Reader { repository: self, texts: HashMap::new(), unread: BTreeSet::new() };
        let base_files = reader.read(base_tree, &directories)?;
        let head_files = reader.read(head_tree, &directories)?;
        Ok(Change {
            base: Tree { commit: Some(base), files: base_files },
            head: Tree { commit: head, files: head_files },
            files,
            unread: reader.unread.into_iter().collect(),
        })
    }

    fn tree_of(&self, commit: &CommitSha) -> Result<ObjectId, GitError> {
        let tree = self.inner.find_commit(self.id(commit.as_str())?).and_then(|it| it.tree_id());
        let tree =
            tree.map_err(|error| GitError::unreadable(format!("the commit {commit}"), error))?;
        Ok(tree.detach())
    }

    /// A blob's bytes, unless it is too large or the clone lacks it.
    pub(super) fn blob(&self, id: ObjectId) -> Result<Vec<u8>, UnreadReason> {
        let header = self.inner.find_header(id).map_err(|_| UnreadReason::Unavailable)?;
        if header.size() > content::MAX_BYTES as u64 {
            return Err(UnreadReason::TooLarge);
        }
        let mut blob = self.inner.find_blob(id).map_err(|_| UnreadReason::Unavailable)?;
        Ok(blob.take_data())
    }
}

/// Reads files of both versions; a blob that both have is read once.
struct Reader<'a> {
    repository: &'a Repository,
    texts: HashMap<ObjectId, Result<SourceFile, UnreadReason>>,
    unread: BTreeSet<Unread>,
}

impl Reader<'_> {
    /// The Go files of the directories and the `go.mod` files in and above them, in path order.
    fn read(
        &mut self,
        tree: ObjectId,
        directories: &BTreeSet<String>,
    ) -> Result<Vec<SourceFile>, GitError> {
        let mut wanted: BTreeMap<String, ObjectId> = BTreeMap::new();
        let root = self.repository.entries(Some(tree))?;
        let mut known: HashMap<String, Entries> = HashMap::new();
        for directory in directories {
            want_module(&mut wanted, "", &root);
            let (mut here, mut prefix) = (&root, String::new());
            for part in directory.split('/').filter(|it| !it.is_empty()) {
                let Some(Entry::Directory(id)) = here.get(part) else {
                    here = &EMPTY;
                    break;
                };
                prefix = format!("{prefix}{part}/");
                if !known.contains_key(&prefix) {
                    let entries = self.repository.entries(Some(*id))?;
                    want_module(&mut wanted, &prefix, &entries);
                    known.insert(prefix.clone(), entries);
                }
                here = &known[&prefix];
            }
            for (name, entry) in here.iter().filter(|(name, _)| is_reviewed_go_file(name)) {
                if let Entry::File(id, _) = entry {
                    wanted.insert(format!("{prefix}{name}"), *id);
                }
            }
        }
        Ok(wanted.into_iter().filter_map(|(path, id)| self.file(path.into(), id)).collect())
    }

    fn file(&mut self, path: Arc<str>, id: ObjectId) -> Option<SourceFile> {
        let read = self.texts.entry(id).or_insert_with(|| {
            let oid: Option<BlobOid> = id.to_string().parse().ok();
            let bytes = self.repository.blob(id)?;
            content::source_file(path.clone(), oid, &bytes)
        });
        match read {
            Ok(file) => Some(SourceFile { path, ..file.clone() }),
            Err(reason) => {
                self.unread.insert(Unread { path, reason: *reason });
                None
            }
        }
    }
}

/// No entries at all.
static EMPTY: Entries = Entries::new();

fn want_module(wanted: &mut BTreeMap<String, ObjectId>, prefix: &str, entries: &Entries) {
    if let Some(Entry::File(id, _)) = entries.get("go.mod") {
        wanted.insert(format!("{prefix}go.mod"), *id);
    }
}
