//! From one type to another: implicitly where a value is given to a place, and written out.

use super::builder::Builder;
use super::shapes::Typed;
use crate::golang::types::Type;
use crate::golang::{GoNode, Node};
use crate::rules::explore::code::{Op, Reg};

impl<'p> Builder<'_, '_, 'p> {
    pub(super) fn is_interface(&self, of: &Type<'p>) -> bool {
        matches!(self.types.underlying(of), Type::Interface(_))
    }

    /// A value as one of the type of the place that it is given to.
    pub(super) fn converted(&mut self, from: Reg, of: &Type<'p>, to: &Type<'p>) -> Reg {
        if !of.is_known() || !to.is_known() || matches!(of, Type::Nil | Type::Tuple(_)) {
            return from;
        }
        if self.is_interface(to) {
            if self.is_interface(of) {
                return from;
            }
            let into = self.reg();
            let of = self.id(&of.clone().typed());
            self.emit(Op::Interface { to: into, from, of });
            return into;
        }
        let untyped = matches!(of, Type::Basic(it) if it.is_untyped());
        let number = |it: &Type<'_>| match it {
            Type::Basic(it) => Some(it.is_integer()),
            _ => None,
        };
        // Of a number with a fraction only the fact is known.
        if untyped && number(of) == Some(true) && number(&self.types.underlying(to)) == Some(false)
        {
            return self.changed(from, to);
        }
        from
    }

    fn changed(&mut self, from: Reg, of: &Type<'p>) -> Reg {
        let to = self.reg();
        let of = self.id(of);
        self.emit(Op::Convert { to, from, of });
        to
    }

    /// `T(x)`
    pub(super) fn conversion(&mut self, value: Node<'p>, to: &Type<'p>) -> Option<Reg> {
        let value = value.unparen();
        let of = self.of(value);
        if self.is_interface(to) || of == Type::Nil {
            return Some(self.value_as(value, to));
        }
        let from = self.value(value);
        if !to.is_known() {
            return None;
        }
        Some(self.changed(from, to))
    }
}
