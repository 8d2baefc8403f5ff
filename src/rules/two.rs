//! The two versions that a block of a page stands for: a line marked `// removed` is in the first
//! alone, one marked `// added` in the second alone. What is wanted is said of the second.

use crate::diff::LineMap;
use crate::golang;
use crate::model::{LineRange, SourceFile};

use super::example::ExampleFile;
use super::{FileVersions, Finding, RuleSet};

/// Marks a line that only the first version has.
const REMOVED: &str = "// removed";

/// Marks a line that only the second version has.
const ADDED: &str = "// added";

/// The two versions of a block's files.
pub(super) struct Versions {
    base: Vec<SourceFile>,
    head: Vec<SourceFile>,
    /// Both in one, as the block has them.
    texts: Vec<String>,
}

/// The block's line that is this line of the version without the marked ones.
fn line_in(text: &str, without: &str, line: usize) -> usize {
    let mut lines = (1..).zip(text.lines()).filter(|(_, it)| !is_marked(it, without));
    lines.nth(line.saturating_sub(1)).map_or(line, |it| it.0)
}

impl Versions {
    /// Takes a block's files apart.
    pub(super) fn of(files: &[ExampleFile]) -> Self {
        let without = |file: &SourceFile, mark: &str| {
            let lines = file.text.lines().filter(|it| !is_marked(it, mark));
            let text: String = lines.flat_map(|it| [it, "\n"]).collect();
            SourceFile::from_bytes(file.path.as_ref(), None, text.as_bytes())
        };
        Self {
            base: files.iter().map(|it| without(&it.source, ADDED)).collect(),
            head: files.iter().map(|it| without(&it.source, REMOVED)).collect(),
            texts: files.iter().map(|it| it.source.text.to_string()).collect(),
        }
    }

    /// Where a version is not Go: of the file with this number, the block's line.
    pub(super) fn errors(&self) -> Vec<(usize, usize)> {
        let mut errors = Vec::new();
        for (version, added) in [(&self.base, ADDED), (&self.head, REMOVED)] {
            let code = golang::read(version, None, &|_| false);
            for (at, source) in version.iter().enumerate() {
                let Some(file) = code.file(&source.path) else { continue };
                let Some(error) = file.errors().first() else { continue };
                let line = file.lines(*error).first as usize;
                errors.push((at, line_in(&self.texts[at], added, line)));
            }
        }
        errors
    }

    /// What the rules that compare say, on the block's lines.
    pub(super) fn check(&self, rules: &RuleSet) -> Vec<Finding> {
        let base = golang::read(&self.base, None, &|_| false);
        let head = golang::read(&self.head, Some(&base), &|_| false);
        let maps: Vec<LineMap> =
            self.base.iter().zip(&self.head).map(|(a, b)| LineMap::new(&a.text, &b.text)).collect();
        let mut found = Vec::new();
        for after in head.packages() {
            let mut before = None;
            let mut files = Vec::new();
            for (at, source) in self.head.iter().enumerate() {
                let here = after.files().iter().find(|it| **it.path() == *source.path);
                let (Some(new), Some(old)) = (here, base.file(&source.path)) else { continue };
                before = before.or_else(|| base.package_of(old));
                files.push(FileVersions { base: old, head: new, map: &maps[at] });
            }
            let Some(before) = before else { continue };
            let removals = rules.compare(before, after, &files).into_iter();
            found.extend(removals.map(|it| it.finding).filter(|it| !it.silenced));
        }
        for it in &mut found {
            let file = self.head.iter().position(|file| file.path == it.path);
            let text = file.map_or("", |at| &self.texts[at]);
            let line = line_in(text, REMOVED, it.lines.first as usize);
            it.lines = LineRange::line(u32::try_from(line).unwrap_or(it.lines.first));
        }
        found
    }
}

fn is_marked(line: &str, mark: &str) -> bool {
    let after = line.split_once(mark).map(|it| it.1.trim_start());
    after.is_some_and(|it| it.is_empty() || it.starts_with("//"))
}
