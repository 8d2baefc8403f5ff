//! Pull requests: reading and comparing base and head against a bare parse of every version read.

use std::path::Path;
use std::sync::Arc;

use go_expert::golang::{self, Code};
use go_expert::local;
use go_expert::model::{Change, Language};
use go_expert::review::examine::Examination;
use go_expert::rules::RuleSet;

use super::common::{Aim, Figure, Samples, Table};
use super::input::History;
use super::parse::{bare_parse, cpu, versions};
use super::{AIM, Options, say, threads};

/// How many pull requests are told by name.
const DEAREST: usize = 5;

/// The seconds of CPU that one round took.
#[derive(Default)]
struct Round {
    parse: f64,
    examine: f64,
    /// Of `examine`: reading both versions.
    read: f64,
    /// Of `examine`: scopes, walk and rules on both versions.
    check: f64,
    /// The whole of `go-expert review`, git included; none without a repository.
    review: Option<f64>,
    /// Each pull request's ratio, and those of its parts.
    each: Vec<[f64; 3]>,
}

/// Measures the pull requests of one history.
pub(crate) fn measure(
    history: &History,
    options: &Options,
    table: &mut Table,
) -> anyhow::Result<()> {
    let rules = Arc::new(RuleSet::builtin());
    let read: Vec<usize> = history.pulls.iter().map(|it| versions(&it.change).len()).collect();
    let all: usize = read.iter().sum();
    let name = format!("{} pull requests of {}", history.pulls.len(), history.name);
    say(&format!("{name}: {all} file versions"));
    anyhow::ensure!(all > 0, "{name}: no Go code was changed");

    let one = threads(1)?;
    let mut rounds = Vec::new();
    for at in 0..options.rounds {
        let round = one.install(|| round(history, &rules))?;
        if at == 0 {
            dearest(history, &round.each);
        }
        rounds.push(round);
        say(&format!("{name}: round {} of {} is done", at + 1, options.rounds));
    }
    let ratio =
        |of: fn(&Round) -> f64| -> Samples { rounds.iter().map(|it| of(it) / it.parse).collect() };
    let versions = format!("of {all} versions, in full");
    table.add(Figure {
        name: format!("{name}: read and compare / bare parse"),
        samples: ratio(|it| it.examine),
        unit: "",
        aim: Aim::AtMost(AIM),
        yardstick: versions.clone(),
    });
    let first = rounds.first().into_iter().flat_map(|it| it.each.iter().map(|it| it[0]));
    table.note("  the same, one by one", first.collect(), "");
    table.note("  of it: parsing both versions", ratio(|it| it.read), "");
    table.note("  of it: scopes, walk, facts and rules", ratio(|it| it.check), "");
    let rest = ratio(|it| it.examine - it.read - it.check);
    table.note("  of it: diff, marks, pairing, freeing", rest, "");
    if rounds.iter().all(|it| it.review.is_some()) {
        table.add(Figure {
            name: "  with git: `go-expert review --base … --head …`".to_owned(),
            samples: ratio(|it| it.review.unwrap_or_default()),
            unit: "",
            aim: Aim::None,
            yardstick: versions,
        });
    }
    let (count, bytes) = one.install(|| allocations(history, &rules));
    table.note("  allocations per version", [count / all as f64].into_iter().collect(), "");
    table.note("  allocated per version", [bytes / all as f64 / 1e3].into_iter().collect(), "kB");
    Ok(())
}

/// Tells which pull requests cost most for what they are.
fn dearest(history: &History, ratios: &[[f64; 3]]) {
    let mut order: Vec<usize> = (0..ratios.len()).collect();
    order.sort_by(|a, b| ratios[*b][0].total_cmp(&ratios[*a][0]));
    for at in order.into_iter().take(DEAREST) {
        let pull = &history.pulls[at];
        let (count, texts) = (pull.change.files.len(), versions(&pull.change));
        let kilobytes = texts.iter().map(|it| it.len()).sum::<usize>() / 1000;
        let head = pull.range.as_ref().map_or("", |(_, head)| head);
        let [all, read, check] = ratios[at];
        say(&format!(
            "  {all:.2} of a bare parse (parsing {read:.2}, rules {check:.2}): {head}, \
             {count} files changed, {} versions, {kilobytes} kB",
            texts.len(),
        ));
    }
}

/// Every pull request once; parse and examination alternate.
fn round(history: &History, rules: &Arc<RuleSet>) -> anyhow::Result<Round> {
    let mut round =
        Round { review: history.repository.is_some().then_some(0.0), ..Round::default() };
    for pull in &history.pulls {
        let parse = bare_parse(&versions(&pull.change));
        let change = pull.change.clone();
        let (examine, ()) = cpu(|| drop(Examination::of(change, rules)));
        round.parse += parse;
        round.examine += examine;
        let (read, code) = cpu(|| read(&pull.change));
        round.read += read;
        let (check, _) = cpu(|| check(&code, rules));
        round.check += check;
        round.each.push([examine, read, check].map(|it| it / parse));
        if let (Some(repository), Some((base, head)), Some(sum)) =
            (&history.repository, &pull.range, &mut round.review)
        {
            let (seconds, report) = cpu(|| review(repository, base, head, rules));
            report?;
            *sum += seconds;
        }
    }
    Ok(round)
}

fn read(change: &Change) -> [Code; 2] {
    let base = golang::read(&change.base.files, None, &|_| false);
    let head = golang::read(&change.head.files, Some(&base), &|_| false);
    [base, head]
}

fn check(code: &[Code; 2], rules: &RuleSet) -> usize {
    let packages = code.iter().flat_map(Code::packages);
    packages.map(|it| rules.check_with_silenced(it).len()).sum()
}

fn review(
    repository: &Path,
    base: &str,
    head: &str,
    rules: &Arc<RuleSet>,
) -> anyhow::Result<usize> {
    Ok(local::range(repository, Some(base), head, rules, Language::En, &|_, _| {})?.read)
}

/// How often memory was asked for, and for how many bytes, tree-sitter's own aside.
fn allocations(history: &History, rules: &Arc<RuleSet>) -> (f64, f64) {
    let (mut count, mut bytes) = (0, 0);
    for pull in &history.pulls {
        let change = pull.change.clone();
        let made = allocation_counter::measure(|| drop(Examination::of(change, rules)));
        count += made.count_total;
        bytes += made.bytes_total;
    }
    (count as f64, bytes as f64)
}
