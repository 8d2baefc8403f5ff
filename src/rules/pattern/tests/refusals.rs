//! What the loader says about pages that are wrong.

use insta::assert_snapshot;

use super::refusal;

fn refusals(all: &[(&str, &str)]) -> String {
    let one = |(message, keys): &(&str, &str)| refusal(message, keys);
    all.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn patterns(all: &[&str]) -> String {
    let one =
        |it: &&str| format!("{it} => {}", refusal("x", &format!("match:\n  pattern: '{it}'")));
    all.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn patterns_that_are_wrong() {
    assert_snapshot!(patterns(&[
        "f(", "", "$$$", "$x.Close()", "$Xy.Close()", "a(); b()", "case $X: f()", "chan int",
        "f(\"$X\")", "f() // why", "µ()", "select { $$$ }", "$X", "package $P", "import $P",
        "x.(type)", "f(...)", "$X int",
    ]), @r#"
    f( => :10: the pattern is not Go; a pattern is one statement, expression or declaration, and anything else needs { context: the code around it, selector: the kind to take }
     => :10: the pattern is empty
    $$$ => :10: `$$$` alone is every code; write what is around it
    $x.Close() => :10: `$x` is no metavariable: write `$` and capitals
    $Xy.Close() => :10: `$Xy` is no metavariable: write `$` and capitals
    a(); b() => :10: the pattern is more than one statement; put braces around them, or use `follows` and `precedes`
    case $X: f() => :10: the pattern is not Go; give the code around a `case` as { context: …, selector: expression_case }
    chan int => :10: the pattern is not Go; a pattern is one statement, expression or declaration, and anything else needs { context: the code around it, selector: the kind to take }
    f("$X") => :10: a metavariable in a string is not looked at; write `$X` for the whole string
    f() // why => :10: leave comments out of the pattern; they never matter
    µ() => :10: a pattern cannot hold the letter `µ`
    select { $$$ } => :10: the pattern is not Go; `$$$` cannot stand for cases: say `kind: select_statement` or the switch's kind
    $X => :10: any node could match; add a `pattern` with code around its metavariables, or a `kind`, in every alternative
    package $P => :10: the pattern reads as `package_clause` alone, and as something else in Go code; write it as { context: code around it, selector: the kind to take }
    import $P => :10: the pattern is not Go; a pattern is one statement, expression or declaration, and anything else needs { context: the code around it, selector: the kind to take }
    x.(type) => :10: the pattern is not Go; a pattern is one statement, expression or declaration, and anything else needs { context: the code around it, selector: the kind to take }
    f(...) => :10: the pattern is not Go; a pattern is one statement, expression or declaration, and anything else needs { context: the code around it, selector: the kind to take }
    $X int => :10: the pattern is not Go; a pattern is one statement, expression or declaration, and anything else needs { context: the code around it, selector: the kind to take }
    "#);
}

#[test]
fn keys_that_are_wrong() {
    assert_snapshot!(refusals(&[
        ("x", "native: true\nmatch: { pattern: f() }"),
        ("x", "native: true"),
        ("x", ""),
        ("x", "native: true\nin: loop"),
        ("x", "match: {}"),
        ("x", "match:\n  pattern: f()\n  utils: {}"),
        ("x", "match:\n  pattern: f()\n  nthChild: 1"),
        ("x", "match:\n  pattern: { context: f(), strictness: ast }"),
        ("x", "match:\n  pattern: f()\nwhere:\n  X: { is: y }"),
        ("x", "match:\n  pattern: f()\nwhere:\n  X: { type: T }"),
        ("x", "match:\n  pattern: f($X)\nwhere:\n  X: {}"),
        ("x", "match:\n  pattern: f($X)\nwhere:\n  X: { type: sync.Mutex.Lock }"),
        ("x", "match:\n  pattern: f($X)\nwhere:\n  X: { resolves: net/http }"),
        ("x", "match:\n  pattern: f($X)\nwhere:\n  X: { resolves: Println }"),
        ("x", "match:\n  pattern: f($X)\nwhere:\n  $X: { resolves: fmt.Println }"),
        ("x", "match:\n  pattern: f($X)\nwhere:\n  X: { resolves: [] }"),
        ("x", "match:\n  pattern: f($X)\nwhere:\n  X: { escapes: true }"),
        ("x", "match:\n  pattern: f($X)\nwhere:\n  X: { regex: '(' }"),
        ("x", "match:\n  pattern: f()\nin: kitchen"),
        ("x", "match:\n  pattern: f()\nhot: false"),
        ("x", "match:\n  pattern: f()\nhot: 5"),
        ("x", "match:\n  pattern: f()\n  hot: 1\nhot: 2"),
        ("x", "match:\n  pattern: f($X)\n  where: { X: { constant: true } }\nwhere: { X: { kind: nil } }"),
        ("x", "match:\n  pattern: f($X)\nwhere:\n  X: { invariant: false }"),
        ("x", "match:\n  pattern: f()\n  severity: fatal"),
        ("x", "match:\n  in: loop"),
        ("x", "match:\n  pattern: f()\nsupersedes: [some-rule]"),
        ("x", "match:\n  pattern: f()\nsupersedes: [defer-in-loop]"),
        ("x", "match:\n  pattern: f()\nat: X"),
        ("x", "match:\n  kind: defer"),
        ("x", "match:\n  kind: frobnicate"),
        ("x", "match:\n  kind: []"),
        ("x", "match:\n  regex: x"),
        ("x", "match:\n  any:\n    - pattern: f()\n    - pattern: $X"),
        ("x", "match:\n  any: []"),
        ("x", "match:\n  not: { pattern: f() }"),
        ("x", "match:\n  kind: if_statement\n  pattern: f()"),
        ("x", "match:\n  kind: source_file"),
        ("x", "match:\n  pattern: f()\n  inside: { kind: for_statement }"),
        ("x", "match:\n  pattern: f()\n  follows: { pattern: g(), stopBy: function }"),
        ("x", "match:\n  pattern: f()\n  inside: { kind: block, stopBy: far }"),
        ("x", "match:\n  pattern: f()\n  stopBy: end"),
        ("x", "match:\n  pattern: { context: 'x', selector: block }"),
        ("x", "match:\n  pattern: { context: 'x', selector: blocks }"),
    ]), @"
    :10: a page has `match` or `native: true`, not both; leave one out
    :9: `native: true` stands for Rust code that is built into go-expert, and there is none for this page; describe the code by `match`
    :2: say what the code looks like: add `match` with a pattern (or `native: true` where the check is Rust code of this project)
    :2: `in` means nothing without `match`
    :9: say what the code looks like: add `pattern`, `kind`, `regex`, `any`, `all`, `has`, `inside`, `follows` or `precedes`
    :11: `utils` is not known here; use pattern, kind, regex, any, all, not, has, inside, follows, precedes, stopBy, where, in, not_in, hot, severity
    :11: `nthChild` is not known here; use pattern, kind, regex, any, all, not, has, inside, follows, precedes, stopBy, where, in, not_in, hot, severity
    :10: `strictness` is not known here; use context, selector
    :12: `is` is not known here; use type, resolves, from, constant, escapes, stored, invariant, kind, regex
    :12: no pattern binds `$X` here: name one that does
    :12: say what it must be: add `type`, `resolves`, `from`, `constant`, `escapes`, `stored`, `invariant`, `kind` or `regex`
    :12: `sync.Mutex.Lock` is a method; `type` wants a type, as `sync.WaitGroup`
    :12: `net/http` is no name of Go; write the import path and the name, as `net/http.Get` or `sync.WaitGroup.Add`, or a builtin as `append`
    :12: `Println` is no name of Go; write the import path and the name, as `net/http.Get` or `sync.WaitGroup.Add`, or a builtin as `append`
    accepted
    :12: a list is empty; add a name, or leave the key out
    :12: `escapes` can only be false; leave it out
    :12: the regular expression cannot be read: unclosed group
    :11: `kitchen` is not known here; use loop, endless, goroutine, handler, request, defer, init, main, constructor, tool, once
    :11: `hot` is true, or the least heat from 1 to 4; else leave it out
    :11: `hot` is true, or the least heat from 1 to 4; else leave it out
    :12: `hot` stands twice; say it once
    :12: `where` speaks of `X` twice; join the two
    :12: `invariant` can only be true; leave it out
    :11: `fatal` is not known here; use advice, warning, critical
    :10: any node could match; add a `pattern` with code around its metavariables, or a `kind`, in every alternative
    :11: there is no rule `some-rule` to supersede; `go-expert rules list` shows all
    accepted
    :11: `at`: `$X` is not bound in every alternative
    :10: `defer` is no kind of node of tree-sitter-go; near: `defer_statement`
    :10: `frobnicate` is no kind of node of tree-sitter-go
    :10: a list is empty; add a name, or leave the key out
    :10: any node could match; add a `pattern` with code around its metavariables, or a `kind`, in every alternative
    :10: any node could match; add a `pattern` with code around its metavariables, or a `kind`, in every alternative
    :10: the list is empty; add a rule
    :10: any node could match; add a `pattern` with code around its metavariables, or a `kind`, in every alternative
    :10: no node can be all of this: the kinds exclude each other
    :10: a whole file is no place for a comment
    :11: say how far `inside` looks: add `stopBy: end` (as far as there is something), `function` (in the same function) or `neighbor` (only next to it)
    :11: `follows` never leaves its list; use `end` or `neighbor`
    :11: `far` is not known here; use `end`, `neighbor`, `function`, or a rule
    :11: `stopBy` belongs into `has`, `inside`, `follows` or `precedes`
    :10: there is no `block` in the context
    :10: `blocks` is no kind of node of tree-sitter-go
    ");
}

#[test]
fn sentences_that_are_wrong() {
    assert_snapshot!(refusals(&[
        ("`$Y`", "match:\n  pattern: f($X)"),
        ("`$X`", "match:\n  pattern: f()"),
        ("`$X`", "match:\n  any:\n    - pattern: f($X)\n    - pattern: g($Y)"),
        ("`$X`", "match:\n  pattern: f()\n  not: { pattern: g($X) }"),
        ("`$X`", "match:\n  any:\n    - pattern: f($X)\n    - pattern: g($X)"),
    ]), @r#"
    :6: `$Y` is not always bound; use `$X`
    :6: `$X` is not always bound, and nothing else is; leave it out
    :6: `$X` is not always bound, and nothing else is; leave it out
    :6: `$X` is not always bound, and nothing else is; leave it out
    accepted
    "#);
}

#[test]
fn pages_that_ask_for_too_much() {
    let nested = "match: ".to_owned()
        + &"{ kind: block, not: ".repeat(12)
        + "{ kind: block }"
        + &" }".repeat(12);
    let deep = "match: ".to_owned() + &"{ not: ".repeat(80) + "{ kind: block }" + &" }".repeat(80);
    let long = format!("match: {{ pattern: 'f({})' }}", "1, ".repeat(400));
    let tall = format!("match: {{ pattern: '{}1{}' }}", "(".repeat(70), ")".repeat(70));
    let many = format!("match: {{ any: [{}] }}", "{ kind: block }, ".repeat(201));
    let wide = format!(
        "match: {{ pattern: f($X) }}\nwhere: {{ X: {{ resolves: [{}] }} }}",
        "f, ".repeat(201)
    );
    let regex = "match: { kind: block, regex: '(\\w{1000}){1000}' }";
    let large = format!("match: {{ pattern: f() }}\n#{}", " ".repeat(70_000));
    assert_snapshot!(refusals(&[
        ("x", &nested), ("x", &deep), ("x", &long), ("x", &tall), ("x", &many), ("x", &wide),
        ("x", regex), ("x", &large),
    ]), @r#"
    :9: rules nest deeper than 8 levels; split the page
    :9: the front matter is too large or nests too deep; make it plainer
    :9: the pattern is longer than 1000 bytes
    :9: the pattern nests deeper than 64 levels
    :9: a page may ask 200 things; split it
    :10: a list holds more than 200 names; split the page
    :9: the regular expression cannot be read: Compiled regex exceeds size limit of 1048576 bytes.
    :1: the page is longer than 65536 bytes
    "#);
}
