//! Analysis against a bare parse of the same file versions: whole trees, pull requests, and what
//! costs most. `benches/README.md` says how to read the table.

#[path = "../common/mod.rs"]
mod common;
mod input;
mod parse;
mod pulls;
mod split;
mod trees;

use clap::{Parser, ValueEnum};

use common::Table;
use input::{ADVICE, VARIABLE};

/// What the analysis may cost, as a multiple of a bare parse.
const AIM: f64 = 1.5;

/// Measures the analysis against a bare parse of the same files, in CPU time of one thread.
///
/// GO_EXPERT_BENCH_REPO names the code to read; without it the code of the demo is read, many
/// times over.
#[derive(Debug, Parser)]
struct Options {
    /// How often everything is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How many of a repository's latest pull requests are read
    #[arg(long, default_value_t = 50)]
    pulls: usize,
    /// How many megabytes of a tree the stages are measured on, about
    #[arg(long, default_value_t = 4)]
    sample_mb: usize,
    /// Only this part
    #[arg(long)]
    only: Option<Part>,
    /// Cargo says so to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Whole trees, on one thread and on two
    Trees,
    /// Pull requests
    Pulls,
    /// The stages and the dearest rules
    Stages,
}

#[expect(clippy::print_stdout, reason = "the table is what the bench is for")]
fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let wants = |part| options.only.is_none_or(|it| it == part);
    let named = input::named()?;
    let mut table = Table::default();

    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let (mut trees, mut histories) = (Vec::new(), Vec::new());
    let own = named.is_empty();
    for source in named {
        if wants(Part::Pulls) {
            match input::history(&source, options.pulls)? {
                Some(it) => histories.push(it),
                None => {
                    say(&format!("skipped: pull requests of {}: no git repository", source.name))
                }
            }
        }
        if input::has_tree(&source) {
            trees.push(source);
        } else {
            say(&format!("skipped: whole tree of {}: no Go code on the disk", source.name));
        }
    }
    if own {
        say(&format!("{VARIABLE} is not set: reading the demo's code. {ADVICE}."));
        say("skipped: `go-expert review` with git, which needs a repository");
        trees.push(input::own_tree(folder.path())?);
        histories.push(input::own_history(options.pulls)?);
    }
    for tree in trees.iter().filter(|_| wants(Part::Trees)) {
        trees::measure(tree, &options, &mut table)?;
    }
    for history in histories.iter().filter(|_| wants(Part::Pulls)) {
        pulls::measure(history, &options, &mut table)?;
    }
    for tree in trees.iter().filter(|_| wants(Part::Stages)) {
        split::measure(tree, &options, &mut table)?;
    }
    println!("{}", table.text());
    Ok(())
}

/// A pool of so many threads.
fn threads(count: usize) -> anyhow::Result<rayon::ThreadPool> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(count).build()?)
}

/// Tells how far it is.
#[expect(clippy::print_stderr, reason = "progress is for whoever waits")]
fn say(text: &str) {
    eprintln!("{text}");
}
