//! A report for people at a terminal: the code in question, the places that take part, the fix.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet, Title};
use console::Style;

use super::excerpt::{Excerpt, Place, excerpt, line, printable, width};
use super::{Placement, Report, Row, text};
use crate::diff::unified;
use crate::model::{LineRange, Severity};
use crate::persona::Voice;
use crate::rules::{Fix, Related};
use crate::terminal::Terminal;

/// How far from the finding a place in the same file may be to be shown in one excerpt. What lies
/// between is folded.
const REACH: u32 = 60;

/// How many places that take part are shown.
const MAX_RELATED: usize = 4;

/// More columns than any excerpt has, so that the renderer cuts nothing.
const UNCUT: usize = 100_000;

/// Explanations are set in lines that can be read.
const MAX_COLUMNS: usize = 100;

/// Narrower terminals break the lines themselves.
const MIN_COLUMNS: usize = 40;

/// Every finding with its code, then how much was read.
pub(super) fn print(report: &Report, voice: &Voice, terminal: Terminal) -> String {
    let renderer = if terminal.colours { Renderer::styled() } else { Renderer::plain() };
    // Excerpts come cut to the terminal's width.
    let renderer = renderer.term_width(UNCUT).decor_style(DecorStyle::Unicode);
    let columns = terminal.columns.max(MIN_COLUMNS);
    let mut out = String::new();
    for row in &report.rows {
        let Code { snippets, names } = code(report, row, voice, columns);
        let claim = claim(row, voice, columns).elements(snippets);
        let text = renderer.render(&[reasons(claim, row, voice, columns)]);
        out.push_str(&with_names(text, &names));
        out.push('\n');
        let fix = row.finding.fix.as_ref().and_then(|it| fix(report, it, voice, terminal));
        out.push_str(&fix.unwrap_or_default());
        out.push('\n');
    }
    out + &text::end(report, voice)
}

/// The finding in one sentence.
fn claim(row: &Row, voice: &Voice, columns: usize) -> Title<'static> {
    let level = match row.severity {
        Severity::Critical => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Advice => Level::INFO,
    };
    let title = level.with_name((voice.severity)(row.severity));
    title.primary_title(readable(&row.message, columns))
}

/// Why, and where to read more.
fn reasons<'a>(group: Group<'a>, row: &'a Row, voice: &Voice, columns: usize) -> Group<'a> {
    let note = Level::NOTE.with_name(voice.why).message(readable(&row.explanation, columns));
    let rule = Level::NOTE.with_name(voice.rule).message(&row.rule);
    let group = group.element(note).element(rule);
    match row.placement {
        Placement::Inline => group,
        Placement::Summary => group.element(Level::NOTE.no_name().message(voice.summary_only)),
    }
}

/// A text beside its name, in lines that can be read.
fn readable(text: &str, columns: usize) -> String {
    wrapped(&printable(text), columns.min(MAX_COLUMNS) - 12)
}

/// The code of a finding and the places that take part in it.
struct Code<'a> {
    snippets: Vec<Snippet<'a, Annotation<'a>>>,
    /// Where each snippet's first place is.
    names: Vec<String>,
}

fn code<'a>(report: &Report, row: &Row, voice: &Voice, columns: usize) -> Code<'a> {
    let finding = &row.finding;
    let Some(source) = report.sources.get(&finding.path) else {
        return Code { snippets: Vec::new(), names: Vec::new() };
    };
    let mut related: Vec<&Related> = finding.related.iter().collect();
    related.sort_by_key(|it| (it.lines.first.abs_diff(finding.lines.first), it.path.clone()));
    related.dedup_by_key(|it| (it.path.clone(), it.lines.first));
    let is_here = |it: &&Related| it.path == finding.path;
    // What the trigger's own line shows needs no second mark.
    related.retain(|it| !is_here(it) || it.lines.first != finding.lines.first);
    related.truncate(MAX_RELATED);
    let is_near =
        |it: &&Related| is_here(it) && it.lines.first.abs_diff(finding.lines.first) <= REACH;
    let (near, far): (Vec<&Related>, Vec<&Related>) = related.into_iter().partition(is_near);

    // A statement of many lines is marked where it starts.
    let text = source.text.as_ref();
    let first = line(text, finding.lines.first).unwrap_or_default();
    let start = finding.bytes.start.max(first.start);
    let trigger = start..finding.bytes.end.min(first.end).max(start);
    let mut places = vec![Place { bytes: trigger, label: "" }];
    places.extend(near.iter().filter_map(|it| place(text, it, voice)));
    let shown = near.iter().fold(around(finding.lines.first), |all, it| {
        let more = around(it.lines.first);
        LineRange::new(all.first.min(more.first), all.last.max(more.last))
    });
    // Beside the numbers of the lines and the bar behind them.
    let digits = |last: u32| last.to_string().len();
    let far = far.into_iter().filter_map(|it| {
        let source = report.sources.get(&it.path)?;
        Some((it, source, place(&source.text, it, voice)?))
    });
    let far: Vec<_> = far.collect();
    let last = far.iter().map(|(it, ..)| it.lines.first).chain([shown.last]).max().unwrap_or(1);
    let columns = columns - digits(last) - 3;
    let mut names = vec![name(&finding.path, text, &places[0])];
    let mut snippets = vec![snippet(0, text, shown, &places, columns)];
    for (it, source, place) in far {
        let lines = LineRange::line(it.lines.first);
        names.push(name(&it.path, &source.text, &place));
        snippets.push(snippet(snippets.len(), &source.text, lines, &[place], columns));
    }
    Code { snippets, names }
}

