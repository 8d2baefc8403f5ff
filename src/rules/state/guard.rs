//! The locks of a struct, and whether they are held where its fields are touched.

use crate::golang::{AccessPath, Field, GoNode, Kind, Place};

use super::super::engine::Context;
use super::super::goroutine::{Parameter, parameters};
use super::super::lockset::{LockRef, OnEntry, place};
use super::super::object::{Object, is_exported};
use super::super::once::callers;
use super::super::release::Lock;
use super::super::survey::At;
use super::super::types::{OwnType, Type, only};
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

/// The fields of the struct, or the variables of the package, that a `type_spec` or a `var_spec`
/// declares, with their types; none of tests.
pub(in crate::rules) fn variables<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
) -> Vec<(Object<'p>, Type<'p>)> {
    let at = At { file: place.file, node: place.node };
    if at.file.is_test() {
        return Vec::new();
    }
    if place.kind == Kind::TypeSpec {
        let body = place.node.field(Field::Type).filter(|it| it.is(Kind::StructType));
        let of = body.and_then(|_| struct_of(context, at));
        let fields = of.map(|it| guarded_fields(context, &it)).unwrap_or_default();
        return fields.into_iter().map(|it| (it.0, it.2)).collect();
    }
    if place.function().is_some() {
        return Vec::new();
    }
    let names = place.node.parts().filter(|it| it.is(Kind::Identifier));
    let declared = names.filter_map(|it| only(context.package.vars(at.file.text_of(it))));
    declared.map(|it| (Object::Var(&it.item.name), context.types.of_item(it))).collect()
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
    let is_it = |it: &LockRef<'p>| it.class.is_none() || it.class == guard.field;
    if is_free(context, touch, &is_it) { Hold::Free } else { Hold::Perhaps }
}

/// Whether no lock is surely held where a variable is touched.
pub(in crate::rules) fn is_bare<'p>(context: &Context<'p>, touch: &Touch<'p>) -> bool {
    context.locksets().is_some_and(|it| it.held(context, touch.at).is_empty())
}

/// Whether some lock keeps the two touches apart: both hold it, and one of them alone.
pub(in crate::rules) fn are_apart<'p>(
    context: &Context<'p>,
    one: &Touch<'p>,
    other: &Touch<'p>,
) -> bool {
    let Some(sets) = context.locksets() else { return true };
    let (ones, others) = (sets.held(context, one.at), sets.held(context, other.at));
    ones.iter().any(|a| {
        let same = |b: &&LockRef<'p>| a.class.is_some() && a.class == b.class;
        others.iter().filter(same).any(|b| a.write || b.write)
    })
}

/// Whether no lock at all is held where a variable is touched, as far as the package shows.
pub(in crate::rules) fn is_unguarded<'p>(context: &Context<'p>, touch: &Touch<'p>) -> bool {
    is_bare(context, touch) && is_free(context, touch, &|_| true)
}

/// Whether no such lock may be held: not here, and not by a caller.
fn is_free<'p>(
    context: &Context<'p>,
    touch: &Touch<'p>,
    is_it: &dyn Fn(&LockRef<'p>) -> bool,
) -> bool {
    let Some(sets) = context.locksets() else { return false };
    if sets.is_empty() {
        return true;
    }
    let byte = touch.at.node.start_byte();
    for function in functions(touch) {
        let may = sets.local(function).is_some_and(|local| {
            let numbered = local.locks.iter().enumerate().filter(|it| is_it(it.1));
            let mut bits = numbered.map(|it| 1 << it.0);
            bits.any(|bit| local.at(byte).is_none_or(|set| set.may & bit != 0))
        });
        if may {
            return false;
        }
        match sets.on_entry(context, function) {
            // Who starts a goroutine keeps its locks for itself.
            OnEntry::Nothing => return true,
            _ if is_handler(context, function) => return true,
            OnEntry::Unknown if !is_open(function) => return false,
            _ => {}
        }
    }
    !held_by_some(context, touch.at, is_it, CALLERS)
}

/// How many callers up a lock is looked for that only some of them hold.
const CALLERS: usize = 2;

/// Whether some caller of the function around a place holds such a lock, or may.
fn held_by_some<'p>(
    context: &Context<'p>,
    at: At<'p>,
    is_it: &dyn Fn(&LockRef<'p>) -> bool,
    depth: usize,
) -> bool {
    let (Some(sets), Some(node)) = (context.locksets(), at.declaration()) else { return true };
    let function = At { file: at.file, node };
    let Some(depth) = depth.checked_sub(1) else { return false };
    let Some(callers) = callers(context, function) else { return true };
    callers.iter().any(|it| {
        // A goroutine begins with nothing.
        let around = it.around();
        let goes = around.iter().take(2).any(|it| it.is(Kind::GoStatement));
        let inside = around.iter().find(|it| it.is(Kind::FuncLiteral));
        let inside = inside.is_some_and(|node| {
            sets.on_entry(context, At { file: it.file, node: *node }) == OnEntry::Nothing
        });
        let held = if goes { Vec::new() } else { sets.held(context, *it) };
        if goes || inside && held.is_empty() {
            return false;
        }
        held.iter().any(is_it) || held_by_some(context, *it, is_it, depth)
    })
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
    let name = function.node.field(Field::Name).map(|it| function.file.text_of(it));
    let named: &[Kind] = &[Kind::FunctionDeclaration, Kind::MethodDeclaration];
    named.contains(&function.node.go_kind()) && name.is_some_and(is_exported)
}

/// Whether net/http calls the function, for each request in a goroutine of its own.
pub(in crate::rules) fn is_handler<'p>(context: &Context<'p>, function: At<'p>) -> bool {
    let of = |it: &Parameter<'p>| context.types.written(function.file, it.type_node);
    let takes = match &*parameters(function.node) {
        [writer, request] => {
            of(writer).is("net/http", "ResponseWriter")
                && of(request).behind().is("net/http", "Request")
        }
        _ => false,
    };
    takes && is_registered(context, function)
}

/// Whether the function is given to somebody who calls it: by its name, or for what it implements.
fn is_registered<'p>(context: &Context<'p>, function: At<'p>) -> bool {
    let Some(name) = function.node.field(Field::Name) else { return true };
    let given = |it: &At<'p>| {
        let outer = it.around();
        let callee = outer.first().and_then(|it| it.callee());
        callee.is_none_or(|callee| callee.id() != it.node.id())
    };
    function.file.text_of(name) == "ServeHTTP"
        || callers(context, function).is_some_and(|it| it.iter().any(given))
}

/// The struct types that the package declares, with their declarations.
pub(in crate::rules) fn struct_of<'p>(context: &Context<'p>, spec: At<'p>) -> Option<Type<'p>> {
    let name = spec.node.field(Field::Name)?;
    let of = context.types.declared_type(spec.file.text_of(name));
    let own: OwnType<'p> = of.own()?;
    (own.spec == spec.node.span() && own.file.path() == spec.file.path()).then_some(of)
}
