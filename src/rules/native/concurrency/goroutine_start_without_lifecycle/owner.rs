//! Whether the type that a goroutine belongs to can tell it to end.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, StructField};
use crate::rules::channel::is_builtin;
use crate::rules::types::TypeInfo;

/// How methods are named that end or await what a type has started.
const ENDINGS: &[&str] = &[
    "close",
    "stop",
    "shutdown",
    "wait",
    "drain",
    "quit",
    "cancel",
    "terminate",
    "kill",
    "halt",
    "finish",
    "release",
    "destroy",
    "dispose",
    "cleanup",
    "teardown",
    "join",
    "exit",
    "abort",
    "unsubscribe",
    "uninstall",
    "deactivate",
    "disable",
    "end",
    "dismiss",
    "gracefulstop",
];

/// Whether the type has, or may have, a method that ends or awaits goroutines.
pub(super) fn can_end<'p>(types: &TypeInfo<'p>, name: &'p str) -> bool {
    let mut next = vec![name];
    for _ in 0..8 {
        let Some(name) = next.pop() else { return false };
        let mut methods = types.package().methods_of(name).into_iter();
        if methods.any(|it| {
            let word = it.item.name.to_lowercase();
            ENDINGS.iter().any(|ending| word.starts_with(ending))
                && it.item.node(it.file).is_none_or(|node| touches(it.file, node))
        }) {
            return true;
        }
        let Some(embedded) = embedded(types, name) else { return true };
        next.extend(embedded);
    }
    true
}

/// The types of the package that a type embeds; `None` where it embeds others, whose methods are
/// not known, or is no struct.
fn embedded<'p>(types: &TypeInfo<'p>, name: &str) -> Option<Vec<&'p str>> {
    let mut all = Vec::new();
    for declared in types.package().types(name) {
        let spec = declared.item.node(declared.file)?;
        let node = spec.field(Field::Type)?;
        if node.is(Kind::InterfaceType) {
            return None;
        }
        for it in StructField::all(declared.file, node).iter().filter(|it| it.embedded) {
            let of = types.written(declared.file, it.type_node);
            match (of.declared_name(), of.behind().foreign_name()) {
                (Some(name), _) => all.push(name),
                (None, Some(("sync", "Mutex" | "RWMutex"))) => {}
                _ => return None,
            }
        }
    }
    Some(all)
}

/// Whether a function touches a channel, or calls what ends or awaits something.
fn touches(file: &GoFile, function: Node<'_>) -> bool {
    function.descendants().any(|it| match it.go_kind() {
        Kind::SendStatement | Kind::SelectStatement => true,
        Kind::UnaryExpression => it.operator() == Some("<-"),
        Kind::CallExpression => {
            let name = it.callee().map(|it| file.text_of(it.field(Field::Field).unwrap_or(it)));
            let word = name.unwrap_or_default().to_lowercase();
            is_builtin(file, it, "close")
                || word == "done"
                || ENDINGS.iter().any(|ending| word.contains(ending))
        }
        _ => false,
    })
}
