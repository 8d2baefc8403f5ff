//! Go's language versions, from `go.mod` files and from build constraints.

use std::fmt;
use std::str::FromStr;

/// A version of the Go language, as 1.22; point releases and release candidates do not change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoVersion {
    /// 1, so far.
    pub major: u16,
    /// The number behind the first dot.
    pub minor: u16,
}

impl GoVersion {
    /// What holds where no `go` line says anything: <https://go.dev/ref/mod#go-mod-file-go>.
    pub const DEFAULT: Self = Self::new(1, 16);

    /// From here on each iteration has its own copy of the loop's variables:
    /// <https://go.dev/doc/go1.22#language>.
    pub const LOOP_VARIABLE_PER_ITERATION: Self = Self::new(1, 22);

    /// The version `major.minor`.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// The version in which a file is compiled, given its module's and its `//go:build` line's.
    ///
    /// A constraint that implies a version sets the file's, up or down, but never below 1.21, the
    /// first release that did so: `initFiles` in `go/types/check.go` of Go 1.26.
    pub fn of_file(module: Self, constraint: Option<Self>) -> Self {
        constraint.map_or(module, |it| it.max(Self::new(1, 21)))
    }
}

impl fmt::Display for GoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for GoVersion {
    type Err = ();

    /// Reads `1.22`, `1.22.3` and `1.22rc1`, with or without `go` before it.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.strip_prefix("go").unwrap_or(text);
        let (major, rest) = text.split_once('.').unwrap_or((text, "0"));
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = |it: &str| it.parse::<u16>().map_err(|_| ());
        Ok(Self::new(number(major)?, number(&rest[..digits])?))
    }
}

/// The lowest version that satisfies a build constraint, if it takes one to satisfy it.
///
/// The meaning is that of `constraint.GoVersion` (<https://pkg.go.dev/go/build/constraint>): tags
/// are taken as independent, a negated tag implies nothing, "and" takes the higher version and
/// "or" the lower. The expression is what stands behind `//go:build`.
pub(super) fn implied_by(constraint: &str) -> Option<GoVersion> {
    /// What an expression implies, and what its negation implies; -1 for nothing.
    #[derive(Clone, Copy)]
    struct Minimum(i32, i32);

    fn apply(operators: &mut Vec<char>, values: &mut Vec<Minimum>) -> Option<()> {
        let right = values.pop()?;
        let value = match operators.pop()? {
            '!' => Minimum(right.1, right.0),
            operator => {
                let left = values.pop()?;
                let (low, high) = (
                    Minimum(left.0.min(right.0), left.1.min(right.1)),
                    Minimum(left.0.max(right.0), left.1.max(right.1)),
                );
                if operator == '&' { Minimum(high.0, low.1) } else { Minimum(low.0, high.1) }
            }
        };
        values.push(value);
        Some(())
    }

    // Two stacks instead of a recursive descent: the depth is the author's choice.
    let (mut operators, mut values) = (Vec::new(), Vec::new());
    let mut rest = constraint.trim();
    let mut operand_expected = true;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            ' ' | '\t' => {}
            '!' | '(' if operand_expected => operators.push(c),
            ')' if !operand_expected => {
                while *operators.last()? != '(' {
                    apply(&mut operators, &mut values)?;
                }
                operators.pop();
                while operators.last() == Some(&'!') {
                    apply(&mut operators, &mut values)?;
                }
            }
            '&' | '|' if !operand_expected && rest[1..].starts_with(c) => {
                length = 2;
                // "And" binds tighter than "or"; "not" was applied at once.
                while operators.last().is_some_and(|&it| it == '&' || (it == '|' && c == '|')) {
                    apply(&mut operators, &mut values)?;
                }
                operators.push(c);
                operand_expected = true;
            }
            _ if operand_expected && (c.is_alphanumeric() || matches!(c, '_' | '.')) => {
                length = rest
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
                    .unwrap_or(rest.len());
                values.push(Minimum(implied_by_tag(&rest[..length]), -1));
                operand_expected = false;
                while operators.last() == Some(&'!') {
                    apply(&mut operators, &mut values)?;
                }
            }
            _ => return None,
        }
        rest = &rest[length..];
    }
    while !operators.is_empty() {
        if operators.last() == Some(&'(') {
            return None;
        }
        apply(&mut operators, &mut values)?;
    }
    match values[..] {
        [Minimum(it, _)] => Some(GoVersion::new(1, u16::try_from(it).ok()?)),
        _ => None,
    }
}

fn implied_by_tag(tag: &str) -> i32 {
    match tag.strip_prefix("go1") {
        Some("") => 0,
        Some(minor) => minor.strip_prefix('.').and_then(|it| it.parse().ok()).unwrap_or(-1),
        None => -1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_imply_versions_as_the_go_documentation_says() {
        for (constraint, expected) in [
            ("linux && go1.22", Some("1.22")),
            ("(linux && go1.22) || (windows && go1.20)", Some("1.20")),
            ("linux", None),
            ("linux || (windows && go1.22)", None),
            ("!go1.22", None),
            ("!(!go1.22)", Some("1.22")),
            ("!!go1.22 && go1.5", Some("1.22")),
            ("!(!go1.22 || !linux)", Some("1.22")),
            ("go1.18 || go1.20 && go1.21", Some("1.18")),
            ("go1", Some("1.0")),
            ("go1.", None),
            ("", None),
            ("(go1.20", None),
            ("go1.20)", None),
            ("go1.20 go1.21", None),
            ("go1.20 &&", None),
            ("&& go1.20", None),
            ("go1.20 & go1.21", None),
            ("go1.99999999999", None),
        ] {
            let got = implied_by(constraint).map(|it| it.to_string());
            assert_eq!(got.as_deref(), expected, "{constraint}");
        }
        let deep = format!("{}go1.22{}", "(".repeat(50_000), ")".repeat(50_000));
        assert_eq!(implied_by(&deep), Some(GoVersion::new(1, 22)));
    }

    #[test]
    fn a_constraint_moves_a_file_up_and_down_but_not_below_1_21() {
        let of = |module, line| GoVersion::of_file(GoVersion::new(1, module), implied_by(line));
        assert_eq!(of(20, "go1.22").to_string(), "1.22");
        assert_eq!(of(24, "go1.21").to_string(), "1.21");
        assert_eq!(of(24, "go1.18").to_string(), "1.21");
        assert_eq!(of(24, "linux").to_string(), "1.24");
    }

    #[test]
    fn versions_read_as_go_writes_them() {
        for (text, expected) in [
            ("1.22", Some("1.22")),
            ("1.22.3", Some("1.22")),
            ("1.21rc2", Some("1.21")),
            ("go1.9", Some("1.9")),
            ("1", Some("1.0")),
            ("1.", None),
            ("1.x", None),
            ("", None),
            ("1.65536", None),
        ] {
            let got = text.parse::<GoVersion>().ok().map(|it| it.to_string());
            assert_eq!(got.as_deref(), expected, "{text}");
        }
    }
}
