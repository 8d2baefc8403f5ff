//! Where control goes from a statement list: just enough for the question "does it leave?".

use crate::golang::{Field, GoFile, GoNode, Kind, Node, leaves};

/// How a list of statements ends when nothing inside of it leaves earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End<'f> {
    /// Control goes on behind it.
    Falls,
    /// `return`
    Return,
    /// `break`, with its label
    Break(Option<&'f str>),
    /// `continue`, with its label
    Continue(Option<&'f str>),
    /// `goto`: anywhere.
    Goto,
    /// A call that does not come back: `panic`, `os.Exit`, `log.Fatal`.
    Exit,
}

/// How the statements of a block or of a `case` end.
pub(super) fn end<'f>(file: &'f GoFile, list: Node<'f>) -> End<'f> {
    list.statements().last().map_or(End::Falls, |it| end_of_statement(file, it))
}

/// Where one statement sends control, taken for itself.
pub(super) fn end_of_statement<'f>(file: &'f GoFile, statement: Node<'f>) -> End<'f> {
    let label = || statement.part(Kind::LabelName).map(|it| file.text_of(it));
    match statement.go_kind() {
        Kind::ReturnStatement => End::Return,
        Kind::BreakStatement => End::Break(label()),
        Kind::ContinueStatement => End::Continue(label()),
        Kind::GotoStatement => End::Goto,
        Kind::ExpressionStatement if statement.parts().any(|it| leaves(file, it).is_some()) => {
            End::Exit
        }
        _ => End::Falls,
    }
}

/// The statements below a node, those of function literals left out.
pub(super) fn own_nodes<'f>(node: Node<'f>) -> impl Iterator<Item = Node<'f>> {
    let mut nodes = node.descendants();
    let first = node.id();
    std::iter::from_fn(move || {
        let it = nodes.next()?;
        if it.is(Kind::FuncLiteral) && it.id() != first {
            nodes.skip_below();
        }
        Some(it)
    })
}

/// The statements of a loop's body that leave the loop for good: a `return`, a `goto`, a call that
/// does not come back, a `break` or `continue` of this loop or of one around it.
pub(super) fn exits<'f>(file: &'f GoFile, the_loop: Node<'f>) -> Vec<Node<'f>> {
    let mut exits = Vec::new();
    // Where the innermost statements end that an unlabeled `break` would mean, and the labels
    // inside.
    let mut inner: Vec<usize> = Vec::new();
    let mut labels: Vec<(&str, usize)> = Vec::new();
    let Some(body) = the_loop.field(Field::Body) else { return exits };
    for node in own_nodes(body) {
        // What lies inside ends first.
        while inner.pop_if(|it| *it <= node.start_byte()).is_some() {}
        while labels.pop_if(|it| it.1 <= node.start_byte()).is_some() {}
        match node.go_kind() {
            Kind::ForStatement
            | Kind::ExpressionSwitchStatement
            | Kind::TypeSwitchStatement
            | Kind::SelectStatement => inner.push(node.end_byte()),
            Kind::LabeledStatement => {
                let label = node.field(Field::Label).map(|it| file.text_of(it));
                labels.extend(label.map(|it| (it, node.end_byte())));
            }
            _ => {}
        }
        let inside = |label: &str| labels.iter().any(|it| it.0 == label);
        let leaves = match end_of_statement(file, node) {
            End::Return | End::Goto | End::Exit => true,
            End::Break(None) => inner.is_empty(),
            End::Break(Some(label)) => !inside(label),
            End::Continue(Some(label)) => !inside(label) && label_of(file, the_loop) != Some(label),
            End::Continue(None) | End::Falls => false,
        };
        if leaves {
            exits.push(node);
        }
    }
    exits
}

/// The label of a statement.
fn label_of<'f>(file: &'f GoFile, statement: Node<'f>) -> Option<&'f str> {
    let around = statement.ancestors(file.root());
    let parent = around.first().filter(|it| it.is(Kind::LabeledStatement))?;
    parent.field(Field::Label).map(|it| file.text_of(it))
}
