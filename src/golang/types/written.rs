//! From type expressions to types.

use std::rc::Rc;

use super::super::{
    Binding, BindingKind, Field, GoFile, GoNode, ImportName, ItemKind, Kind, Node, Resolved,
};
use super::basic::Basic;
use super::ty::{Arguments, Direction, NamedType, Origin, OwnType, Shape, Signature, Type, none};
use super::{TypeInfo, address, foreign, only};
use crate::golang::signatures::Signatures;

impl<'p> TypeInfo<'p> {
    /// The type of a type expression; `arguments` are those of the generic type around it.
    pub(super) fn written_type(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
        arguments: &Arguments<'p>,
        depth: usize,
    ) -> Type<'p> {
        self.try_written(file, node, arguments, depth).unwrap_or_default()
    }

    fn try_written(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
        arguments: &Arguments<'p>,
        depth: usize,
    ) -> Option<Type<'p>> {
        let depth = self.deeper(depth)?;
        let inner = |field| {
            let node = node.field(field)?;
            Some(Rc::new(self.written_type(file, node, arguments, depth)))
        };
        Some(match node.go_kind() {
            Kind::TypeIdentifier | Kind::Identifier => {
                self.type_name(file, node, arguments, depth)?
            }
            Kind::QualifiedType => {
                let (path, name) = file.qualified(node)?;
                foreign::declared(path, name, none())
            }
            Kind::GenericType => {
                let of = self.written_type(file, node.field(Field::Type)?, arguments, depth);
                let all = node.field(Field::TypeArguments)?.parts();
                let all = all.map(|it| self.written_type(file, it, arguments, depth)).collect();
                instantiated(of, all)
            }
            Kind::TypeElem | Kind::ParenthesizedType => {
                self.written_type(file, only(node.parts())?, arguments, depth)
            }
            Kind::PointerType => {
                self.written_type(file, node.parts().next()?, arguments, depth).pointer_to()
            }
            Kind::SliceType => Type::Slice(inner(Field::Element)?),
            Kind::ArrayType => {
                let length = self.integer(file, node.field(Field::Length)?, depth);
                Type::Array(length.and_then(|it| u64::try_from(it).ok()), inner(Field::Element)?)
            }
            Kind::MapType => {
                let key = self.written_type(file, node.field(Field::Key)?, arguments, depth);
                let value = self.written_type(file, node.field(Field::Value)?, arguments, depth);
                Type::Map(Rc::new((key, value)))
            }
            Kind::ChannelType => Type::Chan(direction(node), inner(Field::Value)?),
            Kind::FunctionType => self.signature(file, node, arguments, depth),
            Kind::StructType => {
                let fields = node.part(Kind::FieldDeclarationList)?;
                match fields.parts().next() {
                    None => Type::Struct(Shape::Empty),
                    Some(_) => Type::Struct(Shape::Written(file, node, arguments.clone())),
                }
            }
            Kind::InterfaceType => match node.parts().next() {
                None => Type::ANY,
                Some(_) => Type::Interface(Shape::Written(file, node, arguments.clone())),
            },
            _ => return None,
        })
    }

    /// What the name of a type stands for.
    fn type_name(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
        arguments: &Arguments<'p>,
        depth: usize,
    ) -> Option<Type<'p>> {
        match file.resolve(node) {
            Resolved::Local(_, binding) => self.local_type(file, binding, arguments, depth),
            Resolved::Outer(name) => self.outer_type(file, name, depth),
            _ => None,
        }
    }

    fn local_type(
        &self,
        file: &'p GoFile,
        binding: &Binding,
        arguments: &Arguments<'p>,
        depth: usize,
    ) -> Option<Type<'p>> {
        let (span, kind) = binding.declared_by;
        match (binding.kind, kind) {
            (BindingKind::Type, Kind::TypeAlias) => {
                let alias = self.node(file, span, kind)?;
                Some(self.written_type(file, alias.field(Field::Type)?, &none(), depth))
            }
            (BindingKind::Type, _) => {
                let name = file.slice(binding.name);
                let own = OwnType { file, name, spec: span, local: true };
                Some(Type::Named(NamedType { origin: Origin::Own(own), arguments: none() }))
            }
            (BindingKind::TypeParameter, _) if !arguments.is_empty() => {
                let at = self.parameter_index(file, binding)?;
                arguments.get(at).cloned()
            }
            _ => None,
        }
    }

    /// The position of a type parameter among those of its type.
    fn parameter_index(&self, file: &'p GoFile, binding: &Binding) -> Option<usize> {
        let (span, kind) = binding.declared_by;
        let declaration = self.node(file, span, kind)?;
        let list = self.parent(file, declaration)?;
        let names = list.parts().flat_map(|it| match it.go_kind() {
            Kind::TypeParameterDeclaration => {
                it.parts().filter(|it| it.is(Kind::Identifier)).collect::<Vec<_>>()
            }
            // `func (l *List[T])` declares T.
            _ => vec![it],
        });
        names.map(GoNode::span).position(|it| it == binding.name)
    }

    fn outer_type(&self, file: &'p GoFile, name: &'p str, depth: usize) -> Option<Type<'p>> {
        let mut declared = self.package.declared(name);
        if let Some(first) = declared.next() {
            let twin = declared.next().is_some();
            if twin || first.item.kind != ItemKind::Type {
                return None;
            }
            let (file, item) = (&**first.file, first.item);
            let own = OwnType { file, name: &item.name, spec: item.span, local: false };
            return Some(match item.is_alias() {
                true => {
                    let alias = self.node(file, item.span, Kind::TypeAlias)?;
                    let generic = alias.field(Field::TypeParameters).is_some();
                    (!generic).then_some(())?;
                    self.written_type(file, alias.field(Field::Type)?, &none(), depth)
                }
                false => Type::Named(NamedType { origin: Origin::Own(own), arguments: none() }),
            });
        }
        match name {
            "any" => return Some(Type::ANY),
            "error" | "comparable" => return Some(Type::foreign("", name)),
            _ => {}
        }
        if let Some(basic) = Basic::named(name).filter(|it| !it.is_untyped()) {
            return Some(Type::Basic(basic));
        }
        let path = dot_import(file)?;
        Signatures::of(path)?.get(name)?;
        Some(foreign::declared(path, name, none()))
    }

    /// The function type of a declaration, a literal or a function type.
    pub(super) fn signature(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
        arguments: &Arguments<'p>,
        depth: usize,
    ) -> Type<'p> {
        let mut signature = Signature::default();
        if let Some(list) = node.field(Field::Parameters) {
            (signature.parameters, signature.variadic) =
                self.parameters(file, list, arguments, depth);
        }
        match node.field(Field::Result) {
            Some(list) if list.is(Kind::ParameterList) => {
                signature.results = self.parameters(file, list, arguments, depth).0;
            }
            Some(one) => signature.results = vec![self.written_type(file, one, arguments, depth)],
            None => {}
        }
        Type::Func(Rc::new(signature))
    }

    /// The types of a list of parameters, and whether the last is variadic.
    fn parameters(
        &self,
        file: &'p GoFile,
        list: Node<'p>,
        arguments: &Arguments<'p>,
        depth: usize,
    ) -> (Vec<Type<'p>>, bool) {
        let (mut types, mut variadic) = (Vec::new(), false);
        let mut unnamed = 0;
        for it in list.parts() {
            let names = it.parts().filter(|it| it.is(Kind::Identifier)).count();
            let of = it.field(Field::Type);
            let of = of.map(|it| self.written_type(file, it, arguments, depth)).unwrap_or_default();
            variadic = it.is(Kind::VariadicParameterDeclaration);
            if names == 0 {
                unnamed += 1;
            } else if unnamed > 0 {
                // Of ten or more names with one type the parser takes the first for types.
                types.iter_mut().for_each(|it| *it = Type::Unknown);
                unnamed = 0;
            }
            let of = if variadic { Type::Slice(Rc::new(of)) } else { of };
            types.extend(std::iter::repeat_n(of, names.max(1)));
        }
        (types, variadic)
    }

    /// What a type is without its name.
    pub(super) fn underlying_type(&self, of: &Type<'p>, depth: usize) -> Type<'p> {
        self.try_underlying(of, depth).unwrap_or_default()
    }

    fn try_underlying(&self, of: &Type<'p>, depth: usize) -> Option<Type<'p>> {
        let Type::Named(named) = of else { return Some(of.clone()) };
        let depth = self.deeper(depth)?;
        match named.origin {
            Origin::Own(own) if named.arguments.is_empty() => {
                let key = (address(own.file), own.spec.start);
                Some(self.remembered(&self.underlying, key, || {
                    self.declared_as(own, named, depth).unwrap_or_default()
                }))
            }
            Origin::Own(own) => self.declared_as(own, named, depth),
            Origin::Foreign(path, name) => {
                let package = self.table(path)?;
                let entry = match package.get(name)? {
                    super::super::signatures::Entry::Type(it) => it,
                    _ => return None,
                };
                match entry.underlying {
                    "struct" => {
                        Some(Type::Struct(Shape::Foreign(path, name, named.arguments.clone())))
                    }
                    "interface" => {
                        Some(Type::Interface(Shape::Foreign(path, name, named.arguments.clone())))
                    }
                    text => {
                        let of = foreign::spelled(package, text, &named.arguments);
                        self.try_underlying(&of, depth)
                    }
                }
            }
        }
    }
}

impl<'p> TypeInfo<'p> {
    /// What a type of the package is declared as.
    fn declared_as(
        &self,
        own: OwnType<'p>,
        named: &NamedType<'p>,
        depth: usize,
    ) -> Option<Type<'p>> {
        let spec = self.node(own.file, own.spec, Kind::TypeSpec)?;
        let body = spec.field(Field::Type)?;
        let of = self.written_type(own.file, body, &named.arguments, depth);
        self.try_underlying(&of, depth)
    }
}

/// A generic type with its arguments.
pub(super) fn instantiated<'p>(of: Type<'p>, arguments: Vec<Type<'p>>) -> Type<'p> {
    match of {
        Type::Named(it) => Type::Named(NamedType { arguments: arguments.into(), ..it }),
        _ => Type::Unknown,
    }
}

/// The path of the only dot import.
pub(super) fn dot_import(file: &GoFile) -> Option<&str> {
    let dots = file.imports().iter().filter(|it| it.name == ImportName::Dot);
    only(dots).map(|it| &*it.path)
}

fn direction(channel: Node<'_>) -> Direction {
    let arrow = channel.all().take(2).position(|it| it.kind() == "<-");
    match arrow {
        Some(0) => Direction::Receive,
        Some(_) => Direction::Send,
        None => Direction::Both,
    }
}
