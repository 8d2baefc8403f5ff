//! Whose a goroutine is: the type that its starter belongs to, and whether callers ask for it.

use crate::golang::{Field, GoFile, GoNode, ItemKind, Kind, Node};

use super::goroutine::Start;
use super::object::is_exported;
use super::survey::At;
use super::types::TypeInfo;

/// The types that a declaration belongs to: a method's receiver, or what a constructor returns.
pub(super) fn owners<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    declaration: Node<'p>,
) -> Option<Vec<&'p str>> {
    if declaration.is(Kind::MethodDeclaration) {
        return receiver(At { file, node: declaration }).map(|it| vec![it]);
    }
    let result = Some(declaration)
        .filter(|it| it.is(Kind::FunctionDeclaration))
        .and_then(|it| it.field(Field::Result))?;
    let results: Vec<_> = match result.go_kind() {
        Kind::ParameterList => result.parts().filter_map(|it| it.field(Field::Type)).collect(),
        _ => vec![result],
    };
    let own = results.into_iter().filter_map(|it| types.written(file, it).declared_name());
    let own: Vec<_> = own.collect();
    (!own.is_empty()).then_some(own)
}

/// The name of a method's receiver's type.
pub(super) fn receiver<'p>(function: At<'p>) -> Option<&'p str> {
    let At { file, node } = function;
    let item =
        file.items().iter().find(|it| it.span == node.span() && it.kind == ItemKind::Method)?;
    item.receiver.as_ref().map(|it| &*it.type_name)
}

/// Whether callers have decided that a goroutine of the type runs, by all `entries` on the way to
/// its start.
///
/// They ask for it by the name of the method: who says `d.Start()` of a part of a daemon knows that
/// it runs from here on, and often means for good. Within the package that may be another type; a
/// constructor does it unasked. Or nobody outside ever holds the value, since a function starts the
/// goroutine that does not return it: it belongs to the process then. Workers that a loop starts
/// are a pool, and that is different.
pub(super) fn is_asked_for<'p>(
    types: &TypeInfo<'p>,
    owner: &str,
    start: &Start<'p>,
    entries: &[At<'p>],
) -> bool {
    let At { file, node } = start.site;
    let item = file.items().iter().find(|it| it.span.encloses(node.span()));
    let by_name = item.is_some_and(|it| it.kind == ItemKind::Method && asks(&it.name));
    file.scopes().loop_at(node.start_byte()).is_none()
        && entries.iter().all(|it| {
            let name = it.node.field(Field::Name).map_or("", |name| it.file.text_of(name));
            let owners = owners(types, it.file, it.node);
            match owners {
                None => true,
                Some(_) if it.node.is(Kind::MethodDeclaration) && asks(name) => true,
                Some(owners) => by_name && !owners.contains(&owner),
            }
        })
}

/// Whether a method of this name is there to start something for the caller.
fn asks(name: &str) -> bool {
    const STARTS: &[&str] = &["Start", "Run", "Serve", "Listen", "Init"];
    is_exported(name) && STARTS.iter().any(|it| name.starts_with(it))
}
