//! An error that is made, and that nobody gets.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::rules::Fix;
use crate::rules::engine::{Context, Hit, Native};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::ExpressionStatement], vars: &["CALL"], check };

/// Functions that make an error and do nothing else.
const MAKERS: &[(&str, &[&str])] = &[
    ("errors", &["New", "Join"]),
    ("fmt", &["Errorf"]),
    ("github.com/pkg/errors", &["New", "Errorf", "Wrap", "Wrapf", "WithMessage", "WithStack"]),
    ("golang.org/x/xerrors", &["New", "Errorf"]),
    ("google.golang.org/grpc/status", &["Error", "Errorf"]),
];

fn check<'p>(_: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    found(place).into_iter().collect()
}

fn found<'p>(place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, node) = (place.file, place.node);
    let call = node.parts().next()?.unparen();
    let (path, name) = file.qualified(call.callee()?)?;
    if !MAKERS.iter().any(|it| it.0 == path && it.1.contains(&name)) {
        return None;
    }
    let mut hit = Hit::at(file, node).var("CALL", file.text_of(call.callee()?));
    hit.fix = returned(place);
    Some(hit)
}

/// The edit that returns it, at the end of a branch of a function whose one result is an error.
fn returned(place: &Place<'_, '_>) -> Option<Fix> {
    let (file, node) = (place.file, place.node);
    let result = place.function()?.field(Field::Result)?;
    let is_last = is_last(file, place)?;
    (is_last && file.text_of(result) == "error")
        .then(|| Fix::replacing(file, node.span(), &format!("return {}", file.text_of(node))))
}

/// Whether a statement is the last of the branch of an `if`, alone on its line.
fn is_last(file: &GoFile, place: &Place<'_, '_>) -> Option<bool> {
    let node = place.node;
    let mut around = place.ancestors.iter().rev();
    let list = around.find(|it| it.is(Kind::StatementList))?;
    let branch = around.find(|it| !it.is(Kind::Block))?;
    let text = file.text();
    let start = text[..node.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    let alone = text[start..node.start_byte()].trim().is_empty();
    let last: Option<Node<'_>> = list.statements().last();
    Some(branch.is(Kind::IfStatement) && alone && last.is_some_and(|it| it.id() == node.id()))
}
