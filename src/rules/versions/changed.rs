//! The two versions of one function, statement by statement.

use std::collections::HashMap;

use crate::diff::{LineMap, Mapped};
use crate::golang::types::Type;
use crate::golang::{Field, GoFile, GoNode, Kind, Node, Resolved};
use crate::rules::engine::Context;
use crate::rules::survey::At;

use super::removed::{mentions, words};

/// How many statements may be gone before the function counts as rewritten.
const GONE: usize = 24;

/// How many statements a function may have.
const STATEMENTS: usize = 2_000;

/// One version of the function.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Side<'c, 'p> {
    /// The declaration.
    pub(in crate::rules) at: At<'p>,
    /// Its package.
    pub(in crate::rules) context: &'c Context<'p>,
}

impl<'p> Side<'_, 'p> {
    /// The file.
    pub(in crate::rules) fn file(&self) -> &'p GoFile {
        self.at.file
    }

    /// The type of an expression of this version.
    pub(in crate::rules) fn type_of(&self, node: Node<'p>) -> Type<'p> {
        self.context.types.of(self.at.file, node)
    }

    /// The words of a node, as they are written.
    pub(in crate::rules) fn text(&self, node: Node<'p>) -> &'p str {
        self.at.file.text_of(node)
    }

    /// The first node that begins on a line, and is of the kind of a node of the other version
    /// and reads as it does.
    fn same_on(&self, line: u32, like: Node<'p>, text: &str) -> Option<Node<'p>> {
        let mut nodes = self.at.node.descendants();
        while let Some(node) = nodes.next() {
            let lines = node.lines();
            if lines.last < line || lines.first > line {
                nodes.skip_below();
            } else if lines.first == line
                && node.go_kind() == like.go_kind()
                && self.text(node) == text
            {
                return Some(node);
            }
        }
        None
    }
}

/// A statement, or a case of a `switch` or `select`.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Statement<'p> {
    /// The node.
    pub(in crate::rules) node: Node<'p>,
    /// Its text up to the block or the body that it opens, without layout.
    pub(in crate::rules) opening: String,
}

impl<'p> Statement<'p> {
    /// The expression that it consists of.
    pub(in crate::rules) fn expression(&self) -> Option<Node<'p>> {
        self.node.parts().next().filter(|_| self.node.is(Kind::ExpressionStatement))
    }
}

/// A function that was edited.
pub(in crate::rules) struct Changed<'c, 'p> {
    /// What it was.
    pub(in crate::rules) base: Side<'c, 'p>,
    /// What it is.
    pub(in crate::rules) head: Side<'c, 'p>,
    /// The statements that are gone, in the order of the source. What was moved is not.
    pub(in crate::rules) gone: Vec<Statement<'p>>,
    /// The statements that are new, edited ones included.
    pub(in crate::rules) added: Vec<Statement<'p>>,
    map: &'c LineMap,
}

