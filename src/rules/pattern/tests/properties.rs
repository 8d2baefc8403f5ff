//! What must not break the loader or the matcher, whoever writes the page and the code.

use proptest::prelude::*;

use super::{PATH, page};
use crate::golang;
use crate::model::SourceFile;
use crate::rules::{Rule, RuleSet};

const KEYS: &[&str] = &[
    "match: { pattern: 'f($X, $$$)' }\nwhere: { X: { type: [os.File, chan], constant: true } }",
    "match:\n  kind: defer_statement\n  has: { pattern: $F(), stopBy: function }\nin: loop\nat: F",
    "match:\n  any:\n    - pattern: $X.Close()\n      where: { X: { from: os.Open } }\n    - in: once",
    "match: { pattern: { context: 'switch { case $X: $$$ }', selector: expression_case } }\nhot: 1",
];

const CODE: &str = "package p
import \"os\"
func g(c chan int) {
	for { f(c, 1); a, err := os.Open(\"x\"); defer a.Close(); _ = err }
	switch { case c == nil: go g(c) }
	f(((c)), func() { defer f() })
}
";

/// Code as a pattern may hold it.
const WORDS: &[&str] = &[
    "$X", "$Y", "$_", "$$$", "$$$A", "f", "(", ")", "{", "}", "[", "]", ".", ",", ";", " := ",
    " = ", " == ", "func ", "for ", "if ", "return ", "defer ", "go ", "range ", "case ", ":", "*",
    "&", "<-", "\"s\"", "1", "nil", "chan ", "map", "struct ", "var ", "type ", "\n", " ", "$x",
    "µ",
];

fn find(text: &str, code: &str) {
    let Ok(rule) = Rule::declared(PATH, text) else { return };
    let rules = RuleSet::new(vec![rule]);
    let source = SourceFile::from_bytes("a.go", None, code.as_bytes());
    let code = golang::read(&[source], None, &|_| false);
    for it in code.packages() {
        assert_eq!(rules.check(it), rules.check(it));
    }
}

/// The text with something in the place of some of its characters.
fn spoiled(text: &str, at: usize, length: usize, junk: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let at = at % all.len();
    let end = (at + length).min(all.len());
    all[..at].iter().chain(&junk.chars().collect::<Vec<_>>()).chain(&all[end..]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_spoiled_page_breaks_nothing(
        which in 0..KEYS.len(), at in 0_usize..4_000, length in 0_usize..9, junk in ".{0,9}"
    ) {
        let keys = spoiled(KEYS[which], at, length, &junk);
        find(&page("x", &keys), CODE);
        find(&spoiled(&page("`$X`", KEYS[which]), at, length, &junk), CODE);
    }

    #[test]
    fn any_pattern_meets_any_code(
        words in prop::collection::vec(0..WORDS.len(), 1..14),
        at in 0_usize..400, length in 0_usize..9, junk in ".{0,9}"
    ) {
        let pattern: String = words.iter().map(|it| WORDS[*it]).collect();
        let quoted = pattern.replace('\'', "''").replace('\n', "\n\n    ");
        let keys = format!("match:\n  pattern: '{quoted}'");
        find(&page("x", &keys), CODE);
        find(&page("x", &keys), &spoiled(CODE, at, length, &junk));
    }
}
