//! The worker, with a scripted runner on a real store.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use go_expert::model::{Clock, Effect, Timestamp};
use go_expert::store::{Claim, End, Settled, Standing};
use go_expert::worker::{Ended, Guard, Options, Outcome, Runner, Worker};
use tokio::sync::{Barrier, mpsc};
use tokio_util::sync::CancellationToken;

use crate::store::world::*;

/// What a run does.
enum Step {
    Return(Outcome),
    Panic,
    /// Begins to publish, then as the step says.
    Publish(Box<Self>),
    /// Never ends by itself.
    Hang,
    /// Asks before one write after the other until it may not.
    WriteOn,
    /// Waits until as many runs as the barrier wants are under way.
    Meet(Arc<Barrier>),
}

/// Follows a script, one step per run, and then is always done. Tells what happened to it.
struct Script {
    steps: Mutex<VecDeque<Step>>,
    events: mpsc::UnboundedSender<String>,
    panic_when_buried: bool,
}

impl Script {
    fn say(&self, what: impl Into<String>) {
        let _ = self.events.send(what.into());
    }

    async fn step(&self, step: Step, guard: &Guard) -> Outcome {
        match step {
            Step::Return(outcome) => outcome,
            Step::Panic => panic!("scripted"),
            Step::Publish(then) => {
                let standing = guard.begin_publish().await.unwrap();
                self.say(format!("publish: {standing:?}"));
                Box::pin(self.step(*then, guard)).await
            }
            Step::Hang => {
                let _dropped = Dropped(self.events.clone());
                self.say("hanging");
                std::future::pending().await
            }
            Step::WriteOn => {
                self.say("writing");
                loop {
                    let standing = guard.may_write().await.unwrap();
                    if standing != Standing::Ours {
                        self.say(format!("stopped: {standing:?}"));
                        return Outcome::Superseded;
                    }
                    tokio::task::yield_now().await;
                }
            }
            Step::Meet(barrier) => {
                barrier.wait().await;
                Outcome::Done
            }
        }
    }
}

struct Dropped(mpsc::UnboundedSender<String>);

impl Drop for Dropped {
    fn drop(&mut self) {
        let _ = self.0.send("dropped".to_owned());
    }
}

#[async_trait]
impl Runner for Script {
    async fn run(&self, claim: &Claim, guard: &Guard) -> Outcome {
        self.say(format!("run {} attempt {}", claim.key, claim.attempt));
        let step = self.steps.lock().unwrap().pop_front();
        self.step(step.unwrap_or(Step::Return(Outcome::Done)), guard).await
    }

    async fn buried(&self, claim: &Claim, reason: &str) {
        self.say(format!("buried {}: {reason}", claim.key));
        assert!(!self.panic_when_buried, "scripted");
    }
}

/// A worker on a store, and the events of its runner.
struct Bench {
    world: World,
    worker: Arc<Worker>,
    events: mpsc::UnboundedReceiver<String>,
}

impl Bench {
    async fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(steps, |_| {}).await
    }

    async fn with(
        steps: impl IntoIterator<Item = Step>,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        let world = World::new(Sqlite::new()).await;
        let mut options = Options { concurrency: 1, max_attempts: 3, ..Options::default() };
        change(&mut options);
        Self::on(world, steps, options)
    }

    fn on(world: World, steps: impl IntoIterator<Item = Step>, options: Options) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let steps = Mutex::new(steps.into_iter().collect());
        let script = Script { steps, events: sender, panic_when_buried: true };
        let store = Arc::clone(&world.store);
        let worker = Worker::new(store, Arc::new(script), world.time.clock(), options);
        Self { world, worker: Arc::new(worker), events }
    }

    /// Runs what is due; returns how each run ended, a line each.
    async fn drain(&self) -> String {
        let ended = self.worker.run_until_idle().await.unwrap();
        ended.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The runner's events so far, a line each.
    fn told(&mut self) -> String {
        let mut told = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            told.push(event);
        }
        told.join("\n")
    }

    async fn next(&mut self) -> String {
        self.events.recv().await.unwrap()
    }

    fn start(&self, shutdown: &CancellationToken) -> tokio::task::JoinHandle<()> {
        let (worker, shutdown) = (Arc::clone(&self.worker), shutdown.clone());
        tokio::spawn(async move { worker.run(shutdown).await })
    }
}

