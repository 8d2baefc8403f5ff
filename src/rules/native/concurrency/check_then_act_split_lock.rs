//! What was looked at under a lock decides about a change under the same lock, which was given back
//! in between.

mod calls;

use crate::golang::{Field, Flow, GoFile, GoNode, Kind, Node, Place, PointId};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::lockset::Local;
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration, Kind::FuncLiteral],
    vars: &["ACT", "CHECK", "LOCK"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let function = At { file: place.file, node: place.node };
    if serves_tests(function.file) || !context.affords_steps(64) {
        return Vec::new();
    }
    let own = split(context, function);
    if own.is_empty() { calls::split(context, function) } else { own }
}

/// A change under a lock, and where that was taken last.
struct Change<'p> {
    node: Node<'p>,
    target: Node<'p>,
    lock: usize,
    taken: Node<'p>,
}

/// The changes of a function that an earlier section of the same lock decided about.
fn split<'p>(context: &Context<'p>, function: At<'p>) -> Vec<Hit<'p>> {
    let At { file, node } = function;
    let Some(local) = context.locksets().and_then(|it| it.local(function)) else {
        return Vec::new();
    };
    // Two sections take a lock twice.
    if local.waits.len() < 2 || !context.affords_steps(node.byte_range().len() as u64) {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for change in changes(local, node) {
        if let Some(it) = decided(context, file, node, local, &change) {
            hits.push(it);
            break;
        }
    }
    hits
}

fn changes<'p>(local: &Local<'p>, function: Node<'p>) -> Vec<Change<'p>> {
    let targets = own_nodes(function).filter_map(|it| match it.go_kind() {
        // `x += 1` looks again itself; a constant may be set twice without harm.
        Kind::AssignmentStatement if it.operator() == Some("=") && !is_constant(it) => {
            let mut left = it.field(Field::Left)?.parts();
            let target = left.next()?;
            left.next().is_none().then_some((it, target))
        }
        _ => None,
    });
    let under = targets.filter_map(|(node, target)| {
        matches!(target.go_kind(), Kind::SelectorExpression | Kind::IndexExpression)
            .then_some(())?;
        let set = local.at(node.start_byte())?;
        let lock = (0..local.locks.len())
            .find(|it| set.must & (1 << it) != 0 && local.locks[*it].write)?;
        let taken = local
            .waits
            .iter()
            .rfind(|it| it.lock == lock && it.node.start_byte() < node.start_byte())?;
        Some(Change { node, target, lock, taken: taken.node })
    });
    under.collect()
}

fn is_constant(assignment: Node<'_>) -> bool {
    let value = assignment.field(Field::Right).and_then(|it| it.parts().next());
    value.is_some_and(|it| {
        let literal = it.is(Kind::CompositeLiteral) && it.byte_range().len() == "struct{}{}".len();
        let constants = [Kind::True, Kind::False, Kind::Nil, Kind::IntLiteral];
        literal || constants.contains(&it.go_kind())
    })
}

/// The look in an earlier section that decided about a change.
fn decided<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    local: &Local<'p>,
    change: &Change<'p>,
) -> Option<Hit<'p>> {
    let wanted = file.text_of(change.target);
    let same = |at: usize| {
        let (a, b) = (&local.locks[at], &local.locks[change.lock]);
        a.path.is_some() && a.path == b.path && a.class == b.class
    };
    let held = |byte: usize| {
        let set = local.at(byte);
        set.is_some_and(|set| {
            (0..local.locks.len()).any(|it| set.must & (1 << it) != 0 && same(it))
        })
    };
    // Nobody has it between the two.
    if held(change.taken.start_byte()) {
        return None;
    }
    context.affords(file, 4).then_some(())?;
    let start = change.taken.start_byte();
    let looks = own_nodes(function).filter(|it| {
        it.go_kind() == change.target.go_kind()
            && it.end_byte() < start
            && file.text_of(*it) == wanted
            && held(it.start_byte())
    });
    let looks: Vec<_> = looks.collect();
    let look = looks.iter().rev().find_map(|it| Some((*it, named(file, *it)?)));
    let (look, names) = look?;
    if is_looked_at_again(file, function, change, wanted)
        || is_changed(file, function, change, &names)
    {
        return None;
    }
    let flow = local.flow;
    let (from, to) = (flow.at(look.start_byte())?, flow.at(change.node.start_byte())?);
    let dominators = flow.dominators();
    dominators.dominates(from, to).then_some(())?;
    let asked = guards(flow, to, from, &dominators);
    let decides = asked
        .iter()
        .any(|at| names.iter().any(|it| mentions(file.slice(flow.point(*at).span), it)));
    let value = change.node.field(Field::Right)?;
    let derived = is_derived(file, value, &names);
    if !decides && !derived {
        return None;
    }
    let lock = &local.locks[change.lock];
    let first =
        local.waits.iter().rfind(|it| same(it.lock) && it.node.start_byte() < look.start_byte())?;
    let mut hit = Hit::at(file, change.node)
        .var("ACT", file.text_of(change.node))
        .var("CHECK", file.text_of(look))
        .var("LOCK", lock.named(file, Some(change.taken)))
        .with(file, look, Role::Access)
        .with(file, first.node, Role::Acquire);
    // What is made twice and kept once may do no harm.
    if !derived {
        hit.confidence = Confidence::Low;
    }
    Some(hit)
}

