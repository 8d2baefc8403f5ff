//! A report as one Markdown text, for `gh pr comment --body-file -` and the like.

use std::fmt::Write as _;

use super::{Placement, Report, Row};
use crate::diff::unified;
use crate::model::{LineRange, Severity};
use crate::persona::{self, Voice};
use crate::review::text::{MAX_BODY, code, cut};

/// The whole text; what is surest and worst comes first.
pub(super) fn print(report: &Report, voice: &Voice) -> String {
    let mut text = headline(report, voice);
    let mut rows: Vec<&Row> = report.rows.iter().collect();
    rows.sort_by_key(|it| (it.placement == Placement::Summary, std::cmp::Reverse(it.severity)));
    let inline = rows.iter().take_while(|it| it.placement == Placement::Inline).count();
    let (inline, folded) = rows.split_at(inline);
    for row in inline {
        let place = place(&row.file, LineRange::new(row.line, row.end_line));
        let sign = persona::sign(row.severity);
        let _ = write!(text, "\n\n{sign} **{}**\n{place}\n\n{}", row.message, row.explanation);
        if let Some(patch) = fix(report, row) {
            let _ = write!(text, "\n\n{patch}");
        }
        let _ = write!(text, "\n\n<sub>`{}`</sub>", row.rule);
    }
    if !folded.is_empty() {
        let _ = write!(text, "\n\n**{}**\n", voice.also);
        for row in folded {
            let place = place(&row.file, LineRange::new(row.line, row.end_line));
            let sign = persona::sign(row.severity);
            let _ = write!(text, "\n- {sign} {place} {} · `{}`", row.message, row.rule);
        }
    }
    if !report.unread.is_empty() {
        let title = (voice.not_reviewed)(report.unread.len());
        let _ = write!(text, "\n\n<details><summary>{title}</summary>\n");
        for it in &report.unread {
            let _ =
                write!(text, "\n- {}{}{}", code(&it.path), voice.colon, (voice.unread)(it.reason));
        }
        text.push_str("\n\n</details>");
    }
    cut(&text, MAX_BODY) + "\n"
}

/// How much, how bad, and what got better.
fn headline(report: &Report, voice: &Voice) -> String {
    let by_severity = Severity::ALL.iter().rev().filter_map(|&severity| {
        let n = report.rows.iter().filter(|it| it.severity == severity).count();
        let name = (voice.severity)(severity);
        (n > 0).then(|| format!("{} {n} {name}", persona::sign(severity)))
    });
    let by_severity = by_severity.collect::<Vec<_>>().join(voice.comma);
    let findings = (voice.findings)(report.rows.len());
    // A whole tree has no change that introduced anything.
    let first = match (report.rows.is_empty(), report.repaired) {
        (true, Some(_)) => voice.clean.to_owned(),
        (true, None) => findings,
        (false, Some(_)) => (voice.introduces)(&findings, &by_severity),
        (false, None) => format!("**{findings}** ({by_severity})"),
    };
    let mut sentences = vec![format!("{first}{}{}", voice.comma, (voice.files_read)(report.read))];
    sentences.extend(report.repaired.filter(|&n| n > 0).map(voice.repaired));
    format!("{}{}", sentences.join(voice.stop), voice.stop.trim_end())
}

fn place(path: &str, lines: LineRange) -> String {
    code(&format!("{path}:{lines}"))
}

/// The edit that cures it, as a diff in a fence that the code cannot close.
fn fix(report: &Report, row: &Row) -> Option<String> {
    let fix = row.finding.fix.as_ref()?;
    let source = report.sources.get(&fix.path).filter(|it| !it.lossy)?;
    let old = source.text.lines().zip(1_u32..).filter(|(_, at)| fix.lines.contains(*at));
    let old: String = old.flat_map(|(line, _)| [line, "\n"]).collect();
    let patch = unified(&old, &format!("{}\n", fix.replacement));
    let lines: Vec<&str> = patch.lines().filter(|it| !it.starts_with(['@', '\\'])).collect();
    let longest = patch.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    // Somebody may look at it on a terminal before it is posted.
    let harmless = |c: char| if c.is_control() && !"\t\n".contains(c) { '\u{fffd}' } else { c };
    let lines: String = lines.join("\n").chars().map(harmless).collect();
    Some(format!("{fence}diff\n{lines}\n{fence}"))
}
