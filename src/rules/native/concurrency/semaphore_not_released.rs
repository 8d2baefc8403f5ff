//! A way out of the function on which the slot of a semaphore is not given back.

use crate::golang::{
    AccessPath, Edge, Effect, Field, GoFile, GoNode, Held, Kind, Leak, Node, Place, PointId, What,
};
use crate::rules::Role;
use crate::rules::audience::is_main;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::release::{
    Form, Given, Holding, NetReleasers, RECEIVE, SEND, Site, Sites, give_back_before, is_named_for,
    is_own, moves, object, point_of,
};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::FuncLiteral],
    vars: &["SEMAPHORE", "ACQUIRE", "RELEASE"],
    check,
};

/// Names of functions that hold a slot at their end on purpose.
const NAMES: &[&str] = &["acquire", "acquired", "lock", "take", "enter"];

/// What the comments of such functions say.
const SAYS: &[&str] =
    &["must release", "should release", "caller must", "release the", "releases the"];

/// How many ways of one semaphore are worth a comment each.
const WAYS: usize = 1;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, function) = (place.file, place.node);
    let text = file.text_of(function);
    if !context.affords_steps(text.len() as u64 / 16) {
        return Vec::new();
    }
    let weighted = text.contains("cquire(") && text.contains(".Release(");
    let channel = text.contains("<- struct{}{}") && text.matches("<-").count() > 1;
    if !(weighted || channel) || context.package.is_partial() {
        return Vec::new();
    }
    if is_main(context.package, file, function) || !context.affords_steps(text.len() as u64 / 4) {
        return Vec::new();
    }
    let sites = Sites::of(file, function, &["Acquire", "TryAcquire", "Release", RECEIVE, SEND]);
    let own = sites.all.iter().filter(|it| it.literal.is_none());
    let hits = own.filter_map(|it| leaking(context, place, &sites, it));
    hits.flatten().collect()
}

fn leaking<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    sites: &Sites<'p>,
    site: &Site<'p>,
) -> Option<Vec<Hit<'p>>> {
    let (file, function) = (place.file, place.node);
    let release = match site.name {
        "Acquire" | "TryAcquire" => "Release",
        SEND => RECEIVE,
        _ => return None,
    };
    let path = site.path.as_ref()?;
    if path.is_indexed() || moves(file, function, path) {
        return None;
    }
    let flow = file.flow(function)?;
    let from = point_of(file, flow, function, site.node)?;
    let mut holding = Holding::new(file, function, flow, from);
    let mut released = false;
    let mut code = None;
    for it in sites.on(path).filter(|it| it.name == release) {
        released = true;
        let at = flow.at(it.node.start_byte())?;
        match it.form {
            Form::Elsewhere => {
                holding.effect(handed(file, function, flow, it.node)?, Effect::Release)
            }
            Form::Plain | Form::Inline => {
                code = code.or(Some(file.text_of(it.node)));
                holding.effect(at, Effect::Release);
            }
            Form::Deferred => holding.effect(at, Effect::Settle),
        }
    }
    released.then_some(())?;
    known(&mut holding, site);
    if is_held_on_entry(&holding, sites, path) {
        return None;
    }
    if holding.leaks(context).is_empty() {
        return None;
    }
    match site.name {
        SEND => is_slot(context, file, function, site, path)?,
        _ => is_weighted(context, file, site)?,
    }
    if is_named_for(file, function, NAMES, SAYS) || holding.hands_on(sites, path) {
        return None;
    }
    if site.name != SEND {
        let methods: (&[&str], &[&str]) = (&["Acquire", "TryAcquire"], &["Release"]);
        let others = NetReleasers::of(context, &object(file, path), methods, (file, function))?;
        if others.in_literal || (!others.names.is_empty() && !holding.settle_calls(&others.names)) {
            return None;
        }
    }
    let mut leaks = holding.leaks(context);
    // A semaphore of the function itself ends with it: who takes all its slots waits for the rest.
    if is_own(file, function, path) {
        leaks.retain(|it| it.held != Held::AtExit);
    }
    Some(leaks.iter().take(WAYS).map(|it| hit(&holding, site, release, code, it)).collect())
}

