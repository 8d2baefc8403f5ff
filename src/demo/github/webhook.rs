//! Webhooks as GitHub sends them: the payload, its signature and the delivery's id.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::json::{node_id, user};
use super::world::World;
use super::{APP_ID, WEBHOOK_SECRET};

/// A delivery. Sent twice, it is a redelivery: the id stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// `X-GitHub-Event`.
    pub event: String,
    /// `X-GitHub-Delivery`.
    pub delivery: String,
    /// The bytes that the signature is about.
    pub body: Vec<u8>,
}

impl Webhook {
    /// A delivery of this payload, with an id of its own.
    pub fn new(event: &str, payload: &Value) -> Self {
        Self {
            event: event.to_owned(),
            delivery: uuid::Uuid::new_v4().to_string(),
            body: payload.to_string().into_bytes(),
        }
    }

    /// `X-Hub-Signature-256` over the body.
    pub fn signature(&self, secret: &str) -> String {
        // A key of any length fits HMAC.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return String::new();
        };
        mac.update(&self.body);
        format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
    }

    /// The headers, signed with the App's secret.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        vec![
            ("Accept", "*/*".to_owned()),
            ("Content-Type", "application/json".to_owned()),
            ("User-Agent", "GitHub-Hookshot/5a1d1d5".to_owned()),
            ("X-GitHub-Delivery", self.delivery.clone()),
            ("X-GitHub-Event", self.event.clone()),
            ("X-GitHub-Hook-Installation-Target-ID", APP_ID.to_string()),
            ("X-GitHub-Hook-Installation-Target-Type", "integration".to_owned()),
            ("X-Hub-Signature-256", self.signature(WEBHOOK_SECRET)),
        ]
    }
}

impl World {
    /// An event of a repository (or of the App, without one), caused by `sender`.
    pub(super) fn webhook(
        &self,
        event: &str,
        action: Option<&str>,
        repository: Option<&str>,
        sender: &str,
        fields: Value,
    ) -> Option<Webhook> {
        let mut payload = fields;
        if let Some(action) = action {
            payload["action"] = json!(action);
        }
        payload["sender"] = user(sender);
        if let Some(name) = repository {
            let repository = self.repository(name)?;
            payload["repository"] = self.repository_json(repository);
            payload["organization"] = user(&repository.owner);
            let owner = &repository.owner;
            let installation = self.installations.values().find(|it| it.account == *owner);
            if let Some(it) = installation {
                let id = node_id("I", it.id);
                payload["installation"] = json!({ "id": it.id, "node_id": id });
            }
        }
        Some(Webhook::new(event, &payload))
    }

    /// An event of a pull request, with the fields that only this action has.
    pub(super) fn pull_event(
        &self,
        repository: &str,
        number: u64,
        action: &str,
        more: &[(&str, Value)],
    ) -> Option<Webhook> {
        let found = self.repository(repository)?;
        let pull = found.pulls.get(&number)?;
        let mut fields = json!({ "number": number, "pull_request": self.pull_json(found, pull) });
        for (name, value) in more {
            fields[*name] = value.clone();
        }
        self.webhook("pull_request", Some(action), Some(repository), &pull.author, fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_the_documentation() {
        // docs.github.com, "Validating webhook deliveries", its test values.
        let webhook = Webhook {
            event: String::new(),
            delivery: String::new(),
            body: b"Hello, World!".to_vec(),
        };
        assert_eq!(
            webhook.signature("It's a Secret to Everybody"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }
}
