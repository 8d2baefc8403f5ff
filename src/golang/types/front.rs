//! Where types are written down in the package: an earlier, smaller answer than
//! [`TypeInfo`](super::TypeInfo)'s, for those who look for the type's node.
//!
//! Pointers are looked through, since methods and fields are reached the same way.

use super::super::{
    Declared, Field, GoFile, GoNode, ItemKind, Kind, Node, Package, Resolved, StructField,
};
use super::{only, value_of};

/// How many steps from an expression to its type are followed; real code needs a handful.
const STEPS: usize = 16;

/// A type expression, and the file whose imports it speaks of.
#[derive(Debug, Clone, Copy)]
pub struct TypeExpr<'p> {
    /// The file.
    pub file: &'p GoFile,
    /// The type's node.
    pub node: Node<'p>,
}

/// What a type expression names.
#[derive(Debug, Clone, Copy)]
pub enum Named<'p> {
    /// A type of another package: import path and name.
    Foreign(&'p str, &'p str),
    /// A type that the package declares.
    Own(Declared<'p>),
}

/// Types within one package.
#[derive(Debug, Clone, Copy)]
pub struct Types<'p>(pub &'p Package);

impl<'p> Types<'p> {
    /// The type of an expression, pointers looked through.
    pub fn of(self, file: &'p GoFile, expression: Node<'p>) -> Option<TypeExpr<'p>> {
        self.expression(file, expression, STEPS)
    }

    /// What the type expression names; pointers, parentheses and aliases looked through.
    pub fn named(self, of: TypeExpr<'p>) -> Option<Named<'p>> {
        let TypeExpr { mut file, mut node } = of;
        for _ in 0..STEPS {
            match node.go_kind() {
                Kind::PointerType | Kind::ParenthesizedType => node = node.parts().next()?,
                Kind::GenericType => node = node.field(Field::Type)?,
                Kind::QualifiedType => {
                    let (path, name) = file.qualified(node)?;
                    return Some(Named::Foreign(path, name));
                }
                Kind::TypeIdentifier | Kind::Identifier => {
                    let Resolved::Outer(name) = file.resolve(node) else { return None };
                    let declared = only(self.0.types(name))?;
                    let spec = declared.item.node(declared.file)?;
                    if !spec.is(Kind::TypeAlias) {
                        return Some(Named::Own(declared));
                    }
                    (file, node) = (declared.file, spec.field(Field::Type)?);
                }
                _ => return None,
            }
        }
        None
    }

    /// A field of a struct type of the package, promoted ones included.
    pub fn field(self, of: TypeExpr<'p>, name: &str) -> Option<TypeExpr<'p>> {
        // Breadth first, as Go does it; an unknown embedded type may hide the field.
        let mut level = vec![of];
        for _ in 0..4 {
            let mut next = Vec::new();
            for it in level {
                let (file, node) = self.struct_type(it)?;
                for field in StructField::all(file, node) {
                    let found = TypeExpr { file, node: field.type_node };
                    if field.name == name {
                        return Some(found);
                    }
                    if field.embedded {
                        next.push(found);
                    }
                }
            }
            next.retain(|it| self.struct_type(*it).is_some());
            if next.is_empty() {
                return None;
            }
            level = next;
        }
        None
    }

    /// The struct behind a type expression, with its file.
    pub fn struct_type(self, of: TypeExpr<'p>) -> Option<(&'p GoFile, Node<'p>)> {
        if of.node.is(Kind::StructType) {
            return Some((of.file, of.node));
        }
        let Named::Own(declared) = self.named(of)? else { return None };
        let spec = declared.item.node(declared.file)?;
        let node = spec.field(Field::Type).filter(|it| it.is(Kind::StructType))?;
        Some((declared.file, node))
    }

    fn expression(self, file: &'p GoFile, node: Node<'p>, steps: usize) -> Option<TypeExpr<'p>> {
        let steps = steps.checked_sub(1)?;
        let node = node.unparen();
        match node.go_kind() {
            Kind::CompositeLiteral => Some(TypeExpr { file, node: node.field(Field::Type)? }),
            Kind::TypeAssertionExpression => {
                Some(TypeExpr { file, node: node.field(Field::Type)? })
            }
            Kind::UnaryExpression if matches!(node.operator(), Some("&" | "*")) => {
                self.expression(file, node.field(Field::Operand)?, steps)
            }
            Kind::CallExpression => self.call(file, node, steps),
            Kind::SelectorExpression => {
                if file.qualified(node).is_some() {
                    return None;
                }
                let operand = self.expression(file, node.field(Field::Operand)?, steps)?;
                self.field(operand, file.text_of(node.field(Field::Field)?))
            }
            Kind::Identifier => match file.resolve(node) {
                Resolved::Local(_, binding) => {
                    let (span, kind) = binding.declared_by;
                    let by = file.node(span, kind)?;
                    let at = by.descendants().find(|it| it.span() == binding.name)?;
                    self.declared(file, by, at, steps)
                }
                Resolved::Outer(name) => {
                    let declared = only(self.0.declared(name))?;
                    if declared.item.kind != ItemKind::Var {
                        return None;
                    }
                    let spec = declared.item.node(declared.file)?;
                    let at = spec.descendants().find(|it| it.span() == declared.item.name_span)?;
                    self.declared(declared.file, spec, at, steps)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The type that a declaration gives to one of its names.
    fn declared(
        self,
        file: &'p GoFile,
        by: Node<'p>,
        name: Node<'p>,
        steps: usize,
    ) -> Option<TypeExpr<'p>> {
        if let Kind::ParameterDeclaration | Kind::VarSpec = by.go_kind()
            && let Some(node) = by.field(Field::Type)
        {
            return Some(TypeExpr { file, node });
        }
        self.expression(file, value_of(by, name)?, steps)
    }

    /// The result of calling `new` or a function or method of the package.
    fn call(self, file: &'p GoFile, call: Node<'p>, steps: usize) -> Option<TypeExpr<'p>> {
        let callee = call.callee()?;
        let function = match callee.go_kind() {
            Kind::Identifier => {
                let Resolved::Outer(name) = file.resolve(callee) else { return None };
                if name == "new" && self.0.declared(name).next().is_none() {
                    return Some(TypeExpr { file, node: call.arguments().next()? });
                }
                only(self.0.functions(name))?
            }
            Kind::SelectorExpression => {
                let operand = self.expression(file, callee.field(Field::Operand)?, steps)?;
                let Named::Own(declared) = self.named(operand)? else { return None };
                let name = file.text_of(callee.field(Field::Field)?);
                only(self.0.methods(&declared.item.name, name))?
            }
            _ => return None,
        };
        let node = function.item.node(function.file)?;
        let result = node.field(Field::Result).filter(|it| !it.is(Kind::ParameterList))?;
        Some(TypeExpr { file: function.file, node: result })
    }
}
