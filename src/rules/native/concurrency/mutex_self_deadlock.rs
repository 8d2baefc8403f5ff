//! A lock that is taken once more by the goroutine that holds it, mostly through a method that
//! locks for itself.

mod taken;

use std::collections::HashSet;

use crate::golang::{AccessPath, GoFile, GoNode, Kind, Node, Place, PointId};
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::release::{
    Form, Holding, Lock, METHODS, NetReleasers, Site, Sites, moves, object, point_of,
};

use taken::Taken;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration],
    vars: &["CALL", "LOCK"],
    check,
};

/// One time at which the lock is taken while it is held.
struct Again<'p> {
    call: Node<'p>,
    taken: Taken<'p>,
}

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, function) = (place.file, place.node);
    let text = file.text_of(function);
    if !text.contains("Lock()") || !context.affords_steps(text.len() as u64 / 4) {
        return Vec::new();
    }
    let sites = Sites::of(file, function, METHODS);
    let locks = |it: &&Site<'p>| {
        it.literal.is_none() && it.form == Form::Plain && matches!(it.name, "Lock" | "RLock")
    };
    let mut seen = HashSet::new();
    let mut hits = Vec::new();
    for site in sites.all.iter().filter(locks) {
        for it in again(context, place, &sites, site).unwrap_or_default() {
            if seen.insert((it.call.id(), site.path.clone())) {
                hits.extend(hit(file, site, &it));
            }
        }
    }
    hits
}

fn hit<'p>(file: &'p GoFile, site: &Site<'p>, again: &Again<'p>) -> Option<Hit<'p>> {
    let taken = &again.taken;
    let mut hit = Hit::at(file, again.call)
        .var("CALL", file.text_of(again.call.callee()?))
        .var("LOCK", file.text_of(site.receiver))
        .with(file, site.node, Role::Acquire);
    if taken.at.node.id() != again.call.id() {
        hit = hit.with(taken.at.file, taken.at.node, Role::Call);
    }
    hit.confidence = taken.confidence;
    Some(hit)
}

/// Where a lock that this site takes is taken once more on the way; `None` where some code may
/// give it back at a time that nobody knows.
fn again<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    sites: &Sites<'p>,
    site: &Site<'p>,
) -> Option<Vec<Again<'p>>> {
    let (file, function) = (place.file, place.node);
    let path = site.path.as_ref()?;
    if path.is_indexed() || moves(file, function, path) {
        return None;
    }
    let flow = file.flow(function)?;
    let from = point_of(file, flow, function, site.node)?;
    let mut released = HashSet::new();
    for it in sites.all.iter().filter(|it| may_release(it, path)) {
        match it.form {
            Form::Elsewhere => return None,
            Form::Deferred => {}
            Form::Plain | Form::Inline => {
                released.insert(flow.at(it.node.start_byte())?);
            }
        }
    }
    let held = |released: &HashSet<PointId>| {
        let next = flow.next(from).iter().map(|it| it.0);
        flow.reach(next, |it| released.contains(&it))
    };
    let reached = held(&released);
    let list = site.node.ancestors(file.root());
    let list = list.into_iter().find(|it| it.is(Kind::StatementList))?;
    let is_held = |it: &Node<'p>, reached: &[bool], released: &HashSet<PointId>| {
        flow.at(it.start_byte())
            .is_some_and(|at| reached[at.index()] && at != from && !released.contains(&at))
    };
    let exclusive = site.name == "Lock";
    let mut found = Vec::new();
    for call in calls(function) {
        // A lock that a branch takes may be why the call stands in another.
        if !list.span().encloses(call.span()) || !is_held(&call, &reached, &released) {
            continue;
        }
        if let Some(taken) = taken::by(context, file, call, (path, exclusive), sites) {
            found.push(Again { call, taken });
        }
    }
    if found.is_empty() {
        return Some(found);
    }
    Lock::of(&context.types, file, site.receiver)?;
    // Some function in between may give it back.
    let pair = (&[site.name][..], &[if exclusive { "Unlock" } else { "RUnlock" }][..]);
    let others = NetReleasers::of(context, &object(file, path), pair, (file, function))?;
    let mut holding = Holding::new(file, function, flow, from);
    if others.in_literal {
        return None;
    }
    holding.settle_calls(&others.names);
    released.extend(holding.effects.keys());
    let reached = held(&released);
    found.retain(|it| is_held(&it.call, &reached, &released));
    Some(found)
}

/// Whether a site may give back what the path names: that very lock, or one that may be the same.
fn may_release(site: &Site<'_>, path: &AccessPath) -> bool {
    matches!(site.name, "Unlock" | "RUnlock")
        && site.path.as_ref().is_none_or(|it| it.last() == path.last())
}

/// The calls that the function makes where they stand.
fn calls<'p>(function: Node<'p>) -> impl Iterator<Item = Node<'p>> {
    let mut later = HashSet::new();
    own_nodes(function).filter(move |it| match it.go_kind() {
        Kind::GoStatement | Kind::DeferStatement => {
            later.extend(it.parts().next().map(|it| it.unparen().id()));
            false
        }
        Kind::CallExpression => !later.contains(&it.id()),
        _ => false,
    })
}
