//! What the rules about goroutines conclude from several files, and what a page cannot show.

use super::{check, read};
use crate::golang;
use crate::rules::RuleSet;

/// A pool whose workers nobody stops.
const POOL: &str = "package p

type pool struct {
	jobs chan int
}

func (p *pool) start(n int) {
	for i := 0; i < n; i++ {
		go p.work()
	}
}

func (p *pool) work() {
	for j := range p.jobs {
		use(j)
	}
}
";

const STARTED: &str = "goroutine-start-without-lifecycle warning/medium [pool.start]";
const RANGED: &str = "goroutine-range-never-closed critical/medium [pool.work]";

#[test]
fn the_workers_of_a_pool_are_named_once_where_they_start_and_once_where_they_wait() {
    check(&[("a.go", POOL)], &format!("a.go:9 {STARTED}\na.go:14-16 {RANGED}"));
}

#[test]
fn renaming_shifting_and_reordering_change_nothing() {
    let renamed = POOL.replace("(p *pool) start", "(it *pool) start").replace("go p.", "go it.");
    check(&[("a.go", &renamed)], &format!("a.go:9 {STARTED}\na.go:14-16 {RANGED}"));
    let (head, rest) = POOL.split_once("func (p *pool) start").unwrap();
    let (start, work) = rest.split_once("func (p *pool) work").unwrap();
    let turned = format!("{head}\n\nfunc (p *pool) work{work}\nfunc (p *pool) start{start}");
    check(&[("a.go", &turned)], &format!("a.go:10-12 {RANGED}\na.go:17 {STARTED}"));
}

#[test]
fn a_channel_that_is_made_in_sight_is_surer() {
    let made = "package p\n\nfunc newPool() *pool { return &pool{jobs: make(chan int)} }\n";
    let ranged = RANGED.replace("medium", "high");
    let expected = format!("a.go:9 {STARTED}\na.go:14-16 {ranged}");
    check(&[("a.go", POOL), ("b.go", made)], &expected);
    // Without names, or through a variable, or by an assignment.
    for made in [
        "func newPool() *pool { return &pool{make(chan int)} }",
        "func newPool() *pool { ch := make(chan int); return &pool{jobs: ch} }",
        "func newPool() *pool { p := new(pool); p.jobs = make(chan int, 8); return p }",
    ] {
        check(&[("a.go", POOL), ("b.go", &format!("package p\n{made}\n"))], &expected);
    }
}

#[test]
fn whoever_closes_in_another_file_ends_the_workers() {
    let close = |code: &str| format!("package p\nimport \"sync\"\nvar _ sync.Mutex\n{code}\n");
    for code in [
        "func (x *pool) end() { close(x.jobs) }",
        "func end(x *pool) { defer close(x.jobs) }",
        "func end(all []*pool) { for _, x := range all { close(x.jobs) } }",
        "func end(x *pool) { ch := x.jobs; close(ch) }",
        "func end(x *pool) { shut(x.jobs) }\nfunc shut(ch chan<- int) { close(ch) }",
        "type holder struct{ *pool }\nfunc (h holder) end() { close(h.jobs) }",
        // Nobody knows what these do with it.
        "func end(x *pool) { lib.Close(x.jobs) }",
        "func (x *pool) Jobs() chan int { return x.jobs }",
        "func end(x *pool, out chan chan int) { out <- x.jobs }",
        "func end(x *pool) { keep(&x.jobs) }",
        "func set(x *pool, ch chan int) { x.jobs = ch }\nfunc Set(x *pool) { set(x, lib.Make()) }",
        "func newPool(ch chan int) *pool { return &pool{ch} }",
    ] {
        check(&[("a.go", POOL), ("b.go", &close(code))], "");
    }
    let both = format!("a.go:9 {STARTED}\na.go:14-16 {RANGED}");
    for code in [
        // Another type's field of the same name, and a variable.
        "type other struct{ jobs chan int }\nfunc (x *other) end() { close(x.jobs) }",
        "func end() { jobs := make(chan int); close(jobs) }",
        "func (x *pool) Jobs() <-chan int { return x.jobs }",
        "func (x *pool) add(j int) bool { select { case x.jobs <- j: return true; default: return len(x.jobs) == 0 } }",
    ] {
        check(&[("a.go", POOL), ("b.go", &close(code))], &both);
    }
    // A test's own end is none for the code.
    check(&[("a.go", POOL), ("a_test.go", &close("func end(x *pool) { close(x.jobs) }"))], &both);
}

