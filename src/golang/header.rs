//! What stands at the top of a file: comments with a meaning, the package clause, the imports.

use tree_sitter::Node;

use super::version::implied_by;
use super::{GoNode, GoVersion, Import, Kind};

/// The top of a file.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub package: Option<Box<str>>,
    pub imports: Vec<Import>,
    pub generated: bool,
    pub constraint: Option<Box<str>>,
    pub constraint_version: Option<GoVersion>,
}

impl Header {
    /// Reads the top of a file.
    pub(super) fn of(root: Node<'_>, text: &str) -> Self {
        let mut header = Self::default();
        for node in root.all() {
            let words = text.get(node.byte_range()).unwrap_or_default();
            match Kind::of(node) {
                Kind::Comment if header.package.is_none() => header.comment(words),
                Kind::PackageClause if header.package.is_none() => {
                    let name = node.part(Kind::PackageIdentifier);
                    let name = name.and_then(|it| text.get(it.byte_range()));
                    header.package = name.filter(|it| !it.is_empty()).map(Into::into);
                }
                Kind::ImportDeclaration => {
                    // `import "x"` holds its spec, `import ("x")` a list of them.
                    let list = node.part(Kind::ImportSpecList).unwrap_or(node);
                    let specs = list.parts().filter(|it| it.is(Kind::ImportSpec));
                    header.imports.extend(specs.filter_map(|it| Import::of(it, text)));
                }
                _ => {}
            }
        }
        header
    }

    fn comment(&mut self, words: &str) {
        // Go's scanner removes carriage returns before anybody looks.
        self.generated |= words.lines().any(is_generated_line);
        let line = words.trim_end();
        if let Some(expression) =
            line.strip_prefix("//go:build").filter(|it| it.starts_with([' ', '\t']))
        {
            self.constraint = Some(line.into());
            self.constraint_version = implied_by(expression).or(self.constraint_version);
        }
    }
}

/// `^// Code generated .* DO NOT EDIT\.$` on a line before the package clause:
/// <https://go.dev/s/generatedcode>.
fn is_generated_line(line: &str) -> bool {
    let rest = line.trim_end_matches('\r').strip_prefix("// Code generated ");
    rest.is_some_and(|it| it.ends_with(" DO NOT EDIT."))
}
