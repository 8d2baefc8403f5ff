//! Whether the function that makes a channel can go away while a goroutine of it still waits for
//! an answer on it.

use std::collections::HashSet;
use std::rc::Rc;

use crate::golang::{
    Edge, Effect, Field, Flow, GoFile, GoNode, Held, Kind, Leak, Node, PointId, Span, What,
};
use crate::rules::engine::Context;
use crate::rules::flow::{End, end_of_statement};
use crate::rules::release::Holding;
use crate::rules::repeat::repeating_loop;
use crate::rules::survey::At;

use super::entry::Entered;
use super::{Act, Local, Operation};

/// A goroutine that is left waiting.
pub(in crate::rules) struct Abandoned<'c, 'p> {
    /// What it waits at.
    pub(in crate::rules) waiting: &'c Operation<'p>,
    /// The code of the function that leaves; nothing where it just ends.
    pub(in crate::rules) by: Option<Node<'p>>,
    /// Whether a loop that receives is left early.
    pub(in crate::rules) early: bool,
    pub(in crate::rules) senders: Senders,
    /// Whether the goroutine comes to the operation whenever it runs.
    pub(in crate::rules) sure: bool,
}

/// How many times a value is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Senders {
    /// Once.
    One,
    /// By one goroutine, again and again.
    Looped,
    /// By many goroutines.
    Many,
}

/// The first goroutine that a function leaves waiting on a channel of its own that nobody else has.
pub(in crate::rules) fn abandoned<'c, 'p>(
    context: &Context<'p>,
    channel: &'c Local<'p>,
) -> Option<Abandoned<'c, 'p>> {
    let found = waiting_on(context, channel)?;
    // Of several channels of one goroutine, the first to be made stands for all.
    let file = channel.owner.file;
    let site = found.waiting.in_owner();
    let mut seen = HashSet::from([channel.binding]);
    for it in file.scopes().uses_in(site.span()) {
        let Some(id) = it.binding().filter(|it| seen.insert(*it)) else { continue };
        let other = file.scopes().binding(id);
        let (span, kind) = other.declared_by;
        let earlier = other.name.start < channel.name().start;
        if !earlier || !matches!(kind, Kind::ShortVarDeclaration | Kind::VarSpec) {
            continue;
        }
        context.affords(file, 2).then_some(())?;
        let made = context.channels(file, file.node(span, kind)?);
        let same = |it: &Rc<Local<'p>>| {
            waiting_on(context, it).is_some_and(|it| it.waiting.in_owner().id() == site.id())
        };
        if made.iter().any(same) {
            return None;
        }
    }
    Some(found)
}

fn waiting_on<'c, 'p>(context: &Context<'p>, channel: &'c Local<'p>) -> Option<Abandoned<'c, 'p>> {
    channel.escapes.is_empty().then_some(())?;
    channel.operations.iter().find_map(|it| left_waiting(context, channel, it))
}

