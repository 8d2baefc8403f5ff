//! Conditions that were removed, and what they guarded.

use crate::golang::{AccessPath, Field, GoNode, Kind, Node};
use crate::rules::flow::{End, end};

use super::{Changed, Loss, Side, Statement, mentions};

/// A comparison in a condition that is gone.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Guard<'p> {
    /// The `if` around it, at the base.
    pub(in crate::rules) statement: Node<'p>,
    /// The comparison.
    pub(in crate::rules) comparison: Node<'p>,
    /// What is compared: one side of it.
    pub(in crate::rules) subject: Node<'p>,
    /// The other side.
    pub(in crate::rules) with: Node<'p>,
}

impl<'p> Guard<'p> {
    /// What `found` says of the comparisons that are gone from a function.
    pub(in crate::rules) fn losses(
        changed: &Changed<'_, 'p>,
        found: impl Fn(&Self) -> Option<Loss<'p>>,
    ) -> Vec<Loss<'p>> {
        let guards = changed.gone.iter().flat_map(|it| Self::of(it, &changed.base));
        guards.filter_map(|it| found(&it)).collect()
    }

    /// The comparisons in the condition of an `if` that is gone or was edited. Each comes twice,
    /// once for each side that names a variable.
    fn of(statement: &Statement<'p>, side: &Side<'_, 'p>) -> Vec<Self> {
        let whole = statement.node;
        if !whole.is(Kind::IfStatement) {
            return Vec::new();
        }
        let mut guards = Vec::new();
        let condition = whole.field(Field::Condition);
        for comparison in condition.into_iter().flat_map(comparisons) {
            let sides = comparison.field(Field::Left).zip(comparison.field(Field::Right));
            let Some((left, right)) = sides else { continue };
            for (subject, with) in [(left, right), (right, left)] {
                let subject = inside(side, subject.unparen());
                if AccessPath::of(side.file(), subject).is_some() {
                    guards.push(Self { statement: whole, comparison, subject, with });
                }
            }
        }
        guards
    }

    /// Whether a node of the base runs only where the guard let it: inside the branch, behind it
    /// in the same condition, or behind a branch that leaves.
    pub(in crate::rules) fn covers(&self, side: &Side<'_, 'p>, node: Node<'p>) -> bool {
        let Some(branch) = self.statement.field(Field::Consequence) else { return false };
        let (at, comparison) = (node.start_byte(), self.comparison);
        let condition = self.statement.field(Field::Condition);
        let behind = condition.is_some_and(|it| comparison.end_byte() <= at && at < it.end_byte());
        let inside = branch.span().encloses(node.span());
        let after = at >= self.statement.end_byte();
        let leaves = end(side.file(), branch) != End::Falls;
        behind || if leaves { after } else { inside || after && self.sets(side, branch) }
    }

    /// Whether the branch gives the subject another value instead of leaving.
    fn sets(&self, side: &Side<'_, 'p>, branch: Node<'p>) -> bool {
        branch.statements().any(|it| {
            it.is(Kind::AssignmentStatement)
                && it
                    .field(Field::Left)
                    .is_some_and(|it| it.parts().any(|it| side.text(it) == side.text(self.subject)))
        })
    }

    /// Whether the head says nothing new of the subject, and its variable is the base's.
    pub(in crate::rules) fn is_alone(&self, changed: &Changed<'_, 'p>, usage: Node<'p>) -> bool {
        let subject = changed.base.text(self.subject);
        let used = changed.head.text(usage);
        changed.root_is_kept(usage)
            && changed.added.iter().all(|it| {
                mentions(&it.opening, subject) <= mentions(&it.opening, used)
                    && !assigns(it.node, |left| changed.head.text(left) == subject)
            })
    }
}

/// Whether something that asks about a value stands in front of a use of it, at the head: not in a
/// function literal that runs at another time.
pub(in crate::rules) fn asked_before<'p>(
    head: &Side<'_, 'p>,
    usage: Node<'p>,
    asks: impl Fn(Node<'p>) -> bool,
) -> bool {
    let mut nodes = head.at.node.descendants();
    while let Some(node) = nodes.next() {
        if node.start_byte() >= usage.start_byte() {
            break;
        }
        let around = node.span().encloses(usage.span());
        if node.is(Kind::FuncLiteral) && !around {
            nodes.skip_below();
        } else if asks(node) {
            return true;
        }
    }
    false
}

/// Whether an expression means the same object as a path.
pub(in crate::rules) fn is_object(side: &Side<'_, '_>, node: Node<'_>, path: &AccessPath) -> bool {
    AccessPath::of(side.file(), node).is_some_and(|it| it == *path)
}

/// Whether a statement assigns to, or declares, what `is` says.
fn assigns<'p>(statement: Node<'p>, is: impl Fn(Node<'p>) -> bool) -> bool {
    let kinds = [Kind::AssignmentStatement, Kind::ShortVarDeclaration];
    kinds.contains(&statement.go_kind())
        && statement.field(Field::Left).is_some_and(|it| it.parts().any(is))
}

/// The comparisons that `&&` and `||` join.
pub(in crate::rules) fn comparisons(condition: Node<'_>) -> Vec<Node<'_>> {
    let (mut found, mut todo) = (Vec::new(), vec![condition]);
    while let Some(it) = todo.pop().map(GoNode::unparen) {
        match it.operator() {
            Some("&&" | "||") => {
                todo.extend(it.field(Field::Right));
                todo.extend(it.field(Field::Left));
            }
            Some("==" | "!=" | "<" | "<=" | ">" | ">=") if it.is(Kind::BinaryExpression) => {
                found.push(it);
            }
            _ => {}
        }
    }
    found
}

/// `x` of `len(x)` and of a conversion of it, else the expression itself.
fn inside<'p>(side: &Side<'_, 'p>, node: Node<'p>) -> Node<'p> {
    let plain =
        node.is(Kind::CallExpression) && node.callee().is_some_and(|it| side.text(it) == "len");
    let argument = node.arguments().next().filter(|_| plain);
    argument.map_or(node, GoNode::unparen)
}
