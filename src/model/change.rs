//! A change to review: both versions of the code, however they were obtained.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::{BlobOid, CommitSha};

/// Everything that analysis may look at: the code at the merge base and at the head.
///
/// `github::snapshot` makes one from a pull request, `git` from a local range.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The merge base of the base branch's tip and the head.
    pub base: Tree,
    /// The head.
    pub head: Tree,
    /// Every file that differs between the two, of any language, in path order.
    pub files: Vec<ChangedFile>,
    /// What should have been read and was not; told in the summary.
    pub unread: Vec<Unread>,
}

/// The Go files that were read of one version of a repository.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The commit, where there is one (a directory outside git has none).
    pub commit: Option<CommitSha>,
    /// Go files and `go.mod` files, in path order: all of each touched directory, as far as the
    /// budget allowed.
    pub files: Vec<SourceFile>,
}

/// One version of one text file.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path from the repository's root, with `/`.
    pub path: Arc<str>,
    /// The blob's name, where the file came from git; equal names mean equal texts.
    pub oid: Option<BlobOid>,
    /// The text. Invalid UTF-8 was replaced by U+FFFD.
    pub text: Arc<str>,
    /// Whether something was replaced: lines are true, columns may not be, and no edit is safe.
    pub lossy: bool,
}

impl SourceFile {
    /// A file from raw bytes: invalid UTF-8 is replaced, and that is remembered.
    pub fn from_bytes(path: impl Into<Arc<str>>, oid: Option<BlobOid>, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let lossy = matches!(text, std::borrow::Cow::Owned(_));
        Self { path: path.into(), oid, text: text.into(), lossy }
    }

    /// The directory that holds the file; empty at the root.
    pub fn directory(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(directory, _)| directory)
    }
}

impl fmt::Debug for SourceFile {
    /// Without the text: code under review does not belong in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({}, {} bytes)", self.path, self.text.len())
    }
}

/// A file that differs between base and head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// The path at the head; at the base for a removed file.
    pub path: Arc<str>,
    /// The path at the base, where it was another.
    pub previous_path: Option<Arc<str>>,
    /// What happened to it.
    pub status: FileStatus,
    /// The unified diff.
    pub patch: Patch,
}

/// What happened to a file, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStatus {
    /// New at the head.
    Added,
    /// Changed in place (a change of mode included).
    Modified,
    /// Gone at the head.
    Removed,
    /// Moved, with or without edits.
    Renamed,
}

/// A file's hunks, which decide where GitHub accepts comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patch {
    /// The hunks as GitHub gave them (no `---`/`+++` header).
    Hunks(Arc<str>),
    /// GitHub left the patch out (binary, or too large): compute one; comments may be refused.
    Omitted,
    /// Nobody asked GitHub: a local diff, computed from both texts.
    Local,
}

/// A file that was not read, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unread {
    /// The path from the repository's root.
    pub path: Arc<str>,
    /// Why it was not read, or not completely.
    pub reason: UnreadReason,
}

/// Why a file was not read, or not completely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnreadReason {
    /// Larger than the limit for one file.
    TooLarge,
    /// The review's budget for files or bytes was used up.
    Budget,
    /// Not text.
    Binary,
    /// GitHub, the clone or the disk would not give it (a Git LFS pointer included).
    Unavailable,
    /// GitHub gave no patch for it; comments stand in the summary.
    NoPatch,
    /// It has syntax errors; what they touch was skipped.
    SyntaxError,
    /// Nested deeper than the analysis goes.
    TooDeep,
}

/// Whether a path is Go code that is reviewed: not vendored, not test data, and not in a directory
/// that the go tool ignores.
///
/// Source: `go help packages` ("Directory and file names that begin with "." or "_" are ignored by
/// the go tool, as are directories named "testdata"").
pub fn is_reviewed_go_file(path: &str) -> bool {
    let Some(stem) = path.strip_suffix(".go") else { return false };
    let mut parts = stem.rsplit('/');
    let name = parts.next().unwrap_or("");
    !name.starts_with(['.', '_']) && parts.all(is_reviewed_directory)
}

/// Whether a directory of this name (not path) may hold code that is reviewed.
pub fn is_reviewed_directory(name: &str) -> bool {
    let others = ["vendor", "node_modules", "third_party", "testdata"];
    !others.contains(&name) && !name.starts_with(['.', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_others_and_test_data_are_not_reviewed() {
        for path in ["main.go", "a/b_test.go", "internal/vendored/x.go", "a/testdata.go"] {
            assert!(is_reviewed_go_file(path), "{path}");
        }
        for path in
            ["main.c", "vendor/x/y.go", "a/vendor/y.go", "a/testdata/b/c.go", ".a/b.go", "a/_b.go"]
        {
            assert!(!is_reviewed_go_file(path), "{path}");
        }
    }
}
