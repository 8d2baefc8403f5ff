//! What the loader of pages refuses, and how it says so.

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

fn check(path: &str, text: &str, expected: &str) {
    let found = Page::parse(path, text).map_or_else(|it| it.to_string(), |_| String::new());
    let same = found.starts_with(expected) && found.is_empty() == expected.is_empty();
    assert!(same, "{found:?}, expected {expected:?}");
}

#[test]
fn a_page_is_read() {
    let page = Page::parse(PATH, PAGE).unwrap();
    assert_eq!((page.id.as_str(), page.domain.as_str()), ("a-rule", "concurrency"));
    assert_eq!((page.title.as_str(), page.sections.len()), ("A title", 8));
    assert_eq!(page.sections[2].blocks[0].line, 19);
    assert_eq!(page.head.go.to_string(), ">=1.0 <1.22");
    assert!(page.check_holes(PATH, &["CH"]).is_ok());
    let error = page.check_holes(PATH, &["X"]).unwrap_err().to_string();
    assert_eq!(error, format!("{PATH}:7: `$CH` is not bound; the check fills [\"X\"]"));
    check(PATH, &PAGE.replace('\n', "\r\n"), "");
    check(PATH, &format!("\u{feff}{PAGE}"), "");
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let with = |from: &str, to: &str| {
        assert!(PAGE.contains(from), "{from}");
        PAGE.replacen(from, to, 1)
    };
    for (text, expected) in [
        (with("---\n", ""), "1: start the page"),
        (with("native: true\n---", "native: true"), "1: close the front matter"),
        (with("kind: leak", "kind: oops"), "3: "),
        (with("kind: leak", "kind: leak\nextra: 1"), "4: "),
        (with("kind: leak\n", ""), "9: missing field `kind`"),
        (with("native: true", "native: false"), "2: `native` must be true"),
        (with(", zh: \"机制\"", ""), "8: "),
        (with("\"机制\"", "\"\""), "8: `mechanism` says nothing in zh-CN"),
        (with("`$CH` leaks", "$CH leaks"), "7: `message`: put `$CH` into backticks"),
        (with(">=1.0", "1.0"), "5: "),
        (with("# A title\n", ""), "32: give the page a `# ` title"),
        (with("## 修复", "## Repair"), "28: no page has a section `Repair`"),
        (with("## 修复\n修复。\n", ""), "31: add the section `## 修复`"),
        (with("原因。\n", ""), "15: `## 为什么重要` is empty"),
        (with("## Fix\n", "## Flagged\n"), "26: `## Flagged` stands twice"),
        (with(" // want `leaks`", ""), "19: mark the flagged lines"),
        (with("```go\ng()\n```", "text"), "22: show Go code under `## Not flagged`"),
        (with("g()\n```", "g()"), "23: close this code block"),
    ] {
        check(PATH, &text, &format!("{PATH}:{expected}"));
    }
    check("review-rules/oops/a.md", PAGE, "review-rules/oops/a.md:1: `oops` is not a domain");
    check("review-rules/web3/A.md", PAGE, "review-rules/web3/A.md:1: name the file");
}