fn left_waiting<'c, 'p>(
    context: &Context<'p>,
    channel: &'c Local<'p>,
    waiting: &'c Operation<'p>,
) -> Option<Abandoned<'c, 'p>> {
    let known = waiting.start().is_some_and(|it| it.entered == Entered::Go);
    if !known || waiting.gives_up || waiting.act == Act::Close {
        return None;
    }
    let senders = match waiting.act {
        _ if waiting.starts_repeat(channel) => Senders::Many,
        _ if waiting.is_looped(channel) => Senders::Looped,
        _ => Senders::One,
    };
    let roomy = channel.capacity != Some(0);
    if waiting.act == Act::Send && roomy && (senders == Senders::One || channel.capacity.is_none())
    {
        return None;
    }
    let mut answers = channel.answers(waiting);
    // Values alone do not end a loop over them, but its body may end by them.
    if waiting.act == Act::Range && channel.operations.iter().any(|it| it.act == Act::Send) {
        let sends = channel.operations.iter().filter(|it| it.act == Act::Send);
        answers.extend(sends.filter(|_| may_leave(waiting)));
    }
    // Who answers from another goroutine may do so at any time.
    if answers.is_empty() || answers.iter().any(|it| it.start().is_some()) {
        return None;
    }
    // A function that starts the goroutine and answers it knows what it does.
    let site = waiting.in_owner();
    if answers.iter().any(|it| it.in_owner().id() == site.id()) {
        return None;
    }
    let At { file, node: function } = channel.owner;
    let size = (function.end_byte() - function.start_byte()) as u64;
    context.affords_steps(size).then_some(())?;
    let flow = file.flow(function)?;
    let from = flow.at(site.start_byte())?;
    let made = flow.at(channel.name().start as usize)?;
    let mut holding = Holding::new(file, function, flow, from);
    holding.again = false;
    for it in &answers {
        // A select is another rule's business.
        let node = it.select.filter(|_| it.frames.is_empty()).unwrap_or_else(|| it.in_owner());
        let at = flow.at(node.start_byte())?;
        // Answered before it is asked.
        if at != from && flow.reach([at], |it| it == made)[from.index()] {
            return None;
        }
        holding.effect(at, if it.deferred { Effect::Settle } else { Effect::Release });
        // A loop that runs as often as another: who comes to its head has come to it.
        let loops = file.scopes().loops_at(it.in_owner().start_byte());
        let own =
            loops.filter(|it| !it.span.encloses(site.span()) && function.span().encloses(it.span));
        for outer in own.map(|it| it.span) {
            for (head, _) in flow.points().filter(|(_, it)| is_head(file, outer, it.span)) {
                holding.effect(head, Effect::Release);
            }
        }
    }
    let sure = comes_to(context, waiting);
    if !roomy || waiting.act != Act::Send {
        let leaks = holding.leaks(context);
        let unaware = |it: &&Leak| {
            it.held == Held::AtExit && !it.path.iter().any(|at| hears(channel, flow, *at, site))
        };
        let mut leaks = leaks.iter().filter(unaware);
        if let Some(leak) = leaks.next() {
            let last = flow.point(leak.at);
            let by = file.node(last.span, last.kind).filter(|it| it.is(Kind::ReturnStatement));
            return Some(Abandoned { waiting, by, early: false, senders, sure });
        }
    }
    if waiting.act != Act::Send || answers.iter().any(|it| it.deferred) {
        return None;
    }
    let senders = match senders {
        Senders::One if rivals(channel, flow, from, waiting) => Senders::Many,
        Senders::One => return None,
        it => it,
    };
    let found = |by, early| Some(Abandoned { waiting, by, early, senders, sure });
    let receives: Vec<_> = answers.iter().filter(|it| it.act != Act::Close).copied().collect();
    if receives.is_empty() {
        return None;
    }
    if let [receive] = &*answers
        && receive.frames.is_empty()
        && receive.select.is_none()
        && !is_in_loop(channel, receive)
    {
        let again = !roomy && senders == Senders::Many && starts_again(context, channel, waiting);
        return again.then(|| found(None, false))?;
    }
    let blocked: Vec<PointId> = holding.effects.keys().copied().collect();
    let early = receives
        .iter()
        .filter(|it| it.frames.is_empty() && it.select.is_none())
        .find_map(|it| leaves_loop(channel, flow, it, &blocked, waiting, senders))?;
    found(Some(early), true)
}

impl Abandoned<'_, '_> {
    /// The operation as a sentence may quote it.
    pub(in crate::rules) fn operation(&self, name: &str) -> String {
        match self.waiting.act {
            Act::Send | Act::Close => format!("{name} <-"),
            Act::Receive => format!("<-{name}"),
            Act::Range => format!("range {name}"),
        }
    }
}

/// Whether the body of a `range` over the channel leaves the loop.
fn may_leave(range: &Operation<'_>) -> bool {
    let around = range.at.around();
    let the_loop = around.iter().find(|it| it.is(Kind::ForStatement));
    the_loop.is_none_or(|it| !crate::rules::flow::exits(range.at.file, *it).is_empty())
}

