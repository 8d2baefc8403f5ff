//! Byte ranges of a file, small enough to keep many.

use std::ops::Range;

use tree_sitter::Node;

/// The bytes `start..end` of a file's [text](super::GoFile::text).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes of a node.
    pub fn of(node: Node<'_>) -> Self {
        Self::new(node.start_byte(), node.end_byte())
    }

    /// The bytes `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        // Files are capped far below 4 GiB.
        let small = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        Self { start: small(start), end: small(end) }
    }

    /// The range, for indexing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the byte lies inside.
    pub fn contains(self, byte: usize) -> bool {
        self.range().contains(&byte)
    }

    /// Whether `other` lies completely inside.
    pub fn encloses(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two overlap or are neighbours.
    pub fn touches(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}
