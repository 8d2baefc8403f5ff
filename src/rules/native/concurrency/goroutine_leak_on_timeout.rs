//! A goroutine sends its result on an unbuffered channel, and the only receive is a case of a
//! `select` that another case leaves for good.

mod sender;
mod uses;

use std::collections::HashSet;

use crate::golang::{BindingId, Field, GoFile, GoNode, Kind, Node, Package, Place, Span};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::{ends_soon, is_main};
use crate::rules::channel::{Doing, cases, is_builtin, received, with_room};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::{End, end, end_of_statement, own_nodes};
use crate::rules::survey::At;
use crate::rules::types::value_of;

use sender::{Sender, Shared};
use uses::{runs_here, uses_in};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::GoStatement], vars: &["CH", "OTHER"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, package) = (place.file, context.package);
    let Some(owner) = place.function().filter(|it| !is_main(package, file, *it)) else {
        return Vec::new();
    };
    let Some(sender) = Sender::started(&context.types, file, place.node) else { return Vec::new() };
    let outer = match context.affords(file, 4) {
        true => sender.channels(package, file),
        false => return Vec::new(),
    };
    let own = |sender: &Sender<'p>, outer: Vec<Shared>| {
        let leaks = outer.into_iter().filter_map(|it| leak(context, file, owner, sender, it));
        leaks.collect::<Vec<_>>()
    };
    let mut leaks = own(&sender, outer);
    if leaks.is_empty() {
        return Vec::new();
    }
    // Of several goroutines that one select leaves behind, the first stands for all.
    let earlier = owner
        .descendants()
        .filter(|it| it.is(Kind::GoStatement) && it.start_byte() < place.node.start_byte());
    for go in earlier.take(GOES) {
        let Some(other) = Sender::started(&context.types, file, go) else { continue };
        if !context.affords(file, 4) {
            break;
        }
        let outer = other.channels(package, file);
        let said = own(&other, outer);
        leaks.retain(|it| said.iter().all(|other| other.select.id() != it.select.id()));
    }
    let mut seen = HashSet::new();
    leaks.retain(|it| seen.insert(it.select.id()));
    leaks.into_iter().map(|it| it.hit).collect()
}

/// More goroutines of one function are not compared.
const GOES: usize = 8;

/// A goroutine that a select leaves behind.
struct Left<'p> {
    select: Node<'p>,
    hit: Hit<'p>,
}

/// The channel of a receive.
fn channel_of(receive: Node<'_>) -> Node<'_> {
    receive.field(Field::Operand).unwrap_or(receive).unparen()
}

fn leak<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    owner: Node<'p>,
    sender: &Sender<'p>,
    channel: Shared,
) -> Option<Left<'p>> {
    let (package, scopes) = (context.package, file.scopes());
    if !context.affords(file, 2 * scopes.uses_of(channel.outside).count()) {
        return None;
    }
    let binding = scopes.binding(channel.outside);
    let make = make_of(package, file, channel.outside)?;
    let at_home = binding.function.is_some_and(|it| scopes.function(it).span == owner.span());
    if !at_home {
        return None;
    }
    let sends = sender.blocking_sends(channel.inside)?;

    // Everything else that happens to the channel must be a receive in a select of the owner.
    let mut receives = Vec::new();
    let mut other_senders = 0;
    for it in uses_in(file, channel.outside, owner.span()) {
        if sender.go().span().encloses(it.span) {
            continue;
        }
        match it.doing {
            Doing::SelectReceive { case, select } if runs_here(owner, &it.around) => {
                receives.push((case, select));
            }
            Doing::Argument { .. } if !it.is_handed_on() => return None,
            Doing::Send(_) | Doing::Argument { .. } | Doing::Close | Doing::Look => {
                // Only another goroutine that sends as well may have it.
                let go = it.around.iter().find(|it| it.is(Kind::GoStatement))?;
                if !owner.span().encloses(go.span()) {
                    return None;
                }
                let other = Sender::started(&context.types, file, *go)?;
                let mut shared = other.channels(package, file);
                shared.retain(|it| it.outside == channel.outside);
                shared.iter().try_for_each(|it| other.blocking_sends(it.inside).map(drop))?;
                other_senders += 1;
            }
            _ => return None,
        }
    }
    let mut leaving: Option<(Confidence, String, Node<'p>, Node<'p>)> = None;
    for (case, select) in receives.iter().filter(|it| it.1.start_byte() > sender.go().end_byte()) {
        let others = cases(*select).filter(|it| it.id() != case.id());
        for other in others {
            let Some(label) = label(file, sender, other) else { continue };
            let later = |at: usize| receives.iter().any(|(_, it)| it.start_byte() >= at);
            let drained = receives.iter().any(|(_, it)| other.span().encloses(it.span()));
            if drained {
                continue;
            }
            if let Some(sure) = leaves(file, other, *select, binding.name, &later)
                && leaving.as_ref().is_none_or(|(before, ..)| *before < sure)
            {
                leaving = Some((sure, label, other, *select));
            }
        }
    }
    let (mut sure, other, case, select) = leaving?;

    let looped = |it: &Node<'_>| sender.file().scopes().loop_at(it.start_byte()).is_some();
    if sends.iter().any(looped) || sender.may_end_without_sending() {
        // It may look at the context, or at something that the case closes, and leave in time.
        sure = sure.min(Confidence::Medium);
    }
    let started_once =
        scopes.loops_at(sender.go().start_byte()).all(|it| it.span.encloses(binding.name));
    let one_send = exclusive(&sends, looped);
    let trigger = if sender.is_literal() { sends[0] } else { sender.go() };
    let mut hit = Hit::at(file, trigger)
        .var("CH", file.slice(binding.name))
        .var("OTHER", other)
        .with(file, make, Role::Make)
        .with(file, case, Role::OtherCase);
    // A tool ends soon after its command, and the goroutine with it.
    let owner = At { file, node: owner };
    // So does a server's process once it has been told to stop serving.
    let soon = ends_soon(context, owner) || sender.serves();
    hit.confidence = if soon { Confidence::Low } else { sure };
    if other_senders == 0 && started_once && one_send {
        hit.fix = with_room(file, make);
    }
    Some(Left { select, hit })
}

