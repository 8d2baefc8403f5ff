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

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use go_expert::demo::github::Webhook;

use common::{Aim, Figure, Samples, Table};
use noise::Watch;
use payload::Prepared;
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
    /// Where the databases are made: a folder on the disk to measure [default: below target/]
    #[arg(long, default_value = env!("CARGO_TARGET_TMPDIR"), hide_default_value = true)]
    folder: PathBuf,
    /// Compare with another build of this bench instead of the path without the database
    #[arg(long, value_name = "EXECUTABLE")]
    other: Option<PathBuf>,
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
    // By default not the system's folder for temporary files, which may be no disk at all.
    let folder = tempfile::tempdir_in(&options.folder)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let webhooks = runtime.block_on(payload::deliveries())?;
    let size = webhooks.iter().map(|it| it.body.len()).sum::<usize>() / webhooks.len();
    say(&format!("{} deliveries of {size} bytes on average", webhooks.len()));

    let mut table = Table::default();
    table.note("disk: 4 KiB appended and synced", noise::disk(folder.path(), 200)?, "ms");
    if wants(Part::Latency) || wants(Part::Throughput) {
        let paths = Paths::start(&options, folder.path(), &webhooks)?;
        if wants(Part::Latency) {
            latency(&options, &paths, &mut table)?;
        }
        if wants(Part::Throughput) {
            throughput(&options, &paths, &mut table)?;
        }
        peak(&paths.durable, "the path alone", "its load above", &mut table);
    }
    if wants(Part::Service) {
        runtime.block_on(service::measure(&options, folder.path(), &mut table))?;
    }
    println!("{}", table.text());
    Ok(())
}

/// The webhook's path alone: durable, and what it is compared with.
struct Paths {
    durable: Server,
    for_durable: Vec<Prepared>,
    yardstick: Server,
    for_yardstick: Vec<Prepared>,
    /// What the yardstick is.
    name: &'static str,
}

impl Paths {
    fn start(options: &Options, folder: &Path, webhooks: &[Webhook]) -> anyhow::Result<Self> {
        let this = std::env::current_exe()?;
        let file = |name| format!("sqlite:{}", folder.join(name).display());
        let durable = Server::path(&this, &file("ack.db"))?;
        let (yardstick, name) = match &options.other {
            Some(it) => (Server::path(it, &file("other.db"))?, "the other build"),
            None => (Server::path(&this, MEMORY)?, "in memory"),
        };
        let deliveries = |it: &Server| payload::prepared(webhooks, &it.address.to_string());
        let (for_durable, for_yardstick) = (deliveries(&durable), deliveries(&yardstick));
        Ok(Self { durable, for_durable, yardstick, for_yardstick, name })
    }

    fn both(&self) -> [&Server; 2] {
        [&self.durable, &self.yardstick]
    }
}

fn latency(options: &Options, paths: &Paths, table: &mut Table) -> anyhow::Result<()> {
    let (rate, rounds, connections) = (options.rate, options.rounds, options.connections);
    let run = |server: &Server, deliveries: &[_], seconds| {
        let duration = Duration::from_secs(seconds);
        let (before, watch) = (server.cpu(), Watch::begin(&paths.both()));
        let waited = load::at_rate(server.address, deliveries, rate, duration, connections)?;
        let used = server.cpu().zip(before).map(|(after, before)| after - before);
        let each = used.map(|it| it * 1e6 / (f64::from(rate) * duration.as_secs_f64()));
        anyhow::Ok((waited, each, watch.others(&paths.both())))
    };
    run(&paths.durable, &paths.for_durable, 1)?;
    run(&paths.yardstick, &paths.for_yardstick, 1)?;
    let mut figures = Latency::default();
    for round in 0..rounds {
        let (with, cpu, others) = run(&paths.durable, &paths.for_durable, options.seconds)?;
        let (without, other_cpu, _) = run(&paths.yardstick, &paths.for_yardstick, options.seconds)?;
        let said = figures.add(&with, &without, paths.name);
        cpu.into_iter().for_each(|it| figures.cpu.push(it));
        others.into_iter().for_each(|it| figures.others.push(it));
        other_cpu.into_iter().for_each(|it| figures.yardstick_cpu.push(it));
        let others = others.unwrap_or(f64::NAN);
        say(&format!(
            "round {} of {rounds} at {rate}/s: {said}; others had {others:.0} % of the CPUs",
            round + 1
        ));
    }
    figures.tell(rate, paths.name, table);
    Ok(())
}

