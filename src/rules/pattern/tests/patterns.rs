//! Patterns, and what is near them.

use super::{check, check_file, said};

fn pattern(code: &str, body: &str, expected: &[u32]) {
    check(&format!("match: {{ pattern: '{code}' }}"), body, expected);
}

#[test]
fn calls_are_calls_and_not_conversions() {
    pattern("$WG.Add($$$)", "wg.Add(1)\nwg.Add()\ns.wg.Add(1, 2)\nAdd(1)\nwg.Done(1)", &[1, 2, 3]);
    pattern("defer $X.Close()", "defer f.Close()\ndefer f.Close(1)\nf.Close()", &[1]);
    pattern("go $F($$$)", "go f()\ngo s.f(1)\ngo func() {}()", &[1, 2, 3]);
    pattern(
        "go func() { $$$ }()",
        "go func() {}()\ngo func(i int) {}(1)\ngo func() { a(); b() }()",
        &[1, 3],
    );
    pattern("[]byte($X)", "_ = []byte(s)\n_ = []byte{1}\n_ = string(b)", &[1]);
    pattern("string($X)", "_ = string(b)\n_ = strings(b)", &[1]);
    pattern(
        "make(chan $T)",
        "_ = make(chan int)\n_ = make(chan int, 1)\n_ = make(map[int]int)",
        &[1],
    );
    pattern("new($T)", "_ = new(int)\n_ = new(a.T)", &[1, 2]);
    pattern("$F[$T]($X)", "f[int](x)\nf(x)", &[1]);
}

#[test]
fn the_last_argument_is_found_behind_any_number() {
    pattern("f($$$, $X)", "f()\nf(1)\nf(1, 2)\nf(1, 2, 3)", &[2, 3, 4]);
    pattern("f($$$, nil, $$$)", "f()\nf(nil)\nf(1, nil, 2)\nf(1, 2)", &[2, 3]);
    pattern("f($X, $X)", "f(a, a)\nf(a, b)\nf(g(a, b), g( a,b ))\nf(a.b, a.c)", &[1, 3]);
    pattern("f($_, $_)", "f(a, a)\nf(a, b)\nf(a)", &[1, 2]);
}

#[test]
fn nothing_is_overlooked_at_the_end() {
    pattern("return $X", "if a { return x }\nif b { return x, y }\nreturn", &[1]);
    pattern("return", "if a { return x }\nreturn", &[2]);
    pattern("return $$$", "if a { return x }\nif b { return x, y }\nreturn", &[1, 2, 3]);
    pattern("if $C { $$$ }", "if a { b() }\nif a { b() } else { c() }\nif x := a; x { }", &[1]);
    pattern("$X := $Y", "a := b\nc, d := e()\nf, g := h, i", &[1]);
    pattern("$X, $Y := $Z", "a := b\nc, d := e()\nf, g := h, i\nj, k, l := m()", &[2]);
    pattern(
        "$X = append($X, $$$)",
        "a = append(a, 1)\ns.b = append(s.b, c...)\na = append(b, 1)",
        &[1, 2],
    );
    pattern("var $X $T", "var a int\nvar b int = 1\nvar c = 1\nvar d sync.Mutex", &[1, 4]);
    pattern("for { $$$ }", "for { a() }\nfor a { }\nfor range b { }\nfor i := range b { }", &[1]);
    pattern(
        "for $I := 0; $I < $N; $I++ { $$$ }",
        "for i := 0; i < n; i++ { }\nfor i := 0; i < n; i += 2 { }",
        &[1],
    );
}

#[test]
fn layout_does_not_matter() {
    pattern("f($X, $Y)", "f(\n\ta, // one\n\tb,\n)", &[1]);
    pattern("{ $A; $B }", "{\n\ta()\n\t// note\n\tb()\n}\n{ a() }\nreturn", &[1]);
    pattern("{ f(); $$$ }", "{ f() }\n{ f(); g() }\n{ g(); f() }", &[1, 2]);
    pattern("$T{$$$}", "_ = T{}\n_ = a.T{1, 2}\n_ = &T{X: 1}", &[1, 2, 3]);
    pattern("$T{$X}", "_ = T{}\n_ = T{1}\n_ = T{a: 1}\n_ = T{1, 2}", &[2, 3]);
    pattern("$A + 1", "_ = a + 1\n_ = a - 1\n_ = a + 2", &[1]);
    pattern("\"a\"", "f(\"a\")\nf(\"b\")", &[1]);
}

#[test]
fn declarations_stand_at_the_top() {
    let text = "package p\nfunc a() {}\nfunc b() error { return nil }\nfunc (s *S) c() {}\ntype S struct { x int }\n";
    check_file("match: { pattern: 'func $F() { $$$ }' }", text, &[2]);
    check_file("match: { pattern: 'func $F() error { $$$ }' }", text, &[3]);
    check_file("match: { pattern: 'func ($R $T) $F($$$) { $$$ }' }", text, &[4]);
    check_file("match: { pattern: 'type $T struct { $$$ }' }", text, &[5]);
    check_file(
        "match: { pattern: { context: 'type T struct { $F int }', selector: field_declaration } }",
        text,
        &[5],
    );
}