/// Whether a case leaves the select for good without another receive, and how sure that is.
fn leaves<'p>(
    file: &'p GoFile,
    case: Node<'p>,
    select: Node<'p>,
    channel: Span,
    later: &dyn Fn(usize) -> bool,
) -> Option<Confidence> {
    // A loop around the channel's declaration makes a new channel each time: going on leaves.
    let again = file.scopes().loops_at(select.start_byte()).find(|it| !it.span.encloses(channel));
    let behind = |span: Span| {
        let outer = file.scopes().loops_at(span.range().start);
        let retried = outer
            .filter(|it| it.span.encloses(span) && it.span != span)
            .any(|it| !it.span.encloses(channel));
        (!retried && !later(span.range().end)).then_some(Confidence::High)
    };
    match end(file, case) {
        End::Return => Some(Confidence::High),
        End::Exit | End::Goto => None,
        End::Falls | End::Break(None) => {
            let on = match again {
                Some(_) => None,
                None => behind(select.span()),
            };
            on.or_else(|| returns_sometimes(file, case))
        }
        End::Break(Some(label)) => behind(labeled(file, select, label)?.span()),
        End::Continue(_) if again.is_some() => None,
        End::Continue(_) => Some(Confidence::High),
    }
}

/// A `return` under a condition leaves as well, when it comes to it.
fn returns_sometimes(file: &GoFile, case: Node<'_>) -> Option<Confidence> {
    let mut below = own_nodes(case);
    let returns = below.any(|it| end_of_statement(file, it) == End::Return);
    returns.then_some(Confidence::Medium)
}

/// The statement around the node that has this label.
fn labeled<'p>(file: &'p GoFile, node: Node<'p>, label: &str) -> Option<Node<'p>> {
    node.ancestors(file.root()).into_iter().find(|it| {
        let name = it.field(Field::Label).map(|it| file.text_of(it));
        it.is(Kind::LabeledStatement) && name == Some(label)
    })
}

/// How a message names what a case waits for; `None` where the case is the goroutine's own doing
/// or waits for somebody else to receive.
fn label(file: &GoFile, sender: &Sender<'_>, case: Node<'_>) -> Option<String> {
    if case.is(Kind::DefaultCase) {
        return Some("default".to_owned());
    }
    let receive = received(case)?;
    if sender.touches(file, receive) {
        return None;
    }
    let channel = channel_of(receive);
    let text = file.text_of(channel);
    Some(match channel.callee() {
        // What a call is given may be long, and may be nobody's business.
        Some(callee) if channel.arguments().next().is_some() => {
            format!("{}(…)", file.text_of(callee))
        }
        _ => text.to_owned(),
    })
}

/// The call that makes an unbuffered channel for a variable that never gets another.
fn make_of<'p>(package: &Package, file: &'p GoFile, id: BindingId) -> Option<Node<'p>> {
    let binding = file.scopes().binding(id);
    let (span, kind) = binding.declared_by;
    let by = file.node(span, kind)?;
    let name = by.descendants().find(|it| it.span() == binding.name)?;
    let make = value_of(by, name)?.unparen();
    if !is_builtin(file, make, "make") || package.declared("make").next().is_some() {
        return None;
    }
    let mut arguments = make.arguments();
    let channel = arguments.next().is_some_and(|it| it.is(Kind::ChannelType));
    let capacity = arguments.next();
    (channel && capacity.is_none_or(|it| file.text_of(it) == "0")).then_some(make)
}

/// Whether at most one of the sends happens: the goroutine returns behind each, or it is the last.
fn exclusive(sends: &[Node<'_>], looped: impl Fn(&Node<'_>) -> bool) -> bool {
    let returns =
        |it: &Node<'_>| it.next_named_sibling().is_some_and(|next| next.is(Kind::ReturnStatement));
    let last = |at: usize| at + 1 == sends.len() && !looped(&sends[at]);
    sends.iter().enumerate().all(|(at, it)| returns(it) || last(at))
}
