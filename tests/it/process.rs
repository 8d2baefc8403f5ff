//! The real binary as a process of its own: what it says at start, how it stops, how it dies.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use go_expert::demo::github::{
    APP_ID, Act, Fault, FaultKind, NewPull, PRIVATE_KEY, StandIn, WEBHOOK_SECRET, Webhook,
};
use go_expert::model::Clock;

use super::world::http::{self, Answer};
use super::world::texts;
use super::world::{Changes, go_file};

/// How long a process may take for anything: GitHub's reads may lag for ten seconds after a crash.
const PATIENCE: Duration = Duration::from_secs(60);

/// `go-expert serve` with these settings and no others.
fn serve(database: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_go-expert"));
    command.arg("serve").env_clear();
    command.env("GO_EXPERT_LISTEN", "127.0.0.1:0").env("GO_EXPERT_ADMIN_LISTEN", "127.0.0.1:0");
    command.env("GO_EXPERT_DATABASE_URL", format!("sqlite:{}", database.display()));
    for (name, value) in settings {
        command.env(format!("GO_EXPERT_{name}"), value);
    }
    command
}

/// A running service; killed when dropped.
struct Running {
    child: Child,
    /// Where its public routes are.
    url: String,
    /// What it said on the terminal until it listened.
    said: String,
}

impl Running {
    /// Starts it and waits until it says where it listens, on a line with `mark`.
    fn start(mut command: Command, mark: &str) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let url = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it ended:\n{said}")).unwrap();
            said.push_str(&line);
            said.push('\n');
            if line.contains(mark) {
                let from = line.find("http://").unwrap();
                let root: Vec<&str> = line[from..].splitn(4, '/').collect();
                break root[..3].join("/");
            }
        };
        // Nobody must ever wait for a reader of its log.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url, said }
    }

    fn get(&self, path: &str) -> Answer {
        http::send("GET", &self.url, path, &[], b"").unwrap()
    }

    fn deliver(&self, webhook: &Webhook) {
        let answer = http::send("POST", &self.url, "/webhook", &webhook.headers(), &webhook.body);
        assert_eq!(answer.unwrap().status, 202);
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; returns the exit code, if it was not a signal that ended it.
    fn wait(&mut self) -> Option<i32> {
        until(|| self.child.try_wait().unwrap()).code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again, as a person would.
#[track_caller]
fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begin.elapsed() < PATIENCE, "it did not happen");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn refused(settings: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let Output { status, stderr, .. } =
        serve(&folder.path().join("x.db"), settings).output().unwrap();
    assert_eq!(status.code(), Some(2));
    String::from_utf8(stderr).unwrap()
}

#[test]
fn partly_set_credentials_are_named() {
    insta::assert_snapshot!(refused(&[("APP_ID", "7")]), @r"
    go-expert: GO_EXPERT_PRIVATE_KEY_FILE is missing, while other credentials are set; set it to the path of the App's private key, a PEM file that the App's settings page generates
    GO_EXPERT_WEBHOOK_SECRET is missing, while other credentials are set; set it to the webhook secret of the App's settings page; several are separated by commas
    ");
}

#[test]
fn a_key_that_cannot_sign_is_named_and_not_shown() {
    let text = refused(&[("APP_ID", "7"), ("PRIVATE_KEY", "geheim"), ("WEBHOOK_SECRET", "s3cret")]);
    assert!(!text.contains("geheim") && !text.contains("s3cret"), "{text}");
    insta::assert_snapshot!(text, @r"go-expert: GO_EXPERT_PRIVATE_KEY holds no private key; set it to the App's private key, PEM (line breaks may be written as \n)");
}

#[test]
fn without_credentials_it_starts_in_setup_mode() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Running::start(serve(&folder.path().join("x.db"), &[]), "Open this link");
    assert_eq!(service.get("/healthz").status, 200);
    assert_eq!(service.get("/setup").status, 403);
    let from = service.said.find("/setup").unwrap();
    let link = service.said[from..].lines().next().unwrap().to_owned();
    let page = service.get(&link);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("GO_EXPERT_APP_ID"), "{}", page.body);
    let webhook = http::send("POST", &service.url, "/webhook", &[], b"{}").unwrap();
    assert_eq!(webhook.status, 503);

    service.signal("TERM");
    assert_eq!(service.wait(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_after_its_write_posts_nothing_twice() {
    let github = StandIn::start(Clock::system()).await.unwrap();
    github.create_repository("acme/shop", &texts::shop());
    let changes: Changes = go_file("ask.go", texts::LEAK);
    let pull =
        NewPull { title: "Ask".to_owned(), author: "alice".to_owned(), changes, draft: false };
    let number = github.open_pull("acme/shop", pull).unwrap();
    let opened = github.act("acme/shop", number, Act::Open).unwrap();
    let id = APP_ID.to_string();
    let settings = [
        ("APP_ID", id.as_str()),
        ("PRIVATE_KEY", PRIVATE_KEY),
        ("WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("GITHUB_API_URL", github.url()),
    ];
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("go-expert.db");
    let conversation = || github.conversation("acme/shop", number).unwrap();

    // The review is written, and its answer never comes: that is when the process is killed.
    github.fault(Fault {
        method: "POST",
        path: "/reviews".to_owned(),
        times: 1,
        kind: FaultKind::Hangs,
    });
    let (first, second, reviews, comments) = tokio::task::block_in_place(|| {
        let mut first = Running::start(serve(&database, &settings), "Taking webhooks");
        first.deliver(&opened);
        until(|| (conversation().reviews() > 0).then_some(()));
        first.signal("KILL");
        let killed = first.wait();

        let mut second = Running::start(serve(&database, &settings), "Taking webhooks");
        until(|| conversation().to_string().contains("1 open finding").then_some(()));
        second.signal("TERM");
        let it = conversation();
        (killed, second.wait(), it.reviews(), it.inline().count())
    });
    assert_eq!(first, None, "a killed process has no exit code");
    assert_eq!(second, Some(0));
    assert_eq!((reviews, comments), (1, 1));
}
