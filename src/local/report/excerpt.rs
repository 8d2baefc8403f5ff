//! Lines of foreign code, made harmless for a terminal.

use std::ops::Range;

use crate::model::LineRange;

/// How many bytes of a line are looked at, where a file is one line.
const MAX_LINE: usize = 2_000;

/// How many spaces a tab is shown as.
const TAB: &str = "    ";

/// What stands where a line was cut.
const CUT: char = '…';

/// A place that is to be marked.
pub(super) struct Place {
    /// Where it is, in bytes of the whole text.
    pub(super) bytes: Range<usize>,
    /// What is said about it behind its mark; empty for nothing.
    pub(super) label: &'static str,
}

/// Some lines of a text, with the places that are to be marked.
pub(super) struct Excerpt {
    /// The lines, ready for a terminal.
    pub(super) text: String,
    /// Where the marked places are in it.
    pub(super) spans: Vec<Range<usize>>,
}

/// The lines of a text, none wider than so many columns, and where these places are in them.
///
/// A line that is too wide is cut such that the first place in it is shown.
pub(super) fn excerpt(text: &str, lines: LineRange, places: &[Place], columns: usize) -> Excerpt {
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
            let within = places.iter().filter(|it| (start..end).contains(&it.bytes.start));
            let first = within.min_by_key(|it| it.bytes.start);
            let window = window(line, start, first, columns);
            if window.start > 0 {
                out.push(CUT);
            }
            for (at, c) in line[window.clone()].char_indices() {
                mark(&mut spans, places, start + window.start + at, out.len());
                push(&mut out, c);
            }
            mark(&mut spans, places, start + window.end, out.len());
            if window.end < line.len() {
                out.push(CUT);
            }
            // A place that goes on where the line was cut ends there.
            mark(&mut spans, places, end.saturating_sub(1).max(start), out.len());
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

/// The part of a line, which begins at this byte of its text, that is shown.
fn window(line: &str, start: usize, place: Option<&Place>, columns: usize) -> Range<usize> {
    let (from, to, room) = match place {
        None => (0, 0, 0),
        Some(it) => {
            let to = floor(line, it.bytes.end.saturating_sub(start));
            let label = console::measure_text_width(it.label);
            (floor(line, it.bytes.start - start), to, if label > 0 { label + 1 } else { 0 })
        }
    };
    // The columns of a stretch, as far as it matters.
    let columns_of = |it: Range<usize>| -> usize {
        line[it.start..floor(line, it.end.min(it.start + MAX_LINE))].chars().map(shown_width).sum()
    };
    let mut first = 0;
    if columns_of(0..line.len()) > columns || line.len() > MAX_LINE {
        // So much of what stands before the place as leaves room for it and its label.
        let needed = columns_of(from..to) + room + 2;
        let mut left = columns.saturating_sub(needed);
        if from > MAX_LINE || columns_of(0..from) > left {
            first = from;
            for (at, c) in line[..from].char_indices().rev() {
                let width = shown_width(c);
                if width > left {
                    break;
                }
                (first, left) = (at, left - width);
            }
        }
    }
    let cut = usize::from(first > 0);
    let rest = columns_of(first..line.len());
    let whole = rest + cut <= columns && line.len() - first <= MAX_LINE;
    let mut left = match whole {
        true => columns,
        false => columns.saturating_sub(cut + 1),
    };
    // The label stands behind the place, also when the place had to be cut.
    if place.is_some() && columns_of(first..to.max(first)) + room > left {
        left = left.saturating_sub(room);
    }
    let mut last = first;
    for (at, c) in line[first..].char_indices() {
        let width = shown_width(c);
        if width > left {
            break;
        }
        (last, left) = (first + at + c.len_utf8(), left - width);
    }
    first..last
}

/// Notes where a byte of the text came to be.
fn mark(spans: &mut [Range<usize>], places: &[Place], from: usize, to: usize) {
    for (span, place) in spans.iter_mut().zip(places) {
        if place.bytes.start <= from && span.start == usize::MAX {
            span.start = to;
        }
        if place.bytes.end <= from && span.end == usize::MAX {
            span.end = to;
        }
    }
}

/// How many columns a character takes on a terminal.
pub(super) fn width(c: char) -> usize {
    console::measure_text_width(c.encode_utf8(&mut [0; 4]))
}

/// How many columns a character of code takes in an excerpt.
fn shown_width(c: char) -> usize {
    let mut shown = String::new();
    push(&mut shown, c);
    console::measure_text_width(&shown)
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

    fn place(bytes: Range<usize>) -> Place {
        Place { bytes, label: "" }
    }

    /// The excerpt, its place in brackets.
    fn shown(text: &str, place: Place, columns: usize) -> String {
        let it = excerpt(text, LineRange::new(1, 9), &[place], columns);
        let span = it.spans[0].clone();
        let (before, after) = (&it.text[..span.start], &it.text[span.end..]);
        format!("{before}[{}]{after}", &it.text[span]).trim_end().to_owned()
    }

    #[test]
    fn nothing_in_code_reaches_the_terminal_as_a_command() {
        let check = |text, bytes, expected| assert_eq!(shown(text, place(bytes), 99), expected);
        check("a\u{1b}[2Jb c", 5..6, "a\u{fffd}[2J[b] c");
        check("\ta\u{9b}31mb\r\nc", 1..2, "    [a]\u{fffd}31mb\nc");
        check("a\u{202e}b", 4..5, "a\u{fffd}[b]");
        assert_eq!(printable("a\nb\u{7}"), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn a_wide_line_is_shown_around_its_place() {
        let check = |text, bytes, expected: &str| {
            let it = shown(text, place(bytes), 12);
            assert_eq!(it, expected);
            let columns = it.lines().map(console::measure_text_width).max().unwrap();
            assert!(columns <= 12 + "[]".len(), "{columns}: {it}");
        };
        check("0123456789ab", 2..4, "01[23]456789ab");
        check("0123456789abc", 2..4, "01[23]456789a…");
        check("0123456789abcdefgh", 14..16, "…6789abcd[ef]…");
        check("0123456789abcdefgh", 14..18, "…89abcd[efgh]");
        check("0123456789abcdefgh", 1..17, "…[123456789a…]");
        check("一二三四五六七八九", 18..21, "…三四五六[七]…");
        check("\t\t\tx := f()", 3..4, "…        [x] …");
        let label = Place { bytes: 6..8, label: "here" };
        assert_eq!(shown("0123456789abcdefgh", label, 12), "…345[67]89abc…");
        let text = format!("{}X{}", "é".repeat(5_000), "a".repeat(900_000));
        assert_eq!(shown(&text, place(10_000..10_001), 12), "…ééééééééé[X]…");
        assert_eq!(shown("a", place(7..9), 12), "a\n[]");
    }

    #[test]
    fn a_line_is_its_code() {
        assert_eq!(line("a\n\tb c \n", 2), Some(3..6));
        assert_eq!(line("a\n\n", 2), Some(3..3));
        assert_eq!(line("a\n", 2), None);
    }
}
