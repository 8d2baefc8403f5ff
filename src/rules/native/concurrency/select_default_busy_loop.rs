//! A loop around a `select` that never waits: nothing in it blocks.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::rules::endless::is_unconditional;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::SelectStatement], vars: &["CASE"], check };

fn check<'p>(_: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    found(place).into_iter().collect()
}

fn found<'p>(place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, select) = (place.file, place.node);
    // `for { select { … } }`, with nothing else in the loop that could wait or work.
    let mut around = place.ancestors.iter().rev();
    let the_loop = *around
        .by_ref()
        .find(|it| {
            !matches!(it.go_kind(), Kind::StatementList | Kind::Block | Kind::LabeledStatement)
        })
        .filter(|it| it.is(Kind::ForStatement) && is_unconditional(**it))?;
    let body = the_loop.field(Field::Body)?;
    let others = body.statements().filter(|it| !it.span().encloses(select.span()));
    if !others.into_iter().all(is_idle) {
        return None;
    }
    let default = select.parts().find(|it| it.is(Kind::DefaultCase))?;
    // Something must be able to come: a select with a default alone is no loop that waits.
    let case = select.parts().find(|it| it.is(Kind::CommunicationCase))?;
    if !default.statements().all(|it| spins(file, it)) {
        return None;
    }
    let awaited = file.text_of(case.field(Field::Communication)?);
    let mut hit = Hit::at(file, default)
        .var("CASE", awaited.lines().next().unwrap_or_default())
        .with(file, the_loop, Role::Loop);
    hit.fix = without(file, default);
    Some(hit)
}

/// Whether a statement neither waits nor works nor leaves.
fn is_idle(statement: Node<'_>) -> bool {
    matches!(
        statement.go_kind(),
        Kind::Comment
            | Kind::EmptyStatement
            | Kind::IncStatement
            | Kind::DecStatement
            | Kind::ContinueStatement
    )
}

/// The same, with what lets others run and comes back at once.
fn spins(file: &GoFile, statement: Node<'_>) -> bool {
    let yields = statement.is(Kind::ExpressionStatement)
        && statement.parts().next().and_then(|it| it.callee()).and_then(|it| file.qualified(it))
            == Some(("runtime", "Gosched"));
    is_idle(statement) || yields
}

/// The edit that takes an empty default away.
fn without(file: &GoFile, default: Node<'_>) -> Option<Fix> {
    if default.statements().any(|it| !it.is(Kind::ContinueStatement)) {
        return None;
    }
    let text = file.text();
    let start = text[..default.start_byte()].rfind('\n')?;
    let before = text[..start].rfind('\n')? + 1;
    // The line above stays, the lines of the default go.
    let line = &text[before..start];
    if !text[start + 1..default.start_byte()].trim().is_empty() {
        return None;
    }
    let code = file.text_of(default);
    (!code.contains("//") && !code.contains("/*")).then(|| {
        let span = crate::golang::Span::new(before, default.end_byte());
        Fix::replacing(file, span, line)
    })
}
