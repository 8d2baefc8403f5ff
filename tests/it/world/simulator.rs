//! A strict GitHub in another process, which judges every request against GitHub's own published
//! description. Its repositories are real git repositories, made here.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use go_expert::demo::github::{
    Act, Changes, Check, Conversation, Entry, Fault, FaultKind, Inline, NewPull, PRIVATE_KEY,
    WEBHOOK_SECRET,
};
use go_expert::model::{Clock, Side};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::github::{AppEvent, Event, GitHubWorld};
use super::http::{self, Answer};
use super::service::Wiring;

/// The simulator's own limit, put back after a test.
const PATCH_LINES: usize = 20_000;
/// The longest that a test really waits: GitHub's clock cannot be turned, and a `Retry-After` of a
/// test is one second.
const REALLY: Duration = Duration::from_millis(1_100);

/// One App and one account of a simulator, made for one test.
pub(crate) struct SimulatorWorld {
    root: String,
    app_id: u64,
    slug: String,
    /// The account that stands for `acme`.
    account: String,
    dir: TempDir,
    /// How far the App's clock is ahead of the real one, in milliseconds. GitHub accepts what is
    /// less than a minute ahead.
    ahead: std::sync::Arc<std::sync::atomic::AtomicI64>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: usize,
    heads: Vec<String>,
}

impl SimulatorWorld {
    /// Takes the simulator at `root` for one test, whose webhooks go to `hook`.
    pub(crate) fn start(root: &str, hook: &str) -> Self {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let slug = format!("go-expert-{}", &id[..8]);
        let account = format!("acme-{}", &id[..8]);
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("app.pem");
        std::fs::write(&key, PRIVATE_KEY).unwrap();
        let root = root.trim_end_matches('/').to_owned();
        http::json("POST", &root, "/_sim/reset", &json!({ "deliveries": true }));
        http::json("DELETE", &root, "/_sim/faults", &Value::Null);
        let organisation =
            json!({ "login": account, "type": "Organization", "members": ["alice"] });
        http::json("POST", &root, "/_sim/accounts", &organisation);
        let app = json!({
            "slug": slug, "name": slug, "owner": account, "webhook_secret": WEBHOOK_SECRET,
            "webhook_url": format!("{hook}/webhook"), "private_key_file": key,
            "permissions": {
                "contents": "read", "pull_requests": "write", "checks": "write",
                "issues": "write", "metadata": "read",
            },
            "events": ["pull_request", "issue_comment"],
        });
        let app = http::json("POST", &root, "/_sim/apps", &app);
        let app_id = app["id"].as_u64().unwrap();
        Self {
            root,
            app_id,
            slug,
            account,
            dir,
            ahead: std::sync::Arc::default(),
            state: Mutex::default(),
        }
    }

    fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        http::json(method, &self.root, &format!("/_sim/{path}"), body)
    }

    /// A repository's name over there.
    fn name(&self, repository: &str) -> String {
        repository.replacen("acme/", &format!("{}/", self.account), 1)
    }

    fn git_dir(&self, repository: &str) -> PathBuf {
        self.dir.path().join(format!("{}.git", repository.replace('/', "+")))
    }

    /// An account's name over there.
    fn login(&self, login: &str) -> String {
        let bot = format!("{}[bot]", self.slug);
        if login == go_expert::demo::github::BOT { bot } else { login.to_owned() }
    }

    fn order(&self, event: &str, action: &str, repository: &str, number: u64) -> Value {
        json!({
            "event": event, "action": action, "repo": self.name(repository), "pull": number,
            "app": self.app_id,
        })
    }

    fn git(&self, repository: &str, arguments: &[&str], input: &[u8]) -> String {
        let mut child = Command::new("git")
            .arg("--git-dir")
            .arg(self.git_dir(repository))
            .args(arguments)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("git is needed for the simulator's repositories");
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits to a branch on top of `parent`; the branch is made or forced.
    fn commit(
        &self,
        repository: &str,
        branch: &str,
        parent: Option<&str>,
        changes: &Changes,
    ) -> String {
        let mut stream = Vec::new();
        // A message that differs, so that no two commits have the same name.
        let message = format!("Work on {branch} {}", uuid::Uuid::new_v4());
        let head = format!(
            "reset refs/heads/{branch}\n{}commit refs/heads/{branch}\n\
             committer Alice <alice@example.com> 1767225600 +0000\ndata {}\n{message}\n{}",
            parent.map_or_else(String::new, |it| format!("from {it}\n\n")),
            message.len(),
            parent.map_or_else(String::new, |it| format!("from {it}\n")),
        );
        stream.extend_from_slice(head.as_bytes());
        for (path, bytes) in changes.iter() {
            match bytes {
                Some(bytes) => {
                    let line = format!("M 100644 inline {path}\ndata {}\n", bytes.len());
                    stream.extend_from_slice(line.as_bytes());
                    stream.extend_from_slice(bytes);
                    stream.push(b'\n');
                }
                None => stream.extend_from_slice(format!("D {path}\n").as_bytes()),
            }
        }
        self.git(repository, &["fast-import", "--quiet", "--force"], &stream);
        self.git(repository, &["rev-parse", &format!("refs/heads/{branch}")], b"")
    }

    fn pull(&self, repository: &str, number: u64) -> Value {
        let path = format!("state?repo={}&pull={number}", self.name(repository));
        let state = self.control("GET", &path, &Value::Null);
        state["repositories"][0].clone()
    }
}

