//! What a change took away: checks that hold one function's two versions against each other.
//!
//! A guard that was deleted while what it guarded stayed is worth a word even where the head alone
//! would prove nothing: the author of the base thought that it was needed.
//! Such a rule speaks of edits, not of rewritten code: where more was changed than a reader could
//! match line by line, it is silent.

mod changed;
mod guards;
mod removed;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::diff::LineMap;
use crate::golang::{GoFile, ItemKind, Package};
use crate::model::LineRange;

use super::engine::{Context, Hit, finding, holds, is_reviewed};
use super::survey::At;
use super::{Finding, Rule, Suppressions};

pub(super) use changed::{Changed, Side, Statement};
pub(super) use guards::{Guard, asked_before, comparisons, is_object};
pub(super) use removed::{mentions, released, words};

/// A check that compares the two versions of a function.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comparing {
    /// The holes that it fills in the page's sentences.
    pub(super) vars: &'static [&'static str],
    /// Looks at one function of which both versions were read completely.
    pub(super) check: Compare,
}

/// Pure, as every check.
pub(super) type Compare = for<'p> fn(&Changed<'_, 'p>) -> Vec<Loss<'p>>;

/// What a check says about one function.
pub(super) struct Loss<'p> {
    /// What is left without it, at the head.
    pub(super) hit: Hit<'p>,
    /// What was removed: its lines in the base.
    pub(super) removed: LineRange,
}

/// A file in both versions.
#[derive(Debug, Clone, Copy)]
pub struct FileVersions<'a> {
    /// At the base.
    pub base: &'a GoFile,
    /// At the head.
    pub head: &'a GoFile,
    /// Where lines went.
    pub map: &'a LineMap,
}

/// A finding that is due to code which is gone.
#[derive(Debug, Clone)]
pub struct Removal {
    /// What is wrong at the head.
    pub finding: Finding,
    /// The lines of the base that are gone.
    pub removed: LineRange,
}

/// What the rules say about the files of one package that changed, silenced findings included.
pub(super) fn compare(
    rules: &[(&Rule, Comparing)],
    (base, head): (&Package, &Package),
    files: &[FileVersions<'_>],
) -> Vec<Removal> {
    if rules.is_empty() || base.is_partial() || head.is_partial() {
        return Vec::new();
    }
    let (before, after) = (Context::new(base), Context::new(head));
    let mut removals: BTreeMap<_, Removal> = BTreeMap::new();
    for it in files.iter().filter(|it| is_reviewed(it.head) && !it.head.is_test()) {
        let suppressions = OnceCell::new();
        for (old, new) in functions(it) {
            let sides = (Side { at: old, context: &before }, Side { at: new, context: &after });
            let Some(changed) = Changed::of(sides.0, sides.1, it.map) else { continue };
            for (rule, comparing) in rules {
                for loss in (comparing.check)(&changed) {
                    if !holds(rule, &loss.hit) {
                        continue;
                    }
                    let mut finding = finding(rule, loss.hit);
                    finding.silenced = suppressions
                        .get_or_init(|| Suppressions::of(it.head))
                        .cover(rule.id(), finding.lines);
                    let place = (finding.path.clone(), finding.lines, finding.bytes.start);
                    let removed = loss.removed;
                    let key = (place, finding.rule.clone());
                    removals.entry(key).or_insert(Removal { finding, removed });
                }
            }
        }
    }
    removals.into_values().collect()
}

/// The functions and methods that both versions of a file declare once, and that differ.
fn functions<'a>(it: &FileVersions<'a>) -> Vec<(At<'a>, At<'a>)> {
    let of = |file: &'a GoFile| {
        let mut all: BTreeMap<String, Option<At<'a>>> = BTreeMap::new();
        let functions = [ItemKind::Function, ItemKind::Method];
        for item in file.items().iter().filter(|it| functions.contains(&it.kind)) {
            let complete = !file.touches_error(item.span);
            let at = item.node(file).filter(|_| complete).map(|node| At { file, node });
            all.entry(item.identity()).and_modify(|it| *it = None).or_insert(at);
        }
        all
    };
    let mut new = of(it.head);
    let pairs = of(it.base).into_iter().filter_map(|(name, old)| {
        let (old, new) = (old?, new.remove(&name).flatten()?);
        (old.file.text_of(old.node) != new.file.text_of(new.node)).then_some((old, new))
    });
    pairs.collect()
}
