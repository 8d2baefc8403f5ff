//! The App at GitHub: its identity, its connections, and the limits that it must keep.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION, USER_AGENT};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::auth::{AppKey, Tokens};
use super::error::{GitHubError, number};
use super::session::Session;
use super::texts::Texts;
use super::transport::{Answer, Transport};
use super::wire;
use crate::model::{Clock, InstallationId, Timestamp};

/// What is needed to speak to GitHub as an App.
#[derive(Debug, Clone)]
pub struct Options {
    /// The REST root: `https://api.github.com`, or `https://host/api/v3` of an Enterprise Server.
    pub api_url: String,
    /// The App's id, or its client id.
    pub app_id: String,
    /// Its RSA key, PEM.
    pub private_key: SecretString,
    /// How long one request may take, answer included.
    pub timeout: Duration,
}

/// The App at GitHub: its identity, its connections, its tokens and the texts it has read.
/// Cheap to clone.
#[derive(Clone)]
pub struct GitHub {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    transport: Transport,
    pub(super) rest: String,
    pub(super) graphql: String,
    app: AppKey,
    pub(super) tokens: Tokens,
    pub(super) texts: Texts,
    /// Until when GitHub does not want to hear an installation (or, at `None`, the App).
    limits: Mutex<HashMap<Option<InstallationId>, Timestamp>>,
    pub(super) clock: Clock,
}

/// The App as GitHub knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: u64,
    /// Its name in URLs; its comments are by `<slug>[bot]`.
    pub slug: String,
}

/// What is sent.
pub(super) struct Call<'a> {
    pub method: Method,
    /// Absolute.
    pub url: String,
    /// For errors and logs: without the host.
    pub name: &'a str,
    pub accept: &'static str,
    pub body: Option<Vec<u8>>,
    pub writes: bool,
}

pub(super) const JSON: &str = "application/vnd.github+json";

