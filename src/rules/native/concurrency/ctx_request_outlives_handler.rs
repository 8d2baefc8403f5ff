//! A request's context in code that runs on when the request is over.

use crate::golang::{BindingId, BindingKind, Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::object::root_of;
use crate::rules::start::once;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::GoStatement, Kind::AssignmentStatement],
    vars: &["CTX", "CALL"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) {
        return Vec::new();
    }
    let found = match place.kind {
        Kind::GoStatement => started(context, place),
        _ => kept(context, place),
    };
    found.into_iter().collect()
}

/// A goroutine that a handler starts, and does not wait for.
fn started<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, node) = (place.file, place.node);
    if !file.imports_path("net/http") {
        return None;
    }
    let handler = place.function()?;
    let request = request(context, file, handler)?;
    let call = node.part(Kind::CallExpression)?;
    let literal = call.callee().filter(|it| it.is(Kind::FuncLiteral));
    if may_wait(file, handler, node) || literal.is_some_and(|it| talks(file, it)) {
        return None;
    }
    let used = match literal {
        Some(it) => working(context, file, it, request)?,
        None => call.arguments().find_map(|it| {
            let of = is_request_context(context, file, it, request);
            of.then_some((it, call))
        })?,
    };
    let (ctx, user) = used;
    let callee = user.callee()?;
    let hit = Hit::at(file, ctx)
        .var("CTX", file.text_of(ctx))
        .var("CALL", file.text_of(callee))
        .with(file, node, Role::Start);
    Some(hit)
}

/// The parameter of a handler that is the request, where the handler has the response to write.
fn request<'p>(context: &Context<'p>, file: &'p GoFile, handler: Node<'p>) -> Option<BindingId> {
    let types = &context.types;
    let mut writer = false;
    let mut request = None;
    for it in handler.field(Field::Parameters)?.parts() {
        let of = types.written(file, it.field(Field::Type)?);
        writer |= of.is("net/http", "ResponseWriter");
        if of.behind().is("net/http", "Request") {
            let name = it.field(Field::Name)?;
            request = file.scopes().declared_at(name.span());
        }
    }
    request.filter(|_| writer)
}

/// Whether an expression is the request's context, or a variable that was made of it and ends with
/// it.
fn is_request_context<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    node: Node<'p>,
    request: BindingId,
) -> bool {
    let scopes = file.scopes();
    let node = node.unparen();
    if let Some(callee) = node.callee() {
        let name = callee.field(Field::Field).map(|it| file.text_of(it));
        let of = callee.field(Field::Operand).and_then(|it| file.resolve(it).local());
        return name == Some("Context") && of == Some(request);
    }
    let Some(id) = file.resolve(node).local().filter(|_| node.is(Kind::Identifier)) else {
        return false;
    };
    if !context.types.of(file, node).is("context", "Context") {
        return false;
    }
    let (span, kind) = scopes.binding(id).declared_by;
    let changed = scopes.uses_of(id).any(|it| it.access.writes());
    if changed || kind != Kind::ShortVarDeclaration || !context.affords(file, 4) {
        return false;
    }
    let by = file.node(span, kind);
    let value = by.and_then(|it| it.field(Field::Right)).and_then(|it| it.parts().next());
    value.is_some_and(|it| {
        let detached = own_nodes(it).any(|it| {
            it.field(Field::Field).is_some_and(|it| file.text_of(it).contains("Without"))
        });
        let made = it.is(Kind::CallExpression)
            && (is_of_request(file, it, request)
                || it.arguments().next().is_some_and(|it| is_of_request(file, it, request)));
        let by_context = it.callee().and_then(|it| file.qualified(it)).map(|it| it.0);
        !detached && made && (by_context == Some("context") || is_of_request(file, it, request))
    })
}

/// `r.Context()`
fn is_of_request(file: &GoFile, node: Node<'_>, request: BindingId) -> bool {
    let Some(callee) = node.unparen().callee() else { return false };
    callee.field(Field::Field).is_some_and(|it| file.text_of(it) == "Context")
        && callee.field(Field::Operand).and_then(|it| file.resolve(it).local()) == Some(request)
}