/// A place as `file:line:column`, the column in bytes, as Go's own tools count.
fn name(path: &str, text: &str, place: &Place) -> String {
    let before = &text[..place.bytes.start];
    let start = before.rfind('\n').map_or(0, |it| it + 1);
    let line = before.bytes().filter(|it| *it == b'\n').count() + 1;
    format!("{}:{line}:{}", printable(path), place.bytes.start - start + 1)
}

/// Puts the names of the places where the renderer wrote its own: it counts columns in the
/// excerpt, where tabs are spaces and long lines are cut.
fn with_names(mut text: String, names: &[String]) -> String {
    for (number, name) in names.iter().enumerate() {
        let stand_in = stand_in(number);
        let Some(start) = text.find(&stand_in) else { continue };
        let end = start + stand_in.len();
        let rest = text[end..].trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
        let end = text.len() - rest.len();
        text.replace_range(start..end, name);
    }
    text
}

/// What the renderer gets as the path of an excerpt. No code reaches it with such a character.
fn stand_in(number: usize) -> String {
    format!("\u{7}{number}\u{7}")
}

/// The line where a place that takes part begins.
fn place(text: &str, it: &Related, voice: &Voice) -> Option<Place> {
    Some(Place { bytes: line(text, it.lines.first)?, label: (voice.role)(it.role) })
}

/// A line with its neighbours.
fn around(line: u32) -> LineRange {
    LineRange::new(line.saturating_sub(1).max(1), line + 1)
}

/// An excerpt with its marks: what is labelled takes part, what is not is the finding itself.
fn snippet<'a>(
    number: usize,
    text: &str,
    lines: LineRange,
    places: &[Place],
    columns: usize,
) -> Snippet<'a, Annotation<'a>> {
    let Excerpt { text, spans } = excerpt(text, lines, places, columns);
    let marks = spans.into_iter().zip(places).map(|(span, it)| match it.label {
        "" => AnnotationKind::Primary.span(span),
        label => AnnotationKind::Context.span(span).label(label),
    });
    let marks: Vec<_> = marks.collect();
    let snippet = Snippet::source(text).line_start(lines.first as usize).path(stand_in(number));
    snippet.annotations(marks)
}

/// The edit that cures it, as a diff.
fn fix(report: &Report, it: &Fix, voice: &Voice, terminal: Terminal) -> Option<String> {
    let source = report.sources.get(&it.path).filter(|it| !it.lossy)?;
    let lines = source.text.lines().zip(1_u32..).filter(|(_, at)| it.lines.contains(*at));
    let old: String = lines.flat_map(|(line, _)| [line, "\n"]).collect();
    let patch = unified(&old, &format!("{}\n", it.replacement));

    let styled = |style: Style, text: &str| {
        let style = style.force_styling(terminal.colours);
        style.apply_to(text).to_string()
    };
    let name = styled(Style::new().cyan().bright().bold(), voice.fix);
    let mut out = format!("{name}: {}:{}\n", printable(&it.path), it.lines.first);
    for line in patch.lines().filter(|it| !it.starts_with(['@', '\\'])) {
        let style = match line.as_bytes().first() {
            Some(b'+') => Style::new().green().bright(),
            Some(b'-') => Style::new().red().bright(),
            _ => Style::new(),
        };
        let (sign, code) = line.split_at_checked(1).unwrap_or((line, ""));
        let line = format!("  {sign} {}", printable(code));
        let line = console::truncate_str(&line, terminal.columns, "…");
        out.push_str(&styled(style, &line));
        out.push('\n');
    }
    Some(out)
}

/// A text in lines of so many columns. Beside a Han character a line may end anywhere, except
/// before closing and after opening punctuation.
fn wrapped(text: &str, columns: usize) -> String {
    let mut out = String::new();
    let (mut column, mut word) = (0, 0);
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if text[end..].chars().next().is_some_and(|next| !may_break(c, next)) {
            continue;
        }
        let unit = &text[word..end];
        word = end;
        if column > 0 && column + console::measure_text_width(unit.trim_end()) > columns {
            out.truncate(out.trim_end().len());
            out.push('\n');
            column = 0;
        }
        out.push_str(unit);
        column += console::measure_text_width(unit);
    }
    out
}

/// Whether a line may end between two characters.
fn may_break(before: char, after: char) -> bool {
    const OPENING: &str = "（「『【《〈“‘";
    const CLOSING: &str = "）」』】》〉”’。，、；：！？…";
    let is_wide = |c: char| width(c) == 2;
    match before {
        ' ' => true,
        _ if OPENING.contains(before) || CLOSING.contains(after) || after == ' ' => false,
        _ => is_wide(before) || is_wide(after) || CLOSING.contains(before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_they_may() {
        assert_eq!(wrapped("one two three", 8), "one two\nthree");
        assert_eq!(wrapped("一二三四。", 6), "一二三\n四。");
        assert_eq!(wrapped("一二三四。五", 8), "一二三\n四。五", "no line begins with a full stop");
        assert_eq!(wrapped("一二三（四）", 8), "一二三\n（四）", "or ends with a bracket");
        assert_eq!(wrapped("用 ctx 的 Done 分支", 9), "用 ctx 的\nDone 分支");
        assert_eq!(wrapped("café crème", 6), "café\ncrème");
        assert_eq!(wrapped("unbreakable", 4), "unbreakable");
    }
}
