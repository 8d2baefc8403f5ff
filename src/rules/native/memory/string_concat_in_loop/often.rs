//! Whether so much is appended that somebody will notice.

use crate::golang::heat::{Heat, Reason};
use crate::golang::{BindingKind, Field, GoFile, GoNode, Kind, Node};
use crate::rules::engine::Context;
use crate::rules::flow::own_nodes;

use super::append::{Append, Uses};

/// Whether requests, messages or rows lead there, or the loop reads its input line by line. Other
/// loops and callers that repeat it say little: most of what they join are the few parts of a
/// path, the characters of a name or a table's head.
pub(super) fn is_often<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    append: &Append<'p>,
    the_loop: Node<'p>,
    uses: &Uses<'p>,
    heat: &Heat,
) -> bool {
    let scopes = file.scopes();
    // Arguments that callers write down one by one are few.
    let of = source(file, the_loop).and_then(|it| parameter(context, file, it));
    if of.is_some_and(|it| it.is(Kind::VariadicParameterDeclaration)) {
        return false;
    }
    let waits = heat.reasons.contains(&Reason::LongRunning);
    let led = waits || heat.reasons.iter().any(|it| matches!(it, Reason::Reached { .. }));
    // What another loop starts anew is short: a line, a link.
    let declared = scopes.binding(append.variable).name;
    let mut loops = scopes.loops_at(append.statement.start_byte());
    let restarts = loops.any(|it| it.span.encloses(declared));
    if led && heat.is_hot() && (waits || !restarts) {
        return true;
    }
    uses.is_always && reads_input(file, the_loop)
}

/// What the loop goes through: `x` of `range x` and of `i < len(x)`.
fn source<'p>(file: &GoFile, the_loop: Node<'p>) -> Option<Node<'p>> {
    let head = head(the_loop)?;
    if head.is(Kind::RangeClause) {
        return Some(head.field(Field::Right)?.unparen());
    }
    let condition = head.field(Field::Condition).filter(|_| head.is(Kind::ForClause))?;
    let call = condition.field(Field::Right)?;
    let callee = call.callee().filter(|_| condition.operator() == Some("<"))?;
    let argument = call.arguments().next()?;
    (file.text_of(callee) == "len").then(|| argument.unparen())
}

/// What stands between `for` and the body.
fn head(the_loop: Node<'_>) -> Option<Node<'_>> {
    the_loop.parts().find(|it| !it.is(Kind::Block))
}

/// The declaration of the parameter that an expression names.
fn parameter<'p>(context: &Context<'p>, file: &'p GoFile, node: Node<'p>) -> Option<Node<'p>> {
    let id = file.resolve(node).local().filter(|_| node.is(Kind::Identifier))?;
    let binding = file.scopes().binding(id);
    let known = binding.kind == BindingKind::Parameter && context.affords(file, 2);
    let (span, kind) = binding.declared_by;
    known.then(|| file.node(span, kind))?
}

/// Whether each iteration reads more input: `for scanner.Scan()`, `for { … r.ReadString(…) … }`.
fn reads_input(file: &GoFile, the_loop: Node<'_>) -> bool {
    let calls = |call: Node<'_>, names: &[&str]| {
        let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression));
        let name = callee.and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| names.contains(&file.text_of(it)))
    };
    match head(the_loop) {
        Some(it) => it.arguments().next().is_none() && calls(it, &["Scan"]),
        None => the_loop.field(Field::Body).is_some_and(|it| {
            let reads = ["ReadString", "ReadLine", "ReadBytes", "ReadRune", "ReadByte"];
            own_nodes(it).any(|it| calls(it, &reads))
        }),
    }
}
