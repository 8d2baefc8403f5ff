//! What costs most: the stages of the analysis, each as a multiple of a bare parse.

use std::sync::Arc;

use go_expert::git::{self, Directory};
use go_expert::golang::{self, Code};
use go_expert::model::SourceFile;
use go_expert::rules::RuleSet;

use super::common::{Samples, Table};
use super::input::Source;
use super::parse::{bare_parse, cpu};
use super::{Options, say, threads};

/// How many rules are listed by name.
const DEAREST: usize = 8;

/// The seconds of CPU that each stage took in one round.
struct Round {
    parse: f64,
    read: f64,
    /// Scopes and a walk that nobody listens to.
    walk: f64,
    /// Scopes, walk, facts and rules.
    check: f64,
    /// The rules again, when everything that they share is known.
    again: f64,
    /// A walk that nobody listens to, when the scopes are known.
    empty: f64,
    /// Dropping what was read.
    freed: f64,
    /// Each rule alone, when everything is known.
    rules: Vec<f64>,
}

/// Measures a sample of one tree: directories spread evenly over it.
pub(crate) fn measure(source: &Source, options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let all: Vec<Directory> =
        git::directories(&source.path)?.iter().map(git::Listing::read).collect();
    let size = |it: &Directory| it.files.iter().map(|it| it.text.len()).sum::<usize>();
    let bytes: usize = all.iter().map(size).sum();
    let every = (bytes / (options.sample_mb * 1_000_000)).max(1);
    let sample: Vec<Directory> = all.into_iter().step_by(every).collect();
    let sampled = sample.iter().map(size).sum::<usize>() as f64 / 1e6;
    say(&format!("{}: stages on a sample of {sampled:.1} MB", source.name));

    let rules = RuleSet::builtin();
    let one = threads(1)?;
    let rounds: Vec<Round> =
        (0..options.rounds).map(|_| one.install(|| round(&sample, &rules))).collect();
    let ratio = |of: &dyn Fn(&Round) -> f64| -> Samples {
        rounds.iter().map(|it| of(it) / it.parse).collect()
    };
    let name =
        format!("stages in {}, as multiples of a bare parse of {sampled:.1} MB:", source.name);
    table.note(name, ratio(&|it| it.read + it.check + it.freed), "");
    table.note("  parse, errors, header, items", ratio(&|it| it.read), "");
    table.note("  scopes and walk, in one pass", ratio(&|it| it.walk), "");
    table.note("  facts and rules", ratio(&|it| it.check - it.walk), "");
    table.note("    the rules, once facts are known", ratio(&|it| it.again - it.empty), "");
    let mut each: Vec<(Samples, &str)> = (0..rules.rules().len())
        .map(|at| (ratio(&|it| it.rules[at] - it.empty), rules.rules()[at].id().as_str()))
        .collect();
    each.sort_by(|a, b| b.0.median().total_cmp(&a.0.median()));
    for (samples, id) in each.into_iter().take(DEAREST) {
        table.note(format!("    {id}"), samples, "");
    }
    table.note("  freeing it", ratio(&|it| it.freed), "");
    Ok(())
}

fn round(sample: &[Directory], rules: &RuleSet) -> Round {
    let none = RuleSet::new(Vec::new());
    let single: Vec<RuleSet> =
        rules.rules().iter().map(|it| RuleSet::new(vec![it.clone()])).collect();
    let mut round = Round {
        parse: 0.0,
        read: 0.0,
        walk: 0.0,
        check: 0.0,
        again: 0.0,
        empty: 0.0,
        freed: 0.0,
        rules: vec![0.0; single.len()],
    };
    for directory in sample {
        let texts: Vec<Arc<str>> = directory.files.iter().map(|it| it.text.clone()).collect();
        let files: Vec<SourceFile> =
            directory.modules.iter().chain(&directory.files).cloned().collect();
        let read = || golang::read(&files, None, &|_| false);
        round.parse += bare_parse(&texts);
        let (seconds, plain) = cpu(read);
        round.read += seconds;
        round.walk += check(&plain, &none);
        round.empty += check(&plain, &none);
        round.freed += cpu(|| drop(plain)).0;

        let code = read();
        round.check += check(&code, rules);
        round.again += check(&code, rules);
        for (sum, rule) in round.rules.iter_mut().zip(&single) {
            *sum += check(&code, rule);
        }
    }
    round
}

fn check(code: &Code, rules: &RuleSet) -> f64 {
    let packages = code.packages().iter();
    cpu(|| packages.for_each(|it| drop(rules.check_with_silenced(it)))).0
}
