//! A few lines that are no file: a rule's pattern, say.

use tree_sitter::{Node, Tree};

use super::parse::parse;

/// A short text with its tree. The grammar takes statements and expressions at the top level, too.
#[derive(Debug)]
pub struct Snippet {
    text: String,
    tree: Tree,
}

impl Snippet {
    /// Longer texts are not read.
    pub const MAX_BYTES: usize = 4 << 10;

    /// Parses the text; `None` when it is too long.
    pub fn parse(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        if text.len() > Self::MAX_BYTES {
            return None;
        }
        let tree = parse(&text, None)?.tree;
        Some(Self { text, tree })
    }

    /// The root of the tree, a `source_file` in all but broken texts.
    pub fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether all of it was understood.
    pub fn is_sound(&self) -> bool {
        !self.root().has_error()
    }
}
