//! Two touches of one variable that nothing orders: one in a goroutine, the other in a second one
//! or in the function that has started it.

use crate::golang::{AccessPath, BindingKind, Field, GoNode, Kind, Node, Root};

use super::super::engine::Context;
use super::super::flow::own_nodes;
use super::super::goroutine::Start;
use super::super::lockset::place;
use super::super::owner::receiver;
use super::super::survey::At;
use super::guard::{is_bare, is_handler, is_unguarded};
use super::joined::waits_before;
use super::{Doing, Privacy, Touch};

/// Two touches that may happen at the same time; the first one changes the variable.
pub(in crate::rules) struct Race<'t, 'p> {
    pub(in crate::rules) change: &'t Touch<'p>,
    pub(in crate::rules) other: &'t Touch<'p>,
    /// What starts the goroutine of one of them; of requests that net/http answers, the handler.
    pub(in crate::rules) start: At<'p>,
}

/// One goroutine that comes to a touch.
struct Run<'p> {
    start: At<'p>,
    /// The function around the start.
    starter: Option<Node<'p>>,
    /// Whether a loop starts it again and again.
    again: bool,
    /// Whether net/http starts it, for each request.
    handler: bool,
    /// The object whose field is touched, in the starter's terms; of a package's variable none.
    object: Option<AccessPath>,
}

/// The first such pair among the touches of one variable.
pub(in crate::rules) fn race<'t, 'p>(
    context: &Context<'p>,
    all: &'t [Touch<'p>],
) -> Option<Race<'t, 'p>> {
    let counts = |it: &&Touch<'p>| {
        !matches!(it.doing, Doing::Made | Doing::Address | Doing::Call) && !it.doing.is_atomic()
    };
    // Cheap questions first: somebody must change it, and somebody must be in a goroutine.
    if !all.iter().any(|it| it.doing.changes()) || all.len() > 400 {
        return None;
    }
    let mut found: Vec<(&Touch<'p>, Vec<Run<'p>>)> = Vec::new();
    for it in all.iter().filter(counts) {
        found.push((it, runs(context, it)));
    }
    if found.iter().all(|it| it.1.is_empty()) {
        return None;
    }
    found.retain(|it| {
        is_bare(context, it.0)
            && (it.0.operand().is_none() || !it.1.is_empty() || is_shared(context, it.0))
    });
    // Where one side surely has no lock, it does not matter what the other's callers may hold.
    let sure: Vec<bool> = found.iter().map(|it| is_unguarded(context, it.0)).collect();
    for ((change, runs), sure_change) in found.iter().zip(&sure) {
        if !change.doing.changes() {
            continue;
        }
        for ((other, others), sure_other) in found.iter().zip(&sure) {
            if !conflict(change.doing, other.doing)
                || !(*sure_change || *sure_other)
                || change.is_part() && other.is_part()
            {
                continue;
            }
            let start = meet(runs, others, change)
                .or_else(|| beside_starter(context, runs, other))
                .or_else(|| beside_starter(context, others, change));
            if let Some(start) = start {
                return Some(Race { change, other, start });
            }
        }
    }
    None
}

fn conflict(change: Doing, other: Doing) -> bool {
    match change {
        Doing::Inside => other.changes() || other == Doing::Look,
        _ => true,
    }
}

/// Whether others may have the object, though the function has made it: once a goroutine has it.
fn is_shared<'p>(context: &Context<'p>, touch: &Touch<'p>) -> bool {
    touch.privacy(context) == Privacy::Published
}

/// The goroutines that come to a touch at once, or by one call.
fn runs<'p>(context: &Context<'p>, touch: &Touch<'p>) -> Vec<Run<'p>> {
    let Some(starts) = context.starts() else { return Vec::new() };
    let file = touch.at.file;
    let mut found = Vec::new();
    for function in touch.around.iter().filter(|it| it.go_kind().is_function()) {
        let function = At { file, node: *function };
        let before = found.len();
        // What waits for something first may wait for the other.
        if waits_before(touch.at, function.node) {
            return Vec::new();
        }
        found.extend(starts.running(function).filter_map(|it| run(context, touch, it)));
        if is_handler(context, function) {
            found.extend(request(context, touch, function));
        }
        if found.len() > before {
            break;
        }
    }
    found
}

fn run<'p>(context: &Context<'p>, touch: &Touch<'p>, start: &Start<'p>) -> Option<Run<'p>> {
    let At { file, node } = start.site;
    context.affords(file, 2).then_some(())?;
    let object = match touch.operand() {
        None => None,
        Some(_) => Some(in_terms_of_starter(context, touch, start)?),
    };
    let again = file.scopes().loop_at(node.start_byte()).is_some_and(|the_loop| {
        // What each round makes for itself is another object each time.
        object.as_ref().is_none_or(|it| match it.root {
            Root::Local(id) => !the_loop.span.encloses(file.scopes().binding(id).name),
            _ => true,
        })
    });
    let starter = start.starter().map(|it| it.node);
    Some(Run { start: start.site, starter, again, handler: false, object })
}

