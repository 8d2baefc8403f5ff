//! Columns that fit.

use super::ink::{Ink, Look};
use super::wrap::wrap;

/// Between two columns.
const GUTTER: usize = 2;

/// No column gets narrower than this, however narrow the terminal is.
const NARROWEST: usize = 8;

/// Rows of cells as lines of at most so many columns; the first row is the head.
pub(super) fn table(rows: &[Vec<Ink>], columns: usize) -> Vec<Ink> {
    let widths = widths(rows, columns);
    let mut lines = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<Vec<Ink>> =
            row.iter().zip(&widths).map(|(cell, width)| wrap(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for part in 0..height {
            let mut line = Ink::default();
            let mut start = 0;
            for (cell, width) in cells.iter().zip(&widths) {
                let missing = start - line.width().min(start);
                line.push_str(Look::PLAIN, &" ".repeat(missing));
                if let Some(text) = cell.get(part) {
                    line.append(text.clone());
                }
                start += width + GUTTER;
            }
            lines.push(line);
        }
        if at == 0 {
            let mut line = Ink::default();
            let rules: Vec<_> = widths.iter().map(|it| "─".repeat(*it)).collect();
            line.push_str(Look::DIM, &rules.join(&" ".repeat(GUTTER)));
            lines.push(line);
        }
    }
    lines
}

/// As wide as the longest cell; where that is too much, the widest columns give first.
fn widths(rows: &[Vec<Ink>], columns: usize) -> Vec<usize> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| rows.iter().filter_map(|it| it.get(at)).map(Ink::width).max();
    let mut widths: Vec<usize> = (0..count).map(|at| widest(at).unwrap_or(0)).collect();
    let available = columns.saturating_sub(GUTTER * count.saturating_sub(1));
    while widths.iter().sum::<usize>() > available {
        let Some(widest) = widths.iter_mut().max().filter(|it| **it > NARROWEST) else { break };
        *widest -= 1;
    }
    widths
}
