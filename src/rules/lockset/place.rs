//! One way of writing an object down, however the code writes it: promoted fields with the embedded
//! ones on the way, and variables that only stand for others looked through.

use crate::golang::types::Callee;
use crate::golang::{AccessPath, BindingId, Field, GoFile, GoNode, Kind, Node, Resolved, Root};
use crate::rules::engine::Context;
use crate::rules::goroutine::parameters;
use crate::rules::object::Object;
use crate::rules::release::Lock;
use crate::rules::types::{MemberKind, Type, only, value_of};

/// How many steps and names for other names are followed.
const DEPTH: usize = 16;

/// A lock, and how it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) struct LockRef<'p> {
    /// Which lock, in the terms of the function that speaks of it; `None` where it is the result of
    /// a call.
    pub(in crate::rules) path: Option<AccessPath>,
    /// The variable or the field that it lies in, whichever struct the field belongs to.
    pub(in crate::rules) class: Option<Object<'p>>,
    /// Whether it is held alone: by `Lock`, and not by `RLock`.
    pub(in crate::rules) write: bool,
}

impl LockRef<'_> {
    /// How the code of a file calls the lock: as it does where it takes it, if that is known.
    pub(in crate::rules) fn named(&self, file: &GoFile, taken: Option<Node<'_>>) -> String {
        let receiver = taken.and_then(|it| it.callee()?.field(Field::Operand));
        match (receiver, &self.path) {
            (Some(it), _) => file.text_of(it).to_owned(),
            (None, Some(path)) => path.shown(file),
            (None, None) => String::new(),
        }
    }
}

/// The lock that a method is called on, if it is one as far as types tell.
pub(super) fn lock<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    receiver: Node<'p>,
    write: bool,
) -> Option<LockRef<'p>> {
    if !context.affords(file, 2) {
        return None;
    }
    let types = &context.types;
    Lock::of(types, file, receiver)?;
    let mut path = place(context, file, receiver);
    let mut class = Object::of(context, file, receiver);
    let mut of = types.of(file, receiver).behind().clone();
    for _ in 0..DEPTH {
        if of.foreign_name().is_some() {
            break;
        }
        let way = match types.member(&of, "Lock").map(|it| (it.kind, it.way)) {
            Some((MemberKind::Method(_), way)) if !way.is_empty() => way,
            _ => {
                let fields = types.struct_fields(&of)?;
                vec![only(fields.into_iter().filter(|it| it.0.embedded))?.0.name]
            }
        };
        for name in way {
            let member = types.member(&of, name)?;
            class = match member.kind {
                MemberKind::Field(it) => Object::field(it),
                MemberKind::Method(_) => None,
            };
            of = member.of.behind().clone();
            path = path.map(|it| step(it, name));
        }
    }
    Some(LockRef { path, class, write })
}

/// The object that an expression stands for; `None` where a call or a literal is on the way.
pub(in crate::rules) fn place<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    expression: Node<'p>,
) -> Option<AccessPath> {
    written(context, file, expression, DEPTH)
}

fn written<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    expression: Node<'p>,
    depth: usize,
) -> Option<AccessPath> {
    let depth = depth.checked_sub(1)?;
    let node = expression.unparen();
    let operand = || node.field(Field::Operand);
    match node.go_kind() {
        Kind::Identifier => match file.resolve(node) {
            Resolved::Local(id, binding) if binding.kind.is_variable() => {
                let behind = behind(context, file, id, depth);
                Some(behind.unwrap_or(AccessPath { root: Root::Local(id), steps: Vec::new() }))
            }
            Resolved::Outer(name) => {
                only(context.package.vars(name))?;
                Some(AccessPath { root: Root::Outer(name.into()), steps: Vec::new() })
            }
            _ => None,
        },
        Kind::SelectorExpression => {
            if let Some((path, name)) = file.qualified(node) {
                return Some(AccessPath {
                    root: Root::Import(path.into()),
                    steps: vec![name.into()],
                });
            }
            let name = file.text_of(node.field(Field::Field)?);
            let mut path = written(context, file, operand()?, depth)?;
            let of = context.types.of(file, operand()?);
            let way = context.types.member(&of, name).map(|it| it.way).unwrap_or_default();
            path.steps.extend(way.into_iter().map(Box::from));
            Some(step(path, name))
        }
        Kind::IndexExpression => Some(step(written(context, file, operand()?, depth)?, "[]")),
        Kind::UnaryExpression if matches!(node.operator(), Some("&" | "*")) => {
            written(context, file, operand()?, depth)
        }
        Kind::TypeAssertionExpression => written(context, file, operand()?, depth),
        _ => None,
    }
}

