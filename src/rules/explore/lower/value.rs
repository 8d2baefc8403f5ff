//! Values for places, several values at once, and conditions.

use super::builder::{Builder, Label};
use crate::golang::types::{Basic, Type};
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::explore::code::{Constant, Op, Reg};

impl<'p> Builder<'_, '_, 'p> {
    /// The value of an expression. The register may be a variable's own.
    pub(super) fn value(&mut self, node: Node<'p>) -> Reg {
        let node = node.unparen();
        if let Some(known) = self.known.remove(&node.id()) {
            return known;
        }
        let value = self.within(node, |it| {
            let value = it.constant_value(node).or_else(|| it.expression(node));
            if value.is_none() {
                it.opaque("an expression that is not understood");
            }
            value
        });
        value.unwrap_or_else(|| self.reg())
    }

    /// The value of an expression as one of the type of the place that it is for.
    pub(super) fn value_as(&mut self, node: Node<'p>, to: &Type<'p>) -> Reg {
        let node = node.unparen();
        let of = self.of(node);
        // `var n int = 1e9`
        if matches!(of, Type::Basic(Basic::UntypedFloat))
            && matches!(self.types.underlying(to), Type::Basic(it) if it.is_integer())
            && let Some(value) = self.types.constant(self.file, node)
        {
            return self.integer(value);
        }
        let from = self.value(node);
        self.converted(from, &of, to)
    }

    /// The values of an expression that has several, and their types: the results of a call, or
    /// a value and whether it is there.
    pub(super) fn several(&mut self, node: Node<'p>, count: usize) -> Option<Vec<(Reg, Type<'p>)>> {
        let node = node.unparen();
        let found = self.within(node, |it| it.try_several(node, count));
        if found.is_none() {
            self.opaque("several values that are not understood");
        }
        found
    }

    fn try_several(&mut self, node: Node<'p>, count: usize) -> Option<Vec<(Reg, Type<'p>)>> {
        let of = self.of(node);
        if node.is(Kind::CallExpression) {
            let registers = self.called(node, count);
            let of = |at: usize| match &of {
                Type::Tuple(all) if all.len() == count => all.get(at).cloned().unwrap_or_default(),
                it if count == 1 => it.clone(),
                _ => Type::Unknown,
            };
            return Some((0..count).map(of).zip(registers).map(|(of, it)| (it, of)).collect());
        }
        if count != 2 {
            return None;
        }
        let boolean = Type::Basic(Basic::Bool);
        match node.go_kind() {
            Kind::IndexExpression => {
                let (map, key) = self.key_of(node)?;
                let (to, ok) = (self.reg(), self.reg());
                let value = self.id(&of);
                self.emit(Op::MapGet { to, ok: Some(ok), map, key, value });
                Some(vec![(to, of), (ok, boolean)])
            }
            Kind::TypeAssertionExpression => {
                let from = self.value(node.field(Field::Operand)?);
                let (to, ok) = (self.reg(), self.reg());
                let id = self.id(&of);
                self.emit(Op::Assert { to, ok: Some(ok), from, of: id });
                Some(vec![(to, of), (ok, boolean)])
            }
            Kind::UnaryExpression if node.operator() == Some("<-") => {
                let channel = self.value(node.field(Field::Operand)?);
                let (to, ok) = (self.reg(), self.reg());
                self.emit(Op::Receive { to: Some(to), ok: Some(ok), channel });
                Some(vec![(to, of), (ok, boolean)])
            }
            _ => None,
        }
    }

    /// The map and the key of an index expression on a map.
    pub(super) fn key_of(&mut self, node: Node<'p>) -> Option<(Reg, Reg)> {
        let operand = node.field(Field::Operand)?;
        let Type::Map(of) = self.types.underlying(&self.of(operand)) else { return None };
        let map = self.value(operand);
        let key = self.value_as(node.field(Field::Index)?, &of.0);
        Some((map, key))
    }

    /// Goes on elsewhere where a condition does not hold.
    pub(super) fn condition(&mut self, node: Node<'p>, otherwise: Label) {
        let node = node.unparen();
        let done = self.within(node, |it| it.try_condition(node, otherwise));
        if done.is_none() {
            self.opaque("a condition that is not understood");
        }
    }

    fn try_condition(&mut self, node: Node<'p>, otherwise: Label) -> Option<()> {
        let operator = node.operator();
        match (node.go_kind(), operator) {
            (Kind::BinaryExpression, Some("&&")) => {
                self.condition(node.field(Field::Left)?, otherwise);
                self.condition(node.field(Field::Right)?, otherwise);
            }
            (Kind::BinaryExpression, Some("||")) => {
                let (second, holds) = (self.label(), self.label());
                self.condition(node.field(Field::Left)?, second);
                self.jump(holds);
                self.place(second);
                self.condition(node.field(Field::Right)?, otherwise);
                self.place(holds);
            }
            (Kind::UnaryExpression, Some("!")) => {
                let holds = self.label();
                self.condition(node.field(Field::Operand)?, holds);
                self.jump(otherwise);
                self.place(holds);
            }
            _ => {
                let value = self.value(node);
                self.unless(value, otherwise);
            }
        }
        Some(())
    }

    /// The value of `&&` and `||`.
    pub(super) fn short_circuit(&mut self, node: Node<'p>) -> Reg {
        let (otherwise, end) = (self.label(), self.label());
        let to = self.reg();
        self.condition(node, otherwise);
        self.emit(Op::Constant(to, Constant::Bool(true)));
        self.jump(end);
        self.place(otherwise);
        self.emit(Op::Constant(to, Constant::Bool(false)));
        self.place(end);
        to
    }
}
