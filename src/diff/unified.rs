//! Writes the patch of a file as git does, for local ranges and where GitHub left it out.

use std::fmt::Write as _;

use super::edit;

/// How many unchanged lines stand around a change (git's default, and what GitHub shows).
const CONTEXT: usize = 3;

/// How many bytes of the line that names the surrounding function are shown (git's limit).
const MAX_HEADING: usize = 80;

/// The hunks that lead from `old` to `new`, without a header for the file; empty for equal texts.
pub fn unified(old: &str, new: &str) -> String {
    let (old, new) = (edit::split(old), edit::split(new));
    let blocks = edit::blocks(&old, &new);
    let mut out = String::new();
    let mut rest = &blocks[..];
    let (mut searched, mut function) = (0, None);
    while let Some(first) = rest.first() {
        // Changes whose context would touch or overlap share a hunk.
        let apart = |pair: &[edit::Block]| pair[1].old.start - pair[0].old.end > 2 * CONTEXT;
        let count = rest.windows(2).position(apart).map_or(rest.len(), |it| it + 1);
        let (hunk, later) = rest.split_at(count);
        rest = later;
        let last = hunk.last().unwrap_or(first);

        let lead = CONTEXT.min(first.old.start);
        let tail = CONTEXT.min(old.len() - last.old.end);
        let (from_old, to_old) = (first.old.start - lead, last.old.end + tail);
        let (from_new, to_new) = (first.new.start - lead, last.new.end + tail);
        out.push_str("@@ -");
        span(&mut out, from_old, to_old);
        out.push_str(" +");
        span(&mut out, from_new, to_new);
        out.push_str(" @@");
        function = heading(&old[searched..from_old]).or(function);
        searched = from_old;
        if let Some(heading) = function {
            out.push(' ');
            out.push_str(heading);
        }
        out.push('\n');

        let mut at = from_old;
        for block in hunk {
            write(&mut out, ' ', &old[at..block.old.start]);
            write(&mut out, '-', &old[block.old.clone()]);
            write(&mut out, '+', &new[block.new.clone()]);
            at = block.old.end;
        }
        write(&mut out, ' ', &old[at..to_old]);
    }
    out
}

/// Lines `from..to`, counted from 0, as a hunk's header names them.
fn span(out: &mut String, from: usize, to: usize) {
    // An empty side names the line before it.
    let first = if from == to { from } else { from + 1 };
    let written = match to - from {
        1 => write!(out, "{first}"),
        count => write!(out, "{first},{count}"),
    };
    debug_assert!(written.is_ok(), "a string takes everything");
}

fn write(out: &mut String, sign: char, lines: &[&str]) {
    for line in lines {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// The last line that begins with a letter, `_` or `$`: git takes it for the head of the function.
fn heading<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let is_head = |it: &&&str| {
        it.as_bytes().first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$'))
    };
    let line = lines.iter().rev().find(is_head)?;
    let mut end = line.len().min(MAX_HEADING);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    Some(line[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn reads_as_git_prints_it() {
        let old = "package a\n\nfunc f() {\n\ta()\n\tb()\n\tc()\n\td()\n\te()\n}";
        let new = "package a\n\nfunc f() {\n\ta()\n\tb()\n\tc()\n\td()\n\te(1)\n}\n";
        assert_snapshot!(unified(old, new), @r"
        @@ -5,5 +5,5 @@ func f() {
         	b()
         	c()
         	d()
        -	e()
        -}
        \ No newline at end of file
        +	e(1)
        +}
        ");
        assert_snapshot!(unified("", "a\n"), @r"
        @@ -0,0 +1 @@
        +a
        ");
        assert_snapshot!(unified("a\nb\n", ""), @r"
        @@ -1,2 +0,0 @@
        -a
        -b
        ");
        assert_eq!(unified("a\n", "a\n"), "");
    }
}
