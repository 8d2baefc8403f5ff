//! Who we are: the App's signed statement, and installation tokens made from it.
//!
//! <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app>

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};

use super::error::{GitHubError, server_time};
use super::transport::Answer;
use super::wire;
use crate::model::{InstallationId, Timestamp};

/// A token is replaced when it has less than this left, so that none expires within a review.
const RENEW_BEFORE: Duration = Duration::from_secs(5 * 60);

/// The private key cannot sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the private key is {what}: set GO_EXPERT_PRIVATE_KEY_FILE (or GO_EXPERT_PRIVATE_KEY) to the \
     RSA key that GitHub gave for the App, a PEM that begins with `-----BEGIN RSA PRIVATE KEY-----`"
)]
pub(super) struct BadKey {
    what: &'static str,
}

/// The App's identity: its id and its private key.
pub(super) struct AppKey {
    issuer: String,
    key: EncodingKey,
}

#[derive(serde::Serialize)]
struct Claims<'a> {
    iat: i64,
    exp: i64,
    #[serde(serialize_with = "issuer")]
    iss: &'a str,
}

/// An App id travels as a number, a client id as a text.
fn issuer<S: serde::Serializer>(text: &&str, to: S) -> Result<S::Ok, S::Error> {
    match text.parse::<u64>() {
        Ok(number) => to.serialize_u64(number),
        Err(_) => to.serialize_str(text),
    }
}

impl AppKey {
    /// From the App's id (or client id) and its key, PKCS#1 or PKCS#8; the key is tried.
    pub(super) fn new(issuer: &str, pem: &SecretString) -> Result<Self, BadKey> {
        let pem = pem.expose_secret().trim();
        // Settings that cannot hold line breaks often hold `\n` in their place.
        let pem = if pem.contains('\n') { pem.to_owned() } else { pem.replace("\\n", "\n") };
        if pem.is_empty() {
            return Err(BadKey { what: "empty" });
        }
        if !pem.contains("PRIVATE KEY-----") {
            return Err(BadKey { what: "not a private key in PEM" });
        }
        let key = EncodingKey::from_rsa_pem(pem.as_bytes())
            .map_err(|_| BadKey { what: "not an RSA key, or damaged" })?;
        let it = Self { issuer: issuer.trim().to_owned(), key };
        it.jwt(Timestamp(0))?;
        Ok(it)
    }

    /// A statement of who we are, valid for nine minutes: GitHub takes at most ten, and we
    /// begin a minute early since clocks differ.
    pub(super) fn jwt(&self, now: Timestamp) -> Result<SecretString, BadKey> {
        let now = now.seconds();
        let claims = Claims { iat: now - 60, exp: now + 9 * 60, iss: &self.issuer };
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key)
            .map(SecretString::from)
            .map_err(|_| BadKey { what: "not an RSA key, or damaged" })
    }

    /// What an operator must do about a refused statement: key, App id or clock.
    pub(super) fn advice(&self, api: &str, answer: &Answer, now: Timestamp) -> String {
        let refusal: wire::Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
        let said = refusal.text();
        let off = server_time(&answer.headers).map(|it| now.seconds() - it.seconds());
        let about_time = ["claim ('exp')", "claim ('iat')"].iter().any(|it| said.contains(it));
        let id = &self.issuer;
        if said.contains("Integration not found") {
            return format!(
                "{api} has no App `{id}`: check GO_EXPERT_APP_ID and GO_EXPERT_GITHUB_API_URL"
            );
        }
        match off {
            // The statement stands 60 s early and one minute short of the longest.
            Some(off) if off.unsigned_abs() >= 60 => {
                let way = if off > 0 { "ahead of" } else { "behind" };
                format!("this machine's clock is {} s {way} GitHub's: set it", off.unsigned_abs())
            }
            _ if about_time => format!("this machine's clock is wrong: set it (GitHub: {said})"),
            _ if said.contains("could not be decoded") => format!(
                "the private key is not one of App `{id}`'s: make a new one on the App's page and \
                 set GO_EXPERT_PRIVATE_KEY_FILE, or correct GO_EXPERT_APP_ID"
            ),
            _ => format!("check GO_EXPERT_APP_ID and the private key (GitHub: {said})"),
        }
    }
}

/// An installation's token and what it allows.
#[derive(Debug)]
pub(super) struct Token {
    /// Of any length and form: GitHub has two.
    pub secret: SecretString,
    /// By our clock.
    pub expires: Timestamp,
    /// Permission to `read` or `write`.
    pub permissions: BTreeMap<String, String>,
}

impl Token {
    /// From GitHub's answer. Its lifetime is reckoned by GitHub's own clock, so that ours may
    /// be wrong.
    pub(super) fn new(made: wire::AccessToken, answer: &Answer, now: Timestamp) -> Self {
        let expires = Timestamp(made.expires_at.timestamp_millis());
        let lifetime = expires.since(server_time(&answer.headers).unwrap_or(now));
        Self { secret: made.token, expires: now + lifetime, permissions: made.permissions }
    }

    fn fresh(&self, now: Timestamp) -> bool {
        self.expires.since(now) > RENEW_BEFORE
    }
}

type Slot = Arc<tokio::sync::Mutex<Option<Arc<Token>>>>;

/// The tokens of all installations. One is made at a time per installation; whoever needs it
/// meanwhile waits for it.
#[derive(Default)]
pub(super) struct Tokens {
    slots: Mutex<HashMap<InstallationId, Slot>>,
}

impl Tokens {
    fn slot(&self, of: InstallationId) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(of).or_default().clone()
    }

    /// The token at hand, else one that `make` makes.
    pub(super) async fn get(
        &self,
        of: InstallationId,
        now: Timestamp,
        make: impl Future<Output = Result<Token, GitHubError>>,
    ) -> Result<Arc<Token>, GitHubError> {
        let slot = self.slot(of);
        let mut held = slot.lock().await;
        if let Some(token) = held.as_ref().filter(|it| it.fresh(now)) {
            return Ok(Arc::clone(token));
        }
        let token = Arc::new(make.await?);
        *held = Some(Arc::clone(&token));
        Ok(token)
    }

    /// Forgets a token that GitHub refused, unless another has taken its place.
    pub(super) async fn forget(&self, of: InstallationId, refused: &Arc<Token>) {
        let slot = self.slot(of);
        let mut held = slot.lock().await;
        if held.as_ref().is_some_and(|it| Arc::ptr_eq(it, refused)) {
            *held = None;
        }
    }
}
