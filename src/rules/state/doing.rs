//! What an expression's surroundings do to the variable that it stands for.

use crate::golang::{Field, GoNode, Kind, Node};

use super::super::engine::Context;
use super::super::survey::At;
use super::super::types::{Callee, Type};

/// What happens to a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::rules) enum Doing {
    /// A composite literal gives it its first value.
    Made,
    /// Its value is read; of a map, a slice or a pointer also what is behind it.
    Read,
    /// It gets another value.
    Write,
    /// It gets another value that depends on the old one: `x += 1`, `x++`.
    Update,
    /// What is behind it changes: an element of a map or a slice, a field behind a pointer.
    Inside,
    /// A method of it is called.
    Call,
    /// Its address is taken, or that of a part.
    Address,
    /// A function of `sync/atomic` reads it.
    AtomicRead,
    /// A function of `sync/atomic` writes it.
    AtomicWrite,
}

impl Doing {
    /// Whether it changes the variable itself, without `sync/atomic`.
    pub(in crate::rules) fn writes(self) -> bool {
        matches!(self, Self::Write | Self::Update)
    }

    /// Whether it changes the variable or what is behind it, without `sync/atomic`.
    pub(in crate::rules) fn changes(self) -> bool {
        self.writes() || self == Self::Inside
    }

    /// Whether `sync/atomic` does it.
    pub(in crate::rules) fn is_atomic(self) -> bool {
        matches!(self, Self::AtomicRead | Self::AtomicWrite)
    }

    /// What happens to the variable at a place; `around` is what the place is in, innermost first.
    pub(super) fn of<'p>(context: &Context<'p>, at: At<'p>, around: &[Node<'p>]) -> Self {
        if matches!(at.node.go_kind(), Kind::KeyedElement | Kind::LiteralElement) {
            return Self::Made;
        }
        let mut node = at.node;
        let mut behind = false;
        for (depth, outer) in around.iter().enumerate() {
            let is = |field| outer.field(field).is_some_and(|it| it.id() == node.id());
            match outer.go_kind() {
                Kind::ParenthesizedExpression => {}
                Kind::SelectorExpression => {
                    let call = around.get(depth + 1);
                    if call.is_some_and(|it| it.callee().is_some_and(|it| it.id() == outer.id())) {
                        // A method of what is behind a pointer does nothing to the pointer.
                        return if behind || is_reference(context, at, node) {
                            Self::Read
                        } else {
                            Self::Call
                        };
                    }
                    behind |= is_reference(context, at, node);
                }
                Kind::IndexExpression => {
                    if !is(Field::Operand) {
                        return Self::Read;
                    }
                    behind |= is_reference(context, at, node);
                }
                Kind::SliceExpression => {
                    let array = is(Field::Operand) && !is_reference(context, at, node);
                    return if array && !behind { Self::Address } else { Self::Read };
                }
                Kind::UnaryExpression => match outer.operator() {
                    Some("&") if behind => return Self::Read,
                    Some("&") => {
                        return atomic(context, at, &around[depth..]).unwrap_or(Self::Address);
                    }
                    Some("*") => behind = true,
                    _ => return Self::Read,
                },
                Kind::IncStatement | Kind::DecStatement => {
                    return if behind { Self::Inside } else { Self::Update };
                }
                Kind::ExpressionList => {}
                Kind::AssignmentStatement if is(Field::Left) => {
                    let replaced = outer.operator().is_none_or(|it| it == "=");
                    return match (behind, replaced) {
                        (true, _) => Self::Inside,
                        (false, true) => Self::Write,
                        (false, false) => Self::Update,
                    };
                }
                Kind::RangeClause | Kind::ReceiveStatement if is(Field::Left) => {
                    return if behind { Self::Inside } else { Self::Write };
                }
                Kind::ArgumentList => {
                    let first = outer.parts().next().is_some_and(|it| it.id() == node.id());
                    let call = around.get(depth + 1).filter(|_| first);
                    let builtin = call.is_some_and(|it| {
                        matches!(
                            context.types.callee(at.file, *it),
                            Callee::Builtin("delete" | "clear" | "copy")
                        )
                    });
                    return if builtin { Self::Inside } else { Self::Read };
                }
                _ => return Self::Read,
            }
            node = *outer;
        }
        Self::Read
    }
}

/// Whether the value of an expression leads elsewhere: what is reached through it is no part of it.
fn is_reference<'p>(context: &Context<'p>, at: At<'p>, node: Node<'p>) -> bool {
    let of = context.types.of(at.file, node);
    match context.types.underlying(&of) {
        Type::Pointer(_) | Type::Slice(_) | Type::Map(_) | Type::Chan(..) | Type::Func(_) => true,
        Type::Interface(_) => true,
        Type::Array(..) | Type::Struct(_) | Type::Basic(_) => false,
        // What is not known is taken for what changes less.
        _ => true,
    }
}

/// What the call of `sync/atomic` does whose argument the `&x` is; `around` begins with that.
fn atomic<'p>(context: &Context<'p>, at: At<'p>, around: &[Node<'p>]) -> Option<Doing> {
    let mut outer = around.iter();
    let mut argument = outer.next()?;
    let mut next = outer.next()?;
    // `(*uint64)(&x)` and the like.
    while !next.is(Kind::ArgumentList) || is_conversion(context, at, around, argument) {
        if !matches!(
            next.go_kind(),
            Kind::ArgumentList
                | Kind::CallExpression
                | Kind::TypeConversionExpression
                | Kind::ParenthesizedExpression
        ) {
            return None;
        }
        argument = next;
        next = outer.next()?;
    }
    let call = outer.next()?;
    let (path, name) = at.file.qualified(call.callee()?)?;
    if path != "sync/atomic" || call.arguments().next()?.id() != argument.id() {
        return None;
    }
    Some(if name.starts_with("Load") { Doing::AtomicRead } else { Doing::AtomicWrite })
}

fn is_conversion<'p>(
    context: &Context<'p>,
    at: At<'p>,
    around: &[Node<'p>],
    argument: &Node<'p>,
) -> bool {
    let holds = |it: &&Node<'p>| {
        it.is(Kind::CallExpression) && it.arguments().any(|it| it.id() == argument.id())
    };
    let call = around.iter().find(holds);
    call.is_some_and(|it| matches!(context.types.callee(at.file, *it), Callee::Conversion(_)))
}
