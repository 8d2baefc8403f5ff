//! A channel that is closed twice: on one way through a function, by several goroutines, or by a
//! function that is called again and again.

use crate::golang::{
    AccessPath, BindingKind, Edge, Field, GoFile, GoNode, Kind, Node, Place, Root,
};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::closing::{Behind, Close, Closed};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::once::callers;
use crate::rules::share::{Race, What, With, races};
use crate::rules::start::once;
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::CallExpression],
    vars: &["CH"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if place.node.is(Kind::CallExpression) {
        return closed(context, place).unwrap_or_default();
    }
    let file = place.file;
    races(context, file, place.node, What::Channel)
        .iter()
        .filter_map(|it| by_goroutines(file, it))
        .collect()
}

/// Two goroutines that close one channel.
fn by_goroutines<'p>(file: &'p GoFile, race: &Race<'p>) -> Option<Hit<'p>> {
    let hit = Hit::at(file, race.inner.statement)
        .var("CH", file.slice(file.scopes().binding(race.variable).name))
        .with(file, race.start.site.node, Role::Start);
    match &race.with {
        With::Itself => Some(hit),
        With::Starter(it) | With::Other(it) => {
            (it.writes && race.inner.writes).then(|| hit.with(file, it.statement, Role::Close))
        }
    }
}

/// What comes behind one close.
fn closed<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Vec<Hit<'p>>> {
    let (file, call) = (place.file, place.node);
    let Closed { function, close, channel, behind } = Closed::of(context, place)?;
    let mut hits = Vec::new();
    for it in behind {
        if let Behind::Close(again) = it {
            // The later one in the source is the one to look at.
            let late = if again.start_byte() < call.start_byte() { call } else { again };
            let hit = Hit::at(file, late).var("CH", channel);
            let other = if late.id() == again.id() { call } else { again };
            let same = again.id() == call.id();
            hits.push(if same { hit } else { hit.with(file, other, Role::Close) });
        }
    }
    if hits.is_empty() {
        hits.extend(called_again(context, place, function, &close, channel));
    }
    Some(hits)
}

/// A method that closes its channel whenever that is there, and leaves it there, while a loop
/// calls it.
fn called_again<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    function: Node<'p>,
    close: &Close<'p>,
    channel: &'p str,
) -> Option<Hit<'p>> {
    let file = place.file;
    let flow = file.flow(function)?;
    let is_field = function.is(Kind::MethodDeclaration) && close.path.steps.len() == 1;
    if !is_field || once(context, file, place.ancestors) {
        return None;
    }
    let guards = flow.guards(&flow.dominators(), close.at);
    let asks = guards.iter().any(|(at, edge)| {
        let point = flow.point(*at);
        let condition = file.node(point.span, point.kind);
        condition.is_some_and(|it| is_there(file, it, &close.path) == Some(*edge))
    });
    // What the method changes may keep it from coming here again.
    let changes = |it: Node<'_>| {
        matches!(it.go_kind(), Kind::AssignmentStatement | Kind::IncStatement)
            && it.field(Field::Left).is_none_or(|it| {
                it.parts().any(|it| it.is(Kind::SelectorExpression) || it.is(Kind::IndexExpression))
            })
    };
    // Who is called behind the close may take the channel away.
    let root = match close.path.root {
        Root::Local(id) => file.scopes().binding(id),
        _ => return None,
    };
    let called = own_nodes(function).any(|it| {
        it.is(Kind::CallExpression)
            && it.start_byte() > close.call.end_byte()
            && file.scopes().uses_in(it.span()).iter().any(|it| {
                it.binding().is_some_and(|it| file.scopes().binding(it).name == root.name)
            })
            && flow
                .path(close.at, flow.at(it.start_byte()).unwrap_or(close.at), |_| false)
                .is_some()
    });
    if called || root.kind != BindingKind::Receiver {
        return None;
    }
    let selected = place.ancestors.iter().any(|it| it.is(Kind::SelectStatement));
    if !asks || selected || own_nodes(function).any(changes) {
        return None;
    }
    let again = callers(context, At { file, node: function })?.into_iter().find(|it| {
        let scopes = it.file.scopes();
        context.affords(it.file, 4)
            && scopes.loop_at(it.node.start_byte()).is_some_and(|l| {
                let own =
                    it.node.field(Field::Operand).and_then(|it2| it.file.resolve(it2).local());
                own.is_none_or(|id| !l.span.encloses(scopes.binding(id).name))
            })
    })?;
    let mut hit =
        Hit::at(file, close.call).var("CH", channel).with(again.file, again.node, Role::Call);
    hit.confidence = Confidence::Medium;
    Some(hit)
}

/// By which edge a condition says that the channel is there: `x.ch != nil`.
fn is_there(file: &GoFile, condition: Node<'_>, path: &AccessPath) -> Option<Edge> {
    let sides = [condition.field(Field::Left)?, condition.field(Field::Right)?];
    let nil = sides.iter().any(|it| it.unparen().is(Kind::Nil));
    let own = sides.iter().any(|it| AccessPath::of(file, *it).as_ref() == Some(path));
    match condition.operator()? {
        "!=" if nil && own => Some(Edge::True),
        "==" if nil && own => Some(Edge::False),
        _ => None,
    }
}
