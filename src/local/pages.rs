//! Pages of rules on the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::rules::{Domain, PageError, Rule, RuleId, RuleSet};

/// What may lie beside pages and is none: the index, and how often the rules are right.
const BESIDE: &[&str] = &["README.md", "precision.md"];

/// A page's text, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// The path for people: the directory as it was given, then the place in it.
    pub path: String,
    /// `<domain>/<id>.md`, or `<id>.md` where no folder says the domain.
    pub place: String,
    /// What it says.
    pub text: String,
}

/// How deep pages are looked for. Nothing belongs on the last level; what lies there was put into
/// the wrong folder and should not go unnoticed.
const LEVELS: usize = 3;

/// The pages of a directory, `<domain>/<id>.md` or `<id>.md`, in the order of their paths; or one
/// page. `README.md` and `precision.md` are none, nor is what is hidden or begins with `_`.
///
/// # Errors
/// When something cannot be read, or there is no page.
pub fn pages(path: &Path) -> anyhow::Result<Vec<PageFile>> {
    let cannot = || format!("cannot read {}", path.display());
    let mut found = Vec::new();
    if fs::metadata(path).with_context(cannot)?.is_dir() {
        find(path, LEVELS, &mut found)?;
    } else {
        found.push(path.to_owned());
    }
    if found.is_empty() {
        bail!(
            "{} holds no page of a rule, neither <domain>/<id>.md nor <id>.md; \
             `go-expert rules new` writes one",
            path.display()
        );
    }
    let root = fs::canonicalize(path).with_context(cannot)?;
    found.into_iter().map(|it| read(it, &root)).collect()
}

/// The built-in rules and those of a directory's pages; a page of the same name takes the place of
/// a built-in one.
///
/// # Errors
/// When a page cannot be read, or is not a rule; of several, every one is named.
pub fn rules_with(path: &Path) -> anyhow::Result<RuleSet> {
    let builtin = RuleSet::builtin();
    let (mut own, mut problems): (Vec<Rule>, Vec<String>) = (Vec::new(), Vec::new());
    for (_, rule) in rules_of(&pages(path)?, &builtin) {
        match rule {
            Ok(it) => own.push(it),
            Err(it) => problems.push(it.to_string()),
        }
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    let others = builtin.rules().iter().filter(|it| !own.iter().any(|own| own.id() == it.id()));
    let others: Vec<Rule> = others.cloned().collect();
    Ok(RuleSet::new(others.into_iter().chain(own).collect()))
}

/// The pages with the rule that each makes, see [`RuleSet::read`]; of two that have one id, the
/// second is refused.
pub fn rules_of<'a>(
    pages: &'a [PageFile],
    builtin: &RuleSet,
) -> Vec<(&'a PageFile, Result<Rule, PageError>)> {
    let mut first: BTreeMap<RuleId, &str> = BTreeMap::new();
    let mut rule = |page: &'a PageFile| {
        let at = |error: PageError| error.in_file(&page.path);
        let rule = builtin.read(&page.place, &page.text).map_err(at)?;
        match first.insert(rule.id().clone(), &page.path) {
            None => Ok(rule),
            Some(other) => {
                let id = rule.id();
                let problem =
                    format!("{other} has the id `{id}`, too; give one of them another name");
                Err(PageError { file: page.path.clone(), line: 1, problem })
            }
        }
    };
    pages.iter().map(|it| (it, rule(it))).collect()
}

fn find(directory: &Path, levels: usize, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", directory.display());
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(directory).with_context(cannot)? {
        entries.push(entry.with_context(cannot)?.path());
    }
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(['.', '_']) {
            continue;
        }
        if path.is_dir() {
            if levels > 1 {
                find(&path, levels - 1, found)?;
            }
        } else if name.ends_with(".md") && !BESIDE.iter().any(|it| name.eq_ignore_ascii_case(it)) {
            found.push(path);
        }
    }
    Ok(())
}

/// A page; `root` is where it was looked for, or itself.
fn read(path: PathBuf, root: &Path) -> anyhow::Result<PageFile> {
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let whole = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let name = |it: Option<&Path>| {
        let name = it.and_then(Path::file_name).unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let folder = name(whole.parent());
    // The directory that was asked for may have any name; a folder in it is meant as a domain.
    let within = whole.parent().is_some_and(|it| it != root && it.starts_with(root));
    let is_domain = Domain::ALL.iter().any(|it| it.as_str() == folder);
    let file = name(Some(&path));
    let place = if within || is_domain { format!("{folder}/{file}") } else { file };
    let path = path.strip_prefix(".").unwrap_or(&path);
    Ok(PageFile { path: path.display().to_string(), place, text })
}
