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
    /// [`GitError::NoDirectory`] and [`GitError::NotARepository`] where there is none,
    /// [`GitError::Unreadable`] where it cannot be opened.
    pub fn open(directory: &Path) -> Result<Self, GitError> {
        if !directory.is_dir() {
            return Err(GitError::NoDirectory(directory.to_owned()));
        }
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

    /// The commit that a revision names, in git's syntax: a branch, a tag, `HEAD~3`, `a1b2c3d`,
    /// `@{upstream}`.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`]; [`GitError::NoCommit`] for a `HEAD` without a commit.
    pub fn resolve(&self, revision: &str) -> Result<CommitSha, GitError> {
        let unknown =
            || GitError::UnknownRevision { name: revision.to_owned(), shallow: self.is_shallow() };
        if revision == "HEAD" && self.inner.head().is_ok_and(|it| it.is_unborn()) {
            return Err(GitError::NoCommit);
        }
        // A leading `-` or `:` is an option or a path of the index, never a commit.
        if revision.is_empty() || revision.starts_with(['-', ':']) {
            return Err(unknown());
        }
        let upstream = self.upstream(revision);
        let revision = upstream.as_deref().unwrap_or(revision);
        let found = self.inner.rev_parse_single(revision).map_err(|_| unknown())?;
        let commit = found.object().and_then(|it| it.peel_to_commit()).map_err(|_| unknown())?;
        commit.id.to_string().parse().map_err(|_| unknown())
    }

    /// The commit in which the histories of two revisions meet, the first of several, as git takes
    /// it; and the head.
    ///
    /// # Errors
    /// [`GitError::NoMergeBase`]; as [`resolve`](Self::resolve).
    pub fn fork(&self, base: &str, head: &str) -> Result<(CommitSha, CommitSha), GitError> {
        let (base_commit, head_commit) = (self.resolve(base)?, self.resolve(head)?);
        let none = || GitError::NoMergeBase {
            base: base.to_owned(),
            head: head.to_owned(),
            shallow: self.is_shallow(),
        };
        let found = self
            .inner
            .merge_base(self.id(base_commit.as_str())?, self.id(head_commit.as_str())?)
            .map_err(|error| GitError::unreadable("the history", error))?;
        let fork = found.ok_or_else(none)?.to_string().parse().map_err(|_| none())?;
        Ok((fork, head_commit))
    }

    /// The name of the branch that changes usually go to: what `origin/HEAD` stands for, else
    /// `main` or `master`, at the remote first; in a bare repository what `HEAD` stands for.
    ///
    /// # Errors
    /// [`GitError::NoDefaultBranch`]; [`GitError::NoCommit`] where nothing is committed.
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
        self.resolve("HEAD")?;
        let tried = DEFAULT_BRANCHES
            .map(|it| it.trim_start_matches("refs/remotes/").trim_start_matches("refs/heads/"));
        Err(GitError::NoDefaultBranch { tried: tried.join(", ") })
    }

    /// The name of the branch that `@{upstream}` or `branch@{u}` stands for. gix cannot tell it
    /// here: it is opened without the repository's configuration, of which only this is looked up.
    fn upstream(&self, revision: &str) -> Option<String> {
        let branch = ["@{upstream}", "@{u}"].iter().find_map(|it| revision.strip_suffix(it))?;
        let branch = match branch {
            "" | "HEAD" | "@" => self.inner.head_name().ok()??.shorten().to_string(),
            name => name.to_owned(),
        };
        let file = self.inner.common_dir().join("config");
        let config = gix::config::File::from_path_no_includes(file, gix::config::Source::Local);
        let config = config.ok()?;
        let of_branch = |key| config.string_by("branch", Some(branch.as_str().into()), key);
        let (remote, merge) = (of_branch("remote")?.to_string(), of_branch("merge")?.to_string());
        match remote.as_str() {
            "." => Some(merge),
            _ => Some(format!("refs/remotes/{remote}/{}", merge.strip_prefix("refs/heads/")?)),
        }
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
