//! The webhook's acknowledgement: how long it takes at a constant rate, how much of the path's
//! throughput the database leaves, and what memory the process needs. `benches/README.md` says how
//! to read the table.

#[path = "../common/mod.rs"]
mod common;
mod load;
mod memory;
mod noise;
mod payload;
mod server;
mod service;

use std::path::Path;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use go_expert::demo::github::Webhook;

use common::{Aim, Figure, Samples, Table};
use noise::Watch;
use server::{MEMORY, Server};

/// What the slowest hundredth of acknowledgements may take, in milliseconds.
const AIM_P99: f64 = 10.0;
/// What the database has to leave of the throughput without it.
const AIM_THROUGHPUT: f64 = 0.4;
/// The most memory that the serving process may need, in MiB.
const AIM_MEMORY: f64 = 100.0;

/// Measures the webhook's acknowledgement over HTTP on loopback: the server is a process of its
/// own, the load comes from threads of this one.
#[derive(Debug, Parser)]
struct Options {
    /// Deliveries a second at the constant rate
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// How many seconds one measurement takes
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// How often everything is measured, with and without the database in turns
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How many connections the load has at the constant rate
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How many connections the load has when it sends as much as goes
    #[arg(long, default_value_t = 32)]
    flat_out: usize,
    /// Only this part
    #[arg(long)]
    only: Option<Part>,
    /// Serve over this store; this bench starts itself so
    #[arg(long, hide = true)]
    serve: Option<String>,
    /// Cargo says so to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The time to the acknowledgement at a constant rate
    Latency,
    /// The most that goes, with the database and without it
    Throughput,
    /// The whole service at the same rate, reviewing what comes in
    Service,
}

#[expect(clippy::print_stdout, reason = "the table is what the bench is for")]
fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if let Some(store) = &options.serve {
        return server::serve(store);
    }
    let wants = |part| options.only.is_none_or(|it| it == part);
    // Not the system's folder for temporary files, which may be no disk at all.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let runtime = tokio::runtime::Runtime::new()?;
    let webhooks = runtime.block_on(payload::deliveries())?;
    let size = webhooks.iter().map(|it| it.body.len()).sum::<usize>() / webhooks.len();
    say(&format!("{} deliveries of {size} bytes on average", webhooks.len()));

    let mut table = Table::default();
    table.note("disk: 4 KiB appended and synced", noise::disk(folder.path(), 200)?, "ms");
    if wants(Part::Latency) || wants(Part::Throughput) {
        path(&options, folder.path(), &webhooks, &mut table)?;
    }
    if wants(Part::Service) {
        runtime.block_on(service::measure(&options, folder.path(), &mut table))?;
    }
    println!("{}", table.text());
    Ok(())
}

