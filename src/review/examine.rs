//! The analysis of both versions, and what the change introduced.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::anchor::Shown;
use super::cause::{Deletion, Deletions, gaps};
use super::mark::Mark;
use super::pair::{Places as _, pair};
use super::places::{FileMaps, find};
use super::reconcile::EarlierSaid;
use crate::diff::{Mapped, PatchLines, unified};
use crate::golang::{self, Code, GoFile, Package};
use crate::model::{
    BlobOid, Change, ChangedFile, FileStatus, LineRange, Patch, SourceFile, Unread, UnreadReason,
    is_reviewed_go_file,
};
use crate::rules::{DiffScope, FileVersions, Finding, Removal, RuleSet};

/// What is known of a change after both versions were analysed.
pub struct Examination {
    /// Everything the rules say about the head, silenced findings included.
    pub findings: Vec<Finding>,
    /// Their marks.
    pub marks: Vec<Mark>,
    /// Whether the change introduced it.
    pub is_new: Vec<bool>,
    /// Of those that it introduced without touching their lines: the deletion that they are due to.
    pub causes: Vec<Option<Deletion>>,
    /// How many findings of the base the change removed.
    pub repaired: usize,
    /// What was not read, or not completely.
    pub unread: Vec<Unread>,
    /// Where comments may stand.
    pub shown: Shown,
    /// Where lines of the base are in the head.
    pub maps: FileMaps,
    /// The head's files, in path order.
    pub head_files: Vec<SourceFile>,
    head: Code,
    changed: Vec<ChangedFile>,
    rules: Arc<RuleSet>,
}

impl Examination {
    /// Analyses both versions.
    pub fn of(change: Change, rules: &Arc<RuleSet>) -> Self {
        Self::watched(change, rules, &|_, _| {})
    }

    /// The same for somebody who waits: `progress` is told how many of how many files, of both
    /// versions, were analysed, from any thread.
    pub fn watched(
        change: Change,
        rules: &Arc<RuleSet>,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Self {
        let partial: BTreeSet<String> = change
            .unread
            .iter()
            .filter(|it| it.reason != UnreadReason::NoPatch)
            .map(|it| directory(&it.path).to_owned())
            .collect();
        let is_partial = |directory: &str| partial.contains(directory);
        let base = golang::read(&change.base.files, None, &is_partial);
        let head = golang::read(&change.head.files, Some(&base), &is_partial);

        let files = |code: &Code| -> usize {
            code.packages().iter().map(|package| package.files().len()).sum()
        };
        let (of, done) = (files(&base) + files(&head), AtomicUsize::new(0));
        let check = |code: &Code| -> Vec<Finding> {
            let check = |package: &Package| {
                let findings = rules.check_with_silenced(package);
                let n = package.files().len();
                progress(done.fetch_add(n, Ordering::Relaxed) + n, of);
                findings
            };
            code.packages().par_iter().flat_map_iter(check).collect()
        };
        let (base_findings, mut findings) = rayon::join(|| check(&base), || check(&head));
        let mut marks: Vec<Mark> = findings.iter().map(Mark::of).collect();
        let base_marks: Vec<Mark> = base_findings.iter().map(Mark::of).collect();

        let maps = FileMaps::of(&change);
        let partners = pair(&base_marks, &marks, &maps);
        let (shown, without_patch) = shown(&change);
        let deletions = Deletions { change: &change, base: &base, head: &head, maps: &maps };
        let sides =
            Sides { base: &base, head: &head, maps: &maps, shown: &shown, rules, deletions };
        let (mut is_new, mut causes): (Vec<bool>, Vec<Option<Deletion>>) = findings
            .iter()
            .zip(&partners)
            .map(|(it, partner)| match partner.is_none() && !it.silenced {
                true => sides.introduced(it),
                false => (false, None),
            })
            .unzip();
        let kept: BTreeSet<usize> = partners.iter().flatten().copied().collect();
        let repaired = (0..base_findings.len())
            .filter(|i| !kept.contains(i) && !base_findings[*i].silenced)
            .filter(|i| sides.repaired(&base_findings[*i]))
            .count();
        for (finding, removed) in sides.removals() {
            marks.push(Mark::of(&finding));
            is_new.push(!finding.silenced);
            causes.push(removed);
            findings.push(finding);
        }

        let mut unread: BTreeSet<Unread> = change.unread.into_iter().collect();
        unread.extend(head.unread().iter().cloned());
        unread.extend(without_patch);

        Self {
            findings,
            marks,
            is_new,
            causes,
            repaired,
            unread: unread.into_iter().collect(),
            shown,
            maps,
            head_files: change.head.files,
            head,
            changed: change.files,
            rules: Arc::clone(rules),
        }
    }

    /// How many changed files are Go that is reviewed (not vendored, not test data).
    pub fn go_files(&self) -> usize {
        self.changed.iter().filter(|it| is_reviewed_go_file(&it.path)).count()
    }

    /// The head's text of a file, if an edit of it is safe.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        find(&self.head_files, path).filter(|it| !it.lossy).map(|it| it.text.clone())
    }

