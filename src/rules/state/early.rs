//! Functions that only run on objects which nobody else has yet: the helpers of constructors.

use crate::golang::{AccessPath, BindingKind, Field, GoNode, Kind, Node, Resolved, Root};

use super::super::engine::Context;
use super::super::goroutine::parameters;
use super::super::object::{is_exported, root_of};
use super::super::once::callers;
use super::super::survey::At;
use super::{Privacy, privacy};

/// How many callers up a constructor is looked for.
const DEPTH: usize = 3;

/// Whether the object that `operand` begins with is one that the function was given by callers who
/// have just made it, by all of them.
pub(super) fn is_early<'p>(context: &Context<'p>, at: At<'p>, operand: Node<'p>) -> bool {
    early(context, at, operand, DEPTH)
}

fn early<'p>(context: &Context<'p>, at: At<'p>, operand: Node<'p>, depth: usize) -> bool {
    let At { file, node } = at;
    let root = root_of(operand.unparen());
    let Resolved::Local(id, binding) = file.resolve(root) else { return false };
    if !matches!(binding.kind, BindingKind::Receiver | BindingKind::Parameter) || depth == 0 {
        return false;
    }
    if !context.affords(file, 2) {
        return true;
    }
    let around = node.ancestors(file.root());
    let Some(function) = around.iter().find(|it| it.go_kind().is_function()).copied() else {
        return false;
    };
    let name = function.field(Field::Name).map_or("", |it| file.text_of(it));
    let own = file.scopes().function(match binding.function {
        Some(it) => it,
        None => return false,
    });
    if own.span != function.span() || function.is(Kind::FuncLiteral) || is_exported(name) {
        return false;
    }
    let position = parameters(function)
        .iter()
        .position(|it| it.name.is_some_and(|it| file.scopes().declared_at(it.span()) == Some(id)));
    let Some(callers) = callers(context, At { file, node: function }) else { return true };
    !callers.is_empty()
        && callers.iter().all(|it| {
            let given = match binding.kind {
                BindingKind::Receiver => it.node.field(Field::Operand),
                _ => position.and_then(|at| call_of(*it)?.arguments().nth(at)),
            };
            given.is_some_and(|given| is_given(context, *it, given, depth))
        })
}

/// Whether what a caller gives is its own, or was given to it in the same way.
fn is_given<'p>(context: &Context<'p>, caller: At<'p>, given: Node<'p>, depth: usize) -> bool {
    let local =
        AccessPath::of(caller.file, given).is_none_or(|it| matches!(it.root, Root::Local(_)));
    // A goroutine that is started on it has it for good.
    let started = caller.around().iter().take(2).any(|it| it.is(Kind::GoStatement));
    local
        && !started
        && (privacy(context, caller, given) != Privacy::Published
            || early(context, caller, given, depth - 1))
}

/// The call whose function the node is.
fn call_of(callee: At<'_>) -> Option<Node<'_>> {
    let around = callee.around();
    around.first().filter(|it| it.callee().is_some_and(|it| it.id() == callee.node.id())).copied()
}