/// The variables that are declared with what a place gives.
fn named<'p>(file: &'p GoFile, look: Node<'p>) -> Option<Vec<&'p str>> {
    let around = look.ancestors(file.root());
    let by = around
        .iter()
        .take(2)
        .find(|it| matches!(it.go_kind(), Kind::ShortVarDeclaration | Kind::AssignmentStatement))?;
    let value = by.field(Field::Right)?;
    value.span().encloses(look.span()).then_some(())?;
    let names = by.field(Field::Left)?.parts().filter(|it| it.is(Kind::Identifier));
    let names: Vec<_> = names.map(|it| file.text_of(it)).filter(|it| *it != "_").collect();
    (!names.is_empty()).then_some(names)
}

/// Whether the second section looks before it changes: at the place itself, or at anything that
/// the holder has.
fn is_looked_at_again(
    file: &GoFile,
    function: Node<'_>,
    change: &Change<'_>,
    wanted: &str,
) -> bool {
    let root = wanted.split(['.', '[']).next().unwrap_or(wanted);
    let range = change.taken.end_byte()..change.node.end_byte();
    own_nodes(function).any(|it| {
        range.contains(&it.start_byte())
            && !it.span().encloses(change.target.span())
            && !change.target.span().encloses(it.span())
            && match it.go_kind() {
                Kind::IfStatement | Kind::ExpressionSwitchStatement => {
                    it.field(Field::Condition).is_some_and(|it| mentions(file.text_of(it), root))
                }
                Kind::IndexExpression | Kind::SelectorExpression => file.text_of(it) == wanted,
                _ => false,
            }
    }) || own_nodes(function).any(|it| {
        // `if s.v == v { s.v = next }` around the change.
        it.is(Kind::IfStatement)
            && it.start_byte() > change.taken.end_byte()
            && it.span().encloses(change.node.span())
    })
}

/// Whether one of the variables is given a value again under the second lock.
fn is_changed(file: &GoFile, function: Node<'_>, change: &Change<'_>, names: &[&str]) -> bool {
    let range = change.taken.end_byte()..change.node.start_byte();
    own_nodes(function).any(|it| {
        range.contains(&it.start_byte())
            && matches!(it.go_kind(), Kind::AssignmentStatement | Kind::ShortVarDeclaration)
            && it
                .field(Field::Left)
                .is_some_and(|it| names.iter().any(|name| mentions(file.text_of(it), name)))
    })
}

/// The conditions that are decided on the way from one point to another.
fn guards(
    flow: &Flow,
    to: PointId,
    from: PointId,
    dominators: &crate::golang::Dominance,
) -> Vec<PointId> {
    let known: Vec<_> = flow.guards(dominators, from);
    let asked = flow.guards(dominators, to).into_iter().filter(|it| !known.contains(it));
    asked.map(|it| it.0).collect()
}

/// Whether a value is reckoned from one of the variables: `n + 1`, `append(list, it)`.
fn is_derived(file: &GoFile, value: Node<'_>, names: &[&str]) -> bool {
    let Some(value) = value.parts().next() else { return false };
    let reckons = match value.go_kind() {
        Kind::BinaryExpression => matches!(value.operator(), Some("+" | "-" | "*" | "|" | "&")),
        Kind::CallExpression => value.callee().is_some_and(|it| file.text_of(it) == "append"),
        _ => false,
    };
    reckons && names.iter().any(|it| mentions(file.text_of(value), it))
}

/// Whether a word occurs in a text as a whole.
fn mentions(text: &str, word: &str) -> bool {
    text.split(|it: char| !it.is_alphanumeric() && it != '_').any(|it| it == word)
}
