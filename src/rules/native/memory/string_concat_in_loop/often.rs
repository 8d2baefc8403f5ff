//! Whether so much is appended that somebody will notice.

use crate::golang::heat::{Heat, Reason};
use crate::golang::{BindingKind, Field, GoFile, GoNode, Kind, Node};
use crate::rules::engine::Context;
use crate::rules::flow::own_nodes;

use super::append::{Append, Uses};
use super::text::names_string;
use crate::rules::types::TypeExpr;

/// Whether requests, messages, rows or a benchmark lead there, or the loop runs as often as its
/// input is long. Other loops and callers that repeat it say little: most of what they join are
/// the few parts of a path, a query or a table's head.
pub(super) fn is_often<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    append: &Append<'p>,
    the_loop: Node<'p>,
    uses: &Uses<'p>,
    heat: &Heat,
) -> bool {
    let scopes = file.scopes();
    let over = source(file, the_loop);
    let of = over.and_then(|it| parameter(context, file, it));
    // Arguments that callers write down one by one are few.
    if of.is_some_and(|it| it.is(Kind::VariadicParameterDeclaration)) {
        return false;
    }
    let mut reasons = heat.reasons.iter();
    let waits = heat.reasons.contains(&Reason::LongRunning);
    let led = waits
        || reasons.any(|it| matches!(it, Reason::Reached { .. } | Reason::Benchmarked { .. }));
    // What another loop starts anew is short: a line, a link.
    let declared = scopes.binding(append.variable).name;
    let mut loops = scopes.loops_at(append.statement.start_byte());
    let restarts = loops.any(|it| it.span.encloses(declared));
    if led && heat.is_hot() && (waits || !restarts) {
        return true;
    }
    uses.is_always && reads_input(file, the_loop)
        || over.zip(of).is_some_and(|(over, by)| {
            is_text(context, file, by) && !is_measured(context, file, the_loop, over)
        })
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

/// Whether a parameter is a string, or its runes: the loop runs once for each character. Bytes
/// are left out, which are most often those of a hash or an address.
fn is_text<'p>(context: &Context<'p>, file: &'p GoFile, by: Node<'p>) -> bool {
    let Some(node) = by.field(Field::Type) else { return false };
    if !node.is(Kind::SliceType) {
        return names_string(context, TypeExpr { file, node });
    }
    node.parts().next().is_some_and(|it| file.text_of(it) == "rune")
}

/// Whether the function compares the length of what the loop goes through with a number.
fn is_measured<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    the_loop: Node<'p>,
    over: Node<'p>,
) -> bool {
    let Some(id) = file.resolve(over).local() else { return false };
    let mut uses = file.scopes().uses_of(id).filter(|it| !the_loop.span().encloses(it.span));
    uses.any(|it| {
        if !context.affords(file, 2) {
            return true;
        }
        let Some(name) = file.node(it.span, Kind::Identifier) else { return false };
        let around = name.ancestors(file.root());
        let [_, call, comparison, ..] = &*around else { return false };
        let number =
            |it: Node<'_>| it.is(Kind::IntLiteral) && !matches!(file.text_of(it), "0" | "1");
        call.callee().is_some_and(|it| file.text_of(it) == "len")
            && comparison.is(Kind::BinaryExpression)
            && comparison.parts().any(number)
    })
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
