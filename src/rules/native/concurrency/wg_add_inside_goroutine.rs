//! `wg.Add` runs in the goroutine that it counts: `Wait` may have returned before.

mod fix;

use crate::golang::{BindingKind, Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::channel::is_builtin;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::{By, Start};
use crate::rules::object::Object;
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::CallExpression], vars: &["WG"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, add) = (place.file, place.node);
    let group = group_of(file, add, "Add")?;
    // `wg.Add(-1)` is a `Done`.
    if add.arguments().any(|it| file.text_of(it).starts_with('-')) || !context.affords(file, 6) {
        return None;
    }
    context.types.of(file, group).behind().is("sync", "WaitGroup").then_some(())?;
    let inside = Object::of(context, file, group)?;
    let body = At { file, node: place.function()? };
    if is_locked(body, add) || !ends_here(context, body, add, inside)? {
        return None;
    }
    // What only a test starts or awaits says nothing about the code that it tests.
    let in_scope = |it: &GoFile| file.is_test() || !it.is_test();
    let starts = context.starts()?.running(body);
    let starts = starts.filter(|it| it.by == By::Statement && in_scope(it.site.file));
    let mut late = starts.filter_map(|it| Some((it, late(context, it, add, inside)?)));
    let (start, late) = late.next()?;
    let mut hit = Hit::at(file, add).var("WG", file.text_of(group)).with(
        start.site.file,
        start.site.node,
        Role::Start,
    );
    match late.wait {
        Some(it) => hit = hit.with(it.file, it.node, Role::Wait),
        None => hit.confidence = Confidence::Medium,
    }
    hit.fix = fix::before_go(file, start, add, group, place.ancestors);
    Some(hit)
}

/// Whether a lock is taken in front of the `Add`: it may keep the two apart, with a look whether
/// the end has already come.
fn is_locked(body: At<'_>, add: Node<'_>) -> bool {
    own_nodes(body.node).take_while(|it| it.start_byte() < add.start_byte()).any(|it| {
        let name = it.callee().and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| matches!(body.file.text_of(it), "Lock" | "RLock"))
    })
}

/// What the method of this name is called on.
fn group_of<'p>(file: &GoFile, call: Node<'p>, method: &str) -> Option<Node<'p>> {
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    let name = callee.field(Field::Field)?;
    (file.text_of(name) == method).then(|| callee.field(Field::Operand)).flatten()
}

/// Whether a call is of this method of this wait group; `None` when it cannot be found out.
fn is_call<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    method: &str,
    of: Object<'p>,
) -> bool {
    group_of(file, call, method)
        .is_some_and(|it| context.affords(file, 4) && Object::of(context, file, it) == Some(of))
}

/// Whether the goroutine that adds is also the one that is done: it calls `Done` itself or in a
/// literal that it defers, and starts nothing behind the `Add` that could be what it counts.
fn ends_here<'p>(
    context: &Context<'p>,
    body: At<'p>,
    add: Node<'p>,
    group: Object<'p>,
) -> Option<bool> {
    let At { file, node } = body;
    let scopes = file.scopes();
    if let Object::Local(_, id) = group {
        let binding = scopes.binding(id);
        // The goroutine's own wait group counts what the goroutine starts.
        if node.span().encloses(binding.name) && binding.kind != BindingKind::Parameter {
            return None;
        }
    }
    let mut deferred: Vec<Node<'p>> = Vec::new();
    let mut done = false;
    for it in node.descendants() {
        match it.go_kind() {
            Kind::DeferStatement => {
                let literal = it.part(Kind::CallExpression).and_then(GoNode::callee);
                deferred.extend(literal.filter(|it| it.is(Kind::FuncLiteral)));
            }
            // Around again, a start above the `Add` is one behind it.
            Kind::GoStatement => {
                let again = scopes.loop_at(add.start_byte());
                let looped = again.is_some_and(|l| l.span.encloses(it.span()));
                if looped || it.start_byte() > add.start_byte() {
                    return None;
                }
            }
            Kind::CallExpression if is_call(context, file, it, "Done", group) => {
                let function = scopes.function(scopes.function_at(it.start_byte())?).span;
                let here = function == node.span()
                    || deferred.iter().any(|literal| literal.span() == function);
                // Somebody else is done for it: a callback, a child.
                here.then_some(())?;
                done = true;
            }
            Kind::CallExpression if is_call(context, file, it, "Go", group) => return None,
            _ => {}
        }
    }
    Some(done)
}

/// An `Add` that comes too late.
struct Late<'p> {
    /// The `Wait` in the function that starts the goroutine.
    wait: Option<At<'p>>,
}

