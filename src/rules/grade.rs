//! How bad a rule's findings are, which may depend on the Go version.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use crate::golang::GoVersion;
use crate::model::Severity;

use super::gate::GoRange;

/// One severity, or several by Go version: the first whose versions contain the file's counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    by_version: Vec<(GoRange, Severity)>,
    otherwise: Severity,
}

impl Grade {
    /// How bad, in a file of this version.
    pub fn at(&self, version: GoVersion) -> Severity {
        let found = self.by_version.iter().find(|(go, _)| go.contains(version));
        found.map_or(self.otherwise, |it| it.1)
    }

    /// How bad at worst.
    pub fn worst(&self) -> Severity {
        self.by_version.iter().map(|it| it.1).fold(self.otherwise, Severity::max)
    }
}

impl fmt::Display for Grade {
    /// `critical`, or `critical (Go <1.22), else advice`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (go, severity) in &self.by_version {
            write!(f, "{severity} (Go {go}), else ")?;
        }
        write!(f, "{}", self.otherwise)
    }
}

impl<'de> Deserialize<'de> for Grade {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Grades)
    }
}

struct Grades;

impl<'de> Visitor<'de> for Grades {
    type Value = Grade;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a severity, or a list of { go: \"<1.N\", severity: … }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Grade, E> {
        let found = Severity::ALL.iter().find(|it| it.as_str() == text);
        let all: Vec<_> = Severity::ALL.iter().map(|it| it.as_str()).collect();
        let unknown = || E::custom(format!("`{text}` is no severity; use {}", all.join(", ")));
        Ok(Grade { by_version: Vec::new(), otherwise: *found.ok_or_else(unknown)? })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Grade, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Step {
            go: Option<GoRange>,
            severity: Severity,
        }
        let mut by_version = Vec::new();
        let mut otherwise = None;
        while let Some(step) = list.next_element::<Step>()? {
            if otherwise.is_some() {
                return Err(A::Error::custom("put the severity without `go` at the end"));
            }
            match step.go {
                Some(go) => by_version.push((go, step.severity)),
                None => otherwise = Some(step.severity),
            }
        }
        let otherwise = otherwise.ok_or_else(|| {
            A::Error::custom("end the list with a severity without `go`, for all other versions")
        })?;
        Ok(Grade { by_version, otherwise })
    }
}
