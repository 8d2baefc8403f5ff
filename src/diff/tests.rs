//! What the parts of `diff` promise each other.

use proptest::prelude::*;

use super::*;
use crate::model::LineRange;

/// The new text, from the old one and a well-formed patch.
fn apply(old: &str, patch: &str) -> String {
    let lines: Vec<_> = old.split_inclusive('\n').collect();
    let (mut out, mut at) = (String::new(), 0);
    let mut patch_lines = patch.split_inclusive('\n').peekable();
    while let Some(line) = patch_lines.next() {
        if let Some(header) = line.strip_prefix("@@ -") {
            let (span, _) = header.split_once(' ').unwrap();
            let (first, count) = span.split_once(',').unwrap_or((span, "1"));
            let first: usize = first.parse().unwrap();
            let start = if count == "0" { first } else { first - 1 };
            out.push_str(&lines[at..start].concat());
            at = start;
            continue;
        }
        let ends = patch_lines.peek().is_some_and(|it| it.starts_with('\\'));
        let text = if ends { line[1..].trim_end_matches('\n') } else { &line[1..] };
        match line.as_bytes()[0] {
            b'+' => out.push_str(text),
            b'-' => at += 1,
            b' ' => {
                assert_eq!(lines[at], text);
                out.push_str(text);
                at += 1;
            }
            _ => {}
        }
    }
    out.push_str(&lines[at..].concat());
    out
}

/// Short texts with many equal lines, blank ones, `\r`, and sometimes no last line break.
fn text() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec!["a", "b", "}", "", "\ta", "f(x)", "f(y)\r", "c d e"]);
    (prop::collection::vec(line, 0..40), any::<bool>()).prop_map(|(lines, open)| {
        let text = lines.join("\n");
        if open || lines.is_empty() { text } else { text + "\n" }
    })
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn patch_and_line_map_agree(old in text(), new in text()) {
        let patch = unified(&old, &new);
        prop_assert_eq!(&apply(&old, &patch), &new);

        let lines = PatchLines::parse(&patch);
        prop_assert!(!lines.is_malformed(), "{patch}");
        let map = LineMap::new(&old, &new);
        let count = |text: &str| u32::try_from(text.split_inclusive('\n').count()).unwrap();
        let unchanged_old = (1..=count(&old)).filter(|&it| !lines.deleted().contains(it));
        let unchanged_new = (1..=count(&new)).filter(|&it| !lines.added().contains(it));
        prop_assert!(unchanged_old.clone().count() == unchanged_new.clone().count());
        for (left, right) in unchanged_old.zip(unchanged_new) {
            prop_assert_eq!(map.to_new(left), Mapped::Same(right));
            prop_assert_eq!(map.to_old(right), Mapped::Same(left));
            prop_assert_eq!(
                lines.commentable().left.contains(left),
                lines.commentable().right.contains(right)
            );
        }
        let mut last = 0;
        for left in 1..=count(&old) {
            if let Some(right) = map.to_new(left).line() {
                prop_assert!(right > last && right <= count(&new));
                prop_assert_eq!(map.to_old(right).line(), Some(left));
                last = right;
            }
        }
        for hunk in lines.hunks().iter().filter_map(|it| it.new) {
            prop_assert!(lines.accepts(crate::model::Side::Right, hunk));
        }
    }

    #[test]
    fn any_patch_gives_an_answer(patch in "(@@ -[0-9]{1,10}(,[0-9]{1,3})? \\+[0-9]{1,3}(,[0-9])? @@|[-+ \\\\@d]?[a-z@ ]{0,3}\r?|\n){0,40}", line: u32) {
        let patch = patch.replace("@@@@", "@@\n@@");
        let lines = PatchLines::parse(&patch);
        let range = LineRange::new(line / 2, line);
        for set in [&lines.commentable().right, &lines.commentable().left] {
            prop_assert!(set.nearest(line, range).is_none_or(|it| set.contains(it)));
            prop_assert_eq!(set.touches(range), set.nearest(line, range).is_some());
        }
    }

    #[test]
    fn any_text_gives_an_answer(patch in any::<String>(), old in any::<String>(), new in any::<String>()) {
        PatchLines::parse(&patch);
        LineMap::new(&old, &new);
        prop_assert_eq!(apply(&old, &unified(&old, &new)), new);
    }
}
