//! `go-expert rules test`: whether rules find what their own pages say, and nothing else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use console::Color;
use rayon::prelude::*;

use super::{ORGANISATION, PROJECT};
use crate::cli::output;
use crate::local;
use crate::rules::{PageError, Rule, RuleSet, Trial};
use crate::terminal::{Look, Terminal};

/// Every Go block of a page is a test: under Flagged, a line that ends in // want `regexp` must
/// get a message that matches, and every other line none. Exits with 0, with 1 when a page does
/// not hold, and with 2 when it could not run.
#[derive(Debug, Args)]
pub(in crate::cli) struct Test {
    /// Where the pages lie, as <domain>/<id>.md or <id>.md (then the domain is correctness); or
    /// one page [default: review-rules or .github/go-expert/rules where that is a directory, else
    /// the built-in pages]
    #[arg(value_name = "DIR")]
    path: Option<PathBuf>,
}

/// The exit code when a page does not hold.
const FAILED: u8 = 1;

/// A page with its path, and the rule that is made of it.
struct Tested {
    path: String,
    rule: Result<Rule, PageError>,
}

impl Test {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let here = || [PROJECT, ORGANISATION].map(PathBuf::from).into_iter().find(|it| it.is_dir());
        let pages = match self.path.or_else(here) {
            Some(path) => on_disk(&path)?,
            None => builtin(),
        };
        let terminal = output::terminal();
        let results: Vec<Result<String, String>> =
            pages.par_iter().map(|it| test(it, terminal)).collect();
        let failed = results.iter().filter(|it| it.is_err()).count();
        let of = results.len();
        let mut text: String = results.into_iter().map(|it| it.unwrap_or_else(|it| it)).collect();
        let _ = match (failed, of) {
            (0, 1) => writeln!(text, "1 page holds."),
            (0, n) => writeln!(text, "{n} pages hold."),
            (failed, n) => writeln!(text, "{failed} of {n} failed."),
        };
        output::print(&text)?;
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
    }
}

fn builtin() -> Vec<Tested> {
    let rules = RuleSet::builtin();
    let tested = |it: &Rule| Tested { path: it.page_path().to_string(), rule: Ok(it.clone()) };
    rules.rules().iter().map(tested).collect()
}

fn on_disk(path: &Path) -> anyhow::Result<Vec<Tested>> {
    let pages = local::pages(path)?;
    let rules = local::rules_of(&pages, &RuleSet::builtin());
    Ok(rules.into_iter().map(|(page, rule)| Tested { path: page.path.clone(), rule }).collect())
}

/// What is printed about a page that holds, or about one that does not.
fn test(page: &Tested, terminal: Option<Terminal>) -> Result<String, String> {
    let paint = |look: Look, text: &str| match terminal {
        Some(terminal) => terminal.paint(look, text),
        None => text.to_owned(),
    };
    let fail = |name: &str| {
        paint(Look { bold: true, ..Look::colour(Color::Red) }, "FAIL") + &format!("  {name}\n")
    };
    let rule = match &page.rule {
        Ok(it) => it,
        Err(error) => return Err(fail(&page.path) + &format!("{error}\n")),
    };
    let trial = Trial::of(rule);
    let name = format!("{}/{}", rule.domain(), rule.id());
    if !trial.mismatches.is_empty() {
        let problems = trial.mismatches.iter().map(|it| format!("{}:{it}\n", page.path));
        return Err(fail(&name) + &problems.collect::<String>());
    }
    let ok = paint(Look::colour(Color::Green), "ok");
    let lines = if trial.wanted == 1 { "line" } else { "lines" };
    let blocks = if trial.silent == 1 { "block" } else { "blocks" };
    let counts = format!("({} {lines} reported, {} {blocks} silent)", trial.wanted, trial.silent);
    Ok(format!("{ok}    {name} {}\n", paint(Look::DIM, &counts)))
}
