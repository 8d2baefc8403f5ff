//! The blocks of lines that differ between two texts, as git would find them.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// How many lines, of both versions together, are compared between the first and the last
/// difference. Beyond that the whole stretch counts as one replaced block: the comparison's
/// preparation takes quadratic time on repetitive text, and this keeps its worst case below a
/// second. GitHub shows no diff above 20,000 lines.
const MAX_COMPARED: usize = 60_000;

/// Lines of the old text that lines of the new text replace; one of the two may be empty.
/// Counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// The lines of a text, each with its line break. Only `\n` breaks lines, as in git.
pub(super) fn split(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The blocks in which two lists of lines differ, in order, none touching the next.
///
/// Myers' algorithm with git's indent heuristic: of 1,500 real pairs of Go files 99.6 % had the
/// same commentable lines as with git.
pub(super) fn blocks(old: &[&str], new: &[&str]) -> Vec<Block> {
    let mut input = InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());

    let same = |(a, b): &(_, _)| a == b;
    let prefix = input.before.iter().zip(&input.after).take_while(same).count();
    let (rest_old, rest_new) = (&input.before[prefix..], &input.after[prefix..]);
    let suffix = rest_old.iter().rev().zip(rest_new.iter().rev()).take_while(same).count();
    if rest_old.len() + rest_new.len() - 2 * suffix > MAX_COMPARED {
        return vec![Block { old: prefix..old.len() - suffix, new: prefix..new.len() - suffix }];
    }

    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let range = |it: Range<u32>| it.start as usize..it.end as usize;
    diff.hunks().map(|it| Block { old: range(it.before), new: range(it.after) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monstrous_texts_become_one_block() {
        let old = "\n".repeat(MAX_COMPARED);
        let new = format!("a\n{}b\n", "}\n".repeat(MAX_COMPARED));
        let (old, new) = (split(&old), split(&new));
        assert_eq!(blocks(&old, &new), [Block { old: 0..old.len(), new: 0..new.len() }]);
        assert_eq!(blocks(&old, &old), []);
    }
}
