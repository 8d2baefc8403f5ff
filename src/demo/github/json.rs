//! GitHub's JSON for the objects of the stand-in: real shapes, the fields that matter.

use serde_json::{Value, json};

use super::diff::FileDiff;
use super::world::{CheckRun, IssueComment, Limits, Pull, Repository, Review, World};
use super::{APP_ID, APP_SLUG, BOT};
use crate::model::Timestamp;

/// A time as GitHub writes it: `2026-01-31T23:59:59Z`.
pub(super) fn time(at: Timestamp) -> String {
    let time = gix::date::Time::new(at.seconds(), 0);
    let text = time.format(gix::date::time::format::ISO8601_STRICT).unwrap_or_default();
    text.replace("+00:00", "Z")
}

/// A global node id. GitHub's are opaque; these are readable.
pub(super) fn node_id(kind: &str, id: u64) -> String {
    format!("{kind}_{id}")
}

/// The number in a node id of this kind.
pub(super) fn from_node_id(kind: &str, id: &str) -> Option<u64> {
    id.strip_prefix(kind)?.strip_prefix('_')?.parse().ok()
}

/// An account. Its id is made of its name, so that it is always the same.
pub(super) fn user(login: &str) -> Value {
    let id = login.bytes().fold(7_u64, |sum, it| (sum * 31 + u64::from(it)) % 1_000_003);
    let kind = match login {
        BOT => "Bot",
        "acme" => "Organization",
        _ => "User",
    };
    json!({ "login": login, "id": id, "node_id": node_id("U", id), "type": kind, "site_admin": false })
}

/// The App.
pub(super) fn app() -> Value {
    json!({
        "id": APP_ID, "slug": APP_SLUG, "node_id": node_id("A", APP_ID), "name": APP_SLUG,
        "owner": user("acme"), "external_url": "https://example.com", "events": super::EVENTS,
    })
}

impl World {
    /// A repository.
    pub(super) fn repository_json(&self, it: &Repository) -> Value {
        let name = it.full_name();
        json!({
            "id": it.id, "node_id": node_id("R", it.id), "name": it.name, "full_name": name,
            "private": true, "owner": user(&it.owner), "fork": false, "archived": false,
            "default_branch": "main",
            "html_url": format!("{}/{name}", self.url),
            "url": format!("{}/repos/{name}", self.url),
            "clone_url": format!("{}/{name}.git", self.url),
        })
    }

    /// A pull request, as REST and webhooks show it.
    pub(super) fn pull_json(&self, repository: &Repository, it: &Pull) -> Value {
        let (name, number) = (repository.full_name(), it.number);
        let repo = self.repository_json(repository);
        let side = |reference: &str, sha: &str| {
            json!({
                "label": format!("{}:{reference}", repository.owner), "ref": reference,
                "sha": sha, "user": user(&repository.owner), "repo": repo,
            })
        };
        let state = if it.open { "open" } else { "closed" };
        json!({
            "id": it.id, "node_id": node_id("PR", it.id), "number": number, "state": state,
            "title": it.title, "body": it.body, "draft": it.draft, "locked": false,
            "merged": false, "user": user(&it.author),
            "author_association": repository.association(&it.author),
            "head": side(&it.head_ref, &it.head),
            "base": side(&it.base_ref, &repository.base(it)),
            "html_url": format!("{}/{name}/pull/{number}", self.url),
            "url": format!("{}/repos/{name}/pulls/{number}", self.url),
            "commits": repository.commits(it).len(),
            "changed_files": repository.diff(it, &it.head).len(),
        })
    }

    /// A pull request, as the issue that it also is.
    pub(super) fn issue_json(&self, repository: &Repository, it: &Pull) -> Value {
        let (name, number) = (repository.full_name(), it.number);
        let state = if it.open { "open" } else { "closed" };
        let html = format!("{}/{name}/pull/{number}", self.url);
        let url = format!("{}/repos/{name}/pulls/{number}", self.url);
        json!({
            "id": it.id, "node_id": node_id("PR", it.id), "number": number, "state": state,
            "title": it.title, "body": it.body, "draft": it.draft, "locked": false,
            "user": user(&it.author),
            "author_association": repository.association(&it.author),
            "html_url": html, "pull_request": { "url": url, "html_url": html },
        })
    }

    /// A comment below a pull request.
    pub(super) fn comment_json(&self, repository: &Repository, it: &IssueComment) -> Value {
        json!({
            "id": it.id, "node_id": node_id("IC", it.id), "user": user(&it.author),
            "body": it.body, "author_association": repository.association(&it.author),
            "created_at": time(it.created), "updated_at": time(it.created),
            "performed_via_github_app": if it.author == BOT { app() } else { Value::Null },
        })
    }

    /// A review.
    pub(super) fn review_json(&self, repository: &Repository, pull: &Pull, it: &Review) -> Value {
        let (name, number) = (repository.full_name(), pull.number);
        json!({
            "id": it.id, "node_id": node_id("PRR", it.id), "user": user(&it.author),
            "body": it.body, "state": "COMMENTED", "commit_id": it.commit,
            "submitted_at": time(it.submitted),
            "html_url": format!("{}/{name}/pull/{number}#pullrequestreview-{}", self.url, it.id),
        })
    }

    /// A check run.
    pub(super) fn check_run_json(&self, repository: &Repository, it: &CheckRun) -> Value {
        let name = repository.full_name();
        json!({
            "id": it.id, "node_id": node_id("CR", it.id), "name": it.name, "head_sha": it.head,
            "external_id": it.external_id, "status": it.status, "conclusion": it.conclusion,
            "output": { "title": it.title, "summary": it.summary, "annotations_count": 0 },
            "html_url": format!("{}/{name}/runs/{}", self.url, it.id),
            "app": app(),
        })
    }
}

/// The files of a comparison or a pull request. Past GitHub's limits the patch is left out.
pub(super) fn files(diff: &[FileDiff], limits: &Limits) -> Vec<Value> {
    let file = |it: &FileDiff| {
        let (additions, deletions) = it.counts();
        let mut file = json!({
            "sha": it.oid, "filename": it.path, "status": it.status, "additions": additions,
            "deletions": deletions, "changes": additions + deletions,
        });
        let fits = |patch: &String| {
            patch.len() <= limits.patch_bytes && patch.lines().count() <= limits.patch_lines
        };
        if let Some(patch) = it.patch().filter(fits) {
            file["patch"] = Value::String(patch);
        }
        if let Some(previous) = &it.previous_path {
            file["previous_filename"] = Value::String(previous.clone());
        }
        file
    };
    diff.iter().map(file).collect()
}
