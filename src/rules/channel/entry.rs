//! How control comes to the code of a function literal: by a call, a `defer` or a `go`.

use crate::golang::{Access, Field, GoFile, GoNode, Kind, Node};
use crate::rules::engine::Context;
use crate::rules::start::{Way, way_of_call};
use crate::rules::survey::At;
use crate::rules::types::value_of;

/// One step from the code of a function into another that it runs.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules) struct Frame<'p> {
    /// The call, or the `go` or `defer` statement that makes it.
    pub(in crate::rules) site: At<'p>,
    pub(in crate::rules) entered: Entered,
    /// Whether one such call runs the function any number of times.
    pub(in crate::rules) often: bool,
}

/// When the code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Entered {
    /// There and then.
    Call,
    /// At the end of the function.
    Defer,
    /// In a goroutine.
    Go,
    /// Nobody knows when, or how often.
    Elsewhere,
}

/// Deeper nests of literals, and more ways into them, are not followed.
const MOST: usize = 6;

/// The ways from a function's own code to a place in it, each a list of steps; `None` where a
/// literal around the place is run by who knows whom.
pub(super) fn chains<'p>(
    context: &Context<'p>,
    function: At<'p>,
    place: At<'p>,
    around: &[Node<'p>],
) -> Option<Vec<Vec<Frame<'p>>>> {
    ways(context, function, place, around, MOST)
}

fn ways<'p>(
    context: &Context<'p>,
    function: At<'p>,
    place: At<'p>,
    around: &[Node<'p>],
    left: usize,
) -> Option<Vec<Vec<Frame<'p>>>> {
    let inner = around.iter().position(|it| it.go_kind().is_function())?;
    let literal = around[inner];
    if literal.span() == function.node.span() {
        return Some(vec![Vec::new()]);
    }
    let left = left.checked_sub(1)?;
    literal.is(Kind::FuncLiteral).then_some(())?;
    let mut all = Vec::new();
    for step in entries(context, place.file, literal, &around[inner + 1..])? {
        context.affords(place.file, 2).then_some(())?;
        for mut way in ways(context, function, step.site, &step.site.around(), left)? {
            way.push(step);
            all.push(way);
        }
        (all.len() <= MOST).then_some(())?;
    }
    Some(all)
}

/// What runs a literal.
fn entries<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    literal: Node<'p>,
    around: &[Node<'p>],
) -> Option<Vec<Frame<'p>>> {
    let skip = around.iter().take_while(|it| it.is(Kind::ParenthesizedExpression)).count();
    let around = &around[skip..];
    let parent = *around.first()?;
    let step = |node, entered, often| Frame { site: At { file, node }, entered, often };
    if parent.callee().is_some_and(|it| it.id() == literal.id()) {
        let (site, entered) = entered(parent, around);
        return Some(vec![step(site, entered, false)]);
    }
    if parent.is(Kind::ArgumentList) {
        let call = *around.get(1)?;
        return Some(vec![match way_of_call(context, file, call) {
            Some(Way::Goroutine) => step(call, Entered::Go, false),
            Some(Way::Once) if is_do(file, call) => step(call, Entered::Call, false),
            Some(Way::Once) => return None,
            None => {
                let callee = context.types.callee(file, call);
                let timer = callee.is_function("time", "AfterFunc");
                let back = callee.flags().calls_back_before_return();
                match (timer, back) {
                    (true, _) => step(call, Entered::Go, false),
                    (_, true) => step(call, Entered::Call, true),
                    _ => return None,
                }
            }
        }]);
    }
    held(context, file, literal, around)
}

/// Whether it is a call of `sync.Once.Do`, which runs the function before it returns.
fn is_do(file: &GoFile, call: Node<'_>) -> bool {
    let name = call.callee().and_then(|it| it.field(Field::Field));
    name.is_some_and(|it| file.text_of(it) == "Do")
}

/// The calls of a literal through the only variable that ever holds it.
fn held<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    literal: Node<'p>,
    around: &[Node<'p>],
) -> Option<Vec<Frame<'p>>> {
    let by = around
        .iter()
        .take(2)
        .find(|it| matches!(it.go_kind(), Kind::ShortVarDeclaration | Kind::VarSpec))?;
    let names: Vec<_> = match by.go_kind() {
        Kind::VarSpec => by.parts().filter(|it| it.is(Kind::Identifier)).collect(),
        _ => by.field(Field::Left)?.parts().collect(),
    };
    let is_it =
        |it: Node<'p>| value_of(*by, it).is_some_and(|it| it.unparen().id() == literal.id());
    let name = names.into_iter().find(|it| is_it(*it))?;
    let id = file.scopes().declared_at(name.span())?;
    let mut all = Vec::new();
    for it in file.scopes().uses_of(id) {
        context.affords(file, 3).then_some(())?;
        (it.access == Access::Read && all.len() < MOST).then_some(())?;
        let node = file.node(it.span, Kind::Identifier)?;
        let around = node.ancestors(file.root());
        let call = *around.first()?;
        let site = if call.callee().is_some_and(|it| it.id() == node.id()) {
            entered(call, &around)
        } else {
            let call = *around.get(1).filter(|_| call.is(Kind::ArgumentList))?;
            match way_of_call(context, file, call) {
                Some(Way::Goroutine) => (call, Entered::Go),
                _ => return None,
            }
        };
        let (node, entered) = site;
        all.push(Frame { site: At { file, node }, entered, often: false });
    }
    Some(all)
}

/// The statement that makes a call, and when that runs. `around` are nodes around the call, the
/// call itself among them or not.
pub(super) fn entered<'p>(call: Node<'p>, around: &[Node<'p>]) -> (Node<'p>, Entered) {
    let at = around.iter().position(|it| it.id() == call.id()).map_or(0, |it| it + 1);
    match around.get(at).map(|it| (*it, it.go_kind())) {
        Some((it, Kind::GoStatement)) => (it, Entered::Go),
        Some((it, Kind::DeferStatement)) => (it, Entered::Defer),
        _ => (call, Entered::Call),
    }
}
