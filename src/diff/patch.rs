//! Reads the `patch` text that GitHub gives for a file: its hunks decide where comments may stand.

use crate::model::{LineRange, Side};

/// A set of lines, as disjoint ranges in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSet(Vec<LineRange>);

impl LineSet {
    /// Adds a line that is greater than all before it; anything else is ignored.
    fn push(&mut self, line: u32) {
        match self.0.last_mut() {
            Some(last) if line <= last.last => {}
            Some(last) if line == last.last.saturating_add(1) => last.last = line,
            _ => self.0.push(LineRange::line(line)),
        }
    }

    /// Whether the set holds the line.
    pub fn contains(&self, line: u32) -> bool {
        let at = self.0.partition_point(|it| it.last < line);
        self.0.get(at).is_some_and(|it| it.first <= line)
    }

    /// Whether the set holds at least one line of `range`.
    pub fn touches(&self, range: LineRange) -> bool {
        let at = self.0.partition_point(|it| it.last < range.first);
        self.0.get(at).is_some_and(|it| it.first <= range.last)
    }

    /// The line of the set within `range` that is nearest to `line`; the earlier one of two that
    /// are equally near.
    pub fn nearest(&self, line: u32, range: LineRange) -> Option<u32> {
        let from = self.0.partition_point(|it| it.last < range.first);
        self.0[from..]
            .iter()
            .take_while(|it| it.first <= range.last)
            .map(|it| line.clamp(it.first.max(range.first), it.last.min(range.last)))
            .min_by_key(|it| it.abs_diff(line))
    }

    /// The ranges, in ascending order.
    pub fn ranges(&self) -> &[LineRange] {
        &self.0
    }

    /// Whether the set holds no line.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The lines on which GitHub accepts a comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commentable {
    /// Added and context lines, by their number at the head.
    pub right: LineSet,
    /// Deleted and context lines, by their number at the base.
    pub left: LineSet,
}

/// One hunk of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hunk {
    /// Its lines at the base; none in a file that was added.
    pub old: Option<LineRange>,
    /// Its lines at the head; none in a file that was removed.
    pub new: Option<LineRange>,
}

/// What the patch of one file says about its lines. The default is a file without any hunk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchLines {
    hunks: Vec<Hunk>,
    commentable: Commentable,
    added: LineSet,
    deleted: LineSet,
    malformed: bool,
}

impl PatchLines {
    /// Reads a patch: hunks of a unified diff, with or without the lines that name the file.
    /// Any text gives an answer; see [`is_malformed`](Self::is_malformed).
    pub fn parse(patch: &str) -> Self {
        let mut parser = Parser::default();
        for line in patch.strip_suffix('\n').unwrap_or(patch).split('\n') {
            if parser.line(line).is_none() {
                parser.out.malformed = true;
                parser.open = None;
            }
            if parser.done {
                break;
            }
        }
        parser.finish()
    }

    /// Whether the text was not the patch of one file throughout. What was understood up to the
    /// place, and in the hunks after it, stands.
    pub fn is_malformed(&self) -> bool {
        self.malformed
    }

    /// The hunks, in ascending order.
    pub fn hunks(&self) -> &[Hunk] {
        &self.hunks
    }

    /// The lines on which a comment may stand.
    pub fn commentable(&self) -> &Commentable {
        &self.commentable
    }

    /// The lines that the change added, by their number at the head.
    pub fn added(&self) -> &LineSet {
        &self.added
    }

    /// The lines that the change deleted, by their number at the base.
    pub fn deleted(&self) -> &LineSet {
        &self.deleted
    }

    /// The index of the hunk that shows a line.
    pub fn hunk_of(&self, side: Side, line: u32) -> Option<usize> {
        let range = |hunk: &Hunk| match side {
            Side::Left => hunk.old,
            Side::Right => hunk.new,
        };
        // A hunk that has no line on this side does not disturb the order of the others.
        let with_lines =
            || self.hunks.iter().enumerate().filter_map(|(i, it)| Some((i, range(it)?)));
        with_lines().find(|(_, it)| it.contains(line)).map(|(i, _)| i)
    }

    /// Whether GitHub accepts a comment on these lines: all are shown, in one hunk.
    pub fn accepts(&self, side: Side, range: LineRange) -> bool {
        let first = self.hunk_of(side, range.first);
        first.is_some() && first == self.hunk_of(side, range.last)
    }
}

/// A hunk that is being read.
struct Open {
    /// The next line at the base and how many are still to come.
    old: (u32, u32),
    /// The same at the head.
    new: (u32, u32),
}

