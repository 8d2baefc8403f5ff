//! Things to give back that a variable holds: what each use of the variable does.

use crate::golang::{
    Access, BindingId, Effect, Field, GoFile, GoNode, Kind, Node, Place, PointId, Resolved, Use,
};
use crate::rules::engine::Context;
use crate::rules::types::{TypeInfo, only};

use super::kinds::Producer;
use super::lent::lent;
use super::produced::is_produced;
use super::spent::note_spent;
use super::{Given, Holding, Resource};

/// How many calls deep a borrower is looked into.
const DEPTH: usize = 2;

/// A resource that a statement puts into a variable.
pub(in crate::rules) struct Acquired<'p> {
    /// The call that hands it out.
    pub(in crate::rules) call: Node<'p>,
    /// The name of what is called.
    pub(in crate::rules) producer: &'p str,
    /// What follows the variable in a statement that gives it back; `$` stands for the call's first
    /// argument.
    pub(in crate::rules) back: &'static str,
    /// The variable's name, as it stands there.
    pub(in crate::rules) name: Node<'p>,
    /// What happens to it; `None` when it is given to `_`.
    pub(in crate::rules) holding: Option<Holding<'p>>,
    /// The variable of the error that comes with it.
    pub(in crate::rules) error: Option<BindingId>,
    /// Whether some code gives it back.
    pub(in crate::rules) released: bool,
    /// Whether some code hands it on.
    pub(in crate::rules) handed_on: bool,
    /// Where it is used up.
    pub(in crate::rules) drained: Vec<PointId>,
    /// Where it is used in a way that uses it up as a rule.
    pub(in crate::rules) decoded: Vec<PointId>,
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
    let callee = call.callee()?;
    let producer = match callee.go_kind() {
        Kind::SelectorExpression => file.text_of(callee.field(Field::Field)?),
        Kind::Identifier => file.text_of(callee),
        _ => return None,
    };
    let names = left;
    // Who opens something may fail to, and says so.
    let named = |it: &&Producer| {
        it.names.contains(&producer) || it.names.is_empty() && names.len() > it.result + 1
    };
    let types = &context.types;
    let mut named = resource.producers.iter().filter(named);
    let by = named.find(|it| is_produced(types, file, call, it))?;
    let name = *names.get(by.result)?;
    let function = place.function()?;
    if file.text_of(name) == "_" {
        return Some(Acquired::new(call, producer, by.back, name));
    }
    let flow = file.flow(function)?;
    let from = flow.at(statement.start_byte())?;
    let id = own_variable(file, name, function)?;
    let mut holding = Holding::new(file, function, flow, from);
    let mut found = Acquired::new(call, producer, by.back, name);
    holding.given.push(Given { binding: id, nil: false });
    let last = names.last().filter(|it| names.len() > by.result + 1 && it.id() != name.id());
    found.error = last.and_then(|it| file.resolve(*it).local());
    holding.given.extend(found.error.map(|binding| Given { binding, nil: true }));
    let scopes = file.scopes();
    let uses = || scopes.uses_of(id).filter(|it| function.span().encloses(it.span));
    if !context.affords(file, uses().count() * 3) {
        return None;
    }
    for it in uses().filter(|it| !statement.span().encloses(it.span)) {
        let used = used(types, file, function, it, resource);
        found.released |= used.does == Does::Release;
        found.handed_on |= used.does == Does::Escape;
        if used.later && it.span.end <= statement.span().start && used.does == Does::Release {
            // `defer func() { if resp != nil { … } }()` above.
            return None;
        }
        let Some(at) = flow.at(it.span.start as usize) else { continue };
        match used.does {
            Does::Drain if used.effect == Effect::None => found.drained.push(at),
            Does::Decode if used.effect == Effect::None => found.decoded.push(at),
            _ => {}
        }
        note_spent(&mut holding, it, at, resource);
        holding.effect(at, used.effect);
    }
    found.holding = Some(holding);
    Some(found)
}

impl<'p> Acquired<'p> {
    fn new(call: Node<'p>, producer: &'p str, back: &'static str, name: Node<'p>) -> Self {
        Self {
            call,
            producer,
            back,
            name,
            holding: None,
            error: None,
            released: false,
            handed_on: false,
            drained: Vec::new(),
            decoded: Vec::new(),
        }
    }

    /// The statement that gives it back.
    pub(in crate::rules) fn gives_back(&self, file: &GoFile) -> String {
        let first = self.call.arguments().next().map_or("", |it| file.text_of(it));
        format!("{}{}", file.text_of(self.name), self.back.replace('$', first))
    }
}

