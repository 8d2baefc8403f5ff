//! A way out of a goroutine on which nobody is told that it is done, or its slot is kept.

use std::collections::HashSet;

use crate::golang::{
    AccessPath, Effect, Field, GoFile, GoNode, Kind, Leak, Node, Place, PointId, Span,
};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::release::{
    Form, Holding, NetReleasers, RECEIVE, SEND, Site, Sites, give_back_before, object,
};
use crate::rules::types::TypeInfo;
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::FuncLiteral],
    vars: &["RELEASE", "WAIT"],
    check,
};

/// What counts: how it is taken and given back, and who waits meanwhile.
struct Counter {
    acquire: &'static str,
    release: &'static str,
    /// What waits for it, behind the counter's name.
    waits: &'static str,
    is: for<'p> fn(&TypeInfo<'p>, &'p GoFile, &Site<'p>) -> bool,
}

const COUNTERS: &[Counter] = &[
    Counter { acquire: "Add", release: "Done", waits: ".Wait()", is: is_wait_group },
    Counter { acquire: "Acquire", release: "Release", waits: ".Acquire", is: is_weighted },
    Counter { acquire: SEND, release: RECEIVE, waits: " <-", is: is_semaphore },
];

/// How many ways of one counter are worth a comment each.
const WAYS: usize = 3;

/// An edit that moves more lines than this is no suggestion.
const LINES: u32 = 40;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, function) = (place.file, place.node);
    let text = file.text_of(function);
    if !context.affords_steps(text.len() as u64 / 8) {
        return Vec::new();
    }
    let wanted = [".Done()", ".Release(", "<-"].iter().any(|it| text.contains(it));
    if !wanted || context.package.is_partial() {
        return Vec::new();
    }
    let Some(start) = start(context, place) else { return Vec::new() };
    if !context.affords_steps(text.len() as u64 / 4) {
        return Vec::new();
    }
    let names = ["Done", "Add", "Release", "Acquire", RECEIVE, SEND];
    let sites = Sites::of(file, function, &names);
    let mut hits = Vec::new();
    let mut seen: HashSet<AccessPath> = HashSet::new();
    for site in sites.all.iter().filter(|it| it.literal.is_none() && it.form == Form::Plain) {
        let Some(path) = &site.path else { continue };
        for counter in COUNTERS.iter().filter(|it| it.release == site.name) {
            if seen.insert(path.clone()) {
                hits.extend(
                    leaking(context, place, &sites, (site, path), counter, start)
                        .unwrap_or_default(),
                );
            }
        }
    }
    hits
}

/// What starts the function as a goroutine: the `go` statement around a literal, or the fact that
/// some code of the package starts it by its name.
fn start<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Option<Node<'p>>> {
    if place.kind == Kind::FuncLiteral {
        let call = place.parent().filter(|it| it.is(Kind::CallExpression))?;
        let called = call.callee().is_some_and(|it| it.id() == place.node.id());
        let go = place.ancestors.iter().rev().nth(1).filter(|it| it.is(Kind::GoStatement));
        return go.filter(|_| called).map(|it| Some(*it));
    }
    let name = place.file.text_of(place.node.field(Field::Name)?);
    if !context.affords_walk() {
        return None;
    }
    let started = |it: &GoFile| {
        let text = it.text();
        text.match_indices(name).any(|(at, _)| {
            let called = text[at + name.len()..].starts_with('(');
            let before =
                text[..at].rsplit(['\n', ';', '{']).next().unwrap_or_default().trim_start();
            let operand = before.strip_prefix("go ");
            let chain =
                |it: &str| it.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '.'));
            called && operand.is_some_and(|it| it.is_empty() || it.ends_with('.') && chain(it))
        })
    };
    context.package.files().iter().any(|it| started(it)).then_some(None)
}

fn leaking<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    sites: &Sites<'p>,
    (site, path): (&Site<'p>, &AccessPath),
    counter: &Counter,
    start: Option<Node<'p>>,
) -> Option<Vec<Hit<'p>>> {
    let (file, function) = (place.file, place.node);
    // One call an element of a loop counts elements, not goroutines.
    let own = |it: &&Site<'p>| it.name == counter.release;
    if sites.on(path).filter(own).any(|it| file.scopes().loop_at(it.node.start_byte()).is_some()) {
        return None;
    }
    // One in a branch only is somebody's count of outcomes.
    let body = function.field(Field::Body)?;
    let mut plain = body.statements().filter(|it| it.is(Kind::ExpressionStatement));
    if !plain.any(|it| sites.on(path).filter(own).any(|site| it.span().encloses(site.node.span())))
    {
        return None;
    }
    let flow = file.flow(function)?;
    let mut holding = Holding::new(file, function, flow, PointId::ENTRY);
    for it in sites.on(path) {
        // Who takes as well keeps an account of its own.
        if it.name == counter.acquire {
            return None;
        }
        if it.name != counter.release {
            continue;
        }
        let at = flow.at(it.node.start_byte())?;
        let effect = match it.form {
            Form::Elsewhere => return None,
            Form::Plain | Form::Inline => Effect::Release,
            Form::Deferred => Effect::Settle,
        };
        holding.effect(at, effect);
    }
    if holding.leaks(context).is_empty() || !(counter.is)(&context.types, file, site) {
        return None;
    }
    if counter.release == RECEIVE && !is_taken_before(file, start?, path) {
        return None;
    }
    if holding.hands_on(sites, path) {
        return None;
    }
    let object = object(file, path);
    let methods: (&[&str], &[&str]) = (&[counter.acquire], &[counter.release]);
    // Of a channel, no method's name could be looked for.
    if counter.release != RECEIVE {
        let others = NetReleasers::of(context, &object, methods, (file, function))?;
        holding.settle_calls(&others.names);
    }
    let leaks = holding.leaks(context);
    let all: Vec<_> = sites.on(path).filter(own).collect();
    Some(leaks.iter().take(WAYS).map(|it| hit(&holding, &all, site, counter, start, it)).collect())
}

