//! What the machine does beside the bench: it explains figures that are worse than they should be.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use super::common::Samples;
use super::server::Server;

/// `/proc/stat` counts in hundredths of a second, on every Linux that counts.
const TICKS: f64 = 100.0;

/// The seconds of CPU that a process (`self`, or a number) used so far; `None` where the system
/// does not tell.
pub(crate) fn cpu_of(process: &str) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, may hold anything; the state comes next, and is the third field.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / TICKS)
}

/// The seconds of CPU that were used or stolen, and that there were, over all CPUs.
fn all() -> Option<(f64, f64)> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    // user nice system idle iowait irq softirq steal; the guest's are part of the user's.
    let ticks: Vec<f64> =
        line.split_whitespace().take(8).filter_map(|it| it.parse().ok()).collect();
    let total: f64 = ticks.iter().sum();
    let idle = ticks.get(3)? + ticks.get(4)?;
    Some(((total - idle) / TICKS, total / TICKS))
}

/// A look at the machine.
pub(crate) struct Watch {
    all: Option<(f64, f64)>,
    ours: f64,
}

impl Watch {
    /// Begins to look.
    pub(crate) fn begin(servers: &[&Server]) -> Self {
        Self { all: all(), ours: ours(servers) }
    }

    /// The share of the CPUs, in percent, that others had since the beginning; `None` where the
    /// system does not tell.
    pub(crate) fn others(&self, servers: &[&Server]) -> Option<f64> {
        let ((busy, total), (now_busy, now_total)) = (self.all?, all()?);
        let others = (now_busy - busy) - (ours(servers) - self.ours);
        Some((others / (now_total - total).max(0.01)).max(0.0) * 100.0)
    }
}

fn ours(servers: &[&Server]) -> f64 {
    cpu_of("self").unwrap_or_default() + servers.iter().filter_map(|it| it.cpu()).sum::<f64>()
}

/// The milliseconds that the disk takes for what a commit does at least: a page at the end of a
/// file, and its way to the disk.
pub(crate) fn disk(folder: &Path, times: usize) -> anyhow::Result<Samples> {
    let mut file = tempfile::tempfile_in(folder)?;
    (0..times)
        .map(|_| {
            let begin = Instant::now();
            file.write_all(&[7; 4096])?;
            file.sync_data()?;
            Ok(begin.elapsed().as_secs_f64() * 1e3)
        })
        .collect::<anyhow::Result<Vec<_>>>()
        .map(Samples::from_iter)
}