/// Whether nothing counts the goroutine before it starts, though somebody waits for it.
fn late<'p>(
    context: &Context<'p>,
    start: &Start<'p>,
    add: Node<'p>,
    inside: Object<'p>,
) -> Option<Late<'p>> {
    let group = outside(context, start, inside)?;
    let starter = start.starter()?;
    let file = starter.file;
    context.affords(file, 4).then_some(())?;
    let site = start.site.node;
    let mut wait: Option<At<'p>> = None;
    let mut receives = Vec::new();
    let mut given = Vec::new();
    for it in own_nodes(starter.node) {
        match it.go_kind() {
            // It counts the goroutine, or holds the count above zero meanwhile.
            Kind::CallExpression
                if it.start_byte() < site.start_byte()
                    && is_call(context, file, it, "Add", group) =>
            {
                return None;
            }
            Kind::CallExpression if is_call(context, file, it, "Wait", group) => {
                wait = wait.or(Some(At { file, node: it }));
            }
            Kind::UnaryExpression if it.operator() == Some("<-") => receives.push(it),
            Kind::RangeClause => receives.push(it),
            Kind::SendStatement => given.extend(it.field(Field::Channel)),
            Kind::CallExpression => given.extend(it.arguments()),
            _ => {}
        }
    }
    // A receive before the `Wait` may be what the goroutine answers once it has added.
    let end = wait.map_or(starter.node.end_byte(), |it| it.node.start_byte());
    let meanwhile = |it: &Node<'p>| (site.end_byte()..end).contains(&it.start_byte());
    if receives.iter().any(meanwhile) && answers(start.body, add) {
        return None;
    }
    // So may be a send, or what somebody sends on a channel that is handed on; of several
    // goroutines it holds back only one.
    given.retain(meanwhile);
    let looped = file.scopes().loop_at(site.start_byte()).is_some();
    if !looped && takes(context, start.body, add, file, &given) {
        return None;
    }
    if wait.is_none() && !is_waited_for(context, group, start.body) {
        return None;
    }
    Some(Late { wait })
}

/// The wait group as the function that starts the goroutine knows it.
fn outside<'p>(context: &Context<'p>, start: &Start<'p>, inside: Object<'p>) -> Option<Object<'p>> {
    let Object::Local(_, id) = inside else { return Some(inside) };
    let scopes = start.body.file.scopes();
    let binding = scopes.binding(id);
    if !start.body.node.span().encloses(binding.name) {
        return Some(inside);
    }
    let passed = start.passed().into_iter().find(|it| it.1.span() == binding.name);
    Object::of(context, start.site.file, passed?.0)
}

/// Whether the goroutine sends on a channel, or closes one, behind the `Add`: itself, or in a
/// literal that it defers or hands on.
fn answers(body: At<'_>, add: Node<'_>) -> bool {
    body.node
        .descendants()
        .filter(|it| it.start_byte() > add.start_byte())
        .any(|it| it.is(Kind::SendStatement) || is_builtin(body.file, it, "close"))
}

/// Whether the goroutine receives, behind the `Add`, from one of the channels that its starter
/// sends on or hands on.
fn takes<'p>(
    context: &Context<'p>,
    body: At<'p>,
    add: Node<'p>,
    file: &'p GoFile,
    given: &[Node<'p>],
) -> bool {
    let object = |file: &'p GoFile, it: Node<'p>| {
        context.affords(file, 4).then(|| Object::of(context, file, it)).flatten()
    };
    let given: Vec<_> = given.iter().filter_map(|it| object(file, *it)).collect();
    let behind = own_nodes(body.node).filter(|it| it.start_byte() > add.start_byte());
    let received = behind.filter_map(|it| match it.go_kind() {
        Kind::UnaryExpression if it.operator() == Some("<-") => it.field(Field::Operand),
        Kind::RangeClause => it.field(Field::Right),
        _ => None,
    });
    received.into_iter().any(|it| object(body.file, it).is_some_and(|it| given.contains(&it)))
}

/// Whether somebody waits for the group: in sight, or a caller that passed it in. The goroutine
/// itself is nobody.
fn is_waited_for<'p>(context: &Context<'p>, group: Object<'p>, body: At<'p>) -> bool {
    if let Object::Local(path, id) = group {
        let files = context.package.files();
        let file = files.iter().find(|it| **it.path() == *path);
        if file.is_some_and(|it| it.scopes().binding(id).kind == BindingKind::Parameter) {
            return true;
        }
    }
    let waits = |at: &At<'p>| {
        let inside =
            at.file.path() == body.file.path() && body.node.span().encloses(at.node.span());
        if inside || (at.file.is_test() && !body.file.is_test()) {
            return false;
        }
        let selector = at.around().into_iter().next();
        let name = selector.and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| at.file.text_of(it) == "Wait")
    };
    let mentions = group.mentions(context).unwrap_or_default();
    mentions.iter().any(|it| context.affords(it.at.file, 1) && waits(&it.at))
}
