//! Places as SARIF counts them: lines and columns from 1, columns in UTF-16 code units. Code
//! scanning wants all four bounds of a region.

use std::ops::Range;

use serde_json::{Value, json};

use super::super::excerpt::line;
use crate::model::{LineRange, SourceFile, path_in_url};

pub(super) fn artifact(path: &str) -> Value {
    json!({ "uri": path_in_url(path), "uriBaseId": "%SRCROOT%" })
}

/// The code of whole lines; of a text that is not at hand, the lines alone.
pub(super) fn lines(source: Option<&SourceFile>, it: LineRange) -> Value {
    let region = source.and_then(|source| {
        let (first, last) = (line(&source.text, it.first)?, line(&source.text, it.last)?);
        region(&source.text, first.start..last.end)
    });
    region.unwrap_or_else(|| json!({ "startLine": it.first, "endLine": it.last }))
}

/// Bytes of a text as lines and columns; the end column is the one behind the last character.
pub(super) fn region(text: &str, bytes: Range<usize>) -> Option<Value> {
    let place = |at: usize| {
        let before = text.get(..at)?;
        let start = before.rfind('\n').map_or(0, |it| it + 1);
        let line = before.bytes().filter(|it| *it == b'\n').count() + 1;
        Some((line, column(&text[start..at])))
    };
    let ((first, from), (last, to)) = (place(bytes.start)?, place(bytes.end)?);
    Some(json!({ "startLine": first, "startColumn": from, "endLine": last, "endColumn": to }))
}

/// The column behind the last character of a line.
pub(super) fn before_line_end(text: &str, line: u32) -> Option<usize> {
    Some(column(text.lines().nth((line as usize).checked_sub(1)?)?))
}

/// The column behind the beginning of a line.
fn column(before: &str) -> usize {
    before.encode_utf16().count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_as_editors_count() {
        let text = "a\n\t世😀b c\n";
        let from = text.find('b').unwrap();
        let it = region(text, from..from + 3).unwrap();
        let expected = json!({ "startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 8 });
        assert_eq!(it, expected);
        assert_eq!(region(text, 4..900), None);
        assert_eq!(before_line_end(text, 2), Some(8));
        let source = SourceFile::from_bytes("a.go", None, text.as_bytes());
        let whole = lines(Some(&source), LineRange::new(1, 2));
        let expected = json!({ "startLine": 1, "startColumn": 1, "endLine": 2, "endColumn": 8 });
        assert_eq!(whole, expected);
        assert_eq!(lines(None, LineRange::line(3)), json!({ "startLine": 3, "endLine": 3 }));
    }
}
