//! What lies on every way: dominators by the algorithm of Lengauer and Tarjan
//! (<https://doi.org/10.1145/357062.357071>), with path compression and without recursion, so that
//! no graph takes more than `m log n` steps.

use super::{Edge, PointId};

/// For each point of a graph, the nearest other one that lies on every way from the root.
#[derive(Debug)]
pub struct Dominance {
    /// By point; the root and what cannot be reached have none.
    parent: Vec<Option<PointId>>,
    /// By point: its place in the tree of dominators, entered and left; 0 for what is not in it.
    place: Vec<(u32, u32)>,
}

impl Dominance {
    pub(super) fn of<'l>(
        size: usize,
        root: PointId,
        next: impl Fn(PointId) -> &'l [(PointId, Edge)],
        back: impl Fn(PointId) -> &'l [(PointId, Edge)],
    ) -> Self {
        let parent = Search::new(size, root, next).dominators(back);
        let place = places(&parent, root);
        Self { parent, place }
    }

    /// The nearest other point on every way to this one; `None` for the root and for points that
    /// cannot be reached.
    pub fn nearest(&self, point: PointId) -> Option<PointId> {
        self.parent.get(point.index()).copied().flatten()
    }

    /// The point and all points on every way to it, the nearest first.
    pub fn chain(&self, point: PointId) -> impl Iterator<Item = PointId> {
        std::iter::successors(Some(point), |it| self.nearest(*it))
    }

    /// Whether `a` lies on every way to `b`; a point does on those to itself. False where `b`
    /// cannot be reached.
    pub fn dominates(&self, a: PointId, b: PointId) -> bool {
        let at = |it: PointId| self.place.get(it.index()).copied().unwrap_or_default();
        let ((enter, leave), (inner, _)) = (at(a), at(b));
        inner != 0 && enter != 0 && enter <= inner && inner < leave
    }
}

/// Numbers the tree so that what lies below a point lies between its two numbers.
fn places(parent: &[Option<PointId>], root: PointId) -> Vec<(u32, u32)> {
    let mut below: Vec<Vec<PointId>> = vec![Vec::new(); parent.len()];
    for (at, it) in (0..).map(PointId).zip(parent) {
        if let Some(it) = it {
            below[it.index()].push(at);
        }
    }
    let mut place = vec![(0, 0); parent.len()];
    let mut clock = 1;
    let mut open = vec![(root, false)];
    while let Some((point, done)) = open.pop() {
        if done {
            place[point.index()].1 = clock;
        } else {
            place[point.index()].0 = clock;
            clock += 1;
            open.push((point, true));
            open.extend(below[point.index()].iter().map(|it| (*it, false)));
        }
    }
    place
}

const NONE: u32 = u32::MAX;

/// A depth-first search; its points are known by the order in which it came to them.
struct Search {
    /// By order.
    points: Vec<PointId>,
    /// By point.
    order: Vec<u32>,
    /// By order: from where the search came.
    from: Vec<u32>,
    semi: Vec<u32>,
    label: Vec<u32>,
    ancestor: Vec<u32>,
}

impl Search {
    fn new<'l>(
        size: usize,
        root: PointId,
        next: impl Fn(PointId) -> &'l [(PointId, Edge)],
    ) -> Self {
        let mut order = vec![NONE; size];
        let (mut points, mut from) = (Vec::new(), Vec::new());
        let mut open = vec![(root, 0)];
        while let Some((point, came)) = open.pop() {
            if order[point.index()] != NONE {
                continue;
            }
            let here = u32::try_from(points.len()).unwrap_or(NONE);
            order[point.index()] = here;
            points.push(point);
            from.push(came);
            open.extend(next(point).iter().map(|(it, _)| (*it, here)));
        }
        let all: Vec<u32> = (0..).take(points.len()).collect();
        let ancestor = vec![NONE; points.len()];
        Self { points, order, from, semi: all.clone(), label: all, ancestor }
    }

    fn dominators<'l>(
        mut self,
        back: impl Fn(PointId) -> &'l [(PointId, Edge)],
    ) -> Vec<Option<PointId>> {
        let count = self.points.len();
        let mut nearest = vec![0_u32; count];
        let mut bucket: Vec<Vec<u32>> = vec![Vec::new(); count];
        for at in (1..count).rev() {
            for (it, _) in back(self.points[at]) {
                let it = self.order[it.index()];
                if it != NONE {
                    let best = self.eval(it);
                    self.semi[at] = self.semi[at].min(self.semi[best as usize]);
                }
            }
            let number = self.order[self.points[at].index()];
            bucket[self.semi[at] as usize].push(number);
            let parent = self.from[at];
            self.ancestor[at] = parent;
            for it in std::mem::take(&mut bucket[parent as usize]) {
                let best = self.eval(it);
                let earlier = self.semi[best as usize] < self.semi[it as usize];
                nearest[it as usize] = if earlier { best } else { parent };
            }
        }
        let mut dominators = vec![None; self.order.len()];
        for at in 1..count {
            if nearest[at] != self.semi[at] {
                nearest[at] = nearest[nearest[at] as usize];
            }
            dominators[self.points[at].index()] = Some(self.points[nearest[at] as usize]);
        }
        dominators
    }

    /// The point with the least semidominator on the way up to the root of its tree.
    fn eval(&mut self, point: u32) -> u32 {
        let mut way = Vec::new();
        let mut at = point;
        while self.ancestor[at as usize] != NONE
            && self.ancestor[self.ancestor[at as usize] as usize] != NONE
        {
            way.push(at);
            at = self.ancestor[at as usize];
        }
        for it in way.into_iter().rev() {
            let above = self.ancestor[it as usize] as usize;
            let (mine, theirs) = (self.label[it as usize], self.label[above]);
            if self.semi[theirs as usize] < self.semi[mine as usize] {
                self.label[it as usize] = theirs;
            }
            self.ancestor[it as usize] = self.ancestor[above];
        }
        if self.ancestor[point as usize] == NONE { point } else { self.label[point as usize] }
    }
}
