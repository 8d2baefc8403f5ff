//! `go-expert rules list`: the rules as a table, or for scripts.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use console::Color;
use serde::Serialize;

use crate::cli::output;
use crate::model::{Confidence, Severity};
use crate::rules::{Domain, Kind, Rule, RuleId, RuleSet};
use crate::terminal::{Ink, Look, Terminal, inline};

/// On a terminal a table; elsewhere one line a rule with tabs between id, domain, severity, kind,
/// confidence, Go versions and title. Several values of a filter are separated by commas.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Only rules of these domains
    #[arg(long, value_delimiter = ',', value_parser = word(Domain::ALL, Domain::as_str))]
    domain: Vec<Domain>,
    /// Only rules of these severities, at worst
    #[arg(long, value_delimiter = ',', value_parser = word(Severity::ALL, Severity::as_str))]
    severity: Vec<Severity>,
    /// Only rules of these confidences, at best
    #[arg(long, value_delimiter = ',', value_parser = word(Confidence::ALL, Confidence::as_str))]
    confidence: Vec<Confidence>,
    /// How rules are printed: text, or json with one object a line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Reads one of these values by its word.
fn word<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    as_str: fn(T) -> &'static str,
) -> impl clap::builder::TypedValueParser<Value = T> {
    let words = PossibleValuesParser::new(all.iter().map(move |it| as_str(*it)));
    words.try_map(move |text| {
        let found = all.iter().find(|it| as_str(**it) == text);
        found.copied().ok_or("not one of the possible values")
    })
}

/// A rule as JSON. The field names are public: other people's tools read them.
#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a RuleId,
    domain: Domain,
    severity: Severity,
    kind: Kind,
    confidence: Confidence,
    go: String,
    title: &'a str,
}

impl List {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let rules = RuleSet::builtin();
        let mut shown: Vec<&Rule> = rules.rules().iter().filter(|it| self.wants(it)).collect();
        shown.sort_by_key(|it| it.domain());
        let text = match (self.format, output::terminal()) {
            (Format::Json, _) => json(&shown)?,
            (Format::Text, Some(terminal)) => table(&shown, terminal),
            (Format::Text, None) => lines(&shown),
        };
        output::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }

    fn wants(&self, rule: &Rule) -> bool {
        fn among<T: PartialEq>(asked: &[T], it: &T) -> bool {
            asked.is_empty() || asked.contains(it)
        }
        among(&self.domain, &rule.domain())
            && among(&self.severity, &rule.severity())
            && among(&self.confidence, &rule.confidence())
    }
}

fn json(rules: &[&Rule]) -> anyhow::Result<String> {
    let mut text = String::new();
    for rule in rules {
        let row = Row {
            id: rule.id(),
            domain: rule.domain(),
            severity: rule.severity(),
            kind: rule.kind(),
            confidence: rule.confidence(),
            go: rule.page().head.go.to_string(),
            title: rule.title(),
        };
        let _ = writeln!(text, "{}", serde_json::to_string(&row)?);
    }
    Ok(text)
}

/// The words of a rule's line, without its title.
fn words(rule: &Rule) -> [String; 6] {
    [
        rule.id().to_string(),
        rule.domain().to_string(),
        rule.severity().to_string(),
        rule.kind().to_string(),
        rule.confidence().to_string(),
        rule.page().head.go.to_string(),
    ]
}

fn lines(rules: &[&Rule]) -> String {
    rules.iter().map(|it| format!("{}\t{}\n", words(it).join("\t"), it.title())).collect()
}

/// Where less is left beside the other columns, the title gets a line of its own.
const TITLE_COLUMNS: usize = 30;

fn table(rules: &[&Rule], terminal: Terminal) -> String {
    const HEAD: [&str; 6] = ["RULE", "DOMAIN", "SEVERITY", "KIND", "CONFIDENCE", "GO"];
    let rows: Vec<[String; 6]> = rules.iter().map(|it| words(it)).collect();
    let width = |at: usize| rows.iter().map(|it| it[at].len()).chain([HEAD[at].len()]).max();
    let widths: Vec<usize> = (0..HEAD.len()).map(|at| width(at).unwrap_or(0)).collect();
    let taken: usize = widths.iter().map(|it| it + 2).sum();
    let beside = terminal.columns.checked_sub(taken).filter(|it| *it >= TITLE_COLUMNS);

    let row = |words: &[&str], looks: &[Look]| {
        let mut ink = Ink::default();
        for ((word, width), look) in words.iter().zip(&widths).zip(looks) {
            ink.push_str(*look, word);
            ink.push_str(Look::PLAIN, &" ".repeat(width - word.len() + 2));
        }
        ink
    };
    let mut head = row(&HEAD, &[Look::DIM; 6]);
    if beside.is_some() {
        head.push_str(Look::DIM, "TITLE");
    }
    let mut text = head.paint(terminal.colours).trim_end().to_owned() + "\n";
    for (rule, words) in rules.iter().zip(&rows) {
        let severity = match rule.severity() {
            Severity::Critical => Color::Red,
            Severity::Warning => Color::Yellow,
            Severity::Advice => Color::Blue,
        };
        let mut looks = [Look::PLAIN; 6];
        (looks[0], looks[2]) = (Look::BOLD, Look::colour(severity));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut line = row(&words, &looks);
        let title = inline(rule.title(), terminal);
        match beside {
            Some(columns) => line.append(title.cut(columns)),
            None => {
                let _ = writeln!(text, "{}", line.paint(terminal.colours).trim_end());
                line = Ink::default();
                line.push_str(Look::PLAIN, "  ");
                line.append(title.cut(terminal.columns.saturating_sub(2)));
            }
        }
        let _ = writeln!(text, "{}", line.paint(terminal.colours).trim_end());
    }
    let _ = writeln!(text, "{}", count(rules.len()));
    text
}

fn count(rules: usize) -> String {
    match rules {
        0 => "No rule is like this; see `go-expert rules list`.".to_owned(),
        1 => "1 rule; `go-expert rules explain ID` shows its page.".to_owned(),
        n => format!("{n} rules; `go-expert rules explain ID` shows a page."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_the_terminal() {
        let rules = RuleSet::builtin();
        let ids = ["http-client-no-timeout", "pool-put-deferred-in-loop"];
        let rules: Vec<&Rule> = ids.iter().filter_map(|it| rules.rule(it)).collect();
        let show = |columns| table(&rules, Terminal { columns, colours: false });
        insta::assert_snapshot!(show(120), @"
        RULE                       DOMAIN        SEVERITY  KIND         CONFIDENCE  GO   TITLE
        http-client-no-timeout     architecture  critical  bug          high        any  Outbound HTTP without any timeout or d…
        pool-put-deferred-in-loop  concurrency   critical  performance  high        any  `defer pool.Put(x)` inside a loop
        2 rules; `go-expert rules explain ID` shows a page.
        ");
        insta::assert_snapshot!(show(90), @"
        RULE                       DOMAIN        SEVERITY  KIND         CONFIDENCE  GO
        http-client-no-timeout     architecture  critical  bug          high        any
          Outbound HTTP without any timeout or deadline
        pool-put-deferred-in-loop  concurrency   critical  performance  high        any
          `defer pool.Put(x)` inside a loop
        2 rules; `go-expert rules explain ID` shows a page.
        ");
        let coloured = table(&rules, Terminal { columns: 120, colours: true });
        let stripped = console::strip_ansi_codes(&coloured);
        assert_eq!(stripped.replace('`', ""), show(120).replace('`', ""), "{coloured}");
    }
}
