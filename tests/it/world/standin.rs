//! Our own stand-in, in this process, with a clock that tests turn.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use go_expert::demo::github::{
    APP_ID, Act, Changes, Conversation, Fault, NewPull, PRIVATE_KEY, Request, StandIn,
    WEBHOOK_SECRET, Webhook,
};
use go_expert::model::{Clock, Timestamp};
use serde_json::json;

use super::github::{AppEvent, Event, GitHubWorld};
use super::http::{self, Answer};
use super::service::Wiring;

/// When every test begins: 2026-01-01, in milliseconds.
const START: i64 = 1_767_225_600_000;

/// The stand-in as a world.
pub(crate) struct StandInWorld {
    standin: StandIn,
    now: Arc<AtomicI64>,
    requests: Mutex<Vec<Request>>,
}

impl StandInWorld {
    /// An empty one.
    pub(crate) async fn start() -> Self {
        let now = Arc::new(AtomicI64::new(START));
        let standin = StandIn::start(clock(&now)).await.unwrap();
        Self { standin, now, requests: Mutex::default() }
    }

    fn collect(&self) -> std::sync::MutexGuard<'_, Vec<Request>> {
        let mut requests = self.requests.lock().unwrap();
        requests.extend(self.standin.take_requests());
        requests
    }
}

fn clock(now: &Arc<AtomicI64>) -> Clock {
    let now = now.clone();
    Clock::from_fn(move || Timestamp(now.load(Ordering::SeqCst)))
}

impl GitHubWorld for StandInWorld {
    fn wiring(&self) -> Wiring {
        Wiring {
            api_url: self.standin.url().to_owned(),
            web_url: self.standin.url().to_owned(),
            app_id: APP_ID,
            private_key: PRIVATE_KEY.to_owned(),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
        }
    }

    fn clock(&self) -> Clock {
        clock(&self.now)
    }

    fn later(&self, by: Duration) {
        self.now.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    fn create_repository(&self, name: &str, files: &Changes, release: &Changes) {
        self.standin.create_repository(name, files);
        self.standin.commit(name, "release", release).unwrap();
    }

    fn open(&self, repository: &str, pull: NewPull) -> u64 {
        self.standin.open_pull(repository, pull).unwrap()
    }

    fn act(&self, repository: &str, number: u64, act: Act) -> Event {
        Event::Webhook(self.standin.act(repository, number, act).unwrap())
    }

    fn push(&self, repository: &str, number: u64, changes: &Changes, force: bool) -> Event {
        Event::Webhook(self.standin.push(repository, number, changes, force).unwrap())
    }

    fn comment(&self, repository: &str, number: u64, author: &str, text: &str) -> Event {
        Event::Webhook(self.standin.comment(repository, number, author, text).unwrap().1)
    }

    fn app_event(&self, event: AppEvent) -> Event {
        let webhook = match event {
            AppEvent::Ping => self.standin.ping(),
            AppEvent::Installed => self.standin.installation("acme", "created"),
            AppEvent::Uninstalled => self.standin.installation("acme", "deleted"),
            AppEvent::Unknown => Some(Webhook::new("star", &json!({ "action": "created" }))),
        };
        Event::Webhook(webhook.unwrap())
    }

    fn deliver(&self, event: &Event, hook: &str) -> Answer {
        let Event::Webhook(webhook) = event else { panic!("an order for another GitHub") };
        http::send("POST", hook, "/webhook", &webhook.headers(), &webhook.body).unwrap()
    }

    fn deliver_own(&self, hook: &str) -> usize {
        let own = self.standin.take_outbox();
        for webhook in &own {
            let event = Event::Webhook(webhook.clone());
            let answer = self.deliver(&event, hook);
            assert!((200..300).contains(&answer.status), "{}: {answer:?}", webhook.event);
        }
        own.len()
    }

    fn fault(&self, fault: Fault) {
        self.standin.fault(fault);
    }

    fn limit_patches(&self, lines: usize) {
        self.standin.limit(|it| it.patch_lines = lines);
    }

    fn conversation(&self, repository: &str, number: u64) -> Conversation {
        self.standin.conversation(repository, number).unwrap()
    }

    fn requests(&self) -> Vec<String> {
        let requests = std::mem::take(&mut *self.collect());
        let operations = requests.into_iter().map(|it| it.operation);
        operations.filter(|it| !it.starts_with("apps/")).collect()
    }

    fn was_asked(&self, operation: &str) -> bool {
        self.collect().iter().any(|it| it.operation == operation)
    }

    fn complaints(&self) -> Vec<String> {
        self.standin.take_complaints()
    }
}
