//! Code that runs once in the life of a process, as far as the package shows: what it leaves behind
//! cannot pile up.

use std::collections::HashSet;

use crate::golang::{Field, GoNode, ItemKind, Kind, Node, Resolved};

use super::engine::Context;
use super::goroutine::function_of;
use super::survey::At;

/// More functions on the way to the one that runs once are not followed.
const MOST: usize = 16;

/// Whether the place runs in `main`, in `init`, in the initialiser of a package's variable or under
/// a package's `sync.Once`, itself or through functions of the package that are called there.
/// `Main` is what `main` calls in programs that keep their code in a library.
pub(super) fn runs_once<'p>(context: &Context<'p>, place: At<'p>) -> bool {
    let mut next = vec![place];
    let mut seen = HashSet::new();
    while let Some(at) = next.pop() {
        if seen.len() > MOST || !context.affords(at.file, 4) {
            return true;
        }
        if is_guarded(at, &at.around()) {
            return true;
        }
        let file = at.file;
        let items = file.items();
        let item = items.iter().find(|it| it.span.encloses(at.node.span()));
        let Some(item) = item else { return true };
        let is_entry = match item.kind {
            ItemKind::Function => match &*item.name {
                "main" => context.package.name() == "main",
                name => matches!(name, "init" | "Main"),
            },
            kind => kind != ItemKind::Method,
        };
        if is_entry {
            return true;
        }
        if !seen.insert((file.path(), item.span)) {
            continue;
        }
        let Some(function) = item.node(file).map(|node| At { file, node }) else { return true };
        let Some(callers) = callers(context, function) else { return true };
        next.extend(callers);
    }
    false
}

/// Whether it is in, or is, what a package's `sync.Once` does.
fn is_guarded(at: At<'_>, around: &[Node<'_>]) -> bool {
    around.iter().filter_map(|it| it.callee()).any(|callee| {
        let name = callee.field(Field::Field).map(|it| at.file.text_of(it));
        let once = callee.field(Field::Operand).filter(|_| name == Some("Do"));
        once.is_some_and(|it| matches!(at.file.resolve(it), Resolved::Outer(_)))
    })
}

/// The places that mention a function, tests left out.
fn callers<'p>(context: &Context<'p>, function: At<'p>) -> Option<Vec<At<'p>>> {
    let name = function.file.text_of(function.node.field(Field::Name)?);
    let survey = context.survey()?;
    let mut all = Vec::new();
    if function.node.is(Kind::MethodDeclaration) {
        for at in survey.selectors(name).iter().filter(|it| !it.file.is_test()) {
            context.affords(at.file, 4).then_some(())?;
            let found = function_of(context.package, at.file, at.node);
            if found.is_some_and(|it| it.key() == function.key()) {
                all.push(*at);
            }
        }
    } else {
        for (file, span) in survey.names(name).iter().filter(|it| !it.0.is_test()) {
            context.affords(file, 1).then_some(())?;
            all.extend(file.node(*span, Kind::Identifier).map(|node| At { file, node }));
        }
    }
    Some(all)
}
