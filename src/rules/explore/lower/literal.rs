//! Composite literals.

use super::builder::Builder;
use super::library;
use super::place::Place;
use crate::golang::types::Type;
use crate::golang::{GoNode, Kind, Node};
use crate::rules::explore::code::{Op, Reg};

/// Arrays and slices of more elements are not made.
const MAX_ELEMENTS: usize = 1 << 12;

impl<'p> Builder<'_, '_, 'p> {
    /// The value of the `{…}` of a composite literal of a type.
    pub(super) fn literal(&mut self, body: Node<'p>, of: &Type<'p>) -> Option<Reg> {
        self.within(body, |it| it.try_literal(body, of))
    }

    /// The pointer to a new variable with that value.
    pub(super) fn new_literal(&mut self, body: Node<'p>, of: &Type<'p>) -> Option<Reg> {
        if of.foreign_name().is_some() && matches!(self.types.underlying(of), Type::Struct(_)) {
            return self.new_foreign(body, of);
        }
        self.first([body]);
        let from = self.literal(body, of)?;
        let at = self.fresh(of);
        self.emit(Op::Store { at, from });
        Some(at)
    }

    fn try_literal(&mut self, body: Node<'p>, of: &Type<'p>) -> Option<Reg> {
        match self.types.underlying(of) {
            Type::Struct(_) if of.foreign_name().is_some() => {
                if body.parts().next().is_none() {
                    return Some(self.zero(of));
                }
                let at = self.new_foreign(body, of)?;
                Some(self.load(at))
            }
            Type::Struct(_) => self.struct_literal(body, of),
            Type::Array(length, element) => {
                let all = self.listed(body, &element, length)?;
                let to = self.reg();
                self.emit(Op::Array { to, elements: all.into() });
                Some(to)
            }
            Type::Slice(element) => {
                let all = self.listed(body, &element, None)?;
                let to = self.reg();
                let of = self.id(of);
                self.emit(Op::Slice { to, elements: all.into(), of });
                Some(to)
            }
            Type::Map(inner) => {
                let map = self.reg();
                let of = self.id(of);
                self.emit(Op::MakeMap { to: map, of });
                for it in body.parts() {
                    let (key, value) = keyed(it)?;
                    let key = self.element(key, &inner.0)?;
                    let value = self.element(value, &inner.1)?;
                    self.emit(Op::MapSet { map, key, value });
                }
                Some(map)
            }
            _ => None,
        }
    }

    /// The value of an element; of a literal whose type is left out, that type is known.
    fn element(&mut self, node: Node<'p>, of: &Type<'p>) -> Option<Reg> {
        let node = match node.go_kind() {
            Kind::LiteralElement => node.parts().next()?,
            _ => node,
        };
        if !node.is(Kind::LiteralValue) {
            return Some(self.value_as(node, of));
        }
        match of {
            Type::Pointer(to) => self.new_literal(node, to),
            _ => self.literal(node, of),
        }
    }

    fn struct_literal(&mut self, body: Node<'p>, of: &Type<'p>) -> Option<Reg> {
        let fields = self.types.struct_fields(of).unwrap_or_default();
        let mut given: Vec<Option<Reg>> = vec![None; fields.len()];
        for (nth, it) in body.parts().enumerate() {
            let (at, value) = match keyed(it) {
                Some((key, value)) => {
                    let name = self.text(key);
                    (fields.iter().position(|it| it.0.name == name)?, value)
                }
                None => (nth, it),
            };
            let value = self.element(value, &fields.get(at)?.1)?;
            *given.get_mut(at)? = Some(value);
        }
        let mut all = Vec::new();
        for (given, (_, of)) in given.into_iter().zip(&fields) {
            all.push(match given {
                Some(it) => it,
                None => self.zero(of),
            });
        }
        let to = self.reg();
        self.emit(Op::Struct { to, fields: all.into() });
        Some(to)
    }

    /// A struct of the library in memory.
    fn new_foreign(&mut self, body: Node<'p>, of: &Type<'p>) -> Option<Reg> {
        let (path, type_name) = of.foreign_name()?;
        let at = self.fresh(of);
        let known = library::named(path, type_name).is_some();
        for it in body.parts() {
            let Some((key, value)) = keyed(it) else {
                self.element(it, &Type::Unknown)?;
                continue;
            };
            let name = self.text(key);
            let field = self.types.member(of, name).map(|it| it.of).unwrap_or_default();
            let value = self.element(value, &field)?;
            if known {
                self.write_place(Place::Library(at, path, type_name, name), value);
            }
        }
        Some(at)
    }

    /// The elements of an array or a slice, the ones that are left out too.
    fn listed(&mut self, body: Node<'p>, of: &Type<'p>, length: Option<u64>) -> Option<Vec<Reg>> {
        let mut given: Vec<Option<Reg>> = Vec::new();
        let mut next = 0;
        for it in body.parts() {
            let value = match keyed(it) {
                Some((key, value)) => {
                    let key = match key.go_kind() {
                        Kind::LiteralElement => key.parts().next()?,
                        _ => key,
                    };
                    next = usize::try_from(self.types.constant(self.file, key)?).ok()?;
                    value
                }
                None => it,
            };
            let value = self.element(value, of)?;
            if next >= MAX_ELEMENTS {
                return None;
            }
            if given.len() <= next {
                given.resize(next + 1, None);
            }
            *given.get_mut(next)? = Some(value);
            next += 1;
        }
        if let Some(length) = length {
            let length = usize::try_from(length).ok().filter(|it| *it <= MAX_ELEMENTS)?;
            given.resize(length, None);
        }
        let mut zero = None;
        let mut all = Vec::new();
        for it in given {
            all.push(match it {
                Some(it) => it,
                None => *zero.get_or_insert_with(|| self.zero(of)),
            });
        }
        Some(all)
    }
}

/// The key and the value of a keyed element.
fn keyed(element: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    if !element.is(Kind::KeyedElement) {
        return None;
    }
    let mut parts = element.parts();
    Some((parts.next()?, parts.next()?))
}
