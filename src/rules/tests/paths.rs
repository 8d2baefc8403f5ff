//! What the rules about paths may offer and how sure they are, which a page cannot show.

use super::{check, read};
use crate::rules::RuleSet;

fn code(body: &str) -> String {
    format!(
        "package p\n\nimport \"sync\"\n\nvar mu sync.Mutex\n\nfunc f(ok bool) error {{\n{body}}}\n"
    )
}

/// The edits that are offered, by the line that each begins on.
fn edits(text: &str) -> Vec<String> {
    let code = read(&[("a.go", text)]);
    let rules = RuleSet::builtin();
    let found: Vec<_> = code.packages().iter().flat_map(|it| rules.check(it)).collect();
    let fixes = found.iter().filter_map(|it| it.fix.as_ref());
    fixes.map(|it| format!("{} {}", it.lines, it.replacement.trim())).collect()
}

const FOUND: &str = "mutex-not-unlocked-on-path critical";

#[test]
fn an_unlock_is_offered_where_the_lock_is_held_whichever_way_control_comes() {
    let held = code("\tmu.Lock()\n\tif ok {\n\t\treturn nil\n\t}\n\tmu.Unlock()\n\treturn nil\n");
    check(&[("a.go", &held)], &format!("a.go:10 {FOUND}/high [func f]"));
    assert_eq!(edits(&held).len(), 1);
}

#[test]
fn no_unlock_is_offered_where_other_ways_do_not_hold_the_lock() {
    // The second branch unlocks, and both come to the same `return`.
    let shared = code(
        "\tif ok {\n\t\tmu.Lock()\n\t\tif try() {\n\t\t\tuse()\n\t\t} else {\n\t\t\tmu.Unlock()\n\t\t}\n\t}\n\
         \tif err := try(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n",
    );
    check(&[("a.go", &shared)], &format!("a.go:11 {FOUND}/high [func f]"));
    assert_eq!(edits(&shared), Vec::<String>::new());
}

#[test]
fn a_lock_of_the_functions_own_is_a_hint() {
    let own = code(
        "\tvar mu sync.Mutex\n\tgo use(func() { mu.Lock(); mu.Unlock() })\n\tmu.Lock()\n\
         \tif ok {\n\t\treturn nil\n\t}\n\tmu.Unlock()\n\treturn nil\n",
    );
    check(&[("a.go", &own)], &format!("a.go:12 {FOUND}/low [func f]"));
}
