//! GitHub's JSON: the fields that we read and write, and nothing else. The one place that names
//! them.
//!
//! REST: <https://docs.github.com/rest>; GraphQL: <https://docs.github.com/graphql/reference>.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::model::{BlobOid, CommitSha, Side};

// ---------------------------------------------------------------------------------- requests

/// A GraphQL request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphQl<'a> {
    pub operation_name: &'a str,
    pub query: &'a str,
    pub variables: BTreeMap<String, Variable<'a>>,
}

/// The value of a GraphQL variable.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Variable<'a> {
    Number(u64),
    Text(&'a str),
    Owned(String),
}

/// `POST /repos/{o}/{r}/pulls/{n}/reviews`.
#[derive(Debug, Serialize)]
pub(super) struct CreateReview<'a> {
    pub commit_id: &'a CommitSha,
    pub event: &'static str,
    pub body: String,
    pub comments: Vec<CreateComment<'a>>,
}

/// An inline comment of a new review.
#[derive(Debug, Serialize)]
pub(super) struct CreateComment<'a> {
    pub path: &'a str,
    pub side: Side,
    pub line: u32,
    /// Only of a range: GitHub refuses a range of one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_side: Option<Side>,
    pub body: String,
}

/// `PUT /repos/{o}/{r}/pulls/{n}/reviews/{id}`.
#[derive(Debug, Serialize)]
pub(super) struct UpdateReview {
    pub body: String,
}

/// `POST /repos/{o}/{r}/check-runs`.
#[derive(Debug, Serialize)]
pub(super) struct CreateCheckRun<'a> {
    pub name: &'a str,
    pub head_sha: &'a CommitSha,
    pub external_id: &'a str,
    pub status: &'static str,
    pub conclusion: &'static str,
    pub output: CheckOutput,
}

/// What a check run shows.
#[derive(Debug, Serialize)]
pub(super) struct CheckOutput {
    pub title: String,
    pub summary: String,
}

/// `POST /repos/{o}/{r}/issues/comments/{id}/reactions`.
#[derive(Debug, Serialize)]
pub(super) struct CreateReaction {
    pub content: &'static str,
}

// ------------------------------------------------------------------------------ REST answers

/// What GitHub says when it refuses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    pub message: String,
    /// Texts, or objects with a `message`, or with `field` and `code`.
    pub errors: Vec<serde_json::Value>,
}

impl Refusal {
    /// The message with what GitHub says about the fields, as one line.
    pub(super) fn text(&self) -> String {
        let mut text = self.message.clone();
        for error in &self.errors {
            let field = |name| error.get(name).and_then(serde_json::Value::as_str);
            let detail = error.as_str().or_else(|| field("message")).map(str::to_owned);
            let detail = detail.or_else(|| Some(format!("{} {}", field("field")?, field("code")?)));
            if let Some(detail) = detail {
                text.push_str("; ");
                text.push_str(&detail);
            }
        }
        text
    }
}

/// `POST /app/installations/{id}/access_tokens`.
#[derive(Debug, Deserialize)]
pub(super) struct AccessToken {
    #[serde(deserialize_with = "secret")]
    pub token: SecretString,
    pub expires_at: chrono::DateTime<chrono::Utc>,
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
}

/// `GET /app`.
#[derive(Debug, Deserialize)]
pub(super) struct App {
    pub id: u64,
    pub slug: String,
}

/// `GET /repos/{o}/{r}/compare/{base}...{head}`.
#[derive(Debug, Deserialize)]
pub(super) struct Comparison {
    pub merge_base_commit: CommitRef,
    /// On the first page only, and never more than 300.
    #[serde(default)]
    pub files: Vec<File>,
}

/// A commit, by name.
#[derive(Debug, Deserialize)]
pub(super) struct CommitRef {
    pub sha: CommitSha,
}

/// A file of a comparison or of a pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct File {
    pub filename: Arc<str>,
    #[serde(default)]
    pub previous_filename: Option<Arc<str>>,
    pub status: FileStatus,
    /// The blob at the head; at the base for a removed file; none for some submodules.
    #[serde(default)]
    pub sha: Option<BlobOid>,
    #[serde(default)]
    pub changes: u64,
    #[serde(default)]
    pub patch: Option<Arc<str>>,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FileStatus {
    Added,
    Copied,
    Removed,
    Modified,
    /// Its mode or kind changed.
    Changed,
    Renamed,
    Unchanged,
}

/// `GET /repos/{o}/{r}/pulls/{n}`.
#[derive(Debug, Deserialize)]
pub(super) struct PullRequest {
    pub title: String,
    pub body: Option<String>,
    pub draft: bool,
    pub state: String,
    pub head: Branch,
    pub base: Branch,
    /// None for a deleted account.
    pub user: Option<Actor>,
}

/// One end of a pull request.
#[derive(Debug, Deserialize)]
pub(super) struct Branch {
    #[serde(rename = "ref")]
    pub name: String,
    pub sha: CommitSha,
}

/// An account.
#[derive(Debug, Deserialize)]
pub(super) struct Actor {
    pub login: String,
}

/// A review that was created.
#[derive(Debug, Deserialize)]
pub(super) struct CreatedReview {
    pub id: u64,
    pub node_id: String,
}

