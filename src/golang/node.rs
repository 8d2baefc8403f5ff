//! Thin typed helpers over tree-sitter's nodes; none of them recurses.

use tree_sitter::{Node, TreeCursor};

use super::{Field, Kind, Span};
use crate::model::LineRange;

/// What we ask a [`Node`] beyond what tree-sitter answers.
pub trait GoNode<'t>: Sized {
    /// The node's kind.
    fn go_kind(self) -> Kind;

    /// Whether it is of this kind.
    fn is(self, kind: Kind) -> bool;

    /// The bytes it covers.
    fn span(self) -> Span;

    /// The lines it covers.
    fn lines(self) -> LineRange;

    /// The (first) child with this name.
    fn field(self, field: Field) -> Option<Self>;

    /// The children with names, comments left out.
    fn parts(self) -> Children<'t>;

    /// All children, tokens and comments too.
    fn all(self) -> Children<'t>;

    /// The first child of this kind.
    fn part(self, kind: Kind) -> Option<Self>;

    /// The expression inside any number of parentheses.
    fn unparen(self) -> Self;

    /// The function of a call, without parentheses around it.
    fn callee(self) -> Option<Self>;

    /// The arguments of a call; nothing for other nodes.
    fn arguments(self) -> Children<'t>;

    /// The statements of a block or of a `case`, labels and all; the block may also be given as
    /// its `statement_list`.
    fn statements(self) -> Children<'t>;

    /// The operator of a unary, binary or assignment node, as it is written: `&`, `<-`, `+=`.
    fn operator(self) -> Option<&'t str>;

    /// The nodes around it, innermost first. One descent from the root: far cheaper than asking
    /// for the parent again and again, yet no substitute for [`Place::ancestors`](super::Place).
    fn ancestors(self, root: Self) -> Vec<Self>;

    /// The node and everything below it, in the order of the source.
    fn descendants(self) -> Descendants<'t>;
}

impl<'t> GoNode<'t> for Node<'t> {
    fn go_kind(self) -> Kind {
        Kind::of(self)
    }

    fn is(self, kind: Kind) -> bool {
        Kind::of(self) == kind
    }

    fn span(self) -> Span {
        Span::of(self)
    }

    fn lines(self) -> LineRange {
        let (start, end) = (self.start_position(), self.end_position());
        // A node that takes its line's end with it still ends on that line.
        let last = if end.column == 0 && end.row > start.row { end.row } else { end.row + 1 };
        let line = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        LineRange::new(line(start.row + 1), line(last))
    }

    fn field(self, field: Field) -> Option<Self> {
        self.child_by_field_id(field.id())
    }

    fn parts(self) -> Children<'t> {
        Children::new(self, true)
    }

    fn all(self) -> Children<'t> {
        Children::new(self, false)
    }

    fn part(self, kind: Kind) -> Option<Self> {
        self.all().find(|it| it.is(kind))
    }

    fn unparen(self) -> Self {
        let mut node = self;
        while node.is(Kind::ParenthesizedExpression) {
            match node.parts().next() {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node
    }

    fn callee(self) -> Option<Self> {
        self.field(Field::Function).map(GoNode::unparen)
    }

    fn arguments(self) -> Children<'t> {
        match self.field(Field::Arguments) {
            Some(list) => list.parts(),
            None => Children::none(self),
        }
    }

    fn statements(self) -> Children<'t> {
        let list = match Kind::of(self) {
            Kind::StatementList => Some(self),
            // The grammar puts a list between a block, or a case, and its statements.
            _ => self.part(Kind::StatementList),
        };
        match list {
            Some(list) => list.parts(),
            None => Children::none(self),
        }
    }

    fn operator(self) -> Option<&'t str> {
        self.field(Field::Operator).map(|it| it.kind())
    }

    fn ancestors(self, root: Self) -> Vec<Self> {
        let mut path = Vec::new();
        let mut node = root;
        // Empty nodes are those the parser made up; tree-sitter recurses to find one.
        while node.id() != self.id() && self.start_byte() < self.end_byte() {
            path.push(node);
            match node.child_with_descendant(self) {
                Some(child) if child.id() != node.id() => node = child,
                _ => break,
            }
        }
        path.reverse();
        path
    }

    fn descendants(self) -> Descendants<'t> {
        Descendants { cursor: self.walk(), next: Next::Here }
    }
}

/// The children of a node. Each step costs the same, however many there are.
pub struct Children<'t> {
    cursor: TreeCursor<'t>,
    more: bool,
    named: bool,
}

impl<'t> Children<'t> {
    fn new(node: Node<'t>, named: bool) -> Self {
        let mut cursor = node.walk();
        let more = cursor.goto_first_child();
        Self { cursor, more, named }
    }

    fn none(node: Node<'t>) -> Self {
        Self { cursor: node.walk(), more: false, named: true }
    }
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        while self.more {
            let node = self.cursor.node();
            self.more = self.cursor.goto_next_sibling();
            if !self.named || (node.is_named() && !node.is_extra()) {
                return Some(node);
            }
        }
        None
    }
}

/// A node and everything below it, down to [`MAX_DEPTH`](super::MAX_DEPTH) levels.
pub struct Descendants<'t> {
    cursor: TreeCursor<'t>,
    next: Next,
}

#[derive(PartialEq)]
enum Next {
    Here,
    Below,
    Beside,
}

impl Descendants<'_> {
    /// Leaves out what is below the node that came last.
    pub fn skip_below(&mut self) {
        self.next = Next::Beside;
    }

    /// How many nodes are around the one that came last, up to the first.
    pub fn depth(&self) -> usize {
        self.cursor.depth() as usize
    }
}

impl<'t> Iterator for Descendants<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        let below = self.next == Next::Below
            && (self.cursor.depth() as usize) < super::MAX_DEPTH
            && self.cursor.goto_first_child();
        if self.next != Next::Here && !below {
            while !self.cursor.goto_next_sibling() {
                if !self.cursor.goto_parent() {
                    return None;
                }
            }
        }
        self.next = Next::Below;
        Some(self.cursor.node())
    }
}
