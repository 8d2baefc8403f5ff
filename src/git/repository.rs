//! Opens a repository and finds commits in it.

use std::path::Path;

use gix::discover::upwards::{Options, TrustPolicy};
use gix::sec::{Trust, trust::Mapping};

use super::GitError;
use crate::model::CommitSha;

/// Names of the branch that changes usually go to, best guess first.
const DEFAULT_BRANCHES: [&str; 5] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// A local git repository, opened for reading.
pub struct Repository {
    pub(super) inner: gix::Repository,
}

impl Repository {
    /// Opens the repository that holds `directory`: a work tree or a directory in it, a linked
    /// work tree, or a bare repository.
    ///
    /// # Errors
    /// [`GitError::NotARepository`] where there is none, [`GitError::Unreadable`] where it cannot
    /// be opened.
    pub fn open(directory: &Path) -> Result<Self, GitError> {
        // Reduced trust, whoever owns the files: their configuration never names a program here.
        let options =
            || Options { trust: TrustPolicy::Assume(Trust::Reduced), ..Options::default() };
        let isolated = || gix::open::Options::isolated().filter_config_section(|_| false);
        let by_trust = Mapping { full: isolated(), reduced: isolated() };
        if gix::discover::upwards_opts(directory, options()).is_err() {
            return Err(GitError::NotARepository(directory.to_owned()));
        }
        let inner = gix::ThreadSafeRepository::discover_opts(directory, options(), by_trust)
            .map_err(|error| GitError::unreadable(directory.display().to_string(), error))?
            .to_thread_local();
        Ok(Self { inner })
    }

    /// The top of the work tree; `None` in a bare repository.
    pub fn root(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// The commit that a revision names, in git's syntax: a branch, a tag, `HEAD~3`, `a1b2c3d`.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`].
    pub fn resolve(&self, revision: &str) -> Result<CommitSha, GitError> {
        let unknown =
            || GitError::UnknownRevision { name: revision.to_owned(), shallow: self.is_shallow() };
        // A leading `-` or `:` is an option or a path of the index, never a commit.
        if revision.is_empty() || revision.starts_with(['-', ':']) {
            return Err(unknown());
        }
        let found = self.inner.rev_parse_single(revision).map_err(|_| unknown())?;
        let commit = found.object().and_then(|it| it.peel_to_commit()).map_err(|_| unknown())?;
        commit.id.to_string().parse().map_err(|_| unknown())
    }

    /// The commit in which the histories of both meet; the first of several, as git takes it.
    ///
    /// # Errors
    /// [`GitError::NoMergeBase`].
    pub fn merge_base(&self, base: &CommitSha, head: &CommitSha) -> Result<CommitSha, GitError> {
        let none = || GitError::NoMergeBase {
            base: base.short().to_owned(),
            head: head.short().to_owned(),
            shallow: self.is_shallow(),
        };
        let found = self
            .inner
            .merge_base(self.id(base.as_str())?, self.id(head.as_str())?)
            .map_err(|error| GitError::unreadable("the history", error))?;
        found.ok_or_else(none)?.to_string().parse().map_err(|_| none())
    }

    /// The name of the branch that changes usually go to: what `origin/HEAD` stands for, else
    /// `main` or `master`, at the remote first; in a bare repository what `HEAD` stands for.
    ///
    /// # Errors
    /// [`GitError::NoDefaultBranch`].
    pub fn default_base(&self) -> Result<String, GitError> {
        // Without a work tree nobody switches branches: there `HEAD` is the default branch.
        let bare = self.root().is_none().then_some("HEAD");
        for name in DEFAULT_BRANCHES.into_iter().chain(bare) {
            let Ok(Some(found)) = self.inner.try_find_reference(name) else { continue };
            let target = found.follow().and_then(Result::ok).unwrap_or(found);
            let short = target.name().shorten().to_string();
            if self.resolve(&short).is_ok() {
                return Ok(short);
            }
        }
        let tried = DEFAULT_BRANCHES
            .map(|it| it.trim_start_matches("refs/remotes/").trim_start_matches("refs/heads/"));
        Err(GitError::NoDefaultBranch { tried: tried.join(", ") })
    }

    /// gix's form of an object name.
    pub(super) fn id(&self, hex: &str) -> Result<gix::ObjectId, GitError> {
        gix::ObjectId::from_hex(hex.as_bytes())
            .map_err(|error| GitError::unreadable(format!("the object name {hex}"), error))
    }

    fn is_shallow(&self) -> bool {
        self.inner.is_shallow().unwrap_or(false)
    }
}
