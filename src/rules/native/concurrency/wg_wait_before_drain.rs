//! A function waits for goroutines that wait for it: they send what it receives only behind `Wait`.

use crate::golang::{Field, Flow, GoFile, GoNode, Kind, Node, Place, PointId};
use crate::model::Confidence;
use crate::rules::channel::{Act, Local, Operation, is_builtin};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::{By, Start};
use crate::rules::object::Object;
use crate::rules::survey::At;
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::ShortVarDeclaration, Kind::VarSpec],
    vars: &["WAIT", "SEND", "CH", "RECEIVE"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if context.package.is_partial() || !place.file.text().contains(".Wait()") {
        return Vec::new();
    }
    let channels = context.channels(place.file, place.node);
    channels.iter().filter_map(|it| hit(context, it)).collect()
}

fn hit<'p>(context: &Context<'p>, channel: &Local<'p>) -> Option<Hit<'p>> {
    // Room that a number of the run decides may well be enough.
    let room = channel.capacity?;
    let At { file, node: function } = channel.owner;
    let all = &channel.operations;
    // Whoever receives beside the function may do so at any time.
    let foreign = |it: &Operation<'p>| {
        matches!(it.act, Act::Receive | Act::Range) && (it.start().is_some() || it.deferred)
    };
    if !channel.escapes.is_empty() || all.iter().any(foreign) {
        return None;
    }
    let receives: Vec<_> =
        all.iter().filter(|it| matches!(it.act, Act::Receive | Act::Range)).collect();
    let receive = *receives.first()?;
    context.affords_steps(function.byte_range().len() as u64 * 2).then_some(())?;
    let waits = waits(function, file);
    let flow = file.flow(function).filter(|_| !waits.is_empty())?;
    for send in all.iter().filter(|it| it.act == Act::Send && !it.gives_up && it.is_run()) {
        let crowd = send.starts_repeat(channel) || send.is_looped(channel);
        if room > 0 && !(crowd && overflows(context, channel, send, (room, &waits))) {
            continue;
        }
        let Some(counted) = counted(context, send) else { continue };
        let from = flow.at(send.in_owner().start_byte())?;
        let ours = |it: &&Node<'p>| {
            let group = it.callee().and_then(|it| it.field(Field::Operand));
            group.is_some_and(|it| Object::of(context, file, it) == Some(counted.group))
        };
        let waits: Vec<_> = waits.iter().filter(ours).copied().collect();
        let Some(wait) = waits.first().copied() else { continue };
        let points: Vec<_> = waits.iter().filter_map(|it| flow.at(it.start_byte())).collect();
        if !is_behind(flow, from, &points, &receives) {
            continue;
        }
        let mut hit = Hit::at(file, wait)
            .var("WAIT", file.text_of(wait))
            .var("SEND", send.at.file.text_of(send.at.node))
            .var("CH", file.slice(channel.name()))
            .var("RECEIVE", receive.at.file.text_of(receive.at.node))
            .with(send.at.file, send.at.node, Role::Call)
            .with(receive.at.file, receive.at.node, Role::OtherCase);
        if room > 0 || !counted.sure {
            hit.confidence = Confidence::Medium;
        }
        hit.fix = drained(file, wait, channel, &receives);
        return Some(hit);
    }
    None
}

/// The statements `x.Wait()` of a function itself.
fn waits<'p>(function: Node<'p>, file: &'p GoFile) -> Vec<Node<'p>> {
    let statements = own_nodes(function).filter(|it| {
        matches!(
            it.go_kind(),
            Kind::ExpressionStatement
                | Kind::AssignmentStatement
                | Kind::ShortVarDeclaration
                | Kind::ReturnStatement
        )
    });
    let calls = statements.filter_map(|it| {
        let value = it.field(Field::Right).unwrap_or(it);
        let call = value.parts().next()?;
        let call = if call.is(Kind::ExpressionList) { call.parts().next()? } else { call };
        let name = call.unparen().callee()?.field(Field::Field)?;
        (file.text_of(name) == "Wait" && call.arguments().next().is_none()).then(|| call.unparen())
    });
    calls.collect()
}

/// A group that counts a goroutine as running for as long as it has not sent.
struct Counted<'p> {
    group: Object<'p>,
    /// Whether the goroutine comes to the send whenever it runs.
    sure: bool,
}

