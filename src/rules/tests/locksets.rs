//! Which locks are known to be held where, and which ones functions are known to take.

use super::read;
use crate::golang::{AccessPath, GoFile, GoNode, Kind, Root};
use crate::rules::engine::Context;
use crate::rules::lockset::LockRef;
use crate::rules::survey::At;

const TYPES: &str = "package p

import \"sync\"

type base struct{ sync.RWMutex }
type cache struct {
	base
	mu    sync.Mutex
	m     map[string]int
	next  *cache
	inner struct{ sync.Mutex }
	st    store
}
type store interface{ put() }

var all sync.Mutex

func (c *cache) lock()    { c.mu.Lock() }
func (c *cache) unlock()  { c.mu.Unlock() }
func (c *cache) outer()   { c.lock() }
func (c *cache) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.m)
}
func (c *cache) put() { _ = c.size() }
";

fn written(file: &GoFile, lock: &LockRef<'_>) -> String {
    let path = |it: &AccessPath| {
        let root = match &it.root {
            Root::Local(id) => file.slice(file.scopes().binding(*id).name),
            Root::Outer(name) | Root::Import(name) => name,
        };
        let steps = it.steps.iter().map(|it| &**it);
        std::iter::once(root).chain(steps).collect::<Vec<_>>().join(".")
    };
    let mode = if lock.write { "" } else { " (read)" };
    lock.path.as_ref().map_or("?".to_owned(), path) + mode
}

/// What is held at each call of `here`, one line a call.
fn held(code: &str) -> Vec<String> {
    let code = read(&[("a.go", TYPES), ("b.go", &format!("package p\n{code}"))]);
    let package = &code.packages()[0];
    let context = Context::new(package);
    let sets = context.locksets().unwrap();
    let file = &*package.files()[1];
    let mut all = Vec::new();
    for node in file.root().descendants().filter(|it| it.is(Kind::CallExpression)) {
        if node.callee().is_some_and(|it| file.text_of(it) == "here") {
            let held = sets.held(&context, At { file, node });
            let mut held: Vec<_> = held.iter().map(|it| written(file, it)).collect();
            held.sort();
            all.push(held.join(", "));
        }
    }
    all
}

/// What the first function of the code takes, and how many calls deep.
fn taken(code: &str) -> Vec<String> {
    let code = read(&[("a.go", TYPES), ("b.go", &format!("package p\n{code}"))]);
    let package = &code.packages()[0];
    let context = Context::new(package);
    let file = &*package.files()[1];
    let node = file.items().iter().find_map(|it| it.node(file)).unwrap();
    let all = context.locksets().unwrap().acquires(&context, At { file, node });
    let shown =
        all.iter().map(|it| format!("{} {:?} {}", written(file, &it.lock), it.how, it.chain.len()));
    shown.collect()
}

#[test]
fn a_lock_is_held_from_lock_to_unlock() {
    let in_body = |body: &str| held(&format!("func f(c, d *cache, ok bool) {{ {body} }}"));
    for (body, expected) in [
        ("c.mu.Lock(); here(); c.mu.Unlock(); here()", vec!["c.mu", ""]),
        ("c.mu.Lock(); defer c.mu.Unlock(); here()", vec!["c.mu"]),
        ("c.mu.Lock(); defer func() { c.mu.Unlock() }(); here()", vec!["c.mu"]),
        ("c.RLock(); here(); c.base.RUnlock(); here()", vec!["c.base.RWMutex (read)", ""]),
        ("c.inner.Lock(); all.Lock(); here()", vec!["all, c.inner.Mutex"]),
        ("if ok { c.mu.Lock() }; here()", vec![""]),
        ("if ok { c.mu.Lock() } else { c.mu.Lock() }; here()", vec!["c.mu"]),
        ("if !c.mu.TryLock() { return }; here()", vec!["c.mu"]),
        ("if c.mu.TryLock() { here() }; here()", vec!["c.mu", ""]),
        ("for ok { c.mu.Lock(); here(); c.mu.Unlock() }; here()", vec!["c.mu", ""]),
        ("c.mu.Lock(); c = d; here()", vec![""]),
        ("c.next.mu.Lock(); here(); c.next = d; here()", vec!["c.next.mu", ""]),
        ("c.mu.Lock(); d.mu.Lock(); here(); d.mu.Unlock(); here()", vec!["c.mu, d.mu", ""]),
        ("mu := &c.mu; mu.Lock(); here()", vec!["c.mu"]),
        ("c.mu.Lock(); func() { here() }(); go func() { here() }()", vec!["c.mu", ""]),
        ("c.mu.Lock(); u := func() { c.mu.Unlock() }; here(); u()", vec![""]),
        ("c.lock(); here(); c.unlock(); here()", vec!["c.mu", ""]),
        ("c.outer(); here(); c.unlock(); here()", vec!["c.mu", ""]),
        ("c.lock(); defer c.unlock(); here()", vec!["c.mu"]),
    ] {
        assert_eq!(in_body(body), expected, "{body}");
    }
}

#[test]
fn what_all_callers_hold_is_held_on_entry() {
    let helper = "func (c *cache) help() { here(); c.mu.Unlock(); here(); c.mu.Lock(); here() }\n";
    let one = "func (c *cache) F() { c.mu.Lock(); c.help(); c.mu.Unlock() }\n";
    let both = ["c.mu", "", "c.mu"];
    assert_eq!(held(&format!("{helper}{one}")), both);
    let deep = "func (c *cache) G() { c.mu.Lock(); defer c.mu.Unlock(); mid(c) }
func mid(it *cache) { it.help() }\n";
    assert_eq!(held(&format!("{helper}{one}{deep}")), both);
    for other in [
        "func (c *cache) H() { c.help() }",
        "func (c *cache) H() { c.mu.Lock(); go c.help(); c.mu.Unlock() }",
        "func (c *cache) H() { c.next.mu.Lock(); c.help(); c.next.mu.Unlock() }",
        "func (c *cache) H() func() { return c.help }",
    ] {
        assert_eq!(held(&format!("{helper}{one}{other}")), ["", "", "c.mu"], "{other}");
    }
    let single = "type one struct { mu sync.Mutex }\nfunc (o *one) setLocked() { here() }";
    assert_eq!(held(&format!("import \"sync\"\n{single}")), ["o.mu"]);
}

#[test]
fn a_function_takes_what_its_callees_take() {
    for (code, expected) in [
        ("func f(c *cache) { c.size() }", vec!["c.mu Always 2"]),
        ("func f(c *cache) { c.next.put() }", vec!["c.next.mu Always 3"]),
        ("func f(c *cache) { c.st.put() }", vec!["c.st.mu Always 3"]),
        ("func f(c *cache, x bool) { if x { return }; c.size() }", vec!["c.mu Unless 2"]),
        ("func f(c *cache) { for range c.m { c.size() } }", vec!["c.mu Perhaps 2"]),
        ("func f(c *cache) { go c.size() }", vec![]),
        ("func f(c *cache) { c.mu.Unlock(); c.size(); c.mu.Lock() }", vec![]),
        ("func f(c *cache) { func() { all.Lock() }() }", vec!["all Always 1"]),
        ("func f(c *cache) { c.mu.TryLock() }", vec![]),
    ] {
        assert_eq!(taken(code), expected, "{code}");
    }
}
