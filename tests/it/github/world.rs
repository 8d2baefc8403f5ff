//! One repository on the stand-in, with an App installed.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use go_expert::github::{Ask, Fetched, GitHub, Options, OurComment, Session, Snapshot};
use go_expert::model::{
    BlobOid, Clock, CommitSha, InstallationId, Patch, PrNumber, RepoName, Tree,
};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

pub(super) struct World {
    control: Control,
    git: tempfile::TempDir,
    pub repo: RepoName,
    pub options: Options,
    pub github: GitHub,
    pub installation: InstallationId,
}

/// The control interface of the stand-in.
struct Control {
    url: String,
    http: Client<HttpConnector, Full<bytes::Bytes>>,
}

impl Control {
    async fn send(&self, method: Method, path: &str, body: Value) -> Value {
        let body = Full::from(bytes::Bytes::from(body.to_string()));
        let uri = format!("{}/_sim/{path}", self.url);
        let request = Request::builder().method(method).uri(uri).body(body).unwrap();
        let response = self.http.request(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(status.is_success(), "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }
}

/// The stand-in's address, if the tests were given one.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment")]
#[expect(clippy::print_stderr, reason = "a test that does nothing says so")]
fn address(test: &str) -> Option<String> {
    let url = std::env::var("GO_EXPERT_TEST_GITHUB").ok();
    if url.is_none() {
        eprintln!("{test} skipped: set GO_EXPERT_TEST_GITHUB (see tests/conformance.sh)");
    }
    url
}

impl World {
    /// An empty repository `<test>/shop`, or `None` when there is no stand-in.
    pub(super) async fn open(test: &str) -> Option<Self> {
        let http = Client::builder(TokioExecutor::new()).build_http();
        let control = Control { url: address(test)?, http };
        let unique = format!("{test}-{}", uuid::Uuid::new_v4().simple());
        let permissions = json!({"contents": "read", "pull_requests": "write", "checks": "write",
            "issues": "write"});
        let app = json!({"slug": unique, "owner": unique, "permissions": permissions});
        let app = control.send(Method::POST, "apps", app).await;
        let installed = json!({"account": unique, "app": app["id"]});
        let installed = control.send(Method::POST, "installations", installed).await;
        control.send(Method::POST, "reset", json!({})).await;
        control.send(Method::DELETE, "faults", json!({})).await;
        let options = Options {
            api_url: control.url.clone(),
            app_id: app["id"].to_string(),
            private_key: app["pem"].as_str().unwrap().into(),
            timeout: Duration::from_secs(20),
        };
        let world = Self {
            github: GitHub::new(&options, Clock::system()).unwrap(),
            git: tempfile::tempdir().unwrap(),
            repo: format!("{unique}/shop").parse().unwrap(),
            installation: InstallationId(installed["id"].as_u64().unwrap()),
            options,
            control,
        };
        world.git(&["init", "-q", "-b", "main"]);
        Some(world)
    }

    /// The control interface of the stand-in.
    pub(super) async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        self.control.send(method, path, body).await
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        let identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
        let mut git = Command::new("git");
        git.current_dir(self.git.path()).args(identity).args(args);
        let output = git.output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Writes a file into the work tree.
    pub(super) fn file(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.git.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub(super) fn dir(&self) -> &Path {
        self.git.path()
    }

    /// Commits the work tree.
    pub(super) fn commit(&self) -> CommitSha {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", "Change"]);
        self.git(&["rev-parse", "HEAD"]).parse().unwrap()
    }

    /// Commits the work tree as branch `feature`, and opens pull request 1 from it to `main`.
    pub(super) async fn pull_request(&self) -> CommitSha {
        self.git(&["checkout", "-qb", "feature"]);
        let head = self.commit();
        let repository = json!({"full_name": self.repo.to_string(), "git": self.dir(),
            "default_branch": "main", "pulls": [{"number": 1, "title": "Change the shop",
            "body": "Please.", "user": "ann", "base": "main", "head": "feature"}]});
        self.control(Method::POST, "repositories", repository).await;
        head
    }

    pub(super) fn session(&self) -> Session {
        self.github.session(self.installation)
    }

    /// The pull request, read in a session of its own.
    pub(super) async fn snapshot(&self, head: &CommitSha) -> Snapshot {
        let session = self.session();
        match session.snapshot(&self.ask(head), |_| Vec::new()).await.unwrap() {
            Fetched::Go(it) => *it,
            Fetched::NoGo(_) => panic!("no Go in it"),
        }
    }

    pub(super) fn ask<'a>(&'a self, head: &'a CommitSha) -> Ask<'a> {
        let (repo, pr) = (&self.repo, PrNumber(1));
        Ask { repo, pr, base_ref: "main", head, even_without_go: false }
    }

    pub(super) async fn fault(&self, fault: Value) {
        self.control(Method::POST, "faults", fault).await;
    }

    /// What the stand-in found wrong with our requests.
    pub(super) async fn violations(&self) -> String {
        let report = self.control(Method::GET, "report", json!({})).await;
        let violations = &report["violations"]["list"];
        let own = &report["simulator_schema_errors"];
        format!("{violations} {own} {}", report["advice"])
    }
}

/// A snapshot as text: what changed, what was read, what was not.
pub(super) fn show(it: &Snapshot) -> String {
    let mut out = format!(
        "{} by {} into {}, open: {}, draft: {}, complete: {}\n",
        it.title,
        it.author.as_deref().unwrap_or("nobody"),
        it.base_ref,
        it.open,
        it.draft,
        it.complete
    );
    for file in &it.change.files {
        let patch = match &file.patch {
            Patch::Hunks(hunks) => format!("{} lines", hunks.lines().count()),
            other => format!("{other:?}"),
        };
        let from = file.previous_path.as_deref().map(|it| format!(" from {it}"));
        let from = from.unwrap_or_default();
        out += &format!("{:?} {}{from}: {patch}\n", file.status, file.path);
    }
    let tree = |tree: &Tree| {
        let files = tree.files.iter().map(|it| {
            let mark = if it.lossy { "?" } else { "" };
            format!(" {}{mark}({})", it.path, it.text.len())
        });
        files.collect::<String>()
    };
    out += &format!("base:{}\nhead:{}\n", tree(&it.change.base), tree(&it.change.head));
    for it in &it.change.unread {
        out += &format!("unread: {} {:?}\n", it.path, it.reason);
    }
    out
}

/// Our comments as text.
pub(super) fn comments(of: &[OurComment]) -> String {
    let line = |it: &OurComment| {
        let line = it.line.map_or("outdated".to_owned(), |it| it.to_string());
        let folded = if it.minimised { " folded" } else { "" };
        format!("{}:{line} {:?}{folded} {}", it.path, it.side, it.body)
    };
    of.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// No more blobs.
pub(super) fn nothing(_: &[OurComment]) -> Vec<BlobOid> {
    Vec::new()
}
