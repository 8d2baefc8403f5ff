//! How surely a function comes to one of its places.

use crate::golang::{
    BindingKind, Field, Flow, GoFile, GoNode, Kind, Node, PointId, Resolved, What,
};
use crate::rules::survey::At;

/// How surely a function comes to a place; the surest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum How {
    /// Whatever happens.
    Always,
    /// Unless it returns before.
    Unless,
    /// A branch or a loop decides, by what it finds.
    Branch,
    /// A flag or an argument decides, and that may say whether the lock is held.
    Told,
}

/// How surely a function comes to a point.
pub(super) fn how<'p>(function: At<'p>, flow: &Flow, node: Node<'p>, point: PointId) -> How {
    if !flow.reach([PointId::ENTRY], |it| it == point)[PointId::EXIT.index()] {
        return How::Always;
    }
    let body = function.node.field(Field::Body);
    let mut statements = body.into_iter().flat_map(GoNode::statements);
    let statement = statements.find(|it| it.span().encloses(node.span()));
    if statement.is_some_and(|it| runs(it, node)) {
        return How::Unless;
    }
    let guards = flow.guards(&flow.dominators(), point);
    let told = guards.iter().any(|(at, _)| tells(function.file, flow, *at));
    if told { How::Told } else { How::Branch }
}

/// Whether a statement of the body itself runs what stands in it.
fn runs(statement: Node<'_>, node: Node<'_>) -> bool {
    let part = |field| statement.field(field).is_some_and(|it| it.span().encloses(node.span()));
    match statement.go_kind() {
        Kind::ExpressionStatement
        | Kind::ShortVarDeclaration
        | Kind::AssignmentStatement
        | Kind::ReturnStatement
        | Kind::VarDeclaration
        | Kind::DeferStatement => true,
        Kind::IfStatement => {
            let condition = statement.field(Field::Condition);
            let first = condition.is_some_and(|it| it.start_byte() == node.start_byte());
            first && part(Field::Condition) || part(Field::Initializer)
        }
        _ => false,
    }
}

/// Whether a condition may ask whether the lock is held: a flag, an answer, or an argument.
fn tells(file: &GoFile, flow: &Flow, at: PointId) -> bool {
    let point = flow.point(at);
    if point.what != What::Condition {
        return false;
    }
    let Some(node) = file.node(point.span, point.kind) else { return true };
    let compares = matches!(node.operator(), Some("==" | "!=" | "<" | ">" | "<=" | ">="));
    !node.is(Kind::BinaryExpression)
        || !compares
        || node.descendants().any(|it| match it.go_kind() {
            Kind::Identifier => match file.resolve(it) {
                Resolved::Local(_, binding) => binding.kind == BindingKind::Parameter,
                _ => false,
            },
            Kind::FieldIdentifier => file.text_of(it).to_ascii_lowercase().contains("lock"),
            Kind::True | Kind::False => true,
            _ => false,
        })
}
