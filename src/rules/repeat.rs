//! Whether a loop really runs a place again and again.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};

use super::flow::{End, end_of_statement, own_nodes};

/// The innermost loop that runs the node again and again within one function frame, more often
/// than `few` times as far as the loop's head tells. `around` is what the node stands in, the root
/// first.
pub(super) fn repeating_loop<'p>(
    file: &'p GoFile,
    node: Node<'p>,
    around: &[Node<'p>],
    few: u64,
) -> Option<Node<'p>> {
    file.scopes().loops_at(node.start_byte()).find_map(|it| {
        let the_loop =
            around.iter().rfind(|node| node.is(Kind::ForStatement) && node.span() == it.span)?;
        let repeats = !is_left(file, node, *the_loop, around) && !is_short(file, *the_loop, few);
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

/// Whether the head of the loop shows that it runs a few times only.
fn is_short(file: &GoFile, the_loop: Node<'_>, few: u64) -> bool {
    let number = |it: Node<'_>| file.text_of(it).parse::<u64>().ok();
    let bound = match head(the_loop) {
        Some(it) if it.is(Kind::ForClause) => it
            .field(Field::Condition)
            .filter(|it| matches!(it.operator(), Some("<" | "<=")))
            .and_then(|it| it.field(Field::Right))
            .and_then(number),
        Some(it) if it.is(Kind::RangeClause) => {
            let over = it.field(Field::Right).map(GoNode::unparen);
            match over.map(GoNode::go_kind) {
                Some(Kind::IntLiteral) => over.and_then(number),
                Some(Kind::CompositeLiteral) => over
                    .and_then(|it| it.field(Field::Body))
                    .and_then(|it| u64::try_from(it.parts().count()).ok()),
                _ => None,
            }
        }
        _ => None,
    };
    bound.is_some_and(|it| it <= few)
}

/// What stands between `for` and the body.
pub(super) fn head(the_loop: Node<'_>) -> Option<Node<'_>> {
    the_loop.parts().find(|it| !it.is(Kind::Block))
}
