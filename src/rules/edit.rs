//! Edits of whole lines, as GitHub's suggestions want them.

use crate::golang::{GoFile, Span};

use super::Fix;

impl Fix {
    /// The edit that puts `code` in the place of a span, widened to whole lines.
    pub(super) fn replacing(file: &GoFile, span: Span, code: &str) -> Self {
        let text = file.text();
        let range = span.range();
        let start = text[..range.start].rfind('\n').map_or(0, |it| it + 1);
        let end = text[range.end..].find('\n').map_or(text.len(), |it| range.end + it);
        let replacement = format!("{}{code}{}", &text[start..range.start], &text[range.end..end]);
        Self {
            path: file.path().clone(),
            lines: file.lines(span),
            replacement: replacement.trim_end_matches('\r').to_owned(),
        }
    }

    /// The same with plain line ends in between, which a suggestion has.
    pub(super) fn without_carriage_returns(mut self) -> Self {
        self.replacement = self.replacement.replace('\r', "");
        self
    }
}