/// A request that comes to a touch, while others may.
fn request<'p>(context: &Context<'p>, touch: &Touch<'p>, handler: At<'p>) -> Option<Run<'p>> {
    let file = touch.at.file;
    let object = match touch.operand() {
        None => None,
        Some(_) => {
            let mut path = place(context, file, touch.at.node)?;
            path.steps.pop();
            if let Root::Local(id) = path.root
                && handler.node.span().encloses(file.scopes().binding(id).name)
            {
                // All requests have the same receiver; what else a handler knows is its own.
                (file.scopes().binding(id).kind == BindingKind::Receiver).then_some(())?;
                path.root = Root::Outer(receiver(handler)?.into());
            }
            Some(path)
        }
    };
    Some(Run { start: handler, starter: None, again: true, handler: true, object })
}

/// The object of a touch as the function knows it that starts the goroutine.
fn in_terms_of_starter<'p>(
    context: &Context<'p>,
    touch: &Touch<'p>,
    start: &Start<'p>,
) -> Option<AccessPath> {
    let file = touch.at.file;
    let mut path = place(context, file, touch.at.node)?;
    path.steps.pop();
    let Root::Local(id) = path.root else { return Some(path) };
    let binding = file.scopes().binding(id);
    let inside = start.body.node.span().encloses(binding.name);
    if !inside {
        return Some(path);
    }
    let given = match binding.kind {
        BindingKind::Receiver => {
            let call = start.site.node.part(Kind::CallExpression)?;
            call.callee()?.field(Field::Operand)?
        }
        BindingKind::Parameter => {
            let passed = start.passed();
            let it = passed.into_iter().find(|it| it.1.span() == binding.name)?;
            it.0
        }
        _ => return None,
    };
    Some(path.rebased(&place(context, start.site.file, given)?))
}

/// Whether two goroutines of one starter meet at one object.
fn meet<'p>(these: &[Run<'p>], those: &[Run<'p>], change: &Touch<'p>) -> Option<At<'p>> {
    for a in these {
        for b in those {
            if a.object != b.object {
                continue;
            }
            if a.start.key() == b.start.key() {
                // An element for each goroutine is none of the others' business.
                let distinct = change.doing == Doing::Inside && !change.is_map;
                if a.again && !distinct {
                    return Some(a.start);
                }
                continue;
            }
            let same = match (a.starter, b.starter) {
                (Some(x), Some(y)) => x.id() == y.id(),
                _ => false,
            };
            if a.handler && b.handler {
                return Some(a.start);
            }
            if !same && a.object.is_some() {
                continue;
            }
            let (first, second) = if a.start.node.start_byte() < b.start.node.start_byte() {
                (a.start, b.start)
            } else {
                (b.start, a.start)
            };
            if !same || !synchronises(a.starter?, first, second.node.start_byte()) {
                return Some(a.start);
            }
        }
    }
    None
}

/// Whether the starter of a goroutine touches the same object behind the start, and nothing in
/// between can order that.
fn beside_starter<'p>(
    context: &Context<'p>,
    runs: &[Run<'p>],
    outside: &Touch<'p>,
) -> Option<At<'p>> {
    let at = outside.at;
    let function = outside.function()?;
    let object = match outside.operand() {
        None => None,
        Some(_) => {
            let mut path = place(context, at.file, at.node)?;
            path.steps.pop();
            Some(path)
        }
    };
    runs.iter()
        .find(|it| {
            it.start.file.path() == at.file.path()
                && it.starter.is_some_and(|it| it.id() == function.id())
                && it.object == object
                && it.start.node.end_byte() <= at.node.start_byte()
                && !synchronises(function, it.start, at.node.start_byte())
        })
        .map(|it| it.start)
}

/// Whether the starter does something between a start and a byte behind it that may wait for what
/// the goroutine does, or leaves before.
fn synchronises<'p>(starter: Node<'p>, start: At<'p>, until: usize) -> bool {
    const WORDS: &[&str] = &[
        "wait", "join", "done", "stop", "close", "shutdown", "drain", "sync", "flush", "lock",
        "cancel", "barrier", "recv", "receive", "next", "read", "get", "run", "serve",
    ];
    let file = start.file;
    let between =
        |it: &Node<'p>| it.start_byte() >= start.node.end_byte() && it.start_byte() < until;
    own_nodes(starter).filter(between).any(|it| match it.go_kind() {
        Kind::UnaryExpression => it.operator() == Some("<-"),
        Kind::ReturnStatement => it.end_byte() <= until,
        Kind::SendStatement | Kind::SelectStatement => true,
        Kind::RangeClause | Kind::LabeledStatement | Kind::GotoStatement => true,
        Kind::CallExpression => it.callee().is_some_and(|it| {
            let name = it.field(Field::Field).unwrap_or(it);
            let name = file.text_of(name).to_ascii_lowercase();
            WORDS.iter().any(|it| name.contains(it))
        }),
        _ => false,
    })
}