impl GitHub {
    /// Checks the key and prepares connections; nothing is sent. Needs a Tokio runtime.
    ///
    /// # Errors
    /// When the key cannot sign or the URL is none; the message says what to set.
    pub fn new(options: &Options, clock: Clock) -> anyhow::Result<Self> {
        let rest = options.api_url.trim_end_matches('/').to_owned();
        let uri: Uri = rest.parse().unwrap_or_default();
        anyhow::ensure!(
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none(),
            "GO_EXPERT_GITHUB_API_URL is not the address of an API: set it to \
             https://api.github.com, or to https://HOST/api/v3 for an Enterprise Server"
        );
        // An Enterprise Server has GraphQL beside `v3`, not below it.
        let root = rest.strip_suffix("/v3").filter(|it| it.ends_with("/api")).unwrap_or(&rest);
        let shared = Shared {
            transport: Transport::new(options.timeout)?,
            graphql: format!("{root}/graphql"),
            rest,
            app: AppKey::new(&options.app_id, &options.private_key)?,
            tokens: Tokens::default(),
            texts: Texts::default(),
            limits: Mutex::default(),
            clock,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Work in the name of an installation; the requests are counted from zero.
    pub fn session(&self, installation: InstallationId) -> Session {
        Session::new(self.clone(), installation)
    }

    /// Asks GitHub who we are: shows that key, App id and clock are right.
    ///
    /// # Errors
    /// [`GitHubError::Unauthorized`] with advice when one of them is not.
    pub async fn app(&self) -> Result<App, GitHubError> {
        let answer = self.as_app(Method::GET, "/app").await?;
        let app: wire::App = decode("GET /app", false, &answer)?;
        Ok(App { id: app.id, slug: app.slug })
    }

    /// A request in the App's own name.
    pub(super) async fn as_app(&self, method: Method, path: &str) -> Result<Answer, GitHubError> {
        let it = &*self.shared;
        let name = format!("{method} {path}");
        let jwt = it.app.jwt(it.clock.now());
        let jwt = jwt.map_err(|it| GitHubError::Unauthorized { advice: it.to_string() })?;
        let url = format!("{}{path}", it.rest);
        // A token that nobody received does no harm, so this counts as a read.
        let call = Call { method, url, name: &name, accept: JSON, body: None, writes: false };
        let answer = it.exchange(&call, &jwt, None).await?;
        let unknown = answer.status == StatusCode::NOT_FOUND
            && String::from_utf8_lossy(&answer.body).contains("Integration not found");
        if answer.status == StatusCode::UNAUTHORIZED || unknown {
            let advice = it.app.advice(&it.rest, &answer, it.clock.now());
            return Err(GitHubError::Unauthorized { advice });
        }
        it.checked(&call, None, answer)
    }
}

impl Shared {
    /// Sends a call, and once more to where the answer points, within the same server.
    pub(super) async fn exchange(
        &self,
        call: &Call<'_>,
        secret: &SecretString,
        who: Option<InstallationId>,
    ) -> Result<Answer, GitHubError> {
        let now = self.clock.now();
        {
            let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
            limits.retain(|_, until| *until > now);
            if let Some(until) = limits.get(&who) {
                return Err(GitHubError::RateLimited { until: *until });
            }
        }
        let mut answer = self.send(call, &call.url, secret).await?;
        if matches!(answer.status.as_u16(), 301 | 302 | 307 | 308) {
            // A renamed or transferred repository. The token goes to no other server.
            let to = answer.headers.get(LOCATION).and_then(|it| it.to_str().ok());
            let to = to.filter(|it| same_server(it, &self.rest)).map(str::to_owned);
            if let Some(to) = to {
                answer = self.send(call, &to, secret).await?;
            }
        }
        let left = number(&answer.headers, "x-ratelimit-remaining");
        tracing::debug!(
            github.request = call.name,
            github.status = answer.status.as_u16(),
            github.bytes = answer.body.len(),
            ratelimit.remaining = left,
            ratelimit.resource =
                answer.headers.get("x-ratelimit-resource").and_then(|it| it.to_str().ok()),
            duration_ms = u64::try_from(self.clock.now().since(now).as_millis()).unwrap_or(0),
            "GitHub answered"
        );
        Ok(answer)
    }

    async fn send(
        &self,
        call: &Call<'_>,
        url: &str,
        secret: &SecretString,
    ) -> Result<Answer, GitHubError> {
        let bad = |_| GitHubError::Unprocessable { message: format!("{}: a bad URL", call.name) };
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", secret.expose_secret()))
            .map_err(|_| GitHubError::transient("GitHub's token holds bad characters", false))?;
        bearer.set_sensitive(true);
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(url)
            .header(AUTHORIZATION, bearer)
            .header(USER_AGENT, concat!("go-expert/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, call.accept)
            .header("x-github-api-version", "2022-11-28");
        if call.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(call.body.clone().unwrap_or_default()).map_err(bad)?;
        self.transport.send(request).await.map_err(|lost| {
            let message = format!("{}: {}", call.name, lost.message);
            GitHubError::transient(message, call.writes && !lost.never_sent)
        })
    }

    /// The answer when it is a success. A limit is remembered, so that nobody asks too early.
    pub(super) fn checked(
        &self,
        call: &Call<'_>,
        who: Option<InstallationId>,
        answer: Answer,
    ) -> Result<Answer, GitHubError> {
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(self.noted(who, GitHubError::refused(call.name, call.writes, &answer, &self.clock)))
    }

    pub(super) fn noted(&self, who: Option<InstallationId>, error: GitHubError) -> GitHubError {
        if let GitHubError::RateLimited { until } = error {
            self.limits.lock().unwrap_or_else(PoisonError::into_inner).insert(who, until);
        }
        error
    }
}

fn same_server(url: &str, api: &str) -> bool {
    let origin = |url: &str| {
        let uri: Uri = url.parse().ok()?;
        Some((uri.scheme()?.clone(), uri.authority()?.clone()))
    };
    origin(url).is_some() && origin(url) == origin(api)
}

pub(super) fn encode(name: &str, body: &impl Serialize) -> Result<Vec<u8>, GitHubError> {
    serde_json::to_vec(body)
        .map_err(|it| GitHubError::Unprocessable { message: format!("{name}: {it}") })
}

pub(super) fn decode<T: DeserializeOwned>(
    name: &str,
    writes: bool,
    answer: &Answer,
) -> Result<T, GitHubError> {
    let mut json = serde_json::Deserializer::from_slice(&answer.body);
    let it = serde_path_to_error::deserialize(&mut json)
        .map_err(|it| GitHubError::malformed(name, writes, &it))?;
    Ok(it)
}
