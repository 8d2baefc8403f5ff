//! A goroutine whose loop nothing ever leaves: it does not heed its signal, or has none and is
//! started again and again.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::{is_tool, serves_tests};
use crate::rules::channel::{cases, received};
use crate::rules::endless::{is_unconditional, never_ends};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::{Start, callees};
use crate::rules::intent::{is_stated, takes_signals};
use crate::rules::once::runs_once;
use crate::rules::owner::owners;
use crate::rules::state::is_handler;
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::GoStatement], vars: &["BODY", "AT"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, go) = (place.file, place.node);
    if context.package.is_partial() || serves_tests(file) || !context.affords(file, 8) {
        return None;
    }
    let start = Start::of(&context.types, At { file, node: go })?;
    let (function, the_loop) = lasting(context, start.body)?;
    let home = function.file;
    let said = |at: &str| {
        let mut hit = Hit::at(file, go).var("BODY", start.named()).var("AT", at).with(
            home,
            the_loop,
            Role::Loop,
        );
        if !start.is_inline() {
            hit = hit.with(start.body.file, start.body.node, Role::Body);
        }
        hit
    };
    if let Some(case) = ignored(context, home, the_loop) {
        let awaited = home.text_of(case.field(Field::Communication)?);
        return Some(said(&format!("case {awaited}:")).with(home, case, Role::OtherCase));
    }
    let signals = takes_signals(home, function.node) || takes_signals(file, start.starter()?.node);
    if signals || is_stated(home, function.node) || is_stated(file, start.starter()?.node) {
        return None;
    }
    let starter = start.starter()?;
    let outer = file.scopes().loops_at(go.start_byte()).find_map(|it| {
        let inside = starter.node.span().encloses(it.span);
        file.node(it.span, Kind::ForStatement).filter(|it| inside && is_unconditional(*it))
    });
    if outer.is_some() || is_handler(context, starter) {
        return Some(said("for {"));
    }
    if context.package.name() == "main" || is_tool(context.package, file) {
        return None;
    }
    // What a type starts is another rule's business.
    let declaration = start.site.declaration()?;
    if owners(&context.types, file, declaration).is_some() || runs_once(context, start.site) {
        return None;
    }
    let mut hit = said("for {");
    hit.confidence = Confidence::Low;
    Some(hit)
}

/// The first loop of a goroutine, or of a function that it calls itself, that nothing leaves.
fn lasting<'p>(context: &Context<'p>, body: At<'p>) -> Option<(At<'p>, Node<'p>)> {
    let own = |function: At<'p>| {
        let length = function.node.byte_range().len() as u64;
        context.affords_steps(2 * length).then_some(())?;
        let mut loops = own_nodes(function.node).filter(|it| it.is(Kind::ForStatement));
        let found = loops.find(|it| never_ends(function.file, *it))?;
        Some((function, found))
    };
    own(body).or_else(|| {
        let all = callees(&context.types, body, |file, times| context.affords(file, times));
        all.into_iter().find_map(own)
    })
}

/// The case of a `select` in the loop that hears that it is time to stop, and does not leave: it
/// breaks out of the `select` alone, or does nothing at all.
fn ignored<'p>(context: &Context<'p>, file: &'p GoFile, the_loop: Node<'p>) -> Option<Node<'p>> {
    let selects = own_nodes(the_loop).filter(|it| it.is(Kind::SelectStatement));
    selects.flat_map(cases).find(|case| {
        let Some(channel) = received(*case).and_then(|it| it.field(Field::Operand)) else {
            return false;
        };
        let mut last = None;
        let mut works = 0;
        for it in case.statements().filter(|it| !it.is(Kind::Comment)) {
            last = Some(it);
            works += usize::from(!matches!(it.go_kind(), Kind::BreakStatement));
        }
        let breaks = last
            .is_some_and(|it| it.is(Kind::BreakStatement) && it.part(Kind::LabelName).is_none());
        let told = is_told(context, file, channel.unparen());
        told && (breaks || works == 0)
    })
}

/// Whether a channel only tells the end: the `Done` of a context, or one that is named for it.
fn is_told<'p>(context: &Context<'p>, file: &'p GoFile, channel: Node<'p>) -> bool {
    if let Some(callee) = channel.callee() {
        let name = callee.field(Field::Field).map(|it| file.text_of(it));
        return name == Some("Done")
            && context.affords(file, 2)
            && callee
                .field(Field::Operand)
                .is_some_and(|it| context.types.of(file, it).behind().is("context", "Context"));
    }
    let name = file.text_of(channel.field(Field::Field).unwrap_or(channel)).to_ascii_lowercase();
    ["stop", "quit", "done", "exit", "closed", "shutdown", "term"]
        .iter()
        .any(|it| name.starts_with(it))
}
