//! What events mean.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::event::{Event, decode};
use super::super::signature::Signature;
use super::{APP, comment, pull_request};
use crate::model::Effect;

/// What an event does, in a line.
#[track_caller]
fn check(name: &str, payload: &Value) -> String {
    let json = payload.to_string();
    let effect = match decode(name, json.as_bytes()) {
        Ok(event) => event.effect(&"d-1".parse().unwrap(), APP),
        Err(error) => return error.to_string(),
    };
    match effect {
        Effect::Enqueue(job) => serde_json::to_string(&job).unwrap(),
        other => format!("{other:?}"),
    }
}

#[test]
fn pull_requests_are_queued_and_cancelled() {
    let queued = check("pull_request", &pull_request("opened", json!({})));
    assert_snapshot!(queued, @r#"{"installation":5,"review":{"repo":"acme/shop","repo_id":42,"pr":7,"asked_by":"d-1","head":"0123456789abcdef0123456789abcdef01234567","base_ref":"main","opened":true,"draft":false,"commands":[]}}"#);
    let again = queued.replace("\"opened\":true", "\"opened\":false");
    for action in ["synchronize", "reopened", "ready_for_review"] {
        assert_eq!(check("pull_request", &pull_request(action, json!({}))), again, "{action}");
    }
    let draft = json!({ "pull_request": { "draft": true } });
    let queued_draft = queued.replace("\"draft\":false", "\"draft\":true");
    assert_eq!(check("pull_request", &pull_request("opened", draft.clone())), queued_draft);
    let again_draft = again.replace("\"draft\":false", "\"draft\":true");
    assert_eq!(check("pull_request", &pull_request("converted_to_draft", draft)), again_draft);

    let edited =
        |changes| check("pull_request", &pull_request("edited", json!({ "changes": changes })));
    assert_eq!(edited(json!({ "base": { "ref": { "from": "old" } } })), again);
    assert_eq!(edited(json!({ "title": { "from": "old" } })), "None");

    let closed = json!({ "pull_request": { "state": "closed" } });
    assert_snapshot!(check("pull_request", &pull_request("closed", closed.clone())), @r#"Cancel(JobKey("review:42#7"))"#);
    assert_eq!(check("pull_request", &pull_request("synchronize", closed)), "None");
    assert_eq!(check("pull_request", &json!({ "action": "enqueued" })), "None");
}

#[test]
fn a_command_comes_from_a_person_who_may() {
    let by = |association: &str, user: u64, kind: &str| {
        comment(
            json!({ "comment": { "author_association": association, "user": { "id": user, "type": kind } } }),
        )
    };
    let queued = check("issue_comment", &comment(json!({})));
    assert_snapshot!(queued, @r#"{"installation":5,"review":{"repo":"acme/shop","repo_id":42,"pr":7,"asked_by":"d-1","head":null,"base_ref":null,"opened":false,"draft":false,"commands":[{"comment":900}]}}"#);
    for association in ["OWNER", "MEMBER", "COLLABORATOR"] {
        assert_eq!(check("issue_comment", &by(association, 2, "User")), queued, "{association}");
    }
    for silent in [
        by("CONTRIBUTOR", 2, "User"),
        by("MEMBER", 2, "Bot"),
        comment(json!({ "comment": { "performed_via_github_app": { "id": APP } } })),
        comment(json!({ "comment": { "user": null } })),
        comment(json!({ "comment": { "body": "> /go-expert review" } })),
        comment(json!({ "issue": { "state": "closed" } })),
        comment(json!({ "issue": { "pull_request": null } })),
        comment(json!({ "action": "edited" })),
    ] {
        assert_eq!(check("issue_comment", &silent), "None", "{silent}");
    }
}

#[test]
fn installations_go() {
    let installation =
        |action| check("installation", &json!({ "action": action, "installation": { "id": 5 } }));
    assert_snapshot!(installation("deleted"), @"InstallationGone(InstallationId(5))");
    assert_snapshot!(installation("suspend"), @"InstallationGone(InstallationId(5))");
    assert_snapshot!(installation("created"), @"None");
    let mut removed = json!({
        "action": "removed", "installation": { "id": 5 }, "repositories_added": [],
        "repositories_removed": [{ "id": 42, "full_name": "acme/shop" }, { "id": 43 }],
    });
    assert_snapshot!(check("installation_repositories", &removed), @"RepositoriesGone(InstallationId(5), [RepoId(42), RepoId(43)])");
    removed["action"] = "added".into();
    assert_snapshot!(check("installation_repositories", &removed), @"None");
}

#[test]
fn malformed_payloads_name_the_field() {
    let with = |more| check("pull_request", &pull_request("opened", more));
    assert_snapshot!(with(json!({ "pull_request": { "head": { "sha": "0123" } } })), @"`0123` is not a commit's full object name (40 or 64 hexadecimal digits) at line 1 column 280 at `pull_request.head.sha`");
    assert_snapshot!(with(json!({ "installation": null })), @"invalid type: null, expected struct Installation at line 1 column 38 at `installation`");
    assert_snapshot!(with(json!({ "repository": { "full_name": "acme/../x" } })), @"`acme/../x` is not a repository's `owner/name` at line 1 column 533 at `repository.full_name`");
    assert_snapshot!(with(json!({ "pull_request": { "base": "main" } })), @"invalid type: string \"main\", expected struct Base at line 1 column 100 at `pull_request.base`");
    assert_snapshot!(check("issue_comment", &json!({ "action": "created", "comment": { "id": 1 } })), @"missing field `body` at line 1 column 38 at `comment.body`");
    assert_snapshot!(check("issue_comment", &json!({})), @"missing field `action` at line 1 column 2 at `action`");
    assert_snapshot!(decode("installation", b"{\"action\":\"deleted\",\"installation\":{\"id\":1}} x").unwrap_err(), @"trailing characters at line 1 column 46 at `.`");
}

#[test]
fn app_yml_subscribes_to_exactly_what_is_handled() {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "the keys must be those of a manifest")]
    struct Manifest {
        name: String,
        description: String,
        url: String,
        public: bool,
        default_permissions: std::collections::BTreeMap<String, String>,
        default_events: Vec<String>,
    }
    let app: Manifest = serde_saphyr::from_str(include_str!("../../../app.yml")).unwrap();
    // What an App may subscribe to, as far as its permissions go, and what it hears of anyway.
    let events = "check_run check_suite commit_comment create delete fork issue_comment issues label \
        milestone public pull_request pull_request_review pull_request_review_comment \
        pull_request_review_thread push release repository star status watch workflow_run";
    let handled = |name: &&str| !matches!(decode(name, b"{}"), Ok(Event::Other));
    let subscribed: Vec<_> = events.split_whitespace().filter(handled).collect();
    assert_eq!(app.default_events, subscribed);
    assert!(["installation", "installation_repositories", "ping"].iter().all(handled));
    let permissions: Vec<_> =
        app.default_permissions.iter().map(|(k, v)| format!("{k}: {v}")).collect();
    assert_snapshot!(permissions.join(", "), @"checks: write, contents: read, issues: write, metadata: read, pull_requests: write");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes_give_an_answer(
        name in prop::sample::select(vec!["pull_request", "issue_comment", "installation", "installation_repositories", "x"]),
        cut in 0_usize..2_000,
        at in 0_usize..2_000,
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        header in prop::collection::vec(any::<u8>(), 0..100),
        text in any::<String>(),
    ) {
        let mut json = match name {
            "pull_request" => pull_request("opened", json!({})),
            _ => comment(json!({ "comment": { "body": text } })),
        }.to_string().into_bytes();
        if let Ok(event) = decode(name, &json) {
            event.effect(&"d".parse().unwrap(), APP);
        }
        json.truncate(cut);
        json.splice(at.min(json.len()).., bytes.iter().copied());
        for json in [&json, &bytes] {
            if let Ok(event) = decode(name, json) {
                event.effect(&"d".parse().unwrap(), APP);
            }
        }
        if let Ok(signature) = Signature::read(Some(&header)) {
            prop_assert!(signature.verify(&["hush".into()], &bytes).is_err());
        }
    }
}
