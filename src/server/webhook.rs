//! Where webhooks come in: verify → decode → commit → 202.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use secrecy::SecretString;

use super::event::{self, Event};
use super::signature::{self, Signature};
use crate::model::{Delivery, DeliveryId, Effect};
use crate::store::{Recorded, Store};

/// How large a payload may be: GitHub sends none that is larger (docs.github.com, "Webhook events
/// and payloads", "Payload cap").
const MAX_BODY: usize = 25 * 1024 * 1024;

/// How long a body may take to arrive: GitHub gives up by then itself.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// What the webhook needs to believe a delivery and to keep it.
pub struct Webhook {
    secrets: Vec<SecretString>,
    app_id: u64,
    store: Arc<dyn Store>,
}

impl Webhook {
    /// Believes deliveries that one of the secrets signed and commits them to the store. `app_id`
    /// is our own: what we do ourselves is not for us.
    pub fn new(secrets: Vec<SecretString>, app_id: u64, store: Arc<dyn Store>) -> Self {
        Self { secrets, app_id, store }
    }
}

/// An answer, and all that the sender is told.
type Answer = (StatusCode, &'static str);

/// `POST /webhook`.
pub(super) async fn receive(State(webhook): State<Arc<Webhook>>, request: Request<Body>) -> Answer {
    let (head, body) = request.into_parts();
    match webhook.take(&head.headers, body).await {
        Ok(answer) | Err(answer) => answer,
    }
}

impl Webhook {
    async fn take(&self, headers: &HeaderMap, body: Body) -> Result<Answer, Answer> {
        // A stranger without any signature does not make us read.
        let signature = headers.get(signature::HEADER).map(|it| it.as_bytes());
        let signature = Signature::read(signature).map_err(unsigned)?;
        let body = collect(headers, body).await?;
        signature.verify(&self.secrets, &body).map_err(unsigned)?;

        let name = plain(headers, "x-github-event").ok_or(NO_EVENT)?;
        let delivery = plain(headers, "x-github-delivery").and_then(|it| it.parse().ok());
        let delivery: DeliveryId = delivery.ok_or(NO_DELIVERY)?;
        let json = json_of(headers, &body)?;
        let event = event::decode(name, &json).map_err(|error| {
            // The path alone: the message may quote the payload.
            tracing::warn!(
                delivery.id = %delivery, event = name, path = error.path,
                "a webhook's payload is malformed"
            );
            (StatusCode::BAD_REQUEST, "the payload is not what its event promises\n")
        })?;
        if matches!(event, Event::Ping) {
            tracing::info!(delivery.id = %delivery, "GitHub pinged the webhook");
            return Ok((StatusCode::OK, "pong\n"));
        }
        let effect = event.effect(&delivery, self.app_id);
        if effect == Effect::None {
            tracing::debug!(delivery.id = %delivery, event = name, "nothing to do");
            return Ok((StatusCode::ACCEPTED, "nothing to do\n"));
        }
        self.commit(name, Delivery { id: delivery, effect }).await
    }

    async fn commit(&self, name: &str, delivery: Delivery) -> Result<Answer, Answer> {
        let (id, did) = (delivery.id.clone(), describe(&delivery.effect));
        match self.store.record(delivery).await {
            Ok(Recorded::New) => {
                tracing::info!(delivery.id = %id, event = name, "{did}");
                Ok((StatusCode::ACCEPTED, "accepted\n"))
            }
            Ok(Recorded::Duplicate) => {
                tracing::info!(delivery.id = %id, event = name, "the delivery is known already");
                Ok((StatusCode::ACCEPTED, "known already\n"))
            }
            Err(error) => {
                tracing::error!(delivery.id = %id, error = %error, "the delivery was not recorded");
                Err((StatusCode::SERVICE_UNAVAILABLE, "not recorded; deliver it again later\n"))
            }
        }
    }
}

const NO_EVENT: Answer = (StatusCode::BAD_REQUEST, "the header X-GitHub-Event is missing\n");
const NO_DELIVERY: Answer =
    (StatusCode::BAD_REQUEST, "the header X-GitHub-Delivery is missing or malformed\n");
const TOO_LARGE: Answer = (StatusCode::PAYLOAD_TOO_LARGE, "the payload is larger than 25 MiB\n");
const NOT_JSON: Answer = (
    StatusCode::BAD_REQUEST,
    "the content type must be application/json or application/x-www-form-urlencoded\n",
);

/// The answer to a delivery that is not believed.
fn unsigned(error: signature::SignatureError) -> Answer {
    tracing::warn!(reason = %error, "a webhook was refused");
    let reason = match error {
        signature::SignatureError::Missing => "the signature is missing\n",
        signature::SignatureError::Malformed => "the signature is malformed\n",
        signature::SignatureError::Wrong => "the signature does not match\n",
    };
    (StatusCode::UNAUTHORIZED, reason)
}

/// The whole body, if it is not too large and comes in time.
async fn collect(headers: &HeaderMap, body: Body) -> Result<Bytes, Answer> {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
    if announced.is_some_and(|it: usize| it > MAX_BODY) {
        return Err(TOO_LARGE);
    }
    match tokio::time::timeout(MAX_WAIT, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(TOO_LARGE),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "the body broke off\n")),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "the body came too slowly\n")),
    }
}

/// A header's value, if it is plain text.
fn plain<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|it| !it.is_empty())
}

/// The JSON of the body, whichever of its two content types the App was set to.
fn json_of<'a>(headers: &HeaderMap, body: &'a Bytes) -> Result<Cow<'a, [u8]>, Answer> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let media = content_type.unwrap_or("").split(';').next().unwrap_or("").trim();
    if media.eq_ignore_ascii_case("application/json") {
        return Ok(Cow::Borrowed(body));
    }
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(NOT_JSON);
    }
    let payload = body.split(|it| *it == b'&').find_map(|it| it.strip_prefix(b"payload="));
    let payload = payload.ok_or((StatusCode::BAD_REQUEST, "the form has no field `payload`\n"))?;
    let spaced: Vec<u8> = payload.iter().map(|it| if *it == b'+' { b' ' } else { *it }).collect();
    Ok(Cow::Owned(percent_encoding::percent_decode(&spaced).collect()))
}

/// What a delivery did, for the log.
fn describe(effect: &Effect) -> String {
    match effect {
        Effect::None => "nothing to do".to_owned(),
        Effect::Enqueue(job) => format!("queued {}#{}", job.review.repo, job.review.pr),
        Effect::Cancel(key) => format!("cancelled {key}"),
        Effect::InstallationGone(id) => format!("installation {id} is gone"),
        Effect::RepositoriesGone(id, repositories) => {
            format!("installation {id} lost {} repositories", repositories.len())
        }
    }
}
