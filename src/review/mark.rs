//! What identity compares: a finding reduced to its rule, its place and its code.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{Fingerprint, LineRange};
use crate::rules::Finding;

/// A finding as identity sees it; also what a comment's hidden marker carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The rule's id.
    pub rule: String,
    /// The file that holds the trigger.
    pub path: Arc<str>,
    /// The enclosing top-level declaration; empty outside of any.
    #[serde(rename = "decl", default, skip_serializing_if = "String::is_empty")]
    pub declaration: String,
    /// A digest of the trigger's code without layout and comments; empty when unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// The trigger's lines.
    pub lines: LineRange,
}

impl Mark {
    /// The mark of a finding.
    pub fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.to_string(),
            path: finding.path.clone(),
            declaration: finding.declaration.clone(),
            code: digest([finding.code.as_str()]),
            lines: finding.lines,
        }
    }

    /// The name that a new finding gets: the same input always gives the same name.
    ///
    /// `ordinal` tells apart findings that are alike in everything else.
    pub fn fingerprint(&self, ordinal: usize) -> Fingerprint {
        let ordinal = ordinal.to_string();
        let text = digest([
            self.rule.as_str(),
            self.path.as_ref(),
            self.declaration.as_str(),
            self.code.as_str(),
            ordinal.as_str(),
        ]);
        match text.parse() {
            Ok(it) => it,
            // A digest is hexadecimal digits, which every fingerprint may consist of.
            Err(_) => unreachable!("a digest is a fingerprint"),
        }
    }
}

/// The first 64 bits of a SHA-256 over the parts, each with its length, in hexadecimal digits.
fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(&hash.finalize()[..8])
}
