//! Where control goes inside one function: its control-flow graph.
//!
//! A [`Flow`] has a [`Point`] for every simple statement, every condition taken apart at `&&`, `||`
//! and `!`, and every place where control is decided. It speaks of one function alone: a literal is
//! part of the statement that it stands in, and has a graph of its own. Nothing here recurses; a
//! function with more than [`MAX_POINTS`] points, or with a syntax error, has no graph.

mod build;
mod dominance;
mod leave;
mod paths;

use super::{Field, GoFile, GoNode, Kind, Node, Span};

pub use self::dominance::Dominance;
pub use self::leave::{Leave, leaves};
pub use self::paths::{Effect, Facts, Held, Leak, Paths, Test, TooMuch};

/// A function with more points gets no graph; the largest of Kubernetes that a person wrote has a
/// twentieth of it.
pub const MAX_POINTS: usize = 20_000;

/// Names one [`Point`] of a [`Flow`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PointId(pub(super) u32);

impl PointId {
    /// Where a call of the function begins.
    pub const ENTRY: Self = Self(0);
    /// Where it ends after a `return`, or behind its last statement: deferred calls have run.
    pub const EXIT: Self = Self(1);
    /// Where it ends by a panic or `runtime.Goexit`: deferred calls have run here too.
    pub const UNWOUND: Self = Self(2);
    /// Where the process ends: nothing runs any more.
    pub const HALTED: Self = Self(3);

    /// Its number, from 0 without gaps.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place that control passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// What it does.
    pub what: What,
    /// The code that runs there.
    pub span: Span,
    /// The kind of the node with this span, where there is one.
    pub kind: Kind,
}

/// What a [`Point`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// The function's begin.
    Entry,
    /// Its normal end: [`PointId::EXIT`].
    Exit,
    /// [`PointId::UNWOUND`]
    Unwound,
    /// [`PointId::HALTED`]
    Halted,
    /// A statement, or an expression of one, that control goes through.
    Step,
    /// A condition without `&&`, `||` and `!`: goes on by [`Edge::True`] or [`Edge::False`].
    Condition,
    /// A case of a `switch` with a value or of a type switch: whether it is the one.
    Case,
    /// The head of a `range` loop: whether there is another element.
    Range,
    /// The head of a loop without a condition: the word `for`.
    Loop,
    /// The word `select`: which case is chosen.
    Select,
    /// The communication of a `select`'s case, which is ready.
    Ready,
    /// A label.
    Label,
    /// A `return` statement: what it returns is evaluated.
    Return,
    /// A `defer` statement: the call is registered, to run at the end.
    Defer,
    /// A `go` statement.
    Go,
    /// The brace that closes the body, when control comes there.
    End,
}

/// How control goes from one point to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edge {
    /// In any case.
    Always,
    /// The condition holds, the case matches, there is another element.
    True,
    /// It does not.
    False,
    /// A case of a `select` is chosen.
    Chosen,
}

/// The control-flow graph of one function.
#[derive(Debug)]
pub struct Flow {
    points: Vec<Point>,
    next: Links,
    back: Links,
    /// The points with code, in the order of the source.
    by_start: Vec<PointId>,
}

/// The edges of all points, those of point p from `first[p]` to `first[p + 1]`.
#[derive(Debug, Default)]
struct Links {
    first: Vec<u32>,
    all: Vec<(PointId, Edge)>,
}

impl Links {
    fn new(points: usize, edges: &[(PointId, PointId, Edge)]) -> Self {
        let mut first = vec![0_u32; points + 1];
        for (from, _, _) in edges {
            first[from.index() + 1] += 1;
        }
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        let mut next = first.clone();
        let mut all = vec![(PointId::ENTRY, Edge::Always); edges.len()];
        for (from, to, edge) in edges {
            let slot = &mut next[from.index()];
            all[*slot as usize] = (*to, *edge);
            *slot += 1;
        }
        Self { first, all }
    }

    fn of(&self, point: PointId) -> &[(PointId, Edge)] {
        let range = self.first[point.index()] as usize..self.first[point.index() + 1] as usize;
        &self.all[range]
    }
}

impl Flow {
    /// The graph of a declaration, a method or a literal; `None` without a body, with an error in
    /// it, or with too many points.
    pub(super) fn of(file: &GoFile, function: Node<'_>) -> Option<Self> {
        let body = function.field(Field::Body).filter(|it| it.is(Kind::Block))?;
        if file.touches_error(function.span()) {
            return None;
        }
        build::Builder::new(file).build(body)
    }

