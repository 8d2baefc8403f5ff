//! What a value is made of, where it comes from, and where it goes.

use crate::golang::{Access, BindingKind, Field, GoNode, Kind, Node, Resolved};
use crate::rules::object::root_of;
use crate::rules::outlive::outlives;
use crate::rules::types::value_of;

use super::name::{GoName, means};
use super::solve::Site;

/// Whether the value is what a call of one of the names gave, whichever of its results.
pub(super) fn comes_from<'p>(site: &Site<'p, '_>, node: Node<'p>, names: &[GoName]) -> bool {
    let file = site.file;
    let is_call = |it: Node<'p>| {
        let it = it.unparen();
        it.is(Kind::CallExpression) && it.callee().is_some_and(|callee| means(site, callee, names))
    };
    let node = node.unparen();
    if node.is(Kind::CallExpression) {
        return is_call(node);
    }
    let Resolved::Local(id, binding) = file.resolve(node) else { return false };
    // Who writes it once more may have taken it from elsewhere.
    let fixed = |access: Access| !access.writes() && access != Access::Address;
    let known = matches!(binding.kind, BindingKind::ShortVar | BindingKind::Var);
    if !node.is(Kind::Identifier)
        || !known
        || !site.meter.look(file, 3)
        || !file.scopes().uses_of(id).all(|it| it.part || fixed(it.access))
    {
        return false;
    }
    let (span, kind) = binding.declared_by;
    let Some(by) = file.node(span, kind) else { return false };
    let values = by.field(Field::Right).or(by.field(Field::Value));
    let name = by.descendants().find(|it| it.span() == binding.name);
    let single = values.and_then(|it| {
        let mut all = it.parts();
        all.next().filter(|_| it.is(Kind::ExpressionList) && all.next().is_none())
    });
    name.and_then(|it| value_of(by, it)).or(single).is_some_and(is_call)
}

/// Whether the expression is made of literals and constants only.
pub(super) fn is_constant(site: &Site<'_, '_>, node: Node<'_>) -> bool {
    let mut nodes = node.descendants();
    while let Some(it) = nodes.next() {
        if !site.meter.take(1) {
            return false;
        }
        let fine = match it.go_kind() {
            kind if kind.is_string() => {
                nodes.skip_below();
                true
            }
            Kind::IntLiteral
            | Kind::FloatLiteral
            | Kind::ImaginaryLiteral
            | Kind::RuneLiteral
            | Kind::True
            | Kind::False
            | Kind::ParenthesizedExpression
            | Kind::Comment => true,
            Kind::BinaryExpression => true,
            Kind::UnaryExpression => !matches!(it.operator(), Some("&" | "*" | "<-")),
            Kind::Token => true,
            Kind::Identifier => site.meter.take(16) && is_constant_name(site, it),
            _ => false,
        };
        if !fine {
            return false;
        }
    }
    true
}

fn is_constant_name(site: &Site<'_, '_>, name: Node<'_>) -> bool {
    match site.file.resolve(name) {
        Resolved::Local(_, binding) => binding.kind == BindingKind::Const,
        Resolved::Outer(name) => {
            let mut all = site.package().declared(name).peekable();
            let consts = site.package().consts(name).count();
            all.peek().is_some() && all.count() == consts
        }
        _ => false,
    }
}

/// Whether it is a local variable of which only methods are called, in the function that declares
/// it: whatever is in it dies with the call.
pub(super) fn stays(site: &Site<'_, '_>, node: Node<'_>) -> bool {
    let file = site.file;
    let scopes = file.scopes();
    let declared = scopes.declared_at(node.span());
    let Some(id) = declared.or_else(|| file.resolve(node).local()) else { return false };
    let binding = scopes.binding(id);
    let local = matches!(binding.kind, BindingKind::ShortVar | BindingKind::Var);
    local
        && scopes.uses_of(id).all(|it| {
            it.access == Access::Read
                && it.function == binding.function
                && site.meter.look(file, 2)
                && file.node(it.span, Kind::Identifier).is_some_and(|name| {
                    let around = name.ancestors(file.root());
                    let calls = |selector: &Node<'_>, call: &Node<'_>| {
                        selector.is(Kind::SelectorExpression)
                            && call.callee().is_some_and(|it| it.id() == selector.id())
                    };
                    matches!(around.as_slice(), [selector, call, ..] if calls(selector, call))
                })
        })
}

/// Whether it is a local variable, or a part of one, whose value nothing visibly keeps beyond the
/// iteration or the function that declares it.
pub(super) fn is_unstored(site: &Site<'_, '_>, node: Node<'_>) -> bool {
    let file = site.file;
    let scopes = file.scopes();
    let root = root_of(node.unparen());
    let declared = scopes.declared_at(root.span());
    let Some(id) = declared.or_else(|| file.resolve(root).local()) else { return false };
    let binding = scopes.binding(id);
    let around = scopes.loop_at(binding.name.start as usize).map(|it| it.span);
    let function = || binding.function.map(|it| scopes.function(it).span);
    let Some(region) = around.or_else(function) else { return false };
    binding.kind.is_variable() && !outlives(file, id, region, &|looks| site.meter.look(file, looks))
}

/// Whether it is the same in every iteration of the innermost loop around: names and fields only,
/// of which the loop neither declares nor assigns one.
pub(super) fn is_invariant(site: &Site<'_, '_>, node: Node<'_>) -> bool {
    let file = site.file;
    let scopes = file.scopes();
    if !site.meter.look(file, 2) {
        return false;
    }
    let around = node.ancestors(file.root());
    let Some(the_loop) = around.iter().find(|it| it.is(Kind::ForStatement)) else { return true };
    let region = the_loop.span();
    node.descendants().all(|it| {
        site.meter.take(4)
            && match it.go_kind() {
                Kind::SelectorExpression
                | Kind::ParenthesizedExpression
                | Kind::FieldIdentifier
                | Kind::Token => true,
                Kind::UnaryExpression => matches!(it.operator(), Some("&" | "*")),
                Kind::Identifier => match file.resolve(it) {
                    Resolved::Local(id, binding) => {
                        !region.encloses(binding.name)
                            && scopes.uses_of(id).all(|it| {
                                site.meter.take(1)
                                    && (it.part
                                        || it.access == Access::Read
                                        || !region.encloses(it.span))
                            })
                    }
                    Resolved::Outer(_) | Resolved::Import(_) => true,
                    Resolved::Nothing => false,
                },
                _ => false,
            }
    })
}
