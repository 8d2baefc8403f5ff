//! The order in which the parts of an expression are evaluated.
//!
//! Go orders calls and receives from left to right, and leaves open when the variables beside them
//! are read. The gc compiler reads those last: `total += <-results` reads `total` when the result
//! has come, so that whoever wrote it before the send races with nobody.

use super::builder::Builder;
use crate::golang::types::{Callee, Type};
use crate::golang::{Field, GoNode, Kind, Node};

/// Statements with more calls and receives in one expression are evaluated from left to right.
const MOST: usize = 64;

impl<'p> Builder<'_, '_, 'p> {
    /// Makes the calls and receives that some expressions contain, or are. Their results are kept
    /// until somebody asks for the values.
    pub(super) fn first(&mut self, roots: impl IntoIterator<Item = Node<'p>>) {
        let mut found = Vec::new();
        for root in roots {
            self.effects_in(root, &mut found);
        }
        if found.len() > MOST {
            return;
        }
        for node in found {
            let value = self.value(node);
            self.known.insert(node.id(), value);
        }
    }

    /// The same, for what stands in an expression besides itself.
    pub(super) fn first_within(&mut self, node: Node<'p>) {
        let parts: Vec<_> = match node.go_kind() {
            Kind::CallExpression => {
                let mut parts: Vec<_> = node.callee().into_iter().collect();
                let arguments: Vec<_> = node.arguments().collect();
                // `f(g())` may hand over several values.
                match *arguments {
                    [one] if matches!(self.of(one), Type::Tuple(_)) => {}
                    _ => parts.extend(arguments),
                }
                parts
            }
            Kind::BinaryExpression if !is_short(node) => {
                node.field(Field::Left).into_iter().chain(node.field(Field::Right)).collect()
            }
            Kind::IndexExpression | Kind::SliceExpression | Kind::CompositeLiteral => {
                node.parts().collect()
            }
            _ => return,
        };
        self.first(parts);
    }

    /// The outermost calls and receives that are made in any case, in the order of the source.
    fn effects_in(&self, root: Node<'p>, found: &mut Vec<Node<'p>>) {
        let mut nodes = root.descendants();
        while let Some(node) = nodes.next() {
            let kind = node.go_kind();
            if kind == Kind::FuncLiteral || kind.is_type() || kind.is_string() {
                nodes.skip_below();
                continue;
            }
            let effect = match kind {
                Kind::CallExpression => self.is_call(node),
                Kind::UnaryExpression => node.operator() == Some("<-"),
                Kind::BinaryExpression if is_short(node) => {
                    // One of its operands is not always evaluated.
                    nodes.skip_below();
                    node.descendants()
                        .any(|it| it.is(Kind::CallExpression) || it.operator() == Some("<-"))
                }
                _ => continue,
            };
            if !effect {
                continue;
            }
            nodes.skip_below();
            if !self.known.contains_key(&node.id()) {
                found.push(node);
            }
            if found.len() > MOST {
                return;
            }
        }
    }

    /// Whether a call runs code; conversions and `len` do not.
    fn is_call(&self, node: Node<'p>) -> bool {
        match self.types.callee(self.file, node) {
            Callee::Conversion(_) => false,
            Callee::Builtin(name) => matches!(name, "append" | "copy" | "recover"),
            _ => true,
        }
    }
}

/// `&&` and `||`
fn is_short(node: Node<'_>) -> bool {
    matches!(node.operator(), Some("&&" | "||"))
}
