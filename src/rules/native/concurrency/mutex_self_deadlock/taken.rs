//! Whether a call takes a lock, whatever happens in it.

use crate::golang::types::Callee;
use crate::golang::{AccessPath, Declared, Field, GoFile, GoNode, Kind, Node, Root};
use crate::model::Confidence;
use crate::rules::engine::Context;
use crate::rules::flow::own_nodes;
use crate::rules::release::{Form, METHODS, Sites, resolved};
use crate::rules::survey::At;

/// How many calls deep the lock is looked for.
const DEPTH: usize = 3;

/// Where a call takes the lock.
pub(super) struct Taken<'p> {
    pub(super) at: At<'p>,
    /// Medium where the function may return before.
    pub(super) confidence: Confidence,
}

/// Where a call takes what the path names; `exclusive` says how that is held: readers do not wait
/// for readers.
pub(super) fn by<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    (path, exclusive): (&AccessPath, bool),
    sites: &Sites<'p>,
) -> Option<Taken<'p>> {
    let direct = sites.on(path).find(|it| it.node.id() == call.id());
    if let Some(site) = direct {
        // With an unlock in between on some way, that is another rule's.
        let mut others = sites.on(path).filter(|it| it.name.ends_with("Unlock"));
        let takes = site.form == Form::Plain && takes(site.name, exclusive);
        if !takes || others.any(|it| it.form != Form::Deferred) {
            return None;
        }
        return Some(Taken { at: At { file, node: call }, confidence: Confidence::High });
    }
    through(context, file, call, (path, exclusive), DEPTH)
}

/// Where what is called takes the lock.
fn through<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    (path, exclusive): (&AccessPath, bool),
    depth: usize,
) -> Option<Taken<'p>> {
    let (callee, path) = callee(context, file, call, path)?;
    let taken = inside(context, callee, &path, exclusive, depth)?;
    // `find(ctx, false)`: the constant may be what makes it return before.
    let constant = |it: Node<'_>| {
        matches!(it.go_kind(), Kind::True | Kind::False | Kind::Nil | Kind::IntLiteral)
    };
    let told = call.arguments().any(constant);
    (taken.confidence == Confidence::High || !told).then_some(taken)
}

fn takes(method: &str, exclusive: bool) -> bool {
    method == "Lock" || (method == "RLock" && exclusive)
}

/// The function of the package that is called, and what it calls the lock.
fn callee<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    path: &AccessPath,
) -> Option<(Declared<'p>, AccessPath)> {
    let operand = call.callee()?.field(Field::Operand);
    // Only what belongs to the same object, or to the package, can be the same lock.
    let within = match &path.root {
        Root::Outer(_) => None,
        Root::Local(_) => {
            let of = resolved(file, AccessPath::of(file, operand?)?);
            Some(path.steps.strip_prefix(&*of.steps).filter(|_| of.root == path.root)?)
        }
        Root::Import(_) => return None,
    };
    let types = &context.types;
    let (Callee::Function(callee) | Callee::Method(callee)) = types.callee(file, call) else {
        return None;
    };
    let Some(steps) = within else { return Some((callee, path.clone())) };
    // A promoted method sees another object, and a value's method a copy.
    let owner = callee.item.receiver.as_ref().filter(|it| it.pointer)?;
    if types.of(file, operand?).declared_name() != Some(&*owner.type_name)
        || !context.affords(callee.file, 2)
    {
        return None;
    }
    let node = callee.item.node(callee.file)?;
    let receiver = node.field(Field::Receiver)?.parts().next()?.field(Field::Name)?;
    let id = callee.file.scopes().declared_at(receiver.span())?;
    Some((callee, AccessPath { root: Root::Local(id), steps: steps.to_vec() }))
}

/// Where a function takes the lock before it gives it back, whichever branch it goes into.
fn inside<'p>(
    context: &Context<'p>,
    function: Declared<'p>,
    path: &AccessPath,
    exclusive: bool,
    depth: usize,
) -> Option<Taken<'p>> {
    let file = function.file;
    let depth = depth.checked_sub(1).filter(|_| context.affords(file, 4))?;
    let node = function.item.node(file)?;
    if !context.affords_steps(node.byte_range().len() as u64 / 4) {
        return None;
    }
    let sites = Sites::of(file, node, METHODS);
    let mut confidence = Confidence::High;
    for statement in node.field(Field::Body)?.statements() {
        let within = |it: Node<'_>| statement.span().encloses(it.span());
        if let Some(site) = sites.on(path).find(|it| within(it.node)) {
            let plain = site.form == Form::Plain && statement.is(Kind::ExpressionStatement);
            return (plain && takes(site.name, exclusive))
                .then(|| Taken { at: At { file, node: site.node }, confidence });
        }
        for call in runs(statement) {
            if let Some(mut it) = through(context, file, call, (path, exclusive), depth) {
                it.confidence = it.confidence.min(confidence);
                return Some(it);
            }
        }
        if own_nodes(statement).any(|it| it.is(Kind::ReturnStatement)) {
            confidence = Confidence::Medium;
        }
    }
    None
}

/// The calls that a statement makes in any case.
fn runs<'p>(statement: Node<'p>) -> Vec<Node<'p>> {
    let part = match statement.go_kind() {
        Kind::ExpressionStatement
        | Kind::ShortVarDeclaration
        | Kind::AssignmentStatement
        | Kind::ReturnStatement => Some(statement),
        Kind::IfStatement => statement.field(Field::Condition),
        _ => None,
    };
    let shorted = |it: &Node<'_>| matches!(it.operator(), Some("&&" | "||"));
    let nodes = part.into_iter().flat_map(own_nodes);
    let nodes: Vec<_> = nodes.take_while(|it| !shorted(it)).collect();
    nodes.into_iter().filter(|it| it.is(Kind::CallExpression)).collect()
}
