//! Comments by which people silence a rule at one place.
//!
//! Two are understood. golangci-lint's, because people know it
//! (<https://golangci-lint.run/docs/linters/false-positives/#nolint-directive>): `//nolint`,
//! `//nolint:all`, `//nolint:go-expert`. And ours, which names rules:
//! `//go-expert:ignore rule-id -- reason`, several rules separated by commas or spaces.
//!
//! Behind code, a comment speaks for its line. On a line of its own it speaks for what begins on
//! the next line of code: a statement, a field, a declaration, or the whole file where that is the
//! package clause.

use crate::golang::{GoFile, GoNode, Kind, Node};
use crate::model::LineRange;

use super::RuleId;

/// What the comments of one file silence.
#[derive(Debug, Default)]
pub struct Suppressions {
    ranges: Vec<(LineRange, Silenced)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Silenced {
    Everything,
    Rules(Vec<String>),
}

impl Suppressions {
    /// Reads a file's comments.
    pub fn of(file: &GoFile) -> Self {
        // Most files have none, and then there is nothing to walk for.
        if !["nolint", "go-expert:ignore"].iter().any(|it| file.text().contains(it)) {
            return Self::default();
        }
        let comments = file.root().descendants().filter(|it| it.is(Kind::Comment));
        let ranges = comments.filter_map(|it| {
            let silenced = directive(file.text_of(it))?;
            Some((scope(file, it), silenced))
        });
        Self { ranges: ranges.collect() }
    }

    /// Whether a rule is to be silent about these lines.
    pub fn cover(&self, rule: &RuleId, lines: LineRange) -> bool {
        self.ranges.iter().any(|(range, silenced)| {
            // A comment behind the last line of a long statement means the statement, too.
            let here = range.contains(lines.first) || range.contains(lines.last);
            here && match silenced {
                Silenced::Everything => true,
                Silenced::Rules(rules) => rules.iter().any(|it| it == rule.as_str()),
            }
        })
    }
}

/// What a comment silences, if it is one of ours.
fn directive(comment: &str) -> Option<Silenced> {
    // gofmt puts a space behind `//` in doc comments, so one is accepted.
    let text = comment.strip_prefix("//")?.trim();
    if let Some(rest) = text.strip_prefix("go-expert:ignore") {
        let names = rest.split(" -- ").next().filter(|it| it.starts_with([' ', '\t']))?;
        let names = names.split([',', ' ', '\t']).filter(|it| !it.is_empty() && *it != "--");
        let rules: Vec<_> = names.map(str::to_owned).collect();
        return (!rules.is_empty()).then_some(Silenced::Rules(rules));
    }
    // A second `//` begins the explanation.
    let text = text.split("//").next().unwrap_or_default().trim_end();
    let rest = text.strip_prefix("nolint")?;
    let names = match rest.strip_prefix(':') {
        None if rest.is_empty() || rest.starts_with(' ') => return Some(Silenced::Everything),
        None => return None,
        Some(names) => names,
    };
    let ours = |it: &str| matches!(it.trim().to_lowercase().as_str(), "all" | "go-expert");
    names.split(',').any(ours).then_some(Silenced::Everything)
}

/// The lines that a comment speaks for.
fn scope(file: &GoFile, comment: Node<'_>) -> LineRange {
    let text = file.text();
    let own = comment.lines();
    let line_start = text[..comment.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    if !text[line_start..comment.start_byte()].trim().is_empty() {
        return own;
    }
    // The comments below it may explain it; a blank line ends what it speaks for.
    let mut at = comment.end_byte();
    let start = loop {
        let Some(end) = text[at..].find('\n').map(|it| at + it + 1) else { return own };
        let line = text[end..].lines().next().unwrap_or_default();
        let code = line.trim_start();
        if code.is_empty() {
            return own;
        }
        if !code.starts_with("//") {
            break end + (line.len() - code.len());
        }
        at = end;
    };
    let root = file.root();
    let Some(leaf) = root.descendant_for_byte_range(start, start) else { return own };
    let around = std::iter::once(leaf).chain(leaf.ancestors(root));
    let begun = around
        .take_while(|it| it.start_byte() == start)
        .filter(|it| !matches!(it.go_kind(), Kind::StatementList | Kind::SourceFile))
        .last();
    match begun {
        Some(it) if it.is(Kind::PackageClause) => LineRange::new(1, u32::MAX),
        Some(it) => LineRange::new(own.first, it.lines().last),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(comment: &str, expected: Option<&[&str]>) {
        let expected = expected.map(|it| match it {
            [] => Silenced::Everything,
            rules => Silenced::Rules(rules.iter().map(|it| (*it).to_owned()).collect()),
        });
        assert_eq!(directive(comment), expected, "{comment}");
    }

    #[test]
    fn directives_are_read_as_documented() {
        for all in
            ["//nolint", "//nolint:all", "//nolint:go-expert", "// nolint:errcheck,go-expert"]
        {
            check(all, Some(&[]));
        }
        check("//nolint:go-expert // the process ends here", Some(&[]));
        check("//nolint // the process ends here", Some(&[]));
        check("//nolint:ALL", Some(&[]));
        check(
            "//go-expert:ignore pool-put-deferred-in-loop -- bounded",
            Some(&["pool-put-deferred-in-loop"]),
        );
        check("// go-expert:ignore a, b", Some(&["a", "b"]));
        for no in [
            "//nolint:errcheck",
            "//nolintlint",
            "// we nolint this",
            "//go-expert:ignore",
            "//go-expert:ignore -- reason",
            "//go-expert:ignored a",
            "/*nolint*/",
            "// nolint:errcheck // see go-expert",
        ] {
            check(no, None);
        }
    }
}
