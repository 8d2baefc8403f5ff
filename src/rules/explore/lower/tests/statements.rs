//! Statements, and the expressions in them.

use insta::assert_snapshot;

use super::{runs, shown};

#[test]
fn operands_come_before_stores() {
    runs(
        "type pair struct{ a, b int }",
        "
    a, b := 1, 2
    a, b = b, a
    check(a == 2 && b == 1)
    i, s := 0, []int{10, 20, 30}
    i, s[i] = 2, 11
    check(i == 2 && s[0] == 11)
    s[0], s[2] = s[2], s[0]
    check(s[0] == 30 && s[2] == 11)
    p, q := &pair{1, 2}, &pair{3, 4}
    first := p
    p, p.a = q, 9
    check(p == q && first.a == 9 && q.a == 3)
    x, y := 1, a
    x, z := x+1, y
    check(x == 2 && z == 2)
    m := map[string]int{}
    m[\"a\"]++
    m[\"a\"] += 4
    check(m[\"a\"] == 5 && len(m) == 1)
    v, ok := m[\"b\"]
    check(v == 0 && !ok)
    _, ok = m[\"a\"]
    check(ok)
    p.b <<= 3
    check(q.b == 32)
    var e any = 7
    n, ok := e.(int)
    _, no := e.(string)
    check(n == 7 && ok && !no)
    t := pair{1, 2}
    u := t
    u.a = 5
    check(t.a == 1 && u.a == 5)
    arr := [2]int{1, 2}
    brr := arr
    brr[0] = 7
    check(arr[0] == 1 && brr[0] == 7)",
    );
}

#[test]
fn loops_and_labels() {
    runs(
        "",
        "
    sum := 0
    for i := 0; i < 5; i++ {
        if i == 1 {
            continue
        }
        if i == 4 {
            break
        }
        sum += i
    }
    check(sum == 5)
    n := 0
outer:
    for i := range 3 {
        for j := 0; ; j++ {
            if j == 2 {
                continue outer
            }
            if i == 2 {
                break outer
            }
            n++
        }
    }
    check(n == 4)
    var fs []func() int
    for i := 0; i < 3; i++ {
        fs = append(fs, func() int { i += 10; return i })
    }
    check(fs[0]() == 10 && fs[0]() == 20 && fs[2]() == 12)
    var gs []func() int
    for _, v := range []int{4, 5} {
        gs = append(gs, func() int { return v })
    }
    check(gs[0]() == 4 && gs[1]() == 5)
    total, keys := 0, 0
    for k, v := range map[int]int{1: 10, 2: 20} {
        keys += k
        total += v
    }
    check(keys == 3 && total == 30)
    var k, v int
    for k, v = range [3]int{7, 8, 9} {
    }
    check(k == 2 && v == 9)
    count := 0
    for range [4]string{} {
        count++
    }
    for i, c := range \"ab\" {
        count += i + int(c-'a')
    }
    check(count == 6)
    c := make(chan int, 3)
    c <- 1
    c <- 2
    close(c)
    got := 0
    for it := range c {
        got = got*10 + it
    }
    check(got == 12)
    w := 0
again:
    if w < 3 {
        w++
        goto again
    }
    check(w == 3)",
    );
}

#[test]
fn switches() {
    runs(
        "type shape interface{ area() int }
type square int
type wide struct{ a, b int }
func (s square) area() int { return int(s) * int(s) }
func (w *wide) area() int { return w.a * w.b }
func kind(v any) string {
    switch x := v.(type) {
    case nil:
        return \"nil\"
    case int, string:
        check(x == v)
        return \"plain\"
    case *wide:
        x.a++
        return []string{\"a\", \"b\", \"c\"}[x.a]
    case shape:
        if x.area() == 9 {
            return \"shape\"
        }
    case error:
        return \"error\"
    default:
        return \"other\"
    }
    return \"end\"
}",
        "
    n := 0
    switch x := 2; x {
    case 1:
        n += 1
    case 5, 2:
        n += 10
        fallthrough
    case 7:
        n += 100
    default:
        n += 1000
    }
    check(n == 110)
    switch {
    default:
        n = 0
    case n > 200:
        n = 1
    case n > 100 && n < 200:
        n = 2
    }
    check(n == 2)
    var e any = 3
    switch e {
    case \"3\":
        n = 5
    case 3:
        n = 6
    }
    check(n == 6)
    for {
        switch {
        case n == 6:
            n++
            break
        case n == 7:
            n++
            continue
        }
        if n == 8 {
            break
        }
    }
    check(n == 8)
    check(kind(nil) == \"nil\" && kind(1) == \"plain\" && kind(\"s\") == \"plain\")
    check(kind(&wide{1, 2}) == \"c\" && kind(square(3)) == \"shape\" && kind(square(2)) == \"end\")
    check(kind(2.5) == \"other\")
    var s shape = square(4)
    _, is := s.(*wide)
    check(s.area() == 16 && !is)",
    );
}

#[test]
fn choices_between_channels() {
    runs(
        "func ask(n *int, c chan int) chan int {
    *n++
    return c
}",
        "
    a, b, n := make(chan int, 1), make(chan int, 1), 0
    var got, other int
    var ok bool
    select {
    case got = <-ask(&n, a):
    case ask(&n, b) <- 4:
        other = 1
    }
    check(n == 2 && got == 0 && other == 1)
    select {
    case v, ok := <-b:
        check(v == 4 && ok)
    case <-a:
        check(false)
    }
    select {
    case <-b:
        check(false)
    default:
        other = 2
    }
    check(other == 2)
    close(a)
loop:
    for {
        select {
        case got, ok = <-a:
            check(got == 0 && !ok)
            break loop
        case <-b:
            check(false)
        }
    }",
    );
}

#[test]
fn functions_and_deferred_calls() {
    runs(
        "var order []int
type counter struct{ n int }
type outer struct{ *counter; name string }
func (c *counter) add(by int) { c.n += by }
func (c counter) get() int { return c.n }
func named() (n int, err error) {
    defer func() { n *= 2 }()
    return 21, nil
}
func saved() (n int) {
    defer func() {
        if r := recover(); r != nil {
            n = 5
        }
    }()
    var m map[string]int
    m[\"a\"] = 1
    return 1
}
func sum(start int, more ...int) int {
    for _, it := range more {
        start += it
    }
    return start
}
func two() (int, string) { return 1, \"b\" }
func takes(n int, s string) bool { return n == 1 && s == \"b\" }
func later() {
    for i := range 3 {
        defer func(n int) { order = append(order, n) }(i)
    }
}
func fib(n int) int {
    if n < 2 {
        return n
    }
    return fib(n-1) + fib(n-2)
}",
        "
    n, err := named()
    check(n == 42 && err == nil && saved() == 5)
    check(sum(1) == 1 && sum(1, 2, 3) == 6 && sum(1, []int{4, 5}...) == 10)
    check(takes(two()))
    later()
    check(len(order) == 3 && order[0] == 2 && order[2] == 0)
    o := outer{&counter{1}, \"o\"}
    o.add(4)
    add, get := o.add, (*counter).get
    add(5)
    check(o.n == 10 && get(o.counter) == 10 && counter.get(*o.counter) == 10)
    c := counter{}
    c.add(2)
    f := c.get
    c.add(2)
    check(f() == 2 && c.get() == 4)
    check(fib(10) == 55)
    x := 1
    func() { x = 2 }()
    check(x == 2)",
    );
}

#[test]
fn values_and_types() {
    runs(
        "type color int
const (
    red color = iota
    green
    blue
)
const big = 1 << 10
type point struct{ x, y int }
type line struct{ from, to point; tags []string }
var lines = map[string]*line{\"a\": {from: point{1, 2}, tags: []string{\"t\"}}}
var byKey = [...]string{blue: \"b\", red: \"r\"}
func (c color) String() string { return byKey[c] }",
        "
    check(green == 1 && blue.String() == \"b\" && len(byKey) == 3)
    check(lines[\"a\"].from.y == 2 && lines[\"a\"].tags[0] == \"t\")
    ps := []point{{1, 2}, {y: 4}}
    pp := []*point{{5, 6}}
    pp[0].x++
    ps[1].x = 3
    check(ps[1] == point{3, 4} && *pp[0] == point{6, 6})
    s := make([]int, 2, 5)
    t := append(s, 3)
    u := s[:3]
    check(len(s) == 2 && cap(s) == 5 && u[2] == 3 && len(t) == 3)
    check(copy(s, t[1:]) == 2 && s[1] == 3)
    var b uint8 = 255
    b++
    check(b == 0 && big == 1024 && -7/2 == -3 && -7%3 == -1)
    str := \"ab\" + \"c\"
    check(str == \"abc\" && str[1] == 'b' && str[1:] == \"bc\" && len(str) == 3)
    check(min(3, 1, 2) == 1 && max(3, 4) == 4)
    m := map[point]int{{1, 2}: 3}
    delete(m, point{1, 2})
    check(len(m) == 0)
    p := &s[0]
    *p = 8
    check(s[0] == 8)
    q := &point{}
    r := &q.y
    *r = 9
    check(q.y == 9)
    anon := struct{ a int }{4}
    check(anon.a == 4)
    n := new(int)
    *n += 3
    check(*n == 3 && n != nil)
    var e error
    check(e == nil)
    var i, j any = 1, int64(1)
    check(i != j && i == 1)
    ok := false || true && !false
    check(ok)
    arr := [3]int{1, 2, 3}
    sl := arr[:]
    sl[0] = 5
    check(arr[0] == 5)
    clear(m)
    check(arr[1] == 2)",
    );
}

#[test]
fn shows_code() {
    let text = "package p
func f(c chan int) (n int) {
    for v := range c {
        n += v
    }
    return
}
";
    assert_snapshot!(shown(text, "f"), @r#"
    f: 0 captured, 1 parameters, 6 registers
       0 Zero(1, TypeId(0))
       1 Copy(2, 0)
       2 Receive { to: Some(3), ok: Some(4), channel: 2 }
       3 Unless(4, 7)
       4 Binary { to: 5, operator: "+", left: 1, right: 3, of: TypeId(0) }
       5 Copy(1, 5)
       6 Jump(2)
       7 Return
       8 Opaque("a place that is not there")
         [Register(1)]
    "#);
}

#[test]
fn variables_are_read_after_the_calls_beside_them() {
    runs(
        "
type pair struct{ a, b int }

func two(a, b int) int { return 100*a + b }

func all(of ...int) int { return two(of[0], of[1]) }",
        "
    x := 1
    f := func() int { x = 10; return 1 }
    check(two(x, f()) == 1001)
    x = 1
    check(all(x, f()) == 1001)
    x = 1
    check(pair{x, f()} == pair{10, 1})
    x = 1
    a, b := x, f()
    check(a == 10 && b == 1)
    x = 1
    x += f()
    check(x == 11)
    x = 1
    check(x+x*f() == 20)
    p := &pair{1, 2}
    first := p
    h := func() int { p = &pair{100, 200}; return 5 }
    p.a = h()
    check(p.a == 5 && first.a == 1)
    m := map[int]int{}
    x = 1
    m[x] = f()
    check(m[10] == 1 && len(m) == 1)
    s := []int{5}
    x = 1
    s = append(s, x, f())
    check(s[1] == 10 && s[2] == 1)
    k := func() (int, bool) { p = &pair{7, 8}; return 3, true }
    var ok bool
    p.b, ok = k()
    check(ok && p.b == 3 && p.a == 7)
    x = 1
    check(x == 1 && f() == 1 && x == 10)
    done := make(chan int)
    total := 0
    go func() { total = 4; done <- 1 }()
    total += <-done
    check(total == 5)",
    );
}
