//! The ways from where a result is given to where it is used.

use std::collections::HashSet;

use crate::golang::{
    Access, BindingId, Edge, Field, GoFile, GoNode, Kind, Node, PointId, Use, What,
};
use crate::rules::engine::Context;
use crate::rules::types::Callee;

use super::{Outcome, Says};

/// What the points of a function do with a result and the word about it.
pub(in crate::rules) struct Ways<'o, 'p> {
    outcome: &'o Outcome<'p>,
    /// Where one of the two gets another value.
    changed: HashSet<PointId>,
    /// Where the word does.
    overwritten: HashSet<PointId>,
    /// Where the result is compared with nil.
    compared: HashSet<PointId>,
    /// Where the word is mentioned.
    mentioned: HashSet<PointId>,
    /// Conditions on the word, and the way on which it says that there is nothing.
    asked: Vec<(PointId, Edge)>,
}

impl<'o, 'p> Ways<'o, 'p> {
    /// The ways of one of the results.
    pub(in crate::rules) fn new(outcome: &'o Outcome<'p>, result: BindingId) -> Self {
        let mut ways = Self {
            outcome,
            changed: HashSet::new(),
            overwritten: HashSet::new(),
            compared: HashSet::new(),
            mentioned: HashSet::new(),
            asked: Vec::new(),
        };
        let scopes = outcome.file.scopes();
        for it in scopes.uses_of(result) {
            ways.note(it, false);
        }
        for it in scopes.uses_of(outcome.word) {
            ways.note(it, true);
        }
        // Another result may say the same.
        let others = outcome.results.iter().map(|it| it.1).filter(|it| *it != result);
        for it in others.flat_map(|it| scopes.uses_of(it)) {
            let at = outcome.flow.at(it.span.start as usize);
            let asked =
                at.filter(|at| ways.condition(*at).is_some() || is_switched(outcome.file, it));
            ways.mentioned.extend(asked);
        }
        // Where a variable is declared, it is another one from there on.
        for it in [result, outcome.word] {
            let at = outcome.flow.at(scopes.binding(it).name.start as usize);
            ways.changed.extend(at);
        }
        ways
    }

    fn note(&mut self, used: &Use, is_word: bool) {
        let flow = self.outcome.flow;
        let Some(at) = flow.at(used.span.start as usize) else { return };
        if used.access != Access::Read && !used.part {
            self.changed.insert(at);
            if is_word {
                self.overwritten.insert(at);
            }
            return;
        }
        if is_word {
            self.mentioned.insert(at);
            self.together(used);
            self.asked.extend(self.asks(at).map(|edge| (at, edge)));
        } else if self.condition(at).is_some_and(|it| compares(self.outcome.file, it)) {
            self.compared.insert(at);
        }
    }

