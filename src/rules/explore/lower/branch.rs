//! `if` and `switch`.

use super::builder::{Around, Builder, Label};
use super::function::list;
use super::shapes::Typed;
use crate::golang::types::Type;
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::explore::code::Reg;

impl<'p> Builder<'_, '_, 'p> {
    /// `if`
    pub(super) fn branch(&mut self, node: Node<'p>) {
        let mark = self.mark();
        if let Some(it) = node.field(Field::Initializer) {
            self.statement(it);
        }
        let (otherwise, end) = (self.label(), self.label());
        let inner = self.mark();
        match node.field(Field::Condition) {
            Some(it) => self.condition(it, otherwise),
            None => self.opaque("a condition that is not there"),
        }
        self.release(inner);
        if let Some(it) = node.field(Field::Consequence) {
            self.block(it);
        }
        if let Some(it) = node.field(Field::Alternative) {
            self.jump(end);
            self.place(otherwise);
            self.statement(it);
        } else {
            self.place(otherwise);
        }
        self.place(end);
        self.release(mark);
    }

    /// `switch` over values: first all tests, then the bodies in their order, so that a
    /// `fallthrough` goes to the next.
    pub(super) fn switch(&mut self, node: Node<'p>, name: Option<&'p str>) {
        if let Some(it) = node.field(Field::Initializer) {
            self.statement(it);
        }
        let tag = node.field(Field::Value).map(|it| {
            let of = self.of(it).typed();
            let tag = self.value_as(it, &of);
            (self.copy(tag), of)
        });
        let is_case = |it: &Node<'p>| it.is(Kind::ExpressionCase) || it.is(Kind::DefaultCase);
        let cases: Vec<_> = node.parts().filter(is_case).map(|it| (it, self.label())).collect();
        let end = self.label();
        for (case, body) in &cases {
            let Some(values) = case.field(Field::Value) else { continue };
            for value in list(values) {
                let mark = self.mark();
                self.test(value, tag.as_ref(), *body);
                self.release(mark);
            }
        }
        let default = cases.iter().find(|it| it.0.is(Kind::DefaultCase));
        self.jump(default.map_or(end, |it| it.1));
        self.around.push(Around { name, end, again: None });
        let falls = self.falls;
        for (at, (case, body)) in cases.iter().enumerate() {
            self.falls = cases.get(at + 1).map(|it| it.1);
            self.place(*body);
            self.block(*case);
            self.jump(end);
        }
        self.falls = falls;
        self.around.pop();
        self.place(end);
    }

    /// Goes to a body where the value of a case is that of the switch.
    fn test(&mut self, value: Node<'p>, tag: Option<&(Reg, Type<'p>)>, body: Label) {
        let next = self.label();
        match tag {
            None => self.condition(value, next),
            Some((tag, of)) => {
                let given = self.of(value);
                let is_interface =
                    |it: &Type<'p>| matches!(self.types.underlying(it), Type::Interface(_));
                let (tag, value) = if is_interface(&given) && !is_interface(of) {
                    (self.converted(*tag, of, &given), self.value(value))
                } else {
                    (*tag, self.value_as(value, of))
                };
                let bool = self.bool();
                let same = self.binary("==", tag, value, bool);
                self.unless(same, next);
            }
        }
        self.jump(body);
        self.place(next);
    }
}
