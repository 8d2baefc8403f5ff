//! The world of the flow tests: a GitHub, the service, and a person who plays with both.
//!
//! The GitHub is our own stand-in, or the one that `GO_EXPERT_TEST_GITHUB` names; the tests are
//! the same. When a [`Bot`] is dropped, silence is asserted: the queue is empty, every comment was
//! read, and GitHub has nothing to complain about.

mod github;
mod host;
pub(crate) mod http;
mod pull;
mod service;
mod simulator;
mod standin;
pub(crate) mod texts;

use std::sync::Arc;
use std::time::Duration;

use go_expert::store::Queue;
use tempfile::TempDir;

pub(crate) use github::{AppEvent, Event, GitHubWorld};
pub(crate) use go_expert::demo::github::{Act, Changes, Fault, FaultKind};
use host::Host;
pub(crate) use http::Answer;
pub(crate) use pull::{GitHub, Pr, go_file};
use service::Service;

/// More rounds of work than any test needs.
const MAX_ROUNDS: usize = 50;

/// How often a database is asked for that somebody still holds.
const MAX_WAITS: usize = 500;

/// The service under test, with a GitHub to work for.
pub(crate) struct Bot {
    /// The GitHub.
    pub(crate) github: GitHub,
    world: Arc<dyn GitHubWorld>,
    host: Host,
    service: Option<Service>,
    database: TempDir,
    /// What was in the queue when it was last drained; `None` while something may be in it.
    queue: Option<Queue>,
    /// How many jobs the test expects to be buried.
    buried: u64,
}

impl Bot {
    /// A fresh service on an empty database, with a GitHub that has one repository, `acme/shop`.
    pub(crate) async fn start() -> Self {
        let host = Host::start().await;
        #[expect(clippy::disallowed_methods, reason = "tests choose their GitHub by it")]
        let chosen = std::env::var("GO_EXPERT_TEST_GITHUB");
        let world: Arc<dyn GitHubWorld> = match chosen {
            Ok(root) => Arc::new(simulator::SimulatorWorld::start(&root, host.url())),
            Err(_) => Arc::new(standin::StandInWorld::start().await),
        };
        let database = tempfile::tempdir().unwrap();
        let mut bot = Self {
            github: GitHub::new(world.clone()),
            world,
            host,
            service: None,
            database,
            queue: None,
            buried: 0,
        };
        bot.boot().await;
        bot.world.create_repository("acme/shop", &texts::shop(), &texts::release());
        bot.drain().await;
        bot.github.requests();
        bot
    }

    async fn boot(&mut self) {
        let database = self.database.path().join("go-expert.db");
        let (wiring, clock) = (self.world.wiring(), self.world.clock());
        let mut service = Service::start(&wiring, &database, clock.clone()).await;
        // A kill ends everything at once. Here the tasks of the service that was dropped end a
        // moment later, and only then is its database free.
        for _ in 0..MAX_WAITS {
            if service.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
            service = Service::start(&wiring, &database, clock.clone()).await;
        }
        let service = service.unwrap();
        self.host.set(Some(service.router()));
        self.service = Some(service);
    }

    /// Kills the service where it stands, and starts it again on the same database.
    pub(crate) async fn restart(&mut self) {
        self.host.set(None);
        self.service = None;
        self.boot().await;
        self.queue = None;
    }

    /// Works until the App asked for the operation and got no answer, and kills it there. Order
    /// [`FaultKind::Hangs`] for it before.
    pub(crate) async fn kill_during(&mut self, operation: &str) {
        let service = self.service.take().unwrap();
        {
            let work = service.run_until_idle();
            tokio::pin!(work);
            loop {
                tokio::select! {
                    biased;
                    ended = &mut work => panic!("it ended before {operation}: {ended:?}"),
                    () = tokio::task::yield_now() => {}
                }
                if self.world.was_asked(operation) {
                    break;
                }
            }
        }
        drop(service);
        self.restart().await;
    }

    /// Delivers an event, signed as GitHub signs; asserts that it is accepted.
    pub(crate) async fn deliver(&mut self, event: Event) {
        let answer = self.try_deliver(event).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    /// Delivers an event, signed as GitHub signs.
    pub(crate) async fn try_deliver(&mut self, event: Event) -> Answer {
        self.queue = None;
        let (world, hook) = (self.world.clone(), self.host.url().to_owned());
        let sent = tokio::task::spawn_blocking(move || world.deliver(&event, &hook));
        sent.await.unwrap()
    }

    /// Posts anything to the webhook's address.
    pub(crate) async fn post(&self, headers: Vec<(&'static str, String)>, body: Vec<u8>) -> Answer {
        let hook = self.host.url().to_owned();
        let sent = move || http::send("POST", &hook, "/webhook", &headers, &body).unwrap();
        tokio::task::spawn_blocking(sent).await.unwrap()
    }

    /// Works until nothing is due, with what GitHub says to the App's own writes.
    pub(crate) async fn drain(&mut self) {
        for _ in 0..MAX_ROUNDS {
            let service = self.service.as_ref().unwrap();
            service.run_until_idle().await.unwrap();
            let (world, hook) = (self.world.clone(), self.host.url().to_owned());
            let own = tokio::task::spawn_blocking(move || world.deliver_own(&hook)).await.unwrap();
            let queue = service.store().queue().await.unwrap();
            if own == 0 {
                self.queue = Some(queue);
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// Works until the queue is empty, letting time pass where something waits for its time.
    pub(crate) async fn settle(&mut self) {
        for _ in 0..MAX_ROUNDS {
            self.drain().await;
            if self.queued() == 0 {
                return;
            }
            let store = self.service.as_ref().unwrap().store();
            let due = store.next_due().await.unwrap().expect("what is queued has a time");
            self.later(due.since(self.world.clock().now()) + Duration::from_millis(1)).await;
        }
        panic!("the queue does not become empty");
    }

    /// Lets time pass.
    pub(crate) async fn later(&self, by: Duration) {
        let world = self.world.clone();
        tokio::task::spawn_blocking(move || world.later(by)).await.unwrap();
    }

    /// How many jobs wait or run, as of the last drain.
    pub(crate) fn queued(&self) -> u64 {
        let queue = self.queue.as_ref().expect("drain first");
        queue.queued + queue.running
    }

    /// Why jobs were buried, newest first; the test expects as many of them.
    pub(crate) fn buried(&mut self) -> Vec<String> {
        let queue = self.queue.as_ref().expect("drain first");
        self.buried = queue.buried;
        queue.latest_buried.iter().map(|it| it.reason.clone()).collect()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let queue = self.queue.as_ref().expect("the test ends without a drain");
        assert_eq!((queue.queued, queue.running), (0, 0), "something is left in the queue");
        assert_eq!(queue.buried, self.buried, "jobs were buried: {:?}", queue.latest_buried);
        let unread = self.github.unread();
        assert!(unread.is_empty(), "nobody read what the App said:\n{}", unread.join("\n"));
        let complaints = self.world.complaints();
        assert!(complaints.is_empty(), "GitHub complains:\n{}", complaints.join("\n"));
    }
}
