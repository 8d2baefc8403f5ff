//! Who asks: the App by its JSON web token, an installation by its own token; and how GitHub
//! refuses.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Value, json};

use super::json::time;
use super::world::{Repository, Token, World};
use super::{APP_ID, PUBLIC_KEY};

/// How long an installation token lives (docs.github.com, "Generating an installation access
/// token").
const TOKEN_LIFE: Duration = Duration::from_secs(3_600);
/// How far ahead a JSON web token may expire, in seconds.
const JWT_LIFE: i64 = 600;
/// What GitHub forgives a clock, in seconds.
const JWT_SKEW: i64 = 60;

/// A refusal in GitHub's words.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: String,
    pub(super) errors: Vec<Value>,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, message: message.into(), errors: Vec::new() }
    }

    /// 404, also for what one may not know to exist.
    pub(super) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// 422 with its reasons.
    pub(super) fn unprocessable(errors: Vec<String>) -> Self {
        let errors = errors.into_iter().map(Value::String).collect();
        Self { errors, ..Self::new(422, "Unprocessable Entity") }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status.as_u16().to_string();
        let mut body = json!({
            "message": self.message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status,
        });
        if !self.errors.is_empty() {
            body["errors"] = Value::Array(self.errors);
        }
        (self.status, Json(body)).into_response()
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get("authorization")?.to_str().ok()?;
    value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("token ")).map(str::trim)
}

#[derive(Debug, Deserialize)]
struct Claims {
    #[serde(default)]
    iss: Value,
    iat: i64,
    exp: i64,
}

impl World {
    /// Accepts the App's JSON web token, or says what is wrong with it as GitHub does.
    pub(super) fn app(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let wrong = |message: &str| Refusal::new(401, message);
        let token =
            bearer(headers).ok_or_else(|| wrong("A JSON web token could not be decoded"))?;
        let key = DecodingKey::from_rsa_pem(PUBLIC_KEY.as_bytes());
        let key = key.map_err(|error| Refusal::new(500, error.to_string()))?;
        let mut rules = Validation::new(Algorithm::RS256);
        // The times are judged below, by the stand-in's clock.
        rules.validate_exp = false;
        rules.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules)
            .map_err(|_| wrong("A JSON web token could not be decoded"))?
            .claims;
        let issuer = claims.iss.as_str().map_or_else(|| claims.iss.to_string(), str::to_owned);
        let now = self.clock.now().seconds();
        if issuer != APP_ID.to_string() {
            Err(wrong("Integration not found"))
        } else if claims.exp <= now {
            Err(wrong(
                "'Expiration time' claim ('exp') must be a numeric value representing the \
                       future time at which the assertion expires",
            ))
        } else if claims.exp > now + JWT_LIFE + JWT_SKEW
            || claims.exp - claims.iat > JWT_LIFE + JWT_SKEW
        {
            Err(wrong("'Expiration time' claim ('exp') is too far in the future"))
        } else if claims.iat > now {
            Err(wrong(
                "'Issued at' claim ('iat') must be an Integer representing the time that \
                       the assertion was issued",
            ))
        } else {
            Ok(())
        }
    }

    /// Gives out a token in the long format of 2026 (GitHub's changelog of 2026-05-15).
    pub(super) fn mint(&mut self, installation: u64) -> Result<Value, Refusal> {
        let found = self.installations.get(&installation).cloned();
        let found = found.ok_or_else(Refusal::not_found)?;
        let expires = self.clock.now() + TOKEN_LIFE;
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let nonce: String = (0..6).map(|_| uuid::Uuid::new_v4().simple().to_string()).collect();
        let head = part(r#"{"typ":"JWT","alg":"ES256","kid":"stand-in"}"#);
        let claims = json!({ "jti": nonce, "ins": installation, "exp": expires.seconds() });
        let token =
            format!("ghs_{APP_ID}_{head}.{}.{}", part(&claims.to_string()), part(&nonce[..64]));
        self.tokens.insert(token.clone(), Token { installation, expires });
        Ok(json!({
            "token": token,
            "expires_at": time(expires),
            "permissions": found.permissions,
            "repository_selection": "all",
        }))
    }

    /// The repository that the request's token may see, with the permission it needs.
    pub(super) fn allowed(
        &self,
        headers: &HeaderMap,
        repository: &str,
        needs: (&str, &str),
    ) -> Result<&Repository, Refusal> {
        let installation = self.installation(headers)?;
        let found = self.repository(repository).ok_or_else(Refusal::not_found)?;
        let installation = self.installations.get(&installation);
        let installation = installation.filter(|it| it.account == found.owner);
        let installation = installation.ok_or_else(Refusal::not_found)?;
        let (permission, level) = needs;
        match installation.permissions.get(permission) {
            Some(given) if given == level || given == "write" => Ok(found),
            _ => Err(Refusal::new(403, "Resource not accessible by integration")),
        }
    }

    /// The installation whose token this is.
    pub(super) fn installation(&self, headers: &HeaderMap) -> Result<u64, Refusal> {
        let token = bearer(headers).and_then(|it| self.tokens.get(it));
        let token = token.filter(|it| it.expires > self.clock.now());
        token.map(|it| it.installation).ok_or_else(|| Refusal::new(401, "Bad credentials"))
    }
}
