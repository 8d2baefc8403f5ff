//! Types that variables of the package hold: of those the process keeps what it has, and so it may
//! keep the goroutines of it.

use std::collections::HashSet;

use crate::golang::ItemKind;

use super::engine::Context;
use super::types::Type;

/// Whether a variable of the package holds, or may hold, the type: itself, behind a pointer, in a
/// table, or in a field of what it holds.
pub(super) fn is_kept(context: &Context<'_>, name: &str) -> bool {
    let types = &context.types;
    let vars = context
        .package
        .all()
        .filter(|it| it.item.kind == ItemKind::Var && !it.file.is_test() && &*it.item.name != "_");
    let mut next: Vec<Type<'_>> = vars.map(|it| types.of_item(it)).collect();
    let mut seen = HashSet::new();
    while let Some(of) = next.pop() {
        if !context.affords_steps(1) {
            return true;
        }
        match of {
            Type::Pointer(of) | Type::Slice(of) | Type::Array(_, of) | Type::Chan(_, of) => {
                next.push((*of).clone());
            }
            Type::Map(of) => next.extend([of.0.clone(), of.1.clone()]),
            Type::Struct(_) => {
                let fields = types.struct_fields(&of).unwrap_or_default();
                next.extend(fields.into_iter().map(|(_, of)| of));
            }
            Type::Named(named) => {
                next.extend(named.arguments.iter().cloned());
                let of = Type::Named(named);
                if let Some(own) = of.own() {
                    if !own.local && own.name == name {
                        return true;
                    }
                    if seen.insert((own.file.path(), own.spec)) {
                        next.push(types.underlying(&of));
                    }
                }
            }
            // A function holds no value of the types in its signature.
            _ => {}
        }
    }
    false
}