/// The webhook's path alone.
fn path(
    options: &Options,
    folder: &Path,
    webhooks: &[Webhook],
    table: &mut Table,
) -> anyhow::Result<()> {
    let durable = Server::path(&format!("sqlite:{}", folder.join("ack.db").display()))?;
    let memory = Server::path(MEMORY)?;
    let deliveries = |it: &Server| payload::prepared(webhooks, &it.address.to_string());
    let (for_durable, for_memory) = (deliveries(&durable), deliveries(&memory));
    let both = [&durable, &memory];
    let duration = Duration::from_secs(options.seconds);
    let wants = |part| options.only.is_none_or(|it| it == part);
    let rounds = options.rounds;

    if wants(Part::Latency) {
        let rate = options.rate;
        let run = |server: &Server, deliveries: &[_], duration| {
            load::at_rate(server.address, deliveries, rate, duration, options.connections)
        };
        let warm = Duration::from_secs(1);
        run(&durable, &for_durable, warm)?;
        run(&memory, &for_memory, warm)?;
        let mut figures = Latency::default();
        for round in 0..rounds {
            let watch = Watch::begin(&both);
            let with = run(&durable, &for_durable, duration)?;
            let others = watch.others(&both);
            let without = run(&memory, &for_memory, duration)?;
            let said = figures.add(&with, &without, others);
            say(&format!("round {} of {rounds} at {rate}/s: {said}", round + 1));
        }
        figures.tell(rate, table);
    }
    if wants(Part::Throughput) {
        let run = |server: &Server, deliveries: &[_]| {
            load::flat_out(server.address, deliveries, duration, options.flat_out)
        };
        let (mut ratios, mut most) = (Samples::default(), Samples::default());
        let mut before = run(&memory, &for_memory)?;
        for round in 0..rounds {
            // A B A: what drifts is shared by the two halves of the yardstick.
            let with = run(&durable, &for_durable)?;
            let after = run(&memory, &for_memory)?;
            let without = f64::midpoint(before, after);
            ratios.push(with / without);
            most.push(with);
            before = after;
            say(&format!(
                "round {} of {rounds}: {with:.0}/s with, {without:.0}/s without",
                round + 1
            ));
        }
        table.add(Figure {
            name: format!(
                "throughput on {} connections, SQLite FULL / in memory",
                options.flat_out
            ),
            samples: ratios,
            unit: "",
            aim: Aim::AtLeast(AIM_THROUGHPUT),
            yardstick: format!("{before:.0}/s in memory"),
        });
        table.note("  durable deliveries a second", most, "/s");
    }
    peak(&durable, "the path alone", "its load above", table);
    Ok(())
}

/// The figures at a constant rate, one sample a round.
#[derive(Default)]
pub(crate) struct Latency {
    p50: Samples,
    p99: Samples,
    max: Samples,
    without_p50: Samples,
    without_p99: Samples,
    others: Samples,
}

impl Latency {
    fn add(&mut self, with: &Samples, without: &Samples, others: Option<f64>) -> String {
        let (p50, p99) = (with.median(), with.quantile(0.99));
        let (without_p50, without_p99) = (without.median(), without.quantile(0.99));
        self.p50.push(p50);
        self.p99.push(p99);
        self.max.push(with.max());
        self.without_p50.push(without_p50);
        self.without_p99.push(without_p99);
        others.into_iter().for_each(|it| self.others.push(it));
        format!(
            "p50 {p50:.2} ms, p99 {p99:.2} ms, max {:.1} ms; without the database {without_p50:.2} \
             and {without_p99:.2} ms; others had {:.0} % of the CPUs",
            with.max(),
            others.unwrap_or(f64::NAN),
        )
    }

    fn tell(self, rate: u32, table: &mut Table) {
        let p99 = format!("{:.2} ms in memory", self.without_p99.median());
        let p50 = format!("{:.2} ms in memory", self.without_p50.median());
        let (name, unit) = (format!("acknowledgement at {rate}/s, SQLite FULL: p99"), "ms");
        let aim = Aim::AtMost(AIM_P99);
        table.add(Figure { name, samples: self.p99, unit, aim, yardstick: p99 });
        let (name, aim) = ("  p50".to_owned(), Aim::None);
        table.add(Figure { name, samples: self.p50, unit, aim, yardstick: p50 });
        table.note("  slowest", self.max, "ms");
        table.note("  CPUs that others had meanwhile", self.others, "%");
    }
}

/// The most memory that a server has needed.
fn peak(server: &Server, what: &str, yardstick: &str, table: &mut Table) {
    let Some(peak) = server.peak_memory() else {
        say("skipped: memory, which this system does not tell in /proc");
        return;
    };
    table.add(Figure {
        name: format!("resident memory of {what}, peak"),
        samples: [peak].into_iter().collect(),
        unit: "MiB",
        aim: Aim::AtMost(AIM_MEMORY),
        yardstick: yardstick.to_owned(),
    });
}

/// Tells how far it is.
#[expect(clippy::print_stderr, reason = "progress is for whoever waits")]
fn say(text: &str) {
    eprintln!("{text}");
}