/// Whether the function gives a slot back before it has taken one: to take is to receive here, or
/// its caller did.
fn is_held_on_entry(holding: &Holding<'_>, sites: &Sites<'_>, path: &AccessPath) -> bool {
    let flow = holding.flow;
    let takes = |name: &str| matches!(name, "Acquire" | "TryAcquire" | SEND);
    let taken = sites.on(path).filter(|it| takes(it.name) && it.literal.is_none());
    let taken: Vec<_> = taken.filter_map(|it| flow.at(it.node.start_byte())).collect();
    let reached = flow.reach([PointId::ENTRY], |it| taken.contains(&it));
    let mut given = holding.effects.iter().filter(|it| *it.1 == Effect::Release);
    given.any(|(at, _)| reached[at.index()] && !taken.contains(at))
}

/// The start of the goroutine that gives the slot back; `None` where somebody else runs the
/// literal, who knows when.
fn handed<'p>(
    file: &'p GoFile,
    function: Node<'p>,
    flow: &crate::golang::Flow,
    node: Node<'p>,
) -> Option<PointId> {
    let around = node.ancestors(file.root());
    let mut inside = around.iter().take_while(|it| it.id() != function.id());
    let go = inside.find(|it| {
        let started = it.callee().and_then(|it| it.field(Field::Field));
        it.is(Kind::GoStatement)
            || it.is(Kind::CallExpression)
                && started.is_some_and(|it| matches!(file.text_of(it), "Go" | "Submit"))
    })?;
    flow.at(go.start_byte())
}

/// What is known where the slot was asked for: with an error, or without success, there is none.
fn known(holding: &mut Holding<'_>, site: &Site<'_>) {
    let (file, flow) = (holding.file, holding.flow);
    let point = flow.point(holding.from);
    if site.name == "TryAcquire" && point.what == What::Condition {
        holding.spent.insert((holding.from, Edge::False));
    }
    let around = site.node.ancestors(file.root());
    let by = around
        .iter()
        .take(3)
        .find(|it| matches!(it.go_kind(), Kind::ShortVarDeclaration | Kind::AssignmentStatement));
    let name = by.and_then(|it| it.field(Field::Left)?.parts().next());
    let binding = name
        .and_then(|it| file.scopes().declared_at(it.span()).or_else(|| file.resolve(it).local()));
    holding.given.extend(binding.map(|binding| Given { binding, nil: true }));
}

/// Whether what is sent is a slot that the same function takes back: an empty value, into a
/// channel with room, and not all of them at once to wait for the rest.
fn is_slot<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    site: &Site<'p>,
    path: &AccessPath,
) -> Option<()> {
    let value = file.text_of(site.node.field(Field::Value)?);
    (value == "struct{}{}").then_some(())?;
    let channel = file.text_of(site.receiver);
    let name = path.last().unwrap_or(channel).to_ascii_lowercase();
    let called =
        ["sem", "slot", "limit", "token", "throttle", "permit", "concurren", "gate", "guard"];
    called.iter().any(|it| name.contains(it)).then_some(())?;
    // `for range cap(sem) { sem <- struct{}{} }`
    let all = own_nodes(function).any(|it| {
        it.is(Kind::ForStatement)
            && it.span().encloses(site.node.span())
            && it.field(Field::Body).is_some_and(|it| it.statements().count() == 1)
    });
    context.affords(file, 1).then_some(())?;
    (!all && !file.text_of(function).contains(&format!("cap({channel})"))).then_some(())
}

fn is_weighted<'p>(context: &Context<'p>, file: &'p GoFile, site: &Site<'p>) -> Option<()> {
    let of = context.types.of(file, site.receiver);
    let name = of.behind().foreign_name();
    (name == Some(("golang.org/x/sync/semaphore", "Weighted"))).then_some(())
}

fn hit<'p>(
    holding: &Holding<'p>,
    site: &Site<'p>,
    release: &str,
    code: Option<&str>,
    leak: &Leak,
) -> Hit<'p> {
    let file = holding.file;
    let name = file.text_of(site.receiver);
    let blamed = holding.blamed(leak);
    let at = blamed.or_else(|| holding.last_held(leak));
    let back = match release {
        RECEIVE => format!("<-{name}"),
        _ => format!("{name}.Release"),
    };
    let mut hit = Hit::at(file, at.unwrap_or(site.node))
        .var("SEMAPHORE", name)
        .var("ACQUIRE", file.text_of(site.node))
        .var("RELEASE", back)
        .with(file, site.node, Role::Acquire);
    hit.fix = blamed.zip(code).and_then(|(it, code)| give_back_before(file, it, code));
    hit
}
