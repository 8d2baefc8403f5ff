//! Which Go versions a rule holds for.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::golang::GoVersion;

/// Bounds on the Go version of a file, such as `>=1.0 <1.22`; without any it always holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct GoRange {
    from: Option<GoVersion>,
    below: Option<GoVersion>,
}

/// A text that is no range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write `go` as \">=1.N\", \"<1.N\" or both, separated by a space")]
pub struct InvalidGoRange;

impl GoRange {
    /// Whether the version lies inside.
    pub fn contains(self, version: GoVersion) -> bool {
        self.from.is_none_or(|it| version >= it) && self.below.is_none_or(|it| version < it)
    }
}

impl FromStr for GoRange {
    type Err = InvalidGoRange;

    fn from_str(text: &str) -> Result<Self, InvalidGoRange> {
        let mut range = Self::default();
        for part in text.split_whitespace() {
            let (bound, version) = match (part.strip_prefix(">="), part.strip_prefix('<')) {
                (Some(it), _) => (&mut range.from, it),
                (None, Some(it)) => (&mut range.below, it),
                (None, None) => return Err(InvalidGoRange),
            };
            if !version.starts_with(|c: char| c.is_ascii_digit()) {
                return Err(InvalidGoRange);
            }
            let version = version.parse().map_err(|()| InvalidGoRange)?;
            if bound.replace(version).is_some() {
                return Err(InvalidGoRange);
            }
        }
        match (range.from, range.below) {
            (None, None) => Err(InvalidGoRange),
            (Some(from), Some(below)) if from >= below => Err(InvalidGoRange),
            _ => Ok(range),
        }
    }
}

impl TryFrom<String> for GoRange {
    type Error = InvalidGoRange;

    fn try_from(text: String) -> Result<Self, InvalidGoRange> {
        text.parse()
    }
}

impl fmt::Display for GoRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.below) {
            (None, None) => f.write_str("any"),
            (Some(from), None) => write!(f, ">={from}"),
            (None, Some(below)) => write!(f, "<{below}"),
            (Some(from), Some(below)) => write!(f, ">={from} <{below}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_lower_bound_and_not_the_upper() {
        let range: GoRange = ">=1.20 <1.22".parse().unwrap();
        for (version, inside) in [("1.19", false), ("1.20", true), ("1.21", true), ("1.22", false)]
        {
            assert_eq!(range.contains(version.parse().unwrap()), inside, "{version}");
        }
        assert!(GoRange::default().contains(GoVersion::DEFAULT));
        assert_eq!("<1.22".parse::<GoRange>().unwrap().to_string(), "<1.22");
        for text in ["", "1.22", ">1.22", ">=1.22 <1.20", "<1.20 <1.21", "<=1.2", "<x"] {
            assert!(text.parse::<GoRange>().is_err(), "{text}");
        }
    }
}
