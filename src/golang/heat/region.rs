//! What the nodes around a place say of how often it runs within its function.

use super::cold::{Cold, of_branch, of_case};
use super::loops::{Weight, weight};
use crate::golang::types::TypeInfo;
use crate::golang::{Field, GoFile, GoNode, Kind, Node};

/// The loops and cold branches around a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Region {
    /// How many loops of the function repeat it, at most two.
    pub(super) loops: u8,
    /// Whether one of them is without an end of its own.
    pub(super) long_running: bool,
    /// Why it runs rarely, be it for a branch around a literal that it is in.
    pub(super) cold: Option<Cold>,
}

impl Region {
    /// The region of a child of the innermost node; `around` leads from the root to that node.
    pub(super) fn enter<'p>(
        mut self,
        types: &TypeInfo<'p>,
        file: &'p GoFile,
        around: &[Node<'p>],
        node: Node<'p>,
    ) -> Self {
        let kind = node.go_kind();
        if kind.is_function() {
            return Self { cold: self.cold, ..Self::default() };
        }
        let Some(parent) = around.last() else { return self };
        match parent.go_kind() {
            // The rest of a head runs once.
            Kind::ForStatement if !matches!(kind, Kind::ForClause | Kind::RangeClause) => {
                self.repeat(weight(types, file, *parent));
            }
            Kind::ForClause => {
                let is = |field| parent.field(field).is_some_and(|it| it.id() == node.id());
                let outer = around.len().checked_sub(2).map(|it| around[it]);
                if let Some(outer) = outer
                    && (is(Field::Condition) || is(Field::Update))
                {
                    self.repeat(weight(types, file, outer));
                }
            }
            Kind::IfStatement => self.cold = self.cold.or_else(|| of_branch(file, *parent, node)),
            Kind::ExpressionCase | Kind::DefaultCase | Kind::TypeCase | Kind::CommunicationCase
                if kind == Kind::StatementList =>
            {
                self.cold = self.cold.or_else(|| of_case(file, node));
            }
            _ => {}
        }
        self
    }

    fn repeat(&mut self, weight: Weight) {
        match weight {
            Weight::Few => {}
            Weight::Many => self.loops = (self.loops + 1).min(2),
            Weight::LongRunning => {
                self.loops = 2;
                self.long_running = true;
            }
        }
    }
}
