//! From GitHub's answers to the change that analysis looks at.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::layout::{Choice, Place, is_go, places};
use super::listing::Listing;
use super::texts::Content;
use super::wire::{self, File};
use crate::model::{
    BlobOid, Change, ChangedFile, CommitSha, FileStatus, Patch, Side, SourceFile, Tree, Unread,
    UnreadReason,
};

/// What was read of the repository.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The Go files to read.
    pub choice: Choice,
    /// The `go.mod` files that exist: at the merge base those that changed, at the head all.
    pub modules: Vec<(Place, BlobOid)>,
    /// Changed Go files whose directory was not looked at.
    pub left_out: Vec<Arc<str>>,
    /// What GitHub gave.
    pub held: HashMap<BlobOid, Content>,
}

/// Puts the change together.
pub(super) fn assemble(head: &CommitSha, listing: Listing, reading: Reading) -> Change {
    let Reading { choice, modules, left_out, held } = reading;
    let mut unread = choice.unread;
    let miss = |path: &Arc<str>, reason| Unread { path: Arc::clone(path), reason };
    unread.extend(left_out.iter().map(|path| miss(path, UnreadReason::Budget)));

    let mut files: Vec<(Place, BlobOid)> =
        choice.files.into_iter().map(|it| (it.at, it.oid)).collect();
    let changed: HashSet<Place> = listing.files.iter().flat_map(places).collect();
    for ((side, path), oid) in modules {
        // What did not change was asked for at the head only.
        let other = (Side::Left, Arc::clone(&path));
        if side == Side::Right && !changed.contains(&(side, Arc::clone(&path))) {
            files.push((other, oid.clone()));
        }
        files.push(((side, path), oid));
    }
    let oids: HashMap<&Place, &BlobOid> = files.iter().map(|(at, oid)| (at, oid)).collect();

    let changes: Vec<ChangedFile> =
        listing.files.iter().map(|it| changed_file(it, &oids, &held)).collect();
    for it in changes.iter().filter(|it| it.patch == Patch::Omitted && is_go(&it.path)) {
        unread.push(miss(&it.path, UnreadReason::NoPatch));
    }

    let (mut base, mut tip) = (Tree::default(), Tree::default());
    base.commit = Some(listing.merge_base);
    tip.commit = Some(head.clone());
    files.sort();
    files.dedup();
    for ((side, path), oid) in files {
        match held.get(&oid) {
            Some(Content::Text { text, lossy }) => {
                let tree = if side == Side::Left { &mut base } else { &mut tip };
                let (text, lossy) = (Arc::clone(text), *lossy);
                tree.files.push(SourceFile { path, oid: Some(oid), text, lossy });
            }
            Some(Content::Binary) => unread.push(miss(&path, UnreadReason::Binary)),
            None => unread.push(miss(&path, UnreadReason::Unavailable)),
        }
    }
    // Told once for each file, whatever happened on the other side.
    unread.sort();
    unread.dedup_by(|a, b| a.path == b.path);
    Change { base, head: tip, files: changes, unread }
}

fn changed_file(
    file: &File,
    oids: &HashMap<&Place, &BlobOid>,
    held: &HashMap<BlobOid, Content>,
) -> ChangedFile {
    let status = match file.status {
        wire::FileStatus::Added | wire::FileStatus::Copied => FileStatus::Added,
        wire::FileStatus::Removed => FileStatus::Removed,
        wire::FileStatus::Renamed => FileStatus::Renamed,
        wire::FileStatus::Modified | wire::FileStatus::Changed | wire::FileStatus::Unchanged => {
            FileStatus::Modified
        }
    };
    let previous_path = match status {
        FileStatus::Renamed => file.previous_filename.clone(),
        FileStatus::Added | FileStatus::Modified | FileStatus::Removed => None,
    };
    // No patch, but nothing to tell either: moved, or its mode changed, or it is empty.
    let found: Vec<&BlobOid> = places(file).filter_map(|it| oids.get(&it).copied()).collect();
    let nothing = match found.as_slice() {
        [old, new] => old == new,
        [only] => {
            matches!(held.get(*only), Some(Content::Text { text, .. }) if text.is_empty())
                && matches!(status, FileStatus::Added | FileStatus::Removed)
        }
        _ => false,
    };
    let patch = match &file.patch {
        Some(patch) => Patch::Hunks(Arc::clone(patch)),
        None if nothing => Patch::Hunks("".into()),
        None => Patch::Omitted,
    };
    ChangedFile { path: Arc::clone(&file.filename), previous_path, status, patch }
}
