//! Who holds a client that the package makes, and what the package does with it.

use crate::golang::types::OwnType;
use crate::golang::{
    Access, BindingId, Field, GoFile, GoNode, ItemKind, Kind, Node, Package, Place, Resolved,
};
use crate::rules::engine::Context;
use crate::rules::object::is_exported;

use super::{SENDING, sends};

/// Who holds a client.
pub(super) enum Keeper<'p> {
    /// A local variable.
    Local(&'p GoFile, BindingId),
    /// A variable of the package that others cannot reach.
    Package(&'p str),
    /// A field of a struct of the package.
    Field(OwnType<'p>, &'p str),
}

impl<'p> Keeper<'p> {
    /// Who holds the client that is made at the place.
    pub(super) fn of(
        context: &Context<'p>,
        place: &Place<'p, '_>,
        client: Node<'p>,
    ) -> Option<Self> {
        let file = place.file;
        let mut around = place.ancestors.iter().rev().copied().peekable();
        let mut value = client;
        while let Some(it) = around.next_if(|it| {
            let address = it.is(Kind::UnaryExpression) && it.operator() == Some("&");
            address || matches!(it.go_kind(), Kind::ParenthesizedExpression | Kind::LiteralElement)
        }) {
            value = it;
        }
        if client.is(Kind::VarSpec) {
            let name = client.field(Field::Name)?;
            return Self::named(context, file, name);
        }
        let parent = around.next()?;
        match parent.go_kind() {
            Kind::ExpressionList => {
                let by = around.next()?;
                let names = by.field(Field::Left).or_else(|| by.field(Field::Name))?;
                let names: Vec<_> = match by.go_kind() {
                    Kind::VarSpec => by.parts().filter(|it| it.is(Kind::Identifier)).collect(),
                    _ if names.is(Kind::ExpressionList) => names.parts().collect(),
                    _ => vec![names],
                };
                let at = parent.parts().position(|it| it.id() == value.id())?;
                Self::named(context, file, *names.get(at)?)
            }
            Kind::KeyedElement => {
                let key = parent.field(Field::Key)?;
                let literal = around.nth(1).filter(|it| it.is(Kind::CompositeLiteral))?;
                Self::field(context, file, literal, file.text_of(key))
            }
            _ => None,
        }
    }

    /// The variable or field that a name or selector stands for.
    fn named(context: &Context<'p>, file: &'p GoFile, target: Node<'p>) -> Option<Self> {
        match target.go_kind() {
            Kind::Identifier => {
                if let Some(id) = file.scopes().declared_at(target.span()) {
                    return Some(Self::Local(file, id));
                }
                match file.resolve(target) {
                    Resolved::Local(id, _) => Some(Self::Local(file, id)),
                    Resolved::Outer(_) | Resolved::Nothing => {
                        Self::package_var(context.package, file.text_of(target))
                    }
                    Resolved::Import(_) => None,
                }
            }
            Kind::SelectorExpression => {
                let operand = target.field(Field::Operand)?;
                let name = target.field(Field::Field)?;
                Self::field(context, file, operand, file.text_of(name))
            }
            _ => None,
        }
    }

    fn package_var(package: &'p Package, name: &'p str) -> Option<Self> {
        let mut all = package.declared(name);
        let is_var = all.next().is_some_and(|it| it.item.kind == ItemKind::Var);
        (is_var && all.next().is_none() && !is_exported(name) && !package.is_partial())
            .then_some(Self::Package(name))
    }

    fn field(
        context: &Context<'p>,
        file: &'p GoFile,
        holder: Node<'p>,
        name: &'p str,
    ) -> Option<Self> {
        let holder = context.types.of(file, holder);
        let own = holder.behind().own()?;
        // Others may set what they can see, and what is embedded shows its methods.
        let fields = context.types.struct_fields(holder.behind())?;
        let plain = fields.iter().any(|(it, _)| it.name == name && !it.embedded);
        (plain && !is_exported(name) && !context.package.is_partial())
            .then_some(Self::Field(own, name))
    }

    /// The calls through the client that nothing ends; `None` if the client may be limited or
    /// handed on, so that nothing is certain.
    pub(super) fn endless_calls(
        &self,
        context: &Context<'p>,
    ) -> Option<Vec<(&'p GoFile, Node<'p>)>> {
        let package = context.package;
        let mut calls = Vec::new();
        match self {
            Self::Local(file, id) => {
                let uses = || file.scopes().uses_of(*id);
                context.affords(file, 2 * uses().count()).then_some(())?;
                for it in uses() {
                    let node = file.node(it.span, Kind::Identifier)?;
                    if it.access == Access::Write && !it.part {
                        continue;
                    }
                    calls.extend(use_of(context, file, node)?.map(|it| (*file, it)));
                }
            }
            Self::Package(name) => {
                context.affords_walk().then_some(())?;
                for file in package.files() {
                    for it in file.scopes().uses() {
                        if it.binding().is_some() || file.slice(it.span) != *name {
                            continue;
                        }
                        context.affords(file, 2).then_some(())?;
                        let node = file.node(it.span, Kind::Identifier)?;
                        calls.extend(use_of(context, file, node)?.map(|it| (&**file, it)));
                    }
                }
            }
            Self::Field(own, name) => {
                context.affords_walk().then_some(())?;
                for file in package.files() {
                    if !file.text().contains(name) {
                        continue;
                    }
                    for node in file.root().descendants() {
                        if !node.is(Kind::SelectorExpression) {
                            continue;
                        }
                        let field = node.field(Field::Field);
                        if field.is_none_or(|it| file.text_of(it) != *name) {
                            continue;
                        }
                        if is_field_of(context, file, node, *own)? {
                            context.affords(file, 1).then_some(())?;
                            calls.extend(use_of(context, file, node)?.map(|it| (&**file, it)));
                        }
                    }
                }
            }
        }
        Some(calls)
    }
}

/// Whether a selector means a field of this type; `None` when its operand's type is unknown.
fn is_field_of<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    selector: Node<'p>,
    own: OwnType<'p>,
) -> Option<bool> {
    if file.qualified(selector).is_some() {
        return Some(false);
    }
    let operand = context.types.of(file, selector.field(Field::Operand)?);
    operand.is_known().then(|| operand.behind().own() == Some(own))
}

