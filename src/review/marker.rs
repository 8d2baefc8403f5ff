//! The hidden, signed markers by which we know our own words again.
//!
//! GitHub's own fields move under us (a force-push re-points a review's commit, a comment loses
//! its line), so that identity lives in an HTML comment at the end of each text. It is signed, so
//! that nobody can put words in our mouth, and bound to the pull request, so that it means nothing
//! elsewhere.

use base64::Engine as _;
// The standard alphabet: the URL-safe one could form `--`, which ends an HTML comment.
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretSlice};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::mark::Mark;
use crate::model::{BlobOid, CommitSha, Fingerprint, PrNumber, RepoId};

const OPEN: &str = "<!-- go-expert:";
const CLOSE: &str = " -->";
/// 128 bits of the MAC: beyond forging, and short beside the text it ends.
const MAC_BYTES: usize = 16;

/// A finding that was said, and under which name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its lasting name.
    #[serde(rename = "fp")]
    pub fingerprint: Fingerprint,
    /// What identity compares.
    #[serde(flatten)]
    pub mark: Mark,
    /// The version of the file that `mark.lines` count in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<BlobOid>,
}

/// What a text of ours carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Marker {
    /// An inline comment.
    Comment(CommentMarker),
    /// The summary: the body of our first review.
    Summary(SummaryMarker),
}

/// What an inline comment carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentMarker {
    /// The version of the analysis that found it; only the same analysis can tell that it is gone.
    pub analysis: String,
    /// The head that was reviewed.
    pub head: CommitSha,
    /// What the comment says.
    pub said: Vec<Said>,
    /// The head at which all of it was gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<CommitSha>,
}

/// What the summary carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryMarker {
    /// The version of the analysis.
    pub analysis: String,
    /// The head that was reviewed last.
    pub head: CommitSha,
    /// Findings that the summary tells and no comment does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folded: Vec<Said>,
}

/// The keys that sign markers: the first signs, every one is accepted.
pub struct MarkerKeys(Vec<SecretSlice<u8>>);

impl MarkerKeys {
    /// Keys from the operator's settings, the current one first. Without any, nothing verifies.
    pub fn new(keys: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self(keys.into_iter().map(SecretSlice::from).collect())
    }

    /// Keys derived from the webhook secrets, for operators who set none: HMAC-SHA256 of a fixed
    /// text, so that a marker tells nothing about the secret.
    pub fn derived<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let derive = |secret: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
            mac.update(b"go-expert marker key v1");
            Some(mac.finalize().into_bytes().to_vec())
        };
        Self::new(secrets.into_iter().filter_map(derive))
    }

    /// The markers of one pull request.
    pub fn for_pull_request(&self, repo: RepoId, pr: PrNumber) -> Signer<'_> {
        Signer { keys: self, context: format!("go-expert marker v1 {repo}#{pr}\n") }
    }
}

impl std::fmt::Debug for MarkerKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MarkerKeys({})", self.0.len())
    }
}

/// Signs and reads the markers of one pull request.
pub struct Signer<'a> {
    keys: &'a MarkerKeys,
    context: String,
}

/// What the end of a text of ours says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A marker of ours.
    Ours(Marker),
    /// A marker that does not verify (an old key, an edit by hand, another format).
    Unverified,
    /// No marker.
    None,
}

