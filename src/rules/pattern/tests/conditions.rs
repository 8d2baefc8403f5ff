//! Conditions on metavariables.

use super::check_file;

fn body(imports: &str, rest: &str) -> String {
    format!("package p; {imports}\n{rest}")
}

#[track_caller]
fn check(keys: &str, imports: &str, rest: &str, expected: &[u32]) {
    check_file(keys, &body(imports, rest), expected);
}

#[test]
fn names_are_resolved_through_imports_and_not_through_shadows() {
    let keys = "match: { pattern: $F($$$) }\nwhere: { F: { resolves: [net/http.Get, append] } }";
    check(
        keys,
        "import h \"net/http\"",
        "func f() { h.Get(\"\") }\nfunc g() { http.Get(\"\") }",
        &[2],
    );
    check(
        keys,
        "import \"net/http\"",
        "func f(http T) { http.Get(\"\") }\nfunc g() { http.Get(1) }",
        &[3],
    );
    check(keys, "import \"example.com/http\"", "func f() { http.Get(\"\") }", &[]);
    check(keys, "import . \"net/http\"", "func f() { Get(\"\"); append(a, 1) }", &[]);
    check(keys, "", "func f() { append(a, 1) }\nfunc g(append T) { append(a, 1) }", &[2]);
    check(keys, "", "func f() { append(a, 1) }\nfunc append(a, b int) {}", &[]);
}

#[test]
fn methods_are_resolved_by_type() {
    let keys = "match: { pattern: $F($$$) }\nwhere: { F: { resolves: [sync.Mutex.Lock, (*os.File).Close] } }";
    check(
        keys,
        "import \"sync\"",
        "type S struct { mu sync.Mutex }\nfunc (s *S) f() { s.mu.Lock() }",
        &[3],
    );
    check(
        keys,
        "import \"sync\"",
        "type S struct { sync.Mutex }\nfunc (s *S) f() { s.Lock() }",
        &[3],
    );
    check(
        keys,
        "import \"sync\"",
        "type S struct { sync.Mutex }\nfunc (s *S) Lock() {}\nfunc (s *S) f() { s.Lock() }",
        &[],
    );
    check(
        keys,
        "import \"sync\"",
        "type S struct { sync.RWMutex }\nfunc (s *S) f() { s.Lock() }",
        &[],
    );
    check(
        keys,
        "import \"os\"",
        "func f(x *os.File, y T) { x.Close()\ny.Close()\nz.Close() }",
        &[2],
    );
    check(keys, "import \"sync\"", "type M = sync.Mutex\nvar m M\nfunc f() { m.Lock() }", &[4]);
}

#[test]
fn types_are_looked_through_pointers_and_aliases() {
    let keys = "match: { pattern: use($X) }\nwhere: { X: { type: [sync.WaitGroup, chan, error] } }";
    let code = "type A = sync.WaitGroup\ntype C chan int\nfunc f(a *A, c C, e error, i int, d <-chan int) {
use(a)
use(c)
use(e)
use(i)
use(d)
use(unknown)
}";
    check(keys, "import \"sync\"", code, &[5, 6, 7, 9]);
}

#[test]
fn values_are_followed_to_the_call_that_gave_them() {
    let keys = "match: { pattern: defer $X.Close() }\nwhere: { X: { from: [os.Open, os.Create] } }";
    let code = "func f() {
a, err := os.Open(p)
defer a.Close()
b := open(p)
defer b.Close()
c, err := os.Open(p)
c = other
defer c.Close()
var d, _ = os.Create(p)
defer d.Close()
defer os.Stdin.Close()
}";
    check(keys, "import \"os\"", code, &[4, 11]);
    let keys = "match: { pattern: $X.Read($$$) }\nwhere: { X: { from: os.Open } }";
    check(keys, "import \"os\"", "func f() { os.Open(p).Read(b) }", &[2]);
}

#[test]
fn constants_are_literals_and_what_is_made_of_them() {
    let keys = "match: { pattern: f($X) }\nwhere: { X: { constant: true } }";
    let code = "const c = \"a\"\nvar v = \"b\"\nfunc g(p string) {
f(\"a\" + `b`)
f(c)
f(v)
f(p)
f(\"a\" + p)
f(-1)
f(g())
const c = 1
f((c))
}";
    check(keys, "", code, &[5, 6, 10, 13]);
    let keys = "match: { pattern: f($X) }\nwhere: { X: { constant: false } }";
    check(keys, "", code, &[7, 8, 9, 11]);
}

#[test]
fn what_stays_is_only_called() {
    let keys = "match: { pattern: '$X := make1()' }\nwhere: { X: { escapes: false } }";
    for (rest, stays) in [
        ("x.M(1)", true),
        ("x.M(1); x.N().O()", true),
        ("return x", false),
        ("s.x = x", false),
        ("f(x)", false),
        ("f(x.M)", false),
        ("go func() { x.M() }()", false),
        ("x = y; x.M()", false),
        ("p := &x; p.M()", false),
        ("if x != nil { x.M() }", false),
    ] {
        let code = format!("func f() {{ x := make1(); {rest} }}");
        check(keys, "", &code, if stays { &[2] } else { &[] });
    }
}

#[test]
fn conditions_may_stand_in_any_rule() {
    let keys = "match:
  any:
    - { pattern: '$X.Close()', where: { X: { type: os.File } } }
    - { pattern: '$X.Stop()', where: { X: { type: time.Timer } } }
  not: { pattern: $Y.Close(), where: { Y: { regex: '^std' } } }";
    let code = "func f(a *os.File, b *time.Timer, stdin *os.File) {
a.Close()
a.Stop()
b.Close()
b.Stop()
stdin.Close()
}";
    check(keys, "import \"os\"; import \"time\"", code, &[3, 6]);
}

#[test]
fn what_is_kept_is_stored() {
    let keys = "match: { pattern: '$X := make1()' }\nwhere: { X: { stored: false } }";
    for (rest, stored) in [
        ("x.M(1); use(x); n := size(x); all = append(all, n)", false),
        ("all = append(all, x)", true),
        ("return x", true),
        ("ch <- x", true),
        ("t.f = x", true),
        ("m[k] = x", true),
        ("y = T{x}", true),
        ("z := x; z.M()", false),
        ("z := x; all = append(all, z)", true),
        ("d := json.NewDecoder(x); d.Decode(v)", false),
        ("d := json.NewDecoder(x); all = append(all, d)", true),
        ("var d = bufio.NewReader(x); y = d", true),
        ("defer func() { x.Close() }()", false),
        ("later(func() { x.Close() })", true),
        ("y = x", true),
    ] {
        let code = format!("func f() {{ for range a {{ x := make1(); {rest} }} }}");
        check(keys, "", &code, if stored { &[] } else { &[2] });
    }
}

#[test]
fn what_the_loop_does_not_change_is_invariant() {
    let keys = "match: { pattern: $M.Lock() }\nwhere: { M: { invariant: true } }";
    let code = "func f(s *S, all []*S) {
for i, t := range all {
s.Lock()
s.mu.Lock()
t.Lock()
all[i].Lock()
get().Lock()
(&s.mu).Lock()
s.count++
}
for u := s; u != nil; u = u.next { u.Lock() }
for range all { s.Lock(); s = s.next }
}";
    check(keys, "", code, &[4, 5, 9]);
}
