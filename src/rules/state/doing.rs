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
    /// Its value is read; of a pointer also what is behind it, which is no part of it.
    Read,
    /// What a map or a slice holds is read: an element, the length, one after the other.
    Look,
    /// It gets another value.
    Write,
    /// It gets another value that depends on the old one: `x += 1`, `x++`.
    Update,
    /// What a map or a slice holds changes.
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

    /// Whether it changes the variable or what it holds, without `sync/atomic`.
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
        let mut way = Way::Itself;
        for (depth, outer) in around.iter().enumerate() {
            let is = |field| outer.field(field).is_some_and(|it| it.id() == node.id());
            match outer.go_kind() {
                Kind::ParenthesizedExpression | Kind::ExpressionList => {}
                Kind::SelectorExpression => {
                    way = way.selected(context, at, node);
                    let call = around.get(depth + 1);
                    if call.is_some_and(|it| it.callee().is_some_and(|it| it.id() == outer.id())) {
                        return match context.types.callee(at.file, around[depth + 1]) {
                            Callee::ForeignMethod { path: "container/list", name, .. } => {
                                listed(name)
                            }
                            _ if way == Way::Itself => Self::Call,
                            _ => way.read(),
                        };
                    }
                }
                Kind::IndexExpression if is(Field::Operand) => {
                    way = way.indexed(context, at, node);
                }
                Kind::SliceExpression if is(Field::Operand) => {
                    let array = way == Way::Itself && !is_reference(context, at, node);
                    return if array { Self::Address } else { way.read() };
                }
                Kind::UnaryExpression => match (outer.operator(), way) {
                    (Some("&"), Way::Itself) => {
                        return atomic(context, at, &around[depth..]).unwrap_or(Self::Address);
                    }
                    (Some("*"), Way::Itself) => way = Way::Beyond,
                    _ => return way.read(),
                },
                Kind::IncStatement | Kind::DecStatement => return way.write(Self::Update),
                Kind::AssignmentStatement if is(Field::Left) => {
                    let replaced = outer.operator().is_none_or(|it| it == "=");
                    return way.write(if replaced { Self::Write } else { Self::Update });
                }
                Kind::RangeClause | Kind::ReceiveStatement if is(Field::Left) => {
                    return way.write(Self::Write);
                }
                Kind::RangeClause if is(Field::Right) => return way.looked(context, at, node),
                Kind::ArgumentList => {
                    let first = outer.parts().next().is_some_and(|it| it.id() == node.id());
                    let call = around.get(depth + 1);
                    let builtin = call.map(|it| context.types.callee(at.file, *it));
                    let Some(Callee::Builtin(name)) = builtin else { return way.read() };
                    return match name {
                        "delete" | "clear" | "copy" if first => {
                            way.indexed(context, at, node).write(Self::Inside)
                        }
                        "len" | "copy" => way.looked(context, at, node),
                        // Its elements may be copied.
                        "append" if !first && is_spread(*outer) => way.looked(context, at, node),
                        _ => way.read(),
                    };
                }
                _ => return way.read(),
            }
            node = *outer;
        }
        way.read()
    }
}

/// What a method of `list.List` does to what it holds.
fn listed(method: &str) -> Doing {
    match method {
        "Len" | "Front" | "Back" | "Next" | "Prev" => Doing::Look,
        _ => Doing::Inside,
    }
}

/// How an expression is reached from the variable that it begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is the variable, or a part of it.
    Itself,
    /// It is what its map or slice holds, or a part of that.
    Held,
    /// It is behind a pointer, which the variable is.
    Beyond,
    /// It is behind a pointer that the map or the slice holds.
    BeyondHeld,
}

impl Way {
    /// A field of it.
    fn selected<'p>(self, context: &Context<'p>, at: At<'p>, node: Node<'p>) -> Self {
        match self {
            Self::Itself if is_reference(context, at, node) => Self::Beyond,
            Self::Held if is_reference(context, at, node) => Self::BeyondHeld,
            it => it,
        }
    }

    /// An element of it.
    fn indexed<'p>(self, context: &Context<'p>, at: At<'p>, node: Node<'p>) -> Self {
        let of = context.types.of(at.file, node);
        match (self, context.types.underlying(&of)) {
            (Self::Itself, Type::Map(_) | Type::Slice(_)) => Self::Held,
            (Self::Itself, Type::Array(..)) => Self::Itself,
            (Self::Itself, _) => Self::Beyond,
            // What an element leads to belongs to somebody else.
            (Self::Held, Type::Array(..)) => Self::Held,
            (Self::Held, _) => Self::BeyondHeld,
            (it, _) => it,
        }
    }

    /// Its elements, or how many they are.
    fn looked<'p>(self, context: &Context<'p>, at: At<'p>, node: Node<'p>) -> Doing {
        self.indexed(context, at, node).read()
    }

    fn read(self) -> Doing {
        match self {
            Self::Itself | Self::Beyond => Doing::Read,
            Self::Held | Self::BeyondHeld => Doing::Look,
        }
    }

    fn write(self, itself: Doing) -> Doing {
        match self {
            Self::Itself => itself,
            Self::Held => Doing::Inside,
            Self::Beyond => Doing::Read,
            Self::BeyondHeld => Doing::Look,
        }
    }
}

/// Whether the last argument of a call is spread: `f(x...)`.
fn is_spread(arguments: Node<'_>) -> bool {
    arguments.all().any(|it| it.kind() == "..." || it.is(Kind::VariadicArgument))
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
