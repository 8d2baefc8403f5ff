//! A pattern as a tree to compare with: made from Go code with holes.
//!
//! The code is parsed by the grammar that parses the code under review, each `$` replaced by a
//! letter that Go allows in names. What separates or wraps without a meaning of its own (line
//! ends, commas, lists, expression statements) is left out on both sides.

use std::sync::Arc;

use crate::golang::{GoNode, Kind, Node, Snippet};

use super::fit::{Env, Fit};
use crate::rules::meter::Meter;

/// Stands for `$` while the code is parsed.
const SIGIL: char = 'µ';

/// Patterns are short; longer ones are refused.
const MAX_BYTES: usize = 1_000;

/// How deep a pattern may nest.
const MAX_DEPTH: usize = 64;

/// The number of a metavariable within its rule.
pub(super) type Slot = usize;

/// The metavariables of a rule, by their slots.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Arc<str>>);

impl Names {
    /// The slot of a name, made where there is none.
    fn slot(&mut self, name: &str) -> Slot {
        self.find(name).unwrap_or_else(|| {
            self.0.push(name.into());
            self.0.len() - 1
        })
    }

    /// The slot of a name.
    pub(super) fn find(&self, name: &str) -> Option<Slot> {
        self.0.iter().position(|it| **it == *name)
    }

    /// All names, in the order of their slots.
    pub(super) fn all(&self) -> &[Arc<str>] {
        &self.0
    }
}

/// What a node must look like.
#[derive(Debug)]
pub(super) enum Shape {
    /// `$X`: one node, the same code wherever the name stands; `$_`: one node.
    Hole(Option<Slot>),
    /// `$$$`: any number of nodes.
    Rest(Option<Slot>),
    /// A name, a literal, a keyword or an operator.
    Leaf(Kind, Box<str>),
    /// A node with parts.
    Inner(Kind, Box<[Self]>),
}

impl Shape {
    /// Reads a pattern that is one statement, expression or declaration.
    pub(super) fn read(code: &str, names: &mut Names) -> Result<Self, String> {
        let snippet = parse(code)?;
        let root = snippet.root();
        let mut nodes = Vec::new();
        parts(root, &mut nodes);
        let node = match nodes.as_slice() {
            [] => return Err("the pattern is empty".to_owned()),
            [node] => *node,
            _ => {
                return Err("the pattern is more than one statement; put braces around them, \
                            or use `follows` and `precedes`"
                    .to_owned());
            }
        };
        let shape = Self::of(&snippet, node, names, 0)?;
        match shape {
            Self::Rest(_) => Err("`$$$` alone is every code; write what is around it".to_owned()),
            _ if shape.finds_itself(snippet.text(), names) => Ok(shape),
            _ => Err(format!(
                "the pattern reads as `{}` alone, and as something else in Go code; write it as \
                 {{ context: code around it, selector: the kind to take }}",
                node.go_kind().name()
            )),
        }
    }

    /// Reads the first node of a kind in the code around it.
    pub(super) fn read_in(context: &str, kind: Kind, names: &mut Names) -> Result<Self, String> {
        let snippet = parse(context)?;
        let node = snippet.root().descendants().find(|it| it.is(kind));
        let node = node.ok_or_else(|| format!("there is no `{}` in the context", kind.name()))?;
        match Self::of(&snippet, node, names, 0)? {
            Self::Rest(_) => Err("`$$$` alone is every code; select more".to_owned()),
            shape => Ok(shape),
        }
    }

