//! Fields and methods of types, promoted ones included.

use std::rc::Rc;

use super::super::signatures::{self, Entry, Flags, Signatures};
use super::super::{Declared, Field, GoFile, GoNode, Kind, Node, Span, StructField};
use super::ty::{Arguments, NamedType, Origin, Shape, Type, none};
use super::{DEPTH, TypeInfo, foreign, only};

/// How deep promotion is followed; nobody embeds deeper.
const LEVELS: usize = 8;

/// How many embedded types of one level are looked at.
const WIDTH: usize = 64;

/// The fields of a written struct.
pub(super) type Fields<'p> = Rc<[StructField<'p>]>;

/// A field or a method of a type.
#[derive(Debug, Clone, PartialEq)]
pub struct Member<'p> {
    /// What it is, and where it is declared.
    pub kind: MemberKind<'p>,
    /// The type of a field, or the function that a method is, without its receiver.
    pub of: Type<'p>,
    /// How many embedded fields lie between the type and it.
    pub promoted: usize,
    /// Their names, the outermost first.
    pub way: Vec<&'p str>,
    /// Whether the way to it goes through a pointer that one of these is.
    pub through_pointer: bool,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberKind<'p> {
    /// A field.
    Field(FieldPlace<'p>),
    /// A method.
    Method(MethodPlace<'p>),
}

/// Where a field is declared; equal places mean the same field.
#[derive(Debug, Clone, Copy)]
pub enum FieldPlace<'p> {
    /// In the package: the file, and where the name stands.
    Own(&'p GoFile, Span),
    /// In another package: its import path, the type and the name.
    Foreign(&'p str, &'p str, &'p str),
}

impl PartialEq for FieldPlace<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Own(a, x), Self::Own(b, y)) => std::ptr::eq(*a, *b) && x == y,
            (Self::Foreign(a, b, c), Self::Foreign(x, y, z)) => (a, b, c) == (x, y, z),
            _ => false,
        }
    }
}

/// Where a method is declared.
#[derive(Debug, Clone)]
pub enum MethodPlace<'p> {
    /// In the package.
    Own(Declared<'p>),
    /// In an interface of the package: its `method_elem`.
    Interface(&'p GoFile, Node<'p>),
    /// In another package.
    Foreign {
        /// The import path.
        path: &'p str,
        /// The type that declares it.
        type_name: &'p str,
        /// Its name.
        name: &'p str,
        /// What calling it does.
        flags: Flags,
    },
}

impl PartialEq for MethodPlace<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Own(a), Self::Own(b)) => std::ptr::eq(a.item, b.item),
            (Self::Interface(_, a), Self::Interface(_, b)) => a.id() == b.id(),
            (
                Self::Foreign { path, type_name, name, .. },
                Self::Foreign { path: p, type_name: t, name: n, .. },
            ) => (path, type_name, name) == (p, t, n),
            _ => false,
        }
    }
}

/// What a type has itself.
enum Here<'p> {
    /// The member.
    Found(MemberKind<'p>, Type<'p>),
    /// Nothing of that name; these are embedded, with whether by pointer and under which name.
    Embedded(Vec<(Type<'p>, bool, &'p str)>),
    /// The type is not known well enough.
    Unknown,
}