/// What one use of a client means: `Some(Some(call))` for an endless call, `Some(None)` for what
/// is harmless, `None` for everything that may limit it or hand it on.
fn use_of<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    client: Node<'p>,
) -> Option<Option<Node<'p>>> {
    let around = client.ancestors(file.root());
    let parent = *around.first()?;
    match parent.go_kind() {
        Kind::SelectorExpression => {
            let name = file.text_of(parent.field(Field::Field)?);
            let called =
                around.get(1).filter(|it| it.callee().is_some_and(|c| c.id() == parent.id()));
            match (called, name) {
                (Some(call), "Do") if sends(context, file, *call) => Some(Some(*call)),
                (Some(_), "Do" | "CloseIdleConnections") => Some(None),
                (Some(call), _) if SENDING.contains(&name) => Some(Some(*call)),
                (None, "CheckRedirect" | "Jar") => Some(None),
                _ => None,
            }
        }
        // `if c.client == nil`, and the assignment that makes it.
        Kind::BinaryExpression => Some(None),
        Kind::ExpressionList => {
            let by = around.get(1)?;
            let made = by.is(Kind::AssignmentStatement)
                && by.field(Field::Left).is_some_and(|it| it.id() == parent.id())
                && by
                    .field(Field::Right)
                    .is_some_and(|it| it.parts().all(|it| makes_client(file, it)));
            made.then_some(None)
        }
        _ => None,
    }
}

/// Whether the value is a client that is made on the spot, not one from elsewhere.
fn makes_client(file: &GoFile, value: Node<'_>) -> bool {
    let value = value.unparen();
    match value.go_kind() {
        Kind::UnaryExpression => {
            value.field(Field::Operand).is_some_and(|it| it.unparen().is(Kind::CompositeLiteral))
        }
        Kind::CompositeLiteral => true,
        Kind::CallExpression => {
            value.callee().is_some_and(|it| matches!(file.resolve(it), Resolved::Outer("new")))
        }
        _ => false,
    }
}