#[test]
fn twins_by_build_tag_count_together() {
    let end = "package p\nfunc (p *pool) end() { close(p.jobs) }\n";
    let windows = format!("//go:build windows\n\n{end}");
    let others = "//go:build !windows\n\npackage p\nfunc (p *pool) end() {}\n";
    check(&[("a.go", POOL), ("end_other.go", others), ("end_windows.go", &windows)], "");
    // Which of two workers runs, nobody knows.
    let twin = "//go:build windows\n\npackage p\nfunc (p *pool) work() {}\n";
    check(&[("a.go", POOL), ("b_windows.go", twin)], "");
}

#[test]
fn nothing_is_concluded_from_what_was_not_read() {
    check(&[("partial/a.go", POOL)], "");
    let unsafe_file = "package p\nimport \"unsafe\"\nvar _ unsafe.Pointer\n";
    check(&[("a.go", POOL), ("b.go", unsafe_file)], "");
    check(&[("a.go", &POOL.replace("use(j)", "use(j) $"))], "");
}

#[test]
fn processes_and_tools_get_no_comment() {
    let main = POOL.replace("package p", "package main");
    check(&[("a.go", &main)], "a.go:14-16 goroutine-range-never-closed critical/low [pool.work]");
    let entry = "package main\nfunc main() { new(pool).start(4) }\n";
    check(&[("a.go", &main), ("main.go", entry)], "");
}

/// The wait group's `Add` in the wrong place, and the edit.
fn fix(text: &str) -> Option<(String, String)> {
    let code = read(&[("a.go", text)]);
    let findings = RuleSet::builtin().check(&code.packages()[0]);
    let found = findings.iter().find(|it| it.rule.as_str() == "wg-add-inside-goroutine")?;
    let it = found.fix.as_ref()?;
    let lines: Vec<_> = text.lines().collect();
    let (first, last) = (it.lines.first as usize - 1, it.lines.last as usize);
    let edited = [&lines[..first], &[it.replacement.as_str()], &lines[last..]].concat();
    Some((format!("{}: {}", it.lines, it.replacement), edited.join("\n") + "\n"))
}

/// Line 7 adds too late.
const LATE: &str = "package p

import \"sync\"

func all(wg *sync.WaitGroup, n int) {
	go func() {
		wg.Add(1)
		defer wg.Done()
		use(n)
	}()
}
";

#[test]
fn the_add_moves_in_front_of_the_go() {
    let (shown, edited) = fix(LATE).unwrap();
    assert_eq!(shown, "6-7: \twg.Add(1)\n\tgo func() {");
    assert_eq!(
        edited,
        LATE.replace("\tgo func() {\n\t\twg.Add(1)\n", "\twg.Add(1)\n\tgo func() {\n")
    );
    let moved = "6-8: \twg.Add(1)\n\tgo func() {\n\t\tdefer wg.Done()";
    let behind = LATE.replace("wg.Add(1)\n\t\tdefer wg.Done()", "defer wg.Done()\n\t\twg.Add(1)");
    assert_eq!(fix(&behind).unwrap().0, moved);
    let blank = LATE.replace("wg.Add(1)\n", "wg.Add(1)\n\n");
    assert_eq!(fix(&blank).unwrap().0, "6-8: \twg.Add(1)\n\tgo func() {");
    let windows = LATE.replace('\n', "\r\n");
    assert_eq!(fix(&windows).unwrap().0, "6-7: \twg.Add(1)\n\tgo func() {");
    let twice = LATE.replace("func all", "func all2").replace("package p\n\nimport \"sync\"\n", "");
    for text in [LATE, &behind, &blank, &format!("{LATE}{twice}")] {
        let edited = fix(text).unwrap().1;
        let code = read(&[("a.go", &edited)]);
        assert!(code.unread().is_empty(), "{edited}");
        let left = RuleSet::builtin().check(&code.packages()[0]);
        assert_eq!(left.len(), usize::from(text.contains("all2")), "{edited}");
    }
}

#[test]
fn an_edit_that_is_not_safe_is_not_offered() {
    let found = |text: &str| {
        let code = golang::read(
            &[crate::model::SourceFile::from_bytes("a.go", None, text.as_bytes())],
            None,
            &|_| false,
        );
        RuleSet::builtin().check(&code.packages()[0]).len()
    };
    for (from, to) in [
        // What it counts, or on what, is not known outside.
        ("wg.Add(1)", "wg.Add(n)"),
        ("go func() {", "go func(wg *sync.WaitGroup) {"),
        // Something may leave before, or it is under a condition.
        ("wg.Add(1)", "if n == 0 {\n\t\t\treturn\n\t\t}\n\t\twg.Add(1)"),
        ("wg.Add(1)", "if n > 0 {\n\t\t\twg.Add(1)\n\t\t}"),
        // Comments would have to move, or be aligned anew.
        ("wg.Add(1)", "wg.Add(1) // one"),
        ("go func() {", "go func() { // work"),
        ("defer wg.Done()", "defer wg.Done() // out"),
        ("\tgo func() {", "\tuse(n) // first\n\tgo func() {"),
        // No lines of their own.
        ("wg.Add(1)\n\t\tdefer", "wg.Add(1); defer"),
        ("{\n\t\twg.Add(1)", "{ wg.Add(1)"),
        ("\tgo func", "\tuse(n); go func"),
        ("\tgo func", "\tlabel: go func"),
    ] {
        assert!(LATE.contains(from), "{from}");
        let mut text = LATE.replacen(from, to, 1);
        if to.contains("(wg *sync") {
            text = text.replace("}()", "}(wg)");
        }
        assert_eq!((found(&text), fix(&text)), (1, None), "{text}");
    }
    let named = "package p\nimport \"sync\"\nfunc all(wg *sync.WaitGroup) {\n\tgo one(wg)\n}\n\
                 func one(wg *sync.WaitGroup) {\n\twg.Add(1)\n\tdefer wg.Done()\n}\n";
    assert_eq!((found(named), fix(named)), (1, None));
}

