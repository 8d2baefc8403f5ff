//! A repository's history in memory: plain texts under the names that git would give them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use gix::objs::Kind;

/// What a commit changes: a path and its new bytes, or `None` where the file goes.
#[derive(Debug, Clone, Default)]
pub struct Changes(BTreeMap<String, Option<Arc<[u8]>>>);

impl Changes {
    /// No change; a commit of it is empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a file.
    #[must_use]
    pub fn write(mut self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.0.insert(path.to_owned(), Some(text.as_ref().into()));
        self
    }

    /// Removes a file.
    #[must_use]
    pub fn remove(mut self, path: &str) -> Self {
        self.0.insert(path.to_owned(), None);
        self
    }

    /// The paths with their bytes, `None` for a removed file, in path order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.0.iter().map(|(path, bytes)| (path.as_str(), bytes.as_deref()))
    }
}

/// One version of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    /// Its object name.
    pub(super) oid: String,
    /// Its bytes.
    pub(super) bytes: Arc<[u8]>,
}

/// All files of one commit, by path.
pub(super) type Files = BTreeMap<String, Blob>;

/// A commit.
#[derive(Debug, Clone)]
pub(super) struct Commit {
    /// Its object name.
    pub(super) sha: String,
    /// The object names of its parents.
    pub(super) parents: Vec<String>,
    /// What it holds.
    pub(super) files: Arc<Files>,
    /// One more than the greatest of its parents: an ancestor's is always less.
    generation: u32,
}

/// One line of a directory's listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The name within the directory.
    pub(super) name: String,
    /// `true` for a directory.
    pub(super) directory: bool,
    /// The object name of the blob or tree.
    pub(super) oid: String,
    /// The blob's size in bytes; 0 for a directory.
    pub(super) size: usize,
}

/// The commits and branches of one repository.
#[derive(Debug, Default)]
pub(super) struct History {
    commits: HashMap<String, Commit>,
    branches: BTreeMap<String, String>,
    blobs: HashMap<String, Arc<[u8]>>,
}

impl History {
    /// Makes a commit on top of `parents`, whose first one's files the changes apply to.
    pub(super) fn commit(
        &mut self,
        parents: &[String],
        changes: &Changes,
        message: &str,
        seconds: i64,
    ) -> String {
        let mut files = parents
            .first()
            .and_then(|it| self.get(it))
            .map_or_else(Files::new, |it| Files::clone(&it.files));
        for (path, bytes) in &changes.0 {
            match bytes {
                Some(bytes) => {
                    let oid = object_name(Kind::Blob, bytes);
                    self.blobs.insert(oid.clone(), bytes.clone());
                    files.insert(path.clone(), Blob { oid, bytes: bytes.clone() });
                }
                None => {
                    files.remove(path);
                }
            }
        }
        let sha = commit_name(&files, parents, message, seconds);
        let generation =
            parents.iter().filter_map(|it| self.get(it)).map(|it| it.generation + 1).max();
        let commit = Commit {
            sha: sha.clone(),
            parents: parents.to_vec(),
            files: Arc::new(files),
            generation: generation.unwrap_or(0),
        };
        self.commits.insert(sha.clone(), commit);
        sha
    }

    /// Points a branch at a commit.
    pub(super) fn set_branch(&mut self, name: &str, sha: &str) {
        self.branches.insert(name.to_owned(), sha.to_owned());
    }

    /// The tip of a branch.
    pub(super) fn branch(&self, name: &str) -> Option<&str> {
        self.branches.get(name).map(String::as_str)
    }

    /// A commit by its full name.
    pub(super) fn get(&self, sha: &str) -> Option<&Commit> {
        self.commits.get(sha)
    }

    /// A commit by its full name, or the tip of a branch.
    pub(super) fn resolve(&self, name: &str) -> Option<&Commit> {
        self.get(name).or_else(|| self.get(self.branch(name.trim_start_matches("refs/heads/"))?))
    }

    /// A blob by its name.
    pub(super) fn blob(&self, oid: &str) -> Option<&Arc<[u8]>> {
        self.blobs.get(oid)
    }

    /// The blob that a `commit:path` expression names.
    pub(super) fn blob_at(&self, expression: &str) -> Option<&Blob> {
        let (commit, path) = expression.split_once(':')?;
        self.resolve(commit)?.files.get(path)
    }

    /// The tree that a `commit:directory` expression names, with its entries; the root's
    /// directory is empty.
    pub(super) fn tree_at(&self, expression: &str) -> Option<(String, Vec<Entry>)> {
        let (commit, directory) = expression.split_once(':')?;
        let files = below(&self.resolve(commit)?.files, directory.trim_end_matches('/'));
        if files.is_empty() && !directory.is_empty() {
            return None;
        }
        let mut entries: Vec<Entry> = Vec::new();
        for (path, blob) in &files {
            let entry = match path.split_once('/') {
                None => Entry {
                    name: path.clone(),
                    directory: false,
                    oid: blob.oid.clone(),
                    size: blob.bytes.len(),
                },
                Some((name, _)) if entries.iter().any(|it| it.directory && it.name == name) => {
                    continue;
                }
                Some((name, _)) => Entry {
                    name: name.to_owned(),
                    directory: true,
                    oid: tree_name(&below(&files, name)),
                    size: 0,
                },
            };
            entries.push(entry);
        }
        Some((tree_name(&files), entries))
    }

