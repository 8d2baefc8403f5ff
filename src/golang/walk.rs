//! One walk through a file for any number of listeners.

use tree_sitter::Node;

use super::{GoFile, Kind, MAX_DEPTH};

/// Who wants to be called for which kind of node.
#[derive(Debug, Clone)]
pub struct Dispatch {
    by_kind: Vec<Vec<usize>>,
}

impl Dispatch {
    /// Listeners are known by a number of the caller's: its rule's index, say. A listener that
    /// names a kind twice is called once.
    pub fn new<'k>(listeners: impl IntoIterator<Item = (usize, &'k [Kind])>) -> Self {
        let mut by_kind = vec![Vec::new(); Kind::COUNT];
        for (listener, kinds) in listeners {
            for kind in kinds {
                let all: &mut Vec<usize> = &mut by_kind[*kind as usize];
                if !all.contains(&listener) {
                    all.push(listener);
                }
            }
        }
        Self { by_kind }
    }

    /// The listeners of a kind.
    pub fn listeners(&self, kind: Kind) -> &[usize] {
        &self.by_kind[kind as usize]
    }
}

/// Where a walk is.
#[derive(Debug, Clone, Copy)]
pub struct Place<'f, 'w> {
    /// The file.
    pub file: &'f GoFile,
    /// The node that the listener asked for.
    pub node: Node<'f>,
    /// Its kind.
    pub kind: Kind,
    /// The nodes around it, from the root to the parent.
    pub ancestors: &'w [Node<'f>],
}

impl<'f> Place<'f, '_> {
    /// The node around it, if it is not the root.
    pub fn parent(&self) -> Option<Node<'f>> {
        self.ancestors.last().copied()
    }

    /// The innermost node of such a kind around it, functions' borders no matter.
    pub fn inside(&self, wanted: impl Fn(Kind) -> bool) -> Option<Node<'f>> {
        self.ancestors.iter().rev().find(|it| wanted(Kind::of(**it))).copied()
    }

    /// The function around it: a declaration, a method or a literal.
    pub fn function(&self) -> Option<Node<'f>> {
        self.inside(Kind::is_function)
    }
}

/// Calls `visit` with a listener and a place, for every node that someone listens for, in the
/// order of the source, outer nodes first. What lies in an ERROR, or too deep, is left out.
pub fn walk<'f>(
    file: &'f GoFile,
    dispatch: &Dispatch,
    mut visit: impl FnMut(usize, &Place<'f, '_>),
) {
    // A sixth of all nodes are the insides of strings, and hardly anyone asks for those.
    let in_strings = [
        Kind::Token,
        Kind::EscapeSequence,
        Kind::InterpretedStringLiteralContent,
        Kind::RawStringLiteralContent,
    ];
    let skip_strings = in_strings.iter().all(|it| dispatch.listeners(*it).is_empty());
    // Rules want to know the scopes of what they look at; the way through the tree is the same.
    if skip_strings && let Some(sightings) = file.sightings(dispatch) {
        return sightings.each(|node, kind, ancestors| {
            for listener in dispatch.listeners(kind) {
                visit(*listener, &Place { file, node, kind, ancestors });
            }
        });
    }
    let mut ancestors: Vec<Node<'f>> = Vec::new();
    let mut cursor = file.root().walk();
    loop {
        let node = cursor.node();
        let kind = Kind::of(node);
        // What the parser made up is a leaf, or has one: empty, and nothing else is.
        let made_up = node.start_byte() == node.end_byte() && node.is_missing();
        let trusted = kind != Kind::Error && !made_up;
        if trusted {
            let listeners = dispatch.listeners(kind);
            if !listeners.is_empty() {
                let place = Place { file, node, kind, ancestors: &ancestors };
                for listener in listeners {
                    visit(*listener, &place);
                }
            }
        }
        let closed = kind.is_leaf() || (kind.is_string() && skip_strings);
        let below = trusted && !closed && ancestors.len() < MAX_DEPTH;
        if below && cursor.goto_first_child() {
            ancestors.push(node);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            ancestors.pop();
        }
    }
}
