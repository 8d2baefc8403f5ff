//! Places: what can be read, written and pointed to.

use std::rc::Rc;

use super::builder::Builder;
use crate::golang::types::{MemberKind, Type};
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::explore::code::{Kept, Op, Reg};

/// Where a value is found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'p> {
    /// In memory, where a pointer points.
    At(Reg),
    /// In a register.
    Value(Reg),
    /// In a field of a type of the library: a pointer to it, its path, its name and that of the
    /// field.
    Library(Reg, &'p str, &'p str, &'p str),
}

impl<'p> Builder<'_, '_, 'p> {
    /// The pointer to an addressable expression; `None` where it has none.
    pub(super) fn address(&mut self, node: Node<'p>) -> Option<Reg> {
        let node = node.unparen();
        self.within(node, |it| it.try_address(node))
    }

    fn try_address(&mut self, node: Node<'p>) -> Option<Reg> {
        match node.go_kind() {
            Kind::Identifier => match self.kept(node)? {
                Kept::Memory(at) => Some(at),
                Kept::Register(_) => None,
            },
            Kind::SelectorExpression => match self.field(node)? {
                (Place::At(at), _) => Some(at),
                _ => None,
            },
            Kind::IndexExpression => {
                let operand = node.field(Field::Operand)?;
                let of = match self.types.underlying(&self.of(operand)) {
                    Type::Slice(_) => self.value(operand),
                    Type::Array(..) => self.address(operand)?,
                    Type::Pointer(to) if matches!(self.types.underlying(&to), Type::Array(..)) => {
                        self.value(operand)
                    }
                    _ => return None,
                };
                let index = self.value(node.field(Field::Index)?);
                let to = self.reg();
                self.emit(Op::ElementAt { to, of, index });
                Some(to)
            }
            Kind::UnaryExpression if node.operator() == Some("*") => {
                Some(self.value(node.field(Field::Operand)?))
            }
            Kind::CompositeLiteral => {
                let of = self.of(node);
                self.new_literal(node.field(Field::Body)?, &of)
            }
            _ => None,
        }
    }

