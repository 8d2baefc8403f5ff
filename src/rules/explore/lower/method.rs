//! Methods: which a type has, and method values.

use super::builder::Builder;
use super::source::Source;
use super::{Program, library};
use crate::golang::types::{Member, MemberKind, MethodPlace, Type};
use crate::golang::{Field, GoNode, Node};
use crate::rules::explore::code::{FunctionId, Reg};

/// How deep embedded types are looked at.
const LEVELS: usize = 6;

impl<'p> Program<'_, 'p> {
    /// The function that is the method of a value in an interface.
    pub(super) fn find_method(&self, of: &Type<'p>, name: &'p str) -> Option<FunctionId> {
        if of.behind().foreign_name().is_some() {
            return None;
        }
        let member = self.types.member(of, name)?;
        self.is_in_set(of, &member)?.then_some(())?;
        let MemberKind::Method(place) = &member.kind else { return None };
        let pointer = matches!(of, Type::Pointer(_));
        match place {
            MethodPlace::Own(it)
                if member.way.is_empty()
                    && it.item.receiver.as_ref().is_some_and(|it| it.pointer == pointer) =>
            {
                Some(self.id(Source::Declared(*it)))
            }
            _ => Some(self.id(Source::Method(of.clone(), name))),
        }
    }

    /// Whether a method belongs to the method set of a type; those with pointer receivers are
    /// those of pointers alone.
    fn is_in_set(&self, of: &Type<'p>, member: &Member<'p>) -> Option<bool> {
        let MemberKind::Method(place) = &member.kind else { return Some(false) };
        if matches!(of, Type::Pointer(_)) || member.through_pointer {
            return Some(true);
        }
        Some(match place {
            MethodPlace::Own(it) => !it.item.receiver.as_ref()?.pointer,
            MethodPlace::Interface(..) => true,
            MethodPlace::Foreign { path, type_name, name, .. } => {
                library::own_method(path, type_name, name)?
                    == crate::golang::signatures::MemberKind::Method
            }
        })
    }

    /// Whether a type has all methods of an interface.
    pub(super) fn has_methods(&self, of: &Type<'p>, interface: &Type<'p>) -> Option<bool> {
        let wanted = library::methods(self.types, interface)?;
        let mut all = Some(true);
        for name in wanted {
            let has = match self.types.member(of, name) {
                Some(it) => self.is_in_set(of, &it),
                None => self.is_known(of.behind(), LEVELS).then_some(false),
            };
            match has {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    /// Whether all members of a type are known.
    fn is_known(&self, of: &Type<'p>, levels: usize) -> bool {
        let Some(levels) = levels.checked_sub(1) else { return false };
        if self.package.is_partial() {
            return false;
        }
        if let Some((path, name)) = of.foreign_name() {
            let package = crate::golang::signatures::Signatures::of(path);
            return package.is_some_and(|it| it.get(name).is_some());
        }
        match self.types.underlying(of) {
            Type::Unknown => false,
            Type::Interface(_) => library::methods(self.types, of).is_some(),
            Type::Struct(_) => match self.types.struct_fields(of) {
                Some(fields) => fields
                    .iter()
                    .filter(|it| it.0.embedded)
                    .all(|it| self.is_known(it.1.behind(), levels)),
                None => {
                    self.types.underlying(of) == Type::Struct(crate::golang::types::Shape::Empty)
                }
            },
            _ => true,
        }
    }
}

impl<'p> Builder<'_, '_, 'p> {
    /// `x.Method` as a value: the receiver is evaluated now.
    pub(super) fn method_value(&mut self, selector: Node<'p>) -> Option<Reg> {
        let operand = selector.field(Field::Operand)?;
        let name = self.text(selector.field(Field::Field)?);
        let of = self.of(operand);
        let member = self.types.member(&of, name)?;
        let MemberKind::Method(method) = &member.kind else { return None };
        let place = self.place_of(operand);
        let (place, of) = self.along(place, of, &member.way)?;
        if let MethodPlace::Own(declared) = method {
            let pointer = declared.item.receiver.as_ref()?.pointer;
            let receiver = self.receiver(place, &of, pointer);
            let id = self.program.id(Source::Declared(*declared));
            return Some(self.closure(id, vec![receiver]));
        }
        let (receiver, of) = if self.is_interface(&of) {
            self.program.note_method(name);
            (self.get(place), of)
        } else {
            let behind = of.behind().clone();
            let (path, type_name) = behind.foreign_name()?;
            let pointer = library::has_pointer_receiver(path, type_name, name);
            let receiver = self.receiver(place, &of, pointer);
            (receiver, if pointer { Self::pointer_to(&behind) } else { behind })
        };
        let id = self.program.id(Source::Bound(of, name));
        Some(self.closure(id, vec![receiver]))
    }
}