impl<'p> TypeInfo<'p> {
    /// The field or the method that `x.name` means for an `x` of this type or a pointer to it;
    /// `None` when it has none, or who knows.
    pub fn member(&self, of: &Type<'p>, name: &'p str) -> Option<Member<'p>> {
        self.member_of(of, name, DEPTH)
    }

    /// Where the field is declared that `x.name` means for an `x` of this type or a pointer to it.
    pub fn field(&self, of: &Type<'p>, name: &'p str) -> Option<FieldPlace<'p>> {
        match self.member(of, name)?.kind {
            MemberKind::Field(it) => Some(it),
            MemberKind::Method(_) => None,
        }
    }

    /// The method of the package that `x.name` means for an `x` of this type or a pointer to it.
    pub fn method(&self, of: &Type<'p>, name: &'p str) -> Option<Declared<'p>> {
        match self.member(of, name)?.kind {
            MemberKind::Method(MethodPlace::Own(it)) => Some(it),
            _ => None,
        }
    }

    pub(super) fn member_of(
        &self,
        of: &Type<'p>,
        name: &'p str,
        depth: usize,
    ) -> Option<Member<'p>> {
        let depth = self.deeper(depth)?;
        let mut level = vec![(of.behind().clone(), false, Vec::new())];
        let only_queues = self.only_queues(of.behind());
        for promoted in 0..LEVELS {
            let mut next = Vec::new();
            let mut unknown = false;
            for (of, through_pointer, way) in level {
                match self.here(&of, name, depth) {
                    Here::Found(kind, of) => {
                        let kind = if only_queues { without_flags(kind) } else { kind };
                        return Some(Member { kind, of, promoted, way, through_pointer });
                    }
                    Here::Embedded(all) => {
                        next.extend(all.into_iter().map(|(of, pointer, name)| {
                            let way = way.iter().copied().chain([name]).collect();
                            (of, pointer || through_pointer, way)
                        }));
                    }
                    Here::Unknown => unknown = true,
                }
            }
            // What is not known may have the member itself, and so may a method of the package in
            // a file that was not read.
            if unknown || next.is_empty() || next.len() > WIDTH || self.package.is_partial() {
                return None;
            }
            level = next;
        }
        None
    }

    fn only_queues(&self, of: &Type<'p>) -> bool {
        let entry = of.foreign_name().and_then(|(path, name)| self.table(path)?.get(name));
        matches!(entry, Some(Entry::Type(it)) if it.flags.only_queues())
    }

    /// What a type has under a name without promotion.
    fn here(&self, of: &Type<'p>, name: &'p str, depth: usize) -> Here<'p> {
        self.try_here(of, name, depth).unwrap_or(Here::Unknown)
    }

    fn try_here(&self, of: &Type<'p>, name: &'p str, depth: usize) -> Option<Here<'p>> {
        let depth = self.deeper(depth)?;
        match of {
            Type::Named(named) => match named.origin {
                Origin::Foreign(path, of) => here_foreign(path, of, name, &named.arguments),
                Origin::Own(own) => {
                    if !own.local {
                        let mut methods = self.package.methods(own.name, name);
                        if let Some(first) = methods.next() {
                            if methods.next().is_some() {
                                return None;
                            }
                            let node = self.declaring(first)?;
                            let of = self.signature(first.file, node, &named.arguments, depth);
                            let place = MethodPlace::Own(first);
                            return Some(Here::Found(MemberKind::Method(place), of));
                        }
                    }
                    self.try_here(&self.underlying_type(of, depth), name, depth)
                }
            },
            Type::Struct(Shape::Written(file, node, arguments)) => {
                let mut embedded = Vec::new();
                for field in &*self.fields(file, *node)? {
                    let of = || self.field_type(file, field, arguments, depth);
                    if field.name == name {
                        let place = FieldPlace::Own(file, field.name_span);
                        return Some(Here::Found(MemberKind::Field(place), of()));
                    }
                    if field.embedded {
                        embedded.push((of().behind().clone(), field.embedded_pointer, field.name));
                    }
                }
                Some(Here::Embedded(embedded))
            }
            Type::Interface(Shape::Written(file, node, arguments)) => {
                let mut embedded = Vec::new();
                for it in node.parts() {
                    if it.is(Kind::TypeElem) {
                        let of = self.written_type(file, it, arguments, depth);
                        embedded.push((of, false, file.text_of(it)));
                    } else if it.field(Field::Name).is_some_and(|it| file.text_of(it) == name) {
                        let of = self.signature(file, it, arguments, depth);
                        let place = MethodPlace::Interface(file, it);
                        return Some(Here::Found(MemberKind::Method(place), of));
                    }
                }
                Some(Here::Embedded(embedded))
            }
            Type::Struct(Shape::Foreign(path, of, arguments))
            | Type::Interface(Shape::Foreign(path, of, arguments)) => {
                here_foreign(path, of, name, arguments)
            }
            Type::Unknown => None,
            // A pointer to a pointer has no members, nor has an interface behind one.
            _ => Some(Here::Embedded(Vec::new())),
        }
    }

    /// The fields of a `struct_type`.
    pub(super) fn fields(&self, file: &'p GoFile, node: Node<'p>) -> Option<Fields<'p>> {
        if let Some(known) = self.fields.borrow().get(&node.id()) {
            return Some(known.clone());
        }
        if !self.affords(node.byte_range().len() as u64) {
            self.cut.set(true);
            return None;
        }
        let all: Fields<'p> = StructField::all(file, node).into();
        self.fields.borrow_mut().insert(node.id(), all.clone());
        Some(all)
    }

    /// The type of a field, an embedded pointer's star included.
    pub(super) fn field_type(
        &self,
        file: &'p GoFile,
        field: &StructField<'p>,
        arguments: &Arguments<'p>,
        depth: usize,
    ) -> Type<'p> {
        let of = self.written_type(file, field.type_node, arguments, depth);
        if field.embedded_pointer { of.pointer_to() } else { of }
    }
}

