//! What can go wrong with GitHub, sorted by what the worker does about it.

use http::{HeaderMap, StatusCode};

use super::transport::Answer;
use super::wire::{GraphQlError, Refusal};
use crate::model::{Clock, Timestamp};

/// Why GitHub did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitHubError {
    /// GitHub does not accept who we are; an operator must act.
    #[error("GitHub does not accept this App: {advice}")]
    Unauthorized {
        /// Whether key, App id or clock is wrong, and what to do.
        advice: String,
    },
    /// It is not there, or not for us: trying again does not help.
    #[error("no access: {what}")]
    NoAccess {
        /// What was asked, and what GitHub says.
        what: String,
    },
    /// Too much was asked; nothing of this request was done.
    #[error("GitHub's rate limit: not before {}", date(*until))]
    RateLimited {
        /// When to ask again.
        until: Timestamp,
    },
    /// GitHub understood and refused: the same request will be refused again.
    #[error("GitHub refused: {message}")]
    Unprocessable {
        /// GitHub's words.
        message: String,
    },
    /// Trying again later may help.
    #[error("{message}")]
    Transient {
        /// What happened.
        message: String,
        /// The request was a write, and it may have been carried out: look before writing again.
        answer_lost: bool,
    },
    /// The answer to a read is not what GitHub's description says.
    #[error("the answer to {request} makes no sense at `{path}`: {message}")]
    Malformed {
        /// The request.
        request: String,
        /// The JSON path of the first bad value; `.` is the whole.
        path: String,
        /// What is wrong with it.
        message: String,
    },
}

/// GitHub says "wait at least a minute" where it does not say how long
/// (docs, "Rate limits for the REST API").
const WAIT: std::time::Duration = std::time::Duration::from_secs(60);

/// A time as people read it.
fn date(at: Timestamp) -> impl std::fmt::Display {
    chrono::DateTime::from_timestamp_millis(at.0).unwrap_or_default()
}

