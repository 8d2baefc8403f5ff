//! What graphs are asked: dominators, ways around, and what is still held at an end; and monsters.

use std::collections::HashSet;

use proptest::prelude::*;

use super::super::{
    Edge, Effect, Facts, Flow, GoFile, GoNode, GoVersion, Held, Kind, Leak, MAX_POINTS, Paths,
    PointId, Test, TooMuch,
};
use super::{file, source};

fn body(body: &str) -> GoFile {
    file(&format!("package p\nfunc f() {{\n{body}\n}}\n"))
}

fn flow(file: &GoFile) -> &Flow {
    file.flow(file.root().part(Kind::FunctionDeclaration).unwrap()).unwrap()
}

/// The point of the first code like this.
fn at(file: &GoFile, code: &str) -> PointId {
    flow(file).at(file.text().find(code).unwrap()).unwrap()
}

#[test]
fn dominators_and_guards() {
    let file = body("a()\nif b && !c { d() } else { e() }\nfor f { g() }\nh()");
    let (flow, at) = (flow(&file), |code: &str| at(&file, code));
    let (before, after) = (flow.dominators(), flow.post_dominators());
    assert!(before.dominates(at("a()"), at("h()")) && before.dominates(at("b &&"), at("g()")));
    assert!(!before.dominates(at("d()"), at("h()")) && !before.dominates(at("g()"), at("h()")));
    assert!(before.dominates(at("h()"), at("h()")));
    assert_eq!(before.nearest(at("f {")), Some(at("b &&")));
    assert_eq!(before.nearest(PointId::ENTRY), None);
    assert!(after.dominates(at("h()"), at("a()")) && !after.dominates(at("g()"), at("f {")));
    let guards = flow.guards(&before, at("d()"));
    assert_eq!(guards, [(at("c {"), Edge::False), (at("b &&"), Edge::True)]);
    assert_eq!(flow.guards(&before, at("e()")), []);
}

#[test]
fn is_there_a_way_that_avoids() {
    let file = body("a()\nif b { c() }\nd()\nfor { e() }");
    let (flow, at) = (flow(&file), |code: &str| at(&file, code));
    let path = flow.path(at("a()"), at("d()"), |it| it == at("c()")).unwrap();
    assert_eq!(path, [at("a()"), at("b {"), at("d()")]);
    assert_eq!(flow.path(at("a()"), at("d()"), |it| it == at("b {")), None);
    assert!(flow.path(at("e()"), at("e()"), |_| false).is_some());
    assert_eq!(flow.path(at("a()"), at("a()"), |_| false), None);
    assert!(!flow.returns());
    let back = flow.reach_back([at("d()")], |it| it == at("b {"));
    assert!(back[at("c()").index()] && !back[at("a()").index()]);
}

/// Where a lock that `lock()` takes and `unlock()` gives back is still held; `x`, `y` and `err` are
/// told apart, and are forgotten by `x = …`.
fn held(code: &str) -> Vec<String> {
    let file = body(code);
    let flow = flow(&file);
    let of = |it: PointId| file.slice(flow.point(it).span);
    let fact = |name: &str| ["x", "y", "err != nil"].iter().position(|it| *it == name);
    let mut facts = Facts::default();
    for (id, _) in flow.points() {
        let number = |it: usize| u8::try_from(it).unwrap();
        if let Some(it) = fact(of(id)) {
            let test = Test { fact: number(it), yes: Some(true), no: Some(false) };
            facts.tests.insert(id, test);
        }
        match of(id) {
            "x = true" => drop(facts.changes.insert(id, vec![(0, Some(true))])),
            "x = other" => drop(facts.changes.insert(id, vec![(0, None)])),
            "err = lock()" => drop(facts.changes.insert(id, vec![(2, Some(false))])),
            _ => {}
        }
    }
    let effect = |it: PointId| match of(it) {
        "lock()" | "err = lock()" => Effect::Acquire,
        "unlock()" => Effect::Release,
        "defer unlock()" | "give()" => Effect::Settle,
        _ => Effect::None,
    };
    let spent = |it: PointId, edge| edge == Edge::False && of(it) == "next()";
    let paths = Paths { flow, effect: &effect, spent: &spent, facts: &facts, budget: 1_000 };
    let (leaks, _) = paths.leaks(PointId::ENTRY, false).unwrap();
    let shown = |it: Leak| match it.held {
        Held::AtExit => of(it.at).to_owned(),
        Held::Again => {
            let jump = it.path.iter().rev().find(|it| of(**it) == "continue");
            format!("again after {}", of(*jump.unwrap_or(&it.at)))
        }
    };
    leaks.into_iter().map(shown).collect()
}

