//! Outbound HTTP that nothing ends: no `Timeout` on the client and no context in the request.

mod keeper;

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Package, Place, Resolved};
use crate::model::{Confidence, Severity};
use crate::rules::Role;
use crate::rules::audience::is_tool;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::types::value_of;
use keeper::Keeper;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::CallExpression, Kind::CompositeLiteral, Kind::VarSpec],
    vars: &["CALL"],
    check,
};

const HTTP: &str = "net/http";

/// The functions of the package and methods of a client that make their request themselves.
const SENDING: &[&str] = &["Get", "Head", "Post", "PostForm"];

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if !place.file.imports_path(HTTP) {
        return Vec::new();
    }
    let hit = match place.kind {
        Kind::CallExpression => default_client(context, place).or_else(|| made(context, place)),
        _ => made(context, place),
    };
    hit.into_iter().collect()
}

/// `http.Get(…)`, `http.DefaultClient.Get(…)`, `http.DefaultClient.Do(…)`.
fn default_client<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, call, package) = (place.file, place.node, context.package);
    let callee = call.callee()?;
    let endless = match file.qualified(callee) {
        Some((HTTP, name)) => SENDING.contains(&name),
        Some(_) => false,
        None => {
            let operand =
                callee.field(Field::Operand).filter(|_| callee.is(Kind::SelectorExpression))?;
            file.qualified(operand) == Some((HTTP, "DefaultClient")) && sends(context, file, call)
        }
    };
    if !endless || package.is_partial() || sets_default(context) {
        return None;
    }
    let hit = Hit::at(file, call).var("CALL", file.text_of(callee));
    Some(weigh(package, file, call, hit))
}

/// Whether the package gives the default client, or its transport, something of its own.
fn sets_default(context: &Context<'_>) -> bool {
    // Every call asks, and a package may have hundreds: what the text shows is not walked for.
    let mentions = |file: &GoFile| {
        let text = file.text();
        let found = text.match_indices(".Default").map(|(at, _)| at + 1);
        found
            .filter(|at| {
                ["DefaultClient", "DefaultTransport"].iter().any(|it| text[*at..].starts_with(it))
            })
            .collect::<Vec<_>>()
    };
    context.package.files().iter().any(|file| {
        let places = mentions(file);
        !context.affords(file, 2 * places.len()) || places.into_iter().any(|at| is_set(file, at))
    })
}

/// Whether a default of the package `net/http`, named at this byte, is assigned to, or its address
/// is taken.
fn is_set(file: &GoFile, at: usize) -> bool {
    let Some(name) = file.root().descendant_for_byte_range(at, at + 1) else { return false };
    let around = name.ancestors(file.root());
    let Some(default) = around.first().filter(|it| {
        let named = file.qualified(**it);
        matches!(named, Some((HTTP, "DefaultClient" | "DefaultTransport")))
    }) else {
        return false;
    };
    around.iter().any(|it| {
        let left = match it.go_kind() {
            Kind::AssignmentStatement => it.field(Field::Left),
            Kind::UnaryExpression if it.operator() == Some("&") => it.field(Field::Operand),
            _ => None,
        };
        left.is_some_and(|it| it.span().encloses(default.span()))
    })
}

/// Whether a call through a client sends a request that nothing ends.
fn sends(context: &Context<'_>, file: &GoFile, call: Node<'_>) -> bool {
    let name = call.callee().and_then(|it| it.field(Field::Field)).map(|it| file.text_of(it));
    match name {
        Some("Do") => {
            let mut arguments = call.arguments();
            arguments.next().is_some_and(|it| is_endless_request(context, file, it))
        }
        Some(name) => SENDING.contains(&name),
        None => false,
    }
}

/// Whether the request is made in this function without a context that could end it.
fn is_endless_request(context: &Context<'_>, file: &GoFile, request: Node<'_>) -> bool {
    let scopes = file.scopes();
    let Resolved::Local(id, binding) = file.resolve(request.unparen()) else { return false };
    if !context.affords(file, scopes.uses_of(id).count() + 2) {
        return false;
    }
    let (span, kind) = binding.declared_by;
    let Some(by) = file.node(span, kind) else { return false };
    let made = by.field(Field::Right).or(by.field(Field::Value));
    let made =
        made.map(|it| if it.is(Kind::ExpressionList) { it.parts().next() } else { Some(it) });
    let Some(made) = made.flatten().filter(|it| makes_endless_request(file, *it)) else {
        return false;
    };
    // It must stay this request: `req = req.WithContext(ctx)`, a helper that is given it, or
    // `req.Cancel` may give it an end.
    made.start_byte() < request.start_byte()
        && scopes.uses_of(id).all(|it| {
            let node = file.node(it.span, Kind::Identifier);
            let around = node.map(|it| it.ancestors(file.root())).unwrap_or_default();
            let Some(parent) = around.first() else { return false };
            match parent.go_kind() {
                Kind::SelectorExpression => {
                    let name = parent.field(Field::Field).map_or("", |it| file.text_of(it));
                    !matches!(name, "WithContext" | "Clone" | "Cancel")
                }
                // Only the client gets it, or what prints it.
                Kind::ArgumentList => around.get(1).and_then(|it| it.callee()).is_some_and(|it| {
                    let printed = file.qualified(it).is_some_and(|it| it.0 == "net/http/httputil");
                    let name = it.field(Field::Field).map(|it| file.text_of(it));
                    printed || name == Some("Do")
                }),
                Kind::BinaryExpression => true,
                _ => false,
            }
        })
}

