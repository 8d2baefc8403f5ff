//! A cancel function that is thrown away, or not called on some way.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place, Resolved};
use crate::model::{Confidence, Severity};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::release::{
    ACQUIRING, Acquired, CANCEL, acquired, ends_in_main, give_back_before, is_cancelled_here,
};
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: ACQUIRING, vars: &["CANCEL", "MAKER"], check };

/// How many ways of one cancel function are worth a comment each.
const WAYS: usize = 3;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let imported = |it: &&str| place.file.imports_path(it);
    if !["context", "golang.org/x/net/context", "os/signal"].iter().any(imported) {
        return Vec::new();
    }
    lost(context, place).unwrap_or_default()
}

fn lost<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Vec<Hit<'p>>> {
    let (file, function) = (place.file, place.function()?);
    let found = acquired(context, place, &CANCEL)?;
    if is_explained(file, place.node) {
        return None;
    }
    let Some(severity) = severity(context, place, &found) else { return Some(Vec::new()) };
    let maker = file.text_of(found.call.callee()?);
    let hit = |at: Node<'p>| {
        let mut hit = Hit::at(file, at).var("MAKER", maker);
        hit.severity = severity;
        hit
    };
    let Some(holding) = &found.holding else {
        let mut hit = hit(place.node).var("CANCEL", "_");
        hit.fix = kept(place, function, &found);
        // In a loop, whatever the deadline, they pile up.
        let again = file.scopes().loop_at(place.node.start_byte()).is_some();
        if again && only_passed(file, place.node) {
            hit.confidence = Confidence::Medium;
            return Some(vec![hit]);
        }
        return Some(vec![unless_it_ends_here(hit)]);
    };
    let leaks = holding.leaks(context);
    let name = file.text_of(found.name);
    if leaks.is_empty() {
        return None;
    }
    if !found.released {
        let mut hit = hit(place.node).var("CANCEL", name);
        hit.fix = deferred(place, function, &found);
        return Some(vec![unless_it_ends_here(hit)]);
    }
    let way = |it| {
        let blamed = holding.blamed(it);
        let mut hit = hit(blamed.unwrap_or(place.node)).var("CANCEL", name);
        hit.fix = blamed.and_then(|it| give_back_before(file, it, &format!("{name}()")));
        if place.node.is(Kind::AssignmentStatement) {
            // The variable was there before, and may be called in another iteration.
            hit.confidence = Confidence::Low;
        }
        hit.with(file, place.node, Role::Acquire)
    };
    Some(leaks.iter().take(WAYS).map(way).collect())
}