impl GitHubWorld for SimulatorWorld {
    fn wiring(&self) -> Wiring {
        Wiring {
            api_url: self.root.clone(),
            web_url: self.root.clone(),
            app_id: self.app_id,
            private_key: PRIVATE_KEY.to_owned(),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
        }
    }

    fn clock(&self) -> Clock {
        let (system, ahead) = (Clock::system(), self.ahead.clone());
        Clock::from_fn(move || {
            let ahead = ahead.load(std::sync::atomic::Ordering::SeqCst);
            system.now() + Duration::from_millis(u64::try_from(ahead).unwrap_or(0))
        })
    }

    fn later(&self, by: Duration) {
        let really = by.min(REALLY);
        // The simulator measures real time, so some of it has to pass.
        std::thread::sleep(really);
        let rest = i64::try_from((by - really).as_millis()).unwrap();
        self.ahead.fetch_add(rest, std::sync::atomic::Ordering::SeqCst);
    }

    fn create_repository(&self, name: &str, files: &Changes, release: &Changes) {
        let dir = self.git_dir(name);
        let made = Command::new("git").args(["init", "--quiet", "--bare"]).arg(&dir).status();
        assert!(made.unwrap().success());
        self.git(name, &["symbolic-ref", "HEAD", "refs/heads/main"], b"");
        let root = self.commit(name, "main", None, files);
        self.commit(name, "release", Some(&root), release);
        let repository = json!({
            "full_name": self.name(name), "git": dir, "default_branch": "main", "private": true,
            "collaborators": { "bob": "write" },
        });
        self.control("POST", "repositories", &repository);
        let apps = self.control("GET", "apps", &Value::Null);
        let ours = apps.as_array().unwrap().iter().find(|it| it["id"] == json!(self.app_id));
        if ours.unwrap()["installations"].as_array().unwrap().is_empty() {
            let installation = json!({ "app": self.app_id, "account": self.account });
            self.control("POST", "installations", &installation);
        }
    }

    fn open(&self, repository: &str, pull: NewPull) -> u64 {
        let branch = format!("change-{}", uuid::Uuid::new_v4().simple());
        let tip = self.git(repository, &["rev-parse", "refs/heads/main"], b"");
        let head = self.commit(repository, &branch, Some(&tip), &pull.changes);
        let spec = json!({
            "repo": self.name(repository), "title": pull.title, "user": pull.author,
            "base": "main", "head": head, "head_ref": branch, "draft": pull.draft,
        });
        let made = self.control("POST", "pulls", &spec);
        self.state.lock().unwrap().heads.push(head);
        made["number"].as_u64().unwrap()
    }

