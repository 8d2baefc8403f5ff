//! Watching for kinds of nodes while the names are found: one walk instead of two.

use tree_sitter::Node;

use super::path::Path;
use crate::golang::{Dispatch, Kind};

/// What the pass watches for on the side.
pub(super) struct Watch<'t, 'w> {
    pub(super) wanted: &'w Dispatch,
    pub(super) sightings: Sightings<'t>,
}

/// The nodes that were wanted, in the order of the source, and the nodes around them.
#[derive(Default)]
pub(in crate::golang) struct Sightings<'t> {
    /// Each with its kind and the number of its parent.
    places: Vec<(Node<'t>, Kind, u32)>,
    /// The nodes around, numbered from 1, each with the number of its parent; 0 is none.
    around: Vec<(Node<'t>, u32)>,
}

impl<'t> Watch<'t, '_> {
    /// Looks at a node; `path` leads from the root to its parent.
    pub(super) fn see(&mut self, node: Node<'t>, kind: Kind, path: &mut Path<'t>) {
        if self.wanted.listeners(kind).is_empty() || kind == Kind::Error {
            return;
        }
        // What lies in an ERROR is not to be trusted, nor is a word that the parser made up.
        let frames = &mut path.0;
        let made_up = node.start_byte() == node.end_byte() && node.is_missing();
        if made_up || frames.iter().any(|it| it.kind == Kind::Error) {
            return;
        }
        let known = frames.iter().rposition(|it| it.seen != 0);
        let mut parent = known.map_or(0, |it| frames[it].seen);
        for frame in &mut frames[known.map_or(0, |it| it + 1)..] {
            self.sightings.around.push((frame.node, parent));
            parent = u32::try_from(self.sightings.around.len()).unwrap_or(u32::MAX);
            frame.seen = parent;
        }
        self.sightings.places.push((node, kind, parent));
    }
}

impl<'t> Sightings<'t> {
    /// Calls `visit` for each sighting with the nodes around it, the root first.
    pub(in crate::golang) fn each(&self, mut visit: impl FnMut(Node<'t>, Kind, &[Node<'t>])) {
        let mut ancestors = Vec::new();
        for (node, kind, parent) in &self.places {
            ancestors.clear();
            let mut at = *parent;
            while let Some((around, parent)) =
                (at as usize).checked_sub(1).map(|it| self.around[it])
            {
                ancestors.push(around);
                at = parent;
            }
            ancestors.reverse();
            visit(*node, *kind, &ancestors);
        }
    }
}