    /// In `n <= 0 && err != nil` both sides look at the error: who wrote that knows of it.
    fn together(&mut self, used: &Use) {
        let (file, flow) = (self.outcome.file, self.outcome.flow);
        let Some(node) = file.node(used.span, Kind::Identifier) else { return };
        let decides = |it: &&Node<'_>| {
            it.is(Kind::BinaryExpression) && matches!(it.operator(), Some("&&" | "||"))
        };
        let around = node.ancestors(file.root());
        let statement = around.iter().position(|it| it.is(Kind::Block)).unwrap_or(around.len());
        if let Some(whole) = around[..statement].iter().rfind(decides) {
            let inside = flow.points().filter(|it| whole.span().encloses(it.1.span));
            self.mentioned.extend(inside.filter(|it| it.0.index() > 3).map(|it| it.0));
        }
    }

    fn condition(&self, at: PointId) -> Option<Node<'p>> {
        let point = self.outcome.flow.point(at);
        let node = self.outcome.file.node(point.span, point.kind)?;
        matches!(point.what, What::Condition | What::Case).then_some(node)
    }

    /// The way on which a condition on the word alone says that there is nothing.
    fn asks(&self, at: PointId) -> Option<Edge> {
        let (file, word) = (self.outcome.file, self.outcome.word);
        let node = self.condition(at)?.unparen();
        match self.outcome.says {
            Says::Ok => (file.resolve(node).local() == Some(word)).then_some(Edge::False),
            Says::Error => {
                let (left, right) = (node.field(Field::Left)?, node.field(Field::Right)?);
                let plain = node.is(Kind::BinaryExpression)
                    && right.is(Kind::Nil)
                    && file.resolve(left).local() == Some(word);
                match node.operator() {
                    Some("!=") if plain => Some(Edge::True),
                    Some("==") if plain => Some(Edge::False),
                    _ => None,
                }
            }
        }
    }

    /// The points that control comes to from the statement before anything tells whether the result
    /// is there.
    pub(in crate::rules) fn unchecked(&self) -> Vec<bool> {
        let flow = self.outcome.flow;
        let next = flow.next(self.outcome.at).iter().map(|it| it.0);
        flow.reach(next, |it| self.tells(it))
    }

    /// Whether nobody ever looks at what the word says here.
    pub(in crate::rules) fn is_ignored(&self) -> bool {
        let flow = self.outcome.flow;
        let next = flow.next(self.outcome.at).iter().map(|it| it.0);
        let word = self.outcome.word;
        let scopes = self.outcome.file.scopes();
        let binding = scopes.binding(word);
        // What a result is named, each `return` mentions; what a literal has, who knows when.
        let plain = binding.kind != crate::golang::BindingKind::Result
            && scopes.uses_of(word).all(|it| it.function == binding.function);
        let gone = |it: PointId| self.overwritten.contains(&it) && !self.mentioned.contains(&it);
        let reached = flow.reach(next, gone);
        plain && !self.mentioned.iter().any(|it| reached[it.index()])
    }

    /// Whether some condition asks the word alone.
    pub(in crate::rules) fn is_tested(&self) -> bool {
        !self.asked.is_empty()
    }

    fn tells(&self, at: PointId) -> bool {
        self.changed.contains(&at) || self.compared.contains(&at) || self.mentioned.contains(&at)
    }

    /// The points, in the order of the source, at which it is certain that control comes by when
    /// the word says that there is nothing, of those that are asked for.
    pub(in crate::rules) fn certain(
        &self,
        context: &Context<'p>,
        wanted: &[PointId],
    ) -> Vec<PointId> {
        let flow = self.outcome.flow;
        let before = self.unchecked();
        let mut found = Vec::new();
        for (asked, edge) in &self.asked {
            if !before[asked.index()] {
                continue;
            }
            let next: Vec<_> =
                flow.next(*asked).iter().filter(|it| it.1 == *edge).map(|it| it.0).collect();
            for use_at in wanted {
                if found.contains(use_at) {
                    continue;
                }
                if !context.affords_steps(flow.size() as u64) {
                    return found;
                }
                let stops = |it: PointId| it == *use_at || self.stops(context, it);
                let reached = flow.reach(next.iter().copied(), stops);
                let past = |it: PointId| {
                    reached[it.index()]
                        && it != *use_at
                        && (self.ends(it) || self.stops(context, it))
                };
                if reached[use_at.index()] && !flow.points().any(|it| past(it.0)) {
                    found.push(*use_at);
                }
            }
        }
        // What stands above comes in another round.
        let begin = self.outcome.statement.span().start;
        found.sort_unstable_by_key(|it| {
            let start = flow.point(*it).span.start;
            (start < begin, start)
        });
        found
    }

    fn ends(&self, at: PointId) -> bool {
        at.index() < 4
    }

    /// Whether a point tells whether the result is there, or may not come back.
    fn stops(&self, context: &Context<'p>, at: PointId) -> bool {
        if self.changed.contains(&at) || self.compared.contains(&at) {
            return true;
        }
        if self.mentioned.contains(&at) && self.condition(at).is_some() {
            return true;
        }
        let (file, point) = (self.outcome.file, self.outcome.flow.point(at));
        if !matches!(point.what, What::Step) || at == self.outcome.at {
            return at == self.outcome.at;
        }
        let Some(node) = file.node(point.span, point.kind) else { return false };
        node.descendants().any(|it| it.is(Kind::CallExpression) && may_leave(context, file, it))
    }
}

/// Whether a use is the value of a `switch`.
fn is_switched(file: &GoFile, used: &Use) -> bool {
    let name = file.node(used.span, Kind::Identifier);
    let around = name.map(|it| it.ancestors(file.root())).unwrap_or_default();
    around.first().is_some_and(|it| it.is(Kind::ExpressionSwitchStatement))
}

/// Whether a condition compares something with nil, or is a bare call that may do so.
fn compares(file: &GoFile, node: Node<'_>) -> bool {
    let nil = |it: Node<'_>| it.is(Kind::Nil);
    match node.go_kind() {
        Kind::BinaryExpression => {
            [Field::Left, Field::Right].iter().any(|it| node.field(*it).is_some_and(nil))
        }
        // `if isNil(x)`
        Kind::CallExpression => node.arguments().any(|it| file.resolve(it).local().is_some()),
        _ => false,
    }
}

/// Whether a call may not come back, by what its name says, or by its body.
fn may_leave<'p>(context: &Context<'p>, file: &'p GoFile, call: Node<'p>) -> bool {
    const WORDS: &[&str] = &[
        "fatal",
        "crit",
        "exit",
        "panic",
        "abort",
        "die",
        "crash",
        "must",
        "check",
        "fail",
        "throw",
        "raise",
        "quit",
        "skip",
        "bail",
        "usage",
        "stop",
        "require",
        "assert",
        "noerror",
        "handleerr",
        "goexit",
    ];
    let Some(callee) = call.callee() else { return true };
    let name = callee.field(Field::Field).unwrap_or(callee);
    let name = file.text_of(name).to_ascii_lowercase();
    if WORDS.iter().any(|it| name.contains(it)) {
        return true;
    }
    match context.types.callee(file, call) {
        Callee::Function(it) | Callee::Method(it) => {
            let node = it.item.node(it.file);
            node.and_then(|node| it.file.flow(node)).is_none_or(|it| !it.returns())
        }
        Callee::Value(_) => callee.is(Kind::Identifier),
        _ => false,
    }
}