    fn act(&self, repository: &str, number: u64, act: Act) -> Event {
        let action = match &act {
            Act::Open => "opened",
            Act::Reopen => "reopened",
            Act::Ready => "ready_for_review",
            Act::Draft => "converted_to_draft",
            Act::Close => "closed",
            Act::Retarget(_) | Act::Rename(_) => "edited",
        };
        let mut order = self.order("pull_request", action, repository, number);
        match act {
            Act::Rename(title) => order["title"] = json!(title),
            // The simulator cannot do this; it can say that it was done.
            Act::Retarget(branch) => {
                let from = json!({ "ref": { "from": "main" }, "sha": { "from": "0".repeat(40) } });
                order["payload"] = json!({
                    "changes": { "base": from },
                    "pull_request": { "base": { "ref": branch } },
                });
            }
            _ => {}
        }
        Event::Order(order, uuid::Uuid::new_v4().to_string())
    }

    fn push(&self, repository: &str, number: u64, changes: &Changes, force: bool) -> Event {
        let before = self.pull(repository, number)["pulls"][0]["head_sha"].clone();
        let tip = self.git(repository, &["rev-parse", "refs/heads/main"], b"");
        let parent = if force { tip.as_str() } else { before.as_str().unwrap() };
        let branch = format!("push-{}", uuid::Uuid::new_v4().simple());
        let head = self.commit(repository, &branch, Some(parent), changes);
        let push = json!({ "repo": self.name(repository), "pull": number, "head": head });
        self.control("POST", "push", &push);
        self.state.lock().unwrap().heads.push(head);
        let mut order = self.order("pull_request", "synchronize", repository, number);
        order["before"] = before;
        Event::Order(order, uuid::Uuid::new_v4().to_string())
    }

    fn comment(&self, repository: &str, number: u64, author: &str, text: &str) -> Event {
        let mut order = self.order("issue_comment", "created", repository, number);
        order["text"] = json!(text);
        order["sender"] = json!(self.login(author));
        Event::Order(order, uuid::Uuid::new_v4().to_string())
    }

    fn app_event(&self, event: AppEvent) -> Event {
        let order = match event {
            AppEvent::Ping => json!({ "event": "ping", "app": self.app_id }),
            AppEvent::Installed | AppEvent::Uninstalled => {
                let action = if event == AppEvent::Installed { "created" } else { "deleted" };
                json!({
                    "event": "installation", "action": action, "account": self.account,
                    "app": self.app_id,
                })
            }
            AppEvent::Unknown => {
                json!({ "event": "star", "action": "created", "app": self.app_id })
            }
        };
        Event::Order(order, uuid::Uuid::new_v4().to_string())
    }

    fn deliver(&self, event: &Event, _hook: &str) -> Answer {
        let Event::Order(order, guid) = event else { panic!("a delivery of another GitHub") };
        let sent = self.control("GET", "deliveries?n=1000", &Value::Null);
        let earlier = sent.as_array().unwrap().iter().find(|it| it["guid"] == json!(guid));
        let delivery = match earlier {
            Some(it) => self.control("POST", "redeliver", &json!({ "id": it["id"] })),
            None => {
                let mut order = order.clone();
                order["guid"] = json!(guid);
                self.control("POST", "deliver", &order)["deliveries"][0].clone()
            }
        };
        Answer {
            status: u16::try_from(delivery["status_code"].as_u64().unwrap_or(0)).unwrap(),
            body: delivery["response_body"].as_str().unwrap_or_default().to_owned(),
        }
    }

    fn deliver_own(&self, _hook: &str) -> usize {
        // The simulator delivers by itself.
        self.control("POST", "settle", &json!({ "timeout": 20 }));
        0
    }

    fn fault(&self, fault: Fault) {
        let mut spec = json!({
            "method": fault.method, "path": fault.path.replace('.', "\\."), "times": fault.times,
        });
        let (kind, when) = match fault.kind {
            FaultKind::Before(_) => ("status", "before"),
            FaultKind::After(_) => ("status", "after"),
            FaultKind::Dropped => ("reset", "after"),
            FaultKind::Hangs => ("timeout", "after"),
            FaultKind::RetryAfter(_) => ("secondary", "before"),
        };
        (spec["kind"], spec["when"]) = (json!(kind), json!(when));
        match fault.kind {
            FaultKind::Before(status) | FaultKind::After(status) => spec["status"] = json!(status),
            FaultKind::RetryAfter(seconds) => {
                (spec["status"], spec["retry_after"]) = (json!(403), json!(seconds));
            }
            FaultKind::Hangs => spec["seconds"] = json!(5),
            FaultKind::Dropped => {}
        }
        self.control("POST", "faults", &spec);
    }

