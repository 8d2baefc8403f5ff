//! Expressions that are no constants.

use super::builder::Builder;
use super::source::Source;
use crate::golang::types::{Type, TypeInfo, only};
use crate::golang::{Field, GoNode, ItemKind, Kind, Node, Resolved};
use crate::rules::explore::code::{Kept, Op, Reg};

impl<'p> Builder<'_, '_, 'p> {
    /// The value of an expression; `None` where it is not understood.
    pub(super) fn expression(&mut self, node: Node<'p>) -> Option<Reg> {
        if !node.is(Kind::CallExpression) {
            self.first_within(node);
        }
        match node.go_kind() {
            Kind::Identifier => self.identifier(node),
            Kind::SelectorExpression => self.selector(node),
            Kind::IndexExpression => self.index_expression(node),
            Kind::SliceExpression => self.slice_expression(node),
            Kind::CallExpression => self.called(node, 1).first().copied(),
            Kind::TypeConversionExpression => {
                let to = self.types.written(self.file, node.field(Field::Type)?);
                self.conversion(node.field(Field::Operand)?, &to)
            }
            Kind::TypeInstantiationExpression => self.value_of_part(node),
            Kind::TypeAssertionExpression => {
                let from = self.value(node.field(Field::Operand)?);
                let of = self.of(node);
                of.is_known().then_some(())?;
                let of = self.id(&of);
                let to = self.reg();
                self.emit(Op::Assert { to, ok: None, from, of });
                Some(to)
            }
            Kind::UnaryExpression => self.unary_expression(node),
            Kind::BinaryExpression => self.binary_expression(node),
            Kind::CompositeLiteral => {
                let of = self.of(node);
                self.literal(node.field(Field::Body)?, &of)
            }
            Kind::FuncLiteral => self.function_literal(node),
            _ => None,
        }
    }

    /// `F[A, B]`
    fn value_of_part(&mut self, node: Node<'p>) -> Option<Reg> {
        let function = node.parts().find(|it| it.is(Kind::Identifier))?;
        Some(self.value(function))
    }

    fn identifier(&mut self, node: Node<'p>) -> Option<Reg> {
        if let Some(kept) = self.kept(node) {
            return Some(self.read(kept));
        }
        let Resolved::Outer(name) = self.file.resolve(node) else { return None };
        let declared = only(self.program.package.declared(name))?;
        if declared.item.kind != ItemKind::Function {
            return None;
        }
        let id = self.program.id(Source::Declared(declared));
        Some(self.closure(id, Vec::new()))
    }

    /// `p.Name`, `x.field`, `x.Method`, `T.Method`
    fn selector(&mut self, node: Node<'p>) -> Option<Reg> {
        if let Some((path, name)) = self.file.qualified(node) {
            return self.foreign(node, path, name);
        }
        let operand = node.field(Field::Operand)?;
        if let Some(of) = self.types.meant(self.file, operand) {
            let name = self.text(node.field(Field::Field)?);
            let id = self.program.id(Source::Method(of, name));
            return Some(self.closure(id, Vec::new()));
        }
        match self.field(node) {
            Some((place, _)) => Some(self.get(place)),
            None => self.method_value(node),
        }
    }

    /// A variable or a function of another package.
    fn foreign(&mut self, node: Node<'p>, path: &'p str, name: &'p str) -> Option<Reg> {
        if self.program.package.shares_module(path) {
            return None;
        }
        let of = match TypeInfo::of_table(path, name) {
            Type::Unknown => self.of(node),
            of => of,
        };
        let entry = crate::golang::signatures::Signatures::of(path)?.get(name)?;
        match entry {
            crate::golang::signatures::Entry::Func(..) => {
                let of = self.signature(&of)?;
                let (takes, gives) = (of.parameters.len(), of.results.len());
                let id = self.program.id(Source::Library(path, name, takes, gives));
                Some(self.closure(id, Vec::new()))
            }
            crate::golang::signatures::Entry::Var(_) => {
                let to = self.reg();
                self.library((path, "", name), Vec::new(), vec![to]);
                Some(to)
            }
            _ => None,
        }
    }

    /// A function literal with pointers to what it captures.
    fn function_literal(&mut self, node: Node<'p>) -> Option<Reg> {
        let mut captures = Vec::new();
        for it in self.file.scopes().captures(node) {
            let kept = self.env.get(&it.binding).copied();
            captures.push(match kept {
                Some(Kept::Memory(at)) => at,
                Some(Kept::Register(from)) => {
                    let at = self.fresh(&Type::Unknown);
                    self.emit(Op::Store { at, from });
                    at
                }
                None => return None,
            });
        }
        let id = self.program.id(Source::Literal(self.file, node));
        Some(self.closure(id, captures))
    }
}
