//! Whether a place only runs when others are done: behind a `Wait` or a receive.

use crate::golang::{Field, GoNode, Kind, Node};

use super::super::engine::Context;
use super::super::flow::own_nodes;
use super::super::object::is_exported;
use super::super::once::callers;
use super::super::survey::At;

/// How many callers up the wait is looked for.
const DEPTH: usize = 2;

/// Whether somebody waits on the way to the place: in the function around it, or in all functions
/// that call this one.
pub(in crate::rules) fn is_joined<'p>(context: &Context<'p>, at: At<'p>) -> bool {
    joined(context, at, DEPTH)
}

fn joined<'p>(context: &Context<'p>, at: At<'p>, depth: usize) -> bool {
    let At { file, node } = at;
    if !context.affords(file, 1) {
        return true;
    }
    let around = at.around();
    for function in around.iter().filter(|it| it.go_kind().is_function()) {
        if waits_before(at, *function) {
            return true;
        }
    }
    let declaration = around
        .iter()
        .find(|it| matches!(it.go_kind(), Kind::FunctionDeclaration | Kind::MethodDeclaration));
    let Some(declaration) = declaration.filter(|_| depth > 0) else { return false };
    let name = declaration.field(Field::Name).map_or("", |it| file.text_of(it));
    if is_exported(name) || node.id() == declaration.id() {
        return false;
    }
    let Some(callers) = callers(context, At { file, node: *declaration }) else { return true };
    !callers.is_empty() && callers.iter().all(|it| joined(context, *it, depth - 1))
}

/// Whether the function waits for something before it comes to the place.
pub(super) fn waits_before<'p>(at: At<'p>, function: Node<'p>) -> bool {
    let before = |it: &Node<'p>| it.end_byte() <= at.node.start_byte();
    own_nodes(function).take_while(|it| it.start_byte() < at.node.start_byte()).any(|it| {
        match it.go_kind() {
            Kind::CallExpression => {
                let name = it.callee().and_then(|it| it.field(Field::Field));
                before(&it) && name.is_some_and(|it| at.file.text_of(it) == "Wait")
            }
            Kind::UnaryExpression => before(&it) && it.operator() == Some("<-"),
            _ => false,
        }
    })
}
