//! Types, where no Go toolchain is needed to know them; `tests/it/golang` compares far more.

use insta::assert_snapshot;

use super::super::types::{Callee, Direction, MemberKind, Origin, Type, TypeInfo};
use super::super::{Code, GoNode, Kind, Package, read};
use super::source;

fn package(text: &str) -> Code {
    read(&[source("go.mod", "module m\ngo 1.26"), source("a.go", text)], None, &|_| false)
}

/// The types of the package's variables, one a line.
fn variables(text: &str) -> String {
    let code = package(&format!("package p\n{text}"));
    let package = &code.packages()[0];
    let types = TypeInfo::new(package);
    let file = &package.files()[0];
    let names = file.root().descendants().filter(|it| {
        let by = it.ancestors(file.root());
        let spec = by.first().is_some_and(|it| it.is(Kind::VarSpec));
        let short = by.get(1).is_some_and(|it| {
            let left = it.field(super::super::Field::Left).or(it.field(super::super::Field::Alias));
            left.is_some_and(|it| it.id() == by[0].id())
        });
        it.is(Kind::Identifier) && (spec || short)
    });
    let shown = names.map(|it| {
        let of = match file.items().iter().find(|item| item.name_span == it.span()) {
            Some(item) => types.of_item(super::super::Declared { file, item }),
            None => types.of_name(file, it),
        };
        format!("{}: {}", file.text_of(it), types.show(&of))
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn values_give_variables_their_types() {
    assert_snapshot!(variables(
        "import (\n\"net/http\"\n\"os\"\n\"time\"\n)\n\
         type T struct { *http.Client; n map[string][]T }\n\
         func (t T) m() (a, b int, _ error) { return }\n\
         var a, b, c = T{}.m()\n\
         var d = &T{}\n\
         var e = d.n[\"\"][0].Timeout * 2\n\
         var f, g = os.Open(\"\")\n\
         var h = d.Do\n\
         var i = [...]time.Duration{1, 2}\n\
         var j = 1 << 3\n\
         var k = 'x' + 1.0\n\
         var l = len(i)\n\
         var m = new(*T)\n\
         var n = make(chan<- T, 1)\n\
         var o = func(...int) (x, y bool) { return }\n\
         var q = unknown()\n\
         var r, s = d.n[\"\"]\n\
         var t = min(1, 2.5)\n"
    ), @r#"
    a: int
    b: int
    c: error
    d: *m.T
    e: time.Duration
    f: *os.File
    g: error
    h: func(*net/http.Request) (*net/http.Response, error)
    i: [2]time.Duration
    j: int
    k: float64
    l: int
    m: **m.T
    n: chan<- m.T
    o: func(...int) (bool, bool)
    q: ?
    r: []m.T
    s: bool
    t: float64
    "#);
}

#[test]
fn statements_give_variables_their_types() {
    assert_snapshot!(variables(
        "func f(s []string, m map[int]*T, c <-chan T, e error, it func(func(T, bool) bool)) {\n\
         for a, b := range s {}\nfor c, d := range m {}\nfor e := range c {}\n\
         for f := range 3 {}\nfor g, h := range \"x\" {}\nfor i, j := range it {}\n\
         select { case k, l := <-c: }\n\
         switch n := e.(type) { case nil: o := n; case *T: q := n; case *T, error: r := n }\n\
         x := 1; x, y := \"\", x\n\
         z := func() T { x := 2.0; return T{} }()\n\
         }\ntype T struct{}\n"
    ), @r#"
    a: int
    b: string
    c: int
    d: *m.T
    e: m.T
    f: int
    g: int
    h: int32
    i: m.T
    j: bool
    k: m.T
    l: bool
    n: ?
    o: error
    q: *m.T
    r: error
    x: int
    x: int
    y: int
    z: m.T
    x: float64
    "#);
}

#[test]
fn what_may_be_something_else_is_unknown() {
    let text = "import (\n\"a.com/x\"\n. \"fmt\"\n)\n\
        type T struct { x.E; Known int }\n\
        type G[A any] struct { a A; l []A }\n\
        func (g G[B]) get() B { return g.a }\n\
        func id[A any](a A) A { return a }\n\
        var twice int\nvar twice string\n\
        var a = T{}.E\nvar b = T{}.Known\nvar c = T{}.Promoted\nvar d = x.F(1)\n\
        var e = id(1)\nvar f G[int]\nvar g = f.a\nvar h = f.get()\nvar i = f.l\n\
        var j = twice\nvar k = Sprint()\nvar l = G[x.E]{}.l\n";
    assert_snapshot!(variables(text), @r#"
    twice: int
    twice: string
    a: a.com/x.E
    b: int
    c: ?
    d: ?
    e: ?
    f: m.G[int]
    g: int
    h: int
    i: []int
    j: ?
    k: string
    l: []a.com/x.E
    "#);
}

#[test]
fn a_partial_package_promises_nothing_from_absence() {
    let text = "package p\nimport \"sync\"\ntype T struct { sync.Mutex; n int }\nvar t T\n";
    for (partial, known) in [(false, true), (true, false)] {
        let code = read(&[source("a.go", text)], None, &|_| partial);
        let types = TypeInfo::new(&code.packages()[0]);
        let of = types.declared_type("T");
        // In a file that was not read T may have a Lock of its own; its fields it cannot have.
        assert_eq!(types.member(&of, "Lock").is_some(), known);
        assert!(types.member(&of, "n").is_some());
    }
}

#[test]
fn pointers_members_and_callees_are_told_apart() {
    let code = package(
        "package p\nimport \"sync\"\ntype T struct { mu *sync.Mutex; in chan<- int; Inner }\n\
         type Inner struct { sync.RWMutex; done func() }\nfunc (t *T) m() {}\n\
         type I interface { m() }\n\
         func f(t *T, i I) { t.m(); t.mu.Lock(); t.RLock(); t.done(); i.m(); f(t, i); int(3); len(\"\") }\n",
    );
    let package: &Package = &code.packages()[0];
    let types = TypeInfo::new(package);
    let of = types.declared_type("T");
    let member = |name| types.member(&of, name).unwrap();
    assert!(matches!(&member("mu").of, Type::Pointer(to) if to.is("sync", "Mutex")));
    assert!(matches!(&member("in").of, Type::Chan(Direction::Send, _)));
    let promoted = member("RLock");
    assert!(promoted.promoted == 2 && !promoted.through_pointer);
    assert!(matches!(promoted.kind, MemberKind::Method(_)));
    assert!(matches!(of.named().unwrap().origin, Origin::Own(it) if it.name == "T" && !it.local));
    assert_eq!(types.lock(&of).unwrap().path, ["Inner", "RWMutex"]);
    assert_eq!(types.layout(&of, true).unwrap().size, 48);
    let file = &package.files()[0];
    let calls = file.root().descendants().filter(|it| it.is(Kind::CallExpression));
    let callees: Vec<_> = calls.map(|it| types.callee(file, it)).collect();
    assert!(matches!(callees[0], Callee::Method(it) if &*it.item.name == "m"));
    assert!(callees[1].is_method("sync", "Mutex", "Lock") && callees[1].flags().blocks());
    assert!(callees[2].is_method("sync", "RWMutex", "RLock"));
    assert!(matches!(callees[3], Callee::Value(Type::Func(_))));
    assert!(matches!(callees[4], Callee::Interface(..)));
    assert!(matches!(callees[5], Callee::Function(_)));
    assert!(matches!(callees[6], Callee::Conversion(Type::Basic(_))));
    assert!(matches!(callees[7], Callee::Builtin("len")));
}

#[test]
fn integer_constants_have_values() {
    let code = package(
        "package p\nimport \"time\"\nconst ( a = 1 << iota; b; c uint8 = iota + 254; d )\n\
         const size = 4 * kb\nconst kb = 1_024\n\
         var v = []any{b, d, size / 3, 5 * time.Second, time.Duration(2) * time.Minute, 1e3, \
         7 / 2.0, -0x10, 'a', len([3]int{}), len(\"abc\"), uint8(300), x, \"s\"}\nvar x = 1\n",
    );
    let package = &code.packages()[0];
    let types = TypeInfo::new(package);
    let file = &package.files()[0];
    let list = file.root().descendants().filter(|it| it.is(Kind::LiteralElement));
    let top = list.filter(|it| {
        let value = it.ancestors(file.root());
        value[1].field(super::super::Field::Type).is_some_and(|it| file.text_of(it) == "[]any")
    });
    let values = top.map(|it| types.constant(file, it.parts().next().unwrap()));
    let expected = [
        Some(2),
        None,
        Some(1365),
        Some(5_000_000_000),
        Some(120_000_000_000),
        Some(1000),
        None,
        Some(-16),
        Some(97),
        Some(3),
        Some(3),
        None,
        None,
        None,
    ];
    assert_eq!(values.collect::<Vec<_>>(), expected);
}

#[test]
fn a_module_knows_its_own_packages_better_than_the_table() {
    let of_once = |module: &str| {
        let file = format!("{module}/p/a.go");
        let go_mod = |path: &str, name: &str| source(path, &format!("module {name}\ngo 1.26"));
        let mods = [
            go_mod("go.mod", "example.com/all"),
            go_mod("sync/go.mod", "golang.org/x/sync"),
            go_mod("apart/go.mod", "golang.org/x/syncs"),
        ];
        let text = "package p\nimport \"golang.org/x/sync/errgroup\"\nvar g, _ = errgroup.WithContext(nil)";
        let files: Vec<_> = mods.into_iter().chain([source(&file, text)]).collect();
        let code = read(&files, None, &|_| false);
        let package = &code.packages()[0];
        let types = TypeInfo::new(package);
        let declared = package.vars("g").next().unwrap();
        types.show(&types.of_item(declared))
    };
    assert_eq!(of_once("sync"), "?");
    assert_eq!(of_once("apart"), "*golang.org/x/sync/errgroup.Group");
}
