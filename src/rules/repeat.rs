//! Whether a loop really runs a place again and again.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};

use super::flow::{End, end_of_statement, own_nodes};
use super::types::TypeInfo;

/// The innermost loop that runs the node again and again within one function frame, more often
/// than `few` times as far as the loop's head tells. `around` is what the node stands in, the root
/// first.
pub(super) fn repeating_loop<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    node: Node<'p>,
    around: &[Node<'p>],
    few: u64,
) -> Option<Node<'p>> {
    file.scopes().loops_at(node.start_byte()).find_map(|it| {
        let the_loop =
            around.iter().rfind(|node| node.is(Kind::ForStatement) && node.span() == it.span)?;
        let repeats = !is_left(file, node, *the_loop, around)
            && !is_guarded(file, node, *the_loop, around)
            && types.loop_bound(file, *the_loop).is_none_or(|bound| bound > few);
        repeats.then_some(*the_loop)
    })
}

/// Whether every way from the node leaves the loop, so that it runs at most once.
fn is_left(file: &GoFile, node: Node<'_>, the_loop: Node<'_>, around: &[Node<'_>]) -> bool {
    let inside = around.iter().rev().take_while(|it| it.id() != the_loop.id());
    // Inside a switch, a select or another loop, `break` means that one.
    let mut breakable = true;
    for list in inside {
        match list.go_kind() {
            Kind::ReturnStatement => return true,
            Kind::StatementList => {}
            Kind::ForStatement
            | Kind::ExpressionSwitchStatement
            | Kind::TypeSwitchStatement
            | Kind::SelectStatement => {
                breakable = false;
                continue;
            }
            _ => continue,
        }
        for statement in list.statements().filter(|it| it.start_byte() >= node.end_byte()) {
            let goes_on = own_nodes(statement).any(|it| it.is(Kind::ContinueStatement));
            if goes_on {
                return false;
            }
            match end_of_statement(file, statement) {
                End::Return | End::Exit => return true,
                End::Break(None) if breakable => return true,
                End::Break(_) | End::Continue(_) | End::Goto => return false,
                End::Falls => {}
            }
        }
    }
    false
}

/// Whether a condition lets the node run once, because what it guards changes it: `if !locked {
/// …; locked = true }`, `if f == nil { f = … }`.
fn is_guarded(file: &GoFile, node: Node<'_>, the_loop: Node<'_>, around: &[Node<'_>]) -> bool {
    let inside = around.iter().rev().take_while(|it| it.id() != the_loop.id());
    inside.filter(|it| it.is(Kind::IfStatement)).any(|branch| {
        let (Some(condition), Some(body)) =
            (branch.field(Field::Condition), branch.field(Field::Consequence))
        else {
            return false;
        };
        if !body.span().encloses(node.span()) {
            return false;
        }
        let name =
            |it: &Node<'_>| matches!(it.go_kind(), Kind::Identifier | Kind::SelectorExpression);
        let asked: Vec<&str> =
            condition.descendants().filter(name).map(|it| file.text_of(it)).collect();
        let assigned = own_nodes(body)
            .filter(|it| it.is(Kind::AssignmentStatement))
            .filter_map(|it| it.field(Field::Left))
            .flat_map(GoNode::parts);
        assigned.into_iter().any(|it| asked.contains(&file.text_of(it)))
    })
}

/// Whether the loop ends only when somebody ends it: no condition, or a range over a channel.
pub(super) fn is_endless<'p>(types: &TypeInfo<'p>, file: &'p GoFile, the_loop: Node<'p>) -> bool {
    let Some(head) = head(the_loop) else { return true };
    match head.go_kind() {
        Kind::ForClause => head.field(Field::Condition).is_none(),
        Kind::RangeClause => {
            head.field(Field::Right).is_some_and(|it| types.channel(&types.of(file, it)).is_some())
        }
        _ => false,
    }
}

/// What stands between `for` and the body.
fn head(the_loop: Node<'_>) -> Option<Node<'_>> {
    the_loop.parts().find(|it| !it.is(Kind::Block))
}
