//! F1: reads code from the disk: a range of a local git repository as a change to review, the
//! uncommitted work in one, and whole directories, inside git or not.
//!
//! git is read by library alone. No program is started, nothing is fetched, nothing is written.
//! The repository is opened with gix's isolated options and reduced trust: no environment, no
//! configuration of the system or the user, no includes, and of the repository's own configuration
//! only what says how its objects are stored. Hooks, filters, attributes, fsmonitor and external
//! diffs do not exist for it (gix's features for them are not compiled in).

mod content;
mod error;
mod moves;
mod repository;
mod snapshot;
#[cfg(test)]
mod tests;
mod tree;
mod walk;
mod worktree;

pub use error::GitError;
pub use repository::Repository;
pub use walk::{Directory, Listing, directories};
