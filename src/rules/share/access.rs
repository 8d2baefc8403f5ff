//! What a function does to a variable that it shares: which part of it, and whether it writes.

use crate::golang::{BindingId, BindingKind, Field, GoFile, GoNode, Kind, Node, PointId, Resolved};
use crate::rules::channel::{Doing, doing, is_builtin};
use crate::rules::engine::Context;
use crate::rules::types::{Callee, Type};

use super::thread::{Form, Thread};

/// One access.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Access<'p> {
    /// The identifier of the variable.
    pub(in crate::rules) name: Node<'p>,
    /// The statement around it.
    pub(in crate::rules) statement: Node<'p>,
    pub(in crate::rules) writes: bool,
    atomic: bool,
    pub(super) form: Form,
    pub(super) point: PointId,
    /// Whether a condition of the function decides about it in the innermost literal.
    pub(super) conditional: bool,
    /// Whether it only happens in one of several goroutines of a kind, as far as a condition on
    /// what they are given tells.
    pub(super) chosen: bool,
    place: Place,
}

impl Access<'_> {
    /// Whether two accesses may be of one memory location in a way that must be ordered.
    pub(super) fn conflicts(&self, other: &Self) -> bool {
        (self.writes || other.writes)
            && !(self.atomic && other.atomic)
            && self.place.overlaps(&other.place)
    }

    /// Whether it goes through `sync/atomic`.
    pub(in crate::rules) fn is_atomic(&self) -> bool {
        self.atomic
    }

    /// Whether it is of the variable itself, not of what that refers to.
    pub(super) fn is_direct(&self) -> bool {
        self.place.0.len() == 1
    }
}

/// A part of a variable: fields and constant indices within it, and so on in what it refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place(Vec<Vec<String>>);

impl Place {
    fn overlaps(&self, other: &Self) -> bool {
        let (Some((a, before)), Some((b, before_other))) =
            (self.0.split_last(), other.0.split_last())
        else {
            return false;
        };
        let n = a.len().min(b.len());
        before == before_other && a[..n] == b[..n]
    }

    fn inside(&self, step: &str) -> Self {
        let mut place = self.clone();
        if let Some(it) = place.0.last_mut() {
            it.push(step.to_owned());
        }
        place
    }

    fn behind(&self, step: Option<&str>) -> Self {
        let mut place = self.clone();
        place.0.push(step.map(str::to_owned).into_iter().collect());
        place
    }
}

/// What a thread does to a variable, in the order of the source.
pub(super) fn accesses<'p>(
    context: &Context<'p>,
    thread: &Thread<'p>,
    variable: BindingId,
) -> Vec<Access<'p>> {
    let file = thread.file;
    let mut all = Vec::new();
    let binding = file.scopes().binding(variable);
    let of = binding.function.map(|it| file.scopes().function(it).span);
    let is_result = binding.kind == BindingKind::Result && of == Some(thread.function.span());
    for (node, form) in &thread.nodes {
        // What a function returns, it puts into its results first.
        if is_result && node.is(Kind::ReturnStatement) && *form == Form::Here {
            all.extend(thread.point(*node, *form).map(|point| Access {
                name: *node,
                statement: *node,
                writes: node.parts().next().is_some_and(|it| {
                    // Returning the variable itself changes nothing.
                    !it.parts().any(|it| file.resolve(it).local() == Some(variable))
                }),
                atomic: false,
                form: *form,
                point,
                conditional: false,
                chosen: false,
                place: Place(vec![Vec::new()]),
            }));
        }
        let is_use = node.is(Kind::Identifier) && file.resolve(*node).local() == Some(variable);
        if !is_use || binding.name == node.span() {
            // The head of a loop gives its variable the next value.
            let again = is_use
                && binding.kind == BindingKind::LoopVar
                && binding.declared_by.1 == Kind::RangeClause;
            if again && let Some(point) = thread.flow.at(binding.declared_by.0.start as usize) {
                all.push(Access {
                    name: *node,
                    statement: *node,
                    writes: true,
                    atomic: false,
                    form: Form::Here,
                    point,
                    conditional: false,
                    chosen: false,
                    place: Place(vec![Vec::new()]),
                });
            }
            continue;
        }
        if !context.affords(file, 4) {
            break;
        }
        let Some(point) = thread.point(*node, *form) else { continue };
        let around = node.ancestors(file.root());
        let statement = around.iter().find(|it| is_statement(it.go_kind()));
        let mut look = Look { context, file, found: Vec::new() };
        look.at(*node, &around);
        for (place, writes, atomic) in look.found {
            all.push(Access {
                name: *node,
                statement: statement.copied().unwrap_or(*node),
                writes,
                atomic,
                form: *form,
                point,
                conditional: is_conditional(*node, &around),
                chosen: is_chosen(file, thread.function, *node, &around),
                place,
            });
        }
    }
    all
}

