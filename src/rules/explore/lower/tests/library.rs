//! Calls of the library, as functions, methods, fields and values.

use super::runs;

#[test]
fn locks_groups_and_conditions() {
    runs(
        "import (
    \"sync\"
    \"sync/atomic\"
)
type queue struct {
    sync.Mutex
    cond *sync.Cond
    items []int
    n atomic.Int64
    once sync.Once
    pool sync.Pool
}
type guarded struct{ sync.Locker }
func (q *queue) put(it int) {
    q.Lock()
    defer q.Unlock()
    q.items = append(q.items, it)
    q.cond.Signal()
}
func (q *queue) take() int {
    q.cond.L.Lock()
    defer q.cond.L.Unlock()
    for len(q.items) == 0 {
        q.cond.Wait()
    }
    it := q.items[0]
    q.items = q.items[1:]
    return it
}",
        "
    q := &queue{}
    q.cond = sync.NewCond(&q.Mutex)
    go q.put(3)
    check(q.take() == 3)
    var group sync.WaitGroup
    for i := range 2 {
        group.Add(1)
        go func() {
            defer group.Done()
            q.n.Add(int64(i))
        }()
    }
    group.Wait()
    check(q.n.Load() == 1)
    ran := 0
    q.once.Do(func() { ran++ })
    q.once.Do(func() { ran++ })
    check(ran == 1)
    var word int32
    atomic.AddInt32(&word, 2)
    check(atomic.LoadInt32(&word) == 2 && atomic.CompareAndSwapInt32(&word, 2, 5) && word == 5)
    g := guarded{&sync.Mutex{}}
    g.Lock()
    g.Unlock()
    unlock := q.Unlock
    q.Lock()
    unlock()
    check(q.TryLock())
    var m sync.Map
    m.Store(\"a\", 1)
    v, ok := m.Load(\"a\")
    check(ok && v.(int) == 1)",
    );
}

#[test]
fn time_and_contexts() {
    runs(
        "import (
    \"context\"
    \"errors\"
    \"time\"
)
var errOwn = errors.New(\"own\")
type failed struct{ why string }
func (f *failed) Error() string { return f.why }
func fails(own bool) error {
    if own {
        return &failed{\"x\"}
    }
    return errOwn
}",
        "
    ctx, cancel := context.WithCancel(context.Background())
    defer cancel()
    go func() {
        time.Sleep(10 * time.Millisecond)
        cancel()
    }()
    <-ctx.Done()
    check(ctx.Err() == context.Canceled && errors.Is(ctx.Err(), context.Canceled))
    check(fails(true).Error() == \"x\" && fails(false) == errOwn)
    own, ok := fails(true).(*failed)
    check(ok && own.why == \"x\")
    late, stop := context.WithTimeout(context.Background(), time.Second)
    defer stop()
    <-late.Done()
    check(late.Err() == context.DeadlineExceeded)
    timer := time.NewTimer(time.Second)
    <-timer.C
    ticks := time.NewTicker(time.Second)
    defer ticks.Stop()
    <-ticks.C
    <-ticks.C
    fired := make(chan bool)
    time.AfterFunc(time.Second, func() { fired <- true })
    check(<-fired)
    <-time.After(time.Minute)",
    );
}