#[test]
fn what_is_held_at_an_end() {
    for (code, leaks) in [
        ("lock()\nunlock()", &[][..]),
        ("lock()\nif a { return }\nunlock()", &["return"]),
        ("lock()\nif a { unlock(); return }\nb()", &["}"]),
        ("lock()\ndefer unlock()\nif a { return }", &[]),
        ("lock()\nif a { return }\ndefer unlock()", &["return"]),
        ("lock()\nif a { defer unlock() }", &["}"]),
        ("defer unlock()\nlock()", &[]),
        ("lock()\nif a { panic(1) }\nunlock()", &[]),
        ("lock()\ngive()", &[]),
        ("for { lock(); if a { continue }; unlock() }", &["again after continue"]),
        ("for { lock(); if a { break }; unlock() }", &["}"]),
        ("for { lock(); select { case <-a: unlock(); return; default: }; unlock() }", &[]),
        ("if x { lock() }\nb()\nif x { unlock() }", &[]),
        ("if x { lock() }\nb()\nif y { unlock() }", &["}"]),
        ("if x { lock() }\nx = other\nif x { unlock() }", &["}"]),
        ("if a { lock(); x = true }\nif x { unlock() }", &[]),
        ("lock()\nif x { unlock() }\nb()\nif x { return }\nunlock()", &[]),
        ("lock()\nif x && y { unlock() }\nif !x || !y { unlock() }", &[]),
        ("err = lock()\nif err != nil { return }\nunlock()", &[]),
        ("lock()\nfor next() { if a { return } }\nb()", &["return"]),
        ("err = lock()\nif err != nil { return }\nif a { return }\nunlock()", &["return"]),
    ] {
        assert_eq!(held(code), leaks, "{code}");
    }
}

#[test]
fn a_search_ends() {
    let file = body(&"if x { a() }\n".repeat(2_000));
    let flow = flow(&file);
    let effect = |_| Effect::None;
    let mut paths = Paths {
        flow,
        effect: &effect,
        spent: &|_, _| false,
        facts: &Facts::default(),
        budget: 100,
    };
    assert_eq!(paths.leaks(PointId::ENTRY, true), Err(TooMuch));
    paths.budget = 10_000;
    let (leaks, steps) = paths.leaks(PointId::ENTRY, true).unwrap();
    assert_eq!((leaks.len(), steps), (1, 6_002));
}

