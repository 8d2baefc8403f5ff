//! One walk through all files of a package, for rules that must know what else the package does.

use std::collections::HashMap;

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Package, Span};

/// A node and its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'p> {
    pub(super) file: &'p GoFile,
    pub(super) node: Node<'p>,
}

impl<'p> At<'p> {
    /// What tells it from every other node of its kind in the package.
    pub(super) fn key(self) -> (&'p str, Span) {
        (self.file.path(), self.node.span())
    }

    /// The nodes around it, innermost first.
    pub(super) fn around(self) -> Vec<Node<'p>> {
        self.node.ancestors(self.file.root())
    }

    /// The function or method around it that the file declares.
    pub(super) fn declaration(self) -> Option<Node<'p>> {
        let named = [Kind::FunctionDeclaration, Kind::MethodDeclaration];
        self.around().into_iter().rfind(|it| named.contains(&it.go_kind()))
    }
}

/// Where the code of a package mentions what rules ask for, in the order of the source.
#[derive(Debug, Default)]
pub(super) struct Survey<'p> {
    starts: Vec<At<'p>>,
    calls: HashMap<&'p str, Vec<At<'p>>>,
    selectors: HashMap<&'p str, Vec<At<'p>>>,
    keys: HashMap<&'p str, Vec<At<'p>>>,
    positional: Vec<At<'p>>,
    names: HashMap<&'p str, Vec<(&'p GoFile, Span)>>,
    uses_unsafe: bool,
}

impl<'p> Survey<'p> {
    /// Goes through all files, tests included.
    pub(super) fn of(package: &'p Package) -> Self {
        let mut survey = Self::default();
        for file in package.files() {
            survey.read(file);
        }
        survey
    }

    /// The `go` statements, and the calls of methods named `Go` and `TryGo`.
    pub(super) fn starts(&self) -> &[At<'p>] {
        &self.starts
    }

    /// The calls of what goes by a name: `name(…)` and `x.name(…)`, whatever `x` is.
    pub(super) fn calls(&self, name: &str) -> &[At<'p>] {
        self.calls.get(name).map_or(&[], Vec::as_slice)
    }

    /// The selectors that end in a name: `x.name`, whatever `x` is.
    pub(super) fn selectors(&self, name: &str) -> &[At<'p>] {
        self.selectors.get(name).map_or(&[], Vec::as_slice)
    }

    /// The keyed elements of composite literals with this key: `T{name: value}`.
    pub(super) fn keyed(&self, name: &str) -> &[At<'p>] {
        self.keys.get(name).map_or(&[], Vec::as_slice)
    }

    /// The composite literals that give their values without keys: `T{a, b}`.
    pub(super) fn positional(&self) -> &[At<'p>] {
        &self.positional
    }

    /// The uses of a name that no function declares: of the package, of Go, or of an import.
    pub(super) fn names(&self, name: &str) -> &[(&'p GoFile, Span)] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether some file can reach memory behind Go's back: it imports `unsafe` or C.
    pub(super) fn uses_unsafe(&self) -> bool {
        self.uses_unsafe
    }

    fn read(&mut self, file: &'p GoFile) {
        self.uses_unsafe |= file.imports_path("unsafe") || file.imports_path("C");
        for it in file.scopes().uses().iter().filter(|it| it.binding().is_none()) {
            self.names.entry(file.slice(it.span)).or_default().push((file, it.span));
        }
        let mut nodes = file.root().descendants();
        while let Some(node) = nodes.next() {
            let at = At { file, node };
            match node.go_kind() {
                kind if kind.is_string() => nodes.skip_below(),
                Kind::GoStatement => self.starts.push(at),
                Kind::CallExpression => {
                    let Some(callee) = node.callee() else { continue };
                    let name = match callee.go_kind() {
                        Kind::SelectorExpression => callee.field(Field::Field),
                        Kind::Identifier => Some(callee),
                        _ => None,
                    };
                    let Some(name) = name.map(|it| file.text_of(it)) else { continue };
                    if matches!(name, "Go" | "TryGo") && callee.is(Kind::SelectorExpression) {
                        self.starts.push(at);
                    }
                    self.calls.entry(name).or_default().push(at);
                }
                Kind::SelectorExpression => {
                    if let Some(name) = node.field(Field::Field) {
                        self.selectors.entry(file.text_of(name)).or_default().push(at);
                    }
                }
                Kind::KeyedElement => {
                    if let Some(key) = node.field(Field::Key) {
                        self.keys.entry(file.text_of(key)).or_default().push(at);
                    }
                }
                Kind::CompositeLiteral => {
                    let body = node.field(Field::Body);
                    let first = body.and_then(|it| it.parts().next());
                    if first.is_some_and(|it| it.is(Kind::LiteralElement)) {
                        self.positional.push(at);
                    }
                }
                _ => {}
            }
        }
    }
}
