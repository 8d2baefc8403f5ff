//! What is known of the types of other packages.

use std::collections::BTreeSet;

use crate::golang::signatures::{Entry, MemberKind, Signatures};
use crate::golang::types::{Shape, Type, TypeInfo};
use crate::golang::{Field, GoNode, Kind};
use crate::rules::explore::code::Library;

/// How deep interfaces are followed into those that they embed.
const LEVELS: usize = 8;

/// The type of the library that the machine models, if it is one.
pub(super) fn named(path: &str, name: &str) -> Option<Library> {
    Some(match (path, name) {
        ("sync", "Mutex") => Library::Mutex,
        ("sync", "RWMutex") => Library::RwMutex,
        ("sync", "WaitGroup") => Library::WaitGroup,
        ("sync", "Once") => Library::Once,
        ("sync", "Cond") => Library::Cond,
        ("sync", "Map") => Library::SyncMap,
        ("sync", "Pool") => Library::Pool,
        (
            "sync/atomic",
            "Int32" | "Int64" | "Uint32" | "Uint64" | "Uintptr" | "Bool" | "Value" | "Pointer",
        ) => Library::Atomic,
        ("time", "Timer") => Library::Timer,
        ("time", "Ticker") => Library::Ticker,
        ("time", "Time") => Library::Time,
        ("testing", "T" | "B") => Library::Testing,
        ("golang.org/x/sync/errgroup", "Group") => Library::ErrGroup,
        ("golang.org/x/sync/semaphore", "Weighted") => Library::Semaphore,
        _ => return None,
    })
}

/// The names of an interface's methods, in order; `None` where not all are known, and for other
/// types.
pub(super) fn methods<'p>(types: &TypeInfo<'p>, of: &Type<'p>) -> Option<Vec<&'p str>> {
    let mut found = BTreeSet::new();
    collect(types, of, &mut found, LEVELS)?;
    Some(found.into_iter().collect())
}

fn collect<'p>(
    types: &TypeInfo<'p>,
    of: &Type<'p>,
    found: &mut BTreeSet<&'p str>,
    levels: usize,
) -> Option<()> {
    let levels = levels.checked_sub(1)?;
    let Type::Interface(shape) = types.underlying(of) else { return None };
    match shape {
        Shape::Empty => {}
        Shape::Written(file, node, _) => {
            for it in node.parts() {
                if it.is(Kind::TypeElem) {
                    let embedded = types.written(file, it);
                    collect(types, &embedded, found, levels)?;
                } else if let Some(name) = it.field(Field::Name) {
                    found.insert(file.text_of(name));
                }
            }
        }
        Shape::Foreign(path, name, _) => collect_foreign(path, name, found, levels)?,
    }
    Some(())
}

fn collect_foreign(
    path: &str,
    name: &str,
    found: &mut BTreeSet<&str>,
    levels: usize,
) -> Option<()> {
    let levels = levels.checked_sub(1)?;
    let package = Signatures::of(path)?;
    let Entry::Type(entry) = package.get(name)? else { return None };
    if entry.underlying != "interface" {
        return None;
    }
    for it in entry.members() {
        match it.kind {
            MemberKind::Method => {
                found.insert(it.name);
            }
            MemberKind::Embedded => {
                let (path, name) = match it.text.split_once('.') {
                    Some((package_name, name)) => (package.import(package_name)?, name),
                    None if it.text == "error" => ("", "error"),
                    None => (path, it.text),
                };
                collect_foreign(path, name, found, levels)?;
            }
            _ => {}
        }
    }
    Some(())
}

/// Whether only pointers have a method of a type of another package.
pub(super) fn has_pointer_receiver(path: &str, type_name: &str, name: &str) -> bool {
    let Some(Entry::Type(entry)) = Signatures::of(path).and_then(|it| it.get(type_name)) else {
        return true;
    };
    let found = entry.members().find(|it| it.name == name);
    // What is promoted within the library has the receiver of what it is promoted from.
    found.is_none_or(|it| it.kind != MemberKind::Method)
}

/// Whether a type of another package has a method itself, without an embedded field.
pub(super) fn own_method(path: &str, type_name: &str, name: &str) -> Option<MemberKind> {
    let Some(Entry::Type(entry)) = Signatures::of(path)?.get(type_name) else { return None };
    let methods = entry.members().find(|it| {
        it.name == name && matches!(it.kind, MemberKind::Method | MemberKind::PointerMethod)
    });
    methods.map(|it| it.kind)
}