    /// Every commit that can be reached from one, itself included.
    pub(super) fn ancestors(&self, sha: &str) -> HashSet<String> {
        let mut seen = HashSet::new();
        let mut waiting = vec![sha.to_owned()];
        while let Some(sha) = waiting.pop() {
            if let Some(commit) = self.get(&sha)
                && seen.insert(sha)
            {
                waiting.extend(commit.parents.iter().cloned());
            }
        }
        seen
    }

    /// The best common ancestor of two commits.
    pub(super) fn merge_base(&self, a: &str, b: &str) -> Option<&Commit> {
        let of_a = self.ancestors(a);
        let common = self.ancestors(b).into_iter().filter(|it| of_a.contains(it));
        // The one of the highest generation cannot be an ancestor of another.
        common.filter_map(|it| self.get(&it)).max_by_key(|it| (it.generation, it.sha.clone()))
    }

    /// The commits that `head` has and `base` has not, oldest first.
    pub(super) fn ahead(&self, base: &str, head: &str) -> Vec<&Commit> {
        let known = self.ancestors(base);
        let new = self.ancestors(head).into_iter().filter(|it| !known.contains(it));
        let mut new: Vec<&Commit> = new.filter_map(|it| self.get(&it)).collect();
        new.sort_by_key(|it| (it.generation, it.sha.clone()));
        new
    }
}

/// The files below a directory, by their paths within it.
fn below(files: &Files, directory: &str) -> Files {
    if directory.is_empty() {
        return files.clone();
    }
    let inside = |path: &str| Some(path.strip_prefix(directory)?.strip_prefix('/')?.to_owned());
    files.iter().filter_map(|(path, blob)| Some((inside(path)?, blob.clone()))).collect()
}

/// The name that git gives an object.
fn object_name(kind: Kind, bytes: &[u8]) -> String {
    gix::objs::compute_hash(gix::hash::Kind::Sha1, kind, bytes)
        .map(|it| it.to_hex().to_string())
        // Only a collision attack on SHA-1 makes this fail; nobody attacks a demonstration.
        .unwrap_or_default()
}

/// The name of a commit over these files, as `git commit-tree` would compute it.
fn commit_name(files: &Files, parents: &[String], message: &str, seconds: i64) -> String {
    let mut text = format!("tree {}\n", tree_name(files));
    for parent in parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    let person = format!("Alice <alice@example.com> {seconds} +0000");
    text.push_str(&format!("author {person}\ncommitter {person}\n\n{message}\n"));
    object_name(Kind::Commit, text.as_bytes())
}

/// The name of the root tree over these files.
fn tree_name(files: &Files) -> String {
    // Entries by directory; git sorts a directory as if its name ended in `/`.
    let mut directories: BTreeMap<&str, BTreeMap<String, (&str, String)>> = BTreeMap::new();
    directories.entry("").or_default();
    for (path, blob) in files {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        directories
            .entry(directory)
            .or_default()
            .insert(name.to_owned(), ("100644", blob.oid.clone()));
        let mut inner = directory;
        while !inner.is_empty() {
            inner = inner.rsplit_once('/').map_or("", |(outer, _)| outer);
            directories.entry(inner).or_default();
        }
    }
    let mut order: Vec<&str> = directories.keys().copied().collect();
    let depth = |it: &str| if it.is_empty() { 0 } else { 1 + it.matches('/').count() };
    order.sort_by_key(|it| std::cmp::Reverse(depth(it)));
    let mut oid = String::new();
    for directory in order {
        let mut bytes = Vec::new();
        for (key, (mode, oid)) in directories.remove(directory).unwrap_or_default() {
            bytes.extend_from_slice(format!("{mode} {}\0", key.trim_end_matches('/')).as_bytes());
            bytes.extend(hex::decode(oid).unwrap_or_default());
        }
        oid = object_name(Kind::Tree, &bytes);
        if !directory.is_empty() {
            let (outer, name) = directory.rsplit_once('/').unwrap_or(("", directory));
            if let Some(entries) = directories.get_mut(outer) {
                entries.insert(format!("{name}/"), ("40000", oid.clone()));
            }
        }
    }
    oid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_git() {
        assert_eq!(object_name(Kind::Blob, b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(tree_name(&Files::new()), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }

    #[test]
    fn the_merge_base_is_the_latest_common_ancestor() {
        let mut history = History::default();
        let root = history.commit(&[], &Changes::new().write("a", "1"), "root", 0);
        let second = history.commit(std::slice::from_ref(&root), &Changes::new(), "second", 1);
        let left = history.commit(std::slice::from_ref(&second), &Changes::new(), "left", 2);
        let right = history.commit(&[second.clone(), root], &Changes::new(), "right", 3);
        assert_eq!(history.merge_base(&left, &right).unwrap().sha, second);
        let other = history.commit(&[], &Changes::new(), "unrelated", 4);
        assert!(history.merge_base(&left, &other).is_none());
    }

    #[test]
    fn listings_show_one_level() {
        let mut history = History::default();
        let changes =
            Changes::new().write("go.mod", "m").write("a/b/c.go", "c").write("a/d.go", "d");
        let sha = history.commit(&[], &changes, "root", 0);
        let names = |directory: &str| {
            let (_, entries) = history.tree_at(&format!("{sha}:{directory}"))?;
            Some(entries.into_iter().map(|it| it.name).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(names("").as_deref(), Some("a go.mod"));
        assert_eq!(names("a").as_deref(), Some("b d.go"));
        assert_eq!(names("nowhere"), None);
    }
}
