//! A pull request as a web page, for a person's browser: made on the server from the stand-in's
//! state, without scripts and without anything from elsewhere.

mod markdown;
#[cfg(test)]
mod tests;
mod view;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;

use super::world::{Pull, Repository};
use super::{Shared, lock};

const CSS: &str = include_str!("page.css");

/// Nothing is fetched and nothing runs, whatever a page says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "demo/github/page/pull.html")]
struct Conversation {
    head: view::Head,
    entries: Vec<view::Entry>,
    checks: Vec<view::Check>,
}

#[derive(Template)]
#[template(path = "demo/github/page/files.html")]
struct Files {
    head: view::Head,
    files: Vec<view::File>,
}

impl Conversation {
    fn is_files(&self) -> bool {
        false
    }
}

impl Files {
    fn is_files(&self) -> bool {
        true
    }
}

/// The pages. No App asks for them, so nobody judges or counts these requests.
pub(super) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/{owner}/{repo}/pull/{number}", get(conversation))
        .route("/{owner}/{repo}/pull/{number}/files", get(files))
        .with_state(shared)
}

type Asked = Path<(String, String, u64)>;

async fn conversation(State(shared): State<Shared>, asked: Asked) -> Response {
    page(&shared, asked, |repository, pull| Conversation {
        head: view::head(repository, pull, CSS),
        entries: view::entries(repository, pull),
        checks: view::checks(repository, pull),
    })
}

async fn files(State(shared): State<Shared>, asked: Asked) -> Response {
    page(&shared, asked, |repository, pull| Files {
        head: view::head(repository, pull, CSS),
        files: view::files(repository, pull),
    })
}

fn page<T: Template>(
    shared: &Shared,
    Path((owner, repo, number)): Asked,
    view: impl FnOnce(&Repository, &Pull) -> T,
) -> Response {
    let found = {
        let world = lock(shared);
        let repository = world.repository(&format!("{owner}/{repo}"));
        repository.and_then(|it| Some(view(it, it.pulls.get(&number)?)))
    };
    let Some(page) = found else {
        return (StatusCode::NOT_FOUND, "there is no such pull request\n").into_response();
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    match page.render() {
        Ok(html) => (headers, Html(html)).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be shown\n").into_response(),
    }
}