/// What a thread does to the channel in a variable: it closes it, which counts as a write, or it
/// sends on it.
pub(super) fn uses_of_channel<'p>(
    context: &Context<'p>,
    thread: &Thread<'p>,
    variable: BindingId,
) -> Vec<Access<'p>> {
    let file = thread.file;
    let mut all = Vec::new();
    for (node, form) in &thread.nodes {
        let is_use = node.is(Kind::Identifier) && file.resolve(*node).local() == Some(variable);
        if !is_use || !context.affords(file, 4) {
            continue;
        }
        let around = node.ancestors(file.root());
        let (statement, writes) = match doing(file, *node, &around) {
            Doing::Send(it) => (it, false),
            Doing::Close => {
                let call = around.iter().find(|it| it.is(Kind::CallExpression));
                let Some(call) = call else { continue };
                (*call, true)
            }
            _ => continue,
        };
        let parent =
            around.iter().find(|it| it.id() != statement.id() && is_statement(it.go_kind()));
        let deferred = writes
            && *form == Form::Here
            && parent.is_some_and(|it| {
                let call = it.part(Kind::CallExpression);
                it.is(Kind::DeferStatement) && call.is_some_and(|it| it.id() == statement.id())
            });
        let form = if deferred { Form::Deferred } else { *form };
        let Some(point) = thread.point(*node, form) else { continue };
        let place = Place(vec![Vec::new(), Vec::new()]);
        all.push(Access {
            name: *node,
            statement,
            writes,
            atomic: false,
            form,
            point,
            conditional: is_conditional(*node, &around),
            chosen: is_chosen(file, thread.function, *node, &around),
            place,
        });
    }
    all
}

/// Whether an `if` of the innermost function decides about a node.
fn is_conditional(node: Node<'_>, around: &[Node<'_>]) -> bool {
    branches(node, around).next().is_some()
}

