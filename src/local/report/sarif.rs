//! A report as SARIF 2.1.0, for code scanning and editors.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>; what GitHub
//! reads of it: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

use serde_json::{Value, json};

use super::{Placement, Report, Row};
use crate::model::{Language, LineRange, Severity, SourceFile};
use crate::persona::Voice;
use crate::rules::{Fix, Related, Rule, RuleSet};

/// Where the schema of this version lies.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// The name under which a finding's lasting name is kept; a later scheme gets another number.
const FINGERPRINT: &str = "goExpert/v1";

/// The whole log, with a line break at its end.
pub(super) fn print(report: &Report, rules: &RuleSet, language: Language) -> String {
    let voice = Voice::of(language);
    let results: Vec<Value> =
        report.rows.iter().map(|row| result(report, row, rules, voice)).collect();
    let notifications: Vec<Value> = report
        .unread
        .iter()
        .map(|it| {
            json!({
                "level": "warning",
                "message": { "text": plain((voice.unread)(it.reason)) },
                "locations": [{ "physicalLocation": { "artifactLocation": artifact(&it.path) } }],
            })
        })
        .collect();
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
    json!({
        "id": rule.id().as_str(),
        "shortDescription": { "text": plain(rule.title()) },
        "fullDescription": { "text": plain(&rule.mechanism(language, &[])) },
        "help": { "text": help, "markdown": help },
        "helpUri": url,
        "defaultConfiguration": { "level": level(rule.severity()) },
        "properties": {
            "precision": rule.confidence().as_str(),
            "problem.severity": problem(rule.severity()),
            "tags": [rule.domain().as_str(), rule.kind().as_str()],
        },
    })
}

fn result(report: &Report, row: &Row, rules: &RuleSet, voice: &Voice) -> Value {
    let finding = &row.finding;
    let source = report.sources.get(&finding.path);
    let region = source
        .filter(|it| !it.lossy)
        .and_then(|it| region(&it.text, finding.bytes.clone()))
        .unwrap_or_else(|| lines(finding.lines));
    let level = match row.placement {
        Placement::Inline => level(row.severity),
        Placement::Summary => "note",
    };
    let mut result = json!({
        "ruleId": row.rule,
        "level": level,
        "message": { "text": plain(&format!("{}. {}", row.message, row.explanation)) },
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
    if let Some(index) = rules.rules().iter().position(|it| it.id() == &finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate();
        result["relatedLocations"] = related.map(|(id, it)| place(id, it, voice)).collect();
    }
    let fix = finding.fix.as_ref().and_then(|it| fix(report.sources.get(&it.path)?, it, voice));
    if let Some(fix) = fix {
        result["fixes"] = json!([fix]);
    }
    result
}

fn place(id: usize, it: &Related, voice: &Voice) -> Value {
    json!({
        "id": id,
        "message": { "text": plain((voice.role)(it.role)) },
        "physicalLocation": {
            "artifactLocation": artifact(&it.path),
            "region": lines(it.lines),
        },
    })
}

/// Whole lines are replaced, up to the end of the last one.
fn fix(source: &SourceFile, it: &Fix, voice: &Voice) -> Option<Value> {
    let last = source.text.lines().nth((it.lines.last as usize).checked_sub(1)?)?;
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
                    "endColumn": column(last, last.len()),
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

fn artifact(path: &str) -> Value {
    json!({ "uri": uri(path), "uriBaseId": "%SRCROOT%" })
}

/// A path as a relative reference (RFC 3986). A first part with a colon would be a scheme, so
/// colons are escaped as well.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

fn lines(it: LineRange) -> Value {
    json!({ "startLine": it.first, "endLine": it.last })
}

/// Bytes of a text as lines and columns; the end column is the one behind the last character.
fn region(text: &str, bytes: std::ops::Range<usize>) -> Option<Value> {
    let place = |at: usize| {
        let before = text.get(..at)?;
        let start = before.rfind('\n').map_or(0, |it| it + 1);
        let line = before.bytes().filter(|it| *it == b'\n').count() + 1;
        Some((line, column(&text[start..], at - start)))
    };
    let ((first, from), (last, to)) = (place(bytes.start)?, place(bytes.end)?);
    Some(json!({ "startLine": first, "startColumn": from, "endLine": last, "endColumn": to }))
}

/// The column of a byte of a line, from 1, in UTF-16 code units.
fn column(line: &str, at: usize) -> usize {
    line[..at].encode_utf16().count() + 1
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
    fn places_count_as_editors_count() {
        let text = "a\n\t世😀b c\n";
        let from = text.find('b').unwrap();
        let it = region(text, from..from + 3).unwrap();
        let expected = json!({ "startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 8 });
        assert_eq!(it, expected);
        assert_eq!(region(text, 4..900), None);
    }

    #[test]
    fn foreign_words_are_no_links() {
        assert_eq!(plain("x[0] {1}"), "x[0] {1}");
        assert_eq!(plain("[]T(x), [a](b)"), "\\[\\]T(x), \\[a\\](b)");
        assert_eq!(uri("a b/世:c.go"), "a%20b/%E4%B8%96%3Ac.go");
    }
}
