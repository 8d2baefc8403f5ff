//! The package's variable or field that holds a container, and everything that the package does
//! with it.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};
use crate::rules::engine::Context;
use crate::rules::object::Object;
use crate::rules::survey::At;
use crate::rules::types::{Type, only, value_of};

/// Who holds a container.
#[derive(Clone, Copy)]
pub(super) struct Home<'p> {
    object: Object<'p>,
    /// The specification of the package's variable, or nothing for a field.
    spec: Option<At<'p>>,
    /// Whether it holds a pointer to the container.
    pub(super) is_pointer: bool,
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
    /// Who holds what the expression stands for, if it is a variable or a field of the package.
    pub(super) fn of(context: &Context<'p>, file: &'p GoFile, holder: Node<'p>) -> Option<Self> {
        let object = Object::of(context, file, holder)?;
        let spec = match object {
            Object::Local(..) => return None,
            Object::Var(name) => {
                let declared = only(context.package.vars(name))?;
                Some(At { file: declared.file, node: declared.item.node(declared.file)? })
            }
            Object::Field(..) => None,
        };
        let is_pointer = matches!(context.types.of(file, holder), Type::Pointer(_));
        Some(Self { object, spec, is_pointer })
    }

    /// Whether it is a field, which code elsewhere may set by a literal or through a pointer.
    pub(super) fn is_field(&self) -> bool {
        self.spec.is_none()
    }

    /// Whether other packages can reach it.
    pub(super) fn is_exported(&self) -> bool {
        self.object.is_exported()
    }

    /// Everything that the package does with it, its tests left out; `None` where that is not all
    /// known: somebody may get its address, or the type of what it is selected from is not known.
    pub(super) fn usages(&self, context: &Context<'p>) -> Option<Vec<Usage<'p>>> {
        let mut usages = Vec::new();
        if let Some(At { file, node: spec }) = self.spec
            && spec.field(Field::Value).is_some()
        {
            let name = spec.parts().find(|it| Some(file.text_of(*it)) == self.name())?;
            usages.push(Usage::Set(file, value_of(spec, name)?));
        }
        for mention in self.object.mentions(context)? {
            if mention.at.file.is_test() {
                continue;
            }
            if !mention.sure || !context.affords(mention.at.file, 2) {
                return None;
            }
            usages.extend(usage(mention.at)?);
        }
        Some(usages)
    }

    /// Whether the expression makes the struct that has the field.
    pub(super) fn is_made_by(&self, context: &Context<'p>, literal: At<'p>) -> bool {
        let made = context.types.of(literal.file, literal.node).declared_name();
        made.is_some() && made == self.object.holder(context.package)
    }

    fn name(&self) -> Option<&'p str> {
        match self.object {
            Object::Local(..) => None,
            Object::Field(_, _, name) | Object::Var(name) => Some(name),
        }
    }
}

/// What a mention does with the container: the outer `None` means that everything may happen to it
/// from here on, the inner one that nothing does.
fn usage(at: At<'_>) -> Option<Option<Usage<'_>>> {
    let At { file, node } = at;
    if node.is(Kind::KeyedElement) || node.is(Kind::LiteralElement) {
        let given = if node.is(Kind::KeyedElement) { node.field(Field::Value)? } else { node };
        return Some(Some(Usage::Set(file, given.parts().next()?)));
    }
    let around = at.around();
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
        Kind::ExpressionList => {
            let by = around.get(1)?;
            Some(Some(Usage::Set(file, value_of(*by, node)?)))
        }
        _ => None,
    }
}
