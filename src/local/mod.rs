//! F5: reviews without GitHub: a range of a local repository, or everything in a directory.

mod pages;
mod report;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use rayon::prelude::*;

pub use pages::{PageFile, pages, rules_of, rules_with};
pub use report::{Format, Report, Row};

use crate::git::{self, Directory, Listing, Repository};
use crate::golang;
use crate::model::{Language, Unread};
use crate::review::decide::{first_free, introduced_findings};
use crate::review::examine::Examination;
use crate::review::mark::Mark;
use crate::review::plan::superseded;
use crate::rules::{Finding, RuleSet};

/// How many directories are in memory at a time. A directory of Kubernetes takes a few MiB.
const AT_A_TIME: usize = 64;

/// Is told how many of how many files were analysed, from any thread.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// The name that stands for uncommitted work where a revision is asked for. A branch of this name
/// is `refs/heads/worktree`.
pub const WORKTREE: &str = "worktree";

/// Reviews what `head` ([`WORKTREE`], or a revision) introduces since it left `base`.
///
/// # Errors
/// When there is no repository, or a revision or the merge base cannot be found.
pub fn range(
    directory: &Path,
    base: Option<&str>,
    head: &str,
    rules: &Arc<RuleSet>,
    language: Language,
    progress: Progress<'_>,
) -> anyhow::Result<Report> {
    let repository = Repository::open(directory)?;
    let base = match base {
        Some(it) => it.to_owned(),
        None => repository.default_base()?,
    };
    let change = match head {
        WORKTREE => repository.uncommitted(&base)?,
        revision => repository.change(&base, revision)?,
    };
    let examined = Examination::watched(change, rules, progress);

    let mut given = std::collections::HashSet::new();
    let mut rows = Vec::new();
    for (finding, rule) in introduced_findings(&examined, rules) {
        let name = first_free(&Mark::of(finding), &given);
        given.insert(name.clone());
        let inline = examined.shown.anchor(finding, &examined).is_some();
        rows.push(Row::of(finding, rule, name, inline, language));
    }
    rows.sort_by(Row::in_order);
    let mut report = Report {
        rows,
        unread: examined.unread.clone(),
        read: examined.go_files(),
        repaired: Some(examined.repaired),
        base: Some(base),
        ..Report::default()
    };
    report.keep_sources(0, &examined.head_files);
    Ok(report)
}

/// Audits every Go file below a directory.
///
/// # Errors
/// When the directory cannot be read.
pub fn all(
    directory: &Path,
    rules: &RuleSet,
    language: Language,
    progress: Progress<'_>,
) -> anyhow::Result<Report> {
    let listings = git::directories(directory)
        .with_context(|| format!("cannot read {}", directory.display()))?;
    let (of, done) = (listings.iter().map(Listing::files).sum(), AtomicUsize::new(0));
    let mut report = Report::default();
    let mut given = std::collections::HashSet::new();
    for batch in listings.chunks(AT_A_TIME) {
        let checked = batch.par_iter().map(|it| {
            let directory = it.read();
            let (findings, unread) = check(&directory, rules);
            progress(done.fetch_add(it.files(), Ordering::Relaxed) + it.files(), of);
            (directory, findings, unread)
        });
        for (directory, findings, unread) in checked.collect::<Vec<_>>() {
            report.read += directory.files.len();
            report.unread.extend(unread);
            let before = report.rows.len();
            let found: Vec<&Finding> = findings.iter().collect();
            let superseded = superseded(&found, rules);
            for (finding, _) in findings.iter().zip(superseded).filter(|(_, it)| !it) {
                let Some(rule) = rules.rule(finding.rule.as_str()) else { continue };
                let name = first_free(&Mark::of(finding), &given);
                given.insert(name.clone());
                report.rows.push(Row::of(finding, rule, name, true, language));
            }
            report.keep_sources(before, &directory.files);
        }
    }
    report.rows.sort_by(Row::in_order);
    report.unread.sort();
    Ok(report)
}

fn check(directory: &Directory, rules: &RuleSet) -> (Vec<Finding>, Vec<Unread>) {
    let files: Vec<_> = directory.modules.iter().chain(&directory.files).cloned().collect();
    let partial = !directory.unread.is_empty();
    let code = golang::read(&files, None, &|_| partial);
    let findings = code.packages().iter().flat_map(|it| rules.check(it)).collect();
    let unread = directory.unread.iter().chain(code.unread()).cloned().collect();
    (findings, unread)
}
