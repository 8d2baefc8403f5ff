//! Where code stands.

use super::{check, check_file};

#[test]
fn a_loop_runs_its_own_frame_again() {
    let keys = "match: { pattern: f() }\nin: loop";
    let body = "f()
for { f() }
for range a { if b { f() } }
for range a { func() { f() }() }
for range a { go func() { f() }() }
for range a { f(); return }
for range a { f(); break }
for range a { if b { f(); return } }
for i := 0; i < 10; i++ { f() }
for i := 0; i < 11; i++ { f() }
for range 3 { f() }
for _, x := range []int{1, 2} { f() }
for i := f(); i < n; i++ { }
for range a { if !done { f(); done = true } }
for range a { if x == nil { f(); y = 1 } }
for range a { return f() }
go func() { for { f() } }()";
    check(keys, body, &[2, 3, 10, 15, 17]);
}

#[test]
fn a_goroutine_is_started_here_or_by_name() {
    let keys = "match: { pattern: f() }\nin: goroutine";
    let text = "package p
import \"sync\"
import \"golang.org/x/sync/errgroup\"
type S struct{}
func (s *S) run() { f() }
func (s *S) other() { f() }
func named() { f() }
func grouped() { f() }
func start(s *S, wg *sync.WaitGroup, other G) {
go s.run()
go named()
go func() { f() }()
f()
func() { f() }()
wg.Go(func() { f() })
other.Go(func() { f() })
var g errgroup.Group
g.Go(grouped)
g.Go(func() error { f(); return nil })
}
";
    check_file(keys, text, &[5, 7, 8, 12, 15, 19]);
}

#[test]
fn initialisation_main_and_once() {
    let text = "package main
import \"sync\"
var a = f()
var b = func() int { return f() }
var c = func() int { return f() }()
var once sync.Once
func init() { f() }
func main() { f(); func() { f() }() }
func other() { once.Do(func() { f() }); once.Do(named) }
func named() { f() }
var d = sync.OnceValue(func() int { return f() })
type T struct{}
func (t T) init() { f() }
";
    let found = |place: &str, expected: &[u32]| {
        check_file(&format!("match: {{ pattern: f() }}\nin: {place}"), text, expected);
    };
    found("init", &[3, 5, 7]);
    found("main", &[8, 8]);
    found("once", &[9, 10, 11]);
    check_file("match: { pattern: f() }\nnot_in: [init, main, once]", text, &[4, 13]);
}

#[test]
fn a_deferred_call_and_its_literal() {
    let keys = "match: { pattern: f() }\nin: defer";
    check(
        keys,
        "defer f()\ndefer func() { f() }()\nf()\ndefer g(f())\ndefer g(func() { f() })",
        &[1, 2, 4],
    );
}

#[test]
fn handlers_are_known_by_their_signature() {
    let keys = "match: { pattern: f() }\nin: handler";
    let text = "package p
import \"net/http\"
func a(w http.ResponseWriter, r *http.Request) { f() }
func b(w http.ResponseWriter) { f() }
func c() { http.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { f() }) }
";
    check_file(keys, text, &[3, 5]);
    check_file(
        "match: { pattern: f() }\nin: [handler, loop]",
        &text.replace("{ f() }", "{ for { f() } }"),
        &[3, 5],
    );
}

#[test]
fn heat_is_the_packages_word() {
    let keys = "match: { pattern: f() }\nhot: true";
    let text = "package p
import \"net/http\"
func a(w http.ResponseWriter, r *http.Request) { for range r.Header { f() } }
func b() { f() }
func init() { f() }
";
    check_file(keys, text, &[3]);
}

#[test]
fn an_endless_loop_is_one_that_somebody_ends() {
    let keys = "match: { pattern: f() }\nin: endless";
    let text = "package p
func g(a []int, c chan int) {
for { f() }
for range a { f() }
for range c { f() }
for i := 0; ; i++ { f() }
for a != nil { f() }
}
";
    check_file(keys, text, &[3, 5, 6]);
}

#[test]
fn places_may_stand_in_any_rule() {
    let keys = "match:
  pattern: f()
  any:
    - in: loop
    - { in: defer, not_in: init }
  not: { hot: 4 }";
    check(keys, "f()\nfor { f() }\ndefer f()", &[2, 3]);
}

#[test]
fn an_alternative_may_be_less_severe() {
    let keys = "match:
  pattern: f($X)
  any:
    - where: { X: { kind: nil } }
    - severity: advice";
    let text = "package p\nfunc g() { f(nil) }\nfunc h() { f(1) }\n";
    assert_eq!(super::severities(keys, text), ["critical", "advice"]);
}

#[test]
fn the_loop_takes_part() {
    let text = "package p\nfunc g() {\nfor {\nf()\n}\n}\nfunc h() { go func() { f() }() }\n";
    let partners = |place: &str| {
        let keys = format!("match: {{ pattern: f() }}\nin: {place}");
        super::partners(&keys, text)
    };
    assert_eq!(partners("loop"), ["loop 3-5"]);
    assert_eq!(partners("goroutine"), ["start 7"]);
}

#[test]
fn makers_tools_and_what_go_run_builds() {
    let keys = |place: &str| format!("match: {{ pattern: f() }}\nin: {place}");
    let text = "package p
func NewServer() *S { f() }
func newest() { f() }
func (s *S) New() { f() }
";
    check_file(&keys("constructor"), text, &[2]);
    check_file(&keys("tool"), text, &[]);
    check_file(&keys("tool"), "package main\nfunc serve() { f() }\n", &[2]);
    check_file(&keys("main"), "//go:build ignore\n\npackage p\nfunc g() { f() }\n", &[4]);
}
