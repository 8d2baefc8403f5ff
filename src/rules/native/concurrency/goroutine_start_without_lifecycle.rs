//! A type starts goroutines that never end and offers no way to stop them or to wait for them.

mod owner;

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Package, Place, Resolved};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::is_tool;
use crate::rules::channel::{Fate, fate};
use crate::rules::endless::{may_wait, never_ends, waits_for_close};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::{Start, callees, parameters};
use crate::rules::intent;
use crate::rules::kept::is_kept;
use crate::rules::object::Object;
use crate::rules::once::entries;
use crate::rules::owner::{is_asked_for, owners, receiver};
use crate::rules::survey::{At, Survey};
use crate::rules::types::Type;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration],
    vars: &["OWNER", "BODY"],
    check,
};

/// One finding for a function that starts several such goroutines: the cure is one and the same.
fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, package) = (place.file, context.package);
    let declaration = At { file, node: place.node };
    if package.is_partial() || package.name() == "main" || !file.text_of(place.node).contains("go")
    {
        return Vec::new();
    }
    let Some(owners) = owners(&context.types, file, place.node) else { return Vec::new() };
    let mut answers = None;
    let sites = place.node.descendants().filter(|it| it.is(Kind::GoStatement));
    for go in sites {
        let Some((start, the_loop)) = lasting(context, At { file, node: go }) else { continue };
        // Looked at once, and only where there is something to say.
        if *answers.get_or_insert_with(|| is_answered_for(context, declaration, &owners)) {
            break;
        }
        if !is_excused(context, &start, &the_loop)
            && let Some(owner) = owners.first()
            && let Some(entries) = entries(context, start.site)
        {
            let mut hit = hit(package, owner, &start, &the_loop);
            if is_asked_for(&context.types, owner, &start, &entries) {
                hit.confidence = Confidence::Low;
            }
            return vec![hit];
        }
    }
    Vec::new()
}

/// What a `go` statement starts, and the loop in it that never ends.
fn lasting<'p>(context: &Context<'p>, site: At<'p>) -> Option<(Start<'p>, Endless<'p>)> {
    context.affords(site.file, 8).then_some(())?;
    let start = Start::of(&context.types, site)?;
    let the_loop = endless(context, start.body)?;
    Some((start, the_loop))
}

/// Whether the type, or the function that starts the goroutine, sees to its end, or the author has
/// decided that it has none.
fn is_answered_for<'p>(context: &Context<'p>, declaration: At<'p>, owners: &[&'p str]) -> bool {
    let At { file, node } = declaration;
    counts(context, declaration)
        || intent::takes_signals(file, node)
        || owners.iter().any(|it| owner::can_end(&context.types, it) || is_kept(context, it))
        || context.survey().is_none_or(Survey::uses_unsafe)
        || intent::is_stated(file, node)
}

/// The same of one goroutine.
fn is_excused<'p>(context: &Context<'p>, start: &Start<'p>, the_loop: &Endless<'p>) -> bool {
    let body = start.body;
    is_told(context, body)
        || (the_loop.function.key() != body.key() && is_told(context, the_loop.function))
        || receiver(body)
            .is_some_and(|it| owner::can_end(&context.types, it) || is_kept(context, it))
        || intent::is_stated(body.file, body.node)
}

fn hit<'p>(
    package: &'p Package,
    owner: &str,
    start: &Start<'p>,
    the_loop: &Endless<'p>,
) -> Hit<'p> {
    let At { file, node: go } = start.site;
    let mut hit = Hit::at(file, go).var("OWNER", owner).var("BODY", start.named()).with(
        the_loop.function.file,
        the_loop.node,
        Role::Loop,
    );
    if !start.is_inline() {
        hit = hit.with(start.body.file, start.body.node, Role::Body);
    }
    if package.files().iter().any(|it| is_tool(package, it)) {
        hit.confidence = Confidence::Low;
    }
    hit
}

/// A loop that does not end, and the function that it belongs to.
struct Endless<'p> {
    function: At<'p>,
    node: Node<'p>,
}

/// The first endless loop of a function, or of the functions that it calls itself.
fn endless<'p>(context: &Context<'p>, body: At<'p>) -> Option<Endless<'p>> {
    let calls = || callees(&context.types, body, |file, times| context.affords(file, times));
    own_endless(context, body)
        .or_else(|| calls().into_iter().find_map(|it| own_endless(context, it)))
}

fn own_endless<'p>(context: &Context<'p>, function: At<'p>) -> Option<Endless<'p>> {
    let At { file, node } = function;
    let loops = own_nodes(node).filter(|it| it.is(Kind::ForStatement));
    let found = |node| Endless { function, node };
    loops.filter(|it| lasts(context, file, *it)).map(found).next()
}

/// Whether nothing ends the loop: no condition, no statement, and nobody who closes its channel.
fn lasts<'p>(context: &Context<'p>, file: &'p GoFile, the_loop: Node<'p>) -> bool {
    let length = (the_loop.end_byte() - the_loop.start_byte()) as u64;
    if !context.affords_steps(8 * length) {
        return false;
    }
    if never_ends(file, the_loop) {
        return true;
    }
    if !may_wait(the_loop) || !context.affords(file, 4) {
        return false;
    }
    let Some(channel) = waits_for_close(&context.types, file, the_loop) else {
        return false;
    };
    match Object::of(context, file, channel) {
        None | Some(Object::Var(_)) => false,
        Some(it) => matches!(fate(context, it), Fate::Open(_)),
    }
}

/// Whether a context or somebody's `Done` gets into the function: it is told, or tells, when it is
/// over.
fn is_told<'p>(context: &Context<'p>, function: At<'p>) -> bool {
    let At { file, node } = function;
    let types = &context.types;
    // A function that cancels a context comes from there, too.
    let is_context =
        |it: &Type<'p>| it.behind().foreign_name().is_some_and(|(path, _)| path == "context");
    if parameters(node).iter().any(|it| is_context(&types.written(file, it.type_node))) {
        return true;
    }
    node.descendants().any(|it| match it.go_kind() {
        Kind::SelectorExpression => {
            let done = it.field(Field::Field).is_some_and(|it| file.text_of(it) == "Done");
            done || !context.affords(file, 2) || is_context(&types.of(file, it))
        }
        Kind::Identifier => match file.resolve(it) {
            Resolved::Local(..) => !context.affords(file, 2) || is_context(&types.of(file, it)),
            _ => false,
        },
        _ => false,
    })
}

/// Whether the declaration counts something in a `sync.WaitGroup`.
fn counts<'p>(context: &Context<'p>, declaration: At<'p>) -> bool {
    let At { file, node } = declaration;
    node.descendants().filter_map(GoNode::callee).any(|callee| {
        let name = callee.field(Field::Field).map(|it| file.text_of(it));
        let group = callee.field(Field::Operand).filter(|_| name == Some("Add"));
        group.is_some_and(|it| {
            let of = context.types.of(file, it);
            !context.affords(file, 2) || !of.is_known() || of.behind().is("sync", "WaitGroup")
        })
    })
}
