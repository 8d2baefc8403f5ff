//! Signed deliveries of the size and shape that GitHub sends.
//!
//! The stand-in's webhooks have the fields that matter; here they get all the addresses and counts
//! that GitHub's have beside them (docs.github.com, "Webhook events and payloads").

use go_expert::demo::github::{Changes, NewPull, StandIn, Webhook};
use go_expert::model::Clock;
use serde_json::{Map, Value, json};

/// How many accounts the App is installed on.
const ACCOUNTS: usize = 16;
/// How many pull requests each of them has.
const PULLS: usize = 16;

/// The addresses of an account, below its own.
const USER: &str = "followers following{/other_user} gists{/gist_id} starred{/owner}{/repo} \
    subscriptions orgs repos events{/privacy} received_events";

/// The addresses of a repository, below its own.
const REPOSITORY: &str = "forks keys{/key_id} collaborators{/collaborator} teams hooks \
    issues/events{/number} events assignees{/user} branches{/branch} tags git/blobs{/sha} \
    git/tags{/sha} git/refs{/sha} git/trees{/sha} statuses/{sha} languages stargazers \
    contributors subscribers subscription commits{/sha} git/commits{/sha} comments{/number} \
    issues/comments{/number} contents/{+path} compare/{base}...{head} merges \
    {archive_format}{/ref} downloads issues{/number} pulls{/number} milestones{/number} \
    notifications{?since,all,participating} labels{/name} releases{/id} deployments";

/// The addresses of a pull request, below its own.
const PULL: &str = "commits comments{/number} comments statuses issue html diff patch";

/// Deliveries of many pull requests of several accounts; none of them has to exist.
pub(crate) async fn deliveries() -> anyhow::Result<Vec<Webhook>> {
    let github = StandIn::start(Clock::system()).await?;
    let mut all = Vec::new();
    for account in 0..ACCOUNTS {
        let name = format!("account-{account}/warehouse");
        all.extend(pushes(&github, &name, PULLS, &Changes::new(), &small("a")));
    }
    anyhow::ensure!(all.len() == ACCOUNTS * PULLS, "the stand-in opened no pull requests");
    Ok(all)
}

fn small(text: &str) -> Changes {
    Changes::new().write("a.txt", text)
}

/// Makes a repository, opens pull requests and pushes to each once: the webhooks of the pushes.
pub(crate) fn pushes(
    github: &StandIn,
    repository: &str,
    pulls: usize,
    base: &Changes,
    change: &Changes,
) -> Vec<Webhook> {
    github.create_repository(repository, base);
    (0..pulls)
        .filter_map(|at| {
            let title = format!("Count what leaves the warehouse, part {at}");
            let (author, changes) = ("alice".to_owned(), change.clone());
            let pull = NewPull { title, author, changes, draft: false };
            let number = github.open_pull(repository, pull)?;
            let webhook = github.push(repository, number, &small("b"), false)?;
            grown(webhook)
        })
        .collect()
}

/// The same webhook with everything that GitHub sends along.
fn grown(webhook: Webhook) -> Option<Webhook> {
    let mut payload = serde_json::from_slice(&webhook.body).ok()?;
    grow(&mut payload);
    if let Some(pull) = payload.get_mut("pull_request").and_then(Value::as_object_mut) {
        addresses(pull, PULL);
        for (name, value) in [
            ("assignee", Value::Null),
            ("assignees", json!([])),
            ("requested_reviewers", json!([pull["user"], pull["user"]])),
            ("requested_teams", json!([])),
            ("labels", json!([])),
            ("milestone", Value::Null),
            ("merged_by", Value::Null),
            ("merge_commit_sha", pull["head"]["sha"].clone()),
            ("created_at", json!("2026-01-01T00:00:00Z")),
            ("updated_at", json!("2026-01-01T00:00:00Z")),
            ("body", json!("What leaves the warehouse is counted where it leaves.\n".repeat(80))),
        ] {
            pull.insert(name.to_owned(), value);
        }
    }
    Some(Webhook { body: payload.to_string().into_bytes(), ..webhook })
}

/// Accounts and repositories, wherever they are, with their addresses.
fn grow(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(grow),
        Value::Object(fields) => {
            fields.values_mut().for_each(grow);
            if let Some(login) = fields.get("login").and_then(Value::as_str) {
                let url = format!("https://api.github.com/users/{login}");
                fields.insert("url".to_owned(), json!(url));
                fields.insert("avatar_url".to_owned(), json!(format!("{url}/avatar?v=4")));
                fields.insert("gravatar_id".to_owned(), json!(""));
                addresses(fields, USER);
            }
            if fields.contains_key("full_name") {
                addresses(fields, REPOSITORY);
                for count in ["size", "stargazers_count", "watchers_count", "forks_count"] {
                    fields.insert(count.to_owned(), json!(1234));
                }
                for has in ["has_issues", "has_projects", "has_wiki", "has_pages"] {
                    fields.insert(has.to_owned(), json!(true));
                }
                for text in ["description", "homepage", "language", "license", "mirror_url"] {
                    fields.insert(text.to_owned(), Value::Null);
                }
                fields.insert("topics".to_owned(), json!(["go", "warehouse"]));
                fields.insert("visibility".to_owned(), json!("private"));
            }
        }
        _ => {}
    }
}

fn addresses(fields: &mut Map<String, Value>, below: &str) {
    let root = fields.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    for path in below.split_whitespace() {
        let name: String = path.chars().take_while(|it| *it != '{').collect();
        let name = name.trim_matches('/').replace('/', "_");
        fields.entry(format!("{name}_url")).or_insert_with(|| json!(format!("{root}/{path}")));
    }
}

/// One delivery, ready to be sent under any id: HTTP up to the id, and from there on.
pub(crate) struct Prepared {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Prepared {
    /// Signs a webhook for the server at `host`.
    pub(crate) fn new(webhook: &Webhook, host: &str) -> Self {
        let mut before = format!("POST /webhook HTTP/1.1\r\nHost: {host}\r\n");
        for (name, value) in webhook.headers() {
            if name != "X-GitHub-Delivery" {
                before.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        before.push_str(&format!("Content-Length: {}\r\n", webhook.body.len()));
        before.push_str("X-GitHub-Delivery: ");
        let mut after = b"\r\n\r\n".to_vec();
        after.extend_from_slice(&webhook.body);
        Self { before: before.into_bytes(), after }
    }

    /// The request, with an id of its own.
    pub(crate) fn request(&self, request: &mut Vec<u8>) {
        request.clear();
        request.extend_from_slice(&self.before);
        request.extend_from_slice(uuid::Uuid::new_v4().to_string().as_bytes());
        request.extend_from_slice(&self.after);
    }
}

/// All webhooks, signed for the server at `host`: signing is the sender's work, and not measured.
pub(crate) fn prepared(webhooks: &[Webhook], host: &str) -> Vec<Prepared> {
    webhooks.iter().map(|it| Prepared::new(it, host)).collect()
}
