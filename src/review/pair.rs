//! Which findings of two versions are the same finding.
//!
//! Used twice: the merge base against the head (what is new?) and what we said earlier against
//! the head (what was said already, what is fixed?).

use std::collections::HashMap;

use super::mark::Mark;

/// How the earlier version's places look from the later version.
pub trait Places {
    /// The later path of an earlier file.
    fn later_path<'a>(&'a self, earlier: &'a str) -> &'a str;

    /// The later line of an earlier line; `None` when it was deleted or nothing is known.
    fn later_line(&self, earlier_path: &str, line: u32) -> Option<u32>;

    /// Whether the later line was added or edited.
    fn is_added(&self, later_path: &str, line: u32) -> bool;
}

/// Pairs earlier and later findings one to one; returns for each later one its earlier partner.
///
/// Three passes, the surest first:
/// 1. one rule, one declaration, lines that map onto each other (edited lines included);
/// 2. one rule, the same code in the same declaration of the same file;
/// 3. one rule and the same code anywhere: renamed declarations, moved code, moved files.
///
/// Where several later findings compete for a partner, those on lines that were not added win, so
/// that what stays unpaired is what the change added.
pub fn pair(earlier: &[Mark], later: &[Mark], places: &dyn Places) -> Vec<Option<usize>> {
    let mut pairing =
        Pairing { partner: vec![None; later.len()], taken: vec![false; earlier.len()] };

    // The order in which later findings choose: untouched lines first, then as they stand.
    let mut order: Vec<usize> = (0..later.len()).collect();
    order.sort_by_key(|&i| places.is_added(&later[i].path, later[i].lines.first));

    pairing.pass(
        &order,
        earlier,
        later,
        |it| {
            let line = places.later_line(&it.path, it.lines.first)?;
            Some((
                it.rule.clone(),
                places.later_path(&it.path).to_owned(),
                it.declaration.clone(),
                line,
            ))
        },
        |it| Some((it.rule.clone(), it.path.to_string(), it.declaration.clone(), it.lines.first)),
    );
    pairing.pass(
        &order,
        earlier,
        later,
        |it| {
            let path = places.later_path(&it.path).to_owned();
            known(it).then(|| (it.rule.clone(), path, it.declaration.clone(), it.code.clone()))
        },
        |it| {
            let path = it.path.to_string();
            known(it).then(|| (it.rule.clone(), path, it.declaration.clone(), it.code.clone()))
        },
    );
    let anywhere = |it: &Mark| known(it).then(|| (it.rule.clone(), it.code.clone()));
    pairing.pass(&order, earlier, later, anywhere, anywhere);
    pairing.partner
}

/// Whether the code is known: two unknowns are not the same code.
fn known(it: &Mark) -> bool {
    !it.code.is_empty()
}

struct Pairing {
    /// Of each later finding.
    partner: Vec<Option<usize>>,
    /// Of each earlier finding: whether it has a partner.
    taken: Vec<bool>,
}

impl Pairing {
    /// Pairs what is still alone and has equal keys, in `order`.
    fn pass<K: Eq + std::hash::Hash>(
        &mut self,
        order: &[usize],
        earlier: &[Mark],
        later: &[Mark],
        earlier_key: impl Fn(&Mark) -> Option<K>,
        later_key: impl Fn(&Mark) -> Option<K>,
    ) {
        let mut waiting: HashMap<K, std::collections::VecDeque<usize>> = HashMap::new();
        for (i, mark) in earlier.iter().enumerate().filter(|(i, _)| !self.taken[*i]) {
            if let Some(key) = earlier_key(mark) {
                waiting.entry(key).or_default().push_back(i);
            }
        }
        for &i in order {
            if self.partner[i].is_some() {
                continue;
            }
            let Some(key) = later_key(&later[i]) else { continue };
            if let Some(found) =
                waiting.get_mut(&key).and_then(std::collections::VecDeque::pop_front)
            {
                self.partner[i] = Some(found);
                self.taken[found] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{LineMap, Mapped};
    use crate::model::LineRange;

    /// One file, `f.go`, whose findings are the lines that hold `!`; the declaration is the
    /// nearest line above that starts with `func `.
    struct Texts {
        map: LineMap,
    }

    impl Places for Texts {
        fn later_path<'a>(&'a self, earlier: &'a str) -> &'a str {
            earlier
        }

        fn later_line(&self, _: &str, line: u32) -> Option<u32> {
            self.map.to_new(line).line()
        }

        fn is_added(&self, _: &str, line: u32) -> bool {
            !matches!(self.map.to_old(line), Mapped::Same(_))
        }
    }

    fn marks(text: &str) -> Vec<Mark> {
        let mut declaration = String::new();
        let mut marks = Vec::new();
        for (i, line) in text.lines().enumerate() {
            if line.starts_with("func ") {
                declaration = line.to_owned();
            }
            if line.contains('!') {
                marks.push(Mark {
                    rule: "r".to_owned(),
                    path: "f.go".into(),
                    declaration: declaration.clone(),
                    code: line.trim().to_owned(),
                    lines: LineRange::line(i as u32 + 1),
                });
            }
        }
        marks
    }

    /// The later lines that have no partner.
    #[track_caller]
    fn check(earlier: &str, later: &str, new: &[u32]) {
        let found = marks(later);
        let places = Texts { map: LineMap::new(earlier, later) };
        let partners = pair(&marks(earlier), &found, &places);
        let alone: Vec<u32> = found
            .iter()
            .zip(&partners)
            .filter(|(_, partner)| partner.is_none())
            .map(|(it, _)| it.lines.first)
            .collect();
        assert_eq!(alone, new, "\n--- earlier\n{earlier}\n--- later\n{later}");
    }

    #[test]
    fn nothing_changed() {
        check("func a\n x!\n", "func a\n x!\n", &[]);
    }

    #[test]
    fn lines_shifted_and_code_reformatted() {
        check("func a\n x!\n", "// new\n\nfunc a\n    x!\n", &[]);
    }

    #[test]
    fn an_argument_edited_on_the_line() {
        check("func a\n x(1)!\n y\n", "func a\n x(2)!\n y\n", &[]);
    }

    #[test]
    fn the_function_renamed() {
        check("func a\n x!\n", "func b\n x!\n", &[]);
    }

    #[test]
    fn functions_reordered() {
        check("func a\n x!\n}\nfunc b\n y!\n}\n", "func b\n y!\n}\nfunc a\n x!\n}\n", &[]);
    }

    #[test]
    fn a_twin_inserted_above_is_the_new_one() {
        check("func a\n y\n x!\n z\n", "func a\n x!\n y\n x!\n z\n", &[2]);
    }

    #[test]
    fn a_twin_inserted_below_is_the_new_one() {
        check("func a\n x!\n y\n", "func a\n x!\n y\n x!\n", &[4]);
    }

    #[test]
    fn a_moved_finding_does_not_excuse_a_second_one() {
        check("func a\n x!\n", "func b\n x!\n}\nfunc c\n x!\n", &[2]);
    }
}
