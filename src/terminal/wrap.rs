//! Where lines end.

use super::ink::{Ink, Look};

/// How many columns a character takes.
pub fn width(c: char) -> usize {
    if c.is_ascii() { 1 } else { console::measure_text_width(c.encode_utf8(&mut [0; 4])) }
}

/// The text in lines of so many columns. Beside a Han character a line may end anywhere, except
/// before closing and after opening punctuation.
pub(super) fn wrap(text: &Ink, columns: usize) -> Vec<Ink> {
    let mut lines = Vec::new();
    let (mut line, mut taken) = (Ink::default(), 0);
    for unit in text.0.chunk_by(|a, b| !may_break(a.0, b.0)) {
        let blank = unit.iter().rev().take_while(|it| it.0 == ' ').count();
        let columns_of = |it: &[(char, Look)]| it.iter().map(|it| width(it.0)).sum::<usize>();
        let word = columns_of(&unit[..unit.len() - blank]);
        if taken > 0 && taken + word > columns {
            lines.push(trimmed(std::mem::take(&mut line)));
            taken = 0;
        }
        line.0.extend_from_slice(unit);
        taken += word + blank;
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(trimmed(line));
    }
    lines
}

fn trimmed(mut line: Ink) -> Ink {
    while line.0.last().is_some_and(|it| it.0 == ' ') {
        line.0.pop();
    }
    line
}

/// Whether a line may end between two characters.
fn may_break(before: char, after: char) -> bool {
    const OPENING: &str = "（「『【《〈“‘";
    const CLOSING: &str = "）」』】》〉”’。，、；：！？…";
    let is_wide = |c: char| width(c) == 2;
    match before {
        ' ' => after != ' ',
        _ if OPENING.contains(before) || CLOSING.contains(after) || after == ' ' => false,
        _ => is_wide(before) || is_wide(after) || CLOSING.contains(before),
    }
}

/// Whether the words on two lines that a paragraph joins need a space between them.
pub(super) fn needs_space(before: char, after: char) -> bool {
    const STOPS: &str = "。，、；：！？）」』】》〉";
    let is_wide = |c: char| width(c) == 2;
    !(STOPS.contains(before) || is_wide(before) && is_wide(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, columns: usize, expected: &str) {
        let mut ink = Ink::default();
        ink.push_str(Look::PLAIN, text);
        let lines: Vec<_> = wrap(&ink, columns).iter().map(|it| it.paint(false)).collect();
        assert_eq!(lines.join("|"), expected);
    }

    #[test]
    fn lines_end_where_they_may() {
        check("one two three", 8, "one two|three");
        check("unbreakable", 4, "unbreakable");
        check("", 4, "");
        check("一二三四。五", 8, "一二三|四。五");
        check("一二三（四）", 8, "一二三|（四）");
        check("用 ctx 的 Done 分支", 9, "用 ctx 的|Done 分支");
        check("café crème", 6, "café|crème");
    }

    #[test]
    fn lines_of_a_paragraph_are_joined_as_their_language_does_it() {
        assert!(needs_space('a', 'b') && needs_space('.', '中') && needs_space('中', 'a'));
        assert!(!needs_space('。', 'a') && !needs_space('中', '文'));
    }
}
