//! What pages find, and what they are refused for.

mod conditions;
mod patterns;
mod places;
mod properties;
mod refusals;

use crate::golang;
use crate::model::{Language, SourceFile};
use crate::rules::{Finding, Rule, RuleSet};

const PATH: &str = "review-rules/concurrency/a-rule.md";

/// A page whose message is `message` and whose front matter goes on with `keys`.
fn page(message: &str, keys: &str) -> String {
    format!(
        "---
severity: critical
kind: bug
confidence: high
lens: goroutine
message: {{ en: \"{message}\", zh: \"{message}\" }}
mechanism: {{ en: How, zh: 机制 }}
consequence: {{ en: Then, zh: 后果 }}
{keys}
---
# A title
## Why it matters
Why.
## 为什么重要
原因。
## Flagged
```go
f() // want `leaks`
```
## Not flagged
```go
g()
```
## Fix
Fix.
## 修复
修复。
## Known limits
None.
## 已知局限
无。
"
    )
}

/// What a rule finds in files.
fn found(message: &str, keys: &str, files: &[(&str, &str)]) -> (RuleSet, Vec<Finding>) {
    let rule = Rule::declared(PATH, &page(message, keys)).unwrap_or_else(|it| panic!("{it}"));
    let rules = RuleSet::new(vec![rule]);
    let sources: Vec<_> = files
        .iter()
        .map(|(path, text)| SourceFile::from_bytes(*path, None, text.as_bytes()))
        .collect();
    let code = golang::read(&sources, None, &|_| false);
    let findings = code.packages().iter().flat_map(|it| rules.check(it)).collect();
    (rules, findings)
}

/// What the rule says about files, one line a finding: `line: message`.
fn said(message: &str, keys: &str, files: &[(&str, &str)]) -> Vec<String> {
    let (rules, findings) = found(message, keys, files);
    let message = |it: &Finding| rules.rules()[0].message(Language::En, &it.vars);
    findings.iter().map(|it| format!("{}: {}", it.lines, message(it))).collect()
}

/// How bad the findings in a file are.
fn severities(keys: &str, text: &str) -> Vec<&'static str> {
    let (_, findings) = found("x", keys, &[("a.go", text)]);
    findings.iter().map(|it| it.severity.as_str()).collect()
}

/// What takes part in the findings in a file: role and lines.
fn partners(keys: &str, text: &str) -> Vec<String> {
    let (_, findings) = found("x", keys, &[("a.go", text)]);
    let related = findings.iter().flat_map(|it| &it.related);
    related.map(|it| format!("{} {}", it.role.as_str(), it.lines)).collect()
}

/// Checks which lines of a function's body the rule reports.
#[track_caller]
fn check(keys: &str, body: &str, expected: &[u32]) {
    let text = format!("package p\nfunc f() {{\n{body}\n}}\n");
    check_file(keys, &text, &expected.iter().map(|it| it + 2).collect::<Vec<_>>());
}

/// Checks which lines of a file the rule reports.
#[track_caller]
fn check_file(keys: &str, text: &str, expected: &[u32]) {
    let found = said("x", keys, &[("a.go", text)]);
    let lines: Vec<u32> =
        found.iter().map(|it| it.split([':', '-']).next().unwrap().parse().unwrap()).collect();
    assert_eq!(lines, expected, "{keys}\n{text}");
}

/// Why a page with these keys is refused.
fn refusal(message: &str, keys: &str) -> String {
    match Rule::declared(PATH, &page(message, keys)) {
        Ok(_) => "accepted".to_owned(),
        Err(it) => it.to_string().replace(&format!("{PATH}:"), ":"),
    }
}
