//! What happens to something that must be given back when a call is given it.

use crate::golang::{Access, Field, GoFile, GoNode, Kind, Node};
use crate::rules::types::{Callee, TypeInfo};

use super::Resource;
use super::kinds::Functions;
use super::value::{Does, does, sides};

/// What a call does that is given the resource, or the part of it that must be closed.
pub(super) fn lent<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    around: &[Node<'p>],
    argument: Node<'p>,
    (resource, part): (&'static Resource, bool),
    depth: usize,
) -> Does {
    let listed = |call: Node<'p>, of: Functions| is_listed(file, call, of);
    if listed(call, resource.drains) {
        return Does::Drain;
    }
    if listed(call, resource.copies) {
        // Only what discards everything takes everything.
        let to = call.arguments().next().and_then(|it| file.qualified(it));
        let discards = to.is_some_and(|it| it.1 == "Discard");
        return if discards { Does::Drain } else { Does::Decode };
    }
    if listed(call, resource.borrowers) {
        return Does::Nothing;
    }
    if listed(call, resource.wrappers) {
        if resource.through && is_only_used(file, call, around, resource) {
            return Does::Nothing;
        }
        let outer = |at: usize| around.get(at).copied();
        // `json.NewDecoder(resp.Body).Decode(&v)`
        if outer(0).is_some_and(|it| it.is(Kind::SelectorExpression))
            && outer(1).is_some_and(|it| it.is(Kind::CallExpression))
        {
            return Does::Decode;
        }
        // `io.ReadAll(io.LimitReader(resp.Body, most))`
        let user = outer(1).filter(|_| outer(0).is_some_and(|it| it.is(Kind::ArgumentList)));
        let Some(user) = user else { return Does::Escape };
        if listed(user, resource.drains) || listed(user, resource.copies) {
            return Does::Decode;
        }
        if listed(user, resource.wrappers) {
            let around = around.get(2..).unwrap_or_default();
            return lent(types, file, user, around, call, (resource, part), depth);
        }
        return Does::Escape;
    }
    if is_borrowed(types, file, call, argument, (resource, part), depth) {
        Does::Nothing
    } else {
        Does::Escape
    }
}

/// Whether a function of the package that is given the resource only uses it.
fn is_borrowed<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    argument: Node<'p>,
    (resource, part): (&'static Resource, bool),
    depth: usize,
) -> bool {
    let Some(depth) = depth.checked_sub(1).filter(|_| !part) else { return false };
    let (Callee::Function(function) | Callee::Method(function)) = types.callee(file, call) else {
        return false;
    };
    let at = call.arguments().position(|it| it.id() == argument.id());
    let Some(node) = function.item.node(function.file) else { return false };
    let Some(parameter) = at.and_then(|at| parameter(node, at)) else { return false };
    let scopes = function.file.scopes();
    let Some(id) = scopes.declared_at(parameter.span()) else {
        return function.file.text_of(parameter) == "_";
    };
    // Looking at each use goes down from the root.
    const USES: usize = 32;
    scopes.uses_of(id).count() <= USES
        && scopes.uses_of(id).all(|it| {
            let Some(name) = function.file.node(it.span, Kind::Identifier) else { return false };
            let around = name.ancestors(function.file.root());
            let own = around.iter().find(|it| it.go_kind().is_function());
            own.is_some_and(|it| it.id() == node.id())
                && does(types, function.file, &around, name, it, resource, depth) == Does::Nothing
        })
}

/// The name of a parameter by its place; `None` for variadic ones and those without names.
fn parameter(function: Node<'_>, at: usize) -> Option<Node<'_>> {
    let list = function.field(Field::Parameters)?;
    let mut names = Vec::new();
    for it in list.parts() {
        if !it.is(Kind::ParameterDeclaration) {
            break;
        }
        let before = names.len();
        names.extend(it.parts().take_while(|it| it.is(Kind::Identifier)));
        if names.len() == before {
            return None;
        }
    }
    names.get(at).copied()
}

fn is_listed(file: &GoFile, call: Node<'_>, of: Functions) -> bool {
    let named = call.callee().and_then(|it| file.qualified(it));
    named.is_some_and(|(path, name)| of.iter().any(|it| it.0 == path && it.1.contains(&name)))
}

/// Whether what a call makes around the resource goes into a variable of the function, whose
/// methods are called there, and which is lent to functions that only use it.
fn is_only_used(
    file: &GoFile,
    call: Node<'_>,
    around: &[Node<'_>],
    resource: &'static Resource,
) -> bool {
    let list = around.first().filter(|it| it.is(Kind::ExpressionList));
    let by = around.get(usize::from(list.is_some()));
    let Some((names, _)) = by.and_then(|it| sides(*it)) else { return false };
    let [name] = names[..] else { return false };
    let scopes = file.scopes();
    let Some(id) = scopes.declared_at(name.span()) else { return false };
    let own = scopes.function_at(call.start_byte());
    /// Looking at each use goes down from the root.
    const USES: usize = 32;
    scopes.uses_of(id).count() <= USES
        && scopes.uses_of(id).all(|it| {
            let Some(name) = file.node(it.span, Kind::Identifier) else { return false };
            let around = name.ancestors(file.root());
            let Some([first, second, ..]) = around.get(..2) else { return false };
            let used = match first.go_kind() {
                Kind::SelectorExpression => second.callee().is_some_and(|it| it.id() == first.id()),
                Kind::ArgumentList => {
                    let lists = [resource.borrowers, resource.drains, resource.copies];
                    lists.iter().any(|it| is_listed(file, *second, it))
                }
                _ => false,
            };
            used && it.access == Access::Read && it.function == own
        })
}
