//! Whether anybody else can already reach an object: until then nothing that is done to it races.

use crate::golang::{
    Access, Binding, BindingId, BindingKind, Field, GoFile, GoNode, Kind, Node, Resolved, Span,
};

use super::super::engine::Context;
use super::super::object::root_of;
use super::super::survey::At;
use super::super::types::{Type, value_of};

/// Who can reach an object at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Privacy {
    /// Nobody but this call of the function: it has made the object, or a copy of it.
    Private,
    /// The function has made it and given it to a call, or to a literal: who knows.
    Lent,
    /// Others.
    Published,
}

/// Who can reach the object that `operand` begins with, at a place.
pub(super) fn privacy<'p>(context: &Context<'p>, at: At<'p>, operand: Node<'p>) -> Privacy {
    let file = at.file;
    let root = root_of(operand.unparen());
    let (id, binding) = match file.resolve(root) {
        Resolved::Local(id, binding) => (id, binding),
        // `new(T).f`, `T{}.f`
        _ if matches!(root.go_kind(), Kind::CompositeLiteral) => return Privacy::Private,
        _ => return Privacy::Published,
    };
    if !context.affords(file, 2 + file.scopes().uses_of(id).count()) {
        return Privacy::Private;
    }
    if !is_own(context, file, root, binding) {
        return Privacy::Published;
    }
    let mut found = Privacy::Private;
    for it in file.scopes().uses_of(id) {
        if !may_come_before(file, binding, it.span, at.node.span()) {
            continue;
        }
        let Some(node) = file.node(it.span, Kind::Identifier) else { continue };
        let around = node.ancestors(file.root());
        found = found.max(leaves(context, file, node, &around, id, it.access));
        if found == Privacy::Published {
            break;
        }
    }
    found
}

/// Whether the variable's object is the function's own: it is made here, or is a copy.
fn is_own<'p>(context: &Context<'p>, file: &'p GoFile, root: Node<'p>, binding: &Binding) -> bool {
    let of = context.types.of_name(file, root);
    let copy = matches!(context.types.underlying(&of), Type::Struct(_) | Type::Array(..));
    if copy {
        return true;
    }
    if !matches!(binding.kind, BindingKind::Var | BindingKind::ShortVar) {
        return false;
    }
    made_here(file, binding).unwrap_or(true)
}

/// Whether a variable is declared with something new; `None` where that is not seen.
pub(super) fn made_here(file: &GoFile, binding: &Binding) -> Option<bool> {
    let (span, kind) = binding.declared_by;
    let by = file.node(span, kind)?;
    let name = by.descendants().find(|it| it.span() == binding.name)?;
    Some(value_of(by, name).map(GoNode::unparen).is_some_and(|it| is_made(file, it)))
}

/// Whether an expression makes something new.
fn is_made(file: &GoFile, value: Node<'_>) -> bool {
    match value.go_kind() {
        Kind::UnaryExpression => {
            let inner = value.field(Field::Operand).map(GoNode::unparen);
            value.operator() == Some("&") && inner.is_some_and(|it| it.is(Kind::CompositeLiteral))
        }
        Kind::CompositeLiteral => true,
        Kind::CallExpression => {
            let Some(callee) = value.callee() else { return false };
            let name = callee.field(Field::Field).unwrap_or(callee);
            makes(file.text_of(name))
        }
        _ => false,
    }
}

/// Whether a function of this name makes something new.
pub(in crate::rules) fn makes(name: &str) -> bool {
    const MAKES: &[&str] = &["new", "make", "create", "build", "clone", "copy", "open", "alloc"];
    let name = name.trim_start_matches('_');
    let lower = name.to_ascii_lowercase();
    MAKES.iter().any(|it| lower.starts_with(it))
        || ["Clone", "Copy", "DeepCopy"].iter().any(|it| name.ends_with(it))
}

/// Whether what happens at one place may have happened before another is reached.
fn may_come_before(file: &GoFile, binding: &Binding, first: Span, second: Span) -> bool {
    if first.end <= second.start {
        return true;
    }
    // In a loop that the variable outlives, what stands behind comes before, too.
    file.scopes()
        .loops_at(second.start as usize)
        .any(|it| it.span.encloses(first) && !it.span.encloses(binding.name))
}

/// Whom one use gives the object to.
fn leaves<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    node: Node<'p>,
    around: &[Node<'p>],
    id: BindingId,
    access: Access,
) -> Privacy {
    let declared_in = file.scopes().binding(id).function;
    let used_in = file.scopes().function_at(node.start_byte());
    if declared_in != used_in {
        // A literal has it; the goroutine that runs the literal, if one does, has it at once.
        let literal = around.iter().position(|it| it.is(Kind::FuncLiteral));
        let started = literal.is_some_and(|at| {
            let call = around.get(at + 1).is_some_and(|it| it.is(Kind::CallExpression));
            call && around.get(at + 2).is_some_and(|it| it.is(Kind::GoStatement))
        });
        return if started { Privacy::Published } else { Privacy::Lent };
    }
    if access.writes() {
        return Privacy::Private;
    }
    let mut inner = node;
    for (depth, outer) in around.iter().enumerate() {
        match outer.go_kind() {
            Kind::ParenthesizedExpression => {}
            Kind::UnaryExpression if outer.operator() == Some("&") => {}
            Kind::SelectorExpression => {
                // A method has its receiver, and a goroutine that runs it too.
                let call = around.get(depth + 1);
                let called = call.filter(|it| it.callee().is_some_and(|it| it.id() == outer.id()));
                let Some(_) = called else { return Privacy::Private };
                let started = around.get(depth + 2).is_some_and(|it| it.is(Kind::GoStatement));
                return if started { Privacy::Published } else { Privacy::Lent };
            }
            Kind::ArgumentList => {
                let call = around.get(depth + 1);
                let started = around.get(depth + 2).is_some_and(|it| it.is(Kind::GoStatement));
                if started {
                    return Privacy::Published;
                }
                let appended = call
                    .is_some_and(|it| it.callee().is_some_and(|it| file.text_of(it) == "append"));
                return if appended { Privacy::Published } else { Privacy::Lent };
            }
            Kind::SendStatement => return Privacy::Published,
            Kind::LiteralElement | Kind::KeyedElement | Kind::LiteralValue => {}
            // A literal that holds it may be private again.
            Kind::CompositeLiteral => {}
            Kind::ExpressionList => {}
            Kind::AssignmentStatement => {
                let left = outer.field(Field::Left).and_then(|it| it.parts().next());
                let right = outer.field(Field::Right).is_some_and(|it| it.id() == inner.id());
                let shared = left.is_some_and(|it| {
                    matches!(file.resolve(root_of(it.unparen())), Resolved::Outer(_))
                        || !is_private_root(context, file, it)
                });
                return match (right, shared) {
                    (true, true) => Privacy::Published,
                    (true, false) => Privacy::Lent,
                    _ => Privacy::Private,
                };
            }
            Kind::ShortVarDeclaration | Kind::VarSpec => return Privacy::Lent,
            Kind::IndexExpression | Kind::SliceExpression | Kind::BinaryExpression => {
                return Privacy::Private;
            }
            _ => return Privacy::Private,
        }
        inner = *outer;
    }
    Privacy::Private
}

/// Whether an assignment's target is a local variable that is not reached through a receiver or a
/// parameter.
fn is_private_root<'p>(context: &Context<'p>, file: &'p GoFile, target: Node<'p>) -> bool {
    let root = root_of(target.unparen());
    match file.resolve(root) {
        Resolved::Local(_, binding) => is_own(context, file, root, binding),
        _ => false,
    }
}
