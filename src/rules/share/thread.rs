//! One function as one goroutine runs it: what it does itself, when, and in which order.

use std::collections::HashSet;

use crate::golang::{Field, Flow, GoFile, GoNode, Kind, Node, PointId, Span};

use super::event::{Event, Names, Thing};
use super::lockset::Locking;

/// When a node of a function runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Where it stands; a literal that is called on the spot included.
    Here,
    /// At the function's end.
    Deferred,
    /// In a literal that somebody else runs, who knows when.
    Elsewhere,
}

/// A function, and what orders it with others.
pub(super) struct Thread<'p> {
    pub(super) file: &'p GoFile,
    pub(super) function: Node<'p>,
    pub(super) flow: &'p Flow,
    pub(super) nodes: Vec<(Node<'p>, Form)>,
    pub(super) events: Vec<Event>,
    pub(super) locks: Vec<Locking>,
    /// The literals that the function starts as goroutines, and where.
    pub(super) starts: Vec<(usize, Span)>,
}

impl<'p> Thread<'p> {
    /// The function without the goroutines that it starts: `started` are the literals that those
    /// run.
    pub(super) fn of(
        file: &'p GoFile,
        function: Node<'p>,
        started: &HashSet<Span>,
        names: &Names<'_, 'p>,
    ) -> Option<Self> {
        let flow = file.flow(function)?;
        let nodes = nodes(function, started);
        let (events, locks) = names.events(file, &nodes);
        Some(Self { file, function, flow, nodes, events, locks, starts: Vec::new() })
    }

    /// What it tells others where control has come to, and at its end.
    pub(super) fn told_from<'t, 'r>(
        &'t self,
        reached: &'r [bool],
        at_end: bool,
    ) -> impl Iterator<Item = &'t Thing> + use<'t, 'r, 'p> {
        let is_later = move |it: &&Event| match it.form {
            Form::Here => self.flow.at(it.byte).is_none_or(|at| reached[at.index()]),
            Form::Deferred | Form::Elsewhere => at_end,
        };
        self.events.iter().filter(|it| it.releases).filter(is_later).map(|it| &it.of)
    }

    /// The head of the innermost loop around a byte that has a condition or a range.
    pub(super) fn counted(&self, byte: usize) -> Option<PointId> {
        let the_loop = self.file.scopes().loop_at(byte)?;
        self.head(the_loop.span)
    }

    /// The heads of the loops around a point.
    pub(super) fn heads_around(&self, point: PointId) -> Vec<PointId> {
        let byte = self.flow.point(point).span.start as usize;
        self.file.scopes().loops_at(byte).filter_map(|it| self.head(it.span)).collect()
    }

    fn head(&self, the_loop: Span) -> Option<PointId> {
        let (_, node) = self
            .nodes
            .iter()
            .map(|it| (it.1, it.0))
            .find(|it| it.1.is(Kind::ForStatement) && it.1.span() == the_loop)?;
        let head = node.parts().find(|it| !it.is(Kind::Block))?;
        let condition = match head.go_kind() {
            Kind::ForClause => head.field(Field::Condition)?,
            Kind::RangeClause => return self.flow.at(head.start_byte()),
            _ => head,
        };
        self.flow.at(condition.start_byte())
    }

    /// Whether the code at a byte is a part of a `select`.
    pub(super) fn is_in_select(&self, byte: usize) -> bool {
        self.nodes.iter().any(|it| it.0.is(Kind::SelectStatement) && it.0.span().contains(byte))
    }

    /// The goroutines that it starts where control has come to.
    pub(super) fn started_from(&self, reached: &[bool]) -> impl Iterator<Item = Span> {
        let is_later = |byte: usize| self.flow.at(byte).is_none_or(|at| reached[at.index()]);
        self.starts.iter().filter(move |it| is_later(it.0)).map(|it| it.1)
    }

    /// The point at which a node runs.
    pub(super) fn point(&self, node: Node<'p>, form: Form) -> Option<PointId> {
        self.point_at(node.start_byte(), form)
    }

    pub(super) fn point_at(&self, byte: usize, form: Form) -> Option<PointId> {
        match form {
            Form::Here => self.flow.at(byte),
            Form::Deferred => Some(PointId::EXIT),
            Form::Elsewhere => None,
        }
    }
}

/// The nodes of a function in the order of the source, with when they run.
fn nodes<'p>(function: Node<'p>, started: &HashSet<Span>) -> Vec<(Node<'p>, Form)> {
    // The literals that the walk is in: where they end, and when they run.
    let mut literals: Vec<(usize, Form)> = Vec::new();
    let mut called: HashSet<usize> = HashSet::new();
    let mut deferred: HashSet<usize> = HashSet::new();
    let mut all = Vec::new();
    let mut nodes = function.descendants();
    let first = function.id();
    while let Some(node) = nodes.next() {
        while literals.pop_if(|it| it.0 <= node.start_byte()).is_some() {}
        let form = literals.last().map_or(Form::Here, |it| it.1);
        match node.go_kind() {
            Kind::FuncLiteral if node.id() != first => {
                if started.contains(&node.span()) {
                    nodes.skip_below();
                    continue;
                }
                let inner = match form {
                    _ if deferred.contains(&node.id()) && form == Form::Here => Form::Deferred,
                    it if called.contains(&node.id()) || deferred.contains(&node.id()) => it,
                    _ => Form::Elsewhere,
                };
                literals.push((node.end_byte(), inner));
            }
            Kind::DeferStatement => {
                let callee = node.part(Kind::CallExpression).and_then(GoNode::callee);
                deferred.extend(callee.map(|it| it.id()));
            }
            Kind::CallExpression => called.extend(node.callee().map(|it| it.id())),
            _ => {}
        }
        all.push((node, form));
    }
    all
}
