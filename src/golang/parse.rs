//! From text to tree: in full, from an earlier version's tree, and around `new(expr)`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::ControlFlow;

use tree_sitter::{InputEdit, Node, ParseOptions, Parser, Point, Tree};

use super::hole::Holes;
use super::kind::language;
use super::{Field, GoNode, Kind};

/// A parsed text.
#[derive(Debug)]
pub(super) struct Parse {
    pub tree: Tree,
    pub holes: Holes,
    /// Whether a later version may be parsed from this tree.
    pub reusable: bool,
}

/// Parses a text; `earlier` is another version of it with its tree, which saves most of the work.
///
/// `None` when it takes too many steps, which nothing but garbage does.
pub(super) fn parse(text: &str, earlier: Option<(&Tree, &str)>) -> Option<Parse> {
    let mut parser = Parser::new();
    parser.set_language(&language()).ok()?;
    let masked = mask(text);
    if let Some((tree, old)) = earlier {
        let mut tree = tree.clone();
        // The trees are those of the masked texts, so their difference counts.
        tree.edit(&edit(&mask(old), &masked));
        // How the parser recovers from errors depends on what it had reused, so a tree with errors
        // is made anew: the same text always has the same tree.
        let tree = steps(&mut parser, &masked, Some(&tree))?;
        if !tree.root_node().has_error() {
            let holes = Holes::of(tree.root_node());
            return Some(Parse { tree, holes, reusable: true });
        }
    }
    let tree = steps(&mut parser, &masked, None)?;
    let holes = Holes::of(tree.root_node());
    let parse = Parse { reusable: !tree.root_node().has_error(), tree, holes };
    Some(if parse.holes.errors {
        without_new(&mut parser, text, masked.into_owned(), parse)
    } else {
        parse
    })
}

/// How many steps a parse may take: the parser reports after every hundred. The neediest file of
/// Kubernetes and go-ethereum takes a fiftieth of this; the rest is for recovering from errors.
fn max_reports(bytes: usize) -> usize {
    10_000 + bytes
}

fn steps(parser: &mut Parser, text: &[u8], earlier: Option<&Tree>) -> Option<Tree> {
    let mut left = max_reports(text.len());
    let mut progress = |_: &_| {
        left = left.saturating_sub(1);
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree = parser.parse_with_options(
        &mut |at, _| text.get(at..).unwrap_or_default(),
        earlier,
        Some(options),
    );
    // A parse that was stopped would go on with the next text.
    parser.reset();
    tree
}

/// The one edit that leads from `old` to `new`: all but their common beginning and end.
fn edit(old: &[u8], new: &[u8]) -> InputEdit {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let ends = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let from = point(Point::default(), &new[..start]);
    InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position: from,
        old_end_position: point(from, &old[start..old_end]),
        new_end_position: point(from, &new[start..new_end]),
    }
}

/// Where `text` ends when it begins at `from`.
fn point(from: Point, text: &[u8]) -> Point {
    let rows = text.iter().filter(|it| **it == b'\n').count();
    match text.iter().rposition(|it| *it == b'\n') {
        Some(last) => Point::new(from.row + rows, text.len() - last - 1),
        None => Point::new(from.row, from.column + text.len()),
    }
}

/// The text for the parser: tree-sitter-go 0.25 takes the argument of `new` for a type, but Go 1.26
/// allows an expression there (<https://go.dev/doc/go1.26#language>). Where the text shows that it
/// is one, the word is masked by another of the same length, so that all byte ranges stay true.
///
/// Whether a word is masked depends on the text around it alone, so equal texts stay equal.
fn mask(text: &str) -> Cow<'_, [u8]> {
    let mut masked = Cow::Borrowed(text.as_bytes());
    for (at, call) in text.match_indices("new(") {
        let before = text[..at].bytes().next_back();
        let whole =
            !before.is_some_and(|it| it == b'.' || it == b'_' || it.is_ascii_alphanumeric());
        if whole && is_expression(&text[at + call.len()..]) {
            masked.to_mut()[at..at + MASK.len()].copy_from_slice(MASK);
        }
    }
    masked
}

/// What stands for `new` while the parser reads.
const MASK: &[u8] = b"neW";

/// Whether what begins here is an expression and no type, as far as its first words tell.
fn is_expression(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t']);
    let literal = ['"', '`', '\'', '-', '+', '!', '^', '&'];
    if text.starts_with(literal) || text.starts_with(|it: char| it.is_ascii_digit()) {
        return true;
    }
    let path = |it: char| it == '_' || it == '.' || it.is_alphanumeric();
    let end = text.find(|it| !path(it)).unwrap_or(text.len());
    let rest = text[end..].trim_start_matches([' ', '\t']);
    // These begin types that go on with what continues an expression elsewhere.
    !matches!(&text[..end], "" | "chan" | "func" | "interface" | "struct")
        && rest.starts_with(['(', '{', '+', '-', '*', '/', '%', '&', '|', '^', '<', '>', '=', '!'])
}

/// Where the text did not show it and a call of `new` lies broken, the word is masked after all.
fn without_new(parser: &mut Parser, text: &str, mut masked: Vec<u8>, plain: Parse) -> Parse {
    let mut best = plain;
    // The second round finds calls that an error of the first had hidden.
    for _ in 0..2 {
        let broken = broken_new(text, &masked, best.tree.root_node());
        if broken.is_empty() {
            break;
        }
        for at in broken {
            masked[at..at + MASK.len()].copy_from_slice(MASK);
        }
        let Some(tree) = steps(parser, &masked, None) else { break };
        let holes = Holes::of(tree.root_node());
        if holes.weight() >= best.holes.weight() {
            break;
        }
        let errors = holes.errors;
        best = Parse { tree, holes, reusable: false };
        if !errors {
            break;
        }
    }
    best
}

/// Where `new` is called, is not masked, and is not part of a call without errors.
fn broken_new(text: &str, masked: &[u8], root: Node<'_>) -> Vec<usize> {
    let (mut intact, mut broken) = (HashSet::new(), Vec::new());
    let mut nodes = root.descendants();
    while let Some(node) = nodes.next() {
        let (kind, at) = (Kind::of(node), node.start_byte());
        if kind.is_string() {
            nodes.skip_below();
        } else if kind == Kind::CallExpression && !node.has_error() {
            intact.extend(node.field(Field::Function).map(|it| it.start_byte()));
        } else if node.byte_range() == (at..at + 3)
            && masked.get(at..at + 3) == Some(b"new")
            && text[at + 3..].trim_start().starts_with('(')
            && !text[..at].ends_with('.')
            && !intact.contains(&at)
        {
            broken.push(at);
        }
    }
    // A node without a choice is as long as its only child.
    broken.dedup();
    broken
}
