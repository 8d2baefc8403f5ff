//! What a rule says about one place in the code.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Confidence, LineRange, Severity};

use super::Var;

/// A rule's lasting name: lower-case words joined with hyphens, the file stem of its page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleId(Arc<str>);

impl RuleId {
    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is not a rule's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a rule's id is lower-case words joined with hyphens, at most 60 characters")]
pub struct InvalidRuleId;

impl FromStr for RuleId {
    type Err = InvalidRuleId;

    fn from_str(text: &str) -> Result<Self, InvalidRuleId> {
        let word = |it: &str| {
            !it.is_empty() && it.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let starts = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        if starts && text.len() <= 60 && text.split('-').all(word) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidRuleId)
        }
    }
}

impl TryFrom<String> for RuleId {
    type Error = InvalidRuleId;

    fn try_from(text: String) -> Result<Self, InvalidRuleId> {
        text.parse()
    }
}

impl From<RuleId> for String {
    fn from(it: RuleId) -> Self {
        it.0.to_string()
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A rule's claim about one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// The file.
    pub path: Arc<str>,
    /// The trigger's lines.
    pub lines: LineRange,
    /// The trigger's bytes in the file's text.
    pub bytes: Range<usize>,
    /// The enclosing top-level declaration, as `golang` names it; empty outside of any.
    pub declaration: String,
    /// The trigger's statement without comments and layout; identity compares it.
    pub code: String,
    /// How bad, here.
    pub severity: Severity,
    /// How sure, here.
    pub confidence: Confidence,
    /// What fills the holes of the page's sentences.
    pub vars: Vec<Var>,
    /// The necessary partners: without them the trigger would be harmless.
    pub related: Vec<Related>,
    /// The edit that cures it, only where it is safe to apply unseen.
    pub fix: Option<Fix>,
    /// Whether the place is test code: a `_test.go` file or a package that serves tests.
    pub in_test: bool,
    /// Whether a comment in the code silences it.
    pub silenced: bool,
}

/// A place that takes part in a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Related {
    /// The file.
    pub path: Arc<str>,
    /// The lines.
    pub lines: LineRange,
    /// Its part.
    pub role: Role,
}

/// The part that a related place plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Where the channel is made.
    Make,
    /// The branch that leaves.
    OtherCase,
    /// The loop around it.
    Loop,
    /// Where the client is made.
    Client,
    /// A call that is affected.
    Call,
    /// Where it is acquired.
    Acquire,
    /// Where the goroutine is started.
    Start,
    /// The function that a goroutine runs.
    Body,
    /// Where the goroutines are waited for.
    Wait,
    /// Another place that touches the same state.
    Access,
}

impl Role {
    /// The word that stands for it in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::OtherCase => "other-case",
            Self::Loop => "loop",
            Self::Client => "client",
            Self::Call => "call",
            Self::Acquire => "acquire",
            Self::Start => "start",
            Self::Body => "body",
            Self::Wait => "wait",
            Self::Access => "access",
        }
    }
}

/// Whole lines to put in the place of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The file.
    pub path: Arc<str>,
    /// The lines to replace.
    pub lines: LineRange,
    /// The lines to put there, without the last line's end.
    pub replacement: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_ids_are_kebab_case() {
        for text in ["a", "goroutine-leak-on-timeout", "loopvar-capture-pre122"] {
            assert!(text.parse::<RuleId>().is_ok(), "{text}");
        }
        for text in ["", "A", "a_b", "-a", "a-", "a--b", "1a", "a b", "a/b", "ä", &"a".repeat(61)]
        {
            assert!(text.parse::<RuleId>().is_err(), "{text}");
        }
    }
}