#[test]
fn a_selector_takes_a_piece_of_its_context() {
    let case = "match: { pattern: { context: 'switch { case $X == nil: $$$ }', selector: expression_case } }";
    check(case, "switch {\ncase a == nil:\ncase b == nil: c()\ncase d:\n}", &[2, 3]);
    let receive = "match: { pattern: { context: 'select { case <-$C: return }', selector: communication_case } }";
    check(receive, "select {\ncase <-a:\n\treturn\ncase <-b:\n}", &[2]);
}

#[test]
fn every_choice_is_tried() {
    // The first call that is found is not the one whose argument is deferred.
    let keys = "match:
  kind: block
  has: { pattern: open($X), stopBy: end }
  all:
    - has: { pattern: 'defer $X.Close()', stopBy: end }";
    check(keys, "{ open(a); open(b); defer b.Close() }\n{ open(a); defer c.Close() }", &[0, 1]);
    let keys = "match:
  any:
    - pattern: f($X, $_)
    - pattern: f($_, $X)
where: { X: { kind: nil } }";
    check(keys, "f(nil, a)\nf(a, nil)\nf(a, a)", &[1, 2]);
}

#[test]
fn neighbours_are_statements() {
    let keys =
        "match: { pattern: $M.Lock(), precedes: { pattern: $M.Unlock(), stopBy: neighbor } }";
    check(keys, "a.Lock()\na.Unlock()\nb.Lock()\na.Lock()\nwork()\na.Unlock()", &[1]);
    let keys = "match: { pattern: $M.Lock(), precedes: { pattern: $M.Unlock(), stopBy: end } }";
    check(keys, "a.Lock()\na.Unlock()\nb.Lock()\na.Lock()\nwork()\na.Unlock()", &[1, 4]);
    let keys = "match: { pattern: $M.Unlock(), follows: { pattern: $M.Lock(), stopBy: { pattern: return } } }";
    check(keys, "a.Lock()\na.Unlock()\nb.Lock()\nreturn\nb.Unlock()", &[2]);
}

#[test]
fn a_search_may_end_at_a_function_or_at_a_rule() {
    let body = "go func() {\n\tdefer f()\n}()\ndefer f()\nfor { defer f() }";
    let inside = |stop: &str| {
        format!("match: {{ pattern: defer f(), inside: {{ kind: go_statement, stopBy: {stop} }} }}")
    };
    check(&inside("end"), body, &[2]);
    check(&inside("function"), body, &[]);
    check(&inside("neighbor"), body, &[]);
    let has = |stop: &str| {
        format!(
            "match: {{ kind: function_declaration, has: {{ pattern: defer f(), stopBy: {stop} }} }}"
        )
    };
    check(&has("end"), "go func() { defer f() }()", &[0]);
    check(&has("function"), "go func() { defer f() }()", &[]);
    check(&has("function"), "for { defer f() }", &[0]);
    check(&has("{ kind: for_statement }"), "for { defer f() }", &[]);
    check(&has("neighbor"), "defer f()", &[]);
}

#[test]
fn not_and_all_and_regex() {
    let keys =
        "match: { pattern: $X.Close(), not: { inside: { kind: defer_statement, stopBy: end } } }";
    check(keys, "defer f.Close()\nf.Close()", &[2]);
    let keys = "match: { kind: [identifier, field_identifier], regex: '^tmp' }";
    check(keys, "tmp1 := 1\ns.tmp2 = xtmp", &[1, 2]);
    let keys = "match: { pattern: '$F($A, $B)', not: { pattern: '$F($A, $A)' } }";
    check(keys, "f(a, b)\nf(a, a)", &[1]);
}

#[test]
fn the_sentences_are_filled_with_what_is_bound() {
    let body = "package p\nfunc f() { defer s.mu.Unlock(); g(1, a.b) }\n";
    let found = |message: &str, keys: &str| said(message, keys, &[("a.go", body)]);
    let keys = "match: { pattern: defer $X.Unlock() }";
    assert_eq!(found("`$X` waits", keys), ["2: `s.mu` waits"]);
    let keys = "match: { pattern: g($$$ARGS) }";
    assert_eq!(found("`$ARGS` is given", keys), ["2: `1, a.b` is given"]);
    let keys = "match: { pattern: 'g($_, $Y)' }\nat: Y";
    assert_eq!(found("`$Y`", keys), ["2: `a.b`"]);
}

#[test]
fn broken_code_matches_nothing() {
    pattern("f($X)", "f(1)\nx := := f(1)\n", &[]);
}

#[test]
fn deep_and_long_code_cannot_keep_a_page_busy() {
    let deep = |n: usize| format!("_ = {0}a{1} == {0}a{1}", "(".repeat(n), ")".repeat(n));
    pattern("$X == $X", &deep(100), &[1]);
    // Nested too deep to be read at all.
    pattern("$X == $X", &deep(50_000), &[]);
    let many = "g()\n".repeat(20_000);
    let keys = "match:
  kind: function_declaration
  has:
    pattern: $A()
    stopBy: end
    precedes: { pattern: '$B()', stopBy: end, precedes: { pattern: '$C(1)', stopBy: end } }";
    check(keys, &many, &[]);
    pattern("{ $$$; f(1); $$$; f(2); $$$; f(3); $$$ }", &many.replace("g()", "f(1)"), &[]);
    pattern("{ $$$A; $X; $$$B; $Y; $$$C; f($X, $Y) }", &many, &[]);
}