/// A call in the goroutine's literal that works with the request's context: it is given along with
/// something to do, and not only watched.
fn working<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    literal: Node<'p>,
    request: BindingId,
) -> Option<(Node<'p>, Node<'p>)> {
    own_nodes(literal).filter(|it| it.is(Kind::CallExpression)).find_map(|call| {
        let callee = call.callee()?;
        let path = file.qualified(callee).map(|it| it.0);
        let name = file.text_of(callee.field(Field::Field).unwrap_or(callee));
        let lower = name.to_ascii_lowercase();
        // What derives, logs or asks for a value needs no context that lives.
        let harmless = path == Some("context")
            || ["log", "trace", "span", "from", "value", "info", "debug", "warn", "error", "with"]
                .iter()
                .any(|it| lower.contains(it));
        let ctx = call.arguments().find(|it| is_request_context(context, file, *it, request))?;
        (!harmless).then_some((ctx, call))
    })
}

/// Whether the handler may wait for what it has started: something behind it blocks, or loops, or
/// is deferred; or the connection is no longer the server's.
fn may_wait(file: &GoFile, handler: Node<'_>, start: Node<'_>) -> bool {
    const WORDS: &[&str] = &["wait", "join", "serve", "upgrade", "hijack", "copy", "stream"];
    own_nodes(handler).any(|it| {
        let behind = it.start_byte() >= start.end_byte();
        match it.go_kind() {
            Kind::SelectStatement | Kind::ForStatement => {
                behind || it.span().encloses(start.span())
            }
            Kind::UnaryExpression => behind && it.operator() == Some("<-"),
            Kind::CallExpression => {
                let name = it.callee().map(|it| it.field(Field::Field).unwrap_or(it));
                let name = name.map_or("", |it| file.text_of(it)).to_ascii_lowercase();
                let deferred = it.end_byte() <= start.start_byte();
                WORDS.iter().any(|it| name.contains(it)) && (behind || deferred)
            }
            _ => false,
        }
    })
}

/// Whether a goroutine tells somebody when it is done: it sends, or closes a channel.
fn talks(file: &GoFile, literal: Node<'_>) -> bool {
    literal.descendants().any(|it| {
        let closes = it.callee().is_some_and(|it| matches!(file.text_of(it), "close"));
        it.is(Kind::SendStatement) || closes
    })
}

/// `x.once.Do(…)`, by its name: the field may be another file's.
fn is_once(file: &GoFile, call: Node<'_>) -> bool {
    let callee = call.callee().map_or("", |it| file.text_of(it));
    callee.strip_suffix(".Do").is_some_and(|it| it.to_ascii_lowercase().ends_with("once"))
}

/// A function that is kept once and for all with the context of the first caller: it is assigned
/// to a field under `sync.Once`.
fn kept<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, node) = (place.file, place.node);
    let literal = node.field(Field::Right)?.parts().next()?.unparen();
    let target = node.field(Field::Left)?.parts().next()?.unparen();
    if !literal.is(Kind::FuncLiteral) || !target.is(Kind::SelectorExpression) {
        return None;
    }
    let named = || place.ancestors.iter().any(|it| is_once(file, *it));
    if !(once(context, file, place.ancestors) || named()) || !context.affords(file, 4) {
        return None;
    }
    let scopes = file.scopes();
    let lives_on = file.resolve(root_of(target)).local().is_none_or(|it| {
        matches!(scopes.binding(it).kind, BindingKind::Receiver | BindingKind::Parameter)
    });
    let outer = place.ancestors.iter().find(|it| it.go_kind().is_function())?;
    let of_caller = |it: &Node<'p>| {
        let Some(id) = file.resolve(*it).local().filter(|_| it.is(Kind::Identifier)) else {
            return false;
        };
        let binding = scopes.binding(id);
        let own = binding.function.map(|it| scopes.function(it).span) == Some(outer.span());
        own && binding.kind == BindingKind::Parameter
            && context.types.of(file, *it).is("context", "Context")
    };
    let calls = own_nodes(literal).filter(|it| it.is(Kind::CallExpression));
    let mut used =
        calls.filter_map(|call| Some((call.arguments().find(of_caller)?, call.callee()?)));
    let (ctx, callee) = used.next().filter(|_| lives_on)?;
    let mut hit = Hit::at(file, ctx)
        .var("CTX", file.text_of(ctx))
        .var("CALL", file.text_of(callee))
        .with(file, node, Role::Start);
    hit.confidence = Confidence::Medium;
    Some(hit)
}
