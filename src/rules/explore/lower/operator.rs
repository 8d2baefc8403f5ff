//! Unary and binary operations.

use super::builder::Builder;
use super::shapes::Typed;
use crate::golang::types::Type;
use crate::golang::{Field, GoNode, Node};
use crate::rules::explore::code::{Op, Reg, TypeId};

/// The operators that the machine knows.
const OPERATORS: &[&str] =
    &["+", "-", "*", "/", "%", "&", "|", "^", "&^", "<<", ">>", "==", "!=", "<", "<=", ">", ">="];

impl<'p> Builder<'_, '_, 'p> {
    pub(super) fn unary_expression(&mut self, node: Node<'p>) -> Option<Reg> {
        let operand = node.field(Field::Operand)?;
        let operator = match node.operator()? {
            "&" => return self.address(operand),
            "*" => {
                let at = self.value(operand);
                return Some(self.load(at));
            }
            "<-" => {
                let channel = self.value(operand);
                let to = self.reg();
                self.emit(Op::Receive { to: Some(to), ok: None, channel });
                return Some(to);
            }
            "!" => "!",
            "-" => "-",
            "+" => "+",
            "^" => "^",
            _ => return None,
        };
        let from = self.value(operand);
        let to = self.reg();
        self.emit(Op::Unary { to, operator, from });
        let of = self.of(node).typed();
        // The machine does not know the width of what it negates.
        let number = matches!(self.types.underlying(&of), Type::Basic(it) if it.is_integer());
        if operator != "!" && number {
            let of = self.id(&of);
            self.emit(Op::Convert { to, from: to, of });
        }
        Some(to)
    }

    pub(super) fn binary_expression(&mut self, node: Node<'p>) -> Option<Reg> {
        let operator = node.operator()?;
        if let "&&" | "||" = operator {
            return Some(self.short_circuit(node));
        }
        let (left, right) = (node.field(Field::Left)?, node.field(Field::Right)?);
        if let "==" | "!=" | "<" | "<=" | ">" | ">=" = operator {
            let (left, right) = self.compared(left, right);
            let of = self.bool();
            return Some(self.binary(operator, left, right, of));
        }
        let of = self.of(node).typed();
        let of_left = self.of(left);
        let shift = matches!(operator, "<<" | ">>");
        let (left, right) = match shift {
            true => (self.value(left), self.value(right)),
            false => (self.value_as(left, &of), self.value_as(right, &of)),
        };
        // Of a shifted constant the context knows the type.
        let of = if of.is_known() || !shift { of } else { of_left.typed() };
        let of = self.id(&of);
        Some(self.binary(operator, left, right, of))
    }

    /// The operands of a comparison, as values of one type.
    fn compared(&mut self, left: Node<'p>, right: Node<'p>) -> (Reg, Reg) {
        let (of_left, of_right) = (self.of(left), self.of(right));
        let untyped = |it: &Type<'_>| matches!(it, Type::Basic(it) if it.is_untyped());
        let of = if self.is_interface(&of_left) || untyped(&of_right) || of_right == Type::Nil {
            of_left
        } else {
            of_right
        };
        let left = self.value_as(left, &of);
        let right = self.value_as(right, &of);
        (left, right)
    }

    /// An operation on two values.
    pub(super) fn binary(&mut self, operator: &str, left: Reg, right: Reg, of: TypeId) -> Reg {
        let to = self.reg();
        match OPERATORS.iter().find(|it| **it == operator) {
            Some(operator) => self.emit(Op::Binary { to, operator, left, right, of }),
            None => self.opaque("an operator"),
        }
        to
    }
}
