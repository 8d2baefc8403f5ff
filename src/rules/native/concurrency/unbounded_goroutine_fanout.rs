//! One goroutine for each thing that comes from outside, and nothing that limits how many.

use crate::golang::{BindingId, Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::serves_tests;
use crate::rules::endless::{head, is_unconditional};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::group;
use crate::rules::object::root_of;
use crate::rules::types::Callee;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::GoStatement, Kind::CallExpression], vars: &["INPUT"], check };

/// What takes one message from a peer that nobody has asked for; a connection that is accepted is
/// limited elsewhere.
const MESSAGES: &[(&str, &[&str])] = &[
    ("net", &["ReadFrom", "ReadFromUDP", "ReadFromUDPAddrPort", "ReadMsgUDP", "ReadFromUnix"]),
    ("github.com/gorilla/websocket", &["ReadMessage", "ReadJSON"]),
];

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let file = place.file;
    if serves_tests(file) {
        return Vec::new();
    }
    if place.kind == Kind::CallExpression {
        let called = place.node.callee().and_then(|it| it.field(Field::Field));
        let starts = called.is_some_and(|it| file.text_of(it) == "Go");
        if !starts || group(&context.types, file, place.node).is_none() {
            return Vec::new();
        }
    }
    found(context, place).into_iter().collect()
}

fn found<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let file = place.file;
    let function = place.function()?;
    let inside = place.ancestors.iter().rev().take_while(|it| it.id() != function.id());
    let the_loop = *inside.clone().find(|it| it.is(Kind::ForStatement))?;
    // One for each peer that is new, say, is not one for each message.
    if inside.take_while(|it| it.id() != the_loop.id()).any(|it| it.is(Kind::IfStatement)) {
        return None;
    }
    let input = messages(context, file, the_loop, place.node)
        .or_else(|| decoded(context, file, function, the_loop))?;
    if is_limited(file, the_loop, place.node) || sets_limit(file, function) {
        return None;
    }
    let mut hit = Hit::at(file, place.node).var("INPUT", file.text_of(input)).with(
        file,
        the_loop,
        Role::Loop,
    );
    hit.confidence = Confidence::Medium;
    Some(hit)
}

/// The call in an endless loop that takes a message, before the goroutine is started.
fn messages<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    the_loop: Node<'p>,
    start: Node<'p>,
) -> Option<Node<'p>> {
    if !is_unconditional(the_loop) {
        return None;
    }
    let calls = own_nodes(the_loop)
        .take_while(|it| it.start_byte() < start.start_byte())
        .filter(|it| it.is(Kind::CallExpression));
    calls
        .filter(|call| match context.types.callee(file, *call) {
            Callee::ForeignMethod { path, name, .. } => {
                MESSAGES.iter().any(|it| it.0 == path && it.1.contains(&name))
            }
            _ => false,
        })
        .find_map(GoNode::callee)
}

/// What a loop goes over that a handler has decoded from its request.
fn decoded<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    the_loop: Node<'p>,
) -> Option<Node<'p>> {
    let of_request = function.field(Field::Parameters)?.parts().any(|it| {
        let of = it.field(Field::Type).map(|it| context.types.written(file, it));
        of.is_some_and(|it| it.behind().is("net/http", "Request"))
    });
    let over = head(the_loop).filter(|it| of_request && it.is(Kind::RangeClause))?;
    let over = over.field(Field::Right)?.unparen();
    let id = file.resolve(root_of(over)).local()?;
    let filled = own_nodes(function)
        .filter(|it| it.is(Kind::CallExpression) && it.end_byte() <= the_loop.start_byte())
        .any(|it| fills(file, it, id));
    filled.then_some(over)
}

/// `json.NewDecoder(r.Body).Decode(&x)`, `json.Unmarshal(b, &x)`
fn fills(file: &GoFile, call: Node<'_>, id: BindingId) -> bool {
    let name = call.callee().and_then(|it| it.field(Field::Field));
    let decodes = name.is_some_and(|it| matches!(file.text_of(it), "Decode" | "Unmarshal"));
    decodes
        && call.arguments().last().is_some_and(|it| {
            let of = it.field(Field::Operand).filter(|_| it.operator() == Some("&"));
            of.is_some_and(|it| file.resolve(it).local() == Some(id))
        })
}

/// Whether something in a round may wait for others to finish, before the goroutine is started or
/// behind it.
fn is_limited(file: &GoFile, the_loop: Node<'_>, start: Node<'_>) -> bool {
    const WORDS: &[&str] = &["acquire", "wait", "submit", "limit", "allow", "take", "lock", "len"];
    own_nodes(the_loop).filter(|it| !start.span().encloses(it.span())).any(|it| {
        match it.go_kind() {
            Kind::SendStatement | Kind::SelectStatement => true,
            Kind::UnaryExpression => it.operator() == Some("<-"),
            Kind::CallExpression => {
                let name = it.callee().map(|it| it.field(Field::Field).unwrap_or(it));
                let name = name.map_or("", |it| file.text_of(it)).to_ascii_lowercase();
                WORDS.iter().any(|it| name.contains(it))
            }
            _ => false,
        }
    })
}

/// `g.SetLimit(n)`
fn sets_limit(file: &GoFile, function: Node<'_>) -> bool {
    own_nodes(function).any(|it| {
        it.is(Kind::SelectorExpression)
            && it.field(Field::Field).is_some_and(|it| file.text_of(it) == "SetLimit")
    })
}