#[derive(Default)]
struct Parser {
    out: PatchLines,
    open: Option<Open>,
    /// The lines after the last hunk, on both sides: hunks ascend.
    floor: (u32, u32),
    /// Set at the beginning of another file's patch.
    done: bool,
}

impl Parser {
    /// Reads one line; `None` when it has no place here.
    fn line(&mut self, line: &str) -> Option<()> {
        let unfinished = self.open.as_ref().is_some_and(|it| it.old.1 > 0 || it.new.1 > 0);
        if unfinished {
            return self.body(line);
        }
        if let Some(header) = line.strip_prefix("@@ ") {
            return self.header(header);
        }
        if line.starts_with("diff --git ") && !self.out.hunks.is_empty() {
            self.done = true;
            return None;
        }
        let prologue = self.out.hunks.is_empty() && self.open.is_none();
        let expected = line.starts_with('\\')
            || line.trim_end().is_empty()
            || prologue && PROLOGUE.iter().any(|it| line.starts_with(it));
        expected.then_some(())
    }

    /// Reads what follows `@@ `: `-1,2 +3,4 @@ func f()`.
    fn header(&mut self, text: &str) -> Option<()> {
        let (ranges, _) = text.split_once(" @@")?;
        let (old, new) = ranges.split_once(' ')?;
        let old = span(old.strip_prefix('-')?)?;
        let new = span(new.strip_prefix('+')?)?;
        // An empty side names the line before it; the others ascend without touching.
        let ascends = |(first, count): (u32, u32), floor| count == 0 || first > floor;
        if !ascends(old, self.floor.0) || !ascends(new, self.floor.1) {
            return None;
        }
        let range = |(first, count): (u32, u32)| {
            (count > 0).then(|| LineRange::new(first, first + (count - 1)))
        };
        let hunk = Hunk { old: range(old), new: range(new) };
        self.floor.0 = hunk.old.map_or(self.floor.0, |it| it.last);
        self.floor.1 = hunk.new.map_or(self.floor.1, |it| it.last);
        self.out.hunks.push(hunk);
        self.open = Some(Open { old, new });
        Some(())
    }

    /// Reads a line of a hunk that still expects some.
    fn body(&mut self, line: &str) -> Option<()> {
        let open = self.open.as_mut()?;
        let (old, new) = (open.old.0, open.new.0);
        let (old_left, new_left) = (open.old.1 > 0, open.new.1 > 0);
        let pass = |side: &mut (u32, u32)| *side = (side.0 + 1, side.1 - 1);
        match line.as_bytes().first() {
            Some(b'+') if new_left => {
                pass(&mut open.new);
                self.out.added.push(new);
                self.out.commentable.right.push(new);
            }
            Some(b'-') if old_left => {
                pass(&mut open.old);
                self.out.deleted.push(old);
                self.out.commentable.left.push(old);
            }
            // An empty context line that lost its blank on the way is one all the same.
            Some(b' ' | b'\r') | None if old_left && new_left => {
                pass(&mut open.old);
                pass(&mut open.new);
                self.out.commentable.left.push(old);
                self.out.commentable.right.push(new);
            }
            // "\ No newline at end of file", in the language of whoever made the patch.
            Some(b'\\') => {}
            // The hunk ends early; what was counted for it is not shown.
            Some(b'@') => {
                self.cut();
                self.out.malformed = true;
                return self.header(line.strip_prefix("@@ ")?);
            }
            _ => {
                self.cut();
                return None;
            }
        }
        Some(())
    }

    /// Takes back the lines that a hunk announced and did not show.
    fn cut(&mut self) {
        let (Some(open), Some(hunk)) = (self.open.take(), self.out.hunks.last_mut()) else {
            return;
        };
        let shorten = |range: &mut Option<LineRange>, missing: u32| {
            *range = range.and_then(|it| {
                let last = it.last.checked_sub(missing)?;
                (last >= it.first).then_some(LineRange { first: it.first, last })
            });
        };
        shorten(&mut hunk.old, open.old.1);
        shorten(&mut hunk.new, open.new.1);
        if hunk.old.is_none() && hunk.new.is_none() {
            self.out.hunks.pop();
        }
    }

    fn finish(mut self) -> PatchLines {
        if self.open.as_ref().is_some_and(|it| it.old.1 > 0 || it.new.1 > 0) {
            self.cut();
            self.out.malformed = true;
        }
        self.out
    }
}

/// What git prints before the first hunk (git's manual, "Generating patch text with -p").
const PROLOGUE: [&str; 11] = [
    "diff --git ",
    "index ",
    "--- ",
    "+++ ",
    "old mode ",
    "new mode ",
    "new file mode ",
    "deleted file mode ",
    "similarity index ",
    "rename ",
    "copy ",
];

