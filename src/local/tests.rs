//! What a person at a terminal sees of real findings.

use std::fs;

use insta::assert_snapshot;

use super::*;
use crate::terminal::Terminal;

const LOOP: &str = "package m

import (
\t\"sync\"
)

var pool = sync.Pool{New: func() any { return new([]byte) }}

func All(names []string) {
\tfor _, 名 := range names {
\t\tb := pool.Get().(*[]byte)
\t\tprint(\"\u{1b}[2J你好\", 名); defer pool.Put(b) // a comment that no terminal has the columns for
\t}
}
";

const LEAK: &str = "package m

import \"context\"

func ask(ctx context.Context, answer func() int) int {
\tch := make(chan int)
\tgo func() { ch <- answer() }()
\tselect {
\tcase it := <-ch:
\t\treturn it
\tcase <-ctx.Done():
\t\treturn 0
\t}
}
";

fn audit(files: &[(&str, &str)]) -> Report {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::write(root.path().join(path), text).unwrap();
    }
    all(root.path(), &RuleSet::builtin(), Language::En, &|_, _| {}).unwrap()
}

#[test]
fn a_terminal_shows_the_code() {
    let module = "module m\n\ngo 1.24\n";
    let files = [("go.mod", module), ("a.go", LOOP), ("b.go", "\0"), ("c.go", LEAK)];
    let (report, rules) = (audit(&files), RuleSet::builtin());
    let terminal = Terminal { columns: 72, colours: false };
    let shown = report.print(Format::Text, &rules, Language::En, Some(terminal));
    assert_snapshot!(shown, @r#"
    warning: `pool.Put` is deferred inside a loop: no object goes back to
             the pool before the whole function returns
       ╭▸ a.go:12:29
       │
    10 │     for _, 名 := range names {
       │     ────────────────────────── in this loop
    11 │         b := pool.Get().(*[]byte)
    12 │         print("�[2J你好", 名); defer pool.Put(b) // a comment that…
       │                                ━━━━━━━━━━━━━━━━━
       │
       ├ why: A deferred call runs when its function returns, not when the
       │      iteration ends, so no `Get` on `pool` can reuse what an
       │      earlier iteration took. Each iteration allocates a new
       │      object and a defer record and keeps both alive; the pool
       │      costs more than no pool, and in a worker that does not
       │      return, memory grows without bound.
       ╰ rule: pool-put-deferred-in-loop

    critical: `ch` is unbuffered: when `ctx.Done()` wins the select,
              nobody receives any more and the goroutine that sends on it
              blocks forever
       ╭▸ c.go:7:14
       │
     6 │     ch := make(chan int)
       │     ──────────────────── made here
     7 │     go func() { ch <- answer() }()
       │                 ━━━━━━━━━━━━━━
       ┆
    11 │     case <-ctx.Done():
       │     ────────────────── this branch leaves
       │
       ├ why: A send on an unbuffered channel completes only together with
       │      a receive, and the only receive on `ch` is a select case
       │      that is given up when `ctx.Done()` comes first. Each call
       │      that ends this way leaves one goroutine behind, with its
       │      stack and all it refers to; cancelling the context does not
       │      wake it and the garbage collector does not free it.
       ╰ rule: goroutine-leak-on-timeout
    fix: c.go:6
      -     ch := make(chan int)
      +     ch := make(chan int, 1)

    2 findings, 2 Go files read.
    Not (completely) reviewed: 1 file
        b.go: not text
    "#);
    let coloured = Terminal { columns: 72, colours: true };
    let coloured = report.print(Format::Text, &rules, Language::En, Some(coloured));
    assert!(!coloured.contains("\u{1b}[2J"), "code reaches the terminal as it is");
    assert_eq!(console::strip_ansi_codes(&coloured), shown, "colours change no character");
    let piped = report.print(Format::Text, &rules, Language::En, None);
    assert!(!piped.contains('\u{1b}') && piped.starts_with("a.go:12: "), "{piped}");
}

#[test]
fn markdown_is_one_comment() {
    let report = audit(&[("go.mod", "module m\n\ngo 1.24\n"), ("c.go", LEAK), ("b.go", "\0")]);
    let shown = report.print(Format::Markdown, &RuleSet::builtin(), Language::En, None);
    assert_snapshot!(shown, @r"
    **1 finding** (🔴 1 critical), 1 Go file read.

    🔴 **`ch` is unbuffered: when `ctx.Done()` wins the select, nobody receives any more and the goroutine that sends on it blocks forever**
    `c.go:7`

    A send on an unbuffered channel completes only together with a receive, and the only receive on `ch` is a select case that is given up when `ctx.Done()` comes first. Each call that ends this way leaves one goroutine behind, with its stack and all it refers to; cancelling the context does not wake it and the garbage collector does not free it.

    ```diff
    -	ch := make(chan int)
    +	ch := make(chan int, 1)
    ```

    <sub>`goroutine-leak-on-timeout`</sub>

    <details><summary>Not (completely) reviewed: 1 file</summary>

    - `b.go`: not text

    </details>
    ");
}

#[test]
fn sarif_names_rules_places_and_fixes() {
    let report = audit(&[("go.mod", "module m\n\ngo 1.24\n"), ("c d.go", LEAK), ("b.go", "\0")]);
    let rules = RuleSet::builtin();
    for language in Language::ALL {
        let log = report.print(Format::Sarif, &rules, *language, None);
        let log: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!((&log["version"], log["runs"].as_array().unwrap().len()), (&"2.1.0".into(), 1));
        let run = &log["runs"][0];
        let described = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(described.len(), rules.rules().len());
        for it in described {
            let help = it["help"]["markdown"].as_str().unwrap();
            assert_eq!(help.matches("\n## ").count(), 2, "{help}");
            assert!(it["helpUri"].as_str().unwrap().starts_with("https://"));
        }
        let result = &run["results"][0];
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(described[index]["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
        let name = result["partialFingerprints"]["goExpert/v1"].as_str().unwrap();
        assert_eq!(name, report.rows[0].fingerprint.as_str());
        let at = &result["locations"][0]["physicalLocation"];
        assert_eq!(at["artifactLocation"]["uri"], "c%20d.go");
        let region = &at["region"];
        assert_eq!((&region["startLine"], &region["startColumn"]), (&7.into(), &14.into()));
        assert_eq!((&region["endLine"], &region["endColumn"]), (&7.into(), &28.into()));
        assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 2);
        let change = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(change["deletedRegion"]["endColumn"], 22);
        assert_eq!(change["insertedContent"]["text"], "\tch := make(chan int, 1)");
        let told = &run["invocations"][0]["toolExecutionNotifications"][0];
        assert_eq!(told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "b.go");
    }
}
