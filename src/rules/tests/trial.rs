//! How a page and its rule disagree.

use insta::assert_snapshot;

use crate::rules::{Domain, Rule, Trial, skeleton_page};

/// The page that new rules begin with, with other code under `Flagged` and `Not flagged`, and more
/// under `Fix`.
fn check(flagged: &str, silent: &str, fix: &str) -> String {
    let page = skeleton_page(Domain::Memory, &"a-rule".parse().unwrap(), false);
    let head = page.split("## Flagged").next().unwrap();
    let page = format!(
        "{head}## Flagged\n```go\n{flagged}\n```\n## Not flagged\n```go\n{silent}\n```\n\
         ## Fix\n```go\n{fix}\n```\n## 修复\n无。\n## Known limits\nNone.\n## 已知局限\n无。\n"
    );
    // The line of the block's first line, so that what is compared does not depend on the page.
    let first = page.lines().position(|it| it == "## Flagged").unwrap() + 3;
    let rule = Rule::declared("memory/a-rule.md", &page).unwrap();
    let shown = |line: usize, problem: &str| format!("{}: {problem}", line - first);
    let trial = Trial::of(&rule);
    let all: Vec<_> = trial.mismatches.iter().map(|it| shown(it.line, &it.problem)).collect();
    all.join("\n")
}

const CALL: &str = "func f() {\n\tfmt.Println() // want `fmt`\n}";
const OTHER: &str = "func f(fmt other) {\n\tfmt.Println()\n}";

#[test]
fn a_page_that_holds_says_nothing() {
    for (flagged, silent, fix) in [
        (CALL, OTHER, "log.Print()"),
        // Statements alone stand in a function, and several messages may come from one line.
        ("fmt.Println() // want `fmt`", "x := 1\nuse(x)", "if x { f() }"),
        ("x(fmt.Println(), fmt.Println()) // want `fmt` `Println`", OTHER, "type T struct{}"),
        // A file may import for itself, and say `want` in prose.
        (
            "import out \"fmt\"\nfunc f() {\n\tout.Println() // want `out\\.`\n}",
            OTHER,
            "f() // want to",
        ),
        (
            "-- a.go --\npackage a\nimport \"fmt\"\nvar _ = fmt.Println() // want `fmt`\n-- go.mod --\nmodule a",
            // What another file declares is no import.
            "-- a.go --\nvar fmt printer\n-- b.go --\nfunc f() { fmt.Println() }",
            "-- a.go --\npackage a",
        ),
    ] {
        assert_eq!(check(flagged, silent, fix), "", "{flagged}");
    }
}

#[test]
fn disagreements_are_told_by_line() {
    let found = [
        check("f() // want `x`", "fmt.Println()", "f()"),
        check("fmt.Println() // want `other`", OTHER, "f()"),
        check("fmt.Println() // want `(`", OTHER, "f()"),
        check("fmt.Println() // want `fmt` `other`", OTHER, "f()"),
        check("fmt.Println() // want `fmt`\nfmt.Println() // want \"fmt\"", OTHER, "f()"),
        check("fmt.Println() // want `fmt` why", OTHER, "f()"),
        check(CALL, OTHER, "f() // want `fmt`"),
    ];
    assert_snapshot!(found.join("\n--\n"), @r#"
    0: want `x`, got nothing
    4: should be silent, got "`fmt.Println` writes to standard output, where nobody reads it"
    --
    0: want `other`, got "`fmt.Println` writes to standard output, where nobody reads it"
    --
    0: `(` is no regular expression: unclosed group
    --
    0: want `fmt` `other`, got "`fmt.Println` writes to standard output, where nobody reads it"
    --
    1: write what is wanted as // want `regexp`, at the end of the line
    --
    0: write what is wanted as // want `regexp`, at the end of the line
    --
    12: move the code to `## Flagged`: only there `// want` is tested
    "#);
}

#[test]
fn code_that_is_not_go_is_told() {
    let found = [
        check(CALL, "func f() {\n\tx := := 1\n}", "f()"),
        check(CALL, "func f() {}\nf()", "f()"),
        check(CALL, OTHER, "func f() { … }"),
        check("-- a.go --\npackage\nf( // want `fmt`", OTHER, "f()"),
    ];
    assert_snapshot!(found.join("\n--\n"), @"
    7: this is not Go, or not all of it
    --
    7: put this statement into a function
    --
    12: this is not Go, or not all of it
    --
    2: this is not Go, or not all of it
    2: want `fmt`, got nothing
    ");
}
