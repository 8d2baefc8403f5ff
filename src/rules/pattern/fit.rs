//! Whether a node looks like a pattern, and what the metavariables stand for then.

use crate::golang::{GoFile, GoNode, Kind, Node, Span};

use super::shape::{Shape, Slot, parts};
use crate::model::Severity;
use crate::rules::Role;
use crate::rules::meter::Meter;

/// What a metavariable stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bound<'p> {
    /// `$X`
    One(Node<'p>),
    /// `$$$X`: the first and the last node, if there is one.
    Many(Option<(Node<'p>, Node<'p>)>),
}

impl Bound<'_> {
    /// Where it stands; nowhere for no nodes.
    pub(super) fn span(self) -> Option<Span> {
        match self {
            Self::One(it) => Some(it.span()),
            Self::Many(it) => it.map(|(a, b)| Span::new(a.start_byte(), b.end_byte())),
        }
    }
}

/// What is bound so far. Bindings are taken back in the reverse order.
#[derive(Debug)]
pub(super) struct Env<'p> {
    bound: Vec<Option<Bound<'p>>>,
    order: Vec<Added>,
    partners: Vec<Partner<'p>>,
    caps: Vec<Severity>,
}

/// What was added to an environment.
#[derive(Debug, Clone, Copy)]
enum Added {
    Binding(Slot),
    Partner,
    Cap,
}

/// A place that takes part, and its part.
pub(super) type Partner<'p> = (&'p GoFile, Span, Role);

impl<'p> Env<'p> {
    /// Nothing is bound, of this many metavariables.
    pub(super) fn new(slots: usize) -> Self {
        Self { bound: vec![None; slots], order: Vec::new(), partners: Vec::new(), caps: Vec::new() }
    }

    /// What a metavariable stands for.
    pub(super) fn get(&self, slot: Slot) -> Option<Bound<'p>> {
        self.bound.get(slot).copied().flatten()
    }

    /// The state to come back to.
    pub(super) fn mark(&self) -> usize {
        self.order.len()
    }

    /// Takes back what was bound since.
    pub(super) fn back(&mut self, mark: usize) {
        for added in self.order.drain(mark.min(self.order.len())..) {
            match added {
                Added::Partner => drop(self.partners.pop()),
                Added::Cap => drop(self.caps.pop()),
                Added::Binding(slot) => {
                    if let Some(it) = self.bound.get_mut(slot) {
                        *it = None;
                    }
                }
            }
        }
    }

    /// The places that take part.
    pub(super) fn partners(&self) -> &[Partner<'p>] {
        &self.partners
    }

    /// Adds a place that takes part, if there is one.
    pub(super) fn take_part(&mut self, partner: Option<Partner<'p>>) {
        if let Some(it) = partner {
            self.partners.push(it);
            self.order.push(Added::Partner);
        }
    }

    /// How bad at worst.
    pub(super) fn severity(&self) -> Severity {
        self.caps.iter().copied().fold(Severity::Critical, Severity::min)
    }

    /// Not worse than this.
    pub(super) fn cap(&mut self, severity: Severity) {
        self.caps.push(severity);
        self.order.push(Added::Cap);
    }

    fn bind(&mut self, slot: Slot, to: Bound<'p>) {
        if let Some(it) = self.bound.get_mut(slot) {
            *it = Some(to);
            self.order.push(Added::Binding(slot));
        }
    }
}

/// Compares nodes of a text with shapes.
#[derive(Clone, Copy)]
pub(super) struct Fit<'p, 'm> {
    pub(super) text: &'p str,
    pub(super) meter: &'m Meter,
}

impl<'p> Fit<'p, '_> {
    /// Whether the node has the shape. Bindings of a failure are the caller's to take back.
    pub(super) fn node(&self, shape: &Shape, node: Node<'p>, env: &mut Env<'p>) -> bool {
        match shape {
            Shape::Hole(slot) => {
                let Some(slot) = *slot else { return true };
                match env.get(slot) {
                    None => {
                        env.bind(slot, Bound::One(node));
                        true
                    }
                    Some(Bound::One(it)) => self.same(it, node),
                    Some(Bound::Many(_)) => false,
                }
            }
            Shape::Rest(_) => false,
            Shape::Leaf(kind, text) => node.is(*kind) && **text == *self.text_of(*kind, node),
            Shape::Inner(kind, shapes) => {
                if !node.is(*kind) || !self.meter.take(1 + node.child_count() as usize) {
                    return false;
                }
                let mut nodes = Vec::new();
                parts(node, &mut nodes);
                self.meter.take(nodes.len()) && self.list(shapes, &nodes, env)
            }
        }
    }

    fn list(&self, shapes: &[Shape], nodes: &[Node<'p>], env: &mut Env<'p>) -> bool {
        let rest = shapes.iter().position(|it| matches!(it, Shape::Rest(_)));
        let before = rest.unwrap_or(shapes.len());
        let after = shapes.get(before + 1..).unwrap_or_default();
        if nodes.len() < before || (rest.is_none() && nodes.len() != before) {
            return false;
        }
        let (head, tail) = nodes.split_at(before);
        if !shapes.iter().zip(head).all(|(shape, node)| self.node(shape, *node, env)) {
            return false;
        }
        let Some(Shape::Rest(slot)) = rest.and_then(|it| shapes.get(it)) else { return true };
        let open = after.iter().any(|it| matches!(it, Shape::Rest(_)));
        let needed = after.iter().filter(|it| !matches!(it, Shape::Rest(_))).count();
        let Some(most) = tail.len().checked_sub(needed) else { return false };
        // Behind the last `$$$` everything has its place.
        for taken in if open { 0 } else { most }..=most {
            if !self.meter.take(1) {
                return false;
            }
            let mark = env.mark();
            let (skipped, others) = tail.split_at(taken);
            if let Some(slot) = slot {
                let ends = skipped.first().zip(skipped.last());
                env.bind(*slot, Bound::Many(ends.map(|(a, b)| (*a, *b))));
            }
            if self.list(after, others, env) {
                return true;
            }
            env.back(mark);
        }
        false
    }

    /// Whether two nodes are the same code, layout and comments aside.
    fn same(&self, a: Node<'p>, b: Node<'p>) -> bool {
        a.id() == b.id() || {
            let (mut a, mut b) = (leaves(a), leaves(b));
            loop {
                match (a.next(), b.next()) {
                    (None, None) => return true,
                    (Some(x), Some(y)) if self.meter.take(2) => {
                        if self.text.get(x.byte_range()) != self.text.get(y.byte_range()) {
                            return false;
                        }
                    }
                    _ => return false,
                }
            }
        }
    }

    fn text_of(&self, kind: Kind, node: Node<'p>) -> &'p str {
        // A token is its own name, be it a line's end or nothing.
        if kind == Kind::Token {
            node.kind()
        } else {
            self.text.get(node.byte_range()).unwrap_or_default()
        }
    }
}

/// The words of a piece of code.
fn leaves<'p>(node: Node<'p>) -> impl Iterator<Item = Node<'p>> {
    node.descendants().filter(|it| it.child_count() == 0 && !it.is_extra() && it.kind() != "\n")
}
