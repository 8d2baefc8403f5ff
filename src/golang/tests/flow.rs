//! Graphs of small functions, as text: a line a point, with where it goes unless that is the next
//! line alone. `E` is the exit, `U` the unwound end, `H` the process's; `+` a condition that holds,
//! `-` one that does not, `?` a case that is chosen. What nothing leads to is marked `dead`.

use std::fmt::Write;

use insta::assert_snapshot;

use super::super::{Edge, Flow, GoFile, GoNode, Kind, PointId, What};
use super::file;

fn show(file: &GoFile, flow: &Flow) -> String {
    let mut out = String::new();
    let name = |it: PointId| match it {
        PointId::EXIT => "E".to_owned(),
        PointId::UNWOUND => "U".to_owned(),
        PointId::HALTED => "H".to_owned(),
        it => (it.index() - 3).to_string(),
    };
    for (id, point) in flow.points() {
        let word = match point.what {
            What::Exit | What::Unwound | What::Halted => continue,
            What::Entry => {
                if flow.next(id).first().is_some_and(|it| it.0.index() != 4) {
                    let _ = writeln!(out, "entry → {}", name(flow.next(id)[0].0));
                }
                continue;
            }
            What::Range => "range ".to_owned(),
            What::Case => "case ".to_owned(),
            What::Label => "label ".to_owned(),
            _ => String::new(),
        };
        let code = file.slice(point.span).lines().next().unwrap_or_default();
        let _ = write!(out, "{:<2} {word}{code}", name(id));
        let next = flow.next(id);
        if next.len() != 1 || next[0].0.index() != id.index() + 1 || next[0].1 != Edge::Always {
            let mark = |edge| match edge {
                Edge::Always => "",
                Edge::True => "+",
                Edge::False => "-",
                Edge::Chosen => "?",
            };
            let next: Vec<_> =
                next.iter().map(|(it, edge)| mark(*edge).to_owned() + &name(*it)).collect();
            let _ = write!(
                out,
                " → {}",
                if next.is_empty() { "nowhere".to_owned() } else { next.join(" ") }
            );
        }
        if flow.back(id).is_empty() {
            out.push_str(" dead");
        }
        out.push('\n');
    }
    out
}

/// The graph of a function with this body.
fn graph(body: &str) -> String {
    let text = format!("package p\nimport (\"os\"; \"testing\")\nfunc f() {{\n{body}\n}}\n");
    let file = file(&text);
    assert_eq!(file.errors(), [], "{body}");
    let function = file.root().part(Kind::FunctionDeclaration).unwrap();
    show(&file, file.flow(function).unwrap())
}

#[test]
fn statements_follow_each_other_and_conditions_are_taken_apart() {
    assert_snapshot!(graph("a()\nif x := b(); x > 0 && !(y || z) { c() } else if w { return }\nd()"), @r"
        1  a()
        2  x := b()
        3  x > 0 → +4 -7
        4  y → +7 -5
        5  z → +7 -6
        6  c() → 9
        7  w → +8 -9
        8  return → E
        9  d()
        10 } → E
        ");
    assert_snapshot!(graph("if a { return 1 }\nreturn 2"), @r"
        1  a → +2 -3
        2  return 1 → E
        3  return 2 → E
        4  } → E dead
        ");
    assert_snapshot!(graph(""), @"1  } → E");
}

#[test]
fn loops_of_all_forms() {
    assert_snapshot!(graph("for i := 0; i < n; i++ { if a { continue }; if b { break }; c() }\nd()"), @r"
        1  i := 0
        2  i < n → +4 -9
        3  i++ → 2
        4  a → +5 -6
        5  continue → 3
        6  b → +7 -8
        7  break → 9
        8  c() → 3
        9  d()
        10 } → E
        ");
    assert_snapshot!(graph("for a { b() }"), @r"
        1  a → +2 -3
        2  b() → 1
        3  } → E
        ");
    assert_snapshot!(graph("for { a() }\ndead()"), @r"
        1  for
        2  a() → 1
        3  dead() dead
        4  } → E
        ");
    assert_snapshot!(graph("for ;; i++ { if a { break } }"), @r"
        1  for → 3
        2  i++ → 1
        3  a → +4 -2
        4  break
        5  } → E
        ");
    assert_snapshot!(graph("for range 3 {}\nfor k, v := range m { use(k, v) }\nfor x := range seq { if x { return } }"), @r"
        entry → 2
        1  range range 3 → +1 -4
        2  3 → 1
        3  range k, v := range m → +5 -7
        4  m → 3
        5  use(k, v) → 3
        6  range x := range seq → +8 -10
        7  seq → 6
        8  x → +9 -6
        9  return → E
        10 } → E
        ");
    assert_snapshot!(graph("for {}"), @r"
        1  for → 1
        2  } → E dead
        ");
    assert_snapshot!(graph("for true { a() }"), @r"
        1  true → +2
        2  a() → 1
        3  } → E dead
        ");
}

#[test]
fn labels_lead_out_and_around() {
    assert_snapshot!(graph("outer:\nfor a {\n for b {\n  if c { continue outer }\n  if d { break outer }\n }\n}\ne()"), @r"
        1  label outer
        2  a → +3 -8
        3  b → +4 -2
        4  c → +5 -6
        5  continue outer → 2
        6  d → +7 -3
        7  break outer
        8  e()
        9  } → E
        ");
    assert_snapshot!(graph("again:\na()\nif b { goto again }\nif c { goto done }\nd()\ndone:"), @r"
        1  label again
        2  a()
        3  b → +4 -5
        4  goto again → 1
        5  c → +7 -8
        6  label done → 9
        7  goto done → 6
        8  d() → 6
        9  } → E
        ");
    assert_snapshot!(graph("L:\nswitch { case a: break L; case b: for { break L } }"), @r"
        1  label L
        2  a → +4 -3
        3  b → +5 -7
        4  break L → 7
        5  for
        6  break L
        7  } → E
        ");
    // Into a loop; the compiler refuses it, the graph need not.
    assert_snapshot!(graph("goto in\nfor a {\nin:\nb()\n}"), @r"
        entry → 2
        1  label in → 4
        2  goto in → 1
        3  a → +1 -5
        4  b() → 3
        5  } → E
        ");
}

