//! What a type is.

use std::rc::Rc;

use super::super::{GoFile, Kind, Node, Span};
use super::basic::Basic;

/// The type of an expression, cheap to clone. [`Unknown`](Self::Unknown) is an answer, and a
/// frequent one; it also stands for the unknown parts of a type that is known otherwise.
///
/// Two types that are equal here are identical in Go, unknown parts aside; the reverse does not
/// hold for struct and interface types that are written out twice.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Type<'p> {
    /// Not known, a type parameter included.
    #[default]
    Unknown,
    /// A predeclared type, or `unsafe.Pointer`.
    Basic(Basic),
    /// The untyped `nil`.
    Nil,
    /// A type with a name.
    Named(NamedType<'p>),
    /// `*T`
    Pointer(Rc<Self>),
    /// `[]T`
    Slice(Rc<Self>),
    /// `[N]T`; `None` where the length is not known.
    Array(Option<u64>, Rc<Self>),
    /// `map[K]V`
    Map(Rc<(Self, Self)>),
    /// `chan T`
    Chan(Direction, Rc<Self>),
    /// A function; of a method without its receiver.
    Func(Rc<Signature<'p>>),
    /// `struct{…}`
    Struct(Shape<'p>),
    /// `interface{…}`, `any` included.
    Interface(Shape<'p>),
    /// The results of a call that has none, or several.
    Tuple(Rc<[Self]>),
}

/// Which way a channel goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Receive,
}

/// The parameters and results of a function.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signature<'p> {
    /// The parameters; a variadic one, which is the last, as the slice that it is inside.
    pub parameters: Vec<Type<'p>>,
    /// The results.
    pub results: Vec<Type<'p>>,
    /// Whether the last parameter takes any number of arguments.
    pub variadic: bool,
}

/// A type with a name, and its type arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedType<'p> {
    /// Where it comes from.
    pub origin: Origin<'p>,
    /// The type arguments of a generic type; empty where they are not written.
    pub arguments: Arguments<'p>,
}

/// The arguments for a type's parameters.
pub type Arguments<'p> = Rc<[Type<'p>]>;

/// Where a named type comes from.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'p> {
    /// Another package: its import path and the type's name. The path of `error` is empty.
    Foreign(&'p str, &'p str),
    /// The package itself.
    Own(OwnType<'p>),
}

/// A type that the package declares, at its top level or inside of a function.
#[derive(Debug, Clone, Copy)]
pub struct OwnType<'p> {
    /// The file that declares it.
    pub file: &'p GoFile,
    /// Its name.
    pub name: &'p str,
    /// Its `type_spec`.
    pub spec: Span,
    /// Whether a function declares it, so that it has no methods of its own.
    pub local: bool,
}

/// What a struct or an interface type consists of.
#[derive(Debug, Clone)]
pub enum Shape<'p> {
    /// Nothing.
    Empty,
    /// What the package writes: the `struct_type` or `interface_type`, with the arguments of the
    /// generic type around it.
    Written(&'p GoFile, Node<'p>, Arguments<'p>),
    /// What a type of another package consists of.
    Foreign(&'p str, &'p str, Arguments<'p>),
}

impl PartialEq for Origin<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Foreign(..), Self::Foreign(..)) => self.foreign() == other.foreign(),
            (Self::Own(a), Self::Own(b)) => a == b,
            _ => false,
        }
    }
}

impl PartialEq for OwnType<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.file, other.file) && self.spec == other.spec
    }
}

impl PartialEq for Shape<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Empty, Self::Empty) => true,
            (Self::Written(_, a, x), Self::Written(_, b, y)) => a.id() == b.id() && x == y,
            (Self::Foreign(p, a, x), Self::Foreign(q, b, y)) => p == q && a == b && x == y,
            _ => false,
        }
    }
}

impl<'p> Origin<'p> {
    /// The import path and the name, of a type of another package.
    pub fn foreign(self) -> Option<(&'p str, &'p str)> {
        match self {
            Self::Foreign(path, name) => Some((path, name)),
            Self::Own(_) => None,
        }
    }
}

impl<'p> OwnType<'p> {
    /// The node that declares it.
    pub fn node(self) -> Option<Node<'p>> {
        self.file.node(self.spec, Kind::TypeSpec)
    }
}

impl<'p> Type<'p> {
    /// `any`
    pub const ANY: Self = Self::Interface(Shape::Empty);

    /// `*T`
    pub(super) fn pointer_to(self) -> Self {
        Self::Pointer(Rc::new(self))
    }

    /// A type of another package without type arguments.
    pub(super) fn foreign(path: &'p str, name: &'p str) -> Self {
        Self::Named(NamedType { origin: Origin::Foreign(path, name), arguments: none() })
    }

    /// Whether something is known of it.
    pub fn is_known(&self) -> bool {
        *self != Self::Unknown
    }

    /// The type behind a pointer; other types are what they are.
    pub fn behind(&self) -> &Self {
        match self {
            Self::Pointer(to) => to,
            it => it,
        }
    }

    /// Its name, if it has one; a pointer has none.
    pub fn named(&self) -> Option<&NamedType<'p>> {
        match self {
            Self::Named(it) => Some(it),
            _ => None,
        }
    }

    /// Whether it is this type of another package: not a pointer to it.
    pub fn is(&self, path: &str, name: &str) -> bool {
        self.foreign_name() == Some((path, name))
    }

    /// The import path and the name, if it is a type of another package.
    pub fn foreign_name(&self) -> Option<(&'p str, &'p str)> {
        self.named().and_then(|it| it.origin.foreign())
    }

    /// The declaration, if it is a type of the package itself.
    pub fn own(&self) -> Option<OwnType<'p>> {
        match self.named()?.origin {
            Origin::Own(it) => Some(it),
            Origin::Foreign(..) => None,
        }
    }

    /// The name, if it is a type that the package declares at its top level, or a pointer to one:
    /// only those have methods of their own.
    pub fn declared_name(&self) -> Option<&'p str> {
        self.behind().own().filter(|it| !it.local).map(|it| it.name)
    }

    /// The declaration, if it is a type of the package itself and without type arguments.
    pub(super) fn own_without_arguments(&self) -> Option<OwnType<'p>> {
        self.named().filter(|it| it.arguments.is_empty())?;
        self.own()
    }

    /// Whether it is the predeclared `error`.
    pub fn is_error(&self) -> bool {
        self.is("", "error")
    }
}

/// No type arguments.
pub(super) fn none<'p>() -> Arguments<'p> {
    Rc::from([])
}
