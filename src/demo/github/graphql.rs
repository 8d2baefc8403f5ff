//! The App's own named GraphQL operations, answered from their names and variables alone.
//!
//! The operations are listed in `crate::github`'s queries; whatever else is asked is refused and
//! written down as an unknown request.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::access::Refusal;
use super::history::History;
use super::json::{from_node_id, node_id};
use super::rest::{Answer, body, ok};
use super::world::{Limits, Pull, Repository, Review, Thread, World};
use super::{APP_SLUG, BOT, Shared, lock};

/// How many nodes one page has.
const PAGE: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Operation {
    operation_name: String,
    query: String,
    variables: BTreeMap<String, Value>,
}

impl Operation {
    fn text(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.as_str()
    }

    /// The variables named with this letter and a number, by alias.
    fn aliases(&self, letter: char) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().filter_map(move |(name, value)| {
            let number = name.strip_prefix(letter)?;
            let number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
            number.then_some((name.as_str(), value.as_str()?))
        })
    }

    /// Whether the text of the query uses every variable and every alias that its variables name.
    fn is_consistent(&self) -> bool {
        self.query.contains(&format!("{}(", self.operation_name))
            && self.variables.keys().all(|name| {
                let alias = name.len() < 2
                    || !name[1..].bytes().all(|it| it.is_ascii_digit())
                    || self.query.contains(&format!("{name}: "));
                alias && self.query.contains(&format!("${name}"))
            })
    }
}

/// `POST /graphql`. An error has status 200, too.
pub(super) async fn answer(
    State(shared): State<Shared>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut world = lock(&shared);
    world.installation(&headers)?;
    let operation: Operation = body(&bytes)?;
    let allowed: &[char] = match operation.operation_name.as_str() {
        "PullRequestSnapshot" | "Objects" => &['t', 'b'],
        "Blobs" => &['o'],
        "EditComments" => &['e', 'm'],
        "PullRequestThreads" | "PullRequestReviews" => &[],
        _ => return Err(unknown(&mut world, &operation)),
    };
    let common = ["owner", "name", "number", "after"];
    let known = |name: &String| {
        common.contains(&name.as_str())
            || name.strip_suffix("Body").is_some_and(|it| operation.variables.contains_key(it))
            || allowed.iter().any(|it| operation.aliases(*it).any(|(alias, _)| alias == name))
    };
    if !operation.variables.keys().all(known) || !operation.is_consistent() {
        return Err(unknown(&mut world, &operation));
    }
    if operation.operation_name == "EditComments" {
        return edit(&mut world, &headers, &operation);
    }
    query(&world, &headers, &operation)
}

fn unknown(world: &mut World, operation: &Operation) -> Refusal {
    let name = &operation.operation_name;
    let variables: Vec<&str> = operation.variables.keys().map(String::as_str).collect();
    let variables = variables.join(" ");
    world.complaints.push(format!("unknown request: graphql/{name} with {variables}"));
    Refusal::new(400, "the stand-in does not know this operation")
}

fn error(kind: &str, path: &str, message: &str) -> Value {
    json!({ "type": kind, "path": [path], "message": message })
}

fn query(world: &World, headers: &HeaderMap, operation: &Operation) -> Answer {
    let owner = operation.text("owner").unwrap_or_default();
    let name = format!("{owner}/{}", operation.text("name").unwrap_or_default());
    let repository = match world.allowed(headers, &name, ("contents", "read")) {
        Ok(it) => it,
        Err(refusal) if refusal.status == StatusCode::NOT_FOUND => {
            let message = format!("Could not resolve to a Repository with the name '{name}'.");
            let errors = [error("NOT_FOUND", "repository", &message)];
            return ok(json!({ "data": { "repository": null }, "errors": errors }));
        }
        Err(_) => {
            let message = "Resource not accessible by integration";
            let errors = [error("FORBIDDEN", "repository", message)];
            return ok(json!({ "data": { "repository": null }, "errors": errors }));
        }
    };
    let mut fields = Map::new();
    let after = operation.text("after").and_then(|it| it.parse().ok()).unwrap_or(0);
    if let Some(number) = operation.variables.get("number").and_then(Value::as_u64) {
        let Some(pull) = repository.pulls.get(&number) else {
            let message =
                format!("Could not resolve to a PullRequest with the number of {number}.");
            let errors = [error("NOT_FOUND", "repository", &message)];
            return ok(
                json!({ "data": { "repository": { "pullRequest": null } }, "errors": errors }),
            );
        };
        let value = match operation.operation_name.as_str() {
            "PullRequestThreads" => json!({ "reviewThreads": threads(pull, after) }),
            "PullRequestReviews" => json!({ "reviews": reviews(pull, after) }),
            _ => pull_request(pull),
        };
        fields.insert("pullRequest".to_owned(), value);
    }
    for (alias, expression) in operation.aliases('t') {
        fields.insert(alias.to_owned(), tree(repository, expression));
    }
    let history = &repository.history;
    for (alias, expression) in operation.aliases('b') {
        let found = history.blob_at(expression);
        let blob = found.map_or(Value::Null, |it| blob(history, &it.oid, &world.limits));
        fields.insert(alias.to_owned(), blob);
    }
    for (alias, oid) in operation.aliases('o') {
        fields.insert(alias.to_owned(), blob(history, oid, &world.limits));
    }
    ok(json!({ "data": { "repository": fields } }))
}