/// The names and the one call of a declaration or assignment.
pub(super) fn sides(statement: Node<'_>) -> Option<(Vec<Node<'_>>, Node<'_>)> {
    let (left, right) = match statement.go_kind() {
        Kind::ShortVarDeclaration | Kind::AssignmentStatement => {
            let left = statement.field(Field::Left)?;
            let names =
                if left.is(Kind::ExpressionList) { left.parts().collect() } else { vec![left] };
            (names, statement.field(Field::Right)?)
        }
        Kind::VarSpec => {
            let names = statement.parts().take_while(|it| it.is(Kind::Identifier)).collect();
            (names, statement.field(Field::Value)?)
        }
        _ => return None,
    };
    let call = if right.is(Kind::ExpressionList) { only(right.parts())? } else { right };
    Some((left, call.unparen())).filter(|it| it.1.is(Kind::CallExpression))
}

/// The variable, when it is this function's own, and not a result, which the caller gets.
fn own_variable(file: &GoFile, name: Node<'_>, function: Node<'_>) -> Option<BindingId> {
    let Resolved::Local(id, binding) = file.resolve(name) else { return None };
    let own = binding.function.map(|it| file.scopes().function(it).span) == Some(function.span());
    let kept = binding.kind == crate::golang::BindingKind::Result;
    (own && !kept).then_some(id)
}

/// What one use of the variable does.
struct Used {
    does: Does,
    effect: Effect,
    /// Whether it happens when the function ends.
    later: bool,
}

fn used<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    used: &Use,
    resource: &'static Resource,
) -> Used {
    let Some(node) = file.node(used.span, Kind::Identifier) else {
        return Used { does: Does::Escape, effect: Effect::Settle, later: false };
    };
    let around = node.ancestors(file.root());
    let does = does(types, file, &around, node, used, resource, DEPTH);
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
    let statement = around.iter().find(|it| {
        !matches!(
            it.go_kind(),
            Kind::SelectorExpression
                | Kind::CallExpression
                | Kind::ArgumentList
                | Kind::ParenthesizedExpression
        )
    });
    let runs_later =
        |it: &&Node<'_>| matches!(it.go_kind(), Kind::DeferStatement | Kind::GoStatement);
    let later = deferred || statement.is_some_and(|it| runs_later(&it));
    let effect = if !literals.is_empty() && !deferred && !at_once {
        Effect::Settle
    } else {
        match does {
            Does::Nothing => Effect::None,
            Does::Escape => Effect::Settle,
            Does::Drain | Does::Decode if later => Effect::Settle,
            Does::Drain | Does::Decode => Effect::None,
            Does::Release if later => Effect::Settle,
            Does::Release => Effect::Release,
        }
    };
    Used { does, effect, later }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Nothing,
    Release,
    Escape,
    /// Uses it up.
    Drain,
    /// Uses it, and uses it up as a rule.
    Decode,
}

/// What the expression around a variable does with it.
pub(super) fn does<'p>(
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
    let whole = resource.releases.iter().any(is);
    let called =
        parent.is(Kind::CallExpression) && parent.callee().is_some_and(|it| it.id() == node.id());
    if called {
        if steps.first().is_some_and(|it| resource.keeps.contains(it)) {
            return Does::Escape;
        }
        // What a helper exhausts, or a loop that asks a variable, who knows.
        let exhausts = resource.exhausts.is_some_and(|it| steps == [it])
            && (depth < DEPTH || is_kept(around.get(up + 1..).unwrap_or_default()));
        return match (whole, exhausts) {
            (true, _) => Does::Release,
            (_, true) => Does::Escape,
            _ => Does::Nothing,
        };
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
            call.map_or(Does::Escape, |call| {
                let outer = around.get(up + 2..).unwrap_or_default();
                lent(types, file, call, outer, node, (resource, !steps.is_empty()), depth)
            })
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

/// Whether somebody keeps the answer of a call, by what is around it.
fn is_kept(around: &[Node<'_>]) -> bool {
    let passes = |it: &&Node<'_>| {
        matches!(
            it.go_kind(),
            Kind::UnaryExpression
                | Kind::BinaryExpression
                | Kind::ParenthesizedExpression
                | Kind::ExpressionList
        )
    };
    around.iter().find(|it| !passes(it)).is_some_and(|it| {
        !matches!(
            it.go_kind(),
            Kind::IfStatement
                | Kind::ForStatement
                | Kind::ForClause
                | Kind::ReturnStatement
                | Kind::ExpressionStatement
        )
    })
}
