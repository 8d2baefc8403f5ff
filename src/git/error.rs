//! What can go wrong while a local repository is read.

use std::path::PathBuf;

/// Why a repository or a range of it could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository in the directory or above it.
    #[error("`{}` is not in a git repository; `--all` reviews a directory without one", .0.display())]
    NotARepository(PathBuf),
    /// There is no such directory.
    #[error("`{}` is no directory", .0.display())]
    NoDirectory(PathBuf),
    /// A repository or a branch that nothing was committed to.
    #[error("nothing is committed here yet; `--all` reviews the files as they are")]
    NoCommit,
    /// The name stands for no commit.
    #[error("`{name}` names no commit here{}", advice(name, *.shallow))]
    UnknownRevision {
        /// What was asked for.
        name: String,
        /// Whether the clone lacks a part of its history.
        shallow: bool,
    },
    /// There are no files on the disk.
    #[error("`{}` is a bare repository, without a work tree; name a revision with `--head`", .0.display())]
    NoWorkTree(PathBuf),
    /// The two have no common ancestor.
    #[error("`{base}` and `{head}` have no common ancestor{}", if *.shallow { UNSHALLOW } else { OTHER })]
    NoMergeBase {
        /// The base of the range.
        base: String,
        /// The head of the range.
        head: String,
        /// Whether the clone lacks a part of its history.
        shallow: bool,
    },
    /// There is nothing to compare with.
    #[error("no default branch found (none of {tried}); name the base with `--base`")]
    NoDefaultBranch {
        /// The names that were tried.
        tried: String,
    },
    /// The range is larger than any review.
    #[error("the two versions differ in more than {0} directories and files")]
    TooManyChanges(usize),
    /// An object is missing or damaged.
    #[error("cannot read {what}")]
    Unreadable {
        /// What was to be read.
        what: String,
        /// What gix says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

const UNSHALLOW: &str = "; this clone is shallow: run `git fetch --unshallow`, \
                         or in GitHub Actions check out with `fetch-depth: 0`";

const OTHER: &str = "; name the commit that the work began at with `--base`";

/// What to do about a name that stands for no commit.
fn advice(name: &str, shallow: bool) -> &'static str {
    if name.contains("..") {
        "; name the ends of a range with `--base` and `--head`"
    } else if shallow {
        UNSHALLOW
    } else if name.contains("@{") {
        "; of a branch that follows another, `@{upstream}` is understood, nothing else in braces"
    } else {
        ""
    }
}

impl GitError {
    pub(super) fn unreadable(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unreadable { what: what.into(), source: source.into() }
    }
}
