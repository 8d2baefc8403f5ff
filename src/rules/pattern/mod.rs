//! Rules without Rust: a page that says by `match` what code it is about.
//!
//! ```yaml
//! match:                     # what the code looks like
//!   pattern: defer $F()
//! where:                     # what its parts are
//!   F: { resolves: [os.File.Close, sync.Mutex.Unlock] }
//! in: loop                   # where it stands
//! ```
//!
//! # `match`: a rule, all of whose keys hold for one node
//!
//! `pattern` is Go code with holes, or `{ context: code, selector: kind }` where the piece alone
//! would read as something else. `$X` stands for one expression, statement, type or name, and for
//! the same code wherever it stands; `$_` for any one; `$$$` for any number. Layout, comments,
//! semicolons and commas do not matter, everything else does. `kind` is a node's kind, or a list
//! of them, and `regex` is looked for in the node's text.
//!
//! `any` and `all` take lists of rules, `not` a rule. `has`, `inside`, `follows` and `precedes`
//! take a rule with `stopBy`: `end`, `neighbor`, `function` (not across a function's border), or a
//! rule at which the search ends.
//!
//! The language is that of ast-grep (<https://ast-grep.github.io/guide/rule-config.html>). Its
//! crates are not used: their matcher counts no steps, overflows the stack on code that nests
//! deep, and is lenient where a rule then misses or overreaches without a word. Here `return $X`
//! is not `return a, b`, an `if` without `else` is not one with, `f($$$, $X)` finds the last
//! argument, `stopBy` has no default, and every choice is tried until the whole rule holds.
//!
//! # `where`: conditions on metavariables
//!
//! `type`, `resolves`, `from` (the value is what a call gave), `constant`, `escapes: false` (only
//! its methods are called), `stored: false` (nothing keeps it), `invariant: true` (the same in
//! every iteration), `kind`, `regex`; all that are given hold, and of a list one. Names are import
//! path and name, `net/http.Client.Do`. What cannot be told never holds. A condition on a
//! metavariable that an alternative does not bind says nothing there.
//!
//! # `in`, `not_in`, `hot`: where it stands
//!
//! Places ([`Where`]) or lists of them. `hot: true` asks the package how often the code runs, and
//! `hot: 1` is content with less, for what costs much each time. These keys and `where` may stand
//! in any rule, and so may `severity`: what is found by way of such a rule is not worse.
//!
//! # What is told
//!
//! The matched node is blamed, or what `$X` stands for with `at: X`. The page's sentences may use
//! every metavariable that is bound whichever alternative holds.
//!
//! A page may come from anybody: all of its work is counted, and a page that asks for too much
//! finds less.

mod compile;
mod condition;
mod fit;
mod name;
mod near;
mod place;
mod read;
mod shape;
mod solve;
#[cfg(test)]
mod tests;
mod value;
mod yaml;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_saphyr::Spanned;

use crate::golang::{Kind, Place};

use self::compile::{Compiler, Problem, line_of};
use self::fit::{Bound, Env};
use self::shape::{Names, Slot};
use self::solve::{Site, Spot, Test};
pub(super) use self::yaml::{Conditions, Hot, Many, Match, Where};
use super::engine::{Context, Hit};
use super::meter::Meter;

/// A check that a page describes.
#[derive(Debug)]
pub(super) struct Declared {
    test: Test,
    kinds: Vec<Kind>,
    names: Names,
    /// The import paths of which a file needs one; empty when it needs none.
    imports: BTreeSet<Box<str>>,
    /// The metavariables that are bound in every alternative, the ones a sentence may use.
    always: Vec<Arc<str>>,
    at: Option<Slot>,
}

impl Declared {
    /// Makes a check of a rule, or says what is wrong with it; `at` names the metavariable to
    /// blame instead of the whole node.
    pub(super) fn new(
        rule: &Match,
        line: usize,
        at: Option<&Spanned<String>>,
    ) -> Result<Self, Problem> {
        if let Some(it) = &rule.stop_by {
            let problem = "`stopBy` belongs into `has`, `inside`, `follows` or `precedes`";
            return Err((line_of(it), problem.to_owned()));
        }
        let mut names = Names::default();
        let rule = Compiler::new(&mut names).rule(rule, line, &BTreeSet::new(), 0)?;
        let kinds: Vec<Kind> = match rule.kinds {
            Some(kinds) if kinds.contains(&Kind::SourceFile) => {
                return Err((line, "a whole file is no place for a comment".to_owned()));
            }
            Some(kinds) if !kinds.is_empty() => kinds.into_iter().collect(),
            Some(_) => {
                let problem = "no node can be all of this: the kinds exclude each other";
                return Err((line, problem.to_owned()));
            }
            None => {
                let problem = "any node could match; add a `pattern` with code around its \
                               metavariables, or a `kind`, in every alternative";
                return Err((line, problem.to_owned()));
            }
        };
        let always: Vec<Slot> = rule.always.into_iter().collect();
        let at = match at {
            None => None,
            Some(it) => {
                let name = it.value.trim_start_matches('$');
                let slot = names.find(name).filter(|it| always.contains(it)).ok_or_else(|| {
                    let problem = format!("`at`: `${name}` is not bound in every alternative");
                    (line_of(it), problem)
                })?;
                Some(slot)
            }
        };
        Ok(Self {
            test: rule.test,
            kinds,
            always: always.iter().filter_map(|it| names.all().get(*it).cloned()).collect(),
            names,
            imports: rule.imports.unwrap_or_default(),
            at,
        })
    }

    /// The kinds of nodes that it wants to see.
    pub(super) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The holes that it always fills.
    pub(super) fn holes(&self) -> impl Iterator<Item = &str> {
        self.always.iter().map(|it| &**it)
    }

    /// Looks at one node.
    pub(super) fn check<'p>(
        &self,
        context: &Context<'p>,
        meter: &Meter,
        place: &Place<'p, '_>,
    ) -> Option<Hit<'p>> {
        let file = place.file;
        let own = context.package.import_path();
        let mentions = |path: &str| file.imports_path(path) || own == Some(path);
        if !self.imports.is_empty() && !self.imports.iter().any(|it| mentions(it)) {
            return None;
        }
        let site = Site { context, file, meter };
        let mut env = Env::new(self.names.all().len());
        let spot = Spot { node: place.node, around: place.ancestors };
        // Without the means to find out, "not there" means nothing.
        if !site.holds(&self.test, spot, &mut env) || meter.is_used_up() {
            return None;
        }
        let mut hit = Hit::at(file, place.node);
        hit.related = env.partners().to_vec();
        hit.severity = env.severity();
        if let Some(slot) = self.at {
            let Some(Bound::One(node)) = env.get(slot) else { return None };
            hit.trigger = node;
        }
        for (slot, name) in self.names.all().iter().enumerate() {
            let text = env.get(slot).map(|it| it.span().map_or("", |it| file.slice(it)));
            hit.vars.extend(text.map(|it| (name.clone(), it.to_owned())));
        }
        Some(hit)
    }
}
