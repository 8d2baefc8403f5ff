//! A file that is parsed from an earlier version's tree equals the file parsed from its text.

use proptest::prelude::*;

use super::super::{GoFile, GoNode, GoVersion};
use super::source;

const TEXT: &str = "\u{feff}// Package p does é.\npackage p\n\nimport (\n\t\"fmt\"\n\th \"net/http\"\n)\n\n\
    type L[T any] struct{ next *L[T] }\n\nvar x, y = a[b](c), T{k: v, \"日\": `raw\n'`}\n\n\
    func (l *L[T]) M(ch chan<- int) (n int, err error) {\n\tfor i := range 10 {\n\t\tselect {\n\t\t\
    case v := <-l.c:\n\t\t\tgo func() { ch <- v + i }() // send\n\t\tdefault:\n\t\t\tdefer l.mu.Unlock()\n\t\t}\n\t}\n\
    \tif n, err := fmt.Println(\"a\\n\", 'x', 0x1p-2); err != nil {\n\t\treturn n, err\n\t}\n\
    \tswitch z := any(n).(type) {\n\tcase int, *h.Client:\n\t\t_ = z\n\t}\n\t_ = new(n)\n\treturn\n}\n";

const PIECES: &[&str] = &[
    "",
    "\n",
    ";",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "`",
    "/*",
    "*/",
    "//",
    "x",
    " ",
    "é",
    ":=",
    "=",
    ".",
    ",",
    "func",
    "go ",
    "type T int\n",
    "if x {\n}\n",
    "a[b](c)",
    "new(x+1)",
    "case 1:",
    "\u{feff}",
    "for ",
    "\r\n",
    "0",
    "'",
    "<-",
    "*",
    "&",
    "range ",
    "map[K]V{}",
    "var ",
    "const c = 1\n",
    "new(int)",
];

fn shape(file: &GoFile) -> Vec<(u16, usize, usize, bool, usize)> {
    let row = |it: super::Node<'_>| it.start_position().row;
    let nodes = file.root().descendants();
    nodes
        .map(|it| (it.kind_id(), it.start_byte(), it.end_byte(), it.is_missing(), row(it)))
        .collect()
}

/// Replaces some bytes, moved to characters' borders.
fn splice(text: &str, (at, length, piece): (usize, usize, &str)) -> String {
    let border = |at: usize| (0..=at.min(text.len())).rev().find(|it| text.is_char_boundary(*it));
    let from = border(at % (text.len() + 1)).unwrap();
    let to = border(from + length).unwrap().max(from);
    format!("{}{piece}{}", &text[..from], &text[to..])
}

fn edits() -> impl Strategy<Value = Vec<(usize, usize, &'static str)>> {
    let edit = (0..TEXT.len() + 50, 0..30_usize, proptest::sample::select(PIECES));
    proptest::collection::vec(edit, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn incremental_equals_full(edits in edits()) {
        let parse = |text: &str, earlier: Option<&GoFile>| {
            GoFile::parse(&source("a.go", text), GoVersion::DEFAULT, earlier).unwrap()
        };
        let mut text = TEXT.to_owned();
        let mut earlier = parse(&text, None);
        for edit in edits {
            text = splice(&text, edit);
            let (next, full) = (parse(&text, Some(&earlier)), parse(&text, None));
            prop_assert_eq!(shape(&next), shape(&full), "{}", text);
            prop_assert_eq!(next.errors(), full.errors());
            prop_assert!(full.root().has_error() || full.errors().is_empty());
            prop_assert_eq!(next.items(), full.items());
            prop_assert_eq!(next.scopes().uses(), full.scopes().uses());
            earlier = next;
        }
    }
}

#[test]
fn the_base_text_has_no_error() {
    let file = super::file(TEXT);
    assert!(file.errors().is_empty(), "{:?}", file.errors());
}
