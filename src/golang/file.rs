//! One parsed file.

use std::fmt;
use std::sync::{Arc, OnceLock};

use tree_sitter::Node;

use super::header::Header;
use super::parse::{Parse, parse};
use super::scope::{Resolved, Scopes, Sightings, Target};
use super::{
    Declaration, Dispatch, Field, Flow, GoNode, GoVersion, Import, Item, Kind, MAX_FILE_BYTES, Span,
};
use crate::model::{LineRange, SourceFile, UnreadReason};

/// One version of one Go file, parsed. Cheap to share; every question takes `&self`.
pub struct GoFile {
    path: Arc<str>,
    lossy: bool,
    module_version: GoVersion,
    parsed: Arc<Parsed>,
}

/// What depends on the text alone, and is shared by all files with this text.
struct Parsed {
    source: Arc<str>,
    /// The length of a byte order mark.
    skipped: usize,
    parse: Parse,
    header: Header,
    items: Vec<Item>,
    scopes: OnceLock<Scopes>,
    /// By function, each made when somebody first asks.
    flows: OnceLock<Box<[OnceLock<Option<Flow>>]>>,
}

impl GoFile {
    /// Parses a file, from an earlier version where there is one.
    ///
    /// # Errors
    /// The file is not read at all when it is larger than [`MAX_FILE_BYTES`] or takes the parser
    /// too many steps.
    pub fn parse(
        source: &SourceFile,
        module_version: GoVersion,
        earlier: Option<&Self>,
    ) -> Result<Self, UnreadReason> {
        let parsed = match earlier {
            Some(it) if it.parsed.source == source.text => it.parsed.clone(),
            _ => Arc::new(Parsed::new(source, earlier.map(|it| &*it.parsed))?),
        };
        Ok(Self { path: source.path.clone(), lossy: source.lossy, module_version, parsed })
    }

    /// Whether a source file at this version would make exactly this one.
    pub(super) fn is(&self, source: &SourceFile, module_version: GoVersion) -> bool {
        self.path == source.path
            && self.lossy == source.lossy
            && self.module_version == module_version
            && self.parsed.source == source.text
    }

    /// The text as it was given.
    pub(super) fn source(&self) -> &Arc<str> {
        &self.parsed.source
    }