/// `http.NewRequest(…)`, or `http.NewRequestWithContext(context.Background(), …)`.
fn makes_endless_request(file: &GoFile, call: Node<'_>) -> bool {
    let Some(callee) = call.callee() else { return false };
    match file.qualified(callee) {
        Some((HTTP, "NewRequest")) => true,
        Some((HTTP, "NewRequestWithContext")) => {
            let context = call.arguments().next().and_then(GoNode::callee);
            let made = context.and_then(|it| file.qualified(it));
            matches!(made, Some(("context", "Background" | "TODO")))
        }
        _ => false,
    }
}

/// A client without `Timeout` that the package makes, keeps to itself and calls without a context.
fn made<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, package) = (place.file, context.package);
    let client = made_here(package, place)?;
    let keeper = Keeper::of(context, place, client)?;
    let calls = keeper.endless_calls(context)?;
    let (caller, call) = *calls.first()?;
    let callee = call.callee()?;
    let mut hit = Hit::at(file, client).var("CALL", caller.text_of(callee));
    for (file, call) in &calls {
        hit = hit.with(file, *call, Role::Call);
    }
    Some(weigh(package, caller, call, hit))
}

/// The expression or declaration that makes a client without limits at the place.
fn made_here<'p>(package: &Package, place: &Place<'p, '_>) -> Option<Node<'p>> {
    let (file, node) = (place.file, place.node);
    let is_client = |it: Node<'_>| file.qualified(it) == Some((HTTP, "Client"));
    match place.kind {
        Kind::CompositeLiteral => {
            let of_type = node.field(Field::Type).is_some_and(is_client);
            (of_type && !is_limited(file, node)).then_some(node)
        }
        Kind::CallExpression => {
            let callee = node.callee()?;
            let new = matches!(file.resolve(callee), Resolved::Outer("new"));
            (new && package.declared("new").next().is_none() && node.arguments().any(is_client))
                .then_some(node)
        }
        Kind::VarSpec => {
            let bare = node.field(Field::Value).is_none();
            (bare && node.field(Field::Type).is_some_and(is_client)).then_some(node)
        }
        _ => None,
    }
}

/// Whether a literal's fields limit the client, or may do so.
fn is_limited(file: &GoFile, literal: Node<'_>) -> bool {
    let Some(body) = literal.field(Field::Body) else { return true };
    body.parts().any(|element| match key_of(file, element) {
        Some(("Timeout", _)) => true,
        Some(("Transport", value)) => !is_unlimited_transport(file, value),
        Some(_) => false,
        // A field by position: all of them are given.
        None => true,
    })
}

/// Whether a transport is written out without a limit on the wait for the header.
fn is_unlimited_transport(file: &GoFile, value: Node<'_>) -> bool {
    let value = value.unparen();
    let literal = match value.go_kind() {
        Kind::UnaryExpression => value.field(Field::Operand).map(GoNode::unparen),
        Kind::Identifier => match file.resolve(value) {
            Resolved::Local(id, binding) => {
                let (span, kind) = binding.declared_by;
                let by = file.node(span, kind);
                let name = by.and_then(|it| it.descendants().find(|n| n.span() == binding.name));
                // One that is changed or handed on may have got its limit that way.
                let once = file.scopes().uses_of(id).count() == 1;
                let made = by.zip(name).and_then(|(by, name)| value_of(by, name));
                let made = made.filter(|it| once && it.operator() == Some("&"));
                made.and_then(|it| it.field(Field::Operand))
            }
            _ => None,
        },
        Kind::Nil => return true,
        _ => None,
    };
    let Some(literal) = literal.filter(|it| it.is(Kind::CompositeLiteral)) else { return false };
    let named = literal.field(Field::Type).and_then(|it| file.qualified(it));
    let body = literal.field(Field::Body);
    let fields = || body.into_iter().flat_map(GoNode::parts).map(|it| key_of(file, it));
    // A dialer of one's own may set deadlines on the connection; a Unix socket's peer is local.
    let limits = ["ResponseHeaderTimeout", "Dial", "DialContext", "DialTLS", "DialTLSContext"];
    named == Some((HTTP, "Transport"))
        && fields().all(|it| it.is_some_and(|(key, _)| !limits.contains(&key)))
}

/// Key and value of an element `key: value`.
fn key_of<'f>(file: &'f GoFile, element: Node<'f>) -> Option<(&'f str, Node<'f>)> {
    if !element.is(Kind::KeyedElement) {
        return None;
    }
    let (key, value) = (element.field(Field::Key)?, element.field(Field::Value)?);
    let value = value.parts().next().unwrap_or(value);
    Some((file.text_of(key), value))
}

/// Whoever runs a command-line tool can end it; a handler's caller cannot.
fn weigh<'p>(package: &Package, file: &'p GoFile, call: Node<'p>, mut hit: Hit<'p>) -> Hit<'p> {
    let serves = call.ancestors(file.root()).into_iter().any(|it| is_handler(file, it));
    if is_tool(package, file) && !serves {
        hit.severity = Severity::Warning;
        hit.confidence = Confidence::Low;
    }
    hit
}

/// `func(http.ResponseWriter, *http.Request)`.
fn is_handler(file: &GoFile, function: Node<'_>) -> bool {
    let parameters = function.field(Field::Parameters).filter(|_| function.go_kind().is_function());
    let types = parameters.into_iter().flat_map(GoNode::parts);
    types
        .filter_map(|it| it.field(Field::Type))
        .any(|it| file.qualified(it) == Some((HTTP, "ResponseWriter")))
}
