//! What only some schedules show.

use super::found;
use crate::rules::explore::machine::Kind;

/// What is found in a program without an end that is not understood.
fn shows(text: &str) -> Vec<(Kind, Vec<u32>)> {
    let (explored, found) = found(&format!("package main\nimport \"sync\"\n{text}"));
    assert_eq!((explored.opaque, explored.why), (0, None), "{text}");
    assert!(explored.complete > 0, "{text}");
    found
}

#[test]
fn locks_in_two_orders() {
    let text = "type store struct {
    a, b sync.Mutex
}
func (s *store) one(done *sync.WaitGroup) {
    defer done.Done()
    s.a.Lock()
    defer s.a.Unlock()
    s.b.Lock()
    s.b.Unlock()
}
func (s *store) two(done *sync.WaitGroup) {
    defer done.Done()
    s.b.Lock()
    s.a.Lock()
    s.a.Unlock()
    s.b.Unlock()
}
func main() {
    s, done := &store{}, sync.WaitGroup{}
    done.Add(2)
    go s.one(&done)
    go s.two(&done)
    done.Wait()
}
";
    let found = shows(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, Kind::Deadlock);
    assert!([10, 16, 25].iter().all(|it| found[0].1.contains(it)), "{found:?}");
}

#[test]
fn nobody_receives() {
    let text = "type result struct{ n int }
func ask() chan result {
    c := make(chan result)
    go func() { c <- result{1} }()
    return c
}
func main() {
    done := make(chan struct{})
    var mu sync.Mutex
    go func() {
        mu.Lock()
        defer mu.Unlock()
        close(done)
        ask()
    }()
    <-done
    mu.Lock()
    <-ask()
    <-done
    var none chan int
    <-none
}
";
    let found = shows(text);
    assert!(found.iter().any(|it| it.0 == Kind::Deadlock && it.1.contains(&23)), "{found:?}");
}

#[test]
fn accesses_without_order() {
    let text = "type stats struct{ n, m int }
func main() {
    s := &stats{}
    var group sync.WaitGroup
    var mu sync.Mutex
    for range 2 {
        group.Add(1)
        go func() {
            defer group.Done()
            mu.Lock()
            s.m++
            mu.Unlock()
            s.n++
        }()
    }
    group.Wait()
    s.n++
}
";
    assert_eq!(shows(text), [(Kind::Race, vec![15])]);
}

#[test]
fn fields_are_apart() {
    let text = "type stats struct{ n, m int; of [2]int }
func main() {
    s, x := stats{}, 0
    var group sync.WaitGroup
    group.Add(2)
    go func() { s.n++; s.of[0]++; group.Done() }()
    go func() { s.m++; s.of[1]++; x++; group.Done() }()
    group.Wait()
    s.n, s.m, x = s.m, s.n, x+1
}
";
    assert_eq!(shows(text), []);
}

#[test]
fn closed_twice() {
    let text = "type server struct { quit chan struct{}; once sync.Once }
func (s *server) stop() { close(s.quit) }
func (s *server) halt() { s.once.Do(func() { close(s.quit) }) }
func main() {
    a, b := &server{quit: make(chan struct{})}, &server{quit: make(chan struct{})}
    go b.halt()
    b.halt()
    <-b.quit
    go a.stop()
    a.stop()
}
";
    assert_eq!(shows(text), [(Kind::CloseOfClosed, vec![4])]);
}