/// GitHub's words, short enough for a log line.
fn clip(text: &str) -> String {
    text.chars().take(300).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl GitHubError {
    /// The network failed, or GitHub's servers did.
    pub(super) fn transient(message: impl Into<String>, answer_lost: bool) -> Self {
        Self::Transient { message: message.into(), answer_lost }
    }

    /// JSON that could not be read. An answer to a write was as good as lost.
    pub(super) fn malformed(
        request: &str,
        writes: bool,
        error: &serde_path_to_error::Error<serde_json::Error>,
    ) -> Self {
        // serde quotes the value that it found, which may be source text: it is cut out.
        let text = error.inner().to_string();
        let message = match (text.find('"'), text.rfind('"')) {
            (Some(first), Some(last)) if first < last => {
                format!("{}…{}", &text[..first], &text[last + 1..])
            }
            _ => text,
        };
        let (request, path) = (request.to_owned(), error.path().to_string());
        if writes {
            let message = format!("the answer to {request} was damaged at `{path}`: {message}");
            return Self::transient(message, true);
        }
        Self::Malformed { request, path, message: clip(&message) }
    }

    /// An answer with an error status. 401 is the caller's: what it means depends on the token.
    pub(super) fn refused(request: &str, writes: bool, answer: &Answer, clock: &Clock) -> Self {
        let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
        let said = clip(&refusal.text());
        if let Some(until) = rate_limit(answer.status, &answer.headers, &said, clock) {
            return Self::RateLimited { until };
        }
        let status = answer.status.as_u16();
        let what = format!("{request}: {status} {said}").trim_end().to_owned();
        match status {
            // 409 is an empty repository, 410 a feature that is switched off, 451 a takedown.
            403 | 404 | 409 | 410 | 451 => {
                let needs = answer.headers.get("x-accepted-github-permissions");
                match needs.and_then(|it| it.to_str().ok()).filter(|_| status == 403) {
                    Some(needs) => Self::NoAccess { what: format!("{what} (needs {needs})") },
                    None => Self::NoAccess { what },
                }
            }
            408 | 500.. => Self::transient(what, writes),
            _ => Self::Unprocessable { message: what },
        }
    }

    /// The errors of a GraphQL answer, the one that decides first. `None` when there are none.
    pub(super) fn graphql(
        request: &str,
        writes: bool,
        errors: &[GraphQlError],
        headers: &HeaderMap,
        clock: &Clock,
    ) -> Option<Self> {
        let class = |error: &GraphQlError| {
            let message = error.message.to_ascii_lowercase();
            match error.kind.as_str() {
                "RATE_LIMITED" | "RATE_LIMIT" => 0,
                _ if message.contains("rate limit") => 0,
                "NOT_FOUND" | "FORBIDDEN" | "INSUFFICIENT_SCOPES" => 1,
                "INTERNAL" | "SERVICE_UNAVAILABLE" | "RESOURCE_LIMITS_EXCEEDED" => 2,
                _ if message.contains("something went wrong") || message.contains("timeout") => 2,
                _ => 3,
            }
        };
        let error = errors.iter().min_by_key(|it| class(it))?;
        let what = format!("{request}: {}", clip(&error.message));
        Some(match class(error) {
            0 => Self::RateLimited { until: wait(headers, clock) },
            1 => Self::NoAccess { what },
            2 => Self::transient(what, writes),
            _ => Self::Unprocessable { message: what },
        })
    }
}

/// Whether a refusal is about a rate limit, and when to ask again.
fn rate_limit(
    status: StatusCode,
    headers: &HeaderMap,
    said: &str,
    clock: &Clock,
) -> Option<Timestamp> {
    let limited = match status.as_u16() {
        429 => true,
        403 => {
            let said = said.to_ascii_lowercase();
            headers.contains_key("retry-after")
                || number(headers, "x-ratelimit-remaining") == Some(0)
                || said.contains("rate limit")
                || said.contains("abuse detection")
        }
        // A server in maintenance may say when to come back, but it is no limit of ours.
        _ => false,
    };
    limited.then(|| wait(headers, clock))
}

/// When to ask again: `Retry-After`, else the reset of a used-up limit, else a minute from now.
fn wait(headers: &HeaderMap, clock: &Clock) -> Timestamp {
    let now = clock.now();
    // A second more: GitHub's clock counts whole seconds.
    let seconds = |n: u64| std::time::Duration::from_secs(n.min(86_400).saturating_add(1));
    if let Some(after) = number(headers, "retry-after") {
        return now + seconds(after);
    }
    match (number(headers, "x-ratelimit-remaining"), number(headers, "x-ratelimit-reset")) {
        (Some(0), Some(reset)) => {
            // By GitHub's own clock, so that ours may be wrong.
            let theirs = server_time(headers).unwrap_or(now).seconds();
            let left = i64::try_from(reset).unwrap_or(0).saturating_sub(theirs);
            now + seconds(u64::try_from(left).unwrap_or(0))
        }
        _ => now + WAIT,
    }
}

/// A header that holds a number.
pub(super) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The `Date` of an answer: GitHub's clock.
pub(super) fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(http::header::DATE)?.to_str().ok()?;
    let date = chrono::DateTime::parse_from_rfc2822(date).ok()?;
    Some(Timestamp(date.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn check(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> String {
        let clock = Clock::from_fn(|| Timestamp(0) + Duration::from_secs(1_000_000_000));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Answer { status, headers: map, body: body.to_owned().into() };
        match GitHubError::refused("POST /x", true, &answer, &clock) {
            GitHubError::RateLimited { until } => {
                format!("wait {} s", until.since(clock.now()).as_secs())
            }
            error => format!("{error:?}"),
        }
    }

    #[test]
    fn refusals_are_sorted_by_what_to_do() {
        let forbidden = r#"{"message":"Resource not accessible by integration"}"#;
        let table = [
            check(429, &[("retry-after", "7")], ""),
            check(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000000100")], ""),
            // GitHub's clock is 40 s ahead of ours.
            check(
                403,
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1000000100"),
                    ("date", "Sun, 09 Sep 2001 01:47:20 GMT"),
                ],
                "",
            ),
            check(403, &[], r#"{"message":"You have exceeded a secondary rate limit."}"#),
            check(403, &[("x-accepted-github-permissions", "checks=write")], forbidden),
            check(404, &[], r#"{"message":"Not Found"}"#),
            check(
                422,
                &[],
                r#"{"message":"Unprocessable Entity","errors":["Line must be part of the diff"]}"#,
            ),
            check(502, &[], "<html>"),
        ];
        insta::assert_snapshot!(table.join("\n"), @r#"
        wait 8 s
        wait 101 s
        wait 61 s
        wait 60 s
        NoAccess { what: "POST /x: 403 Resource not accessible by integration (needs checks=write)" }
        NoAccess { what: "POST /x: 404 Not Found" }
        Unprocessable { message: "POST /x: 422 Unprocessable Entity; Line must be part of the diff" }
        Transient { message: "POST /x: 502", answer_lost: true }
        "#);
    }
}
