//! Places in a file.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// Lines `first..=last` of a file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineRange {
    /// The first line.
    pub first: u32,
    /// The last line, never before the first.
    pub last: u32,
}

impl LineRange {
    /// The lines `first..=last`; a `last` before `first` is taken as `first`.
    pub fn new(first: u32, last: u32) -> Self {
        Self { first, last: last.max(first) }
    }

    /// One line.
    pub fn line(line: u32) -> Self {
        Self { first: line, last: line }
    }

    /// Whether the range holds the line.
    pub fn contains(self, line: u32) -> bool {
        (self.first..=self.last).contains(&line)
    }

    /// Whether the two share a line.
    pub fn touches(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The lines, one by one.
    pub fn lines(self) -> std::ops::RangeInclusive<u32> {
        self.first..=self.last
    }
}

impl fmt::Display for LineRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

/// Everything but slashes and the unreserved characters of RFC 3986. A first part with a colon would
/// be a scheme, and brackets would end a Markdown link.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A file's path as it may stand in a URL, and as a relative reference of its own.
pub fn path_in_url(path: &str) -> String {
    utf8_percent_encode(path, ESCAPED).to_string()
}

/// Which side of a diff a line is on, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Side {
    /// The merge base: deleted and context lines.
    Left,
    /// The head: added and context lines.
    Right,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        assert_eq!(path_in_url("a b/世:c)-_.~.go"), "a%20b/%E4%B8%96%3Ac%29-_.~.go");
    }
}