/// What a type of another package has under a name.
fn here_foreign<'p>(
    path: &'p str,
    type_name: &'p str,
    name: &'p str,
    arguments: &Arguments<'p>,
) -> Option<Here<'p>> {
    let package = Signatures::of(path)?;
    let Entry::Type(entry) = package.get(type_name)? else { return None };
    if entry.underlying == "?" {
        return None;
    }
    let arguments = if arguments.is_empty() { &none() } else { arguments };
    let mut embedded = Vec::new();
    for it in entry.members() {
        let of = || foreign::spelled(package, it.text, arguments);
        let is_method = matches!(
            it.kind,
            signatures::MemberKind::Method | signatures::MemberKind::PointerMethod
        );
        if it.name == name && is_method {
            let of = foreign::signature(package, it.text, arguments);
            let place = MethodPlace::Foreign { path, type_name, name, flags: it.flags };
            return Some(Here::Found(MemberKind::Method(place), of));
        }
        if it.name == name {
            let place = FieldPlace::Foreign(path, type_name, name);
            return Some(Here::Found(MemberKind::Field(place), of()));
        }
        if it.kind == signatures::MemberKind::Embedded {
            let pointer = it.text.starts_with('*');
            embedded.push((of().behind().clone(), pointer, it.name));
        }
    }
    Some(Here::Embedded(embedded))
}

fn without_flags(kind: MemberKind<'_>) -> MemberKind<'_> {
    match kind {
        MemberKind::Method(MethodPlace::Foreign { path, type_name, name, .. }) => {
            let flags = Flags::default();
            MemberKind::Method(MethodPlace::Foreign { path, type_name, name, flags })
        }
        it => it,
    }
}

/// What a struct has at its own level: its fields with their types, exported or not.
impl<'p> TypeInfo<'p> {
    /// The fields of a struct type of the package, in order, with their types; `None` for other
    /// types and for structs of other packages.
    pub fn struct_fields(&self, of: &Type<'p>) -> Option<Vec<(StructField<'p>, Type<'p>)>> {
        let Type::Struct(Shape::Written(file, node, arguments)) = self.underlying(of) else {
            return None;
        };
        let fields = self.fields(file, node)?;
        let typed = |it: &StructField<'p>| (*it, self.field_type(file, it, &arguments, DEPTH));
        Some(fields.iter().map(typed).collect())
    }

    /// The only type that declares itself under a name in the package, as a type.
    pub fn declared_type(&self, name: &str) -> Type<'p> {
        let Some(it) = only(self.package.types(name)) else { return Type::Unknown };
        let own =
            super::OwnType { file: it.file, name: &it.item.name, spec: it.item.span, local: false };
        if it.item.is_alias() {
            return Type::Unknown;
        }
        Type::Named(NamedType { origin: Origin::Own(own), arguments: none() })
    }
}
