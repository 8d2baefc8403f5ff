//! The REST operations that an App uses to read a pull request and to react.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::access::Refusal;
use super::json::{app, files, user};
use super::world::{CheckRun, World};
use super::{BOT, Shared, diff, lock};

/// What a handler answers.
pub(super) type Answer = Result<(StatusCode, Json<Value>), Refusal>;

pub(super) fn ok(value: Value) -> Answer {
    Ok((StatusCode::OK, Json(value)))
}

/// A request's body. Unknown keys are refused, since GitHub would ignore them silently.
pub(super) fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(bytes)
        .map_err(|error| Refusal::new(422, format!("Invalid request.\n\n{error}")))
}

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    #[serde(default = "Page::first")]
    page: usize,
    #[serde(default = "Page::usual")]
    per_page: usize,
    #[serde(default, rename = "check_name")]
    name: Option<String>,
    #[serde(default)]
    filter: Option<String>,
    #[serde(default)]
    app_id: Option<u64>,
}

impl Page {
    fn first() -> usize {
        1
    }

    fn usual() -> usize {
        30
    }

    fn cut<T>(&self, all: Vec<T>) -> Vec<T> {
        let size = self.per_page.clamp(1, 100);
        all.into_iter().skip(self.page.saturating_sub(1) * size).take(size).collect()
    }
}

/// `GET /app`.
pub(super) async fn get_app(State(shared): State<Shared>, headers: HeaderMap) -> Answer {
    lock(&shared).app(&headers)?;
    ok(app())
}

