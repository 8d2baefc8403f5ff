//! Places in a file.

use std::fmt;

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

/// Which side of a diff a line is on, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Side {
    /// The merge base: deleted and context lines.
    Left,
    /// The head: added and context lines.
    Right,
}
