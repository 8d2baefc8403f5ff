//! What the loader of pages refuses, and how it says so.

use insta::assert_snapshot;

use crate::rules::Page;

const PATH: &str = "review-rules/concurrency/a-rule.md";

const PAGE: &str = "---
severity: critical
kind: leak
confidence: high
go: \">=1.0 <1.22\"
lens: goroutine
message: { en: \"`$CH` leaks\", zh: \"`$CH` 泄漏\" }
mechanism: { en: \"How\", zh: \"机制\" }
consequence: { en: \"Then\", zh: \"后果\" }
native: true
---
# A title
## Why it matters
Why.
## 为什么重要
原因。
## Flagged
```go
# no heading
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
";

/// What the loader says, behind a number for the case.
fn refusals(pages: &[(&str, String)]) -> String {
    let refusal = |(path, text): &(&str, String)| match Page::parse(path, text) {
        Ok(_) => format!("{path}: accepted"),
        Err(it) => it.to_string().replace(&format!("{PATH}:"), ":"),
    };
    pages.iter().map(refusal).collect::<Vec<_>>().join("\n")
}

/// The page with a piece in the place of another.
fn with(from: &str, to: &str) -> (&'static str, String) {
    assert!(PAGE.contains(from), "{from}");
    (PATH, PAGE.replacen(from, to, 1))
}

#[test]
fn a_page_is_read() {
    let page = Page::parse(PATH, PAGE).unwrap();
    assert_eq!((page.id.as_str(), page.domain.as_str()), ("a-rule", "concurrency"));
    assert_eq!((page.title.as_str(), page.sections.len()), ("A title", 8));
    assert_eq!(page.sections[2].blocks[0].line, 19);
    assert_eq!(page.head.go.to_string(), ">=1.0 <1.22");
    assert!(page.check_holes(PATH, &["CH"]).is_ok());
    for text in [PAGE.replace('\n', "\r\n"), format!("\u{feff}{PAGE}")] {
        assert!(Page::parse(PATH, &text).is_ok(), "{text:?}");
    }
}

#[test]
fn severity_may_depend_on_the_version() {
    let list = "severity:\n  - { go: \"<1.22\", severity: critical }\n  - { severity: advice }";
    let (path, text) = with("severity: critical", list);
    let grade = Page::parse(path, &text).unwrap().head.severity;
    let at = |it: &str| grade.at(it.parse().unwrap()).as_str();
    assert_eq!(
        (at("1.21"), at("1.22"), grade.worst().as_str()),
        ("critical", "advice", "critical")
    );
    assert_snapshot!(grade, @"critical (Go <1.22), else advice");
}

#[test]
fn front_matter_that_is_wrong_is_refused() {
    let one = "severity:\n  - { go: \"<1.22\", severity: critical }";
    let found = refusals(&[
        with("---\n", ""),
        with("native: true\n---", "native: true"),
        with("kind: leak", "kind: oops"),
        with("severity: critical", "severity: fatal"),
        with("severity: critical", one),
        with("severity: critical", "severity:\n  - { severity: advice }\n  - { severity: advice }"),
        with("severity: critical", "severity:\n  - { is: advice }"),
        with("kind: leak", "kind: leak\nextra: 1"),
        with("kind: leak\n", ""),
        with("native: true", "native: false"),
        with(", zh: \"机制\"", ""),
        with("\"机制\"", "\"\""),
        with("\"机制\" }", "\"机制\", fr: \"x\" }"),
        with("`$CH` leaks", "$CH leaks"),
        with("`$CH` leaks", "`$CH leaks"),
        with(">=1.0", "1.0"),
        with("native: true", "native: true\nsupersedes: [A]"),
        with("native: true", "native: [true"),
    ]);
    assert_snapshot!(found, @r#"
    :1: start the page with a `---` line and the rule's keys
    :1: close the front matter with a second `---` line
    :3: `oops` is not known here; use bug, leak, race, performance, security, design
    :2: `fatal` is no severity; use advice, warning, critical
    :3: end the list with a severity without `go`, for all other versions
    :3: put the severity without `go` at the end
    :3: `is` is not known here; use go, severity
    :4: `extra` is not known here; use severity, kind, confidence, go, lens, diff, supersedes, message, mechanism, consequence, native, match, where, at, in, not_in, hot
    :9: add the key `kind`
    :2: say what the code looks like: add `match` with a pattern (or `native: true` where the check is Rust code of this project)
    :8: a translation is missing; add `zh`
    :8: `mechanism` says nothing in zh-CN
    :8: `fr` is not known here; use en, zh
    :7: `message`: put `$CH` into backticks
    :7: `message`: close the backtick
    :5: write `go` as ">=1.N", "<1.N" or both, separated by a space
    :11: a rule's id is lower-case words joined with hyphens, at most 60 characters
    :10: a text belongs here; put it into quotes
    "#);
}

#[test]
fn yaml_that_is_wrong_is_refused_with_what_to_do() {
    let message = "message: { en: \"`$CH` leaks\", zh: \"`$CH` 泄漏\" }";
    let found = refusals(&[
        with(message, "message:\n\ten: x"),
        with(message, "message:\n  en: `$CH` leaks"),
        with(message, "message:\n  en: it: leaks"),
        with(message, "message:\n  en: \"it\" leaks"),
        with(message, "message: { en: \"\\d\", zh: x }"),
        with(message, "message: { en: a }, zh: x }"),
        with(message, "message: { en: x, en: y, zh: z }"),
        with(message, "message: leaks"),
        with("kind: leak", "kind: *leak"),
        with("kind: leak", "kind: [leak]"),
        with("kind: leak", "kind: leak\nkind: bug"),
        with("kind: leak", "kind: leak\nsupersedes: defer-in-loop"),
        with("\">=1.0 <1.22\"", ">=1.0 <1.22"),
        with("severity: critical", "severity: 5"),
        with("native: true", "match:\n  pattern: &$F"),
        with("native: true", "match:\n  pattern: { not: { $_ == T{} } }"),
        with("native: true", "match:\n  pattern: [f, g]"),
        with("native: true", "match:\n  pattern: 'f()'\n   kind: block"),
    ]);
    assert_snapshot!(found, @r#"
    :8: indent with spaces; YAML takes no tabs
    :8: this is no YAML (unexpected character: ``'); put the text or the code into single quotes, or behind `|-` on lines of its own
    :8: this is no YAML (mapping values are not allowed in this context); put the text or the code into single quotes, or behind `|-` on lines of its own
    :8: this is no YAML (invalid trailing content after double-quoted scalar); put the text or the code into single quotes, or behind `|-` on lines of its own
    :7: use single quotes: in double quotes a backslash means something
    :7: a translation is missing; add `zh`
    :7: `en` stands twice; leave one out
    :7: keys with values belong here, as `name: value`
    :3: this is no YAML (alias references unknown anchor); put the text or the code into single quotes, or behind `|-` on lines of its own
    :3: one word belongs here
    :4: `kind` stands twice; leave one out
    :4: a list belongs here, as `[one, two]`
    :5: this is no YAML (while scanning a block scalar, did not find expected comment or line break); put the text or the code into single quotes, or behind `|-` on lines of its own
    :2: write a severity, or a list of { go: "<1.N", severity: … } here, not integer 5
    :11: write Go code, or { context: Go code, selector: a node's kind } here; what begins with `&`, `*` or `#` needs quotes around it
    :11: `not` is not known here; use context, selector
    :11: write Go code, or { context: Go code, selector: a node's kind } here, not a list
    :12: this is no YAML (while parsing a block mapping, did not find expected key); put the text or the code into single quotes, or behind `|-` on lines of its own
    "#);
}

#[test]
fn sections_that_are_missing_or_wrong_are_refused() {
    let found = refusals(&[
        with("# A title\n", ""),
        with("# A title\n", "# A title\n# Another\n"),
        with("# A title\n", "# A title\nText.\n"),
        with("## 修复", "## Repair"),
        with("## 修复\n修复。\n", ""),
        with("原因。\n", ""),
        with("## Fix\n", "## Flagged\n"),
        with("## Flagged\n```go\n# no heading\nf() // want `leaks`\n```\n", ""),
        with("## Not flagged\n```go\ng()\n```\n", ""),
        with(" // want `leaks`", ""),
        with("g()", "g() // want `leaks`"),
        with("```go\ng()\n```", "text"),
        with("g()\n```", "g()"),
    ]);
    assert_snapshot!(found, @"
    :32: give the page a `# ` title
    :13: a page has one `# ` title; make this a `## ` section
    :13: put text under a `## ` heading
    :28: no page has a section `Repair`; use Why it matters, 为什么重要, Flagged, Not flagged, Fix, 修复, Proof, Known limits, 已知局限
    :31: add the section `## 修复`
    :15: `## 为什么重要` is empty
    :26: `## Flagged` stands twice; join them
    :28: add the section `## Flagged`
    :29: add the section `## Not flagged`
    :19: mark the flagged lines with // want `part of the message`
    :24: move the block to `## Flagged`: it says that something is reported
    :22: show Go code under `## Not flagged`
    :23: close this code block with ```
    ");
}

#[test]
fn ids_that_name_the_cure_are_refused() {
    let found = refusals(&[
        ("review-rules/oops/a.md", PAGE.to_owned()),
        ("review-rules/web3/A.md", PAGE.to_owned()),
        ("review-rules/web3/no-defer.md", PAGE.to_owned()),
        ("review-rules/web3/avoid-defer.md", PAGE.to_owned()),
        ("review-rules/web3/disallow-defer.md", PAGE.to_owned()),
        ("review-rules/web3/nothing-left.md", PAGE.to_owned()),
    ]);
    assert_snapshot!(found, @r#"
    review-rules/oops/a.md:1: `oops` is not a domain; put the page into one of concurrency, memory, compiler, architecture, web3, correctness
    review-rules/web3/A.md:1: name the file `<rule-id>.md`: lower-case words joined with hyphens
    review-rules/web3/no-defer.md:1: leave `no-` out of the id: name what is wrong, so that it reads after "allow"
    review-rules/web3/avoid-defer.md:1: leave `avoid-` out of the id: name what is wrong, so that it reads after "allow"
    review-rules/web3/disallow-defer.md:1: leave `disallow-` out of the id: name what is wrong, so that it reads after "allow"
    review-rules/web3/nothing-left.md: accepted
    "#);
}

#[test]
fn holes_that_nothing_fills_are_refused() {
    let page = Page::parse(PATH, PAGE).unwrap();
    assert_snapshot!(page.check_holes(PATH, &["X", "Y"]).unwrap_err(), @"review-rules/concurrency/a-rule.md:7: `$CH` is not always bound; use `$X`, `$Y`");
    assert_snapshot!(page.check_holes(PATH, &[]).unwrap_err(), @"review-rules/concurrency/a-rule.md:7: `$CH` is not always bound, and nothing else is; leave it out");
}
