//! The package's variable or field that holds a container, and everything that the package does
//! with it.

use crate::golang::{
    Declared, Field, GoFile, GoNode, ItemKind, Kind, Node, Package, Resolved, StructField,
};
use crate::rules::engine::Context;
use crate::rules::types::{Named, Types, only, value_of};

/// Who holds a container.
#[derive(Clone, Copy)]
pub(super) enum Home<'p> {
    /// A variable of the package.
    Var(Declared<'p>),
    /// A field of one of its structs.
    Field { owner: Declared<'p>, name: &'p str, type_node: Node<'p> },
}

/// What the package does with a container.
#[derive(Clone, Copy)]
pub(super) enum Usage<'p> {
    /// It is given this value.
    Set(&'p GoFile, Node<'p>),
    /// Its `New` is given this value.
    SetNew(&'p GoFile, Node<'p>),
    /// The method or field of this name is used, by this selector.
    Member(&'p GoFile, Node<'p>, &'p str),
}

impl<'p> Home<'p> {
    /// Who holds what the expression stands for, if the package's own code says so.
    pub(super) fn of(package: &'p Package, file: &'p GoFile, holder: Node<'p>) -> Option<Self> {
        match holder.go_kind() {
            Kind::Identifier => {
                let Resolved::Outer(name) = file.resolve(holder) else { return None };
                let it = only(package.declared(name))?;
                (it.item.kind == ItemKind::Var).then_some(Self::Var(it))
            }
            Kind::SelectorExpression if file.qualified(holder).is_none() => {
                let types = Types(package);
                let of = types.of(file, holder.field(Field::Operand)?)?;
                let Named::Own(owner) = types.named(of)? else { return None };
                let name = file.text_of(holder.field(Field::Field)?);
                let (of, node) = types.struct_type(of)?;
                let field = only(
                    StructField::all(of, node)
                        .into_iter()
                        .filter(|it| it.name == name && !it.embedded),
                )?;
                Some(Self::Field { owner, name, type_node: field.type_node })
            }
            _ => None,
        }
    }

    /// The name of the variable or field.
    pub(super) fn name(&self) -> &'p str {
        match self {
            Self::Var(it) => &it.item.name,
            Self::Field { name, .. } => name,
        }
    }

    /// Whether other packages can reach it.
    pub(super) fn is_exported(&self) -> bool {
        self.name().starts_with(char::is_uppercase)
    }

    /// Everything that the package does with it; `None` where that is not all known: somebody may
    /// get its address, or a struct is written without the names of its fields.
    pub(super) fn usages(&self, context: &Context<'p>) -> Option<Vec<Usage<'p>>> {
        if !context.affords_walk() {
            return None;
        }
        let mut usages = Vec::new();
        if let Self::Var(it) = self {
            let spec = it.item.node(it.file)?;
            let name = spec.parts().find(|node| node.span() == it.item.name_span)?;
            if spec.field(Field::Value).is_some() {
                usages.push(Usage::Set(it.file, value_of(spec, name)?));
            }
        }
        let owner = match self {
            Self::Var(it) => *it,
            Self::Field { owner, .. } => *owner,
        };
        for file in context.package.files().iter().filter(|it| !it.is_test()) {
            if !file.text().contains(self.name()) && !file.text().contains(&*owner.item.name) {
                continue;
            }
            let mut nodes = file.root().descendants();
            while let Some(node) = nodes.next() {
                if node.go_kind().is_string() {
                    nodes.skip_below();
                } else if let Some(it) = self.usage(context, file, node)? {
                    usages.push(it);
                }
            }
        }
        Some(usages)
    }

    /// What the node says of it: `None` means that everything may happen to it from here on.
    fn usage(
        &self,
        context: &Context<'p>,
        file: &'p GoFile,
        node: Node<'p>,
    ) -> Option<Option<Usage<'p>>> {
        let named = |it: Option<Node<'p>>| it.is_some_and(|it| file.text_of(it) == self.name());
        let is_it = match (self, node.go_kind()) {
            (Self::Var(_), Kind::Identifier) => {
                named(Some(node))
                    && matches!(file.resolve(node), Resolved::Outer(_))
                    && file.declaration(node.start_byte()).is_some()
            }
            (Self::Field { .. }, Kind::SelectorExpression) => {
                named(node.field(Field::Field))
                    && file.qualified(node).is_none()
                    && self.may_own(context.package, file, node.field(Field::Operand)?)
            }
            (Self::Field { .. }, Kind::CompositeLiteral) => {
                return self.in_literal(context.package, file, node);
            }
            _ => false,
        };
        if !is_it {
            return Some(None);
        }
        if !context.affords(file, 2) {
            return None;
        }
        let around = node.ancestors(file.root());
        let parent = *around.first()?;
        match parent.go_kind() {
            Kind::SelectorExpression => {
                let name = file.text_of(parent.field(Field::Field)?);
                let by = around.get(2).filter(|it| it.is(Kind::AssignmentStatement));
                let value = by.and_then(|it| value_of(*it, parent));
                Some(Some(match value {
                    Some(it) if name == "New" => Usage::SetNew(file, it),
                    _ => Usage::Member(file, parent, name),
                }))
            }
            Kind::BinaryExpression => Some(None),
            Kind::VarSpec => Some(None),
            Kind::ExpressionList => {
                let by = around.get(1)?;
                Some(Some(Usage::Set(file, value_of(*by, node)?)))
            }
            _ => None,
        }
    }

    /// What a literal of the struct gives the field.
    fn in_literal(
        &self,
        package: &'p Package,
        file: &'p GoFile,
        literal: Node<'p>,
    ) -> Option<Option<Usage<'p>>> {
        let types = Types(package);
        let of = types.of(file, literal).and_then(|it| types.named(it));
        let ours = match of {
            Some(Named::Own(it)) => self.is_owner(it),
            Some(Named::Foreign(..)) => return Some(None),
            None => false,
        };
        let elements = literal.field(Field::Body).into_iter().flat_map(GoNode::parts);
        for element in elements {
            if !element.is(Kind::KeyedElement) {
                // Types of elements may be left out: such a literal may hold any of ours.
                if ours || self.is_mentioned(file, element) {
                    return None;
                }
                continue;
            }
            let (key, value) = (element.field(Field::Key)?, element.field(Field::Value)?);
            let value = value.parts().next().filter(|_| value.is(Kind::LiteralElement));
            if ours && file.text_of(key) == self.name() {
                return Some(Some(Usage::Set(file, value?)));
            }
            if !ours && of.is_none() && self.is_mentioned(file, element) {
                return None;
            }
        }
        Some(None)
    }

    /// Whether a literal whose type is left out gives a value to a field of this name.
    fn is_mentioned(&self, file: &GoFile, element: Node<'_>) -> bool {
        let inner = element.descendants().filter(|it| it.is(Kind::LiteralValue));
        let mut keys = inner.flat_map(GoNode::parts).filter_map(|it| it.field(Field::Key));
        keys.any(|it| file.text_of(it) == self.name())
    }

    /// Whether an operand may be of the struct: it is, or nobody knows.
    fn may_own(&self, package: &'p Package, file: &'p GoFile, operand: Node<'p>) -> bool {
        let types = Types(package);
        match types.of(file, operand).and_then(|it| types.named(it)) {
            Some(Named::Own(it)) => self.is_owner(it),
            Some(Named::Foreign(..)) => false,
            None => true,
        }
    }

    /// Whether this is the struct.
    pub(super) fn is_owner(&self, it: Declared<'_>) -> bool {
        matches!(self, Self::Field { owner, .. } if std::ptr::eq(owner.item, it.item))
    }
}