/// A hint where the context may outlive the function, so that its deadline may be the plan, unless
/// it collects below one that lives on.
fn unless_it_ends_here(mut hit: Hit<'_>) -> Hit<'_> {
    if hit.fix.is_none() && hit.severity != Severity::Critical {
        hit.confidence = Confidence::Low;
    }
    hit
}

/// Whether the comment right above a place speaks of it, or its line silences `go vet`.
fn is_explained(file: &GoFile, node: Node<'_>) -> bool {
    let text = file.text();
    let line = text[node.start_byte()..].lines().next().unwrap_or_default();
    let above = text[..node.start_byte()].lines().rev().skip(1).map(str::trim);
    let mut above = above.take_while(|it| it.is_empty() || it.starts_with("//"));
    let says = |it: &str, words: &[&str]| {
        let it = it.to_lowercase();
        words.iter().any(|word| it.contains(word))
    };
    line.split_once("//").is_some_and(|it| says(it.1, &["govet", "lostcancel"]))
        || above.any(|it| says(it, &["cancel", "timeout", "deadline", "govet"]))
}

/// How bad it is; `None` where nothing is kept: nobody but the garbage collector knows of a child
/// of `context.Background()` that has no deadline.
fn severity(
    context: &Context<'_>,
    place: &Place<'_, '_>,
    found: &Acquired<'_>,
) -> Option<Severity> {
    let file = place.file;
    if ends_in_main(context, place) {
        return None;
    }
    let parent = found.call.arguments().next()?.unparen();
    let timed = found.producer.contains("Timeout") || found.producer.contains("Deadline");
    let rooted = parent.callee().and_then(|it| file.qualified(it));
    if matches!(rooted, Some(("context" | "golang.org/x/net/context", "Background" | "TODO"))) {
        // What listens for signals from the beginning mostly does to the end of the process.
        return timed.then_some(Severity::Warning);
    }
    if let Some(parent) = file.resolve(parent).local() {
        if is_cancelled_here(file, parent) {
            return None;
        }
        return Some(Severity::Warning);
    }
    // A field or a variable of the package lives on, and keeps a child for each call.
    let lives = matches!(parent.go_kind(), Kind::SelectorExpression)
        || matches!(file.resolve(parent), Resolved::Outer(_));
    Some(if lives && !timed { Severity::Critical } else { Severity::Warning })
}

/// The edit that keeps what was thrown away, and defers it.
fn kept(place: &Place<'_, '_>, function: Node<'_>, found: &Acquired<'_>) -> Option<Fix> {
    let file = place.file;
    let free = !file.text_of(function).contains("cancel");
    if !free || !place.node.is(Kind::ShortVarDeclaration) {
        return None;
    }
    let indent = ends_here(place, function, found)?;
    let statement = place.node.span();
    let (before, after) = (found.name.start_byte(), found.name.end_byte());
    let text = file.text();
    let code = format!(
        "{}cancel{}\n{indent}defer cancel()",
        &text[statement.range().start..before],
        &text[after..statement.range().end]
    );
    Some(Fix::replacing(file, statement, &code))
}

/// The edit that defers the cancel function right after it is made.
fn deferred(place: &Place<'_, '_>, function: Node<'_>, found: &Acquired<'_>) -> Option<Fix> {
    let file = place.file;
    let indent = ends_here(place, function, found)?;
    let name = file.text_of(found.name);
    let code = format!("{}\n{indent}defer {name}()", file.text_of(place.node));
    Some(Fix::replacing(file, place.node.span(), &code))
}

/// The indentation of the statement, when the context visibly ends with the function: it has a
/// deadline, stands in no loop, goes only into calls, and nothing runs on when the function ends.
fn ends_here<'p>(
    place: &Place<'p, '_>,
    function: Node<'p>,
    found: &Acquired<'p>,
) -> Option<&'p str> {
    let (file, node) = (place.file, place.node);
    let timed = found.producer.contains("Timeout") || found.producer.contains("Deadline");
    let runs_on = function
        .descendants()
        .skip(1)
        .any(|it| matches!(it.go_kind(), Kind::GoStatement | Kind::FuncLiteral));
    let statement = place.parent().is_some_and(|it| it.is(Kind::StatementList));
    if !timed || runs_on || !statement || file.scopes().loop_at(node.start_byte()).is_some() {
        return None;
    }
    let passed = only_passed(file, node);
    let text = file.text();
    let start = text[..node.start_byte()].rfind('\n')? + 1;
    let indent = &text[start..node.start_byte()];
    let after = text[node.end_byte()..].split('\n').next()?.trim();
    (passed && indent.trim().is_empty() && after.is_empty()).then_some(indent)
}

/// Whether the context that a statement makes goes only into calls, and no goroutine gets it.
fn only_passed(file: &GoFile, node: Node<'_>) -> bool {
    let name = match node.go_kind() {
        Kind::VarSpec => node.part(Kind::Identifier),
        _ => node.field(Field::Left).and_then(|it| it.parts().next()),
    };
    let scopes = file.scopes();
    let Some(id) = name.and_then(|it| scopes.declared_at(it.span())) else { return false };
    let own = scopes.binding(id).function;
    scopes.uses_of(id).all(|it| {
        let node = file.node(it.span, Kind::Identifier);
        let around = node.map(|it| it.ancestors(file.root())).unwrap_or_default();
        let argument = around.first().is_some_and(|it| it.is(Kind::ArgumentList));
        let method = around.first().is_some_and(|it| it.is(Kind::SelectorExpression));
        let kept =
            |it: &Node<'_>| matches!(it.go_kind(), Kind::CompositeLiteral | Kind::GoStatement);
        it.function == own && (argument || method) && !around.iter().take(6).any(kept)
    })
}
