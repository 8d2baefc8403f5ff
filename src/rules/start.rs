//! Who starts a function of the package: `go`, or `sync.Once`.

use std::collections::HashMap;

use crate::golang::{Declared, Field, GoFile, GoNode, Kind, Node, Span};
use crate::rules::types::{Named, Types, only};

use super::engine::Context;
use super::meter::Meter;

/// Where functions and methods are started that are named instead of written there: by the file
/// and the span of their declaration's name.
#[derive(Debug, Default)]
pub(super) struct Starts<'p> {
    goroutines: HashMap<Function<'p>, (&'p GoFile, Span)>,
    once: HashMap<Function<'p>, (&'p GoFile, Span)>,
}

type Function<'p> = (&'p str, Span);

/// What starts a goroutine that runs the innermost place of `around`: a `go` statement, or the
/// call of a group's `Go`.
pub(super) fn goroutine<'p>(
    context: &Context<'p>,
    meter: &Meter,
    file: &'p GoFile,
    around: &[Node<'p>],
) -> Option<(&'p GoFile, Span)> {
    let written = (0..around.len()).rev().find_map(|at| {
        around[at].is(Kind::FuncLiteral).then(|| started_at(context, file, around, at))?
    });
    if let Some(it) = written.filter(|it| it.1 == Way::Goroutine) {
        return Some((file, it.0.span()));
    }
    let function = declaration(file, around)?;
    starts(context, meter)?.goroutines.get(&function).copied()
}

/// Whether `sync.Once`, or a function that `sync.OnceFunc` and its like made, runs the place.
pub(super) fn once<'p>(
    context: &Context<'p>,
    meter: &Meter,
    file: &'p GoFile,
    around: &[Node<'p>],
) -> bool {
    let written = |at: usize| {
        around[at].is(Kind::FuncLiteral)
            && started_at(context, file, around, at).is_some_and(|it| it.1 == Way::Once)
    };
    if (0..around.len()).any(written) {
        return true;
    }
    declaration(file, around).is_some_and(|it| {
        starts(context, meter).is_some_and(|starts| starts.once.contains_key(&it))
    })
}

/// The named function around the place.
fn declaration<'p>(file: &'p GoFile, around: &[Node<'p>]) -> Option<Function<'p>> {
    let kinds = [Kind::FunctionDeclaration, Kind::MethodDeclaration];
    let it = around.iter().find(|it| kinds.contains(&it.go_kind()))?;
    Some((file.path(), it.field(Field::Name)?.span()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Goroutine,
    Once,
}

/// What runs the literal at this index, if it is known.
fn started_at<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    around: &[Node<'p>],
    at: usize,
) -> Option<(Node<'p>, Way)> {
    let mut outer = around[..at].iter().rev().skip_while(|it| it.is(Kind::ParenthesizedExpression));
    let first = outer.next()?;
    if first.is(Kind::ArgumentList) {
        let call = outer.next()?;
        return Some((*call, way_of_call(context, file, *call)?));
    }
    let go = outer.next()?;
    let called = first.callee().is_some_and(|it| it.id() == around[at].id());
    (called && go.is(Kind::GoStatement)).then_some((*go, Way::Goroutine))
}

/// How the call runs the function that it is given.
fn way_of_call<'p>(context: &Context<'p>, file: &'p GoFile, call: Node<'p>) -> Option<Way> {
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    if let Some((path, name)) = file.qualified(callee) {
        let once = path == "sync" && matches!(name, "OnceFunc" | "OnceValue" | "OnceValues");
        return once.then_some(Way::Once);
    }
    let way = match file.text_of(callee.field(Field::Field)?) {
        "Go" | "TryGo" => Way::Goroutine,
        "Do" => Way::Once,
        _ => return None,
    };
    let types = Types(context.package);
    let Named::Foreign(path, name) = types.named(types.of(file, callee.field(Field::Operand)?)?)?
    else {
        return None;
    };
    let known = match (path, name) {
        ("golang.org/x/sync/errgroup", "Group") | ("sync", "WaitGroup") => Way::Goroutine,
        ("sync", "Once") => Way::Once,
        _ => return None,
    };
    (known == way).then_some(way)
}

/// Where the package's own functions are started, found in one walk when somebody first asks.
fn starts<'c, 'p>(context: &'c Context<'p>, meter: &Meter) -> Option<&'c Starts<'p>> {
    if let Some(it) = context.starts.get() {
        return Some(it);
    }
    meter.walk(context.package).then(|| context.starts.get_or_init(|| find(context)))
}

fn find<'p>(context: &Context<'p>) -> Starts<'p> {
    let mut starts = Starts::default();
    for file in context.package.files() {
        let mut nodes = file.root().descendants();
        while let Some(node) = nodes.next() {
            match node.go_kind() {
                kind if kind.is_string() => nodes.skip_below(),
                Kind::GoStatement => {
                    let callee = node.part(Kind::CallExpression).and_then(GoNode::callee);
                    if let Some(it) = callee.and_then(|it| function(context, file, it)) {
                        starts.goroutines.entry(it).or_insert((file, node.span()));
                    }
                }
                Kind::CallExpression => {
                    let given = node.arguments().next().filter(|it| {
                        matches!(it.go_kind(), Kind::Identifier | Kind::SelectorExpression)
                    });
                    let Some(given) = given else { continue };
                    let Some(way) = way_of_call(context, file, node) else { continue };
                    let Some(it) = function(context, file, given) else { continue };
                    let ways = match way {
                        Way::Goroutine => &mut starts.goroutines,
                        Way::Once => &mut starts.once,
                    };
                    ways.entry(it).or_insert((file, node.span()));
                }
                _ => {}
            }
        }
    }
    starts
}

/// The package's own function or method that a name stands for.
fn function<'p>(context: &Context<'p>, file: &'p GoFile, name: Node<'p>) -> Option<Function<'p>> {
    let package = context.package;
    let found: Declared<'p> = match name.go_kind() {
        Kind::Identifier => {
            let crate::golang::Resolved::Outer(name) = file.resolve(name) else { return None };
            only(package.functions(name))?
        }
        Kind::SelectorExpression if file.qualified(name).is_none() => {
            let types = Types(package);
            let of = types.of(file, name.field(Field::Operand)?)?;
            let Named::Own(declared) = types.named(of)? else { return None };
            let method = file.text_of(name.field(Field::Field)?);
            only(package.methods(&declared.item.name, method))?
        }
        _ => return None,
    };
    Some((found.file.path(), found.item.name_span))
}
