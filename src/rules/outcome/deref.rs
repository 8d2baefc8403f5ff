//! Uses of a variable that panic when it is nil.

use crate::golang::{
    Access, BindingId, Field, Flow, GoFile, GoNode, Kind, Node, PointId, Use, leaves,
};
use crate::rules::engine::Context;
use crate::rules::flow::own_nodes;
use crate::rules::types::{Callee, MemberKind, MethodPlace, Type};

use super::nothing::is_interface;

/// A use that panics when the variable is nil.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules) struct Deref<'p> {
    /// The code: `x.f`, `*x`, `x()`.
    pub(in crate::rules) node: Node<'p>,
    pub(in crate::rules) at: PointId,
    /// Whether the type is known, so that it does for certain.
    pub(in crate::rules) sure: bool,
}

/// How many uses are looked at.
const USES: usize = 64;

/// The uses of a variable, in its own function, that panic when it is nil; those that ask one of
/// some variables in the same expression before are left out.
pub(in crate::rules) fn derefs<'p>(
    context: &Context<'p>,
    (file, flow): (&'p GoFile, &'p Flow),
    name: Node<'p>,
    asked: &[BindingId],
) -> Vec<Deref<'p>> {
    let scopes = file.scopes();
    let Some(id) = file.resolve(name).local() else { return Vec::new() };
    let own = scopes.binding(id).function;
    let of = context.types.of(file, name);
    let uses = scopes.uses_of(id).filter(|it| it.function == own);
    let uses: Vec<&Use> = uses.take(USES).collect();
    if !context.affords(file, uses.len()) {
        return Vec::new();
    }
    let found = |used: &&Use| {
        let node = file.node(used.span, Kind::Identifier)?;
        let around = node.ancestors(file.root());
        // What ends the process, or unwinds it, does so with another message.
        let ending = around.iter().take_while(|it| !it.is(Kind::Block));
        if ending.into_iter().any(|it| leaves(file, *it).is_some()) {
            return None;
        }
        let asks = is_asked(file, node, &around, asked);
        (!asks).then(|| deref(context, file, &of, used, &around)).flatten()
    };
    let placed = |(node, sure): (Node<'p>, bool)| {
        let at = flow.at(node.start_byte())?;
        Some(Deref { node, at, sure })
    };
    uses.iter().filter_map(found).filter_map(placed).collect()
}

fn deref<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    of: &Type<'p>,
    used: &Use,
    around: &[Node<'p>],
) -> Option<(Node<'p>, bool)> {
    if used.access != Access::Read && !used.part {
        return None;
    }
    let types = &context.types;
    let node = file.node(used.span, Kind::Identifier)?;
    let parent = around.first()?;
    match parent.go_kind() {
        Kind::SelectorExpression => {
            let called = around.get(1).and_then(|it| it.callee());
            let called = called.is_some_and(|it| it.id() == parent.id());
            let name = file.text_of(parent.field(Field::Field)?);
            if !of.is_known() {
                // Messages of protocol buffers allow it.
                let allowed = called && name.starts_with("Get");
                return (!allowed).then_some((*parent, false));
            }
            if is_interface(types, of) {
                return called.then_some((*parent, true));
            }
            let Type::Pointer(_) = types.underlying(of) else { return None };
            match types.member(of, name).map(|it| it.kind) {
                Some(MemberKind::Field(_)) => Some((*parent, true)),
                Some(MemberKind::Method(MethodPlace::Own(it))) if called => {
                    let by_value = it.item.receiver.as_ref().is_some_and(|it| !it.pointer);
                    (by_value || needs_receiver(it.file, it.item.node(it.file)?))
                        .then_some((*parent, true))
                }
                Some(MemberKind::Method(MethodPlace::Foreign {
                    path, type_name, name, ..
                })) => {
                    let allowed = match (path, type_name) {
                        ("os", "File") => name != "Name",
                        ("time", "Location") | ("os", "ProcessState") => true,
                        // Addresses and numbers show nil as `<nil>`.
                        _ => name.starts_with("Get") || matches!(name, "String" | "Network"),
                    };
                    (called && !allowed).then_some((*parent, !path.contains('.')))
                }
                _ => None,
            }
        }
        // `m[k] = v`
        Kind::IndexExpression if used.access.writes() => {
            let index = parent.field(Field::Operand)?.id() == node.id();
            let to = around.get(1).filter(|it| it.is(Kind::ExpressionList)).is_some();
            let counts = around
                .get(1)
                .is_some_and(|it| matches!(it.go_kind(), Kind::IncStatement | Kind::DecStatement));
            let is_map = matches!(types.underlying(of), Type::Map(_));
            (index && is_map && (to || counts)).then_some((*parent, true))
        }
        Kind::UnaryExpression if parent.operator() == Some("*") => {
            of.is_known().then_some((*parent, true))
        }
        Kind::CallExpression if parent.callee().is_some_and(|it| it.id() == node.id()) => {
            let is_value = matches!(types.callee(file, *parent), Callee::Value(Type::Func(_)));
            is_value.then_some((*parent, true))
        }
        _ => None,
    }
}

/// Whether what stands before a use in one expression, left of `&&` or `||`, asks one of the
/// variables: `return err == nil && x.f`.
fn is_asked(file: &GoFile, node: Node<'_>, around: &[Node<'_>], ids: &[BindingId]) -> bool {
    around.iter().take_while(|it| !it.is(Kind::Block)).any(|it| {
        let decides = it.is(Kind::BinaryExpression) && matches!(it.operator(), Some("&&" | "||"));
        let left = it.field(Field::Left).filter(|it| decides && it.end_byte() <= node.start_byte());
        left.is_some_and(|it| {
            let mut names = it.descendants().filter(|it| it.is(Kind::Identifier));
            names.any(|it| file.resolve(it).local().is_some_and(|it| ids.contains(&it)))
        })
    })
}

/// Whether a method of the package reads a field of its receiver before it could know that there
/// is one: it never compares it, and hands it to nobody.
fn needs_receiver(file: &GoFile, method: Node<'_>) -> bool {
    let name = method
        .field(Field::Receiver)
        .and_then(|it| it.parts().next())
        .and_then(|it| it.field(Field::Name));
    let Some(id) = name.and_then(|it| file.scopes().declared_at(it.span())) else { return false };
    let Some(body) = method.field(Field::Body) else { return false };
    let mut reads = false;
    for it in own_nodes(body) {
        let left = it.field(Field::Left).zip(it.field(Field::Right));
        let compared = it.is(Kind::BinaryExpression)
            && left.is_some_and(|(left, right)| {
                right.is(Kind::Nil) && file.resolve(left).local() == Some(id)
            });
        if compared {
            return false;
        }
        let operand = it.field(Field::Operand).filter(|_| it.is(Kind::SelectorExpression));
        reads |= operand.is_some_and(|it| file.resolve(it).local() == Some(id));
    }
    reads
}