fn pull_request(it: &Pull) -> Value {
    json!({
        "id": node_id("PR", it.id), "number": it.number, "title": it.title, "body": it.body,
        "headRefOid": it.head, "baseRefName": it.base_ref, "isDraft": it.draft,
        "state": if it.open { "OPEN" } else { "CLOSED" },
        "author": { "login": it.author },
        "reviewThreads": threads(it, 0), "reviews": reviews(it, 0),
    })
}

/// A page of a connection. The cursor is the number of nodes before the next page.
fn page<T>(all: &[T], after: usize, node: impl Fn(&T) -> Value) -> Value {
    let nodes: Vec<Value> = all.iter().skip(after).take(PAGE).map(node).collect();
    let end = after + nodes.len();
    json!({
        "pageInfo": { "hasNextPage": end < all.len(), "endCursor": end.to_string() },
        "nodes": nodes,
    })
}

fn threads(pull: &Pull, after: usize) -> Value {
    page(&pull.threads, after, |it: &Thread| {
        let comment = json!({
            "id": node_id("PRRC", it.id), "fullDatabaseId": it.id.to_string(), "body": it.body,
            "viewerDidAuthor": it.author == BOT, "isMinimized": it.minimized.is_some(),
            "author": { "login": if it.author == BOT { APP_SLUG } else { it.author.as_str() } },
            "originalCommit": { "oid": it.original_commit },
        });
        json!({
            "id": node_id("PRRT", it.id), "isResolved": false, "isOutdated": it.line.is_none(),
            "path": it.path, "line": it.line, "originalLine": it.original_line,
            "diffSide": it.side, "comments": { "nodes": [comment] },
        })
    })
}

fn reviews(pull: &Pull, after: usize) -> Value {
    page(&pull.reviews, after, |it: &Review| {
        json!({
            "id": node_id("PRR", it.id), "fullDatabaseId": it.id.to_string(), "body": it.body,
            "viewerDidAuthor": it.author == BOT, "state": "COMMENTED",
            "commit": { "oid": it.commit },
        })
    })
}

fn tree(repository: &Repository, expression: &str) -> Value {
    let Some((oid, entries)) = repository.history.tree_at(expression) else { return Value::Null };
    let entry = |it: super::history::Entry| {
        let (mode, kind) = if it.directory { (0o040_000, "tree") } else { (0o100_644, "blob") };
        json!({ "name": it.name, "oid": it.oid, "mode": mode, "type": kind, "size": it.size })
    };
    json!({ "oid": oid, "entries": entries.into_iter().map(entry).collect::<Vec<_>>() })
}

fn blob(history: &History, oid: &str, limits: &Limits) -> Value {
    let Some(bytes) = history.blob(oid) else { return Value::Null };
    let binary = bytes.contains(&0);
    let shown = &bytes[..bytes.len().min(limits.blob_text)];
    let text = (!binary).then(|| String::from_utf8_lossy(shown));
    json!({
        "oid": oid, "byteSize": bytes.len(), "isBinary": binary,
        "isTruncated": bytes.len() > limits.blob_text, "text": text,
    })
}

/// Edits and minimises, one after the other; what fails does not stop the others.
fn edit(world: &mut World, headers: &HeaderMap, operation: &Operation) -> Answer {
    let (mut data, mut errors) = (Map::new(), Vec::new());
    let edits = operation.aliases('e').map(|it| (true, it));
    let minimises = operation.aliases('m').map(|it| (false, it));
    for (edits, (alias, id)) in edits.chain(minimises) {
        let text = if edits { operation.text(&format!("{alias}Body")) } else { None };
        match change(world, headers, id, text) {
            Ok(()) if edits => {
                let value = json!({ "pullRequestReviewComment": { "id": id } });
                data.insert(alias.to_owned(), value);
            }
            Ok(()) => {
                let value = json!({ "minimizedComment": { "isMinimized": true } });
                data.insert(alias.to_owned(), value);
            }
            Err((kind, message)) => {
                data.insert(alias.to_owned(), Value::Null);
                errors.push(error(kind, alias, &message));
            }
        }
    }
    let mut answer = json!({ "data": data });
    if !errors.is_empty() {
        answer["errors"] = Value::Array(errors);
    }
    Ok((StatusCode::OK, Json(answer)))
}

/// Gives a review comment a new text, or hides it.
fn change(
    world: &mut World,
    headers: &HeaderMap,
    id: &str,
    text: Option<&str>,
) -> Result<(), (&'static str, String)> {
    let missing =
        || ("NOT_FOUND", format!("Could not resolve to a node with the global id of '{id}'"));
    let number = from_node_id("PRRC", id).ok_or_else(missing)?;
    let holds = |it: &&Repository| {
        it.pulls.values().any(|pull| pull.threads.iter().any(|it| it.id == number))
    };
    let name = world.repositories.values().find(holds).ok_or_else(missing)?.full_name();
    world
        .allowed(headers, &name, ("pull_requests", "write"))
        .map_err(|refusal| ("FORBIDDEN", refusal.message))?;
    let repository = world.repository_mut(&name).ok_or_else(missing)?;
    let mut threads = repository.pulls.values_mut().flat_map(|it| &mut it.threads);
    let thread = threads.find(|it| it.id == number).ok_or_else(missing)?;
    match text {
        Some(_) if thread.author != BOT => {
            return Err(("FORBIDDEN", "Resource not accessible by integration".to_owned()));
        }
        Some(text) if text.trim().is_empty() => {
            return Err(("UNPROCESSABLE", "Body can't be blank".to_owned()));
        }
        Some(text) => (thread.body, thread.edited) = (text.to_owned(), true),
        None => thread.minimized = Some("resolved".to_owned()),
    }
    Ok(())
}