/// Whether the function around takes a slot of the semaphore before it starts the goroutine.
fn is_taken_before(file: &GoFile, go: Node<'_>, path: &AccessPath) -> bool {
    let around = go.ancestors(file.root());
    let Some(outer) = around.iter().find(|it| it.go_kind().is_function()) else { return false };
    let sends = outer.descendants().take_while(|it| it.start_byte() < go.start_byte());
    sends.filter(|it| it.is(Kind::SendStatement)).any(|it| {
        let channel = it.field(Field::Channel).and_then(|it| AccessPath::of(file, it));
        let value = it.field(Field::Value).map(|it| file.text_of(it));
        channel.as_ref() == Some(path)
            && value.is_some_and(|it| matches!(it, "struct{}{}" | "true" | "1"))
    })
}

fn is_wait_group<'p>(types: &TypeInfo<'p>, file: &'p GoFile, site: &Site<'p>) -> bool {
    is_of(types, file, site.receiver, ("sync", "WaitGroup"))
}

fn is_weighted<'p>(types: &TypeInfo<'p>, file: &'p GoFile, site: &Site<'p>) -> bool {
    is_of(types, file, site.receiver, ("golang.org/x/sync/semaphore", "Weighted"))
}

fn is_of<'p>(types: &TypeInfo<'p>, file: &'p GoFile, of: Node<'p>, wanted: (&str, &str)) -> bool {
    types.of(file, of).behind().foreign_name() == Some(wanted)
}

/// What makes a channel a semaphore is how it is used; see [`is_taken_before`].
fn is_semaphore<'p>(_: &TypeInfo<'p>, _: &'p GoFile, _: &Site<'p>) -> bool {
    true
}

fn hit<'p>(
    holding: &Holding<'p>,
    releases: &[&Site<'p>],
    site: &Site<'p>,
    counter: &Counter,
    start: Option<Node<'p>>,
    leak: &Leak,
) -> Hit<'p> {
    let file = holding.file;
    let blamed = holding.blamed(leak);
    let name = file.text_of(site.receiver);
    let code = file.text_of(site.node);
    let mut hit = Hit::at(file, blamed.unwrap_or(site.node))
        .var("RELEASE", code)
        .var("WAIT", format!("{name}{}", counter.waits));
    if let Some(go) = start {
        let word = go.all().next().unwrap_or(go);
        hit = hit.with(file, word, Role::Acquire);
    }
    let alone = matches!(releases, [_]).then_some(site.node);
    let deferred = alone.and_then(|it| defer_at_top(holding, it));
    hit.fix = deferred.or_else(|| blamed.and_then(|it| give_back_before(file, it, code)));
    hit
}

/// The edit that defers the only release, which is the last statement, as the first.
fn defer_at_top(holding: &Holding<'_>, release: Node<'_>) -> Option<Fix> {
    let file = holding.file;
    let body = holding.function.field(Field::Body)?;
    let (first, last) = (body.statements().next()?, body.statements().last()?);
    let text = file.text();
    let start = text[..first.start_byte()].rfind('\n')? + 1;
    let last_start = text[..last.start_byte()].rfind('\n')? + 1;
    let indent = &text[start..first.start_byte()];
    let after = text[last.end_byte()..].split('\n').next()?;
    let plain = last.is(Kind::ExpressionStatement) && last.span().encloses(release.span());
    let alone =
        [indent, &text[last_start..last.start_byte()], after].iter().all(|it| it.trim().is_empty());
    let short = file.lines(first.span()).first + LINES > file.lines(last.span()).last;
    if !plain || !alone || !short || start == last_start || release.is(Kind::UnaryExpression) {
        return None;
    }
    let kept = text[start..last_start].trim_end();
    let span = Span::new(first.start_byte(), last.end_byte());
    let code = format!("defer {}\n{kept}", file.text_of(release));
    Some(Fix::replacing(file, span, &code).without_carriage_returns())
}
