//! From expressions to types.

use std::rc::Rc;

use super::super::{Field, GoFile, GoNode, Kind, Node};
use super::basic::Basic;
use super::ty::{Type, none};
use super::{TypeInfo, foreign};

impl<'p> TypeInfo<'p> {
    /// The type of an expression.
    pub(super) fn expression(&self, file: &'p GoFile, node: Node<'p>, depth: usize) -> Type<'p> {
        let node = node.unparen();
        let Some(depth) = self.deeper(depth) else { return Type::Unknown };
        if let Some(basic) = literal(node.go_kind()) {
            return basic;
        }
        if node.is(Kind::Identifier) {
            return self.identifier(file, node, depth);
        }
        self.remembered(&self.expressions, node.id(), || {
            self.try_expression(file, node, depth).unwrap_or_default()
        })
    }

    fn try_expression(&self, file: &'p GoFile, node: Node<'p>, depth: usize) -> Option<Type<'p>> {
        match node.go_kind() {
            Kind::CompositeLiteral => {
                let written = node.field(Field::Type)?;
                if !written.is(Kind::ImplicitLengthArrayType) {
                    return Some(self.written_type(file, written, &none(), depth));
                }
                let of = self.written_type(file, written.field(Field::Element)?, &none(), depth);
                let elements = node.field(Field::Body)?.parts();
                let keyed = |it: &Node<'_>| it.is(Kind::KeyedElement);
                let mut count = 0;
                for it in elements {
                    // Keys may leave elements out.
                    if keyed(&it) {
                        return Some(Type::Array(None, Rc::new(of)));
                    }
                    count += 1;
                }
                Some(Type::Array(Some(count), Rc::new(of)))
            }
            Kind::FuncLiteral => Some(self.signature(file, node, &none(), depth)),
            Kind::TypeAssertionExpression => {
                Some(self.written_type(file, node.field(Field::Type)?, &none(), depth))
            }
            Kind::TypeConversionExpression => self.converted(file, node.field(Field::Type)?, depth),
            Kind::SelectorExpression => self.selector(file, node, depth),
            Kind::IndexExpression => self.index(file, node, depth),
            Kind::SliceExpression => {
                let of = self.expression(file, node.field(Field::Operand)?, depth);
                match self.underlying_type(&of, depth) {
                    Type::Slice(_) => Some(of),
                    Type::Basic(it) if it.is_string() => Some(of.of_variable()),
                    Type::Array(_, of) => Some(Type::Slice(of)),
                    Type::Pointer(to) => match self.underlying_type(&to, depth) {
                        Type::Array(_, of) => Some(Type::Slice(of)),
                        _ => None,
                    },
                    _ => None,
                }
            }
            Kind::CallExpression => self.call(file, node, depth),
            Kind::UnaryExpression => self.unary(file, node, depth),
            Kind::BinaryExpression => self.binary(file, node, depth),
            _ => None,
        }
    }

    /// What a conversion to a type gives, or what else Go reads where the grammar sees one.
    fn converted(&self, file: &'p GoFile, to: Node<'p>, depth: usize) -> Option<Type<'p>> {
        let depth = self.deeper(depth)?;
        match to.go_kind() {
            // `*T(x)` is what the result of `T(x)` points to.
            Kind::PointerType => {
                let of = self.converted(file, to.parts().next()?, depth)?;
                match self.underlying_type(&of, depth) {
                    Type::Pointer(to) => Some((*to).clone()),
                    _ => None,
                }
            }
            // `<-chan T(x)` receives, and `func() T(x)` is no expression.
            Kind::ChannelType | Kind::FunctionType => None,
            Kind::GenericType => {
                // `p.F[A, B](x)` may as well call a generic function.
                if let Some((path, name)) = file.qualified(to.field(Field::Type)?) {
                    foreign::type_in_table(path, name)?;
                }
                Some(self.written_type(file, to, &none(), depth))
            }
            _ => Some(self.written_type(file, to, &none(), depth)),
        }
    }

    /// `p.Name`, `x.field`, `x.Method` or `T.Method`.
    fn selector(&self, file: &'p GoFile, node: Node<'p>, depth: usize) -> Option<Type<'p>> {
        if let Some((path, name)) = file.qualified(node) {
            self.table(path)?;
            return Some(foreign::value(path, name));
        }
        let operand = node.field(Field::Operand)?;
        let name = file.text_of(node.field(Field::Field)?);
        if let Some(receiver) = self.as_type(file, operand, depth) {
            let member = self.member_of(&receiver, name, depth)?;
            let Type::Func(method) = &member.of else { return None };
            let mut method = (**method).clone();
            method.parameters.insert(0, receiver);
            return Some(Type::Func(Rc::new(method)));
        }
        let of = self.expression(file, operand, depth);
        Some(self.member_of(&of, name, depth)?.of)
    }

    fn index(&self, file: &'p GoFile, node: Node<'p>, depth: usize) -> Option<Type<'p>> {
        let of = self.expression(file, node.field(Field::Operand)?, depth);
        match self.underlying_type(&of, depth) {
            Type::Slice(of) | Type::Array(_, of) => Some((*of).clone()),
            Type::Map(of) => Some(of.1.clone()),
            Type::Basic(it) if it.is_string() => Some(Type::Basic(Basic::Uint8)),
            Type::Pointer(to) => match self.underlying_type(&to, depth) {
                Type::Array(_, of) => Some((*of).clone()),
                _ => None,
            },
            // A generic function with its type argument.
            Type::Func(_) => Some(of),
            _ => None,
        }
    }

    /// The type that an expression stands for, where it stands for one: `T`, `p.T`, `*T`, `T[A]`.
    ///
    /// A name of an unknown package is none: whether it is a type or a function, nobody knows.
    pub(super) fn as_type(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
        depth: usize,
    ) -> Option<Type<'p>> {
        let depth = self.deeper(depth)?;
        let node = node.unparen();
        let of = match node.go_kind() {
            Kind::Identifier => self.written_type(file, node, &none(), depth),
            Kind::SelectorExpression => {
                let (path, name) = file.qualified(node)?;
                match path {
                    "unsafe" if name == "Pointer" => Type::Basic(Basic::UnsafePointer),
                    _ => foreign::type_in_table(path, name)?,
                }
            }
            Kind::UnaryExpression if node.operator() == Some("*") => {
                self.as_type(file, node.field(Field::Operand)?, depth)?.pointer_to()
            }
            Kind::IndexExpression => {
                let generic = self.as_type(file, node.field(Field::Operand)?, depth)?;
                let argument = self.as_type(file, node.field(Field::Index)?, depth);
                super::written::instantiated(generic, vec![argument.unwrap_or_default()])
            }
            Kind::TypeConversionExpression | Kind::TypeInstantiationExpression => return None,
            _ if node.go_kind().is_type() => self.written_type(file, node, &none(), depth),
            _ => return None,
        };
        of.is_known().then_some(of)
    }
}

fn literal<'p>(kind: Kind) -> Option<Type<'p>> {
    Some(Type::Basic(match kind {
        Kind::IntLiteral | Kind::Iota => Basic::UntypedInt,
        Kind::FloatLiteral => Basic::UntypedFloat,
        Kind::ImaginaryLiteral => Basic::UntypedComplex,
        Kind::RuneLiteral => Basic::UntypedRune,
        Kind::InterpretedStringLiteral | Kind::RawStringLiteral => Basic::UntypedString,
        Kind::True | Kind::False => Basic::UntypedBool,
        Kind::Nil => return Some(Type::Nil),
        _ => return None,
    }))
}
