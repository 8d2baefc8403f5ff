//! Lines of foreign code, made harmless for a terminal.

use std::ops::Range;

use crate::model::LineRange;

/// How many bytes of a line are shown. The renderer cuts at the terminal's width; this bounds what
/// it has to look at when a file is one line.
const MAX_LINE: usize = 2_000;

/// How many spaces a tab is shown as.
const TAB: &str = "    ";

/// Some lines of a text, with the places that are to be marked.
pub(super) struct Excerpt {
    /// The lines, ready for a terminal.
    pub(super) text: String,
    /// Where the marked places are in it.
    pub(super) spans: Vec<Range<usize>>,
}

/// The lines of a text, and in it these places, given in bytes of the whole text.
pub(super) fn excerpt(text: &str, lines: LineRange, places: &[Range<usize>]) -> Excerpt {
    let mut out = String::new();
    let mut spans: Vec<Range<usize>> = vec![usize::MAX..usize::MAX; places.len()];
    let mut start = 0;
    for (number, line) in (1_u32..).zip(text.split_inclusive('\n')) {
        let end = start + line.len();
        if number > lines.last {
            break;
        }
        if number >= lines.first {
            let line = line.trim_end_matches(['\n', '\r']);
            // A long line is shown from shortly before the first place in it.
            let within = places.iter().filter(|it| (start..end).contains(&it.start));
            let from = within.map(|it| it.start - start).min().unwrap_or(0);
            let from = floor(line, if line.len() > MAX_LINE { from.saturating_sub(40) } else { 0 });
            let to = floor(line, from.saturating_add(MAX_LINE));
            for (at, c) in line[from..to].char_indices() {
                mark(&mut spans, places, start + from + at, out.len());
                push(&mut out, c);
            }
            mark(&mut spans, places, start + to, out.len());
            out.push('\n');
        }
        start = end;
    }
    for span in &mut spans {
        span.start = span.start.min(out.len());
        span.end = span.end.clamp(span.start, out.len());
    }
    Excerpt { text: out, spans }
}

/// Notes where a byte of the text came to be.
fn mark(spans: &mut [Range<usize>], places: &[Range<usize>], from: usize, to: usize) {
    for (span, place) in spans.iter_mut().zip(places) {
        if place.start <= from && span.start == usize::MAX {
            span.start = to;
        }
        if place.end <= from && span.end == usize::MAX {
            span.end = to;
        }
    }
}

/// A text in one line without anything that a terminal obeys.
pub(super) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push(&mut out, c));
    out
}

/// A character as a terminal may get it. Direction marks and invisible characters could make code
/// read differently from what it does.
fn push(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str(TAB),
        c if c.is_control() => out.push('\u{fffd}'),
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => out.push('\u{fffd}'),
        c => out.push(c),
    }
}

/// The last place, not after `at`, where a character starts.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The bytes of a line without the space around its code; `None` past the end.
pub(super) fn line(text: &str, number: u32) -> Option<Range<usize>> {
    let mut start = 0;
    let before = usize::try_from(number).ok()?.checked_sub(1)?;
    let mut lines = text.split_inclusive('\n');
    for line in lines.by_ref().take(before) {
        start += line.len();
    }
    let line = lines.next()?;
    let code = line.trim();
    let from = start + (line.len() - line.trim_start().len());
    Some(from.min(start + line.len())..from + code.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, place: Range<usize>, shown: &str) {
        let it = excerpt(text, LineRange::new(1, 9), std::slice::from_ref(&place));
        let span = it.spans[0].clone();
        let marked = format!(
            "{}[{}]{}",
            &it.text[..span.start],
            &it.text[span.clone()],
            &it.text[span.end..]
        );
        assert_eq!(marked.trim_end(), shown);
    }

    #[test]
    fn nothing_in_code_reaches_the_terminal_as_a_command() {
        check("a\u{1b}[2Jb c", 5..6, "a\u{fffd}[2J[b] c");
        check("\ta\u{9b}31mb\r\nc", 1..2, "    [a]\u{fffd}31mb\nc");
        check("a\u{202e}b", 4..5, "a\u{fffd}[b]");
        assert_eq!(printable("a\nb\u{7}"), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn a_long_line_is_shown_around_its_place() {
        let text = format!("{}X{}", "é".repeat(5_000), "a".repeat(900_000));
        let place = 10_000..10_001;
        let it = excerpt(&text, LineRange::line(1), std::slice::from_ref(&place));
        assert!(it.text.len() < 2 * MAX_LINE, "{}", it.text.len());
        assert_eq!(&it.text[it.spans[0].clone()], "X");
        let past = excerpt("a", LineRange::line(1), std::slice::from_ref(&(7..9)));
        assert_eq!(past.text[past.spans[0].clone()].len(), 0);
    }

    #[test]
    fn a_line_is_its_code() {
        assert_eq!(line("a\n\tb c \n", 2), Some(3..6));
        assert_eq!(line("a\n\n", 2), Some(3..3));
        assert_eq!(line("a\n", 2), None);
    }
}
