//! Whole trees: `go-expert review --all` against a bare parse, and two threads against one.

use std::sync::Arc;
use std::time::Instant;

use go_expert::git;
use go_expert::local;
use go_expert::model::Language;
use go_expert::rules::RuleSet;

use super::common::{Aim, Figure, Samples, Table};
use super::input::Source;
use super::parse::{bare_parse, cpu};
use super::{AIM, Options, say, threads};

/// What two threads should do of what one does.
const SCALING: f64 = 1.8;

/// Measures one tree.
pub(crate) fn measure(source: &Source, options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let rules = RuleSet::builtin();
    let files = git::directories(&source.path)?;
    let files = files.iter().flat_map(|it| it.read().files);
    let texts: Vec<Arc<str>> = files.map(|it| it.text).collect();
    let bytes: usize = texts.iter().map(|it| it.len()).sum();
    let megabytes = bytes as f64 / 1e6;
    say(&format!("{}: {} files, {megabytes:.1} MB", source.name, texts.len()));

    let audit = || local::all(&source.path, &rules, Language::En, &|_, _| {});
    let (one, two) = (threads(1)?, threads(2)?);
    let (mut ratios, mut speed, mut scaling) =
        (Samples::default(), Samples::default(), Samples::default());
    for round in 0..options.rounds {
        let mut parsed = 0.0;
        let mut audited = 0.0;
        // A B, then B A: what drifts in one direction is shared by both.
        for step in [round % 2, (round + 1) % 2] {
            if step == 0 {
                parsed = bare_parse(&texts);
            } else {
                // The report is printed elsewhere; its making and dropping counts.
                let (seconds, read) = one.install(|| cpu(|| audit().map(|it| it.read)));
                anyhow::ensure!(read? == texts.len(), "the audit read other files");
                audited = seconds;
            }
        }
        ratios.push(audited / parsed);
        speed.push(megabytes / parsed);

        let wall = |pool: &rayon::ThreadPool| {
            let begin = Instant::now();
            pool.install(audit).map(|_| begin.elapsed().as_secs_f64())
        };
        scaling.push(wall(&one)? / wall(&two)?);
        say(&format!("{}: round {} of {} is done", source.name, round + 1, options.rounds));
    }
    table.add(Figure {
        name: format!("whole tree {}: audit / bare parse", source.name),
        samples: ratios,
        unit: "",
        aim: Aim::AtMost(AIM),
        yardstick: format!("{:.1} MB/s, {megabytes:.0} MB", speed.median()),
    });
    table.add(Figure {
        name: format!("whole tree {}: two threads / one", source.name),
        samples: scaling,
        unit: "",
        aim: Aim::AtLeast(SCALING),
        yardstick: "wall time of one thread".to_owned(),
    });
    Ok(())
}
