//! The locks of a struct, and whether they are held where its fields are touched.

use crate::golang::{AccessPath, GoNode, Kind, Node};

use super::super::engine::Context;
use super::super::lockset::{LockRef, OnEntry, place};
use super::super::object::{Object, is_exported};
use super::super::release::Lock;
use super::super::survey::At;
use super::super::types::{OwnType, Type};
use super::Touch;

/// A lock that a struct holds.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Guard<'p> {
    /// The field's name; of an embedded lock its type's.
    pub(in crate::rules) name: &'p str,
    /// The field.
    pub(in crate::rules) field: Option<Object<'p>>,
}

/// How a lock is held at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Hold {
    /// Not at all, as far as the package shows.
    Free,
    /// Who knows.
    Perhaps,
    /// By `RLock`.
    Read,
    /// By `Lock`.
    Write,
}

/// The locks that a struct of the package holds itself.
pub(in crate::rules) fn guards<'p>(context: &Context<'p>, of: &Type<'p>) -> Vec<Guard<'p>> {
    let fields = context.types.struct_fields(of).unwrap_or_default();
    let locks = fields.into_iter().filter(|it| Lock::is(it.1.behind()));
    locks
        .map(|(it, _)| Guard {
            name: it.name,
            field: context.types.field(of, it.name).and_then(Object::field),
        })
        .collect()
}

/// The fields of a struct that a lock may guard, with their types: not what guards itself.
pub(in crate::rules) fn guarded_fields<'p>(
    context: &Context<'p>,
    of: &Type<'p>,
) -> Vec<(Object<'p>, &'p str, Type<'p>)> {
    let fields = context.types.struct_fields(of).unwrap_or_default();
    let plain = fields.into_iter().filter(|(it, of)| !it.embedded && !guards_itself(context, of));
    plain
        .filter_map(|(it, type_of)| {
            let object = Object::field(context.types.field(of, it.name)?)?;
            Some((object, it.name, type_of))
        })
        .collect()
}

/// Whether values of the type may be shared as they are.
fn guards_itself<'p>(context: &Context<'p>, of: &Type<'p>) -> bool {
    let foreign = of.behind().foreign_name().map(|it| it.0);
    matches!(foreign, Some("sync" | "sync/atomic"))
        || foreign.is_some_and(|it| it.ends_with("/atomic"))
        || context.types.lock(of).is_some()
        || context.types.channel(of).is_some()
}

/// The object that a touched field belongs to, in the terms of the innermost function.
pub(in crate::rules) fn holder_place<'p>(
    context: &Context<'p>,
    touch: &Touch<'p>,
) -> Option<AccessPath> {
    touch.operand()?;
    let mut path = place(context, touch.at.file, touch.at.node)?;
    path.steps.pop();
    Some(path)
}

/// How the guard of the very object whose field is touched is held there.
pub(in crate::rules) fn hold<'p>(
    context: &Context<'p>,
    touch: &Touch<'p>,
    guard: &Guard<'p>,
) -> Hold {
    let Some(sets) = context.locksets() else { return Hold::Perhaps };
    let Some(mut path) = holder_place(context, touch) else { return Hold::Perhaps };
    path.steps.push(guard.name.into());
    let held = sets.held(context, touch.at);
    let is_it = |it: &&LockRef<'p>| it.path.as_ref() == Some(&path);
    if let Some(it) = held.iter().filter(is_it).max_by_key(|it| it.write) {
        return if it.write { Hold::Write } else { Hold::Read };
    }
    // Another object of the type, or the same under another name.
    if held.iter().any(|it| it.class.is_none() || it.class == guard.field) {
        return Hold::Perhaps;
    }
    for function in functions(touch) {
        let byte = touch.at.node.start_byte();
        if let Some(local) = sets.local(function) {
            let may = local.locks.iter().enumerate().any(|(at, it)| {
                let same = it.class.is_none() || it.class == guard.field;
                same && local.at(byte).is_none_or(|set| set.may & (1 << at) != 0)
            });
            if may {
                return Hold::Perhaps;
            }
        }
        if let OnEntry::Unknown = sets.on_entry(context, function)
            && !is_open(function)
        {
            return Hold::Perhaps;
        }
    }
    Hold::Free
}

/// The function around a touch; of a literal also those around it.
fn functions<'t, 'p>(touch: &'t Touch<'p>) -> impl Iterator<Item = At<'p>> + use<'t, 'p> {
    let file = touch.at.file;
    touch
        .around
        .iter()
        .filter(|it| it.go_kind().is_function())
        .map(move |node| At { file, node: *node })
}

/// Whether other packages can call the function, and so without any lock of this one.
fn is_open(function: At<'_>) -> bool {
    use crate::golang::Field;
    let name = function.node.field(Field::Name).map(|it| function.file.text_of(it));
    let named: &[Kind] = &[Kind::FunctionDeclaration, Kind::MethodDeclaration];
    named.contains(&function.node.go_kind()) && name.is_some_and(is_exported)
}

/// The struct types that the package declares, with their declarations.
pub(in crate::rules) fn struct_of<'p>(context: &Context<'p>, spec: At<'p>) -> Option<Type<'p>> {
    use crate::golang::Field;
    let name = spec.node.field(Field::Name)?;
    let of = context.types.declared_type(spec.file.text_of(name));
    let own: OwnType<'p> = of.own()?;
    (own.spec == spec.node.span() && own.file.path() == spec.file.path()).then_some(of)
}

/// Nodes of functions.
pub(in crate::rules) fn declaration_of<'p>(at: At<'p>) -> Option<Node<'p>> {
    let named = [Kind::FunctionDeclaration, Kind::MethodDeclaration];
    at.around().into_iter().rfind(|it| named.contains(&it.go_kind()))
}
