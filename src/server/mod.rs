//! F4: HTTP. Webhooks come in (verify → decode → commit → 202); the operator asks how we are.
//!
//! A webhook is answered after its row is committed and before any call to GitHub. Answers never
//! carry internals, and the log never carries payloads.

mod command;
mod event;
mod health;
mod listen;
mod rule_page;
mod setup;
pub mod signature;
#[cfg(test)]
mod tests;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub use listen::serve;
pub use setup::SetupToken;
pub use webhook::Webhook;

use crate::rules::RuleSet;
use crate::store::Store;

/// The public routes of a service that has its credentials.
pub fn public(webhook: Webhook, rules: Arc<RuleSet>) -> Router {
    Router::new()
        .route("/webhook", post(webhook::receive))
        .with_state(Arc::new(webhook))
        .route("/healthz", get(health::alive))
        .merge(pages(rules))
}

/// The public routes of a service without credentials: a page that says what to set, for whoever
/// has the token.
pub fn public_setup(token: SetupToken) -> Router {
    Router::new()
        .route("/setup", get(setup::page))
        .with_state(Arc::new(token))
        .route("/webhook", post(setup::not_yet))
        .route("/healthz", get(health::alive))
}

/// The rules' pages; comments link to them.
fn pages(rules: Arc<RuleSet>) -> Router {
    Router::new()
        .route("/rules", get(rule_page::index))
        .route("/rules/{id}", get(rule_page::page))
        .with_state(rules)
}

/// The operator's routes; never to be reached from outside. Without a store: setup mode.
pub fn operator(store: Option<Arc<dyn Store>>) -> Router {
    Router::new().route("/readyz", get(health::ready)).with_state(store)
}