/// Every question, on a stack of 256 KiB.
fn ask(text: String) -> Vec<usize> {
    let run = move || {
        let file = super::super::GoFile::parse(&source("a.go", &text), GoVersion::DEFAULT, None);
        let Ok(file) = file else { return Vec::new() };
        let functions = file.root().descendants().filter(|it| it.go_kind().is_function());
        let flows = functions.take(20).filter_map(|it| file.flow(it));
        flows.map(check).collect()
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap().join().unwrap()
}

/// Answers the size, after looking for contradictions.
fn check(flow: &Flow) -> usize {
    let (before, after) = (flow.dominators(), flow.post_dominators());
    let reached = flow.reach([PointId::ENTRY], |_| false);
    let mut edges = 0;
    for (id, point) in flow.points() {
        edges += flow.next(id).len();
        assert!(flow.next(id).iter().all(|(to, edge)| flow.back(*to).contains(&(id, *edge))));
        assert_eq!(reached[id.index()], before.dominates(PointId::ENTRY, id));
        assert!(flow.at(point.span.start as usize).is_none_or(|it| it.index() < flow.size()));
        assert!(
            after.chain(id).take(4).count() > 0 && flow.guards(&before, id).len() < flow.size()
        );
    }
    assert!(edges <= 3 * flow.size());
    flow.size()
}

#[test]
fn monsters_have_bounded_graphs() {
    let wide =
        |it: &str, times: usize| format!("package p\nfunc f() {{\n{}\n}}\n", it.repeat(times));
    let deep = |open: &str, close: &str, times: usize| {
        format!("package p\nfunc f() {{\n{}{}\n}}\n", open.repeat(times), close.repeat(times))
    };
    assert_eq!(ask(wide("x()\n", 10_000)), [10_005]);
    assert!(ask(wide("x()\n", MAX_POINTS)).is_empty());
    assert_eq!(ask(wide("if a { return }\n", 5_000)), [10_005]);
    assert_eq!(ask(wide("L: goto L\n", 5_000)).len(), 1);
    assert_eq!(
        ask(format!("{}\nfor {{\nL: x() }}\n}}", wide("goto L\n", 5_000).trim_end_matches("}\n"))),
        [5_008]
    );
    assert_eq!(ask(wide("select { case <-a: default: }\n", 3_000)), [6_005]);
    assert_eq!(ask(wide("switch a { case 1, 2: fallthrough; case 3: }\n", 2_000)), [10_005]);
    assert_eq!(ask(deep("if a {\n", "}", 300)), [305]);
    assert_eq!(ask(deep("for {\n", "}", 300)), [305]);
    assert_eq!(ask(deep("for a { select { case <-b: switch {\ncase c:\n", "}}}", 90)).len(), 1);
    assert_eq!(
        ask(format!("package p\nfunc f() {{\n{}{{}}\n}}\n", "if a {} else ".repeat(900))),
        [905]
    );
    assert_eq!(ask(wide("if a && b || !c && (d || e) { x() }\n", 2_000)), [12_005]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_function(words in proptest::collection::vec(proptest::sample::select(PARTS), 0..60)) {
        let text = format!("package p\nfunc f() {{\n{}\n}}\n", words.join("\n"));
        ask(text);
    }

    /// The dominators are those of the definition: without the point, there is no way.
    #[test]
    fn dominators_are_what_they_say(words in proptest::collection::vec(proptest::sample::select(WHOLE), 1..14)) {
        let file = body(&words.join("\n"));
        let flow = flow(&file);
        let dominators = flow.dominators();
        let reached = flow.reach([PointId::ENTRY], |_| false);
        for (a, _) in flow.points().filter(|(it, _)| reached[it.index()]) {
            let without = flow.reach([PointId::ENTRY], |it| it == a);
            for (b, _) in flow.points().filter(|(it, _)| reached[it.index()]) {
                prop_assert_eq!(dominators.dominates(a, b), a == b || !without[b.index()]);
            }
        }
        let unique: HashSet<_> = dominators.chain(PointId::EXIT).collect();
        prop_assert_eq!(unique.len(), dominators.chain(PointId::EXIT).count());
    }
}

const PARTS: &[&str] = &[
    "if a {",
    "}",
    "} else {",
    "for {",
    "for a {",
    "for range b {",
    "switch {",
    "case a:",
    "default:",
    "select {",
    "case <-c:",
    "break",
    "continue",
    "return",
    "L:",
    "goto L",
    "break L",
    "continue L",
    "fallthrough",
    "x()",
    "panic(1)",
    "defer x()",
    "go x()",
    "func() {",
    "}()",
    "a && b",
    ";",
    "(",
];

const WHOLE: &[&str] = &[
    "x()",
    "if a { goto L }",
    "if a { return }",
    "for a { if b { break } }",
    "goto M",
    "L:\ny()",
    "M:\nz()",
    "for { if a && b { continue }; if c { break }; goto L }",
    "switch a { case 1: goto M; default: }",
    "select { case <-a: goto L; case <-b: }",
    "if a { panic(1) }",
];