/// `GET /repos/{o}/{r}/commits/{sha}/check-runs`.
#[derive(Debug, Deserialize)]
pub(super) struct CheckRuns {
    pub total_count: u64,
    pub check_runs: Vec<CheckRun>,
}

/// A check run.
#[derive(Debug, Deserialize)]
pub(super) struct CheckRun {
    pub id: u64,
    #[serde(default)]
    pub external_id: Option<String>,
}

// --------------------------------------------------------------------------- GraphQL answers

/// A GraphQL answer: it comes with status 200 also when it is an error.
#[derive(Debug, Deserialize)]
pub(super) struct GraphQlAnswer<T> {
    #[serde(default = "Option::default")]
    pub data: Option<T>,
    #[serde(default)]
    pub errors: Vec<GraphQlError>,
}

/// Why a GraphQL request, or one alias of it, failed.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct GraphQlError {
    /// `NOT_FOUND`, `FORBIDDEN`, `RATE_LIMITED` …; GitHub leaves it out of some errors.
    #[serde(default, rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub path: Vec<serde_json::Value>,
}

impl GraphQlError {
    /// The first step of its path: the alias of a mutation.
    pub(super) fn alias(&self) -> Option<&str> {
        self.path.first()?.as_str()
    }
}

/// The answer to any query.
#[derive(Debug, Deserialize)]
pub(super) struct QueryData {
    pub repository: Option<Repository>,
}

/// A repository: the pull request, where it was asked for, and the objects by alias.
#[derive(Debug, Default)]
pub(super) struct Repository {
    pub pull_request: Option<GraphPullRequest>,
    /// `t0`, `b0`, `o0` …; what does not exist is missing.
    pub objects: BTreeMap<String, Object>,
}

impl<'de> Deserialize<'de> for Repository {
    // By hand: `serde(flatten)` would buffer megabytes of text and lose the path of an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Repository;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a repository")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Repository, M::Error> {
                let mut repository = Repository::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "pullRequest" {
                        repository.pull_request = map.next_value()?;
                    } else if key.starts_with(['t', 'b', 'o']) {
                        if let Some(object) = map.next_value::<Option<Object>>()? {
                            repository.objects.insert(key, object);
                        }
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(repository)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// A git object: a tree has entries, a blob the other fields, and a commit or tag none of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object {
    #[serde(default)]
    pub oid: Option<BlobOid>,
    #[serde(default)]
    pub entries: Option<Vec<TreeEntry>>,
    /// None for a binary file.
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub byte_size: Option<u64>,
    #[serde(default)]
    pub is_truncated: bool,
    /// None where GitHub could not tell.
    #[serde(default)]
    pub is_binary: Option<bool>,
}

/// A file or directory of a tree.
#[derive(Debug, Deserialize)]
pub(super) struct TreeEntry {
    pub name: String,
    pub oid: BlobOid,
    /// The file mode as a number: `0o100644` is a file, `0o120000` a symbolic link.
    pub mode: u32,
    #[serde(rename = "type")]
    pub kind: String,
    /// In bytes; 0 for what is not a blob.
    #[serde(default)]
    pub size: u64,
}

/// A pull request, as GraphQL tells it. Further pages have only one of the connections.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphPullRequest {
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub head_ref_oid: Option<CommitSha>,
    #[serde(default)]
    pub base_ref_name: String,
    #[serde(default)]
    pub is_draft: bool,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub author: Option<Actor>,
    #[serde(default)]
    pub review_threads: Option<Page<Thread>>,
    #[serde(default)]
    pub reviews: Option<Page<Review>>,
}

/// A page of a connection.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    #[serde(default = "PageInfo::end")]
    pub page_info: PageInfo,
    pub nodes: Vec<Option<T>>,
}

/// Whether there is more, and where it begins.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub has_next_page: bool,
    #[serde(default)]
    pub end_cursor: Option<String>,
}

impl PageInfo {
    fn end() -> Self {
        Self { has_next_page: false, end_cursor: None }
    }

    /// The cursor of the next page, where there is one.
    pub(super) fn next(self) -> Option<String> {
        self.end_cursor.filter(|_| self.has_next_page)
    }
}

/// A thread of review comments.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Thread {
    pub is_resolved: bool,
    pub is_outdated: bool,
    pub path: Arc<str>,
    /// None when the thread is outdated.
    pub line: Option<u32>,
    pub original_line: Option<u32>,
    pub diff_side: Side,
    pub comments: Page<ThreadComment>,
}

/// A comment of a thread.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadComment {
    pub id: String,
    #[serde(deserialize_with = "big_int")]
    pub full_database_id: u64,
    pub body: String,
    pub viewer_did_author: bool,
    pub is_minimized: bool,
    pub original_commit: Option<Oid>,
}

/// A review.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review {
    pub id: String,
    #[serde(deserialize_with = "big_int")]
    pub full_database_id: u64,
    pub body: String,
    pub viewer_did_author: bool,
    pub state: String,
    pub commit: Option<Oid>,
}

/// A commit, by name.
#[derive(Debug, Deserialize)]
pub(super) struct Oid {
    pub oid: CommitSha,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// GraphQL's `BigInt` travels as a text; older servers send a number.
fn big_int<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(u64),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(number) => Ok(number),
        Either::Text(text) => {
            text.parse().map_err(|_| de::Error::custom(format_args!("`{text}` is not a number")))
        }
    }
}
