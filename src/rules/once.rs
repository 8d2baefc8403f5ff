//! Code that runs once in the life of a process, as far as the package shows: what it leaves behind
//! cannot pile up.

use std::collections::HashSet;

use crate::golang::{Field, GoNode, ItemKind, Kind, Node, Resolved};

use super::engine::Context;
use super::flow::own_nodes;
use super::goroutine::function_of;
use super::object::{is_exported, root_of};
use super::survey::At;

/// More functions on the way to the one that runs once are not followed.
const MOST: usize = 16;

/// Whether the place runs in `main`, in `init`, in the initialiser of a package's variable or under
/// a package's `sync.Once`, or for what a variable of the package keeps, itself or through
/// functions of the package that are called there. `Main` is what `main` calls in programs that
/// keep their code in a library.
pub(super) fn runs_once<'p>(context: &Context<'p>, place: At<'p>) -> bool {
    entries(context, place).is_none()
}

/// The functions on the way to the place that others may call: the exported ones, and those that
/// nobody in the package calls. `None` where the place runs once, or nobody can tell.
pub(super) fn entries<'p>(context: &Context<'p>, place: At<'p>) -> Option<Vec<At<'p>>> {
    let mut next = vec![place];
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    while let Some(at) = next.pop() {
        if seen.len() > MOST || !context.affords(at.file, 4) {
            return None;
        }
        let around = at.around();
        if is_guarded(at, &around) || is_kept(at, &around) {
            return None;
        }
        let file = at.file;
        let item = file.items().iter().find(|it| it.span.encloses(at.node.span()))?;
        let is_entry = match item.kind {
            ItemKind::Function => match &*item.name {
                "main" => context.package.name() == "main",
                name => matches!(name, "init" | "Main"),
            },
            kind => kind != ItemKind::Method,
        };
        if is_entry {
            return None;
        }
        if !seen.insert((file.path(), item.span)) {
            continue;
        }
        let function = At { file, node: item.node(file)? };
        let callers = callers(context, function)?;
        if callers.is_empty() || is_exported(&item.name) {
            entries.push(function);
        }
        next.extend(callers);
    }
    Some(entries)
}

/// Whether it is in, or is, what a package's `sync.Once` does.
fn is_guarded(at: At<'_>, around: &[Node<'_>]) -> bool {
    around.iter().filter_map(|it| it.callee()).any(|callee| {
        let name = callee.field(Field::Field).map(|it| at.file.text_of(it));
        let once = callee.field(Field::Operand).filter(|_| name == Some("Do"));
        once.is_some_and(|it| matches!(at.file.resolve(it), Resolved::Outer(_)))
    })
}

/// Whether what a call of the function gives goes into a variable of the package, such as a table
/// of what there is one of: at once, or by way of a local variable.
fn is_kept(at: At<'_>, around: &[Node<'_>]) -> bool {
    let file = at.file;
    let called =
        around.first().is_some_and(|it| it.callee().is_some_and(|it| it.id() == at.node.id()));
    let by = around
        .iter()
        .find(|it| matches!(it.go_kind(), Kind::AssignmentStatement | Kind::ShortVarDeclaration));
    let Some(target) = by.filter(|_| called).and_then(|it| it.field(Field::Left)?.parts().next())
    else {
        return false;
    };
    if matches!(file.resolve(root_of(target)), Resolved::Outer(_)) {
        return true;
    }
    let scopes = file.scopes();
    let id = scopes.declared_at(target.span()).or_else(|| file.resolve(target).local());
    let function = around.iter().find(|it| it.go_kind().is_function());
    let (Some(id), Some(function)) = (id, function) else { return false };
    own_nodes(*function).filter(|it| it.is(Kind::AssignmentStatement)).any(|it| {
        let value = it
            .field(Field::Right)
            .is_some_and(|it| it.parts().any(|it| file.resolve(it).local() == Some(id)));
        let left = it.field(Field::Left).and_then(|it| it.parts().next());
        value && left.is_some_and(|it| matches!(file.resolve(root_of(it)), Resolved::Outer(_)))
    })
}

/// The places that mention a function, tests left out.
pub(super) fn callers<'p>(context: &Context<'p>, function: At<'p>) -> Option<Vec<At<'p>>> {
    let name = function.file.text_of(function.node.field(Field::Name)?);
    let survey = context.survey()?;
    let mut all = Vec::new();
    if function.node.is(Kind::MethodDeclaration) {
        for at in survey.selectors(name).iter().filter(|it| !it.file.is_test()) {
            context.affords(at.file, 4).then_some(())?;
            let found = function_of(&context.types, at.file, at.node);
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
