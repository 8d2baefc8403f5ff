//! A send that can come behind the close of its channel.

mod field;

use crate::golang::{GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::serves_tests;
use crate::rules::channel::{Doing, doing};
use crate::rules::closing::{Behind, Closed};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::share::{Race, What, With, races};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::CallExpression],
    vars: &["CH", "CLOSE"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if place.node.is(Kind::CallExpression) {
        return closed(context, place).unwrap_or_default();
    }
    let file = place.file;
    races(context, file, place.node, What::Channel)
        .iter()
        .filter_map(|it| by_goroutines(context, file, it))
        .collect()
}

/// A goroutine sends while another closes.
fn by_goroutines<'p>(context: &Context<'p>, file: &'p GoFile, race: &Race<'p>) -> Option<Hit<'p>> {
    let (With::Starter(other) | With::Other(other)) = &race.with else { return None };
    let (close, send) = if other.writes { (other, &race.inner) } else { (&race.inner, other) };
    if send.writes {
        return None;
    }
    // Whoever is given the channel meanwhile may receive all that is sent.
    let starts = race.start.site.node.span();
    for it in file.scopes().uses_of(race.variable).filter(|it| !starts.encloses(it.span)) {
        context.affords(file, 2).then_some(())?;
        let node = file.node(it.span, Kind::Identifier)?;
        if let Doing::Argument { .. } = doing(file, node, &node.ancestors(file.root())) {
            return None;
        }
    }
    let channel = file.slice(file.scopes().binding(race.variable).name);
    let mut hit = said(file, close.statement, channel, file, send.statement);
    if serves_tests(file) {
        hit.confidence = Confidence::Low;
    }
    Some(hit.with(file, race.start.site.node, Role::Start))
}

fn said<'p>(
    closing: &'p GoFile,
    close: Node<'p>,
    channel: &str,
    sending: &'p GoFile,
    send: Node<'p>,
) -> Hit<'p> {
    Hit::at(sending, send).var("CH", channel).var("CLOSE", closing.text_of(close)).with(
        closing,
        close,
        Role::Close,
    )
}

/// What comes behind one close.
fn closed<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Vec<Hit<'p>>> {
    let (file, call) = (place.file, place.node);
    let Closed { channel, behind, .. } = Closed::of(context, place)?;
    let mut hits = Vec::new();
    for it in behind {
        if let Behind::Send(send) = it {
            hits.push(said(file, call, channel, file, send));
        }
    }
    if hits.is_empty() {
        hits.extend(field::hit(context, place, call));
    }
    Some(hits)
}