/// Whether the function learns something of the goroutine at a point: it waits for it, or receives
/// on another channel that the goroutine has too.
fn hears(channel: &Local<'_>, flow: &Flow, at: PointId, start: Node<'_>) -> bool {
    let (file, point) = (channel.owner.file, flow.point(at));
    let text = file.slice(point.span);
    if start.span().encloses(point.span) || point.span.encloses(start.span()) {
        return false;
    }
    if text.ends_with(".Wait()") {
        return true;
    }
    if !text.contains("<-") && point.what != What::Range {
        return false;
    }
    let Some(node) = file.node(point.span, point.kind) else { return false };
    let scopes = file.scopes();
    node.descendants().any(|it| {
        let receives = it.is(Kind::UnaryExpression) && it.operator() == Some("<-");
        let of = match receives {
            true => it.field(Field::Operand),
            false => it.field(Field::Right).filter(|_| it.is(Kind::RangeClause)),
        };
        let heard = of.and_then(|it| file.resolve(it.unparen()).local());
        heard.is_some_and(|id| scopes.uses_of(id).any(|it| start.span().encloses(it.span)))
    })
}

/// Whether a loop really starts the goroutine more than once, or several places start it.
fn starts_again<'p>(context: &Context<'p>, channel: &Local<'p>, waiting: &Operation<'p>) -> bool {
    let At { file, node } = channel.owner;
    let site = waiting.in_owner();
    let mut around = site.ancestors(file.root());
    around.reverse();
    let looped = file.scopes().loops_at(site.start_byte()).any(|it| node.span().encloses(it.span));
    !looped || repeating_loop(&context.types, file, site, &around, 1).is_some()
}

/// Whether another goroutine sends on the channel too, when this one does.
fn rivals(channel: &Local<'_>, flow: &Flow, from: PointId, waiting: &Operation<'_>) -> bool {
    let behind = flow.reach([from], |_| false);
    let site = waiting.in_owner().id();
    channel.operations.iter().any(|it| {
        let other = it.act == Act::Send && !it.gives_up && it.in_owner().id() != site;
        let at = flow.at(it.in_owner().start_byte());
        other && it.start().is_some() && at.is_some_and(|it| behind[it.index()])
    })
}

fn is_in_loop(channel: &Local<'_>, receive: &Operation<'_>) -> bool {
    receive.act == Act::Range || receive.is_looped(channel)
}

/// Whether a span is in what stands between a loop's `for` and its body.
fn is_head(file: &GoFile, the_loop: Span, span: Span) -> bool {
    the_loop.encloses(span)
        && span.end > span.start
        && file
            .node(the_loop, Kind::ForStatement)
            .and_then(|it| it.field(Field::Body))
            .is_some_and(|body| span.start < body.span().start)
}