/// The `if` statements of the innermost function in whose branches a node stands.
fn branches<'p>(node: Node<'p>, around: &[Node<'p>]) -> impl Iterator<Item = Node<'p>> {
    let inside = around.iter().take_while(|it| !it.go_kind().is_function());
    inside.copied().filter(move |it| {
        let condition = it.field(Field::Condition).filter(|_| it.is(Kind::IfStatement));
        condition.is_some_and(|it| it.end_byte() <= node.start_byte())
    })
}

/// Whether a condition on nothing but what the goroutine is given decides about a node: `i == 0`,
/// `backend.preferred`.
fn is_chosen(file: &GoFile, function: Node<'_>, node: Node<'_>, around: &[Node<'_>]) -> bool {
    let scopes = file.scopes();
    let body = function.field(Field::Body).map(GoNode::span);
    branches(node, around).any(|branch| {
        let Some(condition) = branch.field(Field::Condition) else { return false };
        let plain = !condition.descendants().any(|it| it.is(Kind::CallExpression));
        let uses = scopes.uses_in(condition.span());
        plain
            && uses.iter().any(|it| it.binding().is_some())
            && uses.iter().filter_map(|it| it.binding()).all(|id| {
                let binding = scopes.binding(id);
                let inside = body.is_some_and(|it| it.encloses(binding.name));
                let given = matches!(binding.kind, BindingKind::Parameter | BindingKind::LoopVar)
                    || scopes.loop_at(binding.name.start as usize).is_some();
                !inside && given
            })
    })
}

/// Whether a node is what a reader would quote.
fn is_statement(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ExpressionStatement
            | Kind::AssignmentStatement
            | Kind::ShortVarDeclaration
            | Kind::IncStatement
            | Kind::DecStatement
            | Kind::ReturnStatement
            | Kind::SendStatement
            | Kind::ReceiveStatement
            | Kind::RangeClause
            | Kind::VarSpec
            | Kind::BinaryExpression
            | Kind::GoStatement
            | Kind::DeferStatement
            | Kind::IfStatement
            | Kind::ExpressionSwitchStatement
            | Kind::TypeSwitchStatement
            | Kind::ForStatement
    )
}

struct Look<'c, 'p> {
    context: &'c Context<'p>,
    file: &'p GoFile,
    /// Places, with whether they are written and whether by `sync/atomic`.
    found: Vec<(Place, bool, bool)>,
}

impl<'p> Look<'_, 'p> {
    fn note(&mut self, place: &Place, writes: bool) {
        self.found.push((place.clone(), writes, false));
    }

    fn at(&mut self, name: Node<'p>, around: &[Node<'p>]) {
        let types = &self.context.types;
        let mut of = types.of_name(self.file, name);
        let mut place = Place(vec![Vec::new()]);
        let mut node = name;
        for (at, parent) in around.iter().enumerate() {
            let operand = parent.field(Field::Operand).is_some_and(|it| it.id() == node.id());
            match parent.go_kind() {
                Kind::ParenthesizedExpression => {}
                Kind::SelectorExpression if operand => {
                    let Some(field) = parent.field(Field::Field) else { return };
                    let called = around.get(at + 1).and_then(|it| it.callee());
                    let called = called.is_some_and(|it| it.id() == parent.id());
                    if let Type::Pointer(to) = &of {
                        self.note(&place, false);
                        if !matches!(types.underlying(to), Type::Struct(_)) {
                            return;
                        }
                        place = place.behind(None);
                        of = (**to).clone();
                    }
                    let step = self.file.text_of(field);
                    let is_struct = matches!(types.underlying(&of), Type::Struct(_));
                    if !is_struct || types.field(&of, step).is_none() {
                        self.member(&place, &of, is_struct, called.then(|| around[at + 1]));
                        return;
                    }
                    place = place.inside(step);
                    of = types.of(self.file, *parent);
                }
                Kind::IndexExpression if operand => {
                    let Some(next) = self.index(&mut place, &of, *parent, &around[at + 1..]) else {
                        return;
                    };
                    of = next;
                }
                Kind::UnaryExpression if operand && parent.operator() == Some("*") => {
                    let Type::Pointer(to) = &of else { return };
                    self.note(&place, false);
                    place = place.behind(None);
                    of = (**to).clone();
                }
                Kind::UnaryExpression if operand && parent.operator() == Some("&") => {
                    self.address(&place, &around[at + 1..]);
                    return;
                }
                _ => {
                    self.whole(&place, &of, node, &around[at..]);
                    return;
                }
            }
            node = *parent;
        }
    }

    /// A method, or something of an unknown type.
    fn member(&mut self, place: &Place, of: &Type<'p>, is_struct: bool, call: Option<Node<'p>>) {
        match of.foreign_name() {
            Some(("bytes", "Buffer") | ("strings", "Builder")) => {
                let Some(callee) = call.and_then(GoNode::callee) else { return };
                let name = callee.field(Field::Field).map_or("", |it| self.file.text_of(it));
                let reads = matches!(name, "String" | "Len" | "Bytes" | "Cap" | "Available");
                self.note(place, !reads);
            }
            // It may take the address.
            _ if is_struct => {
                let Some(call) = call else { return };
                if let Callee::Method(it) = self.context.types.callee(self.file, call)
                    && it.item.receiver.as_ref().is_some_and(|it| !it.pointer)
                {
                    self.note(place, false);
                }
            }
            _ if place.0.len() == 1 => self.note(place, false),
            _ => {}
        }
    }

    /// An element; its type, where the way goes on.
    fn index(
        &mut self,
        place: &mut Place,
        of: &Type<'p>,
        index: Node<'p>,
        around: &[Node<'p>],
    ) -> Option<Type<'p>> {
        let types = &self.context.types;
        let key = index.field(Field::Index)?.unparen();
        let constant = matches!(
            key.go_kind(),
            Kind::IntLiteral | Kind::InterpretedStringLiteral | Kind::RawStringLiteral
        );
        let step = constant.then(|| self.file.text_of(key));
        match types.underlying(of) {
            Type::Map(of) => {
                self.note(place, false);
                let (writes, ends) = written(index, around);
                self.note(&place.behind(None), writes && ends);
                *place = place.behind(Some(step?));
                Some(of.1.clone()).filter(|_| !ends)
            }
            Type::Slice(of) => {
                self.note(place, false);
                *place = place.behind(Some(step?));
                Some((*of).clone())
            }
            Type::Array(_, of) => {
                *place = place.inside(step?);
                Some((*of).clone())
            }
            Type::Unknown => None,
            _ => {
                self.note(place, false);
                None
            }
        }
    }

    fn address(&mut self, place: &Place, around: &[Node<'p>]) {
        let call = around
            .iter()
            .find(|it| !matches!(it.go_kind(), Kind::ArgumentList | Kind::ParenthesizedExpression));
        let callee = call.and_then(|it| it.callee());
        if let Some(("sync/atomic", name)) = callee.and_then(|it| self.file.qualified(it)) {
            self.found.push((place.clone(), !name.starts_with("Load"), true));
        }
    }

    /// The way ends: what the code around does to the place.
    fn whole(&mut self, place: &Place, of: &Type<'p>, node: Node<'p>, around: &[Node<'p>]) {
        let types = &self.context.types;
        let is_map = matches!(types.underlying(of), Type::Map(_));
        let Some(parent) = around.first() else { return };
        let (writes, _) = written(node, around);
        if writes {
            return self.note(place, true);
        }
        match parent.go_kind() {
            Kind::RangeClause if is_map => {
                self.note(place, false);
                self.note(&place.behind(None), false);
            }
            Kind::SliceExpression if matches!(types.underlying(of), Type::Array(..)) => {}
            Kind::ArgumentList if is_map => {
                self.note(place, false);
                let Some(call) = around.get(1) else { return };
                if ["delete", "clear"].iter().any(|it| is_builtin(self.file, *call, it)) {
                    self.note(&place.behind(None), true);
                } else if is_builtin(self.file, *call, "len") {
                    self.note(&place.behind(None), false);
                }
            }
            _ => self.note(place, false),
        }
    }
}

/// Whether the code around writes what a node stands for, and whether it is the last step to it.
fn written<'p>(node: Node<'p>, around: &[Node<'p>]) -> (bool, bool) {
    let mut node = node;
    let mut around = around;
    while let Some((it, rest)) = around.split_first()
        && it.is(Kind::ParenthesizedExpression)
    {
        (node, around) = (*it, rest);
    }
    let Some(parent) = around.first() else { return (false, true) };
    let left =
        |by: &Node<'p>, it: Node<'p>| by.field(Field::Left).is_some_and(|l| l.id() == it.id());
    match parent.go_kind() {
        Kind::IncStatement | Kind::DecStatement => (true, true),
        Kind::ExpressionList => {
            let by = around.get(1).filter(|it| left(it, *parent));
            let kinds = [
                Kind::AssignmentStatement,
                Kind::ShortVarDeclaration,
                Kind::RangeClause,
                Kind::ReceiveStatement,
            ];
            (by.is_some_and(|it| kinds.contains(&it.go_kind())), true)
        }
        Kind::SelectorExpression | Kind::IndexExpression | Kind::SliceExpression => {
            let operand = parent.field(Field::Operand).is_some_and(|it| it.id() == node.id());
            (false, !operand)
        }
        _ => (false, true),
    }
}

/// Whether a statement appends to the variable: `v = append(v, …)`.
pub(in crate::rules) fn appends(file: &GoFile, access: &Access<'_>) -> bool {
    let Some(values) = access.statement.field(Field::Right) else { return false };
    access.statement.is(Kind::AssignmentStatement)
        && values.parts().any(|it| {
            let first = it.arguments().next();
            let variable = |it: Node<'_>| matches!(file.resolve(it), Resolved::Local(..));
            is_builtin(file, it, "append")
                && first
                    .is_some_and(|it| variable(it) && file.text_of(it) == file.text_of(access.name))
        })
}