impl<'c, 'p> Changed<'c, 'p> {
    /// Compares; `None` where nothing is gone, or so much that the function is another one.
    pub(super) fn of(base: Side<'c, 'p>, head: Side<'c, 'p>, map: &'c LineMap) -> Option<Self> {
        let (old, new) = (statements(&base)?, statements(&head)?);
        let (was, is) = (counts(&old), counts(&new));
        let more = |it: &str, a: &HashMap<String, usize>, b: &HashMap<String, usize>| {
            a.get(it).copied().unwrap_or(0) > b.get(it).copied().unwrap_or(0)
        };
        let line = |it: &Statement<'_>| it.node.lines().first;
        let most = old.len().max(8);
        let gone = |it: &Statement<'_>| {
            !matches!(map.to_new(line(it)), Mapped::Same(_)) && more(&it.opening, &was, &is)
        };
        let gone: Vec<_> = old.into_iter().filter(gone).collect();
        let added = |it: &Statement<'_>| {
            !matches!(map.to_old(line(it)), Mapped::Same(_)) && more(&it.opening, &is, &was)
        };
        let added: Vec<_> = new.into_iter().filter(added).collect();
        let edited = gone.len().max(added.len());
        let rewritten = gone.len() > GONE || edited * 2 > most;
        (!gone.is_empty() && !rewritten).then_some(Self { base, head, gone, added, map })
    }

    /// The node at the base that stands where one of the head stands, word for word.
    pub(in crate::rules) fn before(&self, node: Node<'p>) -> Option<Node<'p>> {
        let line = self.map.to_old(node.lines().first).line()?;
        self.base.same_on(line, node, self.head.text(node))
    }

    /// The node at the head that stands where one of the base stood, word for word.
    pub(in crate::rules) fn after(&self, node: Node<'p>) -> Option<Node<'p>> {
        let line = self.map.to_new(node.lines().first).line()?;
        self.head.same_on(line, node, self.base.text(node))
    }

    /// Whether a statement is among those that are gone.
    pub(in crate::rules) fn is_gone(&self, node: Node<'p>) -> bool {
        self.gone.iter().any(|it| it.node.id() == node.id())
    }

    /// Whether something new speaks of an expression.
    pub(in crate::rules) fn added_mentions(&self, expression: &str) -> bool {
        self.added.iter().any(|it| mentions(&it.opening, expression) > 0)
    }

    /// Whether the variable at an expression's root is declared, at the head, on a line that was
    /// left alone, and nothing new assigns to it.
    pub(in crate::rules) fn root_is_kept(&self, expression: Node<'p>) -> bool {
        let (file, mut node) = (self.head.file(), expression.unparen());
        loop {
            let inner = match node.go_kind() {
                Kind::SelectorExpression | Kind::IndexExpression => node.field(Field::Operand),
                Kind::UnaryExpression => node.field(Field::Operand),
                Kind::CallExpression => node.field(Field::Function),
                _ => break,
            };
            match inner {
                Some(it) => node = it.unparen(),
                None => return false,
            }
        }
        match file.resolve(node) {
            Resolved::Local(_, binding) => {
                let line = file.lines(binding.name).first;
                matches!(self.map.to_old(line), Mapped::Same(_))
            }
            Resolved::Outer(_) | Resolved::Import(_) => true,
            Resolved::Nothing => false,
        }
    }

    /// The line of the head that stands where one of the base stood.
    pub(in crate::rules) fn line_after(&self, line: u32) -> Option<u32> {
        self.map.to_new(line).line()
    }

    /// The nodes of the head's version.
    pub(in crate::rules) fn now(&self) -> impl Iterator<Item = Node<'p>> {
        self.head.at.node.descendants()
    }
}

fn counts(all: &[Statement<'_>]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for it in all {
        *counts.entry(it.opening.clone()).or_insert(0) += 1;
    }
    counts
}

/// The statements of a function, those of its literals included.
fn statements<'p>(side: &Side<'_, 'p>) -> Option<Vec<Statement<'p>>> {
    let mut all = Vec::new();
    for node in side.at.node.descendants() {
        let listed = |node: Node<'p>| match node.go_kind() {
            Kind::StatementList => node.parts().collect(),
            Kind::SelectStatement | Kind::ExpressionSwitchStatement | Kind::TypeSwitchStatement => {
                node.parts().filter(|it| is_case(it.go_kind())).collect()
            }
            // An `else if` stands in no list.
            Kind::IfStatement => {
                let other = node.field(Field::Alternative);
                other.filter(|it| it.is(Kind::IfStatement)).into_iter().collect()
            }
            _ => Vec::new(),
        };
        all.extend(
            listed(node)
                .into_iter()
                .map(|it| Statement { node: it, opening: opening(side.at.file, it) }),
        );
        if all.len() > STATEMENTS {
            return None;
        }
    }
    Some(all)
}

fn is_case(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::CommunicationCase | Kind::ExpressionCase | Kind::TypeCase | Kind::DefaultCase
    )
}

/// A statement's text up to the first block or body in it.
fn opening(file: &GoFile, node: Node<'_>) -> String {
    let mut nodes = node.descendants().skip(1);
    let inner = nodes.find(|it| matches!(it.go_kind(), Kind::Block | Kind::StatementList));
    let end = inner.map_or(node.end_byte(), |it| it.start_byte());
    let text = file.text().get(node.start_byte()..end).unwrap_or_default();
    // A comment behind it says nothing of what it does.
    let lines = text.lines().map(|it| it.split_once(" //").map_or(it, |it| it.0));
    words(&lines.collect::<Vec<_>>().join("\n"))
}
