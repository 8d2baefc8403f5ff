//! A report as SARIF 2.1.0, for code scanning and editors.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>; what GitHub
//! reads of it: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

mod line_hash;
mod place;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::line_hash::line_hashes;
use self::place::{artifact, before_line_end, lines, region};
use super::{Placement, Report, Row};
use crate::model::{Language, Severity, SourceFile};
use crate::persona::Voice;
use crate::rules::{Fix, Kind, Related, Rule, RuleSet};

/// Where the schema of this version lies.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// The name under which a finding's lasting name is kept; a later scheme gets another number.
const FINGERPRINT: &str = "goExpert/v1";

/// The only fingerprint that code scanning reads.
const LINE_HASH: &str = "primaryLocationLineHash";

/// Code scanning refuses a log with more results.
const MAX_RESULTS: usize = 25_000;

/// The whole log, with a line break at its end.
pub(super) fn print(report: &Report, rules: &RuleSet, language: Language) -> String {
    let voice = Voice::of(language);
    let rows = most_severe(&report.rows, MAX_RESULTS);
    let mut hashes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in &rows {
        let path = row.finding.path.as_ref();
        if let (Some(source), None) = (report.sources.get(path), hashes.get(path)) {
            hashes.insert(path, line_hashes(&source.text));
        }
    }
    let result = |row: &&Row| {
        let line = (row.finding.lines.first as usize).saturating_sub(1);
        let hash = hashes.get(row.finding.path.as_ref()).and_then(|it| it.get(line));
        result(report, row, hash, rules, voice)
    };
    let results: Vec<Value> = rows.iter().map(result).collect();
    let unread = report.unread.iter().map(|it| {
        json!({
            "level": "warning",
            "message": { "text": plain((voice.unread)(it.reason)) },
            "locations": [{ "physicalLocation": { "artifactLocation": artifact(&it.path) } }],
        })
    });
    let left_out = Some(report.rows.len() - rows.len()).filter(|&n| n > 0);
    let left_out =
        left_out.map(|n| json!({ "level": "warning", "message": { "text": (voice.left_out)(n) } }));
    let notifications: Vec<Value> = unread.chain(left_out).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.rules().iter().map(|it| rule(it, language)).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications,
            }],
            "language": language.as_str(),
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// The rows, without the least severe ones where there are too many.
fn most_severe(rows: &[Row], most: usize) -> Vec<&Row> {
    let mut kept: Vec<usize> = (0..rows.len()).collect();
    kept.sort_by_key(|&i| {
        (rows[i].placement == Placement::Summary, std::cmp::Reverse(rows[i].severity))
    });
    kept.truncate(most);
    kept.sort_unstable();
    kept.into_iter().map(|i| &rows[i]).collect()
}

/// A rule with its page.
fn rule(rule: &Rule, language: Language) -> Value {
    let (why, fix, limits) = match language {
        Language::En => ("Why it matters", "Fix", "Known limits"),
        Language::Zh => ("为什么重要", "修复", "已知局限"),
    };
    let sections = [why, fix, limits].into_iter().filter_map(|heading| {
        let body = rule.page().section(heading)?.body.trim();
        Some(format!("## {heading}\n\n{body}\n"))
    });
    let help = sections.collect::<Vec<_>>().join("\n");
    let url = format!("{}/blob/main/{}", env!("CARGO_PKG_REPOSITORY"), rule.page_path());
    let mut properties = json!({
        "precision": rule.confidence().as_str(),
        "problem.severity": problem(rule.severity()),
        "tags": [rule.domain().as_str(), rule.kind().as_str()],
    });
    if rule.kind() == Kind::Security {
        properties["security-severity"] = json!(score(rule.severity()));
    }
    json!({
        "id": rule.id().as_str(),
        "shortDescription": { "text": plain(rule.title()) },
        "fullDescription": { "text": plain(&rule.mechanism(language, &[])) },
        "help": { "text": help, "markdown": help },
        "helpUri": url,
        "defaultConfiguration": { "level": level(rule.severity()) },
        "properties": properties,
    })
}

