//! A server is shut down in a goroutine that nobody waits for: the function that serves goes on at
//! once.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::serves_tests;
use crate::rules::channel::is_builtin;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::{By, Start};
use crate::rules::object::Object;
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::GoStatement], vars: &["SERVE", "SHUTDOWN", "FUNCTION"], check };

/// What comes back as soon as `Shutdown` is called.
const SERVES: &[&str] = &["ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"];

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, go) = (place.file, place.node);
    if serves_tests(file) || !context.affords(file, 4) {
        return None;
    }
    let start = Start::of(&context.types, At { file, node: go })?;
    (start.by == By::Statement).then_some(())?;
    let At { file: home, node: body } = start.body;
    if !home.text_of(body).contains("Shutdown(") {
        return None;
    }
    let shutdown = own_nodes(body).find(|it| method(home, *it) == Some("Shutdown"))?;
    let inside = server(context, home, shutdown)?;
    let server = match start.passed().into_iter().find(|(_, name)| {
        let declared = home.scopes().declared_at(name.span());
        declared.is_some_and(|id| inside == Object::Local(home.path(), id))
    }) {
        Some((argument, _)) => Object::of(context, file, argument)?,
        None => inside,
    };
    let starter = start.starter()?;
    let function = starter.node;
    let deferred = |it: &Node<'p>| {
        let around = it.ancestors(file.root());
        around
            .iter()
            .take(2)
            .any(|it| matches!(it.go_kind(), Kind::DeferStatement | Kind::GoStatement))
    };
    let serve = own_nodes(function).find(|it| {
        method(file, *it).is_some_and(|name| SERVES.contains(&name))
            && !deferred(it)
            && context.affords(file, 2)
            && self::server(context, file, *it) == Some(server)
    })?;
    if tells(home, body, shutdown) || waits_behind(file, function, serve) {
        return None;
    }
    let name = function.field(Field::Name).map_or("func", |it| file.text_of(it));
    let mut hit = Hit::at(home, shutdown)
        .var("SERVE", file.text_of(serve))
        .var("SHUTDOWN", home.text_of(shutdown.callee()?))
        .var("FUNCTION", name)
        .with(file, serve, Role::Call)
        .with(file, go, Role::Start);
    // A program that is made anew may shut down a server that it lives on without.
    if !ends_the_process(context, file, function, serve) {
        hit.confidence = Confidence::Low;
    }
    Some(hit)
}

fn method<'p>(file: &'p GoFile, call: Node<'p>) -> Option<&'p str> {
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    Some(file.text_of(callee.field(Field::Field)?))
}

/// The `http.Server` whose method a call calls.
fn server<'p>(context: &Context<'p>, file: &'p GoFile, call: Node<'p>) -> Option<Object<'p>> {
    let operand = call.callee()?.field(Field::Operand)?;
    context.types.of(file, operand).behind().is("net/http", "Server").then_some(())?;
    Object::of(context, file, operand)
}

/// Whether the goroutine tells somebody, behind the call or at its end, that it is over.
fn tells(file: &GoFile, body: Node<'_>, shutdown: Node<'_>) -> bool {
    body.descendants().any(|it| {
        let behind = it.end_byte() > shutdown.start_byte();
        match it.go_kind() {
            Kind::DeferStatement => it.descendants().any(|it| {
                it.is(Kind::SendStatement)
                    || is_builtin(file, it, "close")
                    || it.is(Kind::CallExpression) && !is_context_cancel(file, it)
            }),
            Kind::SendStatement => behind,
            // What it calls, and what it gives away, may tell.
            Kind::CallExpression if behind && it.id() != shutdown.id() => {
                is_builtin(file, it, "close")
                    || method(file, it).is_some_and(|it| {
                        matches!(it, "Done" | "Store" | "Broadcast" | "Signal" | "Unlock")
                    })
                    || it.callee().is_some_and(|it| it.is(Kind::Identifier))
                        && !is_builtin(file, it, "panic")
                        && it.start_byte() > shutdown.end_byte()
            }
            _ => false,
        }
    })
}

/// `defer cancel()`, `defer signal.Stop(ch)`: what tidies up tells nobody.
fn is_context_cancel(file: &GoFile, call: Node<'_>) -> bool {
    let name = call.callee().map_or("", |it| file.text_of(it)).to_ascii_lowercase();
    name.contains("cancel")
        || matches!(&*name, "signal.stop" | "stop" | "recover")
        || name.starts_with("log.")
        || name.starts_with("fmt.")
}

/// Whether the function may wait for something behind the call that serves, or hands its end on to
/// somebody who may.
fn waits_behind(file: &GoFile, function: Node<'_>, serve: Node<'_>) -> bool {
    own_nodes(function).any(|it| {
        let deferred = it.is(Kind::DeferStatement) && waits(file, it);
        let behind = it.end_byte() > serve.end_byte() && it.start_byte() > serve.start_byte();
        deferred || behind && is_wait(file, it)
    })
}

fn waits(file: &GoFile, node: Node<'_>) -> bool {
    node.descendants().any(|it| is_wait(file, it))
}

fn is_wait(file: &GoFile, it: Node<'_>) -> bool {
    match it.go_kind() {
        Kind::UnaryExpression => it.operator() == Some("<-"),
        Kind::SelectStatement | Kind::RangeClause => true,
        Kind::CallExpression => {
            let name =
                it.callee().map_or("", |it| file.text_of(it.field(Field::Field).unwrap_or(it)));
            let name = name.to_ascii_lowercase();
            ["wait", "lock", "join", "drain", "shutdown", "stop", "close", "sleep", "done"]
                .iter()
                .any(|it| name.contains(it))
        }
        _ => false,
    }
}

/// Whether the process ends soon behind the call: in `main`, or by a fatal call on its error.
fn ends_the_process<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    serve: Node<'p>,
) -> bool {
    if crate::rules::audience::is_main(context.package, file, function) {
        return true;
    }
    own_nodes(function).any(|it| {
        let behind = it.end_byte() >= serve.end_byte();
        let name = it.callee().and_then(|it| file.qualified(it));
        behind && matches!(name, Some(("log", "Fatal" | "Fatalf" | "Fatalln") | ("os", "Exit")))
    })
}
