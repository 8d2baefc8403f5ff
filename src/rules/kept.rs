//! Types that variables of the package hold: of those the process keeps what it has, and so it may
//! keep the goroutines of it.

use std::collections::HashSet;

use crate::golang::{Field, GoNode, ItemKind, Kind, Resolved};

use super::engine::Context;
use super::types::{TypeExpr, Types, value_of};

/// Whether a variable of the package holds, or may hold, the type: itself, behind a pointer, in a
/// table, or in a field of what it holds.
pub(super) fn is_kept(context: &Context<'_>, name: &str) -> bool {
    let package = context.package;
    let mut next = Vec::new();
    for declared in package.all().filter(|it| it.item.kind == ItemKind::Var) {
        let file = declared.file;
        if file.is_test() || &*declared.item.name == "_" {
            continue;
        }
        if !context.affords(file, 4) {
            return true;
        }
        let Some(spec) = declared.item.node(file) else { continue };
        let written = spec.field(Field::Type).map(|node| TypeExpr { file, node });
        next.extend(written.or_else(|| {
            let name = spec.descendants().find(|it| it.span() == declared.item.name_span)?;
            Types(package).of(file, value_of(spec, name)?)
        }));
    }
    let mut seen = HashSet::new();
    while let Some(TypeExpr { file, node }) = next.pop() {
        let mut nodes = node.descendants();
        while let Some(node) = nodes.next() {
            match node.go_kind() {
                // A function holds no value of the types in its signature.
                Kind::FunctionType | Kind::InterfaceType => nodes.skip_below(),
                Kind::TypeIdentifier | Kind::Identifier => {
                    if !context.affords(file, 1) {
                        return true;
                    }
                    let Resolved::Outer(found) = file.resolve(node) else { continue };
                    if found == name {
                        return true;
                    }
                    if !seen.insert(found) {
                        continue;
                    }
                    next.extend(package.types(found).filter_map(|it| {
                        let node = it.item.node(it.file)?.field(Field::Type)?;
                        Some(TypeExpr { file: it.file, node })
                    }));
                }
                _ => {}
            }
        }
    }
    false
}
