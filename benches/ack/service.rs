//! The whole service, as operators run it, with the stand-in for GitHub: webhooks at the same rate
//! while reviews are under way.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use go_expert::demo::github::{Act, Changes, NewPull, StandIn, Webhook};
use go_expert::model::Clock;

use super::common::{Aim, Figure, Samples, Table};
use super::noise::Watch;
use super::server::Server;
use super::{AIM_P99, Options, load, payload, peak, say};

/// How many pull requests are pushed to again and again.
const PULLS: usize = 40;
/// The most requests that the review of an opened or pushed pull request may take.
const AIM_REQUESTS: f64 = 5.0;
/// How often it is looked whether a review has ended, and how many times at most.
const LOOK: (Duration, usize) = (Duration::from_millis(20), 3_000);

/// The demo's code: at the base, and what the pull request brings.
fn shop() -> anyhow::Result<[Changes; 2]> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/shop");
    let read = |side: &str| -> anyhow::Result<Changes> {
        let mut changes = Changes::new();
        for entry in std::fs::read_dir(folder.join(side).join("quote"))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            changes = changes.write(&format!("quote/{name}"), std::fs::read(&path)?);
        }
        Ok(changes)
    };
    let module = std::fs::read(folder.join("base/go.mod"))?;
    Ok([read("base")?.write("go.mod", module), read("change")?])
}

/// Measures the service.
pub(crate) async fn measure(
    options: &Options,
    folder: &Path,
    table: &mut Table,
) -> anyhow::Result<()> {
    let github = StandIn::start(Clock::system()).await?;
    let [base, change] = shop()?;
    let service = Server::service(&folder.join("service.db"), github.url())?;
    requests(&github, &service, &base, &change, table).await?;

    let webhooks = payload::pushes(&github, "acme/warehouse", PULLS, &base, &change);
    let deliveries = payload::prepared(&webhooks, &service.address.to_string());
    let (mut p50, mut p99) = (Samples::default(), Samples::default());
    let duration = Duration::from_secs(options.seconds);
    let (mut reviews, mut others) = (Samples::default(), Samples::default());
    for round in 0..options.rounds {
        github.take_requests();
        let watch = Watch::begin(&[&service]);
        let (rate, connections) = (options.rate, options.connections);
        let waited = tokio::task::block_in_place(|| {
            load::at_rate(service.address, &deliveries, rate, duration, connections)
        })?;
        let ended = github.take_requests();
        let ended = ended.iter().filter(|it| it.operation == CHECK_RUN).count();
        reviews.push(ended as f64 / duration.as_secs_f64());
        watch.others(&[&service]).into_iter().for_each(|it| others.push(it));
        p50.push(waited.median());
        p99.push(waited.quantile(0.99));
        say(&format!(
            "round {} of {}, whole service: p50 {:.2} ms, p99 {:.2} ms, {ended} reviews",
            round + 1,
            options.rounds,
            waited.median(),
            waited.quantile(0.99),
        ));
    }
    let (rate, unit) = (options.rate, "ms");
    table.add(Figure {
        name: format!("whole service at {rate}/s, reviewing: p99"),
        samples: p99,
        unit,
        aim: Aim::AtMost(AIM_P99),
        yardstick: "the path alone, above".to_owned(),
    });
    table.note("  p50", p50, unit);
    table.note("  reviews meanwhile", reviews, "/s");
    table.note("  CPUs that others had meanwhile", others, "%");
    peak(&service, "the whole service", "the same load", table);
    let complaints = github.take_complaints();
    anyhow::ensure!(complaints.is_empty(), "GitHub complains: {}", complaints.join("; "));
    Ok(())
}

/// What a review ends with.
const CHECK_RUN: &str = "checks/create";

/// Counts the requests of two reviews: one after opening, one after a push.
async fn requests(
    github: &StandIn,
    service: &Server,
    base: &Changes,
    change: &Changes,
    table: &mut Table,
) -> anyhow::Result<()> {
    let repository = "acme/shop";
    github.create_repository(repository, base);
    let (title, author) = ("Quote in time".to_owned(), "alice".to_owned());
    let pull = NewPull { title, author, changes: change.clone(), draft: false };
    let number = github.open_pull(repository, pull).context("no pull request")?;
    let opened = github.act(repository, number, Act::Open).context("no webhook")?;
    let count = async |webhook: Webhook| -> anyhow::Result<f64> {
        github.take_requests();
        let deliveries = payload::prepared(&[webhook], &service.address.to_string());
        tokio::task::block_in_place(|| {
            load::at_rate(service.address, &deliveries, 1, Duration::from_secs(1), 1)
        })?;
        let mut asked = Vec::new();
        for _ in 0..LOOK.1 {
            asked.extend(github.take_requests());
            if asked.iter().any(|it| it.operation == CHECK_RUN) {
                let counted = asked.iter().filter(|it| !it.operation.starts_with("apps/"));
                return Ok(counted.count() as f64);
            }
            tokio::time::sleep(LOOK.0).await;
        }
        anyhow::bail!("no review within a minute")
    };
    let first = count(opened).await?;
    let pushed = github.push(repository, number, &Changes::new(), false).context("no webhook")?;
    let second = count(pushed).await?;
    for (what, count) in [("opening", first), ("a push without news", second)] {
        table.add(Figure {
            name: format!("requests to GitHub for the review after {what}"),
            samples: [count].into_iter().collect(),
            unit: "",
            aim: Aim::AtMost(AIM_REQUESTS),
            yardstick: "tokens not counted".to_owned(),
        });
    }
    Ok(())
}