    fn new(points: Vec<Point>, edges: &[(PointId, PointId, Edge)]) -> Self {
        let turned: Vec<_> = edges.iter().map(|(from, to, edge)| (*to, *from, *edge)).collect();
        let mut by_start: Vec<_> = (0..points.len())
            .map(|it| PointId(u32::try_from(it).unwrap_or(u32::MAX)))
            .filter(|it| points[it.index()].span.start < points[it.index()].span.end)
            .collect();
        by_start.sort_by_key(|it| points[it.index()].span.start);
        let next = Links::new(points.len(), edges);
        let back = Links::new(points.len(), &turned);
        Self { points, next, back, by_start }
    }

    /// All points, by id.
    pub fn points(&self) -> impl Iterator<Item = (PointId, &Point)> {
        (0..).map(PointId).zip(&self.points)
    }

    /// One of them.
    pub fn point(&self, id: PointId) -> &Point {
        &self.points[id.index()]
    }

    /// How many there are.
    pub fn size(&self) -> usize {
        self.points.len()
    }

    /// Where control goes from a point.
    pub fn next(&self, id: PointId) -> &[(PointId, Edge)] {
        self.next.of(id)
    }

    /// Where control comes from, and by which edge.
    pub fn back(&self, id: PointId) -> &[(PointId, Edge)] {
        self.back.of(id)
    }

    /// The point that runs the code at a byte; `None` for what only holds other code together, as
    /// braces and `if` do.
    ///
    /// What is inside a function literal belongs to the statement around the literal.
    pub fn at(&self, byte: usize) -> Option<PointId> {
        let after = self.by_start.partition_point(|it| self.point(*it).span.start as usize <= byte);
        // A range clause begins before its operand, and ends with it.
        let id = *self.by_start[..after].last()?;
        self.point(id).span.contains(byte).then_some(id)
    }

    /// The points that control can come to from some others, these included, when it may not pass
    /// where `blocked` says so. A blocked point is reached, and not left.
    pub fn reach(
        &self,
        from: impl IntoIterator<Item = PointId>,
        blocked: impl Fn(PointId) -> bool,
    ) -> Vec<bool> {
        flood(self.size(), from, |it| self.next(it), blocked)
    }

    /// The points from which control can come to some others, under the same condition.
    pub fn reach_back(
        &self,
        to: impl IntoIterator<Item = PointId>,
        blocked: impl Fn(PointId) -> bool,
    ) -> Vec<bool> {
        flood(self.size(), to, |it| self.back(it), blocked)
    }

    /// A shortest way from one point to another that passes no blocked point in between, both ends
    /// included; from a point to itself, a way around.
    pub fn path(
        &self,
        from: PointId,
        to: PointId,
        blocked: impl Fn(PointId) -> bool,
    ) -> Option<Vec<PointId>> {
        let mut came: Vec<Option<PointId>> = vec![None; self.size()];
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            for (next, _) in self.next(here) {
                if came[next.index()].is_some() {
                    continue;
                }
                came[next.index()] = Some(here);
                if *next == to {
                    let mut path = vec![to];
                    let mut at = here;
                    while at != from {
                        path.push(at);
                        at = came[at.index()]?;
                    }
                    path.push(from);
                    path.reverse();
                    return Some(path);
                }
                if !blocked(*next) {
                    queue.push_back(*next);
                }
            }
        }
        None
    }

    /// Whether the function can end other than by a panic or with the process.
    pub fn returns(&self) -> bool {
        self.reach([PointId::ENTRY], |_| false)[PointId::EXIT.index()]
    }

    /// Which points lie on every way from the entry to a point.
    pub fn dominators(&self) -> Dominance {
        Dominance::of(self.size(), PointId::ENTRY, |it| self.next(it), |it| self.back(it))
    }

    /// Which points lie on every way from a point to the normal exit.
    pub fn post_dominators(&self) -> Dominance {
        Dominance::of(self.size(), PointId::EXIT, |it| self.back(it), |it| self.next(it))
    }

    /// The conditions that have been decided, and how, whenever control comes to a point.
    pub fn guards(&self, dominators: &Dominance, point: PointId) -> Vec<(PointId, Edge)> {
        let entered = |it: PointId| match self.back(it) {
            [(from, edge @ (Edge::True | Edge::False))] => Some((*from, *edge)),
            _ => None,
        };
        dominators.chain(point).filter_map(entered).collect()
    }
}

fn flood<'l>(
    size: usize,
    from: impl IntoIterator<Item = PointId>,
    links: impl Fn(PointId) -> &'l [(PointId, Edge)],
    blocked: impl Fn(PointId) -> bool,
) -> Vec<bool> {
    let mut reached = vec![false; size];
    let mut open: Vec<PointId> = from.into_iter().collect();
    for it in &open {
        reached[it.index()] = true;
    }
    while let Some(here) = open.pop() {
        if blocked(here) {
            continue;
        }
        for (next, _) in links(here) {
            if !std::mem::replace(&mut reached[next.index()], true) {
                open.push(*next);
            }
        }
    }
    reached
}
