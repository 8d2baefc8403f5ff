//! Things to give back that a variable holds: what each use of the variable does.

use crate::golang::{
    Access, BindingId, Effect, Field, GoFile, GoNode, Kind, Node, Place, Resolved, Use, What,
};
use crate::rules::engine::Context;
use crate::rules::types::{Callee, TypeInfo, only};

use super::kinds::{Of, Producer};
use super::{Given, Holding, Resource};

/// How many calls deep a borrower is looked into.
const DEPTH: usize = 2;

/// A resource that a statement puts into a variable.
pub(in crate::rules) struct Acquired<'p> {
    /// The call that hands it out.
    pub(in crate::rules) call: Node<'p>,
    /// The name of what is called.
    pub(in crate::rules) producer: &'p str,
    /// The variable's name, as it stands there.
    pub(in crate::rules) name: Node<'p>,
    /// What happens to it; `None` when it is given to `_`.
    pub(in crate::rules) holding: Option<Holding<'p>>,
    /// Whether some code gives it back.
    pub(in crate::rules) released: bool,
}

/// The resource that a `:=`, an assignment or a `var` acquires; `None` where it is kept elsewhere
/// than in a variable of the very function.
pub(in crate::rules) fn acquired<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    resource: &'static Resource,
) -> Option<Acquired<'p>> {
    let (file, statement) = (place.file, place.node);
    let (left, call) = sides(statement)?;
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    let producer = file.text_of(callee.field(Field::Field)?);
    let named = resource.producers.iter().filter(|it| it.names.contains(&producer));
    let types = &context.types;
    let by = named.into_iter().find(|it| is_produced(types, file, callee, it))?;
    let names: Vec<_> =
        if left.is(Kind::ExpressionList) { left.parts().collect() } else { vec![left] };
    let name = *names.get(by.result)?;
    let function = place.function()?;
    if file.text_of(name) == "_" {
        return Some(Acquired { call, producer, name, holding: None, released: false });
    }
    let flow = file.flow(function)?;
    let from = flow.at(statement.start_byte())?;
    let id = own_variable(file, name, function)?;
    let mut holding = Holding::new(file, function, flow, from);
    holding.given.push(Given { binding: id, nil: false });
    if let Some(error) =
        names.last().filter(|it| names.len() > by.result + 1 && it.id() != name.id())
        && let Some(error) = file.resolve(*error).local()
    {
        holding.given.push(Given { binding: error, nil: true });
    }
    let scopes = file.scopes();
    let uses = || scopes.uses_of(id).filter(|it| function.span().encloses(it.span));
    if !context.affords(file, uses().count() * 2) {
        return None;
    }
    let mut released = false;
    for it in uses().filter(|it| !statement.span().encloses(it.span)) {
        let (effect, releases) = effect(types, file, function, it, resource);
        released |= releases;
        let Some(at) = flow.at(it.span.start as usize) else { continue };
        let point = flow.point(at);
        let next = resource.exhausts.map(|next| format!("{}.{next}()", file.slice(it.span)));
        if point.what == What::Condition && next.is_some_and(|it| it == file.slice(point.span)) {
            holding.spent.insert(at);
        }
        holding.effect(at, effect);
    }
    Some(Acquired { call, producer, name, holding: Some(holding), released })
}

/// The names and the one call of a declaration or assignment.
fn sides(statement: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let (left, right) = match statement.go_kind() {
        Kind::ShortVarDeclaration | Kind::AssignmentStatement => {
            (statement.field(Field::Left)?, statement.field(Field::Right)?)
        }
        _ => return None,
    };
    let call = if right.is(Kind::ExpressionList) { only(right.parts())? } else { right };
    Some((left, call.unparen())).filter(|it| it.1.is(Kind::CallExpression))
}

fn is_produced<'p>(types: &TypeInfo<'p>, file: &'p GoFile, callee: Node<'p>, by: &Producer) -> bool {
    let operand = || callee.field(Field::Operand);
    match by.of {
        Of::Package(path) => file.qualified(callee).is_some_and(|it| it.0 == path),
        Of::Variable(path, name) => {
            operand().and_then(|it| file.qualified(it)) == Some((path, name))
        }
        Of::Types(path, names) => {
            let of = operand().map(|it| types.of(file, it)).unwrap_or_default();
            let of = of.behind().foreign_name();
            of.is_some_and(|(of, name)| is_version(of, path) && names.contains(&name))
        }
    }
}

/// Whether an import path is this one, a major version in between aside.
fn is_version(path: &str, wanted: &str) -> bool {
    let version = |it: &str| {
        it.strip_prefix('v')
            .is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
    };
    path == wanted || path.split('/').filter(|it| !version(it)).eq(wanted.split('/'))
}

/// The variable, when it is this function's own, and not a result, which the caller gets.
fn own_variable(file: &GoFile, name: Node<'_>, function: Node<'_>) -> Option<BindingId> {
    let Resolved::Local(id, binding) = file.resolve(name) else { return None };
    let own = binding.function.map(|it| file.scopes().function(it).span) == Some(function.span());
    let kept = binding.kind == crate::golang::BindingKind::Result;
    (own && !kept).then_some(id)
}

