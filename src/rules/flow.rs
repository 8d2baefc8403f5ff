//! Where control goes from a statement list: just enough for the question "does it leave?".

use crate::golang::{GoFile, GoNode, Kind, Node, leaves};

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