fn throughput(options: &Options, paths: &Paths, table: &mut Table) -> anyhow::Result<()> {
    let (rounds, name, connections) = (options.rounds, paths.name, options.flat_out);
    let duration = Duration::from_secs(options.seconds);
    let durable =
        || load::flat_out(paths.durable.address, &paths.for_durable, duration, connections);
    let yardstick =
        || load::flat_out(paths.yardstick.address, &paths.for_yardstick, duration, connections);
    let (mut ratios, mut most, mut all) =
        (Samples::default(), Samples::default(), Samples::default());
    let mut before = yardstick()?;
    for round in 0..rounds {
        // A B A: what drifts is shared by the two halves of the yardstick.
        let with = durable()?;
        let after = yardstick()?;
        let without = f64::midpoint(before, after);
        ratios.push(with / without);
        most.push(with);
        all.push(without);
        before = after;
        say(&format!("round {} of {rounds}: {with:.0}/s, {name} {without:.0}/s", round + 1));
    }
    table.add(Figure {
        name: format!("throughput on {connections} connections, SQLite FULL / {name}"),
        samples: ratios,
        unit: "",
        aim: if options.other.is_some() { Aim::None } else { Aim::AtLeast(AIM_THROUGHPUT) },
        yardstick: format!("{:.0}/s {name}", all.median()),
    });
    table.note("  durable deliveries a second", most, "/s");
    Ok(())
}

/// The figures at a constant rate, one sample a round.
#[derive(Default)]
struct Latency {
    p50: Samples,
    p99: Samples,
    max: Samples,
    cpu: Samples,
    yardstick_p50: Samples,
    yardstick_p99: Samples,
    yardstick_cpu: Samples,
    others: Samples,
}

impl Latency {
    fn add(&mut self, with: &Samples, without: &Samples, name: &str) -> String {
        let (p50, p99, max) = (with.median(), with.quantile(0.99), with.max());
        let (other_p50, other_p99) = (without.median(), without.quantile(0.99));
        self.p50.push(p50);
        self.p99.push(p99);
        self.max.push(max);
        self.yardstick_p50.push(other_p50);
        self.yardstick_p99.push(other_p99);
        format!(
            "p50 {p50:.2} ms, p99 {p99:.2} ms, max {max:.1} ms; {name} {other_p50:.2} and \
             {other_p99:.2} ms"
        )
    }

    fn tell(self, rate: u32, name: &str, table: &mut Table) {
        let of = |samples: &Samples, unit| format!("{:.2} {unit} {name}", samples.median());
        let figure = |name: &str, samples, unit, aim, yardstick| Figure {
            name: name.to_owned(),
            samples,
            unit,
            aim,
            yardstick,
        };
        let title = format!("acknowledgement at {rate}/s, SQLite FULL: p99");
        let yardstick = of(&self.yardstick_p99, "ms");
        table.add(figure(&title, self.p99, "ms", Aim::AtMost(AIM_P99), yardstick));
        let yardstick = of(&self.yardstick_p50, "ms");
        table.add(figure("  p50", self.p50, "ms", Aim::None, yardstick));
        table.note("  slowest", self.max, "ms");
        let yardstick = of(&self.yardstick_cpu, "µs");
        table.add(figure("  CPU a delivery", self.cpu, "µs", Aim::None, yardstick));
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
