//! Turns uncommitted work into a change to review: the files as they are on the disk.
//!
//! Only Go files that are reviewed and `go.mod` files are looked at; everything else counts as it
//! stands in the index. Untracked files count unless `.gitignore` or `info/exclude` exclude them
//! (a user's own ignore file is configuration, which is not read). Symbolic links are not
//! followed, and a directory with a repository of its own (a submodule) is not entered. No filter
//! runs: a file that was committed with LF and has CRLF on the disk is read as if it had LF, which
//! is what `core.autocrlf` would commit.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::index::entry::{Flags, Mode, Stage, Stat};
use gix::objs::tree::{Editor, EntryKind};
use gix::worktree::stack::state::ignore::Source;

use super::{GitError, Repository, content};
use crate::model::{Change, Unread, UnreadReason, is_reviewed_directory, is_reviewed_go_file};

impl Repository {
    /// What happened from the merge base of `base` and `HEAD` to the work tree, as
    /// [`change`](Self::change) tells it. Nothing is written: the tree that the files make is kept
    /// in memory.
    ///
    /// # Errors
    /// [`GitError::NoWorkTree`] in a bare repository, else as for a range of commits.
    pub fn uncommitted(&self, base: &str) -> Result<Change, GitError> {
        let (base, _) = self.fork(base, "HEAD")?;
        let root =
            self.root().ok_or_else(|| GitError::NoWorkTree(self.inner.git_dir().to_owned()))?;
        let memory = Self { inner: self.inner.clone().with_object_memory() };
        let (tree, unread) = memory.tree_on_disk(root)?;
        let mut change = memory.change_to(base, tree, None)?;
        change.unread.extend(unread);
        change.unread.sort();
        Ok(change)
    }

    /// Writes the tree that the work tree makes, and tells what could not be read.
    fn tree_on_disk(&self, root: &Path) -> Result<(ObjectId, Vec<Unread>), GitError> {
        let unreadable = |error| GitError::unreadable("the index", error);
        let index = self.inner.index_or_empty().map_err(unreadable)?;
        let failed = |error| GitError::unreadable("the work tree", error);
        // Not gix's own editor of a repository: it asks for every object, and a partial clone
        // lacks some that nobody needs.
        let hash = self.inner.object_hash();
        let mut tree = Editor::new(gix::objs::Tree::empty(), &self.inner.objects, hash);

        let mut tracked: HashMap<String, Tracked> = HashMap::new();
        for entry in index.entries() {
            let path = entry.path(&index).to_string();
            let mode = entry.mode.to_tree_entry_mode().map(|it| it.kind());
            let regular = mode.filter(|_| entry.mode.contains(Mode::FILE));
            if let Some(kind) = regular.filter(|_| is_read(&path)) {
                let merged = entry.stage() == Stage::Unconflicted;
                let stat = merged.then_some(entry.stat);
                let sparse = entry.flags.contains(Flags::SKIP_WORKTREE);
                tracked.insert(path, Tracked { id: entry.id, kind, stat, sparse });
            } else if let Some(kind) = mode {
                let path = path.trim_end_matches('/').split('/');
                tree.upsert(path, kind, entry.id).map_err(failed)?;
            }
        }
        let ignored = self.inner.excludes(&index, None, Source::WorktreeThenIdMappingIfNotSkipped);
        let mut walk = Walk {
            repository: self,
            directories: directories_of(tracked.keys()),
            tracked,
            index: &index,
            ignored: ignored.map_err(unreadable)?,
            found: Vec::new(),
            unread: Vec::new(),
            closed: Vec::new(),
        };
        walk.run(root)?;
        for (path, kind, id) in walk.found {
            tree.upsert(path.split('/'), kind, id).map_err(failed)?;
        }
        let tree = tree.write(|it| self.inner.write_object(it).map(gix::Id::detach));
        Ok((tree.map_err(failed)?, walk.unread))
    }
}

/// A regular file in the index.
struct Tracked {
    id: ObjectId,
    /// Executable or not; what the disk says about it is no matter of a review.
    kind: EntryKind,
    /// The file on the disk when it was last known to be this blob; none while it is unmerged.
    stat: Option<Stat>,
    /// Left out of the work tree on purpose.
    sparse: bool,
}

/// The walk over the work tree.
struct Walk<'a> {
    repository: &'a Repository,
    /// The files of the index that are not found yet.
    tracked: HashMap<String, Tracked>,
    /// The directories that hold them.
    directories: BTreeSet<String>,
    index: &'a gix::index::State,
    ignored: gix::AttributeStack<'a>,
    found: Vec<(String, EntryKind, ObjectId)>,
    unread: Vec<Unread>,
    /// Directories that could not be listed, with a slash at the end.
    closed: Vec<String>,
}

/// A directory to list.
struct Open {
    directory: PathBuf,
    /// Its path in the repository, with a slash at the end; empty for the root.
    prefix: String,
    /// Whether untracked files in it do not count.
    ignored: bool,
}