    /// The path from the repository's root.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The directory that holds the file; empty at the root.
    pub fn directory(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(directory, _)| directory)
    }

    /// The text that all byte ranges speak of: without a byte order mark.
    pub fn text(&self) -> &str {
        self.parsed.text()
    }

    /// The bytes to add to an offset in [`text`](Self::text) for one in the file itself: the
    /// length of its byte order mark.
    pub fn offset(&self) -> usize {
        self.parsed.skipped
    }

    /// Whether invalid UTF-8 was replaced: lines are true, columns may not be, no edit is safe.
    pub fn is_lossy(&self) -> bool {
        self.lossy
    }

    /// The root of the tree. An ERROR itself when nothing could be made of the file.
    pub fn root(&self) -> Node<'_> {
        self.parsed.parse.tree.root_node()
    }

    /// The code of a node of this file.
    pub fn text_of(&self, node: Node<'_>) -> &str {
        self.text().get(node.byte_range()).unwrap_or_default()
    }

    /// The code of a span of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text().get(span.range()).unwrap_or_default()
    }

    /// The lines of a span.
    pub fn lines(&self, span: Span) -> LineRange {
        let bytes = self.text().as_bytes();
        let count = |it: &[u8]| it.iter().filter(|b| **b == b'\n').count();
        let (start, end) = (span.range().start.min(bytes.len()), span.range().end.min(bytes.len()));
        let first = count(&bytes[..start]) + 1;
        // The end is exclusive: a line's end that the span takes along adds no line.
        let last = first + count(&bytes[start..end.saturating_sub(1).max(start)]);
        let line = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        LineRange::new(line(first), line(last))
    }

    /// The node of this kind that covers exactly this span.
    pub fn node(&self, span: Span, kind: Kind) -> Option<Node<'_>> {
        let root = self.root();
        let inner = root.descendant_for_byte_range(span.start as usize, span.end as usize)?;
        if inner.span() != span || inner.is(kind) {
            return Some(inner).filter(|it| it.span() == span && it.is(kind));
        }
        let around = inner.ancestors(root).into_iter().take_while(|it| it.span() == span);
        around.into_iter().find(|it| it.is(kind))
    }

    /// The name in the package clause.
    pub fn package(&self) -> Option<&str> {
        self.parsed.header.package.as_deref()
    }

    /// The imports, in the order of the source.
    pub fn imports(&self) -> &[Import] {
        &self.parsed.header.imports
    }

    /// The import path behind a name of this file: `http` → `net/http`. Ask
    /// [`resolve`](Self::resolve) where the name may be shadowed.
    pub fn import_path_of(&self, name: &str) -> Option<&str> {
        self.import_named(name).map(|it| &*it.path)
    }

    fn import_named(&self, name: &str) -> Option<&Import> {
        self.imports().iter().find(|it| it.local_name() == Some(name))
    }

    /// Whether the file imports this path, under whatever name.
    pub fn imports_path(&self, path: &str) -> bool {
        self.imports().iter().any(|it| &*it.path == path)
    }

    /// Whether a program wrote it: <https://go.dev/s/generatedcode>.
    pub fn is_generated(&self) -> bool {
        self.parsed.header.generated
    }

    /// Whether it is a test.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("_test.go")
    }

    /// Whether it belongs to somebody else: `vendor`, `node_modules` or `third_party`.
    pub fn is_vendored(&self) -> bool {
        let foreign = |it| matches!(it, "vendor" | "node_modules" | "third_party");
        self.directory().split('/').any(foreign)
    }

    /// Whether `./...` leaves it out: below `testdata`, or below a name that begins with `_` or
    /// `.` (<https://pkg.go.dev/cmd/go#hdr-Package_lists_and_patterns>), the file's own included.
    pub fn is_testdata(&self) -> bool {
        self.path.split('/').any(|it| it.starts_with(['_', '.']))
            || self.directory().split('/').any(|it| it == "testdata")
    }

    /// Whether the go tool ignores the file itself for its name.
    pub(super) fn is_ignored(&self) -> bool {
        self.path.rsplit('/').next().is_some_and(|it| it.starts_with(['_', '.']))
    }

    /// The `//go:build` line, if there is one before the package clause.
    pub fn build_constraint(&self) -> Option<&str> {
        self.parsed.header.constraint.as_deref()
    }

    /// The version of Go that the file is compiled with: its module's, or its constraint's.
    pub fn go_version(&self) -> GoVersion {
        GoVersion::of_file(self.module_version, self.parsed.header.constraint_version)
    }

    /// Where the text was not understood, in order: syntax errors, words that are missing (empty
    /// ranges), and what is nested too deep.
    pub fn errors(&self) -> &[Span] {
        &self.parsed.parse.holes.spans
    }

    /// Whether something that was not understood overlaps the span or borders on it.
    pub fn touches_error(&self, span: Span) -> bool {
        self.parsed.parse.holes.touch(span)
    }

    /// Why the file was not read completely, if so.
    pub fn unread(&self) -> Option<UnreadReason> {
        let holes = &self.parsed.parse.holes;
        if holes.errors || self.package().is_none() {
            Some(UnreadReason::SyntaxError)
        } else {
            holes.too_deep.then_some(UnreadReason::TooDeep)
        }
    }

    /// The top-level names that the file declares, in the order of the source.
    pub fn items(&self) -> &[Item] {
        &self.parsed.items
    }

    /// The top-level declaration that a byte belongs to; `None` between them.
    pub fn declaration(&self, byte: usize) -> Option<Declaration> {
        let items = self.items();
        let after = items.partition_point(|it| it.span.start as usize <= byte);
        let span = items[..after].last()?.span;
        // `var a, b = …` is two items with one span: the first names them both.
        let first = items[..after].partition_point(|it| it.span.start < span.start);
        let item = items.get(first).filter(|_| span.contains(byte))?;
        Some(Declaration { name: item.identity(), span, complete: !self.touches_error(span) })
    }

    /// The file's scopes, found in one pass when somebody first asks.
    pub fn scopes(&self) -> &Scopes {
        self.parsed.scopes.get_or_init(|| Scopes::of(self.root(), self.text()))
    }

    /// The control-flow graph of a declaration, a method or a literal; `None` without a body, with
    /// a syntax error, or for one that is too large.
    pub fn flow(&self, function: Node<'_>) -> Option<&Flow> {
        let scopes = self.scopes();
        let id = scopes.function_at(function.start_byte())?;
        if scopes.function(id).span != function.span() {
            return None;
        }
        let flows = self.parsed.flows.get_or_init(|| {
            std::iter::repeat_with(OnceLock::new).take(scopes.functions().count()).collect()
        });
        flows.get(id.index())?.get_or_init(|| Flow::of(self, function)).as_ref()
    }

    /// What somebody listens for, if finding the scopes is still ahead and can take that along.
    pub(super) fn sightings(&self, wanted: &Dispatch) -> Option<Sightings<'_>> {
        let mut found = None;
        self.parsed.scopes.get_or_init(|| {
            let (scopes, sightings) = Scopes::watching(self.root(), self.text(), wanted);
            found = Some(sightings);
            scopes
        });
        found
    }

    /// What an identifier stands for.
    pub fn resolve(&self, node: Node<'_>) -> Resolved<'_> {
        let scopes = self.scopes();
        match scopes.target(node.span()) {
            Some(Target::Local(id)) => Resolved::Local(id, scopes.binding(id)),
            Some(Target::Outer) => {
                let name = self.text_of(node);
                self.import_named(name).map_or(Resolved::Outer(name), Resolved::Import)
            }
            None => Resolved::Nothing,
        }
    }

    /// The import path and the name behind `http.Get` or the type `http.Client`; `None` when the
    /// operand is no import, be it shadowed or a value.
    pub fn qualified(&self, node: Node<'_>) -> Option<(&str, &str)> {
        let (operand, name) = match Kind::of(node) {
            Kind::SelectorExpression => (node.field(Field::Operand)?, node.field(Field::Field)?),
            Kind::QualifiedType => (node.field(Field::Package)?, node.field(Field::Name)?),
            _ => return None,
        };
        match self.resolve(operand) {
            Resolved::Import(import) => Some((&import.path, self.text_of(name))),
            _ => None,
        }
    }

    /// Whether a loop's variables are made anew for each iteration.
    pub fn loop_variables_per_iteration(&self) -> bool {
        self.go_version() >= GoVersion::LOOP_VARIABLE_PER_ITERATION
    }
}

impl Parsed {
    fn new(source: &SourceFile, earlier: Option<&Self>) -> Result<Self, UnreadReason> {
        if source.text.len() > MAX_FILE_BYTES {
            return Err(UnreadReason::TooLarge);
        }
        // Go ignores a byte order mark at the very beginning.
        let skipped = if source.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let text = &source.text[skipped..];
        let earlier = earlier.filter(|it| it.parse.reusable);
        let parse = parse(text, earlier.map(|it| (&it.parse.tree, it.text())))
            .ok_or(UnreadReason::SyntaxError)?;
        let root = parse.tree.root_node();
        Ok(Self {
            header: Header::of(root, text),
            items: Item::all(root, text),
            source: source.text.clone(),
            skipped,
            parse,
            scopes: OnceLock::new(),
            flows: OnceLock::new(),
        })
    }

    fn text(&self) -> &str {
        &self.source[self.skipped..]
    }
}

impl fmt::Debug for GoFile {
    /// Without the text: code under review does not belong in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GoFile({}, {} bytes)", self.path, self.text().len())
    }
}
