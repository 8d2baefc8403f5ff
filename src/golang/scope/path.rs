//! The way from the root to an identifier, and what it says of the identifier.

use tree_sitter::{Node, TreeCursor};

use super::Access;
use crate::golang::{Field, GoNode, Kind, Span};

/// A node on the path from the root to where the walk is.
pub(super) struct Frame<'t> {
    pub(super) node: Node<'t>,
    pub(super) kind: Kind,
    pub(super) field: u16,
    /// How many pending names were older than this node.
    pub(super) pending: usize,
    /// Whether it opened a block.
    pub(super) block: bool,
    /// Whether it declares: `:=` was seen in a `range` or receive.
    pub(super) defines: bool,
    /// Its number among the nodes that a watch has seen, from 1; 0 while it has none.
    pub(super) seen: u32,
}

impl Frame<'_> {
    /// The node as the declaration of a name.
    pub(super) fn declares(&self) -> (Span, Kind) {
        (self.node.span(), self.kind)
    }
}

/// The nodes around the place of the walk, the root first.
pub(super) struct Path<'t>(pub(super) Vec<Frame<'t>>);

impl<'t> Path<'t> {
    /// The innermost node.
    pub(super) fn last(&self) -> Option<&Frame<'t>> {
        self.0.last()
    }

    /// The frame `up` levels above the innermost.
    pub(super) fn frame(&self, up: usize) -> Option<&Frame<'t>> {
        self.0.len().checked_sub(up + 1).map(|it| &self.0[it])
    }

    /// The kind of that frame.
    pub(super) fn above(&self, up: usize) -> Option<Kind> {
        self.frame(up).map(|it| it.kind)
    }

    /// Whether an identifier is a type argument of a receiver's type, which declares it.
    pub(super) fn is_receiver_argument(&self) -> bool {
        let declaration = (2..6).find(|it| self.above(*it) == Some(Kind::ParameterDeclaration));
        let Some(at) = declaration else { return false };
        self.above(1) == Some(Kind::TypeArguments)
            && self.frame(at + 1).is_some_and(|it| it.field == Field::Receiver.id())
            && (2..at).all(|it| {
                matches!(
                    self.above(it),
                    Some(Kind::GenericType | Kind::PointerType | Kind::ParenthesizedType)
                )
            })
    }

    /// Whether a parameter's type is a name: of ten or more names with one type, the parser takes
    /// the first for a type. Go wants all parameters of a list to have names, or none.
    pub(super) fn is_misread_name(&self) -> bool {
        let (Some(declaration), Some(list)) = (self.last(), self.frame(1)) else { return false };
        let named = |it: Node<'_>| it.field(Field::Name).is_some();
        let count = u32::try_from(list.node.named_child_count()).unwrap_or(0);
        let last = list.node.named_child(count.saturating_sub(1));
        !named(declaration.node) && last.is_some_and(named)
    }

    /// Whether an identifier, alone in a literal's key, names a field as far as can be told: only
    /// the keys of literals that show a map, array or slice type are expressions for certain.
    pub(super) fn is_field_key(&self) -> bool {
        if self.last().is_none_or(|it| it.field != Field::Key.id()) {
            return false;
        }
        // Inner literals may leave their type out: go out to the one that has it.
        let mut levels = 0;
        for at in 2.. {
            match self.frame(at).map(|it| it.kind) {
                Some(Kind::LiteralValue) => levels += 1,
                Some(Kind::KeyedElement | Kind::LiteralElement) => {}
                Some(Kind::CompositeLiteral) => {
                    let literal = self.frame(at).and_then(|it| it.node.field(Field::Type));
                    let mut kind = literal;
                    for _ in 1..levels {
                        kind =
                            kind.and_then(|it| it.field(Field::Value).or(it.field(Field::Element)));
                    }
                    return !kind.is_some_and(|it| {
                        matches!(
                            Kind::of(it),
                            Kind::MapType
                                | Kind::SliceType
                                | Kind::ArrayType
                                | Kind::ImplicitLengthArrayType
                        )
                    });
                }
                _ => return true,
            }
        }
        true
    }

    /// What happens to an identifier, from the nodes around it; `field` is its own in the first.
    pub(super) fn access(&self, field: u16) -> (Access, bool) {
        let (mut part, mut field) = (false, field);
        for frame in self.0.iter().rev() {
            match frame.kind {
                Kind::ParenthesizedExpression => {}
                Kind::SelectorExpression | Kind::IndexExpression
                    if field == Field::Operand.id() =>
                {
                    part = true;
                }
                Kind::UnaryExpression if frame.node.operator() == Some("&") => {
                    return (Access::Address, part);
                }
                Kind::IncStatement | Kind::DecStatement => return (Access::ReadWrite, part),
                Kind::ExpressionList if frame.field == Field::Left.id() => {
                    // The list's parent follows.
                }
                Kind::AssignmentStatement if field == Field::Left.id() => {
                    let plain = frame.node.operator() == Some("=");
                    return (if plain { Access::Write } else { Access::ReadWrite }, part);
                }
                Kind::RangeClause | Kind::ReceiveStatement if field == Field::Left.id() => {
                    return (Access::Write, part);
                }
                _ => break,
            }
            field = frame.field;
        }
        (Access::Read, part && self.above(0) != Some(Kind::IndexExpression))
    }
}

/// The field of the cursor's node, where it matters: finding it takes a search.
pub(super) fn field_of(cursor: &TreeCursor<'_>, kind: Kind, parent: Option<Kind>) -> u16 {
    let matters = match kind {
        Kind::Identifier => matches!(
            parent,
            Some(
                Kind::FunctionDeclaration
                    | Kind::ParameterDeclaration
                    | Kind::VariadicParameterDeclaration
                    | Kind::TypeParameterDeclaration
                    | Kind::SelectorExpression
                    | Kind::IndexExpression
            )
        ),
        Kind::TypeIdentifier => matches!(parent, Some(Kind::TypeSpec | Kind::TypeAlias)),
        Kind::ExpressionList
        | Kind::ParameterList
        | Kind::LiteralElement
        | Kind::SelectorExpression
        | Kind::IndexExpression
        | Kind::ParenthesizedExpression => true,
        _ => false,
    };
    if matters { cursor.field_id().map_or(0, u16::from) } else { 0 }
}
