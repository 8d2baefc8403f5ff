//! Each signal of heat, and what takes it away.

use super::super::heat::Reason;
use super::super::read;
use super::source;

/// The score and the reasons at each `at(…)` of a package's files.
fn heat(files: &[(&str, &str)]) -> String {
    let sources: Vec<_> = files.iter().map(|(path, text)| source(path, text)).collect();
    let code = read(&sources, None, &|_| false);
    let mut shown = Vec::new();
    for package in code.packages() {
        for file in package.files() {
            assert_eq!(file.errors(), [], "{}", file.path());
            for (byte, _) in file.text().match_indices("at(") {
                let name = file.text()[byte + 3..].split(')').next().unwrap();
                let heat = package.heat(file, byte);
                let reasons: Vec<_> = heat.reasons.iter().map(reason).collect();
                shown.push(format!("{name}: {} {}", heat.score, reasons.join(", ")));
            }
        }
    }
    shown.join("\n")
}

fn reason(it: &Reason) -> String {
    match it {
        Reason::Loop(levels) => format!("loop {levels}"),
        Reason::LongRunning => "long".to_owned(),
        Reason::Reached { entry, from } => format!("{entry:?} {from}"),
        Reason::CalledInLoop { by } => format!("in a loop of {by}"),
        Reason::Benchmarked { by } => format!("measured by {by}"),
        Reason::TunedFile => "tuned".to_owned(),
        Reason::Cold(it) => format!("cold: {it:?}"),
    }
}

#[track_caller]
fn check(code: &str, expected: &str) {
    assert_eq!(heat(&[("a.go", &format!("package p\n{code}"))]), expected, "{code}");
}

#[test]
fn loops_repeat_what_is_in_them_and_not_their_heads() {
    check("func f() { at(1) }", "1: 0 ");
    check(
        "func f() { for i := at(1); i < at(2); i += at(3) { at(4) } }",
        "1: 0 \n2: 1 loop 1\n3: 1 loop 1\n4: 1 loop 1",
    );
    check(
        "func f(s []int) { for range at(1) { for at(2) { for { at(3) } } } }",
        "1: 0 \n2: 2 loop 2\n3: 2 loop 2",
    );
    check("func f(s []int) { for range s { g(func() { at(1) }) } }", "1: 1 in a loop of func f");
}

#[test]
fn a_few_passes_are_none() {
    for head in [
        "i := 0; i < 8; i++",
        "i := 0; i <= few; i++",
        "range 3",
        "range few",
        "_, x := range []int{1, 2, 3}",
        "_, x := range [...]int{1, 2, 3}",
        "_, x := range given",
        "_, x := range local",
        "i := range v.parts",
    ] {
        let code = format!(
            "const few = 4\ntype v struct {{ parts [few]int }}\n\
             func f(given [3]int, v *v) {{ local := []int{{1}}; for {head} {{ at(1) }} }}"
        );
        check(&code, "1: 0 ");
    }
    for head in [
        "i := 0; i < 9; i++",
        "i := n; i < 8; i += n",
        "i := 0; i < n; i++",
        "i := 9; i > 2; i--",
        "range n",
        "_, x := range local",
        "k := range map[int]int{1: 1}",
    ] {
        let code = format!(
            "func f(n int) {{ local := []int{{1}}; local = append(local, n); for {head} {{ at(1) }} }}"
        );
        check(&code, "1: 1 loop 1");
    }
    check("func f() { for x() { at(1); return } }", "1: 0 ");
    check("func f() { for x() { at(1); if y() { continue }; break } }", "1: 1 loop 1");
}

#[test]
fn loops_that_wait_run_for_long() {
    for head in ["for range ch", "for x := range s.jobs"] {
        let code = format!(
            "type s struct {{ jobs <-chan int }}\nfunc f(ch chan int, s s) {{ {head} {{ at(1) }} }}"
        );
        check(&code, "1: 2 long");
    }
    check("func f() { for { select { case <-a: at(1) } } }", "1: 2 long");
    check("func f() { for { c, err := l.Accept(); at(1) } }", "1: 2 long");
    check("func f() { for rows.Next() { at(1) } }", "1: 2 long");
    check("func f() { for it.Next() { at(1) } }", "1: 1 loop 1");
    check("func f() { for { at(1); go func() { <-a }() } }", "1: 1 loop 1");
}