impl Walk<'_> {
    fn run(&mut self, root: &Path) -> Result<(), GitError> {
        fs::read_dir(root)
            .map_err(|error| GitError::unreadable(root.display().to_string(), error))?;
        let mut open =
            vec![Open { directory: root.to_owned(), prefix: String::new(), ignored: false }];
        while let Some(next) = open.pop() {
            self.visit(next, &mut open)?;
        }
        // What was not seen is deleted, unless it could not be seen.
        for (path, it) in std::mem::take(&mut self.tracked) {
            if it.sparse || self.closed.iter().any(|prefix| path.starts_with(prefix)) {
                self.found.push((path, it.kind, it.id));
            }
        }
        Ok(())
    }

    fn visit(&mut self, here: Open, open: &mut Vec<Open>) -> Result<(), GitError> {
        let Ok(entries) =
            fs::read_dir(&here.directory).and_then(Iterator::collect::<Result<Vec<_>, _>>)
        else {
            self.unread.push(unread(&here.prefix, UnreadReason::Unavailable));
            self.closed.push(here.prefix);
            return Ok(());
        };
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{}{name}", here.prefix);
            // The type of the entry itself: a link is a link, whatever it points to.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && is_reviewed_directory(&name) {
                if entry.path().join(".git").symlink_metadata().is_ok() {
                    continue;
                }
                let ignored = here.ignored || self.is_ignored(&path, Mode::DIR)?;
                if !ignored || self.directories.contains(&path) {
                    open.push(Open { directory: entry.path(), prefix: path + "/", ignored });
                }
            } else if kind.is_file() && is_read(&path) {
                let tracked = self.tracked.remove(&path);
                let counts =
                    tracked.is_some() || !(here.ignored || self.is_ignored(&path, Mode::FILE)?);
                if counts {
                    self.file(&entry.path(), path, tracked)?;
                }
            }
        }
        Ok(())
    }

    fn is_ignored(&mut self, path: &str, mode: Mode) -> Result<bool, GitError> {
        let at = self.ignored.at_entry(path, Some(mode));
        let at = at.map_err(|error| GitError::unreadable(format!("what ignores {path}"), error))?;
        Ok(at.is_excluded())
    }

    fn file(
        &mut self,
        file: &Path,
        path: String,
        tracked: Option<Tracked>,
    ) -> Result<(), GitError> {
        if let Some(it) = &tracked
            && self.is_unchanged(file, it)
        {
            self.found.push((path, it.kind, it.id));
            return Ok(());
        }
        match content::read(file) {
            Ok(bytes) if bytes.len() > content::MAX_BYTES => {
                self.unread.push(unread(&path, UnreadReason::TooLarge));
            }
            Ok(bytes) => {
                let kind = tracked.as_ref().map_or(EntryKind::Blob, |it| it.kind);
                let committed = tracked.and_then(|it| self.repository.blob(it.id).ok());
                let bytes = with_line_ends_of(committed.as_deref(), bytes);
                let id = self.repository.inner.write_blob(&bytes);
                let id = id.map_err(|error| GitError::unreadable(path.as_str(), error))?;
                self.found.push((path, kind, id.detach()));
            }
            Err(reason) => self.unread.push(unread(&path, reason)),
        }
        Ok(())
    }

    /// Whether the file is the index's for sure, as git tells it: nothing about it changed since,
    /// and it is older than the index.
    fn is_unchanged(&self, file: &Path, it: &Tracked) -> bool {
        let now = gix::index::fs::Metadata::from_path_no_follow(file).ok();
        let now = now.and_then(|it| Stat::from_fs(&it).ok());
        let (Some(now), Some(then)) = (now, it.stat) else { return false };
        let how = gix::index::entry::stat::Options::default();
        then.matches(&now, how) && !then.is_racy(self.index.timestamp(), how)
    }
}

fn unread(path: &str, reason: UnreadReason) -> Unread {
    Unread { path: path.into(), reason }
}

/// Whether a file is looked at on the disk.
fn is_read(path: &str) -> bool {
    let module = || match path.strip_suffix("go.mod") {
        Some("") => true,
        Some(above) => {
            above.strip_suffix('/').is_some_and(|it| it.split('/').all(is_reviewed_directory))
        }
        None => false,
    };
    is_reviewed_go_file(path) || module()
}

/// The directories above these files.
fn directories_of<'a>(files: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    let mut directories = BTreeSet::new();
    for file in files {
        let mut path = file.as_str();
        while let Some((above, _)) = path.rsplit_once('/') {
            if !directories.insert(above.to_owned()) {
                break;
            }
            path = above;
        }
    }
    directories
}

/// The bytes with LF where the committed version has no CRLF.
fn with_line_ends_of(committed: Option<&[u8]>, bytes: Vec<u8>) -> Vec<u8> {
    let has_crlf = |it: &[u8]| it.windows(2).any(|it| it == b"\r\n");
    if committed.is_none_or(has_crlf) || !has_crlf(&bytes) {
        return bytes;
    }
    let mut out = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if !(byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            out.push(byte);
        }
    }
    out
}
