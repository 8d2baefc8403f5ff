//! What to read of a repository for a review: pure decisions, the same for the same input.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::texts::{CUT_OFF, MAX_BY_REST};
use super::wire::{File, FileStatus, TreeEntry};
use crate::model::{BlobOid, Side, Unread, UnreadReason};

/// The most directories that are read of one pull request.
const MAX_DIRECTORIES: usize = 150;
/// With at most this many changed Go files, their texts are asked for before their names are
/// known: that saves a request, and costs some bytes when they are in memory after all.
const EAGER_FILES: usize = 25;
/// Not for a file with more changed lines: it may be a huge one.
const EAGER_CHANGES: u64 = 5_000;
/// A review reads at most so many blobs, and bytes of them.
const MAX_FILES: usize = 600;
const MAX_BYTES: u64 = 16 << 20;
/// A larger file is not read.
const MAX_FILE: u64 = 1_000_000;

/// A file of either side.
pub(super) type Place = (Side, Arc<str>);

/// Trees, by directory.
pub(super) type Trees = HashMap<Place, Vec<TreeEntry>>;

/// Whether a path is Go code that a review reads: not what others wrote, not test material.
pub(super) fn is_go(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    parts.next().is_some_and(|name| name.ends_with(".go"))
        && !parts.any(|part| matches!(part, "vendor" | "testdata"))
}

/// Whether a path is a module's description.
pub(super) fn is_module(path: &str) -> bool {
    path.rsplit('/').next() == Some("go.mod")
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

fn join(directory: &str, name: &str) -> Arc<str> {
    if directory.is_empty() { name.into() } else { format!("{directory}/{name}").into() }
}

/// The paths of a changed file at either side.
pub(super) fn places(file: &File) -> impl Iterator<Item = Place> {
    let before = file.previous_filename.as_ref().unwrap_or(&file.filename);
    let old = !matches!(file.status, FileStatus::Added | FileStatus::Copied);
    let new = file.status != FileStatus::Removed;
    let old = old.then(|| (Side::Left, Arc::clone(before)));
    old.into_iter().chain(new.then(|| (Side::Right, Arc::clone(&file.filename))))
}

/// What is asked for in request 2.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// Directories whose entries are wanted.
    pub trees: Vec<Place>,
    /// Files whose text is wanted: `go.mod` up the tree, and changed Go files.
    pub blobs: Vec<Place>,
    /// Changed Go files in directories that are one too many.
    pub left_out: Vec<Arc<str>>,
}

/// What to ask for in request 2; `has` tells what is in memory.
pub(super) fn wishes(files: &[File], has: impl Fn(&BlobOid) -> bool) -> Wishes {
    let go: Vec<&File> = files.iter().filter(|it| places(it).any(|(_, it)| is_go(&it))).collect();
    let touched: Vec<Place> =
        go.iter().flat_map(|it| places(it)).filter(|(_, it)| is_go(it)).collect();
    let all: BTreeSet<&str> = touched.iter().map(|(_, path)| directory(path)).collect();
    let directories: BTreeSet<&str> = all.into_iter().take(MAX_DIRECTORIES).collect();

    let mut wishes = Wishes::default();
    for (_, path) in &touched {
        if !directories.contains(directory(path)) {
            wishes.left_out.push(Arc::clone(path));
        }
    }
    for it in &directories {
        // The package may be on both sides, whatever happened to the file.
        wishes.trees.extend([Side::Left, Side::Right].map(|side| (side, Arc::from(*it))));
    }
    let changed: HashSet<Place> = files.iter().flat_map(places).collect();
    for path in modules(&directories) {
        let left = (Side::Left, Arc::clone(&path));
        let right = (Side::Right, path);
        // Unchanged, it is the same on both sides.
        if changed.contains(&left) || changed.contains(&right) {
            wishes.blobs.push(left);
        }
        wishes.blobs.push(right);
    }
    if go.len() <= EAGER_FILES {
        for file in go.iter().filter(|it| it.changes <= EAGER_CHANGES) {
            // GitHub tells the newer blob's name, or the last one of a removed file.
            let named = if file.status == FileStatus::Removed { Side::Left } else { Side::Right };
            let held = file.sha.as_ref().is_some_and(&has);
            let mut these: Vec<Place> = places(file).collect();
            these.retain(|(side, it)| is_go(it) && !(held && *side == named));
            wishes.blobs.extend(these);
        }
    }
    wishes
}

/// `go.mod` of the directories and of all above them, in path order.
fn modules(directories: &BTreeSet<&str>) -> BTreeSet<Arc<str>> {
    let mut modules = BTreeSet::new();
    for it in directories {
        let mut at = *it;
        // Whoever was here before has been further up, too.
        while modules.insert(join(at, "go.mod")) && !at.is_empty() {
            at = directory(at);
        }
    }
    modules
}

/// A Go file that exists.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub at: Place,
    pub oid: BlobOid,
}

/// Which files to read, by what the trees show.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// The files, in order of side and path.
    pub files: Vec<Found>,
    /// Their blobs with their sizes, each once, the most wanted first.
    pub blobs: Vec<(BlobOid, u64)>,
    /// The files that are too much.
    pub unread: Vec<Unread>,
}

/// Chooses the files to read within the budget: changed files first, then directory by
/// directory, small ones first, so that most packages are complete.
pub(super) fn choose(files: &[File], trees: &Trees) -> Choice {
    let changed: HashSet<Place> = files.iter().flat_map(places).collect();
    let mut groups: BTreeMap<(bool, &str), Vec<(Found, u64)>> = BTreeMap::new();
    for ((side, within), entries) in trees {
        for entry in entries {
            let path = join(within, &entry.name);
            // 0o10xxxx is a regular file: no symbolic link, no submodule.
            if entry.kind == "blob" && entry.mode >> 12 == 0o10 && is_go(&path) {
                let at = (*side, path);
                let group = if changed.contains(&at) { (false, "") } else { (true, &**within) };
                let found = Found { at, oid: entry.oid.clone() };
                groups.entry(group).or_default().push((found, entry.size));
            }
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    for (_, group) in &mut groups {
        group.sort_by(|a, b| a.0.at.1.cmp(&b.0.at.1).then(b.0.at.0.cmp(&a.0.at.0)));
    }
    groups.sort_by_key(|((rest, within), group)| {
        (*rest, group.iter().map(|(_, size)| *size).sum::<u64>(), *within)
    });

    let mut choice = Choice::default();
    let (mut seen, mut bytes, mut large) = (HashSet::new(), 0, 0);
    for (found, size) in groups.into_iter().flat_map(|(_, group)| group) {
        if !seen.contains(&found.oid) {
            let too_many = choice.blobs.len() >= MAX_FILES
                || bytes + size > MAX_BYTES
                || (size > CUT_OFF && large >= MAX_BY_REST);
            if size > MAX_FILE || too_many {
                let reason =
                    if size > MAX_FILE { UnreadReason::TooLarge } else { UnreadReason::Budget };
                choice.unread.push(Unread { path: found.at.1, reason });
                continue;
            }
            bytes += size;
            large += usize::from(size > CUT_OFF);
            seen.insert(found.oid.clone());
            choice.blobs.push((found.oid.clone(), size));
        }
        choice.files.push(found);
    }
    choice.files.sort_by(|a, b| a.at.cmp(&b.at));
    choice
}
