//! From statements to points and edges: a stack of tasks instead of recursion.
//!
//! Places where ways part or meet are first made as points of their own, joins, so that every
//! statement can be given where it goes on before that is built; in the end they are left out.

use std::collections::HashMap;

use super::{Edge, Flow, Leave, MAX_POINTS, Point, PointId, What, leaves};
use crate::golang::{Field, GoFile, GoNode, Kind, Node, Span};

pub(super) struct Builder<'t> {
    file: &'t GoFile,
    /// `None` for a join.
    points: Vec<Option<Point>>,
    edges: Vec<(PointId, PointId, Edge)>,
    tasks: Vec<Task<'t>>,
    /// From where control goes on; `None` behind a jump.
    here: Option<PointId>,
    /// What `break` and `continue` may leave, innermost last.
    frames: Vec<Frame<'t>>,
    /// Where `fallthrough` goes, of the clauses around, innermost last.
    falls: Vec<Option<PointId>>,
    labels: HashMap<&'t str, PointId>,
    /// The label before the statement that comes next.
    label: Option<&'t str>,
}

struct Frame<'t> {
    label: Option<&'t str>,
    after: PointId,
    again: Option<PointId>,
}

enum Task<'t> {
    /// A statement.
    Statement(Node<'t>),
    /// An expression that is evaluated on the way.
    Evaluate(Node<'t>),
    /// A condition, and where it leads when it holds and when not.
    Condition(Node<'t>, PointId, PointId),
    /// Control goes there.
    Jump(PointId),
    /// Building goes on there, and control that comes here goes there too.
    Continue(PointId),
    /// A clause begins or ends.
    Fall(Option<PointId>),
    EndFall,
    /// A statement ends that can be left.
    EndFrame,
}

impl<'t> Builder<'t> {
    pub(super) fn new(file: &'t GoFile) -> Self {
        Self {
            file,
            points: Vec::new(),
            edges: Vec::new(),
            tasks: Vec::new(),
            here: None,
            frames: Vec::new(),
            falls: Vec::new(),
            labels: HashMap::new(),
            label: None,
        }
    }

    pub(super) fn build(mut self, body: Node<'t>) -> Option<Flow> {
        let begin = Span::new(body.start_byte(), body.start_byte());
        for what in [What::Entry, What::Exit, What::Unwound, What::Halted] {
            self.add(Point { what, span: begin, kind: Kind::Token });
        }
        self.here = Some(PointId::ENTRY);
        self.tasks.push(Task::Statement(body));
        while let Some(task) = self.tasks.pop() {
            // Joins come on top, at most two a point.
            if self.points.len() > 3 * MAX_POINTS {
                return None;
            }
            self.run(task);
        }
        let end = body.end_byte();
        let brace = Span::new(end.saturating_sub(1), end);
        let end = self.step(What::End, brace, Kind::Token);
        self.link(end, PointId::EXIT, Edge::Always);
        Some(self.finish()).filter(|it| it.size() <= MAX_POINTS)
    }

    fn run(&mut self, task: Task<'t>) {
        match task {
            Task::Statement(node) => self.statement(node),
            Task::Evaluate(node) => {
                self.step(What::Step, node.span(), node.go_kind());
            }
            Task::Condition(node, yes, no) => self.condition(node, yes, no),
            Task::Jump(to) => {
                self.go(to, Edge::Always);
                self.here = None;
            }
            Task::Continue(at) => {
                self.go(at, Edge::Always);
                self.here = Some(at);
            }
            Task::Fall(to) => self.falls.push(to),
            Task::EndFall => {
                self.falls.pop();
            }
            Task::EndFrame => {
                self.frames.pop();
            }
        }
    }

    fn statement(&mut self, node: Node<'t>) {
        let kind = node.go_kind();
        // Only the statement right behind a label has it.
        let label = self.label.take();
        match kind {
            Kind::Block | Kind::StatementList => self.push(node.statements().map(Task::Statement)),
            Kind::EmptyStatement | Kind::Comment => {}
            Kind::LabeledStatement => self.labeled(node),
            Kind::IfStatement => self.branch(node),
            Kind::ForStatement => self.repeat(node, label),
            Kind::ExpressionSwitchStatement | Kind::TypeSwitchStatement => {
                self.switch(node, kind, label);
            }
            Kind::SelectStatement => self.select(node, label),
            Kind::FallthroughStatement => {
                let to = self.falls.last().copied().flatten();
                self.jump(node, to);
            }
            Kind::BreakStatement => {
                let named = self.named(node);
                let to = self.frames.iter().rev().find(|it| named.is_none() || it.label == named);
                let to = to.map(|it| it.after);
                self.jump(node, to);
            }
            Kind::ContinueStatement => {
                let named = self.named(node);
                let mut loops = self.frames.iter().rev().filter(|it| it.again.is_some());
                let to = loops.find(|it| named.is_none() || it.label == named);
                let to = to.and_then(|it| it.again);
                self.jump(node, to);
            }
            Kind::GotoStatement => {
                let to = self.named(node).map(|it| self.label_point(it));
                self.jump(node, to);
            }
            Kind::ReturnStatement => {
                self.step(What::Return, node.span(), kind);
                self.leave(PointId::EXIT);
            }
            Kind::DeferStatement => {
                self.step(What::Defer, node.span(), kind);
            }
            Kind::GoStatement => {
                self.step(What::Go, node.span(), kind);
            }
            _ => {
                self.step(What::Step, node.span(), kind);
                if kind == Kind::ExpressionStatement {
                    let left = node.parts().find_map(|it| leaves(self.file, it.unparen()));
                    match left {
                        Some(Leave::Unwinds) => self.leave(PointId::UNWOUND),
                        Some(Leave::Halts) => self.leave(PointId::HALTED),
                        None => {}
                    }
                }
            }
        }
    }

    /// A jump is a step: it is what a reader sees of an early end.
    fn jump(&mut self, node: Node<'t>, to: Option<PointId>) {
        self.step(What::Step, node.span(), node.go_kind());
        if let Some(to) = to {
            self.go(to, Edge::Always);
        }
        self.here = None;
    }

    fn leave(&mut self, to: PointId) {
        self.go(to, Edge::Always);
        self.here = None;
    }

    fn labeled(&mut self, node: Node<'t>) {
        let Some(name) = node.field(Field::Label) else { return };
        let text = self.file.text_of(name);
        let point = self.label_point(text);
        self.points[point.index()] =
            Some(Point { what: What::Label, span: name.span(), kind: name.go_kind() });
        self.go(point, Edge::Always);
        self.here = Some(point);
        self.label = Some(text);
        self.push(node.parts().filter(|it| it.id() != name.id()).map(Task::Statement));
    }

    fn branch(&mut self, node: Node<'t>) {
        let (yes, after) = (self.join(), self.join());
        let other = node.field(Field::Alternative);
        let no = if other.is_some() { self.join() } else { after };
        let mut tasks = Vec::from_iter(node.field(Field::Initializer).map(Task::Statement));
        tasks.extend(node.field(Field::Condition).map(|it| Task::Condition(it, yes, no)));
        tasks.push(Task::Continue(yes));
        tasks.extend(node.field(Field::Consequence).map(Task::Statement));
        tasks.push(Task::Jump(after));
        if let Some(other) = other {
            tasks.extend([Task::Continue(no), Task::Statement(other), Task::Jump(after)]);
        }
        tasks.push(Task::Continue(after));
        self.push(tasks);
    }

    fn repeat(&mut self, node: Node<'t>, label: Option<&'t str>) {
        let head = node.parts().find(|it| !it.is(Kind::Block));
        let (body, after) = (self.join(), self.join());
        let word = node.all().next().map_or(node.span(), GoNode::span);
        let mut tasks = Vec::new();
        let again;
        match head.map(|it| (it, it.go_kind())) {
            Some((clause, Kind::RangeClause)) => {
                let span = clause.span();
                let point = self.add(Point { what: What::Range, span, kind: Kind::RangeClause });
                self.link(point, body, Edge::True);
                self.link(point, after, Edge::False);
                tasks.extend(clause.field(Field::Right).map(Task::Evaluate));
                tasks.push(Task::Jump(point));
                again = point;
            }
            Some((clause, Kind::ForClause)) => {
                let test = self.join();
                let update = clause.field(Field::Update);
                again = if update.is_some() { self.join() } else { test };
                tasks.extend(clause.field(Field::Initializer).map(Task::Statement));
                tasks.push(Task::Continue(test));
                match clause.field(Field::Condition) {
                    Some(it) => tasks.push(Task::Condition(it, body, after)),
                    None => {
                        let head = self.endless(word, body);
                        tasks.push(Task::Jump(head));
                    }
                }
                if let Some(it) = update {
                    tasks.extend([Task::Continue(again), Task::Statement(it), Task::Jump(test)]);
                }
            }
            Some((condition, _)) => {
                again = self.join();
                tasks.push(Task::Continue(again));
                tasks.push(Task::Condition(condition, body, after));
            }
            None => {
                again = self.endless(word, body);
                tasks.push(Task::Jump(again));
            }
        }
        self.frames.push(Frame { label, after, again: Some(again) });
        tasks.push(Task::Continue(body));
        tasks.extend(node.field(Field::Body).map(Task::Statement));
        tasks.extend([Task::Jump(again), Task::EndFrame, Task::Continue(after)]);
        self.push(tasks);
    }

    /// The head of a loop without a condition.
    fn endless(&mut self, word: Span, body: PointId) -> PointId {
        let head = self.add(Point { what: What::Loop, span: word, kind: Kind::Token });
        self.link(head, body, Edge::Always);
        head
    }

    fn switch(&mut self, node: Node<'t>, kind: Kind, label: Option<&'t str>) {
        let after = self.join();
        let value = node.field(Field::Value);
        let clauses: Vec<_> = node
            .parts()
            .filter(|it| {
                matches!(it.go_kind(), Kind::ExpressionCase | Kind::TypeCase | Kind::DefaultCase)
            })
            .map(|it| (it, self.join()))
            .collect();
        let default = clauses.iter().find(|it| it.0.is(Kind::DefaultCase)).map(|it| it.1);
        let mut tasks = Vec::from_iter(node.field(Field::Initializer).map(Task::Statement));
        tasks.extend(value.map(Task::Evaluate));
        for (clause, body) in &clauses {
            match clause.go_kind() {
                Kind::ExpressionCase => {
                    for it in clause.field(Field::Value).into_iter().flat_map(elements) {
                        let next = self.join();
                        if value.is_none() {
                            tasks.push(Task::Condition(it, *body, next));
                        } else {
                            let test = self.case(it.span(), it.go_kind(), *body, next);
                            tasks.push(Task::Jump(test));
                        }
                        tasks.push(Task::Continue(next));
                    }
                }
                Kind::TypeCase => {
                    let next = self.join();
                    let types = clause.parts().take_while(|it| !it.is(Kind::StatementList));
                    let end = types.last().map_or(clause.start_byte(), |it| it.end_byte());
                    let span = Span::new(clause.start_byte(), end);
                    let test = self.case(span, Kind::TypeCase, *body, next);
                    tasks.extend([Task::Jump(test), Task::Continue(next)]);
                }
                _ => {}
            }
        }
        tasks.push(Task::Jump(default.unwrap_or(after)));
        for (at, (clause, body)) in clauses.iter().enumerate() {
            let below = clauses.get(at + 1).map(|it| it.1);
            let below = below.filter(|_| kind == Kind::ExpressionSwitchStatement);
            tasks.extend([Task::Continue(*body), Task::Fall(below)]);
            tasks.extend(clause.statements().map(Task::Statement));
            tasks.extend([Task::Jump(after), Task::EndFall]);
        }
        self.frames.push(Frame { label, after, again: None });
        tasks.extend([Task::EndFrame, Task::Continue(after)]);
        self.push(tasks);
    }

    fn case(&mut self, span: Span, kind: Kind, yes: PointId, no: PointId) -> PointId {
        let point = self.add(Point { what: What::Case, span, kind });
        self.link(point, yes, Edge::True);
        self.link(point, no, Edge::False);
        point
    }

    fn select(&mut self, node: Node<'t>, label: Option<&'t str>) {
        let word = node.all().next().map_or(node.span(), GoNode::span);
        let head = self.step(What::Select, word, Kind::Token);
        self.here = None;
        let after = self.join();
        let mut tasks = Vec::new();
        for clause in node.parts() {
            let body = match clause.go_kind() {
                Kind::CommunicationCase => {
                    let Some(it) = clause.field(Field::Communication) else { continue };
                    self.add(Point { what: What::Ready, span: it.span(), kind: it.go_kind() })
                }
                Kind::DefaultCase => self.join(),
                _ => continue,
            };
            self.link(head, body, Edge::Chosen);
            tasks.push(Task::Continue(body));
            tasks.extend(clause.statements().map(Task::Statement));
            tasks.push(Task::Jump(after));
        }
        self.frames.push(Frame { label, after, again: None });
        tasks.extend([Task::EndFrame, Task::Continue(after)]);
        self.push(tasks);
    }

    fn condition(&mut self, node: Node<'t>, yes: PointId, no: PointId) {
        let node = node.unparen();
        let operator = match node.go_kind() {
            Kind::BinaryExpression | Kind::UnaryExpression => node.operator(),
            _ => None,
        };
        let sides = node.field(Field::Left).zip(node.field(Field::Right));
        match (operator, sides, node.field(Field::Operand)) {
            (Some("!"), _, Some(inner)) => self.push([Task::Condition(inner, no, yes)]),
            (Some(it @ ("&&" | "||")), Some((left, right)), _) => {
                let middle = self.join();
                let (hold, fail) = if it == "&&" { (middle, no) } else { (yes, middle) };
                self.push([
                    Task::Condition(left, hold, fail),
                    Task::Continue(middle),
                    Task::Condition(right, yes, no),
                ]);
            }
            _ => {
                let point = self.step(What::Condition, node.span(), node.go_kind());
                // `if true` and `for true` have one way only.
                if !node.is(Kind::False) {
                    self.link(point, yes, Edge::True);
                }
                if !node.is(Kind::True) {
                    self.link(point, no, Edge::False);
                }
                self.here = None;
            }
        }
    }

    /// The label that a jump names.
    fn named(&self, node: Node<'t>) -> Option<&'t str> {
        node.part(Kind::LabelName).map(|it| self.file.text_of(it))
    }

    /// The point of a label, which may come later.
    fn label_point(&mut self, name: &'t str) -> PointId {
        if let Some(it) = self.labels.get(name) {
            return *it;
        }
        let point = self.join();
        self.labels.insert(name, point);
        point
    }

    fn push(&mut self, tasks: impl IntoIterator<Item = Task<'t>>) {
        let from = self.tasks.len();
        self.tasks.extend(tasks);
        self.tasks[from..].reverse();
    }

    fn add(&mut self, point: Point) -> PointId {
        let id = self.join();
        self.points[id.index()] = Some(point);
        id
    }

    fn join(&mut self) -> PointId {
        self.points.push(None);
        PointId(u32::try_from(self.points.len() - 1).unwrap_or(u32::MAX))
    }

    /// Control goes through a new point.
    fn step(&mut self, what: What, span: Span, kind: Kind) -> PointId {
        let id = self.add(Point { what, span, kind });
        self.go(id, Edge::Always);
        self.here = Some(id);
        id
    }

    fn go(&mut self, to: PointId, edge: Edge) {
        if let Some(from) = self.here {
            self.link(from, to, edge);
        }
    }

    fn link(&mut self, from: PointId, to: PointId, edge: Edge) {
        self.edges.push((from, to, edge));
    }

    /// Leaves the joins out.
    fn finish(self) -> Flow {
        let mut leads: Vec<Option<PointId>> = vec![None; self.points.len()];
        for (from, to, _) in &self.edges {
            if self.points[from.index()].is_none() {
                leads[from.index()] = Some(*to);
            }
        }
        let mut number = vec![None; self.points.len()];
        let mut points = Vec::new();
        for (at, point) in self.points.iter().enumerate() {
            if let Some(it) = point {
                number[at] = Some(PointId(u32::try_from(points.len()).unwrap_or(u32::MAX)));
                points.push(*it);
            }
        }
        // From the last join to the first, each is soon behind one whose end is known.
        let mut way = Vec::new();
        let mut end = |from: PointId| {
            let mut at = from;
            while number[at.index()].is_none() {
                let next = leads[at.index()]?;
                way.push(at);
                at = next;
                // A ring of joins would be a loop without a head.
                if way.len() > leads.len() {
                    return None;
                }
            }
            for it in way.drain(..) {
                leads[it.index()] = Some(at);
            }
            number[at.index()]
        };
        let mut edges = Vec::with_capacity(self.edges.len());
        for (from, to, edge) in &self.edges {
            let from = if self.points[from.index()].is_some() { end(*from) } else { None };
            if let Some((from, to)) = from.zip(end(*to)) {
                edges.push((from, to, *edge));
            }
        }
        Flow::new(points, &edges)
    }
}

/// The expressions of a list, or the one expression itself.
fn elements<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    if node.is(Kind::ExpressionList) { node.parts().collect() } else { vec![node] }
}