/// The code that leaves a loop that receives before it is done.
fn leaves_loop<'p>(
    channel: &Local<'p>,
    flow: &Flow,
    receive: &Operation<'p>,
    answers: &[PointId],
    waiting: &Operation<'p>,
    senders: Senders,
) -> Option<Node<'p>> {
    let file = channel.owner.file;
    let around = receive.at.around();
    let the_loop = *around.iter().find(|it| it.is(Kind::ForStatement))?;
    (!the_loop.span().encloses(channel.name())).then_some(())?;
    // What remains is received behind the loop, under whatever condition.
    let drained = channel.operations.iter().any(|it| {
        let receives = matches!(it.act, Act::Receive | Act::Range);
        receives && it.in_owner().start_byte() >= the_loop.end_byte()
    });
    (!drained).then_some(())?;
    let at = flow.at(receive.at.node.start_byte())?;
    let mut blocked = answers.to_vec();
    let mut begin = Vec::new();
    let received: Vec<Node<'p>>;
    if receive.act == Act::Range {
        let head = flow
            .points()
            .filter(|(_, it)| it.what == What::Range && it.span == receive.at.node.span());
        let head = head.map(|it| it.0).next()?;
        blocked.push(head);
        begin.extend(flow.next(head).iter().filter(|it| it.1 == Edge::True).map(|it| it.0));
        received = receive.at.node.field(Field::Left).into_iter().flat_map(GoNode::parts).collect();
    } else {
        let by = around.iter().take(2).find(|it| {
            matches!(it.go_kind(), Kind::ShortVarDeclaration | Kind::AssignmentStatement)
        });
        received =
            by.and_then(|it| it.field(Field::Left)).into_iter().flat_map(GoNode::parts).collect();
        // `v, ok := <-ch` tells when the sender is done.
        if received.len() > 1 {
            return None;
        }
        // What ends the loop by itself is its condition.
        let body = the_loop.field(Field::Body)?;
        let head = |it: &PointId| {
            let span = flow.point(*it).span;
            the_loop.span().encloses(span) && !body.span().encloses(span)
        };
        blocked.extend(flow.points().map(|it| it.0).filter(head));
        begin.extend(flow.next(at).iter().map(|it| it.0));
    }
    let is_blocked = |it: PointId| blocked.contains(&it);
    let path = begin.into_iter().filter(|it| !is_blocked(*it)).find_map(|it| {
        if it == PointId::EXIT { None } else { flow.path(it, PointId::EXIT, is_blocked) }
    })?;
    let by = path.iter().rev().find_map(|it| {
        let point = flow.point(*it);
        let jumps = matches!(
            point.kind,
            Kind::ReturnStatement | Kind::BreakStatement | Kind::GotoStatement
        );
        file.node(point.span, point.kind).filter(|_| jumps && the_loop.span().encloses(point.span))
    })?;
    // Sender and receiver may agree on a last value.
    let names: Vec<_> = received.iter().map(|it| file.text_of(*it)).collect();
    let asks = path.iter().filter(|it| flow.point(**it).what == What::Condition).any(|it| {
        let text = file.slice(flow.point(*it).span);
        names.iter().any(|name| *name != "_" && mentions(text, name))
    });
    if asks && senders == Senders::Looped && stops_after_sending(waiting) {
        return None;
    }
    Some(by)
}

/// Whether a word occurs in a text as a whole.
fn mentions(text: &str, word: &str) -> bool {
    text.split(|it: char| !it.is_alphanumeric() && it != '_').any(|it| it == word)
}

/// Whether some send of the goroutine's function is its last.
fn stops_after_sending(sender: &Operation<'_>) -> bool {
    let around = sender.at.around();
    let Some(function) = around.iter().find(|it| it.go_kind().is_function()) else { return true };
    let channel = sender.at.node.field(Field::Channel).map(|it| sender.at.file.text_of(it));
    function.descendants().filter(|it| it.is(Kind::SendStatement)).any(|it| {
        let same = it.field(Field::Channel).map(|it| sender.at.file.text_of(it)) == channel;
        let next = it.next_named_sibling();
        let leaves = next.is_some_and(|it| {
            matches!(end_of_statement(sender.at.file, it), End::Return | End::Break(_))
        });
        same && leaves
    })
}

/// Whether the goroutine comes to the operation whenever it runs to its end.
fn comes_to<'p>(context: &Context<'p>, it: &Operation<'p>) -> bool {
    let around = it.at.around();
    let Some(function) = around.iter().find(|it| it.go_kind().is_function()) else { return false };
    let size = (function.end_byte() - function.start_byte()) as u64;
    if !context.affords_steps(size) || it.frames.len() > 1 {
        return false;
    }
    let file = it.at.file;
    let Some(flow) = file.flow(*function) else { return false };
    let name = match it.at.node.field(Field::Channel).or_else(|| it.at.node.field(Field::Operand)) {
        Some(it) => file.text_of(it),
        None => return false,
    };
    // On each of several ways it may do the same with the channel.
    let same = function.descendants().filter(|other| {
        other.go_kind() == it.at.node.go_kind() && {
            let of = other.field(Field::Channel).or_else(|| other.field(Field::Operand));
            of.is_some_and(|it| file.text_of(it) == name)
        }
    });
    let points: Vec<_> = same.filter_map(|it| flow.at(it.start_byte())).collect();
    !flow.reach([PointId::ENTRY], |it| points.contains(&it))[PointId::EXIT.index()]
}