/// The group that the sender's goroutine is counted by until it has sent.
fn counted<'p>(context: &Context<'p>, send: &Operation<'p>) -> Option<Counted<'p>> {
    let site = send.frames.first()?.site;
    let start = Start::of(&context.types, site)?;
    let At { file, node } = start.body;
    let inner = match send.frames.get(1) {
        Some(it) if it.site.file.path() == file.path() => it.site.node,
        None => send.at.node,
        _ => return None,
    };
    let flow = file.flow(node)?;
    // A literal of the goroutine that is called later is not a point of its own.
    let at = flow.at(inner.start_byte())?;
    let size = node.byte_range().len() as u64;
    context.affords_steps(size * 2).then_some(())?;
    let sure = flow.path(PointId::ENTRY, PointId::EXIT, |it| it == at).is_none();
    if start.by != By::Statement {
        let group = site.node.callee()?.field(Field::Operand)?;
        return Some(Counted { group: Object::of(context, site.file, group)?, sure });
    }
    let done = node.descendants().find(|it| {
        let name = it.callee().and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| file.text_of(it) == "Done") && it.arguments().next().is_none()
    })?;
    let around = done.ancestors(file.root());
    let deferred =
        around.iter().take_while(|it| it.id() != node.id()).any(|it| it.is(Kind::DeferStatement));
    if !deferred {
        let own = around.iter().find(|it| it.go_kind().is_function())?.id() == node.id();
        let from = flow.at(done.start_byte()).filter(|_| own)?;
        let behind = flow.reach(flow.next(from).iter().map(|it| it.0), |_| false);
        (!behind[at.index()]).then_some(())?;
    }
    let group = done.callee()?.field(Field::Operand)?;
    context.types.of(file, group).behind().is("sync", "WaitGroup").then_some(())?;
    let inside = Object::of(context, file, group)?;
    let passed = start.passed().into_iter().find(|(_, name)| {
        let declared = file.scopes().declared_at(name.span());
        declared.is_some_and(|id| inside == Object::Local(file.path(), id))
    });
    let group = match passed {
        Some((argument, _)) => Object::of(context, site.file, argument)?,
        None => inside,
    };
    Some(Counted { group, sure })
}

/// Whether control comes from the start of the goroutine to a receive only through a `Wait`, and
/// to one at all.
fn is_behind(flow: &Flow, from: PointId, waits: &[PointId], receives: &[&Operation<'_>]) -> bool {
    let free = flow.reach(flow.next(from).iter().map(|it| it.0), |it| waits.contains(&it));
    let any = flow.reach([from], |_| false);
    let mut behind = false;
    for it in receives {
        let node = it.select.filter(|_| it.frames.is_empty()).unwrap_or_else(|| it.in_owner());
        let at = range_of(flow, it).or_else(|| flow.at(node.start_byte()));
        let Some(at) = at else { return false };
        if free[at.index()] && !waits.contains(&at) {
            return false;
        }
        behind |= any[at.index()];
    }
    behind && waits.iter().any(|it| any[it.index()])
}

fn range_of(flow: &Flow, receive: &Operation<'_>) -> Option<PointId> {
    let span = receive.at.node.span();
    (receive.act == Act::Range && receive.frames.is_empty())
        .then(|| flow.points().find(|(_, it)| it.span == span).map(|it| it.0))?
}

/// Whether more values are sent than there is room for before a `Wait`, as far as the loops around
/// tell.
fn overflows<'p>(
    context: &Context<'p>,
    channel: &Local<'p>,
    send: &Operation<'p>,
    (room, waits): (u64, &[Node<'p>]),
) -> bool {
    let file = channel.owner.file;
    let mut loops = file.scopes().loops_at(send.in_owner().start_byte());
    loops.any(|it| {
        let drains = waits.iter().any(|wait| it.span.encloses(wait.span()));
        let ours = channel.owner.node.span().encloses(it.span) && !it.span.encloses(channel.name());
        let node = file.node(it.span, Kind::ForStatement).filter(|_| ours && !drains);
        // A number that only the run knows may be the room that the author counted on.
        node.is_some_and(|it| context.types.loop_bound(file, it).is_some_and(|it| it > room))
    })
}

/// The edit that lets the close wait in a goroutine of its own, where the loop follows at once.
fn drained<'p>(
    file: &'p GoFile,
    wait: Node<'p>,
    channel: &Local<'p>,
    receives: &[&Operation<'p>],
) -> Option<Fix> {
    let around = wait.ancestors(file.root());
    let statement = *around.first().filter(|it| it.is(Kind::ExpressionStatement))?;
    let list = *around.get(1).filter(|it| it.is(Kind::StatementList))?;
    let mut rest = list.statements().skip_while(|it| it.id() != statement.id()).skip(1);
    let (close, the_loop) = (rest.next()?, rest.next()?);
    let call = close.parts().next().filter(|it| is_builtin(file, *it, "close"))?;
    let closed = file.resolve(call.arguments().next()?).local();
    let [range] = receives else { return None };
    let ours = closed == Some(channel.binding)
        && the_loop.is(Kind::ForStatement)
        && range.act == Act::Range
        && range.frames.is_empty()
        && the_loop.span().encloses(range.at.node.span());
    let text = file.text();
    let line = text[..statement.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    let indent = &text[line..statement.start_byte()];
    let between = &text[statement.end_byte()..close.start_byte()];
    let behind = text[close.end_byte()..].split('\n').next()?;
    let plain = [indent, between, behind].iter().all(|it| it.trim().is_empty());
    if !ours || !plain || !between.contains('\n') {
        return None;
    }
    let span = crate::golang::Span::new(statement.start_byte(), close.end_byte());
    let (wait, close) = (file.text_of(statement), file.text_of(close));
    let code = format!("go func() {{\n{indent}\t{wait}\n{indent}\t{close}\n{indent}}}()");
    Some(Fix::replacing(file, span, &code).without_carriage_returns())
}
