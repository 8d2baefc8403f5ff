//! What grows a string, and what else happens to it in the loop.

use crate::golang::{Access, BindingId, Field, GoFile, GoNode, Kind, Node, Span};
use crate::rules::engine::Context;

/// Variables that are used more often in one loop are left alone.
const MANY: usize = 64;

/// `s += x`, or `s = s + x`.
#[derive(Debug, Clone)]
pub(super) struct Append<'p> {
    /// The statement.
    pub(super) statement: Node<'p>,
    /// The variable.
    pub(super) variable: BindingId,
    /// What is appended, from left to right.
    pub(super) parts: Vec<Node<'p>>,
    /// Where the statement names the variable.
    names: Vec<Span>,
}

impl<'p> Append<'p> {
    /// The append that a statement is.
    pub(super) fn of(file: &'p GoFile, statement: Node<'p>) -> Option<Self> {
        let name = single(statement.field(Field::Left)?)?;
        let right = single(statement.field(Field::Right)?)?;
        if !name.is(Kind::Identifier) {
            return None;
        }
        let mut parts = summands(right)?;
        let mut names = vec![name.span()];
        let variable = file.resolve(name).local()?;
        match statement.operator() {
            Some("+=") => {}
            Some("=") if parts.len() > 1 => {
                let first = parts.remove(0);
                if !first.is(Kind::Identifier) || file.resolve(first).local() != Some(variable) {
                    return None;
                }
                names.push(first.span());
            }
            _ => return None,
        }
        Some(Self { statement, variable, parts, names })
    }
}

/// The only expression of a list.
fn single(list: Node<'_>) -> Option<Node<'_>> {
    let mut parts = list.parts();
    let first = parts.next()?;
    parts.next().is_none().then_some(first)
}

/// The operands of `a + b + c`.
fn summands(expression: Node<'_>) -> Option<Vec<Node<'_>>> {
    let mut parts = Vec::new();
    let mut node = expression;
    while node.is(Kind::BinaryExpression) && node.operator() == Some("+") {
        parts.push(node.field(Field::Right)?);
        node = node.field(Field::Left)?;
        if parts.len() > MANY {
            return None;
        }
    }
    parts.push(node);
    parts.reverse();
    Some(parts)
}

/// What happens to the variable in the loops around an append.
#[derive(Debug)]
pub(super) struct Uses<'p> {
    /// All appends in the loop.
    pub(super) appends: Vec<Append<'p>>,
    /// The statement to report of all of them: in the innermost loop, not in a branch, the first.
    pub(super) first: usize,
    /// Whether each iteration comes to that statement.
    pub(super) is_always: bool,
    /// Whether the loop asks how long the string is.
    pub(super) is_asked: bool,
    /// The outermost loop that repeats the append and keeps what it appended.
    pub(super) outermost: Span,
}

impl<'p> Uses<'p> {
    /// Nothing where the loop does more with the variable than grow it.
    pub(super) fn around(
        context: &Context<'p>,
        file: &'p GoFile,
        append: &Append<'p>,
        the_loop: Node<'p>,
    ) -> Option<Self> {
        let scopes = file.scopes();
        let declared = scopes.binding(append.variable).name;
        let byte = append.statement.start_byte();
        let kept = scopes.loops_at(byte).filter(|it| !it.span.encloses(declared));
        let outermost = kept.last()?.span;
        let (mut appends, mut is_asked) = (Vec::<(Append<'p>, (usize, bool))>::new(), false);
        let function = scopes.function_at(byte);
        let body = the_loop.field(Field::Body)?.span();
        let uses = scopes.uses_of(append.variable).filter(|it| outermost.encloses(it.span));
        for (count, it) in uses.enumerate() {
            if count > MANY || !context.affords(file, 2) {
                return None;
            }
            let inside = the_loop.span().encloses(it.span);
            let name = file.node(it.span, Kind::Identifier)?;
            let around = name.ancestors(file.root());
            let found = around
                .iter()
                .take_while(|it| !it.is(Kind::Block))
                .find(|it| it.is(Kind::AssignmentStatement))
                .and_then(|it| Append::of(file, *it))
                .filter(|append| append.names.contains(&it.span));
            match found {
                Some(append) if it.function == function => {
                    let rank = rank(file, &append, &around);
                    appends.push((append, rank));
                }
                Some(_) => return None,
                None if !inside => {}
                None if it.access == Access::Read && body.encloses(it.span) => {
                    if !asks_length(file, &around) {
                        return None;
                    }
                    is_asked = true;
                }
                None => return None,
            }
        }
        let best = appends.iter().map(|it| it.1).max()?;
        let first = appends.iter().find(|it| it.1 == best)?.0.statement.id();
        let appends = appends.into_iter().map(|it| it.0);
        let mut appends: Vec<_> =
            appends.filter(|it| the_loop.span().encloses(it.statement.span())).collect();
        appends.dedup_by_key(|it| it.statement.id());
        Some(Self { appends, first, is_always: best.1, is_asked, outermost })
    }
}

/// How many loops repeat an append, and whether each iteration of the innermost comes there.
fn rank(file: &GoFile, append: &Append<'_>, around: &[Node<'_>]) -> (usize, bool) {
    let loops = file.scopes().loops_at(append.statement.start_byte()).count();
    let branch = around.iter().take_while(|it| !it.is(Kind::ForStatement)).any(|it| {
        matches!(
            it.go_kind(),
            Kind::IfStatement
                | Kind::ExpressionCase
                | Kind::TypeCase
                | Kind::DefaultCase
                | Kind::CommunicationCase
        )
    });
    (loops, !branch)
}

/// Whether a use only asks whether the string is empty, or how long it is: `len(s)`, `s != ""`.
pub(super) fn asks_length(file: &GoFile, around: &[Node<'_>]) -> bool {
    let Some(parent) = around.first() else { return false };
    match parent.go_kind() {
        Kind::ArgumentList => {
            let callee = around.get(1).and_then(|it| it.callee());
            callee.is_some_and(|it| it.is(Kind::Identifier) && file.text_of(it) == "len")
        }
        Kind::BinaryExpression => {
            matches!(parent.operator(), Some("==" | "!="))
                && parent.parts().any(|it| matches!(file.text_of(it), "\"\"" | "``"))
        }
        _ => false,
    }
}
