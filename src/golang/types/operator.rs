//! The types of unary and binary operations.

use super::super::{Field, GoFile, GoNode, Node};
use super::TypeInfo;
use super::basic::Basic;
use super::ty::Type;

impl<'p> TypeInfo<'p> {
    pub(super) fn unary(&self, file: &'p GoFile, node: Node<'p>, depth: usize) -> Option<Type<'p>> {
        let operand = node.field(Field::Operand)?;
        let of = self.expression(file, operand, depth);
        match node.operator()? {
            "&" => of.is_known().then(|| of.pointer_to()),
            "*" => match self.underlying_type(&of, depth) {
                Type::Pointer(to) => Some((*to).clone()),
                _ => None,
            },
            "<-" => match self.underlying_type(&of, depth) {
                Type::Chan(_, of) => Some((*of).clone()),
                _ => None,
            },
            _ => Some(of),
        }
    }

    pub(super) fn binary(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
        depth: usize,
    ) -> Option<Type<'p>> {
        let operator = node.operator()?;
        if let "==" | "!=" | "<" | "<=" | ">" | ">=" = operator {
            return Some(Type::Basic(Basic::UntypedBool));
        }
        let left = self.expression(file, node.field(Field::Left)?, depth);
        let right = || Some(self.expression(file, node.field(Field::Right)?, depth));
        let untyped = |it: &Type<'_>| match it {
            Type::Basic(it) => it.is_untyped().then_some(*it),
            _ => None,
        };
        if let "<<" | ">>" = operator {
            let Some(_) = untyped(&left) else { return Some(left) };
            // What an untyped constant becomes that is shifted by a variable, its context says.
            let by = right()?;
            let constant = untyped(&by).is_some()
                || self.integer(file, node.field(Field::Right)?, depth).is_some();
            return constant.then_some(Type::Basic(Basic::UntypedInt));
        }
        match untyped(&left) {
            // An operand of an unknown type may itself be an untyped constant.
            None if left.is_known() => Some(left),
            None => right().filter(|it| untyped(it).is_none()),
            Some(a) => {
                let right = right()?;
                match untyped(&right) {
                    None => Some(right),
                    Some(b) => a.wider(b).map(Type::Basic),
                }
            }
        }
    }
}
