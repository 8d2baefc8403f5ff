//! What can go wrong while a local repository is read.

use std::path::PathBuf;

/// Why a repository or a range of it could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository in the directory or above it.
    #[error("`{}` is not in a git repository; `--all` reviews a directory without one", .0.display())]
    NotARepository(PathBuf),
    /// The name stands for no commit.
    #[error("`{name}` names no commit here{}", unshallow(.shallow))]
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
    #[error("`{base}` and `{head}` have no common ancestor{}", unshallow(.shallow))]
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

fn unshallow(shallow: &bool) -> &'static str {
    match shallow {
        true => "; this clone is shallow: run `git fetch --unshallow`",
        false => "",
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
