//! A report for people at a terminal: the code in question, the places that take part, the fix.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use console::Style;

use super::excerpt::{Excerpt, excerpt, line, printable};
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

/// Explanations are set in lines that can be read.
const MAX_COLUMNS: usize = 100;

/// Every finding with its code, then how much was read.
pub(super) fn print(report: &Report, voice: &Voice, terminal: Terminal) -> String {
    let renderer = if terminal.colours { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(terminal.columns.max(40)).decor_style(DecorStyle::Unicode);
    let mut out = String::new();
    for row in &report.rows {
        out.push_str(&renderer.render(&[claim(report, row, voice, terminal.columns)]));
        out.push('\n');
        let fix = row.finding.fix.as_ref().and_then(|it| fix(report, it, voice, terminal));
        out.push_str(&fix.unwrap_or_default());
        out.push('\n');
    }
    out + &text::end(report, voice)
}

/// The finding: its sentence, its code, and why.
fn claim<'a>(report: &'a Report, row: &'a Row, voice: &Voice, columns: usize) -> Group<'a> {
    let level = match row.severity {
        Severity::Critical => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Advice => Level::INFO,
    };
    // Beside the name and the space before the text.
    let columns = columns.clamp(40, MAX_COLUMNS) - 12;
    let title = level.with_name((voice.severity)(row.severity));
    let title = title.primary_title(wrapped(&row.message, columns));
    let mut group = title.elements(code(report, row, voice));
    let note = Level::NOTE.with_name(voice.why).message(wrapped(&row.explanation, columns));
    group = group.element(note);
    group = group.element(Level::NOTE.with_name(voice.rule).message(&row.rule));
    if row.placement == Placement::Summary {
        group = group.element(Level::NOTE.no_name().message(voice.summary_only));
    }
    group
}

/// The code of a finding and the places that take part in it.
fn code<'a>(report: &Report, row: &Row, voice: &Voice) -> Vec<Snippet<'a, Annotation<'a>>> {
    let finding = &row.finding;
    let Some(source) = report.sources.get(&finding.path) else { return Vec::new() };
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
    let beside = near.iter().filter_map(|it| line(text, it.lines.first));
    let places: Vec<Range<usize>> = std::iter::once(trigger).chain(beside).collect();
    let shown = near.iter().fold(around(finding.lines.first), |all, it| {
        let more = around(it.lines.first);
        LineRange::new(all.first.min(more.first), all.last.max(more.last))
    });
    let labels = near.iter().map(|it| Some((voice.role)(it.role)));
    let kinds = std::iter::once(None).chain(labels);
    let mut snippets = vec![snippet(&finding.path, text, shown, &places, kinds)];
    for it in far {
        let Some(source) = report.sources.get(&it.path) else { continue };
        let Some(place) = line(&source.text, it.lines.first) else { continue };
        let label = std::iter::once(Some((voice.role)(it.role)));
        let lines = LineRange::line(it.lines.first);
        snippets.push(snippet(&it.path, &source.text, lines, &[place], label));
    }
    snippets
}

/// A line with its neighbours.
fn around(line: u32) -> LineRange {
    LineRange::new(line.saturating_sub(1).max(1), line + 1)
}

/// An excerpt with its marks: what is labelled takes part, what is not is the finding itself.
fn snippet<'a>(
    path: &str,
    text: &str,
    lines: LineRange,
    places: &[Range<usize>],
    labels: impl Iterator<Item = Option<&'static str>>,
) -> Snippet<'a, Annotation<'a>> {
    let Excerpt { text, spans } = excerpt(text, lines, places);
    let marks = spans.into_iter().zip(labels).map(|(span, label)| {
        let kind = match label {
            None => AnnotationKind::Primary,
            Some(_) => AnnotationKind::Context,
        };
        kind.span(span).label(label)
    });
    let marks: Vec<_> = marks.collect();
    let snippet = Snippet::source(text).line_start(lines.first as usize).path(printable(path));
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

/// A text in lines of so many columns. Between Han characters a line may end anywhere.
fn wrapped(text: &str, columns: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_inclusive(|c: char| c == ' ' || !c.is_ascii()) {
        let width = console::measure_text_width(word.trim_end());
        if column > 0 && column + width > columns {
            out.truncate(out.trim_end().len());
            out.push('\n');
            column = 0;
        }
        out.push_str(word);
        column += console::measure_text_width(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_they_may() {
        assert_eq!(wrapped("one two three", 8), "one two\nthree");
        assert_eq!(wrapped("一二三四。", 6), "一二三\n四。");
        assert_eq!(wrapped("unbreakable", 4), "unbreakable");
    }
}
