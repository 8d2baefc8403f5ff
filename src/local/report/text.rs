//! A report as plain text: one line a place, as compilers print it, for pipes and editors.

use std::fmt::Write as _;

use super::excerpt::printable;
use super::{Placement, Report};
use crate::persona::{self, Voice};

/// Every finding, then how much was read.
pub(super) fn print(report: &Report, voice: &Voice) -> String {
    let mut text = String::new();
    for row in &report.rows {
        let sure = match row.placement {
            Placement::Inline => "",
            Placement::Summary => " (summary)",
        };
        let _ = writeln!(
            text,
            "{}:{}: {} {} [{}]{sure}\n    {}\n    {}\n",
            printable(&row.file),
            row.line,
            persona::sign(row.severity),
            (voice.severity)(row.severity),
            row.rule,
            printable(&row.message),
            printable(&row.explanation),
        );
    }
    text + &end(report, voice)
}

/// How much was found and read, and what was not.
pub(super) fn end(report: &Report, voice: &Voice) -> String {
    let mut text = format!(
        "{}{}{}",
        (voice.findings)(report.rows.len()),
        voice.comma,
        (voice.files_read)(report.read)
    );
    if let Some(n) = report.repaired.filter(|&n| n > 0) {
        let _ = write!(text, "{}{}", voice.stop, (voice.repaired)(n));
    }
    text.push_str(voice.stop.trim_end());
    text.push('\n');
    if let Some(base) = report.base.as_ref().filter(|_| report.read == 0) {
        let _ = writeln!(text, "{}", (voice.no_difference)(&printable(base)));
    }
    if !report.unread.is_empty() {
        let _ = writeln!(text, "{}", (voice.not_reviewed)(report.unread.len()));
        for it in &report.unread {
            let reason = (voice.unread)(it.reason);
            let _ = writeln!(text, "    {}{}{reason}", printable(&it.path), voice.colon);
        }
    }
    text
}