#[test]
fn switches_with_and_without_a_value_and_a_default() {
    assert_snapshot!(graph("switch x := a(); x {\ncase 1, 2: b(); fallthrough\ncase 3: c()\n}\nd()"), @r"
        entry → 4
        1  case 1 → +6 -2
        2  case 2 → +6 -3
        3  case 3 → +8 -9
        4  x := a()
        5  x → 1
        6  b()
        7  fallthrough
        8  c()
        9  d()
        10 } → E
        ");
    assert_snapshot!(graph("switch {\ndefault: a()\ncase b && c: d()\ncase e: return\n}"), @r"
        1  b → +2 -3
        2  c → +5 -3
        3  e → +6 -4
        4  a() → 7
        5  d() → 7
        6  return → E
        7  } → E
        ");
    assert_snapshot!(graph("switch x := y.(type) {\ncase int, *T: a(x)\ncase nil:\ndefault: panic(x)\n}"), @r"
        entry → 3
        1  case case int, *T → +4 -2
        2  case case nil → +6 -5
        3  y → 1
        4  a(x) → 6
        5  panic(x) → U
        6  } → E
        ");
    assert_snapshot!(graph("switch {}\nswitch a {}\nb()"), @r"
        1  a
        2  b()
        3  } → E
        ");
}

#[test]
fn selects_wait_for_what_is_ready() {
    assert_snapshot!(graph("select {\ncase v := <-a: use(v)\ncase b <- 1: return\ncase <-c: break\n}\nd()"), @r"
        1  select → ?2 ?3 ?4
        2  v := <-a → 5
        3  b <- 1 → 6
        4  <-c → 7
        5  use(v) → 8
        6  return → E
        7  break
        8  d()
        9  } → E
        ");
    assert_snapshot!(graph("for {\nselect {\ncase <-a: continue\ndefault:\n}\nb()\n}"), @r"
        1  for
        2  select → ?3 ?5
        3  <-a
        4  continue → 1
        5  b() → 1
        6  } → E dead
        ");
    assert_snapshot!(graph("a()\nselect {}\ndead()"), @r"
        1  a()
        2  select → nowhere
        3  dead() dead
        4  } → E
        ");
}

#[test]
fn ends_that_are_no_returns() {
    assert_snapshot!(graph("defer a()\nif b { panic(1) }\nif c { os.Exit(1) }\nif d { t.Fatal() }\nif e { log.Fatal() }\ngo f()"), @r"
        1  defer a()
        2  b → +3 -4
        3  panic(1) → U
        4  c → +5 -6
        5  os.Exit(1) → H
        6  d → +7 -8
        7  t.Fatal() → U
        8  e → +9 -10
        9  log.Fatal() → H
        10 go f()
        11 } → E
        ");
    assert_snapshot!(graph("log.Fatal().Err(err).Msg(``)\ndead()"), @r"
        1  log.Fatal().Err(err).Msg(``) → H
        2  dead() dead
        3  } → E
        ");
    assert_snapshot!(graph("s.Skip()\nt.Skip()"), @r"
        1  s.Skip()
        2  t.Skip() → U
        3  } → E dead
        ");
    assert_snapshot!(graph("panic := func(int) {}\npanic(1)"), @r"
        1  panic := func(int) {}
        2  panic(1)
        3  } → E
        ");
}

#[test]
fn a_literal_is_one_step_and_has_a_graph_of_its_own() {
    let text = "package p\nfunc f() {\nfunc() { if a { return }; b() }()\nc()\n}\n";
    let file = file(text);
    let function = file.root().part(Kind::FunctionDeclaration).unwrap();
    let literal = super::node(&file, "func() { if a { return }; b() }");
    let (outer, inner) = (file.flow(function).unwrap(), file.flow(literal).unwrap());
    assert_snapshot!(show(&file, outer), @r"
        1  func() { if a { return }; b() }()
        2  c()
        3  } → E
        ");
    assert_snapshot!(show(&file, inner), @r"
        1  a → +2 -3
        2  return → E
        3  b()
        4  } → E
        ");
    let at = |flow: &Flow, code: &str| flow.at(text.find(code).unwrap());
    let code =
        |flow: &Flow, at: Option<PointId>| at.map(|it| file.slice(flow.point(it).span).to_owned());
    assert_eq!(code(inner, at(inner, "b()")).as_deref(), Some("b()"));
    assert_eq!(code(inner, at(inner, "a {")).as_deref(), Some("a"));
    assert_eq!(at(outer, "b()"), outer.at(literal.start_byte()));
    assert_eq!((at(inner, "c()"), at(outer, "{\n"), at(outer, "package")), (None, None, None));
    // The same question has the same answer, kept.
    assert!(std::ptr::eq(outer, file.flow(function).unwrap()));
}

#[test]
fn what_was_not_understood_has_no_graph() {
    let file = file("package p\nfunc f() { x := := }\nfunc g() { x() }\nfunc h()\n");
    let mut flows = file.root().parts().filter(|it| it.go_kind().is_function());
    let mut next = || file.flow(flows.next().unwrap()).is_some();
    assert_eq!((next(), next(), next()), (false, true, false));
    assert!(file.flow(file.root()).is_none());
}