/// Reads `12,3` or `12` (one line) as first line and count.
fn span(text: &str) -> Option<(u32, u32)> {
    let (first, count) = text.split_once(',').unwrap_or((text, "1"));
    let number = |it: &str| {
        let plain = !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
        // Far beyond any real file, and far enough from overflow.
        plain.then(|| it.parse().ok()).flatten().filter(|&it: &u32| it < u32::MAX / 4)
    };
    let (first, count) = (number(first)?, number(count)?);
    (first > 0 || count == 0).then_some((first, count))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[track_caller]
    fn check(patch: &str) -> String {
        let lines = PatchLines::parse(patch);
        let show = |set: &LineSet| {
            set.ranges().iter().map(LineRange::to_string).collect::<Vec<_>>().join(" ")
        };
        let range = |it: Option<LineRange>| it.map_or("-".to_owned(), |it| it.to_string());
        let hunks = lines.hunks().iter().map(|it| format!(" {}:{}", range(it.old), range(it.new)));
        format!(
            "right {} | left {} | added {} | deleted {} | hunks{}{}",
            show(&lines.commentable().right),
            show(&lines.commentable().left),
            show(lines.added()),
            show(lines.deleted()),
            hunks.collect::<String>(),
            if lines.is_malformed() { " | malformed" } else { "" },
        )
    }

    #[test]
    fn hunks_tell_which_lines_are_shown() {
        let two = "@@ -1,3 +1,4 @@\n a\n+b\n c\n d\n@@ -10,2 +11 @@ func f() {\n-x\n y";
        assert_snapshot!(check(two), @"right 1-4 11 | left 1-3 10-11 | added 2 | deleted 10 | hunks 1-3:1-4 10-11:11");
        assert_snapshot!(check("@@ -0,0 +1 @@\n+a\n\\ No newline at end of file"), @"right 1 | left  | added 1 | deleted  | hunks -:1");
        assert_snapshot!(check("@@ -1,2 +0,0 @@\n-a\r\n-b\r\n"), @"right  | left 1-2 | added  | deleted 1-2 | hunks 1-2:-");
        assert_snapshot!(check("@@ -4,0 +5,2 @@\n+--- a\n++++ b"), @"right 5-6 | left  | added 5-6 | deleted  | hunks -:5-6");
        assert_snapshot!(check("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\n"), @"right 1 | left 1 | added 1 | deleted 1 | hunks 1:1");
        assert_snapshot!(check(""), @"right  | left  | added  | deleted  | hunks");
    }

    #[test]
    fn malformed_patches_say_so_and_keep_what_was_understood() {
        assert_snapshot!(check("@@ -1,3 +1,9 @@\n a\n+b"), @"right 1-2 | left 1 | added 2 | deleted  | hunks 1:1-2 | malformed");
        assert_snapshot!(check("@@ -1 +1 @@\n-a\n+b\n+c\n@@ -5 +5 @@\n-e\n+f"), @"right 1 5 | left 1 5 | added 1 5 | deleted 1 5 | hunks 1:1 5:5 | malformed");
        assert_snapshot!(check("@@ -5 +5 @@\n-e\n+f\n@@ -1 +1 @@\n-a\n+b"), @"right 5 | left 5 | added 5 | deleted 5 | hunks 5:5 | malformed");
        assert_snapshot!(check("@@ -1 +99999999999 @@\n-a\n+b\nBinary"), @"right  | left  | added  | deleted  | hunks | malformed");
        assert_snapshot!(check("@@ -1 +1 @@\n-a\n+b\ndiff --git a/x b/x\n@@ -9 +9 @@\n-a\n+b"), @"right 1 | left 1 | added 1 | deleted 1 | hunks 1:1 | malformed");
    }

    #[test]
    fn a_comment_stays_within_one_hunk() {
        let lines = PatchLines::parse("@@ -1,2 +1,2 @@\n a\n-b\n+b\n@@ -9 +9 @@\n-x\n+y");
        assert!(lines.accepts(Side::Right, LineRange::new(1, 2)));
        assert!(lines.accepts(Side::Left, LineRange::line(9)));
        assert!(!lines.accepts(Side::Right, LineRange::new(2, 9)));
        assert!(!lines.accepts(Side::Right, LineRange::line(3)));
        let right = &lines.commentable().right;
        assert_eq!(right.nearest(5, LineRange::new(1, 20)), Some(2));
        assert_eq!(right.nearest(7, LineRange::new(3, 20)), Some(9));
        assert_eq!(right.nearest(7, LineRange::new(3, 8)), None);
        assert!(right.touches(LineRange::new(2, 8)) && !right.touches(LineRange::new(3, 8)));
    }
}