/// `POST /app/installations/{id}/access_tokens`.
pub(super) async fn access_token(
    State(shared): State<Shared>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Answer {
    let mut world = lock(&shared);
    world.app(&headers)?;
    Ok((StatusCode::CREATED, Json(world.mint(id)?)))
}

/// `GET …/compare/{base}...{head}`: the merge base, and what changed since.
pub(super) async fn compare(
    State(shared): State<Shared>,
    Path((owner, repo, range)): Path<(String, String, String)>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Answer {
    let world = lock(&shared);
    let repository = world.allowed(&headers, &format!("{owner}/{repo}"), ("contents", "read"))?;
    let (base, head) = range.split_once("...").ok_or_else(Refusal::not_found)?;
    let find = |name: &str| repository.history.resolve(name).ok_or_else(Refusal::not_found);
    let (base, head) = (find(base)?, find(head)?);
    let merge_base = repository.history.merge_base(&base.sha, &head.sha).ok_or_else(|| {
        Refusal::new(404, format!("No common ancestor between {} and {}.", base.sha, head.sha))
    })?;
    let ahead = repository.history.ahead(&base.sha, &head.sha);
    let behind = repository.history.ahead(&head.sha, &base.sha).len();
    let status = match (ahead.len(), behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let commits: Vec<Value> = page.cut(ahead.iter().map(|it| json!({ "sha": it.sha })).collect());
    let mut answer = json!({
        "base_commit": { "sha": base.sha }, "merge_base_commit": { "sha": merge_base.sha },
        "status": status, "ahead_by": ahead.len(), "behind_by": behind,
        "total_commits": ahead.len(), "commits": commits,
    });
    if page.page <= 1 {
        // All files that GitHub gives come with the first page.
        let mut diff = diff::between(&merge_base.files, &head.files);
        diff.truncate(world.limits.compare_files);
        answer["files"] = Value::Array(files(&diff, &world.limits));
    }
    ok(answer)
}

/// `GET …/pulls/{number}`.
pub(super) async fn pull(
    State(shared): State<Shared>,
    Path((owner, repo, number)): Path<(String, String, u64)>,
    headers: HeaderMap,
) -> Answer {
    let world = lock(&shared);
    let needs = ("pull_requests", "read");
    let repository = world.allowed(&headers, &format!("{owner}/{repo}"), needs)?;
    let pull = repository.pulls.get(&number).ok_or_else(Refusal::not_found)?;
    ok(world.pull_json(repository, pull))
}

/// `GET …/pulls/{number}/files`.
pub(super) async fn pull_files(
    State(shared): State<Shared>,
    Path((owner, repo, number)): Path<(String, String, u64)>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Answer {
    let world = lock(&shared);
    let needs = ("pull_requests", "read");
    let repository = world.allowed(&headers, &format!("{owner}/{repo}"), needs)?;
    let pull = repository.pulls.get(&number).ok_or_else(Refusal::not_found)?;
    let diff = page.cut(repository.diff(pull, &pull.head));
    ok(Value::Array(files(&diff, &world.limits)))
}

/// `GET …/git/blobs/{oid}`.
pub(super) async fn blob(
    State(shared): State<Shared>,
    Path((owner, repo, oid)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Answer {
    let world = lock(&shared);
    let repository = world.allowed(&headers, &format!("{owner}/{repo}"), ("contents", "read"))?;
    let bytes = repository.history.blob(&oid).ok_or_else(Refusal::not_found)?;
    // GitHub breaks the text into lines of 60 characters.
    let text = STANDARD.encode(bytes);
    let lines: Vec<&[u8]> = text.as_bytes().chunks(60).collect();
    let content = String::from_utf8_lossy(&lines.join(&b'\n')).into_owned() + "\n";
    ok(json!({ "sha": oid, "size": bytes.len(), "encoding": "base64", "content": content }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewReaction {
    content: String,
}

/// `POST …/issues/comments/{id}/reactions`: 201, or 200 when it was there already.
pub(super) async fn react(
    State(shared): State<Shared>,
    Path((owner, repo, id)): Path<(String, String, u64)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut world = lock(&shared);
    let name = format!("{owner}/{repo}");
    world.allowed(&headers, &name, ("issues", "write"))?;
    let NewReaction { content } = body(&bytes)?;
    let known = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];
    if !known.contains(&content.as_str()) {
        return Err(Refusal::new(422, "Validation Failed"));
    }
    let reaction = world.next_id();
    let repository = world.repository_mut(&name).ok_or_else(Refusal::not_found)?;
    let mut comments = repository.pulls.values_mut().flat_map(|it| &mut it.comments);
    let comment = comments.find(|it| it.id == id).ok_or_else(Refusal::not_found)?;
    let new = (BOT.to_owned(), content.clone());
    let known = comment.reactions.contains(&new);
    if !known {
        comment.reactions.push(new);
    }
    let status = if known { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(json!({ "id": reaction, "user": user(BOT), "content": content }))))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCheckRun {
    name: String,
    head_sha: String,
    #[serde(default)]
    external_id: String,
    status: String,
    conclusion: Option<String>,
    output: Output,
    /// Checked for their form only.
    #[serde(default)]
    started_at: Option<String>,
    #[serde(default)]
    completed_at: Option<String>,
    #[serde(default)]
    details_url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Output {
    title: String,
    summary: String,
}

/// `POST …/check-runs`.
pub(super) async fn create_check_run(
    State(shared): State<Shared>,
    Path((owner, repo)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut world = lock(&shared);
    let name = format!("{owner}/{repo}");
    let repository = world.allowed(&headers, &name, ("checks", "write"))?;
    let new: NewCheckRun = body(&bytes)?;
    if repository.history.get(&new.head_sha).is_none() {
        return Err(Refusal::new(422, format!("No commit found for SHA: {}", new.head_sha)));
    }
    let invalid = |what: &str| Err(Refusal::new(422, format!("Invalid request.\n\n{what}")));
    let conclusions = ["success", "failure", "neutral", "cancelled", "skipped", "timed_out"];
    match &new.conclusion {
        None if new.status == "completed" => return invalid("\"conclusion\" wasn't supplied."),
        Some(it) if !conclusions.contains(&it.as_str()) => return invalid("no such conclusion"),
        _ => {}
    }
    // docs.github.com, "Create a check run": 65,535 characters.
    if new.output.summary.chars().count() > 65_535 {
        return invalid("Only 65535 characters are allowed; the summary has more.");
    }
    let dates = [&new.started_at, &new.completed_at];
    if dates.into_iter().flatten().any(|it| !it.ends_with('Z')) {
        return invalid("not a valid date-time.");
    }
    drop(new.details_url);
    let run = CheckRun {
        id: world.next_id(),
        name: new.name,
        head: new.head_sha,
        external_id: new.external_id,
        status: new.status,
        conclusion: new.conclusion,
        title: new.output.title,
        summary: new.output.summary,
    };
    let Some(repository) = world.repository(&name) else { return Err(Refusal::not_found()) };
    let answer = world.check_run_json(repository, &run);
    world.emit(&name, "check_run", "created", |_| json!({ "check_run": answer }));
    if let Some(repository) = world.repository_mut(&name) {
        repository.check_runs.push(run);
    }
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `GET …/commits/{sha}/check-runs`.
pub(super) async fn check_runs(
    State(shared): State<Shared>,
    Path((owner, repo, sha)): Path<(String, String, String)>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Answer {
    let world = lock(&shared);
    let repository = world.allowed(&headers, &format!("{owner}/{repo}"), ("checks", "read"))?;
    let runs = repository.check_runs.iter().rev().filter(|it| it.head == sha);
    let runs = runs.filter(|it| page.name.as_ref().is_none_or(|name| *name == it.name));
    let mut runs: Vec<Value> = runs.map(|it| world.check_run_json(repository, it)).collect();
    if page.app_id.is_some_and(|it| it != super::APP_ID) {
        runs.clear();
    }
    // GitHub shows the latest of a name unless all are asked for; there is one name only.
    if page.filter.as_deref() != Some("all") {
        runs.truncate(1);
    }
    ok(json!({ "total_count": runs.len(), "check_runs": page.cut(runs) }))
}

/// Anything else: GitHub may have it, the stand-in has not. The judge wrote it down.
pub(super) async fn unknown() -> Refusal {
    Refusal::new(404, "the stand-in does not know this request")
}

impl World {
    /// Writes down an event that the App's own write causes.
    pub(super) fn emit(
        &mut self,
        repository: &str,
        event: &'static str,
        action: &str,
        more: impl FnOnce(&Self) -> Value,
    ) {
        let fields = more(self);
        if let Some(webhook) = self.webhook(event, Some(action), Some(repository), BOT, fields) {
            self.outbox.push(webhook);
        }
    }
}