#[test]
fn requests_come_in_by_signature() {
    let http = "import \"net/http\"\n";
    check(
        &format!("{http}func h(w http.ResponseWriter, r *http.Request) {{ at(1) }}"),
        "1: 1 Http func h",
    );
    check(&format!("{http}func h(w http.ResponseWriter, r http.Request) {{ at(1) }}"), "1: 0 ");
    check(
        &format!(
            "{http}func m(next http.Handler) http.Handler {{ at(1); return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {{ at(2) }}) }}"
        ),
        "1: 0 \n2: 1 Http func m",
    );
    for (import, parameters, expected) in [
        ("github.com/gin-gonic/gin", "c *gin.Context", "Http"),
        ("github.com/labstack/echo/v4", "c echo.Context", "Http"),
        ("github.com/gofiber/fiber/v2", "c *fiber.Ctx", "Http"),
        ("github.com/nats-io/nats.go", "m *nats.Msg", "Message"),
        (
            "github.com/IBM/sarama",
            "s sarama.ConsumerGroupSession, c sarama.ConsumerGroupClaim",
            "Message",
        ),
    ] {
        let import = if import.contains("nats.go") {
            format!("nats {import:?}")
        } else {
            format!("{import:?}")
        };
        let code = format!("import {import}\nfunc (t *T) f({parameters}) {{ at(1) }}");
        check(&code, &format!("1: 1 {expected} T.f"));
    }
    // The name alone, of another package, is none.
    check("import gin \"example.com/gin\"\nfunc f(c *gin.Context) { at(1) }", "1: 0 ");
}

#[test]
fn grpc_methods_are_entries_of_types_that_serve() {
    let method = "import (\"context\"; pb \"example.com/pb\"; \"google.golang.org/grpc\")\n\
        func (s *server) Get(ctx context.Context, r *pb.Req) (*pb.Resp, error) { at(1); return nil, nil }\n\
        func (s *server) get(ctx context.Context, r *pb.Req) (*pb.Resp, error) { at(2); return nil, nil }\n\
        func (s *server) Watch(r *pb.Req, stream pb.G_WatchServer) error { at(3); return nil }\n\
        func (s *server) Stop() { at(4) }\n";
    let none = "1: 0 \n2: 0 \n3: 0 \n4: 0 ";
    let served = "1: 1 Grpc server.Get\n2: 0 \n3: 1 Grpc server.Watch\n4: 0 ";
    check(&format!("{method}type server struct{{}}"), none);
    check(&format!("{method}type server struct{{ pb.UnimplementedGreeterServer }}"), served);
    check(
        &format!(
            "{method}type server struct{{}}\nfunc run(s *grpc.Server) {{ pb.RegisterGreeterServer(s, &server{{}}) }}"
        ),
        served,
    );
}

#[test]
fn workers_are_goroutines_that_wait_for_work() {
    let worker =
        "type s struct { jobs chan int }\nfunc (s *s) work() { for range s.jobs { at(1) } }\n";
    let long = "1: 2 long";
    let entry = "1: 3 long, Worker s.work";
    for (start, expected) in [
        ("", long),
        ("func (s *s) run() { s.work() }", long),
        ("func (s *s) run() { go s.work() }", entry),
        ("func (s *s) run() { for range n { go s.work() } }", entry),
        ("func (s *s) run() { go func() { defer done(); s.work() }() }", entry),
        ("func (s *s) run() { g.Go(s.work) }", entry),
        ("func (s *s) run() { g.Go(func() error { s.work(); return nil }) }", entry),
    ] {
        check(&format!("{worker}{start}"), expected);
    }
    check("func f() { go func() { at(1) }() }", "1: 0 ");
}

#[test]
fn heat_follows_calls_three_steps_far() {
    let handler = "import \"net/http\"\ntype t struct{}\n\
        func (t *t) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.one() }\n\
        func (t *t) one() { two() }\nfunc two() { for range s { three() } }\n\
        func three() { at(3); four() }\nfunc four() { at(4) }";
    check(handler, "3: 2 Http t.ServeHTTP, in a loop of func two\n4: 0 ");
    // A method of a type that nobody knows is nobody's.
    check(
        "type t struct{}\nfunc (t *t) one() { at(1) }\nfunc f() { for range s { x.one() } }",
        "1: 0 ",
    );
    check(
        "func f() { for range s { g() } }\nfunc g() { at(1); h() }\nfunc h() { at(2) }",
        "1: 1 in a loop of func f\n2: 0 ",
    );
    check("func f() { g := func() { at(1) }; for range s { g() } }", "1: 1 in a loop of func f");
    check("func f(n int) { at(1); for range n { f(n - 1) } }", "1: 1 in a loop of func f");
    // Where something failed, nothing is passed on.
    check("func f() { for range s { if err != nil { g() } } }\nfunc g() { at(1) }", "1: 0 ");
    check("func init() { for range s { g() } }\nfunc g() { at(1) }", "1: 0 ");
}

#[test]
fn what_is_measured_is_meant_to_be_hot() {
    let code = "package p\nfunc f() { at(1) }\ntype t struct{}\nfunc (t t) g() { at(2) }";
    let bench = "package p\nimport \"testing\"\nfunc BenchmarkF(b *testing.B) { for b.Loop() { f() } }\n\
        func BenchmarkG(b *testing.B) { var x t; b.Run(\"\", func(b *testing.B) { x.g() }) }\n\
        func TestF(t *testing.T) { for range 100 { f() } }";
    assert_eq!(
        heat(&[("a.go", code), ("a_test.go", bench)]),
        "1: 1 measured by func BenchmarkF\n2: 1 measured by func BenchmarkG"
    );
}

