//! What ends by itself: with a context that the function cancels, or with the process.

use crate::golang::{BindingId, Field, GoFile, GoNode, Kind, Node, Place};
use crate::rules::engine::Context;

/// Whether a context is made in a function that cancels it in any case: that ends what belongs to
/// it.
pub(in crate::rules) fn is_cancelled_here(file: &GoFile, context: BindingId) -> bool {
    let scopes = file.scopes();
    let makes = |span, kind| {
        let by = file.node(span, kind)?;
        let names: Vec<_> = by.field(Field::Left)?.parts().collect();
        let cancel = scopes.declared_at(names.get(1)?.span())?;
        let deferred = scopes.uses_of(cancel).any(|it| {
            let before = file.text()[..it.span.start as usize].trim_end();
            before.ends_with("defer")
        });
        Some(deferred)
    };
    let (span, kind) = scopes.binding(context).declared_by;
    kind == Kind::ShortVarDeclaration && makes(span, kind) == Some(true)
}

/// Whether a call hands out what ends by itself: it belongs to a context that its function cancels
/// in any case, which is an argument or went into the making of one; or it sends a `HEAD`, whose
/// answer has no body.
pub(super) fn ends_itself(context: &Context<'_>, file: &GoFile, call: Node<'_>) -> bool {
    /// How many statements that give a value to an argument are looked at.
    const LOOKS: usize = 16;
    let scopes = file.scopes();
    let cancelled = |node: Node<'_>| {
        node.descendants().any(|it| match it.go_kind() {
            Kind::Identifier => {
                file.resolve(it).local().is_some_and(|it| is_cancelled_here(file, it))
            }
            Kind::SelectorExpression => file.qualified(it) == Some(("net/http", "MethodHead")),
            Kind::InterpretedStringLiteral => file.text_of(it) == "\"HEAD\"",
            _ => false,
        })
    };
    if !context.affords(file, 4 * LOOKS) {
        return true;
    }
    call.arguments().any(|argument| {
        let local = file.resolve(argument).local();
        let written = local.into_iter().flat_map(|it| {
            let uses = scopes.uses_of(it).filter(|it| it.access.writes()).map(|it| it.span);
            std::iter::once(scopes.binding(it).name).chain(uses)
        });
        let mut makers = written.take(LOOKS).filter_map(|it| {
            let name = file.node(it, Kind::Identifier)?;
            let around = name.ancestors(file.root());
            around.into_iter().take(3).find(|it| {
                matches!(it.go_kind(), Kind::ShortVarDeclaration | Kind::AssignmentStatement)
            })
        });
        cancelled(argument) || makers.any(cancelled)
    })
}

/// Whether the process ends with the function.
pub(in crate::rules) fn ends_in_main(context: &Context<'_>, place: &Place<'_, '_>) -> bool {
    let file = place.file;
    context.package.name() == "main"
        && place.ancestors.iter().any(|it| {
            it.is(Kind::FunctionDeclaration)
                && it.field(Field::Name).is_some_and(|it| file.text_of(it) == "main")
        })
}