    /// The head's version of a file.
    pub fn blob(&self, path: &str) -> Option<BlobOid> {
        find(&self.head_files, path)?.oid.clone()
    }

    /// The lines of the declaration that holds a finding.
    pub fn declaration_lines(&self, finding: &Finding) -> Option<LineRange> {
        let file = self.head.file(&finding.path)?;
        Some(file.lines(file.declaration(finding.bytes.start)?.span))
    }

    /// The deletion that a finding is due to.
    pub fn cause(&self, finding: &Finding) -> Option<&Deletion> {
        let at = self.findings.iter().position(|it| std::ptr::eq(it, finding))?;
        self.causes[at].as_ref()
    }

    /// Whether a finding that has no partner in the head is proved to be gone: its rule still
    /// exists, and the place where it was is read completely, or is no part of the change any
    /// more. `complete` tells whether every changed file was listed.
    pub fn is_gone(&self, said: &EarlierSaid, complete: bool) -> bool {
        if self.rules.rule(&said.mark.rule).is_none() {
            return false;
        }
        let path = match find(&self.head_files, &said.mark.path) {
            Some(it) => it.path.as_ref(),
            None => self.maps.later_path(&said.mark.path),
        };
        match self.head.file(path) {
            Some(file) => self.is_complete(file, &said.mark.declaration),
            // Deleted, or a directory that the pull request does not touch any more.
            None => {
                complete && !self.unread.iter().any(|it| directory(&it.path) == directory(path))
            }
        }
    }

    fn is_complete(&self, file: &GoFile, declaration: &str) -> bool {
        let package = self.head.package_of(file);
        if package.is_none_or(Package::is_partial) || file.unread().is_some_and(is_cut) {
            return false;
        }
        complete(file, declaration).unwrap_or_else(|| file.errors().is_empty())
    }
}

/// A file of which not even the rest can be trusted to be there.
fn is_cut(reason: UnreadReason) -> bool {
    reason != UnreadReason::SyntaxError
}

/// Whether the declaration of this name was read completely; `None` when the file has none.
fn complete(file: &GoFile, declaration: &str) -> Option<bool> {
    let mut named = file.items().iter().filter(|it| it.identity() == declaration).peekable();
    named.peek()?;
    Some(named.all(|it| !file.touches_error(it.span)))
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Both versions, to tell what the change is to blame for.
struct Sides<'a> {
    base: &'a Code,
    head: &'a Code,
    maps: &'a FileMaps,
    shown: &'a Shown,
    rules: &'a RuleSet,
    deletions: Deletions<'a>,
}