impl Signer<'_> {
    /// The marker as text, to be appended to a comment.
    pub fn write(&self, marker: &Marker) -> String {
        // A marker holds only strings, numbers and lists of them: JSON can say them all.
        let json = serde_json::to_vec(marker).unwrap_or_default();
        let mac = self.keys.0.first().map(|key| self.mac(key, &json)).unwrap_or_default();
        format!("{OPEN}{}.{}{CLOSE}", STANDARD_NO_PAD.encode(&json), STANDARD_NO_PAD.encode(mac))
    }

    /// Reads the last marker of a text.
    pub fn read(&self, text: &str) -> Reading {
        let Some((_, after)) = text.rsplit_once(OPEN) else { return Reading::None };
        self.verified(after).map_or(Reading::Unverified, Reading::Ours)
    }

    fn verified<T: DeserializeOwned>(&self, after: &str) -> Option<T> {
        let (body, _) = after.split_once(CLOSE)?;
        let (json, mac) = body.split_once('.')?;
        let json = STANDARD_NO_PAD.decode(json).ok()?;
        let mac = STANDARD_NO_PAD.decode(mac).ok()?;
        let ours = self.keys.0.iter().any(|key| {
            use subtle::ConstantTimeEq as _;
            mac.len() == MAC_BYTES && bool::from(self.mac(key, &json).ct_eq(&mac))
        });
        if ours { serde_json::from_slice(&json).ok() } else { None }
    }

    fn mac(&self, key: &SecretSlice<u8>, json: &[u8]) -> Vec<u8> {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose_secret()) else {
            // HMAC takes keys of every length.
            return Vec::new();
        };
        mac.update(self.context.as_bytes());
        mac.update(json);
        mac.finalize().into_bytes()[..MAC_BYTES].to_vec()
    }
}

/// The text without its markers: what a reader sees.
pub fn visible(text: &str) -> &str {
    text.split_once(OPEN).map_or(text, |(before, _)| before).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LineRange;

    fn marker() -> Marker {
        let mark = Mark {
            rule: "goroutine-leak-on-timeout".to_owned(),
            path: "cart.go".into(),
            declaration: "Cart.Quote".to_owned(),
            code: "00ff00ff00ff00ff".to_owned(),
            lines: LineRange::line(8),
        };
        let said = Said { fingerprint: mark.fingerprint(0), mark, blob: None };
        Marker::Comment(CommentMarker {
            analysis: "1".to_owned(),
            head: "a".repeat(40).parse().unwrap(),
            said: vec![said],
            fixed: None,
        })
    }

    fn keys(names: &[&str]) -> MarkerKeys {
        MarkerKeys::new(names.iter().map(|it| it.as_bytes().to_vec()))
    }

    #[test]
    fn what_was_written_is_read_again() {
        let keys = keys(&["k"]);
        let signer = keys.for_pull_request(RepoId(1), PrNumber(7));
        let text = format!("Some words.\n\n{}", signer.write(&marker()));
        assert_eq!(signer.read(&text), Reading::Ours(marker()));
        assert_eq!(visible(&text), "Some words.");
    }

    #[test]
    fn a_rotated_key_is_still_accepted_and_no_longer_signs() {
        let (old, new) = (keys(&["old"]), keys(&["new", "old"]));
        let text = old.for_pull_request(RepoId(1), PrNumber(7)).write(&marker());
        let signer = new.for_pull_request(RepoId(1), PrNumber(7));
        assert_eq!(signer.read(&text), Reading::Ours(marker()));
        assert_ne!(signer.write(&marker()), text);
    }

    #[test]
    fn nobody_else_can_speak_for_us() {
        let keys = keys(&["k"]);
        let signer = keys.for_pull_request(RepoId(1), PrNumber(7));
        let text = signer.write(&marker());
        let elsewhere = keys.for_pull_request(RepoId(1), PrNumber(8));
        assert_eq!(elsewhere.read(&text), Reading::Unverified);
        assert_eq!(
            self::keys(&["x"]).for_pull_request(RepoId(1), PrNumber(7)).read(&text),
            Reading::Unverified
        );
        assert_eq!(
            self::keys(&[]).for_pull_request(RepoId(1), PrNumber(7)).read(&text),
            Reading::Unverified
        );
        for broken in [
            "<!-- go-expert:",
            "<!-- go-expert:x -->",
            "<!-- go-expert:e30. -->",
            "<!-- go-expert:e30.e30 -->",
        ] {
            assert_eq!(signer.read(broken), Reading::Unverified, "{broken}");
        }
        assert_eq!(signer.read("hello"), Reading::None);
    }
}