/// The value that a local variable is given once and for all.
fn value_behind<'p>(context: &Context<'p>, file: &'p GoFile, id: BindingId) -> Option<Node<'p>> {
    let scopes = file.scopes();
    let binding = scopes.binding(id);
    let (span, kind) = binding.declared_by;
    if !matches!(kind, Kind::ShortVarDeclaration | Kind::VarSpec)
        || scopes.uses_of(id).any(|it| it.access.writes() && !it.part)
        || !context.affords(file, 1)
    {
        return None;
    }
    let by = file.node(span, kind)?;
    let name = by.descendants().find(|it| it.span() == binding.name)?;
    Some(value_of(by, name)?.unparen())
}

/// What a local variable that is given a value once stands for.
fn behind<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    id: BindingId,
    depth: usize,
) -> Option<AccessPath> {
    let value = value_behind(context, file, id)?;
    // A copy of a struct is another object.
    let taken = value.is(Kind::UnaryExpression) && value.operator() == Some("&");
    let shared = taken || !is_struct(context, &context.types.of(file, value));
    written(context, file, value, depth).filter(|_| shared)
}

/// A path in a function's terms, fields looked through that a local variable was made with:
/// `api.client` is `c` after `api := &api{client: c}`, or after a call of a function that does no
/// more than that.
pub(super) fn settled<'p>(context: &Context<'p>, file: &'p GoFile, path: AccessPath) -> AccessPath {
    let mut path = path;
    for _ in 0..DEPTH {
        match made_with(context, file, &path) {
            Some(of) => {
                path.steps.remove(0);
                path = path.rebased(&of);
            }
            None => break,
        }
    }
    path
}

/// What the first field of a path was given when the variable at its root was made.
fn made_with<'p>(context: &Context<'p>, file: &'p GoFile, path: &AccessPath) -> Option<AccessPath> {
    let (Root::Local(id), Some(field)) = (&path.root, path.steps.first()) else { return None };
    let value = value_behind(context, file, *id)?;
    let written = file.scopes().uses_of(*id).any(|it| it.access.writes());
    if written || !context.affords(file, 2) {
        return None;
    }
    if let Some(given) = element(file, value, field) {
        return place(context, file, given);
    }
    let Callee::Function(made) = context.types.callee(file, value) else { return None };
    let node = made.item.node(made.file)?;
    let returned = only(node.field(Field::Body)?.statements())?;
    let returned = returned.parts().next().filter(|_| returned.is(Kind::ReturnStatement))?;
    let given = element(made.file, only(returned.parts())?, field)?;
    let id = made.file.resolve(given).local()?;
    let at = parameters(node).iter().position(|it| {
        it.name.is_some_and(|it| made.file.scopes().declared_at(it.span()) == Some(id))
    })?;
    place(context, file, value.arguments().nth(at)?)
}

/// What a composite literal gives to a field.
fn element<'p>(file: &'p GoFile, value: Node<'p>, field: &str) -> Option<Node<'p>> {
    let mut value = value.unparen();
    if value.is(Kind::UnaryExpression) && value.operator() == Some("&") {
        value = value.field(Field::Operand)?.unparen();
    }
    let body = value.field(Field::Body).filter(|_| value.is(Kind::CompositeLiteral))?;
    let keyed = body
        .parts()
        .filter(|it| it.is(Kind::KeyedElement))
        .find(|it| it.field(Field::Key).is_some_and(|it| file.text_of(it) == field))?;
    let value = keyed.field(Field::Value)?;
    if value.is(Kind::LiteralElement) { value.parts().next() } else { Some(value) }
}

/// Whether a value of the type is a copy of what it is taken from.
pub(super) fn is_struct<'p>(context: &Context<'p>, of: &Type<'p>) -> bool {
    matches!(context.types.underlying(of), Type::Struct(_) | Type::Array(..))
}

fn step(mut path: AccessPath, name: &str) -> AccessPath {
    path.steps.push(name.into());
    path
}
