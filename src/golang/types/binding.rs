//! From names to the types that their declarations give them.

use std::rc::Rc;

use super::super::{
    Binding, BindingKind, Declared, Field, GoFile, GoNode, ItemKind, Kind, Node, Resolved, Span,
};
use super::basic::Basic;
use super::ty::{Type, none};
use super::written::dot_import;
use super::{TypeInfo, address, foreign, only};

impl<'p> TypeInfo<'p> {
    /// The type of what an identifier stands for as a value.
    pub(super) fn identifier(&self, file: &'p GoFile, node: Node<'p>, depth: usize) -> Type<'p> {
        match file.resolve(node) {
            Resolved::Local(_, binding) => self.local(file, binding, node.span(), depth),
            Resolved::Outer(name) => self.outer(file, name, depth),
            Resolved::Import(_) | Resolved::Nothing => Type::Unknown,
        }
    }

    fn local(&self, file: &'p GoFile, binding: &'p Binding, at: Span, depth: usize) -> Type<'p> {
        match binding.kind {
            BindingKind::Type | BindingKind::TypeParameter => return Type::Unknown,
            // Each case has its own type.
            BindingKind::TypeSwitch => {
                return self.switched(file, binding, at, depth).unwrap_or_default();
            }
            _ => {}
        }
        let key = (address(file), binding.name.start);
        self.remembered(&self.names, key, || {
            let (span, kind) = binding.declared_by;
            let by = self.node(file, span, kind);
            by.and_then(|by| self.declared(file, by, binding.name, depth)).unwrap_or_default()
        })
    }

    /// A name of the package, of a dot import, or predeclared.
    pub(super) fn outer(&self, file: &'p GoFile, name: &'p str, depth: usize) -> Type<'p> {
        let mut declared = self.package.declared(name);
        if let Some(first) = declared.next() {
            return match declared.next() {
                None => self.item(first, depth),
                Some(_) => Type::Unknown,
            };
        }
        match dot_import(file) {
            Some(path) => foreign::value(path, name),
            None => Type::Unknown,
        }
    }

    /// The type of a top-level variable, constant or function.
    pub(super) fn item(&self, declared: Declared<'p>, depth: usize) -> Type<'p> {
        let (file, item) = (&**declared.file, declared.item);
        if item.kind == ItemKind::Type {
            return Type::Unknown;
        }
        let key = (address(file), item.name_span.start);
        self.remembered(&self.names, key, || {
            let Some(node) = self.declaring(declared) else { return Type::Unknown };
            match item.kind {
                ItemKind::Var | ItemKind::Const => {
                    self.declared(file, node, item.name_span, depth).unwrap_or_default()
                }
                _ => self.signature(file, node, &none(), depth),
            }
        })
    }

    /// The node of an item.
    pub(super) fn declaring(&self, declared: Declared<'p>) -> Option<Node<'p>> {
        self.node(declared.file, declared.item.span, declared.item.node_kind())
    }

    /// The type that a declaration gives to one of its names.
    fn declared(
        &self,
        file: &'p GoFile,
        by: Node<'p>,
        name: Span,
        depth: usize,
    ) -> Option<Type<'p>> {
        let depth = self.deeper(depth)?;
        match by.go_kind() {
            Kind::ParameterDeclaration => {
                // Of ten or more names with one type the parser takes the first for a type.
                let node = by.field(Field::Type).filter(|it| it.span() != name)?;
                Some(self.written_type(file, node, &none(), depth))
            }
            Kind::VariadicParameterDeclaration => {
                let node = by.field(Field::Type)?;
                Some(Type::Slice(Rc::new(self.written_type(file, node, &none(), depth))))
            }
            Kind::VarSpec => match by.field(Field::Type) {
                Some(node) => Some(self.written_type(file, node, &none(), depth)),
                None => {
                    let names = names(by);
                    let at = names.iter().position(|it| it.span() == name)?;
                    let values = elements(by.field(Field::Value)?);
                    self.value(file, &values, names.len(), at, depth)
                }
            },
            Kind::ConstSpec => self.constant_type(file, by, name, depth),
            Kind::ShortVarDeclaration => {
                let left = elements(by.field(Field::Left)?);
                let at = left.iter().position(|it| it.span() == name)?;
                self.value(file, &elements(by.field(Field::Right)?), left.len(), at, depth)
            }
            Kind::ReceiveStatement => {
                let left = elements(by.field(Field::Left)?);
                let at = left.iter().position(|it| it.span() == name)?;
                self.value(file, &[by.field(Field::Right)?], left.len(), at, depth)
            }
            Kind::RangeClause => {
                let left = elements(by.field(Field::Left)?);
                let at = left.iter().position(|it| it.span() == name)?;
                let over = self.expression(file, by.field(Field::Right)?, depth);
                self.ranged(&over, at, depth)
            }
            _ => None,
        }
    }

    /// The type that the one of `count` names at `at` gets from the values.
    fn value(
        &self,
        file: &'p GoFile,
        values: &[Node<'p>],
        count: usize,
        at: usize,
        depth: usize,
    ) -> Option<Type<'p>> {
        if values.len() == count {
            return Some(self.expression(file, values[at], depth).of_variable());
        }
        let [value] = *values else { return None };
        let value = value.unparen();
        let boolean = Type::Basic(Basic::Bool);
        let pair = |first: Type<'p>| match (count, at) {
            (2, 0) => Some(first),
            (2, 1) => Some(boolean.clone()),
            _ => None,
        };
        match value.go_kind() {
            Kind::CallExpression => match self.expression(file, value, depth) {
                Type::Tuple(all) if all.len() == count => all.get(at).cloned(),
                _ => None,
            },
            Kind::TypeAssertionExpression | Kind::IndexExpression => {
                pair(self.expression(file, value, depth))
            }
            Kind::UnaryExpression if value.operator() == Some("<-") => {
                pair(self.expression(file, value, depth))
            }
            _ => None,
        }
    }

    /// The type of a `range`'s first or second variable.
    fn ranged(&self, over: &Type<'p>, at: usize, depth: usize) -> Option<Type<'p>> {
        let int = || Type::Basic(Basic::Int);
        let pick = |key: Type<'p>, value: Type<'p>| match at {
            0 => Some(key),
            1 => Some(value),
            _ => None,
        };
        match self.underlying_type(over, depth) {
            Type::Slice(of) | Type::Array(_, of) => pick(int(), (*of).clone()),
            Type::Pointer(to) => match self.underlying_type(&to, depth) {
                Type::Array(_, of) => pick(int(), (*of).clone()),
                _ => None,
            },
            Type::Map(of) => pick(of.0.clone(), of.1.clone()),
            Type::Chan(_, of) => (at == 0).then(|| (*of).clone()),
            Type::Basic(it) if it.is_string() => pick(int(), Type::Basic(Basic::Int32)),
            Type::Basic(it) if it.is_integer() => (at == 0).then(|| over.clone().of_variable()),
            Type::Func(it) => {
                let yields = it.parameters.first().map(|it| self.underlying_type(it, depth));
                match yields? {
                    Type::Func(it) => it.parameters.get(at).cloned(),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The type that a type switch's variable has at a place.
    fn switched(
        &self,
        file: &'p GoFile,
        binding: &Binding,
        at: Span,
        depth: usize,
    ) -> Option<Type<'p>> {
        let depth = self.deeper(depth)?;
        let (span, kind) = binding.declared_by;
        let switch = self.node(file, span, kind)?;
        let case = switch.parts().find(|it| {
            matches!(it.go_kind(), Kind::TypeCase | Kind::DefaultCase) && it.span().encloses(at)
        })?;
        let types = case.parts().filter(|it| !it.is(Kind::StatementList));
        match only(types).filter(|_| case.is(Kind::TypeCase)) {
            Some(it) if file.text_of(it) != "nil" => {
                Some(self.written_type(file, it, &none(), depth))
            }
            _ => Some(self.expression(file, switch.field(Field::Value)?, depth)),
        }
    }
}

impl Type<'_> {
    /// What a variable becomes that is declared with a value of this type.
    pub(super) fn of_variable(self) -> Self {
        match self {
            Self::Basic(it) => Self::Basic(it.default()),
            Self::Nil | Self::Tuple(_) => Self::Unknown,
            it => it,
        }
    }
}

/// The expression whose value a declaration or an assignment gives to one of its names; `None`
/// where a call gives several.
pub fn value_of<'p>(by: Node<'p>, name: Node<'p>) -> Option<Node<'p>> {
    let (names, values) = match by.go_kind() {
        Kind::ShortVarDeclaration | Kind::AssignmentStatement => {
            (elements(by.field(Field::Left)?), elements(by.field(Field::Right)?))
        }
        Kind::VarSpec => {
            let names = by.parts().filter(|it| it.is(Kind::Identifier)).collect();
            (names, elements(by.field(Field::Value)?))
        }
        _ => return None,
    };
    let at = names.iter().position(|it| it.span() == name.span())?;
    (names.len() == values.len()).then(|| values[at])
}

/// The names that a `var_spec` or `const_spec` declares.
pub(super) fn names(spec: Node<'_>) -> Vec<Node<'_>> {
    spec.parts().filter(|it| it.is(Kind::Identifier)).collect()
}

/// The expressions of a list, or the one expression itself.
pub(super) fn elements(node: Node<'_>) -> Vec<Node<'_>> {
    if node.is(Kind::ExpressionList) { node.parts().collect() } else { vec![node] }
}
