//! What must not change a finding, and what must not break the rules.

use proptest::prelude::*;

use super::read;
use super::rewrite::{locals_renamed, reformatted};
use crate::rules::RuleSet;

const HEAD: &str = "package p; import \"context\"; import \"io\"; import \"log\"; import \"net\"; import \"os\"; import \"regexp\"; \
                    import \"net/http\"; import \"sync\"; import \"time\"; ";

/// Every snippet of every page that is one file without a package clause.
fn snippets() -> Vec<String> {
    let rules = RuleSet::builtin();
    let sections = rules.rules().iter().flat_map(|it| it.page().sections.clone());
    let blocks = sections.flat_map(|it| it.blocks);
    let plain = blocks.filter(|it| !it.code.contains("package ") && !it.code.starts_with("--"));
    plain.map(|it| format!("{HEAD}{}", it.code)).collect()
}

/// Rules and declarations of what is found.
fn found(text: &str) -> Vec<String> {
    let code = read(&[("a.go", text)]);
    let rules = RuleSet::builtin();
    let findings = code.packages().iter().flat_map(|it| rules.check(it));
    findings.map(|it| format!("{} {}", it.rule, it.declaration)).collect()
}

#[test]
fn code_that_keeps_the_rules_busy_gets_fewer_findings() {
    let code = |times: usize| {
        let one = |i: usize| {
            format!(
                "c{i} := make(chan int)\ngo func() {{ c{i} <- 1 }}()\n\
                 select {{\ncase <-c{i}:\ncase <-done():\n}}\n"
            )
        };
        format!("package p\nfunc f() {{\n{}}}\n", (0..times).map(one).collect::<String>())
    };
    assert_eq!(found(&code(50)).len(), 50);
    assert!(found(&code(5_000)).len() < 5_000);
}

#[test]
fn the_snippets_have_findings() {
    let all: Vec<_> = snippets().iter().flat_map(|it| found(it)).collect();
    assert!(all.len() > 15, "{all:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn names_of_locals_and_layout_do_not_matter(at in 0_usize..64, shift in 0_usize..9) {
        let all = snippets();
        let text = &all[at % all.len()];
        let expected = found(text);
        prop_assert_eq!(&found(&locals_renamed(text)), &expected);
        prop_assert_eq!(&found(&reformatted(text, shift)), &expected);
        let shifted = format!("{}{text}", "\n".repeat(shift));
        prop_assert_eq!(&found(&shifted), &expected);
    }

    #[test]
    fn broken_code_breaks_nothing(at in 0_usize..64, cut in 0_usize..2_000, junk in ".{0,12}") {
        let all = snippets();
        let text = &all[at % all.len()];
        let mut cut = cut % text.len();
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        found(&text[..cut]);
        found(&format!("{}{junk}{}", &text[..cut], &text[cut..]));
    }
}
