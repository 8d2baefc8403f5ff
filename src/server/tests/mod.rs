//! Payloads as GitHub sends them; shapes from docs.github.com, "Webhook events and payloads".

mod events;
mod http;
mod rule_page;

use serde_json::{Value, json};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
const APP: u64 = 99;

fn pull_request(action: &str, more: Value) -> Value {
    let mut it = json!({
        "action": action,
        "number": 7,
        "pull_request": {
            "url": "https://api.github.com/repos/acme/shop/pulls/7",
            "id": 279_147_437_u64,
            "number": 7,
            "state": "open",
            "title": "Füge \"Warenkorb\" hinzu",
            "draft": false,
            "user": { "login": "alice", "id": 1, "type": "User" },
            "head": { "label": "alice:cart", "ref": "cart", "sha": SHA, "repo": null },
            "base": { "ref": "main", "sha": SHA, "repo": { "id": 42, "full_name": "acme/shop" } },
        },
        "repository": { "id": 42, "name": "shop", "full_name": "acme/shop", "private": true },
        "sender": { "login": "alice", "id": 1, "type": "User" },
        "installation": { "id": 5, "node_id": "MDIz" },
    });
    merge(&mut it, more);
    it
}

fn comment(more: Value) -> Value {
    let mut it = json!({
        "action": "created",
        "issue": {
            "number": 7, "state": "open", "draft": false, "user": { "login": "alice", "id": 1, "type": "User" },
            "pull_request": { "url": "https://api.github.com/repos/acme/shop/pulls/7" },
        },
        "comment": {
            "id": 900, "body": "/go-expert review", "author_association": "NONE",
            "user": { "login": "alice", "id": 1, "type": "User" }, "performed_via_github_app": null,
        },
        "repository": { "id": 42, "full_name": "acme/shop" },
        "sender": { "login": "alice", "id": 1, "type": "User" },
        "installation": { "id": 5 },
    });
    merge(&mut it, more);
    it
}

/// Lays `more` over `it`, object by object.
fn merge(it: &mut Value, more: Value) {
    match (it, more) {
        (Value::Object(it), Value::Object(more)) => {
            for (key, value) in more {
                merge(it.entry(key).or_insert(Value::Null), value);
            }
        }
        (it, more) => *it = more,
    }
}
