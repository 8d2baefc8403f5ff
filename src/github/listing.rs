//! Request 1: which files a pull request changes, with their patches, and the merge base.

use super::error::GitHubError;
use super::session::{Session, route};
use super::snapshot::Ask;
use super::wire::{Comparison, File, FileStatus};
use crate::model::CommitSha;

/// A comparison lists this many files at most (docs, "Compare two commits").
const COMPARED: usize = 300;
/// A pull request lists this many (docs, "List pull requests files").
const LISTED: usize = 3_000;
const A_PAGE: usize = 100;
const FINER: usize = 10;
/// The most requests that are spent on patches that an answer left out.
const MORE_REQUESTS: usize = 30;

/// The files of a pull request.
pub(super) struct Listing {
    pub merge_base: CommitSha,
    pub files: Vec<File>,
    /// There are no others.
    pub complete: bool,
}

impl Session {
    /// The files that the head changed since the merge base.
    pub(super) async fn listing(&self, ask: &Ask<'_>) -> Result<Listing, GitHubError> {
        let range = format!("{}...{}", ask.base_ref, ask.head);
        // One commit a page: we read none of them, and they can be a megabyte.
        let path = route(ask.repo, &["compare", &range]) + "?per_page=1&page=1";
        let compared: Comparison = self.get(&path).await?;
        let merge_base = compared.merge_base_commit.sha;
        if compared.files.len() < COMPARED && !crowded(&compared.files) {
            return Ok(Listing { merge_base, files: compared.files, complete: true });
        }
        let (mut files, mut spare) = (Vec::new(), MORE_REQUESTS);
        for page in 1..=LISTED / A_PAGE {
            let mut these = self.page(ask, A_PAGE, page).await?;
            let last = these.len() < A_PAGE;
            if crowded(&these) {
                self.look_closer(ask, (page - 1) * A_PAGE, &mut these, &mut spare).await?;
            }
            files.extend(these);
            if last {
                break;
            }
        }
        let complete = files.len() < LISTED;
        Ok(Listing { merge_base, files, complete })
    }

    async fn page(
        &self,
        ask: &Ask<'_>,
        size: usize,
        page: usize,
    ) -> Result<Vec<File>, GitHubError> {
        let path = route(ask.repo, &["pulls", &ask.pr.to_string(), "files"]);
        self.get(&format!("{path}?per_page={size}&page={page}")).await
    }

    /// Asks again, on smaller pages, for the Go files whose patch the answer had no room for.
    async fn look_closer(
        &self,
        ask: &Ask<'_>,
        first: usize,
        files: &mut [File],
        spare: &mut usize,
    ) -> Result<(), GitHubError> {
        for size in [FINER, 1] {
            for (i, part) in files.chunks_mut(size).enumerate() {
                if *spare == 0 || !part.iter().any(left_out) {
                    continue;
                }
                *spare -= 1;
                let again = self.page(ask, size, first / size + i + 1).await?;
                for (old, new) in part.iter_mut().zip(again) {
                    // Unless the pull request changed meanwhile.
                    if old.filename == new.filename {
                        *old = new;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether an answer is so large that GitHub left patches out of it, unmarked: past about 20,000
/// lines or 1 MB files come with counts of 0 (github.com/orgs/community/discussions/213491).
fn crowded(files: &[File]) -> bool {
    let lines: u64 = files.iter().map(|it| it.changes).sum();
    let bytes: usize = files.iter().filter_map(|it| it.patch.as_deref()).map(str::len).sum();
    (lines >= 10_000 || bytes >= 500_000) && files.iter().any(left_out)
}

/// Whether a Go file looks as if its patch was left out. A file whose mode changed looks the
/// same, and so does one that was moved: those are common, and not asked for again.
fn left_out(file: &File) -> bool {
    let edited =
        matches!(file.status, FileStatus::Added | FileStatus::Modified | FileStatus::Removed);
    edited && file.changes == 0 && file.patch.is_none() && super::layout::is_go(&file.filename)
}
