//! F0: the words that every floor shares: identifiers, places in code, times, jobs and changes.

mod change;
mod id;
mod job;
mod place;
mod time;
mod verdict;

pub use change::{
    Change, ChangedFile, FileStatus, Patch, SourceFile, Tree, Unread, UnreadReason,
    is_reviewed_directory, is_reviewed_go_file,
};
pub use id::{
    BlobOid, CommentId, CommitSha, DeliveryId, Fingerprint, InstallationId, InvalidId, PrNumber,
    RepoId, RepoName,
};
pub use job::{Command, Delivery, Effect, Job, JobKey, ReviewRequest};
pub use place::{LineRange, Side, path_in_url};
pub use time::{Clock, Timestamp};
pub(crate) use verdict::words;
pub use verdict::{Confidence, Language, Severity};
