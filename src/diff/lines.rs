//! Where a line of one version of a file is in the other.

use super::edit::{self, Block};
use super::similar::Partners;

/// Where a line is in the other version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// It is there, unchanged (at most its indentation, where a block was replaced).
    Same(u32),
    /// It was edited: this line stands in its place.
    Edited(u32),
    /// It has no counterpart: deleted, inserted, or not a line of this version.
    Gone,
}

impl Mapped {
    /// The line in the other version, if there is one.
    pub fn line(self) -> Option<u32> {
        match self {
            Self::Same(line) | Self::Edited(line) => Some(line),
            Self::Gone => None,
        }
    }
}

/// The lines of two versions of a file, each with its counterpart. Lines count from 1.
///
/// Lines outside the differing blocks of git's diff are the same. Within a block, partners are
/// found in order, never crossing: lines that read alike first, then, where as many old as new
/// lines are left between two such pairs, one by one. So the k-th line of a replaced block goes
/// to the k-th line of an equally large one unless their words say otherwise, and a line that was
/// only inserted or deleted has no counterpart. Code that moved within the file has none either.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineMap {
    to_new: Vec<Mapped>,
    to_old: Vec<Mapped>,
}

impl LineMap {
    /// Compares two versions of a file.
    pub fn new(old: &str, new: &str) -> Self {
        let (old, new) = (edit::split(old), edit::split(new));
        let mut map =
            Self { to_new: vec![Mapped::Gone; old.len()], to_old: vec![Mapped::Gone; new.len()] };
        let mut partners = Partners::new();
        let (mut at_old, mut at_new) = (0, 0);
        let end = Block { old: old.len()..old.len(), new: new.len()..new.len() };
        for block in edit::blocks(&old, &new).into_iter().chain([end]) {
            while at_old < block.old.start && at_new < block.new.start {
                map.pair(at_old, at_new, Mapped::Same);
                (at_old, at_new) = (at_old + 1, at_new + 1);
            }
            (at_old, at_new) = (block.old.end, block.new.end);
            let (first_old, first_new) = (block.old.start, block.new.start);
            for (i, k) in partners.find(&old[block.old], &new[block.new]) {
                let same = old[first_old + i].trim() == new[first_new + k].trim();
                let mapped = if same { Mapped::Same } else { Mapped::Edited };
                map.pair(first_old + i, first_new + k, mapped);
            }
        }
        map
    }

    fn pair(&mut self, old: usize, new: usize, mapped: fn(u32) -> Mapped) {
        self.to_new[old] = number(new).map_or(Mapped::Gone, mapped);
        self.to_old[new] = number(old).map_or(Mapped::Gone, mapped);
    }

    /// Where a line of the old version is in the new one.
    pub fn to_new(&self, line: u32) -> Mapped {
        at(&self.to_new, line)
    }

    /// Where a line of the new version was in the old one.
    pub fn to_old(&self, line: u32) -> Mapped {
        at(&self.to_old, line)
    }
}

/// The number of the line with this index.
fn number(index: usize) -> Option<u32> {
    u32::try_from(index).ok()?.checked_add(1)
}

fn at(map: &[Mapped], line: u32) -> Mapped {
    let index = usize::try_from(line).ok().and_then(|it| it.checked_sub(1));
    index.and_then(|it| map.get(it)).copied().unwrap_or(Mapped::Gone)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// Both texts, one line per word, and where each line of the old one went.
    #[track_caller]
    fn check(old: &str, new: &str) -> String {
        let map = LineMap::new(old, new);
        let mut out = String::new();
        for (line, text) in (1..).zip(old.lines()) {
            let to = match map.to_new(line) {
                Mapped::Same(it) => format!("= {it}"),
                Mapped::Edited(it) => format!("~ {it}"),
                Mapped::Gone => "-".to_owned(),
            };
            out += &format!("{line} {to}: {}\n", text.trim());
            if let Some(to) = map.to_new(line).line() {
                assert_eq!(map.to_old(to).line(), Some(line), "the map goes both ways");
            }
        }
        out
    }

    #[test]
    fn edited_lines_go_to_their_partners() {
        assert_snapshot!(check("a\nx := f(1)\nb\n", "a\nx := f(ctx, 1)\nb\n"), @r"
        1 = 1: a
        2 ~ 2: x := f(1)
        3 = 3: b
        ");
        // As many lines as before, but the first is gone and one came at the end.
        assert_snapshot!(
            check(
                "log.Println(start)\nwg.Add(1)\ngo worker(jobs)\n",
                "wg.Add(2)\ngo worker(ctx, jobs)\ndefer close(results)\n",
            ),
            @r"
        1 -: log.Println(start)
        2 ~ 1: wg.Add(1)
        3 ~ 2: go worker(jobs)
        "
        );
        // Nothing in common: one by one.
        assert_snapshot!(check("a\nalpha\nbeta\nb\n", "a\n1 + 2\n3 + 4\nb\n"), @r"
        1 = 1: a
        2 ~ 2: alpha
        3 ~ 3: beta
        4 = 4: b
        ");
    }

    #[test]
    fn inserted_and_deleted_lines_go_nowhere() {
        assert_snapshot!(check("a\nb\nc\n", "a\nc\n"), @r"
        1 = 1: a
        2 -: b
        3 = 2: c
        ");
        let map = LineMap::new("a\nc\n", "a\nb\nc\n");
        assert_eq!(map.to_old(2), Mapped::Gone);
        assert_eq!([map.to_new(0), map.to_new(3), map.to_new(u32::MAX)], [Mapped::Gone; 3]);
    }

    #[test]
    fn reindented_code_is_the_same() {
        assert_snapshot!(
            check("mu.Lock()\nn++\nmu.Unlock()\n", "if ok {\n\tmu.Lock()\n\tn += 1\n\tmu.Unlock()\n}\n"),
            @r"
        1 = 2: mu.Lock()
        2 ~ 3: n++
        3 = 4: mu.Unlock()
        "
        );
    }

    #[test]
    fn converted_line_breaks_change_nothing() {
        let old: String = (0..2_000).map(|i| format!("line {i}\n")).collect();
        let new = format!("// a new head\n{old}").replace('\n', "\r\n");
        let map = LineMap::new(&old, &new);
        for line in 1..=2_000 {
            assert_eq!(map.to_new(line), Mapped::Same(line + 1));
        }
    }
}
