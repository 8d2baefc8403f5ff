//! Which new line stands in the place of which old line, within one replaced block.

use super::edit;

/// How many pairs of lines may be compared in one file, all blocks together. Beyond that only
/// position counts.
const MAX_COMPARISONS: usize = 400_000;

/// How many words of a line count.
const MAX_WORDS: usize = 48;

/// Finds partners in the replaced blocks of one file.
pub(super) struct Partners {
    comparisons: usize,
}

impl Partners {
    /// With the whole budget for one file.
    pub(super) fn new() -> Self {
        Self { comparisons: MAX_COMPARISONS }
    }

    /// Pairs of indices into `old` and `new`, ascending in both.
    pub(super) fn find(&mut self, old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
        if old.is_empty() || new.is_empty() {
            return Vec::new();
        }
        if old.len().saturating_mul(new.len()) <= self.comparisons {
            return self.by_words(old, new);
        }
        // Too large to compare every line with every line: look for lines that differ in white
        // space alone first (converted line breaks, code that was indented).
        let trimmed_old: Vec<_> = old.iter().map(|it| it.trim()).collect();
        let trimmed_new: Vec<_> = new.iter().map(|it| it.trim()).collect();
        let mut pairs = Vec::new();
        let (mut at_old, mut at_new) = (0, 0);
        let end = edit::Block { old: old.len()..old.len(), new: new.len()..new.len() };
        for block in edit::blocks(&trimmed_old, &trimmed_new).into_iter().chain([end]) {
            pairs.extend((at_old..block.old.start).zip(at_new..block.new.start));
            (at_old, at_new) = (block.old.end, block.new.end);
            let (first_old, first_new) = (block.old.start, block.new.start);
            let (inner_old, inner_new) = (&old[block.old], &new[block.new]);
            let inner = if inner_old.len().saturating_mul(inner_new.len()) <= self.comparisons {
                self.by_words(inner_old, inner_new)
            } else {
                by_position(0..inner_old.len(), 0..inner_new.len()).collect()
            };
            pairs.extend(inner.into_iter().map(|(i, k)| (first_old + i, first_new + k)));
        }
        pairs
    }

    /// The alignment with the most words in common over pairs of lines that share at least half
    /// of theirs, filled up by position.
    fn by_words(&mut self, old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
        self.comparisons = self.comparisons.saturating_sub(old.len() * new.len());
        let old_words: Vec<_> = old.iter().map(|it| words(it)).collect();
        let new_words: Vec<_> = new.iter().map(|it| words(it)).collect();
        // best[i * width + k]: the most that lines from i and from k on can have in common.
        let width = new.len() + 1;
        let mut best = vec![0_u32; (old.len() + 1) * width];
        let mut alike = vec![0_u8; old.len() * new.len()];
        for i in (0..old.len()).rev() {
            for k in (0..new.len()).rev() {
                let score = score(&old_words[i], &new_words[k]);
                alike[i * new.len() + k] = score;
                let pair = match score {
                    0 => 0,
                    it => u32::from(it) + best[(i + 1) * width + k + 1],
                };
                best[i * width + k] =
                    pair.max(best[(i + 1) * width + k]).max(best[i * width + k + 1]);
            }
        }
        let mut pairs = Vec::new();
        let (mut from_old, mut from_new) = (0, 0);
        let (mut i, mut k) = (0, 0);
        while i < old.len() && k < new.len() {
            let here = best[i * width + k];
            let score = alike[i * new.len() + k];
            if score > 0 && here == u32::from(score) + best[(i + 1) * width + k + 1] {
                pairs.extend(by_position(from_old..i, from_new..k));
                pairs.push((i, k));
                (i, k) = (i + 1, k + 1);
                (from_old, from_new) = (i, k);
            } else if here == best[(i + 1) * width + k] {
                i += 1;
            } else {
                k += 1;
            }
        }
        pairs.extend(by_position(from_old..old.len(), from_new..new.len()));
        pairs
    }
}

/// One by one, where both stretches are equally long.
fn by_position(
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
) -> impl Iterator<Item = (usize, usize)> {
    let equal = old.len() == new.len();
    old.zip(new).filter(move |_| equal)
}

/// How many words two lines have in common, if it is at least half of them; 0 otherwise.
fn score(a: &[&str], b: &[&str]) -> u8 {
    let (mut i, mut k, mut common) = (0, 0, 0_u8);
    while let (Some(x), Some(y)) = (a.get(i), b.get(k)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => k += 1,
            std::cmp::Ordering::Equal => {
                common = common.saturating_add(1);
                (i, k) = (i + 1, k + 1);
            }
        }
    }
    if usize::from(common) * 4 >= a.len() + b.len() { common } else { 0 }
}

/// The words of a line, sorted: identifiers and numbers, and every other character by itself;
/// no white space.
fn words(line: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut rest = line.trim();
    while let Some(first) = rest.chars().next() {
        if words.len() == MAX_WORDS {
            break;
        }
        let length = match is_word(first) {
            true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after.trim_start();
    }
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_leave_white_space_out() {
        assert_eq!(words("\tx := f(a_1, \"é\")\r\n").join(" "), "\" \" ( ) , : = a_1 f x é");
    }

    #[test]
    fn the_budget_is_kept() {
        let old: Vec<String> = (0..2_000).map(|i| format!("old {i}")).collect();
        let new: Vec<String> = (0..2_001).map(|i| format!("new {i}")).collect();
        let old: Vec<_> = old.iter().map(String::as_str).collect();
        let new: Vec<_> = new.iter().map(String::as_str).collect();
        assert_eq!(Partners::new().find(&old, &new), []);
        assert_eq!(Partners::new().find(&old, &new[1..]).len(), 2_000);
    }
}