/// What one use of the variable does, and whether it gives the resource back, be it later.
fn effect<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    used: &Use,
    resource: &'static Resource,
) -> (Effect, bool) {
    let Some(node) = file.node(used.span, Kind::Identifier) else { return (Effect::Settle, false) };
    let around = node.ancestors(file.root());
    let what = does(types, file, &around, node, used, resource, DEPTH);
    // The literal around it, if it stands in one, and how that runs.
    let inside = around.iter().take_while(|it| it.id() != function.id());
    let literals: Vec<usize> =
        inside.enumerate().filter(|(_, it)| it.is(Kind::FuncLiteral)).map(|(at, _)| at).collect();
    let runs = |at: usize, kind: Kind| {
        let called = around.get(at + 1).and_then(|it| it.callee());
        let called = called.is_some_and(|it| it.id() == around[at].id());
        called && around.get(at + 2).is_some_and(|it| it.is(kind))
    };
    let deferred = literals.last().is_some_and(|at| runs(*at, Kind::DeferStatement));
    let at_once =
        !literals.is_empty() && literals.iter().all(|at| runs(*at, Kind::ExpressionStatement));
    if !literals.is_empty() && !deferred && !at_once {
        return (Effect::Settle, what == Does::Release);
    }
    match what {
        Does::Nothing => (Effect::None, false),
        Does::Escape => (Effect::Settle, false),
        Does::Release => {
            let statement = around.iter().find(|it| {
                !matches!(it.go_kind(), Kind::SelectorExpression | Kind::CallExpression)
            });
            let later = statement
                .is_some_and(|it| matches!(it.go_kind(), Kind::DeferStatement | Kind::GoStatement));
            (if later || deferred { Effect::Settle } else { Effect::Release }, true)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Nothing,
    Release,
    Escape,
}

/// What the expression around a variable does with it.
fn does<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    around: &[Node<'p>],
    name: Node<'p>,
    used: &Use,
    resource: &'static Resource,
    depth: usize,
) -> Does {
    if used.access != Access::Read {
        return Does::Escape;
    }
    let (steps, node, up) = selected(file, around, name);
    let Some(parent) = around.get(up) else { return Does::Escape };
    let is = |it: &&[&str]| it.iter().eq(steps.iter());
    let whole = resource.releases.iter().any(|it| is(it));
    let called =
        parent.is(Kind::CallExpression) && parent.callee().is_some_and(|it| it.id() == node.id());
    if called {
        return if whole { Does::Release } else { Does::Nothing };
    }
    // `resp.Status` is looked at; `resp.Body` and `rows.Close` are handed on.
    let part = whole || resource.releases.iter().any(|it| it.starts_with(&steps));
    if !part {
        return Does::Nothing;
    }
    match parent.go_kind() {
        Kind::BinaryExpression => Does::Nothing,
        Kind::ArgumentList => {
            let call = around.get(up + 1).copied();
            let borrowed = call.is_some_and(|call| {
                let outer = around.get(up + 2..).unwrap_or_default();
                is_borrowed(types, file, call, outer, node, (resource, !steps.is_empty()), depth)
            });
            if borrowed { Does::Nothing } else { Does::Escape }
        }
        Kind::ExpressionList => {
            let to = around.get(up + 1).filter(|it| it.is(Kind::AssignmentStatement));
            let left = to.and_then(|it| it.field(Field::Left));
            let blank = left.is_some_and(|it| it.parts().all(|it| file.text_of(it) == "_"));
            if blank { Does::Nothing } else { Does::Escape }
        }
        _ => Does::Escape,
    }
}

/// The steps that follow a variable, `Body` and `Close` of `resp.Body.Close`, the whole selector,
/// and how many of the nodes around belong to it.
fn selected<'p>(
    file: &'p GoFile,
    around: &[Node<'p>],
    name: Node<'p>,
) -> (Vec<&'p str>, Node<'p>, usize) {
    let (mut steps, mut node, mut up) = (Vec::new(), name, 0);
    while let Some(it) = around.get(up) {
        let operand = it.is(Kind::SelectorExpression)
            && it.field(Field::Operand).is_some_and(|it| it.id() == node.id());
        if operand {
            steps.extend(it.field(Field::Field).map(|it| file.text_of(it)));
        } else if !it.is(Kind::ParenthesizedExpression) {
            break;
        }
        (node, up) = (*it, up + 1);
    }
    (steps, node, up)
}

/// Whether a call that is given the resource, or the part of it that must be closed, only uses it.
fn is_borrowed<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    around: &[Node<'p>],
    argument: Node<'p>,
    (resource, part): (&'static Resource, bool),
    depth: usize,
) -> bool {
    let Some(callee) = call.callee() else { return false };
    let listed = |of: &[(&str, &[&str])]| {
        let named = file.qualified(callee);
        named.is_some_and(|(path, name)| of.iter().any(|it| it.0 == path && it.1.contains(&name)))
    };
    if listed(resource.borrowers) {
        return true;
    }
    if listed(resource.wrappers) {
        // `json.NewDecoder(resp.Body).Decode(&v)`
        let chained = around.first().is_some_and(|it| it.is(Kind::SelectorExpression));
        return chained && around.get(1).is_some_and(|it| it.is(Kind::CallExpression));
    }
    // A function of the package that only uses it.
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
