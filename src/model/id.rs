//! Newtypes for every identifier, so that none is taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not an identifier of the kind it was given as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidId {
    text: String,
    expected: &'static str,
}

impl InvalidId {
    fn new(text: &str, expected: &'static str) -> Self {
        // What came from outside may be long: an error shows the start of it.
        let text = text.chars().take(60).collect();
        Self { text, expected }
    }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// GitHub's id of a repository: it survives renames and transfers.
    RepoId
}
number! {
    /// The number of a pull request within its repository.
    PrNumber
}
number! {
    /// An installation of the App on an account.
    InstallationId
}
number! {
    /// GitHub's id of an issue comment.
    CommentId
}

/// `owner/name` of a repository, as GitHub spells it.
///
/// GitHub compares names without regard to case; state is keyed by [`RepoId`], never by this.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepoName {
    owner: String,
    name: String,
}

impl RepoName {
    /// The account that owns the repository.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The repository's name without its owner.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for RepoName {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        // The characters that GitHub allows; anything else could change the meaning of a URL path.
        let part = |it: &str| {
            !it.is_empty()
                && it != "."
                && it != ".."
                && it.len() <= 100
                && it.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        match text.split_once('/') {
            Some((owner, name)) if part(owner) && part(name) => {
                Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
            }
            _ => Err(InvalidId::new(text, "a repository's `owner/name`")),
        }
    }
}

impl TryFrom<String> for RepoName {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<RepoName> for String {
    fn from(it: RepoName) -> Self {
        it.to_string()
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $is_valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId::new(text, $expected))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(it: $name) -> Self {
                it.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// The object name of a commit: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.
    CommitSha, "a commit's full object name (40 or 64 hexadecimal digits)", is_object_name
}
text! {
    /// The object name of a blob: equal names mean equal contents.
    BlobOid, "a blob's full object name (40 or 64 hexadecimal digits)", is_object_name
}
text! {
    /// `X-GitHub-Delivery`: names a webhook delivery; a redelivery keeps it.
    DeliveryId, "a delivery id (letters, digits and hyphens)", is_token
}
text! {
    /// The lasting name of a finding within one pull request.
    Fingerprint, "a fingerprint (letters, digits and hyphens)", is_token
}

impl CommitSha {
    /// The first seven digits, as GitHub shows it.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }
}

fn is_object_name(text: &str) -> bool {
    let hexadecimal = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    hexadecimal && matches!(text.len(), 40 | 64)
}

fn is_token(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain && (1..=100).contains(&text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_names_cannot_change_a_url() {
        for text in ["acme/shop", "a-b/c_d.e", "A/.github"] {
            assert_eq!(text.parse::<RepoName>().unwrap().to_string(), text);
        }
        for text in ["", "acme", "acme/", "/shop", "a/b/c", "a/..", "a/b?c", "a b/c", "a/b%2f"] {
            assert!(text.parse::<RepoName>().is_err(), "{text}");
        }
    }

    #[test]
    fn object_names_are_full_and_lower_case() {
        assert!("a".repeat(40).parse::<CommitSha>().is_ok());
        assert!("0".repeat(64).parse::<BlobOid>().is_ok());
        for text in ["", "abc", &"A".repeat(40), &"g".repeat(40), &"a".repeat(41)] {
            assert!(text.parse::<CommitSha>().is_err(), "{text}");
        }
    }
}
