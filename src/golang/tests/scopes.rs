//! Names: what an identifier stands for, who writes it, what a literal captures.

use insta::assert_snapshot;

use super::super::{Access, BindingKind, GoNode, Kind, Resolved};
use super::file;

/// Each use as `line:name access target`, for the names in `only` (all, when empty).
fn uses(body: &str, only: &[&str]) -> String {
    let file = file(&format!("package p; import \"net/http\"\n{body}\n"));
    assert!(file.errors().is_empty(), "{body}");
    let scopes = file.scopes();
    let mut lines = Vec::new();
    for it in scopes.uses() {
        let name = file.slice(it.span);
        if !only.is_empty() && !only.contains(&name) {
            continue;
        }
        let target = match it.binding().map(|id| scopes.binding(id)) {
            Some(binding) => format!("{:?} of line {}", binding.kind, file.lines(binding.name)),
            None => "outer".to_owned(),
        };
        let access = match it.access {
            Access::Read => String::new(),
            other => format!("{other:?} "),
        };
        let part = if it.part { "part " } else { "" };
        lines.push(format!("{}:{name} {access}{part}{target}", file.lines(it.span)));
    }
    lines.join("\n")
}

#[test]
fn blocks_shadow_and_declarations_begin_at_their_end() {
    assert_snapshot!(uses("
func f(x int) (err error) {
	x, err := x+1, g(x)
	if x := x; x > 0 {
		x++
	} else if y := x; y > 0 {
		_ = y
	}
	var x2 = x2
	{
		x := func() int { return x }
		_ = x
	}
	for x := range x { _ = x }
	switch x := any(x).(type) {
	case int: _ = x
	default: x = 1
	}
	select {
	case x, ok := <-x: _, _ = x, ok
	case x = <-x:
	case a[x] = <-x:
	}
	return x
}", &["x", "y", "x2", "err", "ok"]), @r"
    4:x Write Parameter of line 3
    4:err Write Result of line 3
    4:x Parameter of line 3
    4:x Parameter of line 3
    5:x Parameter of line 3
    5:x ShortVar of line 5
    6:x ReadWrite ShortVar of line 5
    7:x ShortVar of line 5
    7:y ShortVar of line 7
    8:y ShortVar of line 7
    10:x2 outer
    12:x Parameter of line 3
    13:x ShortVar of line 12
    15:x Parameter of line 3
    15:x LoopVar of line 15
    16:x Parameter of line 3
    17:x TypeSwitch of line 16
    18:x Write TypeSwitch of line 16
    21:x Parameter of line 3
    21:x ShortVar of line 21
    21:ok ShortVar of line 21
    22:x Write Parameter of line 3
    22:x Parameter of line 3
    23:x Parameter of line 3
    23:x Parameter of line 3
    25:x Parameter of line 3
    ");
}

#[test]
fn accesses_tell_writes_and_addresses() {
    assert_snapshot!(uses("
func f(a, b, c T, p *T) {
	a = b
	a.f, b[0] = 1, 2
	(a.f[0].g)++
	c += a
	g(&a, &b.f[0], &(c))
	*p = b
	a[b] = c
	for a.f, b = range c {}
	p.f.g()
	defer func() { a = b }()
}", &["a", "b", "c", "p"]), @r"
    4:a Write Parameter of line 3
    4:b Parameter of line 3
    5:a Write part Parameter of line 3
    5:b Write part Parameter of line 3
    6:a ReadWrite part Parameter of line 3
    7:c ReadWrite Parameter of line 3
    7:a Parameter of line 3
    8:a Address Parameter of line 3
    8:b Address part Parameter of line 3
    8:c Address Parameter of line 3
    9:p Parameter of line 3
    9:b Parameter of line 3
    10:a Write part Parameter of line 3
    10:b Parameter of line 3
    10:c Parameter of line 3
    11:a Write part Parameter of line 3
    11:b Write Parameter of line 3
    11:c Parameter of line 3
    12:p part Parameter of line 3
    13:a Write Parameter of line 3
    13:b Parameter of line 3
    ");
}

#[test]
fn types_parameters_and_literals() {
    assert_snapshot!(uses("
type L[T any] struct { head T; http string }
func (l *L[K]) M(k K, cb func(k int)) K { var z K; return z }
func G[A, B any](a A) (b B) { type A int; var _ A; return }
func f(name string, k int) {
	_ = P{name: name}
	_ = map[string]int{name: 1}
	_ = []P{{name: name}, 1: {k: k}}
	_ = map[string]map[string]int{name: {name: k}}
	_ = new(name)
	_ = http.P{k: func() { _ = k }}
name:
	goto name
}", &["T", "K", "A", "B", "name", "k", "http", "L"]), @r"
    3:T TypeParameter of line 3
    4:L outer
    4:K TypeParameter of line 4
    4:K TypeParameter of line 4
    4:K TypeParameter of line 4
    5:A TypeParameter of line 5
    5:B TypeParameter of line 5
    5:A Type of line 5
    7:name Parameter of line 6
    8:name Parameter of line 6
    9:name Parameter of line 6
    9:k Parameter of line 6
    10:name Parameter of line 6
    10:name Parameter of line 6
    10:k Parameter of line 6
    11:name Parameter of line 6
    12:http outer
    12:k Parameter of line 6
    ");
}

#[test]
fn many_names_of_one_type_are_all_parameters() {
    let list = "func f(a, b, _, _, _, _, _, _, _, _ string, t T) { g(a, b, t) }";
    assert_snapshot!(uses(list, &["a", "b", "t"]), @r"
    2:a Parameter of line 2
    2:b Parameter of line 2
    2:t Parameter of line 2
    ");
    assert_snapshot!(uses("func f(a, *b, T) { g(a) }", &["a"]), @r"
    2:a outer
    2:a outer
    ");
}

#[test]
fn imports_resolve_unless_shadowed() {
    let file = file(
        "package p\nimport h \"net/http\"\nvar c h.Client\nfunc f() { h.Get(\"\") }\n\
         func g(h T) { h.Get(\"\") }\nfunc k() { x.h.Get(\"\") }",
    );
    let found: Vec<_> = file
        .root()
        .descendants()
        .filter(|it| it.is(Kind::SelectorExpression) || it.is(Kind::QualifiedType))
        .map(|it| format!("{} {:?}", it.lines(), file.qualified(it)))
        .collect();
    assert_snapshot!(found.join("\n"), @r#"
    3 Some(("net/http", "Client"))
    4 Some(("net/http", "Get"))
    5 None
    6 None
    6 None
    "#);
}

#[test]
fn literals_capture_by_reference() {
    let file = file(
        "package p\nfunc f(in int) (out int) {\n\tconst c = 1\n\tfor i := range in {\n\t\tgo func(i2 int) \
         {\n\t\t\tmine := c\n\t\t\tout += mine + i + i2 + pkg\n\t\t\tfunc() { g(&in) }()\n\t\t}(i)\n\t}\n\treturn\n}",
    );
    let scopes = file.scopes();
    let captures: Vec<_> = file
        .root()
        .descendants()
        .filter(|it| it.is(Kind::FuncLiteral))
        .map(|it| {
            let all = scopes.captures(it).into_iter().map(|it| {
                let name = file.slice(scopes.binding(it.binding).name);
                format!(
                    "{name}{}{}",
                    if it.written { " written" } else { "" },
                    if it.address_taken { " addressed" } else { "" }
                )
            });
            all.collect::<Vec<_>>().join(", ")
        })
        .collect();
    assert_snapshot!(captures.join("\n"), @r"
    out written, i, in addressed
    in addressed
    ");
    let (id, _) = scopes.bindings().find(|(_, it)| it.kind == BindingKind::Result).unwrap();
    assert_eq!(scopes.uses_of(id).map(|it| file.lines(it.span).first).collect::<Vec<_>>(), [7]);
    assert!(matches!(file.resolve(super::node(&file, "pkg")), Resolved::Outer("pkg")));
    assert!(matches!(file.resolve(super::node(&file, "f")), Resolved::Nothing));
}

#[test]
fn loops_repeat_their_bodies_only_and_not_across_functions() {
    let text = "package p\nfunc f() {\n\tfor i := A(); i < B(); i++ {\n\t\tC()\n\t\tfor range D() { E() }\n\t\t\
                func() { F() }()\n\t\tfunc() { for { G() } }()\n\t}\n\tH()\n}";
    let file = file(text);
    let depth: Vec<_> = "ABCDEFGH"
        .char_indices()
        .map(|(_, name)| {
            let at = text.find(&format!("{name}()")).unwrap();
            format!("{name}{}", file.scopes().loops_at(at).count())
        })
        .collect();
    assert_snapshot!(depth.join(" "), @"A0 B1 C1 D1 E2 F0 G1 H0");
}
