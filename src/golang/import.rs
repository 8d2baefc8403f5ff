//! Imports, and the names by which a file knows them.

use tree_sitter::Node;

use super::{Field, GoNode, Kind, Span};

/// One import of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The import path, as `net/http`.
    pub path: Box<str>,
    /// How the file names it.
    pub name: ImportName,
    /// The `import_spec`.
    pub span: Span,
}

/// How a file names an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportName {
    /// `import h "net/http"`.
    Alias(Box<str>),
    /// `import "net/http"`: the name that convention gives the package.
    Assumed(Box<str>),
    /// `import . "net/http"`: its names are the file's own.
    Dot,
    /// `import _ "net/http"`: imported for what its initialisation does.
    Blank,
}

impl Import {
    /// Reads an `import_spec`.
    pub(super) fn of(spec: Node<'_>, text: &str) -> Option<Self> {
        let quoted = text.get(spec.field(Field::Path)?.byte_range())?;
        let path = quoted.trim_matches(['"', '`']);
        let name = match spec.field(Field::Name) {
            None => ImportName::Assumed(assumed_name(path).into()),
            Some(name) => match (Kind::of(name), text.get(name.byte_range())?) {
                (Kind::Dot, _) => ImportName::Dot,
                (Kind::BlankIdentifier, _) | (_, "_") => ImportName::Blank,
                (_, alias) => ImportName::Alias(alias.into()),
            },
        };
        Some(Self { path: path.into(), name, span: spec.span() })
    }

    /// The name in the file; `None` for dot and blank imports.
    pub fn local_name(&self) -> Option<&str> {
        match &self.name {
            ImportName::Alias(name) | ImportName::Assumed(name) => Some(name),
            ImportName::Dot | ImportName::Blank => None,
        }
    }
}

/// The package name that an import path suggests, by the convention that goimports follows
/// (`ImportPathToAssumedName` in golang.org/x/tools/internal/imports): the last element, or the
/// one before a major version, without a leading `go-`, up to the first character that cannot
/// stand in a name.
fn assumed_name(path: &str) -> &str {
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or_default();
    let version = |it: &str| {
        it.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let base = if version(last) { elements.next().unwrap_or(last) } else { last };
    let base = base.strip_prefix("go-").unwrap_or(base);
    let end = base.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(base.len());
    &base[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assumed_name_follows_the_convention() {
        for (path, name) in [
            ("net/http", "http"),
            ("math/rand/v2", "rand"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("github.com/mattn/go-sqlite3", "sqlite3"),
            ("github.com/acme/lib/v12", "lib"),
            ("k8s.io/api/core/v1", "core"),
            ("github.com/acme/x-y", "x"),
            ("v2", "v2"),
            ("fmt", "fmt"),
            ("", ""),
        ] {
            assert_eq!(assumed_name(path), name, "{path}");
        }
    }
}