    /// The kind that a node must have; `None` for a hole.
    pub(super) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Hole(_) | Self::Rest(_) => None,
            Self::Leaf(kind, _) | Self::Inner(kind, _) => Some(*kind),
        }
    }

    /// The slots that it binds.
    pub(super) fn slots(&self) -> Vec<Slot> {
        match self {
            Self::Hole(slot) | Self::Rest(slot) => slot.iter().copied().collect(),
            Self::Leaf(..) => Vec::new(),
            Self::Inner(_, parts) => parts.iter().flat_map(Self::slots).collect(),
        }
    }

    fn of(
        snippet: &Snippet,
        node: Node<'_>,
        names: &mut Names,
        depth: usize,
    ) -> Result<Self, String> {
        if depth > MAX_DEPTH {
            return Err(format!("the pattern nests deeper than {MAX_DEPTH} levels"));
        }
        let kind = node.go_kind();
        let text = snippet.text().get(node.byte_range()).unwrap_or_default();
        if kind != Kind::Token
            && let Some(hole) = hole(text)
        {
            return Ok(match hole {
                Hole::One(name) => Self::Hole(name.map(|it| names.slot(it))),
                Hole::Any(name) => Self::Rest(name.map(|it| names.slot(it))),
            });
        }
        if kind == Kind::Token {
            return Ok(Self::Leaf(kind, node.kind().into()));
        }
        if kind.is_string() || node.child_count() == 0 {
            if text.contains(SIGIL) {
                return Err(if kind.is_string() {
                    "a metavariable in a string is not looked at; write `$X` for the whole string"
                        .to_owned()
                } else {
                    format!("`{}` is no metavariable: write `$` and capitals", plain(text))
                });
            }
            return Ok(Self::Leaf(kind, text.into()));
        }
        let mut nodes = Vec::new();
        parts(node, &mut nodes);
        let parts: Result<Box<[Self]>, _> =
            nodes.iter().map(|it| Self::of(snippet, *it, names, depth + 1)).collect();
        Ok(Self::Inner(kind, parts?))
    }

    /// Whether the pattern, taken as Go code, is found where such code stands in a file.
    fn finds_itself(&self, code: &str, names: &Names) -> bool {
        let declares = matches!(
            self.kind(),
            Some(
                Kind::FunctionDeclaration
                    | Kind::MethodDeclaration
                    | Kind::TypeDeclaration
                    | Kind::VarDeclaration
                    | Kind::ConstDeclaration
                    | Kind::ImportDeclaration
            )
        );
        let around = if declares {
            [("package p\n", ""), ("package p\nfunc f() {\n", "}\n")]
        } else {
            [("package p\nfunc f() {\n", "}\n"), ("package p\nfunc f() {\nx = ", "}\n")]
        };
        let meter = Meter::default();
        around.iter().any(|(before, after)| {
            Snippet::parse(format!("{before}{code}{after}")).is_some_and(|it| {
                let fit = Fit { text: it.text(), meter: &meter };
                it.is_sound()
                    && it.root().descendants().any(|node| {
                        let within =
                            (before.len()..before.len() + code.len()).contains(&node.start_byte());
                        within && fit.node(self, node, &mut Env::new(names.all().len()))
                    })
            })
        })
    }
}

/// The code with holes as Go code, parsed without an error.
fn parse(code: &str) -> Result<Snippet, String> {
    if code.len() > MAX_BYTES {
        return Err(format!("the pattern is longer than {MAX_BYTES} bytes"));
    }
    if code.contains(SIGIL) {
        return Err(format!("a pattern cannot hold the letter `{SIGIL}`"));
    }
    // Without the line's end, a call is read as a type conversion.
    let snippet = Snippet::parse(format!("{}\n", code.trim().replace('$', "µ")));
    let wrong = || {
        let advice = if code.contains("select {") || code.starts_with("switch") {
            "; `$$$` cannot stand for cases: say `kind: select_statement` or the switch's kind"
        } else if code.contains("case ") || code.contains("default:") {
            "; give the code around a `case` as { context: …, selector: expression_case }"
        } else {
            "; a pattern is one statement, expression or declaration, and anything else needs \
             { context: the code around it, selector: the kind to take }"
        };
        format!("the pattern is not Go{advice}")
    };
    let snippet = snippet.filter(Snippet::is_sound).ok_or_else(wrong)?;
    if snippet.root().descendants().any(|it| it.is(Kind::Comment)) {
        return Err("leave comments out of the pattern; they never matter".to_owned());
    }
    Ok(snippet)
}

/// As the author wrote it.
fn plain(text: &str) -> String {
    text.replace(SIGIL, "$")
}

enum Hole<'t> {
    One(Option<&'t str>),
    Any(Option<&'t str>),
}

/// The metavariable that a text is.
fn hole(text: &str) -> Option<Hole<'_>> {
    let name = |it: &str| {
        let first = it.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
        let all = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        first && it.chars().all(all)
    };
    let bound = |it: &'_ str| !it.starts_with('_');
    if let Some(it) = text.strip_prefix("µµµ") {
        return (it.is_empty() || name(it))
            .then(|| Hole::Any(Some(it).filter(|it| !it.is_empty() && bound(it))));
    }
    let it = text.strip_prefix(SIGIL).filter(|it| name(it))?;
    Some(Hole::One(Some(it).filter(|it| bound(it))))
}

/// The parts of a node that a pattern sees: neither comments nor separators, and for wrappers
/// what they wrap.
pub(super) fn parts<'t>(node: Node<'t>, out: &mut Vec<Node<'t>>) {
    let parent = node.go_kind();
    for child in node.all() {
        let kind = child.go_kind();
        let seen = match kind {
            Kind::Token => match child.kind() {
                "," | "\n" | "\0" | "" => false,
                ";" => separates_heads(parent),
                _ => true,
            },
            _ => !child.is_extra(),
        };
        if child.is_missing() || !seen {
            continue;
        }
        if is_wrapper(kind) { parts(child, out) } else { out.push(child) }
    }
}

/// Whether a semicolon inside of it divides parts that are not alike.
fn separates_heads(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ForClause
            | Kind::IfStatement
            | Kind::ExpressionSwitchStatement
            | Kind::TypeSwitchStatement
    )
}

/// Whether nodes of this kind stand around others and mean nothing themselves; none of them nests
/// in its own kind.
pub(super) fn is_wrapper(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::StatementList
            | Kind::ExpressionList
            | Kind::ExpressionStatement
            | Kind::LiteralElement
            | Kind::TypeElem
    )
}
