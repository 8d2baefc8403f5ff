//! The places of a file that cannot be trusted: syntax errors, and what is nested too deep.

use tree_sitter::Node;

use super::{GoNode, Kind, MAX_DEPTH, Span};

/// The places of a file that no conclusion may rest on, in order.
#[derive(Debug, Default)]
pub(super) struct Holes {
    /// Errors, words that the parser made up (empty ranges), and nodes that are nested too deep.
    pub spans: Vec<Span>,
    /// Whether the parser met an error.
    pub errors: bool,
    /// Whether something is nested too deep.
    pub too_deep: bool,
}

impl Holes {
    /// The holes of a tree.
    pub(super) fn of(root: Node<'_>) -> Self {
        let mut holes = Self::default();
        let mut cursor = root.walk();
        let mut depth = 0;
        loop {
            let node = cursor.node();
            let below = if Kind::of(node) == Kind::Error || node.is_missing() {
                holes.errors = true;
                holes.spans.push(Span::of(node));
                false
            } else if depth >= MAX_DEPTH && node.child_count() > 0 {
                holes.too_deep = true;
                holes.spans.push(Span::of(node));
                false
            } else {
                let erroneous = node.has_error() && holes.look_between(node);
                // The rest cannot hold one: no error below, and too few nodes to nest too deep.
                erroneous || node.descendant_count() + depth > MAX_DEPTH
            };
            if below && cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    holes.spans.sort_unstable();
                    return holes;
                }
                depth -= 1;
            }
        }
    }

    /// The line end that the parser missed is a token that no cursor shows. Where one is missing
    /// between two elements, there is a hole; before a closing bracket Go wants none (`var (x T)`).
    ///
    /// Answers whether errors are left to be found below the node.
    fn look_between(&mut self, node: Node<'_>) -> bool {
        let mut below = false;
        let mut last: Option<Node<'_>> = None;
        for child in node.all() {
            below |= child.has_error() || child.is_missing();
            if !child.is_named() {
                last = None;
            } else if !child.is_extra() {
                let line = |it: Node<'_>| it.end_position().row == child.start_position().row;
                if let Some(it) = last.filter(|it| is_list(node) && line(*it)) {
                    self.errors = true;
                    self.spans.push(Span::new(it.end_byte(), child.start_byte()));
                }
                last = Some(child);
            }
        }
        if !below && !is_list(node) {
            self.errors = true;
            self.spans.push(Span::of(node));
        }
        below
    }

    /// Whether a hole overlaps the span or borders on it.
    pub(super) fn touch(&self, span: Span) -> bool {
        let first = self.spans.partition_point(|it| it.end < span.start);
        self.spans.get(first).is_some_and(|it| it.touches(span))
    }

    /// How much is not understood: the number of errors, then their bytes.
    pub(super) fn weight(&self) -> (usize, u64) {
        (self.spans.len(), self.spans.iter().map(|it| u64::from(it.end - it.start)).sum())
    }
}

/// Whether line ends separate the node's elements.
fn is_list(node: Node<'_>) -> bool {
    matches!(
        Kind::of(node),
        Kind::SourceFile
            | Kind::StatementList
            | Kind::ImportSpecList
            | Kind::ConstDeclaration
            | Kind::VarSpecList
            | Kind::TypeDeclaration
            | Kind::FieldDeclarationList
            | Kind::InterfaceType
    )
}
