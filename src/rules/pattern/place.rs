//! Where code stands: what runs it, and how often.

use crate::golang::heat::{Entry, Reason};
use crate::golang::{Field, GoFile, GoNode, Kind, Node};
use crate::rules::audience::is_tool;
use crate::rules::repeat::{is_endless, repeating_loop};
use crate::rules::{Role, start};

use super::fit::Partner;
use super::solve::{Site, Spot};
use super::yaml::Where;

/// A loop with fewer iterations, visible in its head, is as good as no loop.
const FEW: u64 = 10;

/// Whether the node stands there; `Some` names what makes it so, where that is a node.
pub(super) fn stands_in<'p>(
    site: &Site<'p, '_>,
    spot: Spot<'p, '_>,
    wanted: Where,
) -> Option<Option<Partner<'p>>> {
    let Site { context, file, meter } = *site;
    let Spot { node, around } = spot;
    if !meter.take(8 * around.len()) {
        return None;
    }
    let affordable = match wanted {
        Where::Loop | Where::Endless => {
            // What follows in the loop is looked at once for each condition around.
            let outermost = file.scopes().loops_at(node.start_byte()).last()?;
            let times = 1 + around.iter().filter(|it| it.is(Kind::IfStatement)).count();
            meter.take(outermost.span.range().len().saturating_mul(times))
        }
        Where::Defer | Where::Init | Where::Main | Where::Constructor | Where::Tool => true,
        Where::Goroutine | Where::Handler | Where::Request | Where::Once => meter.look(file, 1),
    };
    if !affordable {
        return None;
    }
    let plain = |it: bool| it.then_some(None);
    match wanted {
        Where::Loop | Where::Endless => {
            let the_loop = repeating_loop(&context.types, file, node, around, FEW)?;
            if wanted == Where::Endless && !is_endless(&context.types, file, the_loop) {
                return None;
            }
            Some(Some((file, the_loop.span(), Role::Loop)))
        }
        Where::Goroutine => {
            let (file, span) = start::goroutine(context, file, around)?;
            Some(Some((file, span, Role::Start)))
        }
        Where::Handler => {
            // The first look is a pass through the package, whoever asks for it.
            let entry = context.package.entry_at(file, node.start_byte());
            plain(entry.is_some_and(Entry::is_request))
        }
        Where::Request => {
            let heat = context.package.heat(file, node.start_byte());
            plain(heat.reasons.iter().any(|it| matches!(it, Reason::Reached { .. })))
        }
        Where::Defer => plain(is_deferred(around, node)),
        Where::Init => plain(match frame(around) {
            None => true,
            Some(it) => is_function(file, it, |name| name == "init"),
        }),
        Where::Main => {
            let ignored = file.build_constraint().is_some_and(|it| it.contains("ignore"));
            let is_main = |it: Node<'_>| is_function(file, it, |name| name == "main");
            let main = context.package.name() == "main" && frame(around).is_some_and(is_main);
            plain(ignored || main)
        }
        Where::Constructor => {
            let makes = |name: &str| {
                let rest = name.strip_prefix("New").or_else(|| name.strip_prefix("new"));
                rest.is_some_and(|it| !it.starts_with(char::is_lowercase))
            };
            plain(around.iter().any(|it| is_function(file, *it, makes)))
        }
        Where::Tool => plain(is_tool(context.package, file)),
        Where::Once => plain(start::once(context, file, around)),
    }
}

/// The function that runs the place: literals that are called where they stand are no frames of
/// their own. `None` where the package's initialisation does.
fn frame<'p>(around: &[Node<'p>]) -> Option<Node<'p>> {
    let mut at = around.iter().rposition(|it| it.go_kind().is_function())?;
    while around[at].is(Kind::FuncLiteral) && is_called(around, at) {
        at = around[..at].iter().rposition(|it| it.go_kind().is_function())?;
    }
    Some(around[at])
}

/// Whether the literal at this index is called at once, and not by `go` or `defer`.
fn is_called(around: &[Node<'_>], at: usize) -> bool {
    let mut outer = around[..at].iter().rev().skip_while(|it| it.is(Kind::ParenthesizedExpression));
    let call = outer.next().filter(|it| it.is(Kind::CallExpression));
    let called = call.and_then(|it| it.callee()).is_some_and(|it| it.id() == around[at].id());
    called && !outer.next().is_some_and(|it| it.is(Kind::GoStatement))
}

/// Whether the node is a function, no method and no literal, with such a name.
fn is_function(file: &GoFile, node: Node<'_>, named: impl Fn(&str) -> bool) -> bool {
    node.is(Kind::FunctionDeclaration)
        && node.field(Field::Name).is_some_and(|it| named(file.text_of(it)))
}

/// Whether the node is in what a `defer` runs: the deferred call itself, or its literal.
fn is_deferred(around: &[Node<'_>], node: Node<'_>) -> bool {
    let mut inner = node;
    for it in around.iter().rev() {
        match it.go_kind() {
            Kind::DeferStatement => return true,
            Kind::FunctionDeclaration | Kind::MethodDeclaration => return false,
            // An argument's literal is made by the deferring function, and run by whom it is given.
            Kind::ArgumentList if inner.is(Kind::FuncLiteral) => return false,
            _ => inner = *it,
        }
    }
    false
}