fn line(ended: &Ended) -> String {
    let settled = ended.settled.map_or("unsettled".to_owned(), |it| format!("{it:?}"));
    format!("{} {:?} -> {settled}", ended.key, ended.end)
}

fn retry() -> Step {
    Step::Return(Outcome::Retry { after: None, error: "502".to_owned() })
}

#[tokio::test]
async fn everything_that_is_due_is_run() {
    let mut bench = Bench::new([]).await;
    for pr in [1, 2] {
        bench.world.enqueue(job(pr)).await;
    }
    insta::assert_snapshot!(bench.drain().await, @"
    review:1#1 Done -> Gone
    review:1#2 Done -> Gone
    ");
    insta::assert_snapshot!(bench.told(), @"
    run review:1#1 attempt 1
    run review:1#2 attempt 1
    ");
    assert_eq!(bench.drain().await, "");
}

#[tokio::test]
async fn failures_back_off_and_are_buried_in_the_end() {
    let mut bench = Bench::new([retry(), retry(), retry()]).await;
    bench.world.enqueue(job(1)).await;
    insta::assert_snapshot!(bench.drain().await, @r#"review:1#1 Retry { at: Timestamp(1010000), error: "502" } -> Queued"#);
    bench.world.time.advance(Duration::from_secs(9));
    assert_eq!(bench.drain().await, "", "too early");
    bench.world.time.advance(Duration::from_secs(1));
    insta::assert_snapshot!(bench.drain().await, @r#"review:1#1 Retry { at: Timestamp(1030000), error: "502" } -> Queued"#);
    bench.world.time.advance(Duration::from_secs(20));
    // The notice panics in this script, which changes nothing.
    insta::assert_snapshot!(bench.drain().await, @r#"review:1#1 Bury { reason: "502" } -> Buried"#);
    insta::assert_snapshot!(bench.told(), @"
    run review:1#1 attempt 1
    run review:1#1 attempt 2
    run review:1#1 attempt 3
    buried review:1#1: 502
    ");
    insta::assert_snapshot!(bench.world.queue().await, @"0 queued, 0 running, 1 buried; review:1#1 at 1030000: 502");

    // The operator's retry starts afresh.
    bench.world.store.retry_buried(&key(1)).await.unwrap();
    assert_eq!(bench.drain().await, "review:1#1 Done -> Gone");
}

#[tokio::test]
async fn github_says_when_but_not_forever() {
    let after = |seconds| {
        let after = Some(Duration::from_secs(seconds));
        Step::Return(Outcome::Retry { after, error: "503".to_owned() })
    };
    let put_off = |until| {
        let reason = "rate limit".to_owned();
        Step::Return(Outcome::PutOff { until: Timestamp(until), reason })
    };
    let bench = Bench::new([after(7), after(999_999), put_off(0), put_off(i64::MAX)]).await;
    let mut ends = Vec::new();
    for pr in 1..=4 {
        bench.world.enqueue(job_of(pr, pr, 1)).await;
        ends.push(bench.drain().await);
    }
    insta::assert_snapshot!(ends.join("\n"), @r#"
    review:1#1 Retry { at: Timestamp(1007000), error: "503" } -> Queued
    review:2#1 Retry { at: Timestamp(4900000), error: "503" } -> Queued
    review:3#1 PutOff { until: Timestamp(1001000) } -> Queued
    review:4#1 PutOff { until: Timestamp(4900000) } -> Queued
    "#);
}

#[tokio::test]
async fn a_rate_limit_is_no_failed_attempt() {
    let until = Timestamp(1_060_000);
    let put_off = || Step::Return(Outcome::PutOff { until, reason: "rate limit".to_owned() });
    let mut bench = Bench::new([put_off()]).await;
    bench.world.enqueue(job_of(1, 1, 1)).await;
    bench.world.enqueue(job_of(1, 1, 2)).await;
    bench.world.enqueue(job_of(2, 2, 1)).await;
    insta::assert_snapshot!(bench.drain().await, @"
    review:1#1 PutOff { until: Timestamp(1060000) } -> Queued
    review:2#1 Done -> Gone
    ");
    bench.told();
    bench.world.time.advance(Duration::from_secs(60));
    bench.drain().await;
    assert!(bench.told().contains("run review:1#1 attempt 1"));
}

#[tokio::test]
async fn a_run_that_gives_up_is_buried_at_once() {
    let reason = "the repository is not readable".to_owned();
    let mut bench = Bench::new([Step::Return(Outcome::GiveUp { reason })]).await;
    bench.world.enqueue(job(1)).await;
    bench.drain().await;
    insta::assert_snapshot!(bench.told(), @"
    run review:1#1 attempt 1
    buried review:1#1: the repository is not readable
    ");
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt() {
    let bench = Bench::new([Step::Panic]).await;
    bench.world.enqueue(job(1)).await;
    bench.world.enqueue(job(2)).await;
    insta::assert_snapshot!(bench.drain().await, @r#"
    review:1#1 Retry { at: Timestamp(1010000), error: "the run panicked; the log says where" } -> Queued
    review:1#2 Done -> Gone
    "#);
}

#[tokio::test]
async fn a_job_that_kills_the_process_is_buried() {
    let mut world = World::new(Sqlite::new()).await;
    world.enqueue(job(1)).await;
    for _ in 0..3 {
        world.claim().await.unwrap();
        world.crash().await;
        world.store.take_back().await.unwrap();
    }
    let options = Options { max_attempts: 3, ..Options::default() };
    let mut bench = Bench::on(world, [], options);
    bench.drain().await;
    insta::assert_snapshot!(bench.told(), @"buried review:1#1: the process died or lost the lease in every attempt (no error was recorded)");
}

#[tokio::test]
async fn a_superseded_run_makes_way_for_the_newer_job() {
    let mut bench = Bench::with([Step::Publish(Box::new(Step::WriteOn))], fast_beats).await;
    bench.world.enqueue(push(1, 'a')).await;
    let worker = Arc::clone(&bench.worker);
    let drain = tokio::spawn(async move { worker.run_until_idle().await.unwrap() });
    while bench.next().await != "writing" {}
    bench.world.enqueue(push(1, 'b')).await;
    let ended: Vec<_> = drain.await.unwrap().iter().map(line).collect();
    insta::assert_snapshot!(ended.join("\n"), @"
    review:1#1 Superseded -> Queued
    review:1#1 Done -> Gone
    ");
    // It was writing, so it was left to stop by itself.
    insta::assert_snapshot!(bench.told(), @"
    stopped: Superseded
    run review:1#1 attempt 1
    ");
}

#[tokio::test]
async fn a_cancelled_run_that_does_not_write_is_dropped() {
    let mut bench = Bench::with([Step::Hang], fast_beats).await;
    bench.world.enqueue(job(1)).await;
    let worker = Arc::clone(&bench.worker);
    let drain = tokio::spawn(async move { worker.run_until_idle().await.unwrap() });
    while bench.next().await != "hanging" {}
    bench.world.record(Effect::Cancel(key(1))).await;
    let ended = drain.await.unwrap();
    assert_eq!((&ended[0].end, ended[0].settled), (&End::Superseded, Some(Settled::Gone)));
    assert_eq!(bench.told(), "dropped");
}

fn fast_beats(options: &mut Options) {
    options.heartbeat = Duration::from_millis(1);
}

#[tokio::test]
async fn heartbeats_keep_the_lease() {
    let mut bench = Bench::with([Step::Hang], fast_beats).await;
    bench.world.enqueue(job(1)).await;
    let worker = Arc::clone(&bench.worker);
    let drain = tokio::spawn(async move { worker.run_until_idle().await.unwrap() });
    while bench.next().await != "hanging" {}
    for _ in 0..3 {
        bench.world.time.advance(LEASE - SECOND);
        let kept = Some(bench.world.time.now() + LEASE);
        while bench.world.store.next_due().await.unwrap() != kept {
            tokio::task::yield_now().await;
        }
    }
    drain.abort();
    assert!(drain.await.unwrap_err().is_cancelled());
    assert_eq!(bench.next().await, "dropped", "nobody waits for the run any more");
}

#[tokio::test]
async fn a_lost_lease_drops_the_run() {
    let beats = |options: &mut Options| options.heartbeat = Duration::from_millis(20);
    let mut bench = Bench::with([Step::Publish(Box::new(Step::Hang))], beats).await;
    bench.world.enqueue(job(1)).await;
    let worker = Arc::clone(&bench.worker);
    let drain = tokio::spawn(async move { worker.run_until_idle().await.unwrap() });
    while bench.next().await != "hanging" {}
    // A heartbeat may come first; then there is another chance.
    let taken = loop {
        bench.world.time.advance(LEASE);
        if let Some(claim) = bench.world.claim().await {
            break claim;
        }
    };
    let ended = drain.await.unwrap();
    assert_eq!(ended[0].settled, Some(Settled::Lost));
    assert_eq!(bench.told(), "dropped");
    assert_eq!(bench.world.settle(&taken, End::Done).await, Settled::Gone);
}

#[tokio::test]
async fn a_run_that_hangs_is_a_failed_attempt() {
    let limit = |options: &mut Options| options.run_limit = Duration::from_millis(1);
    let mut bench = Bench::with([Step::Hang], limit).await;
    bench.world.enqueue(job(1)).await;
    insta::assert_snapshot!(bench.drain().await, @r#"review:1#1 Retry { at: Timestamp(1010000), error: "the run took longer than 1ms" } -> Queued"#);
    assert!(bench.told().ends_with("dropped"));
}

#[tokio::test]
async fn runs_go_side_by_side_up_to_the_limit() {
    // Each run waits for another one: with fewer than two at a time nothing would end, and with
    // three the last would meet nobody.
    let barrier = Arc::new(Barrier::new(2));
    let steps = (0..4).map(|_| Step::Meet(Arc::clone(&barrier)));
    let bench = Bench::with(steps, |options| options.concurrency = 2).await;
    for pr in 0..4 {
        bench.world.enqueue(job(pr)).await;
    }
    assert_eq!(bench.drain().await.matches("Done -> Gone").count(), 4);
}

#[tokio::test]
async fn the_service_wakes_for_new_jobs_and_for_due_ones() {
    // The machine's clock: the second run comes because its time has come.
    let mut sqlite = Sqlite::new();
    let store = sqlite.open(Clock::system()).await.unwrap();
    let (sender, mut events) = mpsc::unbounded_channel();
    let after = Some(Duration::from_millis(5));
    let steps = [Step::Return(Outcome::Retry { after, error: "502".to_owned() })];
    let script = Script {
        steps: Mutex::new(steps.into_iter().collect()),
        events: sender,
        panic_when_buried: false,
    };
    let worker =
        Worker::new(Arc::clone(&store), Arc::new(script), Clock::system(), Options::default());
    let shutdown = CancellationToken::new();
    let service = {
        let shutdown = shutdown.clone();
        tokio::spawn(async move { worker.run(shutdown).await })
    };
    tokio::task::yield_now().await;
    let effect = Effect::Enqueue(job(1));
    let delivery = go_expert::model::Delivery { id: delivery_id("one"), effect };
    store.record(delivery).await.unwrap();
    assert_eq!(events.recv().await.unwrap(), "run review:1#1 attempt 1");
    assert_eq!(events.recv().await.unwrap(), "run review:1#1 attempt 2");
    shutdown.cancel();
    service.await.unwrap();
    assert_eq!(store.queue().await.unwrap().queued, 0);
}

#[tokio::test]
async fn a_shutdown_gives_unfinished_runs_back() {
    let grace = |options: &mut Options| options.grace = Duration::ZERO;
    let mut bench = Bench::with([Step::Hang], grace).await;
    let shutdown = CancellationToken::new();
    let service = bench.start(&shutdown);
    bench.world.enqueue(job(1)).await;
    while bench.next().await != "hanging" {}
    shutdown.cancel();
    bench.world.enqueue(job(2)).await;
    service.await.unwrap();
    assert_eq!(bench.told(), "dropped", "nothing new was started");
    assert_eq!(bench.world.queue().await, "2 queued, 0 running, 0 buried");
    assert_eq!(bench.world.claim().await.unwrap().attempt, 1);
}

#[tokio::test]
async fn a_shutdown_lets_runs_finish() {
    let barrier = Arc::new(Barrier::new(2));
    let mut bench = Bench::new([Step::Meet(Arc::clone(&barrier))]).await;
    let shutdown = CancellationToken::new();
    let service = bench.start(&shutdown);
    bench.world.enqueue(job(1)).await;
    assert_eq!(bench.next().await, "run review:1#1 attempt 1");
    shutdown.cancel();
    barrier.wait().await;
    service.await.unwrap();
    assert_eq!(bench.world.queue().await, "0 queued, 0 running, 0 buried");
}
