//! One piece of work in the name of one installation: requests with its token, counted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::auth::Token;
use super::client::{Call, GitHub, JSON, decode, encode};
use super::error::GitHubError;
use super::texts::Texts;
use super::transport::Answer;
use super::wire::{self, Variable};
use crate::model::{InstallationId, RepoName};

const RAW: &str = "application/vnd.github.raw+json";

/// Requests that were made, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// What changes nothing.
    pub reads: u64,
    /// What changes something.
    pub writes: u64,
    /// Tokens made.
    pub tokens: u64,
}

/// One piece of work in the name of one installation; it counts its requests.
#[derive(Clone)]
pub struct Session {
    github: GitHub,
    installation: InstallationId,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    reads: AtomicU64,
    writes: AtomicU64,
    tokens: AtomicU64,
}

impl Session {
    pub(super) fn new(github: GitHub, installation: InstallationId) -> Self {
        Self { github, installation, counts: Arc::default() }
    }

    /// The requests made so far.
    pub fn requests(&self) -> Requests {
        let read = |it: &AtomicU64| it.load(Ordering::Relaxed);
        Requests {
            reads: read(&self.counts.reads),
            writes: read(&self.counts.writes),
            tokens: read(&self.counts.tokens),
        }
    }

    /// What the installation granted: permission to `read` or `write`.
    ///
    /// # Errors
    /// When no token can be had.
    pub async fn permissions(&self) -> Result<BTreeMap<String, String>, GitHubError> {
        Ok(self.token().await?.permissions.clone())
    }

    pub(super) fn kept(&self) -> (&Texts, InstallationId) {
        (&self.github.shared.texts, self.installation)
    }

    async fn token(&self) -> Result<Arc<Token>, GitHubError> {
        let shared = &self.github.shared;
        let make = async {
            self.counts.tokens.fetch_add(1, Ordering::Relaxed);
            let path = format!("/app/installations/{}/access_tokens", self.installation);
            let answer =
                self.github.as_app(Method::POST, &path).await.map_err(|error| match error {
                    GitHubError::NoAccess { what } => GitHubError::NoAccess {
                        what: format!("the App was uninstalled or suspended ({what})"),
                    },
                    other => other,
                })?;
            let made = decode("access_tokens", false, &answer)?;
            Ok(Token::new(made, &answer, shared.clock.now()))
        };
        shared.tokens.get(self.installation, shared.clock.now(), make).await
    }

    async fn call(&self, call: &Call<'_>) -> Result<Answer, GitHubError> {
        let shared = &self.github.shared;
        let count = if call.writes { &self.counts.writes } else { &self.counts.reads };
        let who = Some(self.installation);
        for attempt in 1.. {
            let token = self.token().await?;
            count.fetch_add(1, Ordering::Relaxed);
            let answer = shared.exchange(call, &token.secret, who).await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return shared.checked(call, who, answer);
            }
            // Revoked, or expired early: a new one may be accepted.
            shared.tokens.forget(self.installation, &token).await;
            if call.writes {
                let message = format!("{}: the token was refused", call.name);
                return Err(GitHubError::transient(message, false));
            }
            if attempt > 1 {
                break;
            }
        }
        let advice = "GitHub refuses a token that it just made: look at githubstatus.com, and at \
                      the App's page for a suspension";
        Err(GitHubError::Unauthorized { advice: advice.to_owned() })
    }

    /// `GET`, JSON.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, GitHubError> {
        let answer = self.get_as(path, JSON).await?;
        decode(&format!("GET {path}"), false, &answer)
    }

    /// `GET`, the bytes of a blob.
    pub(super) async fn get_raw(&self, path: &str) -> Result<bytes::Bytes, GitHubError> {
        Ok(self.get_as(path, RAW).await?.body)
    }

    async fn get_as(&self, path: &str, accept: &'static str) -> Result<Answer, GitHubError> {
        let name = format!("GET {path}");
        let url = format!("{}{path}", self.github.shared.rest);
        let method = Method::GET;
        self.call(&Call { method, url, name: &name, accept, body: None, writes: false }).await
    }

    /// A write, JSON both ways.
    pub(super) async fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, GitHubError> {
        let name = format!("{method} {path}");
        let url = format!("{}{path}", self.github.shared.rest);
        let body = Some(encode(&name, body)?);
        let call = Call { method, url, name: &name, accept: JSON, body, writes: true };
        let answer = self.call(&call).await?;
        decode(&name, true, &answer)
    }

    /// A GraphQL query: all of it, or an error.
    pub(super) async fn query(
        &self,
        operation: &'static str,
        query: &str,
        variables: BTreeMap<String, Variable<'_>>,
    ) -> Result<wire::Repository, GitHubError> {
        let (data, error, _) =
            self.graphql::<wire::QueryData>(operation, query, variables, false).await?;
        if let Some(error) = error {
            return Err(error);
        }
        data.and_then(|it| it.repository).ok_or_else(|| GitHubError::NoAccess {
            what: format!("{operation}: GitHub shows no such repository"),
        })
    }

    /// A GraphQL request: what came, the error that weighs most, and all errors.
    pub(super) async fn graphql<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        query: &str,
        variables: BTreeMap<String, Variable<'_>>,
        writes: bool,
    ) -> Result<(Option<T>, Option<GitHubError>, Vec<wire::GraphQlError>), GitHubError> {
        let shared = &self.github.shared;
        let body = wire::GraphQl { operation_name: operation, query, variables };
        let body = Some(encode(operation, &body)?);
        let (method, url) = (Method::POST, shared.graphql.clone());
        let call = Call { method, url, name: operation, accept: JSON, body, writes };
        let answer = self.call(&call).await?;
        let it: wire::GraphQlAnswer<T> = decode(operation, writes, &answer)?;
        let error =
            GitHubError::graphql(operation, writes, &it.errors, &answer.headers, &shared.clock)
                .map(|it| shared.noted(Some(self.installation), it));
        Ok((it.data, error, it.errors))
    }
}

/// A path below `/repos/{owner}/{name}`, every part percent-encoded.
pub(super) fn route(repo: &RepoName, parts: &[&str]) -> String {
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let mut path = String::from("/repos");
    for part in [repo.owner(), repo.name()].iter().chain(parts) {
        path.push('/');
        path.extend(utf8_percent_encode(part, PLAIN));
    }
    path
}
