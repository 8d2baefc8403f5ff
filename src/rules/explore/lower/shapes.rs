//! The numbers of types, and what they are.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Program, address, library};
use crate::golang::types::{Basic, Origin, Type, TypeInfo};
use crate::rules::explore::code::{Shape, TypeId};

/// Arrays of more elements are not known.
const MAX_ARRAY: u64 = 1 << 16;

/// The types that were named so far.
#[derive(Default)]
pub(super) struct Shapes<'p> {
    all: Vec<(Type<'p>, Option<Rc<Shape>>)>,
    by_key: HashMap<Key, TypeId>,
}

/// Equal for identical types.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Unknown,
    Basic(Basic),
    Own(usize, u32, Vec<TypeId>),
    Foreign(String, String, Vec<TypeId>),
    Pointer(TypeId),
    Slice(TypeId),
    Array(Option<u64>, TypeId),
    Map(TypeId, TypeId),
    Channel(TypeId),
    Function(Vec<TypeId>, Vec<TypeId>, bool),
    Struct(Vec<(String, TypeId)>),
    Interface(Vec<String>),
}

impl<'p> Shapes<'p> {
    pub(super) fn get(&self, id: TypeId) -> Type<'p> {
        self.all.get(id.0 as usize).map(|it| it.0.clone()).unwrap_or_default()
    }

    pub(super) fn shape(&self, id: TypeId) -> Option<Rc<Shape>> {
        self.all.get(id.0 as usize)?.1.clone()
    }

    pub(super) fn remember(&mut self, id: TypeId, shape: Rc<Shape>) {
        if let Some(it) = self.all.get_mut(id.0 as usize) {
            it.1 = Some(shape);
        }
    }

    /// The number of a type. Types that name others do so through declarations, so that there is
    /// an end to it.
    pub(super) fn id(&mut self, types: &TypeInfo<'p>, of: &Type<'p>) -> TypeId {
        let of = of.clone().typed();
        let mut all = |of: &[Type<'p>]| of.iter().map(|it| self.id(types, it)).collect::<Vec<_>>();
        let key = match &of {
            Type::Unknown | Type::Nil | Type::Tuple(_) => Key::Unknown,
            Type::Basic(it) => Key::Basic(*it),
            Type::Named(it) => match it.origin {
                Origin::Own(own) => Key::Own(address(own.file), own.spec.start, all(&it.arguments)),
                Origin::Foreign(path, name) => {
                    Key::Foreign(path.to_owned(), name.to_owned(), all(&it.arguments))
                }
            },
            Type::Pointer(to) => Key::Pointer(self.id(types, to)),
            Type::Slice(of) => Key::Slice(self.id(types, of)),
            Type::Array(length, of) => Key::Array(*length, self.id(types, of)),
            Type::Map(of) => Key::Map(self.id(types, &of.0), self.id(types, &of.1)),
            Type::Chan(_, of) => Key::Channel(self.id(types, of)),
            Type::Func(it) => {
                let parameters = all(&it.parameters);
                Key::Function(parameters, all(&it.results), it.variadic)
            }
            Type::Struct(_) => {
                let fields = types.struct_fields(&of).unwrap_or_default();
                let mut field = |(field, of)| {
                    let field: crate::golang::StructField<'p> = field;
                    (field.name.to_owned(), self.id(types, &of))
                };
                Key::Struct(fields.into_iter().map(&mut field).collect())
            }
            Type::Interface(_) => match library::methods(types, &of) {
                Some(all) => Key::Interface(all.into_iter().map(str::to_owned).collect()),
                None => Key::Unknown,
            },
        };
        if let Some(id) = self.by_key.get(&key) {
            return *id;
        }
        let id = TypeId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push((if key == Key::Unknown { Type::Unknown } else { of }, None));
        self.by_key.insert(key, id);
        id
    }
}

impl<'p> Program<'_, 'p> {
    /// What a type is.
    pub(super) fn shape_of(&self, of: &Type<'p>) -> Shape {
        let id = |it: &Type<'p>| self.type_id(it);
        match of {
            Type::Unknown | Type::Nil | Type::Tuple(_) => Shape::Unknown,
            Type::Basic(it) => match it.default() {
                Basic::Bool => Shape::Bool,
                Basic::String => Shape::String,
                Basic::UnsafePointer => Shape::Unknown,
                it => match it.bits() {
                    Some((bits, signed)) => {
                        Shape::Integer(u8::try_from(bits).unwrap_or(64), signed)
                    }
                    None => Shape::Float,
                },
            },
            Type::Named(it) => {
                let (path, name) = match it.origin {
                    Origin::Foreign(path, name) => (path, name),
                    Origin::Own(own) => {
                        let underlying = self.types.underlying(of);
                        return match underlying {
                            Type::Interface(_) => self.shape_of(&underlying),
                            Type::Unknown => Shape::Unknown,
                            it => Shape::Named(own.name.to_owned(), id(&it)),
                        };
                    }
                };
                if let Some(library) = library::named(path, name) {
                    return Shape::Library(library);
                }
                match self.types.underlying(of) {
                    it @ Type::Interface(_) => self.shape_of(&it),
                    Type::Struct(_) | Type::Unknown => Shape::Unknown,
                    it => Shape::Named(name.to_owned(), id(&it)),
                }
            }
            Type::Pointer(to) => Shape::Pointer(id(to)),
            Type::Slice(of) => Shape::Slice(id(of)),
            Type::Array(Some(length), of) if *length <= MAX_ARRAY => {
                Shape::Array(u32::try_from(*length).unwrap_or_default(), id(of))
            }
            Type::Array(..) => Shape::Unknown,
            Type::Map(of) => Shape::Map(id(&of.0), id(&of.1)),
            Type::Chan(_, of) => Shape::Channel(id(of)),
            Type::Func(_) => Shape::Function,
            Type::Struct(crate::golang::types::Shape::Empty) => Shape::Struct(Vec::new()),
            Type::Struct(_) => match self.types.struct_fields(of) {
                Some(fields) => {
                    let field = |(field, of): &(crate::golang::StructField<'p>, Type<'p>)| {
                        (field.name.to_owned(), id(of))
                    };
                    Shape::Struct(fields.iter().map(field).collect())
                }
                None => Shape::Unknown,
            },
            Type::Interface(_) => match library::methods(self.types, of) {
                Some(all) => Shape::Interface(all.into_iter().map(str::to_owned).collect()),
                None => Shape::Unknown,
            },
        }
    }
}

/// What `lower` asks of types beyond what they say.
pub(super) trait Typed {
    /// The type of a variable that is given a value of this one.
    fn typed(self) -> Self;
}

impl Typed for Type<'_> {
    fn typed(self) -> Self {
        match self {
            Self::Basic(it) => Self::Basic(it.default()),
            Self::Nil | Self::Tuple(_) => Self::Unknown,
            it => it,
        }
    }
}
