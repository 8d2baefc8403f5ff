//! One variable under all its names: a local, a field of a struct of the package, or a variable of
//! the package. The name of the variable that a field is reached through does not matter.

use crate::golang::{
    BindingId, Field, GoFile, GoNode, Item, ItemKind, Kind, Node, Package, Resolved, Span,
};

use super::engine::Context;
use super::survey::At;
use super::types::{FieldPlace, only};

/// A variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Object<'p> {
    /// A variable of a function, by its file.
    Local(&'p str, BindingId),
    /// A field, by its file and where its name is declared.
    Field(&'p str, Span, &'p str),
    /// A variable of the package.
    Var(&'p str),
}

/// A place that mentions a variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mention<'p> {
    /// The identifier, the selector, or the element of a composite literal that sets a field.
    pub(super) at: At<'p>,
    /// Whether it is this variable; else the type of what it is selected from is not known.
    pub(super) sure: bool,
}

impl<'p> Object<'p> {
    /// The variable that an expression stands for, `&` looked through.
    pub(super) fn of(
        context: &Context<'p>,
        file: &'p GoFile,
        expression: Node<'p>,
    ) -> Option<Self> {
        let mut node = expression.unparen();
        if node.is(Kind::UnaryExpression) && node.operator() == Some("&") {
            node = node.field(Field::Operand)?.unparen();
        }
        match node.go_kind() {
            Kind::Identifier => match file.resolve(node) {
                Resolved::Local(id, _) => Some(Self::Local(file.path(), id)),
                Resolved::Outer(name) => {
                    only(context.package.vars(name)).map(|it| Self::Var(&it.item.name))
                }
                _ => None,
            },
            Kind::SelectorExpression if file.qualified(node).is_none() => {
                let types = &context.types;
                let operand = types.of(file, node.field(Field::Operand)?);
                types.field(&operand, file.text_of(node.field(Field::Field)?)).and_then(Self::field)
            }
            _ => None,
        }
    }

    /// A field of a struct of the package.
    pub(super) fn field(place: FieldPlace<'p>) -> Option<Self> {
        match place {
            FieldPlace::Own(file, name) => Some(Self::Field(file.path(), name, file.slice(name))),
            FieldPlace::Foreign(..) => None,
        }
    }

    /// The name of the type that declares the field.
    pub(super) fn holder(self, package: &'p Package) -> Option<&'p str> {
        let Self::Field(path, span, _) = self else { return None };
        let file = package.files().iter().find(|it| **it.path() == *path)?;
        let holds = |it: &&Item| it.kind == ItemKind::Type && it.span.encloses(span);
        file.items().iter().find(holds).map(|it| &*it.name)
    }

    /// Whether other packages may be able to reach it.
    pub(super) fn is_exported(self) -> bool {
        match self {
            Self::Local(..) => false,
            Self::Field(_, _, name) | Self::Var(name) => is_exported(name),
        }
    }

    /// All places that mention the variable; `None` where finding them cannot be afforded.
    pub(super) fn mentions(self, context: &Context<'p>) -> Option<Vec<Mention<'p>>> {
        let package = context.package;
        let sure = |file, node| Mention { at: At { file, node }, sure: true };
        let mut all = Vec::new();
        match self {
            Self::Local(path, id) => {
                let file = package.files().iter().find(|it| **it.path() == *path)?;
                context.affords(file, file.scopes().uses_of(id).count()).then_some(())?;
                let uses = file.scopes().uses_of(id);
                let nodes = uses.filter_map(|it| file.node(it.span, Kind::Identifier));
                all.extend(nodes.map(|it| sure(file, it)));
            }
            Self::Var(name) => {
                for (file, span) in context.survey()?.names(name) {
                    context.affords(file, 1).then_some(())?;
                    all.extend(file.node(*span, Kind::Identifier).map(|it| sure(file, it)));
                }
            }
            Self::Field(_, _, name) => {
                let survey = context.survey()?;
                for at in survey.selectors(name) {
                    context.affords(at.file, 4).then_some(())?;
                    if at.file.qualified(at.node).is_some() {
                        continue;
                    }
                    let found = Self::of(context, at.file, at.node);
                    if found.is_none_or(|it| it == self) {
                        all.push(Mention { at: *at, sure: found.is_some() });
                    }
                }
                for at in survey.keyed(name) {
                    context.affords(at.file, 4).then_some(())?;
                    let literal = at.around().into_iter().nth(1);
                    let found = literal.and_then(|it| Self::set_by(context, at.file, it, name));
                    if found.is_none_or(|it| it == self) {
                        all.push(Mention { at: *at, sure: found.is_some() });
                    }
                }
                for at in survey.positional() {
                    context.affords(at.file, 2).then_some(())?;
                    if Self::set_by(context, at.file, at.node, name) == Some(self)
                        && let Some(it) = self.element(context, *at)
                    {
                        all.push(sure(at.file, it));
                    }
                }
            }
        }
        Some(all)
    }

    /// The field of this name that a composite literal sets.
    fn set_by(
        context: &Context<'p>,
        file: &'p GoFile,
        literal: Node<'p>,
        name: &'p str,
    ) -> Option<Self> {
        let literal = Some(literal).filter(|it| it.is(Kind::CompositeLiteral))?;
        let of = context.types.of(file, literal);
        context.types.field(&of, name).and_then(Self::field)
    }

    /// The element of a composite literal without keys that sets the field.
    fn element(self, context: &Context<'p>, literal: At<'p>) -> Option<Node<'p>> {
        let Self::Field(_, _, name) = self else { return None };
        let of = context.types.of(literal.file, literal.node);
        let fields = context.types.struct_fields(&of)?;
        let at = fields.iter().position(|(it, _)| it.name == name)?;
        literal.node.field(Field::Body)?.parts().nth(at)
    }
}

/// Whether other packages can see the name.
pub(super) fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

/// The variable at the beginning of `a.b[i].c`.
pub(super) fn root_of(mut node: Node<'_>) -> Node<'_> {
    while let Some(inner) = node.field(Field::Operand) {
        node = inner.unparen();
    }
    node
}
