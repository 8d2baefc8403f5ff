//! What stands before an assertion and makes it safe, or meant.

use super::Value;
use crate::golang::{BindingKind, Field, GoFile, GoNode, Kind, Node, Resolved};
use crate::rules::flow::own_nodes;

/// Whether the assertion says `ok`: one value for two names.
pub(super) fn has_ok(assertion: Node<'_>, around: &[Node<'_>]) -> bool {
    let mut value = assertion;
    let mut outer = around.iter().rev();
    let mut next = outer.next();
    while let Some(it) = next.filter(|it| it.is(Kind::ParenthesizedExpression)) {
        value = *it;
        next = outer.next();
    }
    let Some(list) = next.filter(|it| it.is(Kind::ExpressionList)) else { return false };
    let Some(by) = outer.next() else { return false };
    let names = match by.go_kind() {
        Kind::VarSpec => by.parts().filter(|it| it.is(Kind::Identifier)).count(),
        _ => by.field(Field::Left).map_or(1, |it| it.parts().count()),
    };
    names == 2 && list.parts().count() == 1 && list.span() == value.span()
}

/// Where the operand's value comes from: the operand itself, or what its variable was given and
/// nobody has looked at since, neither at the variable nor at the `ok` beside it.
pub(super) fn source<'p>(file: &'p GoFile, operand: Node<'p>) -> Option<Node<'p>> {
    if !operand.is(Kind::Identifier) {
        return Some(operand);
    }
    let scopes = file.scopes();
    let Resolved::Local(id, binding) = file.resolve(operand) else { return None };
    if !matches!(binding.kind, BindingKind::ShortVar | BindingKind::Var) {
        return None;
    }
    let (span, kind) = binding.declared_by;
    let by = file.node(span, kind)?;
    let Some(value) = by.field(Field::Right).or_else(|| by.field(Field::Value)) else {
        // A bare `var x any` gets its value later, from a decoder perhaps.
        return Some(operand);
    };
    let value = if value.is(Kind::ExpressionList) {
        let mut parts = value.parts();
        parts.next().filter(|_| parts.next().is_none())?
    } else {
        value
    };
    let first = scopes.uses_of(id).next()?;
    let written = scopes.uses_of(id).any(|it| it.access.writes());
    let here = first.span == operand.span() && first.function == binding.function;
    if written || !here || !value.unparen().is(Kind::CallExpression) {
        return None;
    }
    let names: Vec<_> = match by.go_kind() {
        Kind::VarSpec => by.parts().filter(|it| it.is(Kind::Identifier)).collect(),
        _ => by.field(Field::Left)?.parts().collect(),
    };
    if names.first().is_none_or(|it| it.span() != binding.name) {
        return None;
    }
    if let Some(ok) = names.get(1).filter(|it| file.text_of(**it) != "_") {
        // An `ok` that was declared before is not read here either, as far as we know.
        let id = scopes.declared_at(ok.span())?;
        let asked = scopes.uses_of(id).any(|it| it.span.start < operand.span().start);
        if asked || scopes.uses_of(id).next().is_none() {
            return None;
        }
    }
    Some(value.unparen())
}

/// Whether the declaration is known to panic: `MustUser`, or its comment says so.
pub(super) fn is_expected(file: &GoFile, declaration: Node<'_>) -> bool {
    let name = declaration.field(Field::Name).map_or("", |it| file.text_of(it));
    if name.starts_with("Must") || name.starts_with("must") {
        return true;
    }
    let mut before = declaration.prev_sibling();
    while let Some(it) = before.filter(|it| it.is(Kind::Comment) || !it.is_named()) {
        if file.text_of(it).to_lowercase().contains("panic") {
            return true;
        }
        before = it.prev_sibling();
    }
    false
}

/// Whether a function around the place defers something that recovers.
pub(super) fn recovers(file: &GoFile, around: &[Node<'_>]) -> bool {
    let recovers = |it: Node<'_>| {
        let text = file.text_of(it).to_lowercase();
        ["recover", "panic", "crash"].iter().any(|word| text.contains(word))
    };
    around
        .iter()
        .filter(|it| it.go_kind().is_function())
        .any(|it| own_nodes(*it).any(|it| it.is(Kind::DeferStatement) && recovers(it)))
}

impl<'p> Value<'p> {
    /// The nodes of a kind in the same declaration that begin before the assertion.
    pub(super) fn before(&self, kind: Kind) -> impl Iterator<Item = Node<'p>> {
        let (end, own) = (self.assertion.start_byte(), self.source.span());
        self.declaration
            .descendants()
            .take_while(move |it| it.start_byte() < end)
            .filter(move |it| it.is(kind) && it.span() != own)
    }

    /// Whether the same expression stands before: what it gave may have been looked at.
    pub(super) fn is_asked_before(&self) -> bool {
        let text = self.file.text_of(self.source);
        self.before(self.source.go_kind()).any(|it| self.file.text_of(it) == text)
    }

    /// Whether the declaration calls such a method of the same container before.
    pub(super) fn is_filled_before(&self, holder: Node<'p>, methods: &[&str]) -> bool {
        let text = self.file.text_of(holder);
        self.before(Kind::CallExpression).filter_map(GoNode::callee).any(|it| {
            let (of, name) = (it.field(Field::Operand), it.field(Field::Field));
            of.is_some_and(|it| self.file.text_of(it) == text)
                && name.is_some_and(|it| methods.contains(&self.file.text_of(it)))
        })
    }
}