    fn limit_patches(&self, lines: usize) {
        self.control("POST", "limits", &json!({ "patch_file_max_lines": lines }));
    }

    fn conversation(&self, repository: &str, number: u64) -> Conversation {
        let found = self.pull(repository, number);
        let pull = &found["pulls"][0];
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let list = |it: &Value| it.as_array().cloned().unwrap_or_default();
        let line = |it: &Value| it.as_u64().map(|it| u32::try_from(it).unwrap());
        let author = |it: &Value| {
            let login = it["user"].as_str().unwrap_or_default();
            if login == format!("{}[bot]", self.slug) {
                go_expert::demo::github::BOT.to_owned()
            } else {
                login.to_owned()
            }
        };
        let comments: Vec<Value> =
            list(&pull["threads"]).iter().filter_map(|it| it["comments"].get(0).cloned()).collect();
        let inline = |it: &Value| Inline {
            path: text(&it["path"]),
            side: if it["side"] == json!("LEFT") { Side::Left } else { Side::Right },
            line: line(&it["line"]),
            start_line: line(&it["start_line"]),
            original_line: line(&it["original_line"]).unwrap_or(0),
            hunk: String::new(),
            body: text(&it["body"]),
            edited: false,
            hidden: it["minimized"].as_str().map(str::to_lowercase),
        };
        let reviews = list(&pull["reviews"]).into_iter().map(|review| Entry::Review {
            author: author(&review),
            body: text(&review["body"]),
            edited: false,
            comments: comments
                .iter()
                .filter(|it| it["review"] == review["id"])
                .map(inline)
                .collect(),
        });
        let below = list(&pull["comments"]).into_iter().map(|it| Entry::Comment {
            author: author(&it),
            body: text(&it["body"]),
            reactions: list(&it["reactions"])
                .iter()
                .map(|it| (text(&it["content"]), author(it)))
                .collect(),
        });
        let heads = &self.state.lock().unwrap().heads;
        let runs = list(&found["check_runs"]);
        let runs = runs.iter().filter(|it| heads.contains(&text(&it["head_sha"])));
        let checks = runs.map(|it| Check {
            name: text(&it["name"]),
            head: text(&it["head_sha"]),
            conclusion: text(&it["conclusion"]),
            title: text(&it["title"]),
            summary: text(&it["summary"]),
        });
        Conversation {
            title: text(&pull["title"]),
            number,
            state: if pull["state"] == json!("open") { "Open" } else { "Closed" },
            entries: reviews.chain(below).collect(),
            checks: checks.collect(),
        }
    }

    fn requests(&self) -> Vec<String> {
        let all = self.control("GET", "requests?n=5000", &Value::Null);
        let all = all.as_array().cloned().unwrap_or_default();
        let seen = std::mem::replace(&mut self.state.lock().unwrap().seen, all.len());
        let new = all.iter().skip(seen).map(operation);
        new.filter(|it| !it.starts_with("apps/")).collect()
    }

    fn was_asked(&self, wanted: &str) -> bool {
        let all = self.control("GET", "requests?n=5000", &Value::Null);
        let seen = self.state.lock().unwrap().seen;
        let all = all.as_array().cloned().unwrap_or_default();
        all.iter().skip(seen).any(|it| operation(it) == wanted)
    }

    fn complaints(&self) -> Vec<String> {
        let report = self.control("GET", "report", &Value::Null);
        let list = report["violations"]["list"].as_array().cloned().unwrap_or_default();
        list.iter().map(|it| format!("{}: {}", it["kind"], it["detail"])).collect()
    }
}

/// The name of an operation. The simulator does not tell the names of GraphQL operations.
fn operation(request: &Value) -> String {
    request["operation"].as_str().unwrap_or("graphql").to_owned()
}

impl Drop for SimulatorWorld {
    fn drop(&mut self) {
        // What a test changed for everybody is put back.
        let limits = json!({ "patch_file_max_lines": PATCH_LINES }).to_string();
        let headers = [("Content-Type", "application/json".to_owned())];
        let _ = http::send("POST", &self.root, "/_sim/limits", &headers, limits.as_bytes());
    }
}
