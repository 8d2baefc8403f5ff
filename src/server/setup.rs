//! Setup mode: a page that says which settings are missing and how to make the App.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use crate::config::CREDENTIALS;

/// What the App must be allowed and told, as it is kept for people and tools.
const APP: &str = include_str!("../../app.yml");

/// Opens the setup page; made anew at every start and printed in the terminal alone.
#[derive(Clone)]
pub struct SetupToken(String);

impl SetupToken {
    /// A token that nobody can guess.
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// The link to the page, for the terminal. `root` is where the public routes are reached.
    pub fn link(&self, root: &str) -> String {
        format!("{}/setup?token={}", root.trim_end_matches('/'), self.0)
    }

    fn matches(&self, text: &str) -> bool {
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    token: String,
}

/// `GET /setup`.
pub(super) async fn page(State(token): State<Arc<SetupToken>>, asked: Query<Asked>) -> Response {
    if !token.matches(&asked.token) {
        return (StatusCode::FORBIDDEN, "use the link that go-expert printed when it started\n")
            .into_response();
    }
    // The address holds the token: it must not travel on, nor stay anywhere.
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(html())).into_response()
}

/// `POST /webhook` as long as nothing can be verified.
pub(super) async fn not_yet() -> (StatusCode, &'static str) {
    (StatusCode::SERVICE_UNAVAILABLE, "setup mode: credentials are missing\n")
}

fn html() -> String {
    let variables: String = CREDENTIALS
        .iter()
        .map(|it| {
            format!("<dt><code>{}</code></dt><dd>{}</dd>\n", escape(it.name), escape(it.what))
        })
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Set up go-expert</title>\n\
         <style>body{{font:16px/1.5 sans-serif;max-width:44em;margin:2em auto;padding:0 1em}}\
         pre{{background:#8881;padding:1em;overflow:auto}}dd{{margin:0 0 .5em 2em}}</style>\n\
         <h1>Set up go-expert</h1>\n<ol>\n\
         <li>Make a GitHub App: Settings, Developer settings, GitHub Apps, New GitHub App. Set the \
         webhook's URL to this service's public URL with <code>/webhook</code> at the end, choose a \
         webhook secret, and give it these permissions and events:\n<pre>{}</pre></li>\n\
         <li>Generate a private key on the App's page.</li>\n\
         <li>Set these variables and start the service again:\n<dl>\n{variables}</dl></li>\n\
         <li>Install the App on the repositories that it shall review.</li>\n</ol>\n",
        escape(APP)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