impl Sides<'_> {
    /// Whether a finding without a partner at the base is the change's doing, and the deletion
    /// that it is due to, if it is one.
    ///
    /// It is when its trigger or a partner stands on changed lines. When only something else in
    /// its declaration changed, or when what it is about was deleted elsewhere, it is if the base
    /// would have shown it: read completely, and under the same version of Go. When nothing near
    /// it changed, only our knowledge did.
    fn introduced(&self, finding: &Finding) -> (bool, Option<Deletion>) {
        if self.touched(&finding.path, finding.lines) {
            return (true, None);
        }
        let trigger_only =
            self.rules.rule(finding.rule.as_str()).is_none_or(|it| it.diff() != DiffScope::Any);
        if trigger_only {
            return (false, None);
        }
        let partners = finding.related.iter().any(|it| self.touched(&it.path, it.lines));
        let head = self.head.file(&finding.path);
        let comparable = head.is_some_and(|it| self.base_is_comparable(finding, it));
        let declaration = || {
            let lines =
                head.and_then(|it| Some(it.lines(it.declaration(finding.bytes.start)?.span)));
            lines.is_some_and(|it| self.touched(&finding.path, it))
        };
        let cause = if comparable && !partners { self.deletions.cause(finding) } else { None };
        (partners || comparable && (cause.is_some() || declaration()), cause)
    }

    /// What is wrong at the head since something was taken away, with what was.
    fn removals(&self) -> Vec<(Finding, Option<Deletion>)> {
        let of = |after: &Package| {
            let mut before: Option<&Package> = None;
            let mut files = Vec::new();
            for head in after.files() {
                let path = self.maps.earlier_path(head.path());
                let (Some(map), Some(base)) = (self.maps.map(head.path()), self.base.file(path))
                else {
                    continue;
                };
                let Some(own) = self.base.package_of(base) else { continue };
                // A file that came from another package is compared with nothing.
                if std::ptr::eq(*before.get_or_insert(own), own) {
                    files.push(FileVersions { base, head, map });
                }
            }
            let removals = before.map(|it| self.rules.compare(it, after, &files));
            removals.unwrap_or_default()
        };
        let found = self.head.packages().par_iter().flat_map_iter(of);
        let found: Vec<Removal> = found.collect();
        let with_cause = |it: Removal| {
            let cause = self.deletions.of_lines(&it.finding.path, it.removed);
            (it.finding, cause)
        };
        found.into_iter().map(with_cause).collect()
    }

    fn base_is_comparable(&self, finding: &Finding, head: &GoFile) -> bool {
        let path = self.maps.earlier_path(&finding.path);
        let Some(base) = self.base.file(path) else { return false };
        let package = self.base.package_of(base);
        package.is_some_and(|it| !it.is_partial())
            && base.go_version() == head.go_version()
            && complete(base, &finding.declaration).unwrap_or_else(|| base.errors().is_empty())
    }

    /// Whether a finding of the base that has no partner at the head is proved to be gone.
    fn repaired(&self, finding: &Finding) -> bool {
        let path = self.maps.later_path(&finding.path);
        let Some(head) = self.head.file(path) else {
            // Deleted code repairs nothing.
            return false;
        };
        let package = self.head.package_of(head);
        // A declaration that is gone was moved or removed, which repairs nothing either.
        package.is_some_and(|it| !it.is_partial())
            && complete(head, &finding.declaration) == Some(true)
    }

    /// Whether the change added, edited or deleted something within these lines of the head.
    fn touched(&self, path: &str, lines: LineRange) -> bool {
        let Some(map) = self.maps.map(path) else {
            // Unchanged, or the base was not read: then the patch is all that is known.
            let patch = self.shown.file(path);
            return patch.is_some_and(|it| it.added().touches(lines));
        };
        lines.lines().any(|line| !matches!(map.to_old(line), Mapped::Same(_)))
            || gaps(map, lines).next().is_some()
    }
}

/// Where comments may stand, and the files whose patch GitHub left out.
fn shown(change: &Change) -> (Shown, Vec<Unread>) {
    let (mut shown, mut without) = (Shown::new(), Vec::new());
    for file in change.files.iter().filter(|it| is_reviewed_go_file(&it.path)) {
        match &file.patch {
            Patch::Hunks(text) => shown.add(file.path.clone(), PatchLines::parse(text)),
            Patch::Local => {
                let (old, new) = texts(change, file);
                shown.add(file.path.clone(), PatchLines::parse(&unified(&old, &new)));
            }
            Patch::Omitted => {
                let (old, new) = texts(change, file);
                if file.status != FileStatus::Removed && old != new {
                    without.push(Unread { path: file.path.clone(), reason: UnreadReason::NoPatch });
                }
            }
        }
    }
    (shown, without)
}

fn texts(change: &Change, file: &ChangedFile) -> (Arc<str>, Arc<str>) {
    let text = |files: &[SourceFile], path: &str| {
        find(files, path).map_or_else(|| Arc::from(""), |it| it.text.clone())
    };
    let old_path = file.previous_path.as_ref().unwrap_or(&file.path);
    (text(&change.base.files, old_path), text(&change.head.files, &file.path))
}