fn result(
    report: &Report,
    row: &Row,
    hash: Option<&String>,
    rules: &RuleSet,
    voice: &Voice,
) -> Value {
    let finding = &row.finding;
    let source = report.sources.get(&finding.path);
    let region = source.and_then(|it| region(&it.text, finding.bytes.clone()));
    let region = region.unwrap_or_else(|| lines(source, finding.lines));
    let level = match row.placement {
        Placement::Inline => level(row.severity),
        Placement::Summary => "note",
    };
    let text = format!("{}{}{}", row.message, voice.stop, row.explanation);
    let mut result = json!({
        "ruleId": row.rule,
        "level": level,
        "message": { "text": plain(&text) + &links(&finding.related, voice) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": artifact(&finding.path),
            "region": region,
        }}],
        "partialFingerprints": { FINGERPRINT: row.fingerprint.as_str() },
        "properties": {
            "confidence": row.confidence.as_str(),
            "placement": row.placement,
            "severity": row.severity.as_str(),
        },
    });
    if let Some(hash) = hash {
        result["partialFingerprints"][LINE_HASH] = json!(hash);
    }
    if let Some(index) = rules.rules().iter().position(|it| it.id() == &finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate();
        result["relatedLocations"] =
            related.map(|(id, it)| related_location(id, it, report, voice)).collect();
    }
    let fix = finding.fix.as_ref().and_then(|it| fix(report.sources.get(&it.path)?, it, voice));
    if let Some(fix) = fix {
        result["fixes"] = json!([fix]);
    }
    result
}

/// The places that take part, as links within the message (section 3.11.6 of the standard).
fn links(related: &[Related], voice: &Voice) -> String {
    let links = related.iter().enumerate();
    let links = links.map(|(id, it)| format!("[{}]({id})", (voice.role)(it.role)));
    match links.collect::<Vec<_>>().join(voice.comma) {
        none if none.is_empty() => none,
        links => format!("{}{}{links}{}", voice.space, voice.see, voice.stop.trim_end()),
    }
}

fn related_location(id: usize, it: &Related, report: &Report, voice: &Voice) -> Value {
    json!({
        "id": id,
        "message": { "text": plain((voice.role)(it.role)) },
        "physicalLocation": {
            "artifactLocation": artifact(&it.path),
            "region": lines(report.sources.get(&it.path), it.lines),
        },
    })
}

/// Whole lines are replaced, up to the end of the last one.
fn fix(source: &SourceFile, it: &Fix, voice: &Voice) -> Option<Value> {
    if source.lossy {
        return None;
    }
    Some(json!({
        "description": { "text": voice.fix },
        "artifactChanges": [{
            "artifactLocation": artifact(&it.path),
            "replacements": [{
                "deletedRegion": {
                    "startLine": it.lines.first,
                    "startColumn": 1,
                    "endLine": it.lines.last,
                    "endColumn": before_line_end(&source.text, it.lines.last)?,
                },
                "insertedContent": { "text": it.replacement },
            }],
        }],
    }))
}

/// A severity as code scanning ranks results.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

/// A severity as code scanning ranks rules.
fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "error",
        Severity::Warning => "warning",
        Severity::Advice => "recommendation",
    }
}

/// A severity as code scanning ranks rules about security: the middle of "high", "medium", "low".
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "8.0",
        Severity::Warning => "5.5",
        Severity::Advice => "2.0",
    }
}

/// Foreign words as a message. What looks like a link is escaped (section 3.11.6 of the standard);
/// braces stay, since placeholders are filled only where a message has arguments, and none has.
fn plain(text: &str) -> String {
    if !text.contains("](") {
        return text.to_owned();
    }
    text.replace('[', "\\[").replace(']', "\\]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_too_long_keeps_the_worst_in_their_order() {
        let row = |(severity, placement)| super::super::tests::row(severity, placement);
        let rows: Vec<Row> = [
            (Severity::Critical, Placement::Summary),
            (Severity::Advice, Placement::Inline),
            (Severity::Warning, Placement::Inline),
            (Severity::Critical, Placement::Inline),
        ]
        .map(row)
        .into();
        let kept = |most| most_severe(&rows, most).iter().map(|it| it.severity).collect::<Vec<_>>();
        assert_eq!(kept(2), [Severity::Warning, Severity::Critical]);
        assert_eq!(kept(9).len(), 4);
    }

    #[test]
    fn foreign_words_are_no_links() {
        assert_eq!(plain("x[0] {1}"), "x[0] {1}");
        assert_eq!(plain("[]T(x), [a](b)"), "\\[\\]T(x), \\[a\\](b)");
    }
}