    /// Where the value of an expression is.
    pub(super) fn place_of(&mut self, node: Node<'p>) -> Place<'p> {
        let node = node.unparen();
        let addressable = match node.go_kind() {
            Kind::Identifier => self.is_in_memory(node),
            Kind::SelectorExpression => match self.field(node) {
                Some((it, _)) => return it,
                None => false,
            },
            Kind::IndexExpression => self.is_addressable(node),
            Kind::UnaryExpression => node.operator() == Some("*"),
            _ => false,
        };
        match addressable.then(|| self.address(node)).flatten() {
            Some(at) => Place::At(at),
            None => Place::Value(self.value(node)),
        }
    }

    /// Whether an expression has a pointer to it, without making any code.
    pub(super) fn is_addressable(&self, node: Node<'p>) -> bool {
        let mut node = node.unparen();
        loop {
            match node.go_kind() {
                Kind::Identifier => return self.is_in_memory(node),
                Kind::UnaryExpression => return node.operator() == Some("*"),
                Kind::SelectorExpression | Kind::IndexExpression => {}
                _ => return false,
            }
            let Some(operand) = node.field(Field::Operand).map(GoNode::unparen) else {
                return false;
            };
            match self.types.underlying(&self.of(operand)) {
                Type::Pointer(_) | Type::Slice(_) => return true,
                Type::Struct(_) | Type::Array(..) => node = operand,
                _ => return false,
            }
        }
    }

    /// What is at a place.
    pub(super) fn get(&mut self, place: Place<'p>) -> Reg {
        match place {
            Place::At(at) => self.load(at),
            Place::Value(it) => it,
            Place::Library(at, path, of, name) => {
                let to = self.reg();
                self.library((path, of, name), vec![at], vec![to]);
                to
            }
        }
    }

    /// Writes to a place; false where it cannot be written.
    pub(super) fn write_place(&mut self, place: Place<'p>, from: Reg) -> bool {
        match place {
            Place::At(at) => self.emit(Op::Store { at, from }),
            Place::Value(_) => return false,
            Place::Library(at, path, of, name) => {
                self.library((path, of, &format!("{name}=")), vec![at, from], Vec::new());
            }
        }
        true
    }

    /// A pointer to what is at a place; what is nowhere in memory is put there.
    pub(super) fn pointer(&mut self, place: Place<'p>, of: &Type<'p>) -> Reg {
        if let Place::At(at) = place {
            return at;
        }
        let from = self.get(place);
        let at = self.fresh(of);
        self.emit(Op::Store { at, from });
        at
    }

    /// The place of a field that a selector means, and its type; `None` for what is no field.
    pub(super) fn field(&mut self, selector: Node<'p>) -> Option<(Place<'p>, Type<'p>)> {
        let operand = selector.field(Field::Operand)?;
        let name = self.text(selector.field(Field::Field)?);
        if self.file.qualified(selector).is_some() {
            return None;
        }
        let of = self.of(operand);
        let member = self.types.member(&of, name)?;
        let MemberKind::Field(_) = member.kind else { return None };
        let place = self.place_of(operand);
        let (place, of) = self.along(place, of, &member.way)?;
        if let Place::Library(at, path, type_name, _) = place {
            return Some((Place::Library(at, path, type_name, name), member.of));
        }
        self.inner(place, &of, name)
    }

    /// Follows the names of embedded fields. Ends early at a type of the library, which knows what
    /// it embeds: then the place is that of the type.
    pub(super) fn along(
        &mut self,
        place: Place<'p>,
        of: Type<'p>,
        way: &[&'p str],
    ) -> Option<(Place<'p>, Type<'p>)> {
        let (mut place, mut of) = (place, of);
        for name in way {
            if of.behind().foreign_name().is_some() || self.is_interface(&of) {
                break;
            }
            (place, of) = self.inner(place, &of, name)?;
        }
        Some((place, of))
    }

    /// The field of what is at a place, a struct or a pointer to one.
    fn inner(
        &mut self,
        place: Place<'p>,
        of: &Type<'p>,
        name: &'p str,
    ) -> Option<(Place<'p>, Type<'p>)> {
        let (place, of) = match self.types.underlying(of) {
            Type::Pointer(to) => (Place::At(self.get(place)), (*to).clone()),
            _ => (place, of.clone()),
        };
        if let Some((path, type_name)) = of.foreign_name() {
            let field = self.types.member(&of, name)?;
            let at = self.pointer(place, &of);
            return Some((Place::Library(at, path, type_name, name), field.of));
        }
        let fields = self.types.struct_fields(&of)?;
        let at = fields.iter().position(|it| it.0.name == name)?;
        let field = fields.get(at)?.1.clone();
        let index = u16::try_from(at).ok()?;
        let to = self.reg();
        let place = match place {
            Place::At(at) => {
                self.emit(Op::FieldAt { to, at, index });
                Place::At(to)
            }
            other => {
                let from = self.get(other);
                self.emit(Op::FieldOf { to, from, index });
                Place::Value(to)
            }
        };
        Some((place, field))
    }

    /// A pointer to a type.
    pub(super) fn pointer_to(of: &Type<'p>) -> Type<'p> {
        Type::Pointer(Rc::new(of.clone()))
    }

    /// `x[i]` and `F[T]`
    pub(super) fn index_expression(&mut self, node: Node<'p>) -> Option<Reg> {
        let operand = node.field(Field::Operand)?;
        let to = match self.types.underlying(&self.of(operand)) {
            Type::Map(_) => {
                let (map, key) = self.key_of(node)?;
                let value = self.id(&self.of(node));
                let to = self.reg();
                self.emit(Op::MapGet { to, ok: None, map, key, value });
                to
            }
            // A generic function.
            Type::Func(_) => self.value(operand),
            Type::Unknown => return None,
            _ if self.is_addressable(node) => {
                let at = self.address(node)?;
                self.load(at)
            }
            _ => {
                let from = self.value(operand);
                let index = self.value(node.field(Field::Index)?);
                let to = self.reg();
                self.emit(Op::ElementOf { to, from, index });
                to
            }
        };
        Some(to)
    }

    /// `x[low:high:max]`
    pub(super) fn slice_expression(&mut self, node: Node<'p>) -> Option<Reg> {
        let operand = node.field(Field::Operand)?;
        let from = match self.types.underlying(&self.of(operand)) {
            Type::Array(..) => self.address(operand)?,
            Type::Unknown => return None,
            _ => self.value(operand),
        };
        let mut bound = |field| node.field(field).map(|it| self.value(it));
        let (low, high, max) = (bound(Field::Start), bound(Field::End), bound(Field::Capacity));
        let to = self.reg();
        self.emit(Op::Cut { to, from, low, high, max });
        Some(to)
    }
}
