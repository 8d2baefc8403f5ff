//! A pointer, map or function variable that is used while nothing has been assigned to it.

use crate::golang::{Access, BindingId, Field, GoFile, GoNode, Kind, Node, Place, PointId};
use crate::rules::Role;
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::outcome::derefs;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::VarSpec], vars: &["VAR", "USE"], check };

/// More names than this are no declaration that a person wrote.
const NAMES: usize = 16;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, node) = (place.file, place.node);
    let nil = node.field(Field::Type).is_some_and(|it| {
        matches!(it.go_kind(), Kind::PointerType | Kind::MapType | Kind::FunctionType)
    });
    if !nil || node.field(Field::Value).is_some() || serves_tests(file) {
        return Vec::new();
    }
    let Some(function) = place.function() else { return Vec::new() };
    let names = node.parts().take_while(|it| it.is(Kind::Identifier)).take(NAMES);
    names.filter_map(|it| used(context, file, function, it)).collect()
}

/// The first use that panics, and that no assignment comes to.
fn used<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    name: Node<'p>,
) -> Option<Hit<'p>> {
    let scopes = file.scopes();
    let id = scopes.declared_at(name.span())?;
    if !is_own(file, id) {
        return None;
    }
    let flow = file.flow(function)?;
    let from = flow.at(name.start_byte())?;
    let derefs = derefs(context, (file, flow), name, &[id]);
    if derefs.is_empty() || !context.affords_steps(2 * flow.size() as u64) {
        return None;
    }
    let mut given = Vec::new();
    let mut compared = Vec::new();
    for it in scopes.uses_of(id) {
        let Some(at) = flow.at(it.span.start as usize) else { continue };
        if it.access != Access::Read && !it.part {
            given.push(at);
        } else if is_compared(file, it.span) {
            compared.push(at);
        }
    }
    // Each round of a loop declares another.
    let after = given.iter().flat_map(|it| flow.next(*it)).map(|it| it.0);
    let assigned = flow.reach(after, |it| it == from);
    let begin = flow.next(from).iter().map(|it| it.0);
    let known = |it: PointId| it == from || given.contains(&it) || compared.contains(&it);
    let nil = flow.reach(begin, known);
    let is_nil = |it: PointId| nil[it.index()] && !assigned[it.index()] && !given.contains(&it);
    let first = derefs.iter().find(|it| it.sure && is_nil(it.at))?;
    let hit = Hit::at(file, first.node)
        .var("VAR", file.text_of(name))
        .var("USE", file.text_of(first.node))
        .with(file, name, Role::Make);
    Some(hit)
}

/// Whether nobody but the function itself can give the variable a value.
fn is_own(file: &GoFile, id: BindingId) -> bool {
    let scopes = file.scopes();
    let own = scopes.binding(id).function;
    scopes.uses_of(id).filter(|it| !it.part).all(|it| match it.access {
        Access::Read => true,
        Access::Write | Access::ReadWrite => it.function == own,
        Access::Address => false,
    })
}

/// Whether a use is one side of a comparison, or asked in another way.
fn is_compared(file: &GoFile, name: crate::golang::Span) -> bool {
    let Some(node) = file.node(name, Kind::Identifier) else { return true };
    let around = node.ancestors(file.root());
    around.first().is_some_and(|it| it.is(Kind::BinaryExpression))
}