#[test]
fn who_asks_for_one_goroutine_by_name_gets_a_hint_only() {
    let code = |start: &str| {
        format!(
            "package p\n\ntype d struct{{}}\ntype e struct{{ *d }}\n\n{start}\n\n\
             func (x *d) run() {{\n\tfor {{\n\t\tstep()\n\t}}\n}}\n"
        )
    };
    let rule = "goroutine-start-without-lifecycle";
    for (start, confidence, declaration) in [
        ("func (x *d) Start() { go x.run() }", "low", "d.Start"),
        ("func (x *d) ListenAndServe() { go x.run() }", "low", "d.ListenAndServe"),
        // A constructor, a method of another name, and workers are not asked for one by one.
        ("func newD() *d { x := &d{}; go x.run(); return x }", "medium", "func newD"),
        ("func (x *d) Add() { go x.run() }", "medium", "d.Add"),
        ("func (x *d) start() { go x.run() }", "medium", "d.start"),
        ("func (x *d) Start() { for range 4 { go x.run() } }", "medium", "d.Start"),
        // Somebody else calls it as well.
        (
            "func (x *d) Start() { x.begin() }; func newD() *d { x := &d{}; x.begin(); return x }\
             \nfunc (x *d) begin() { go x.run() }",
            "medium",
            "d.begin",
        ),
        ("func (x *d) Start() { x.begin() }\nfunc (x *d) begin() { go x.run() }", "low", "d.begin"),
        // What only the package constructs is its function's; an exported constructor hands it out.
        (
            "func newD() *d { x := &d{}; go x.run(); return x }\nfunc serve() { newD() }",
            "low",
            "func newD",
        ),
        (
            "func NewD() *d { x := &d{}; go x.run(); return x }\nfunc serve() { NewD() }",
            "medium",
            "func NewD",
        ),
        // Another type of the package asks for it as others would; a constructor does it unasked.
        (
            "func New() *e { x := &d{}; x.Run(); return &e{x} }\nfunc (x *d) Run() { go x.run() }",
            "low",
            "d.Run",
        ),
        (
            "func New() *d { x := &d{}; x.Run(); return x }\nfunc (x *d) Run() { go x.run() }",
            "medium",
            "d.Run",
        ),
        // Who only calls a function never has the value: it is the function's, or the process's.
        ("func Watch() { (&d{}).begin() }\nfunc (x *d) begin() { go x.run() }", "low", "d.begin"),
        (
            "func Watch() *d { x := &d{}; x.begin(); return x }\nfunc (x *d) begin() { go x.run() }",
            "medium",
            "d.begin",
        ),
    ] {
        let line = if start.contains("\nfunc (x") { 7 } else { 6 };
        let expected = format!("a.go:{line} {rule} warning/{confidence} [{declaration}]");
        check(&[("a.go", &code(start))], &expected);
    }
}

#[test]
fn a_queue_that_is_read_on_request_is_a_hint_only() {
    let code = "package p\n\ntype q struct{ jobs chan int }\n\n\
                func newQ() *q { return &q{jobs: make(chan int)} }\n\n\
                func (x *q) Run() { go x.run() }\n\n\
                func (x *q) run() {\n\tfor it := range x.jobs {\n\t\tuse(it)\n\t}\n}\n";
    let shown = |confidence, start| {
        format!(
            "a.go:7 goroutine-start-without-lifecycle warning/{} [q.{start}]\n\
             a.go:10-12 goroutine-range-never-closed critical/{confidence} [q.run]",
            if confidence == "low" { "low" } else { "medium" },
        )
    };
    check(&[("a.go", code)], &shown("low", "Run"));
    let unasked = code.replace("Run()", "begin()");
    check(&[("a.go", &unasked)], &shown("high", "begin"));
}
