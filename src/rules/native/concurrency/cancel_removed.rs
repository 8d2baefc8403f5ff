//! A send or a receive that could be cancelled, and that a change leaves without the way out.

use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::engine::Hit;
use crate::rules::versions::{Changed, Comparing, Loss, Side, Statement, words};

pub(in crate::rules) const NATIVE: Comparing =
    Comparing { vars: &["WAIT", "CHANNEL", "EXIT"], check };

fn check<'p>(changed: &Changed<'_, 'p>) -> Vec<Loss<'p>> {
    changed.gone.iter().filter_map(|it| found(changed, it)).collect()
}

fn found<'p>(changed: &Changed<'_, 'p>, statement: &Statement<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    if !statement.node.is(Kind::SelectStatement) {
        return None;
    }
    let cases: Vec<Node<'p>> =
        statement.node.parts().filter(|it| it.is(Kind::CommunicationCase)).collect();
    // Two cases and no default: it waits for either.
    let [one, other] = cases.as_slice() else { return None };
    if statement.node.parts().any(|it| it.is(Kind::DefaultCase)) {
        return None;
    }
    [(one, other), (other, one)].into_iter().find_map(|(waits, leaves)| {
        let exit = is_exit(base, leaves.field(Field::Communication)?)?;
        let wait = waits.field(Field::Communication)?;
        let now = changed.now().find(|it| is_bare(changed, *it, base.text(wait)))?;
        let channel = channel_of(head, now)?;
        if is_buffered(changed, channel) {
            return None;
        }
        let hit = Hit::at(head.file(), now)
            .var("WAIT", head.text(now))
            .var("CHANNEL", channel)
            .var("EXIT", exit);
        Some(Loss { hit, removed: statement.node.lines() })
    })
}

/// What a case receives from, if it is there to give up: `ctx.Done()`, a channel of that kind.
fn is_exit<'p>(base: &Side<'_, 'p>, communication: Node<'p>) -> Option<&'p str> {
    let receive = communication
        .descendants()
        .find(|it| it.is(Kind::UnaryExpression) && it.operator() == Some("<-"))?;
    let channel = receive.field(Field::Operand)?.unparen();
    let text = base.text(channel);
    let lower = text.to_ascii_lowercase();
    let names = ["done", "quit", "stop", "clos", "exit", "shutdown", "term", "cancel", "abort"];
    names.iter().any(|it| lower.contains(it)).then_some(text)
}

/// Whether a statement of the head is that wait, on a line that is not the base's, and in no
/// `select`.
fn is_bare<'p>(changed: &Changed<'_, 'p>, node: Node<'p>, wait: &str) -> bool {
    let kinds = [
        Kind::SendStatement,
        Kind::ShortVarDeclaration,
        Kind::ExpressionStatement,
        Kind::AssignmentStatement,
    ];
    kinds.contains(&node.go_kind())
        && words(changed.head.text(node)) == words(wait)
        && changed.before(node).is_none_or(|it| is_case(&changed.base, it))
        && !is_case(&changed.head, node)
}

/// Whether a statement is what a case of a `select` waits for.
fn is_case<'p>(side: &Side<'_, 'p>, statement: Node<'p>) -> bool {
    let around = statement.ancestors(side.file().root());
    around.first().is_some_and(|it| it.is(Kind::CommunicationCase))
}

/// The channel of a send or a receive.
fn channel_of<'p>(head: &Side<'_, 'p>, node: Node<'p>) -> Option<&'p str> {
    if node.is(Kind::SendStatement) {
        return node.field(Field::Channel).map(|it| head.text(it));
    }
    let receive = node.descendants().find(|it| it.operator() == Some("<-"))?;
    receive.field(Field::Operand).map(|it| head.text(it))
}

/// Whether the function makes the channel with room in it.
fn is_buffered(changed: &Changed<'_, '_>, channel: &str) -> bool {
    changed.now().any(|it| {
        let makes = it.is(Kind::CallExpression)
            && it.callee().is_some_and(|it| changed.head.text(it) == "make")
            && it.arguments().count() == 2
            && it.arguments().next().is_some_and(|it| it.is(Kind::ChannelType));
        makes && {
            let around = it.ancestors(changed.head.file().root());
            let statement = around.iter().find(|it| {
                matches!(
                    it.go_kind(),
                    Kind::ShortVarDeclaration | Kind::AssignmentStatement | Kind::VarSpec
                )
            });
            statement.is_some_and(|it| changed.head.text(*it).starts_with(channel))
        }
    })
}