#[test]
fn some_files_are_tuned() {
    check("import \"sync\"\nvar p = sync.Pool{}\nfunc f() { at(1) }", "1: 1 tuned");
    check("import \"unsafe\"\nfunc f() { at(1) }", "1: 1 tuned");
    check("import \"sync/atomic\"\nvar closed atomic.Bool\nfunc f() { at(1) }", "1: 0 ");
    check("import \"sync/atomic\"\nvar n atomic.Int64\nfunc f() { at(1) }", "1: 1 tuned");
}

#[test]
fn error_paths_are_cold() {
    let cold = "1: 0 loop 1, cold: ErrorPath";
    for body in [
        "if err != nil { at(1) }",
        "if err := g(); err != nil { at(1) }",
        "if nil != readErr && x { at(1) }",
        "if err == nil { x() } else { at(1) }",
        "if errors.Is(err, io.EOF) { at(1) }",
        "if x { at(1); return fmt.Errorf(\"no\") }",
        "if x { at(1); return nil, ErrClosed }",
        "if x { at(1); panic(\"no\") }",
        "switch x { default: at(1); return nil, errors.New(\"no\") }",
        "switch x.(type) { case int: at(1); log.Fatal(1) }",
    ] {
        check(&format!("func f() {{ for range s {{ {body} }} }}"), cold);
    }
    let warm = "1: 1 loop 1";
    for body in [
        "if err == nil { at(1) }",
        "if err != nil || x { at(1) }",
        "if err != nil { return err } else { at(1) }",
        "if x != nil { at(1) }",
        "if x { at(1); return nil, err }",
        "switch x { default: at(1) }",
    ] {
        check(&format!("func f() {{ for range s {{ {body} }} }}"), warm);
    }
    check("func f() { for range s { if debug { at(1) } } }", "1: 0 loop 1, cold: Debug");
    check(
        "func f() { for range s { if l.IsDebugEnabled() { at(1) } } }",
        "1: 0 loop 1, cold: Debug",
    );
}

#[test]
fn some_functions_are_cold() {
    check("func init() { for range s { at(1) } }", "1: 0 loop 1, cold: Init");
    check(
        "func (t T) String() string { for range s { for range s { at(1) } } }",
        "1: 0 loop 2, cold: Text",
    );
    check("func (t T) String(x int) string { at(1) }", "1: 0 ");
    check("func NewT() *T { at(1) }", "1: 0 cold: Constructor");
    check("func NewT() *T { for range s { at(1) } }", "1: 1 loop 1");
    check("func newer() *T { at(1) }", "1: 0 ");
    // A literal is as cold as the function around it, unless requests come in there.
    check("func init() { x := func() { for range s { at(1) } } }", "1: 0 loop 1, cold: Init");
    check(
        "import \"net/http\"\nfunc init() { http.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { at(1) }) }",
        "1: 1 Http func init",
    );
    let main =
        "package main\nfunc main() { for range s { at(1) }; for { select { case <-x: at(2) } } }";
    assert_eq!(heat(&[("a.go", main)]), "1: 0 loop 1, cold: Main\n2: 2 long");
}

#[test]
fn some_places_are_cold() {
    let code = "package p\nimport \"net/http\"\nfunc f() { for range s { at(1) } }\n\
        func h(w http.ResponseWriter, r *http.Request) { at(2) }";
    for (path, expected) in [
        ("x/a_test.go", "1: 0 loop 1, cold: Test\n2: 0 cold: Test"),
        ("test/e2e/a.go", "1: 0 loop 1, cold: Test\n2: 0 cold: Test"),
        ("examples/a.go", "1: 0 loop 1, cold: Example\n2: 0 Http func h, cold: Example"),
        ("db/migrations/a.go", "1: 0 loop 1, cold: Migration\n2: 0 Http func h, cold: Migration"),
        // A server may live under `cmd`, and then its handlers are as hot as any.
        ("cmd/x/a.go", "1: 0 loop 1, cold: Tool\n2: 1 Http func h"),
    ] {
        assert_eq!(heat(&[(path, code)]), expected, "{path}");
    }
}

#[test]
fn a_place_inside_of_a_handler_belongs_to_the_handler() {
    let text = "package p\nimport \"net/http\"\nfunc h(w http.ResponseWriter, r *http.Request) {\n\
        \tgo func() { at(1) }()\n}\nfunc g() { at(2) }\n";
    let code = read(&[source("a.go", text)], None, &|_| false);
    let (package, file) = (&code.packages()[0], code.file("a.go").unwrap());
    let entry = |it: &str| package.entry_at(file, text.find(it).unwrap());
    assert_eq!(entry("at(1)"), Some(super::super::heat::Entry::Http));
    assert_eq!(entry("at(2)"), None);
}
