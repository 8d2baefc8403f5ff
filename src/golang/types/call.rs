//! What a call calls, and the types of its results.

use std::rc::Rc;

use super::super::signatures::{Entry, Flags};
use super::super::{Declared, Field, GoFile, GoNode, ItemKind, Kind, Node, Resolved};
use super::basic::Basic;
use super::member::{MemberKind, MethodPlace};
use super::ty::{Type, none};
use super::{DEPTH, TypeInfo, only};

/// What a call calls.
#[derive(Debug, Clone)]
pub enum Callee<'p> {
    /// A function that Go declares: `append`.
    Builtin(&'p str),
    /// No function: the operand becomes this type.
    Conversion(Type<'p>),
    /// A function that the package declares.
    Function(Declared<'p>),
    /// A method that the package declares.
    Method(Declared<'p>),
    /// A method of an interface that the package declares.
    Interface(&'p GoFile, Node<'p>),
    /// A function of another package.
    ForeignFunction {
        /// The import path.
        path: &'p str,
        /// Its name.
        name: &'p str,
        /// What the table knows of it; nothing where it does not have it.
        flags: Flags,
    },
    /// A method of a type of another package.
    ForeignMethod {
        /// The import path of the package that declares it.
        path: &'p str,
        /// The type that declares it, be it promoted from there.
        type_name: &'p str,
        /// Its name.
        name: &'p str,
        /// What the table knows of it.
        flags: Flags,
    },
    /// A function literal that is called on the spot.
    Literal(Node<'p>),
    /// A variable, a field or a result that is a function.
    Value(Type<'p>),
    /// Who knows.
    Unknown,
}

impl Callee<'_> {
    /// What the call does beside its types.
    pub fn flags(&self) -> Flags {
        match self {
            Self::ForeignFunction { flags, .. } | Self::ForeignMethod { flags, .. } => *flags,
            _ => Flags::default(),
        }
    }

    /// Whether it is this function of another package.
    pub fn is_function(&self, of: &str, called: &str) -> bool {
        matches!(self, Self::ForeignFunction { path, name, .. } if *path == of && *name == called)
    }

    /// Whether it is this method, declared by this type of another package.
    pub fn is_method(&self, of: &str, by: &str, called: &str) -> bool {
        matches!(self, Self::ForeignMethod { path, type_name, name, .. }
            if *path == of && *type_name == by && *name == called)
    }
}

impl<'p> TypeInfo<'p> {
    /// What a call expression calls.
    pub fn callee(&self, file: &'p GoFile, call: Node<'p>) -> Callee<'p> {
        self.try_callee(file, call).unwrap_or(Callee::Unknown)
    }

    fn try_callee(&self, file: &'p GoFile, call: Node<'p>) -> Option<Callee<'p>> {
        let callee = call.callee()?;
        if let Some(builtin) = self.builtin(file, callee) {
            return Some(Callee::Builtin(builtin));
        }
        if let Some((path, name)) = file.qualified(callee) {
            return Some(match self.table(path).and_then(|it| it.get(name)) {
                Some(Entry::Func(_, flags)) => {
                    Callee::ForeignFunction { path, name, flags: *flags }
                }
                Some(Entry::Var(_)) => Callee::Value(self.of(file, callee)),
                Some(Entry::Type(_) | Entry::Alias(_)) => {
                    Callee::Conversion(self.as_type(file, callee, DEPTH).unwrap_or_default())
                }
                Some(Entry::Const(..)) => Callee::Unknown,
                // Who writes `p.Name(…)` may as well convert to a type.
                None => Callee::ForeignFunction { path, name, flags: Flags::default() },
            });
        }
        if let Some(of) = self.as_type(file, callee, DEPTH) {
            return Some(Callee::Conversion(of));
        }
        match callee.go_kind() {
            Kind::FuncLiteral => Some(Callee::Literal(callee)),
            Kind::Identifier => match file.resolve(callee) {
                Resolved::Outer(name) => {
                    let declared = only(self.package.declared(name))?;
                    match declared.item.kind {
                        ItemKind::Function => Some(Callee::Function(declared)),
                        ItemKind::Var => Some(Callee::Value(self.of(file, callee))),
                        _ => None,
                    }
                }
                _ => Some(Callee::Value(self.of(file, callee))),
            },
            Kind::SelectorExpression => {
                let of = self.of(file, callee.field(Field::Operand)?);
                let member = self.member(&of, file.text_of(callee.field(Field::Field)?))?;
                Some(match member.kind {
                    MemberKind::Field(_) => Callee::Value(member.of),
                    MemberKind::Method(MethodPlace::Own(it)) => Callee::Method(it),
                    MemberKind::Method(MethodPlace::Interface(file, node)) => {
                        Callee::Interface(file, node)
                    }
                    MemberKind::Method(MethodPlace::Foreign { path, type_name, name, flags }) => {
                        Callee::ForeignMethod { path, type_name, name, flags }
                    }
                })
            }
            _ => Some(Callee::Value(self.of(file, callee))),
        }
    }

    /// The name of a function that Go declares, where the identifier stands for one.
    fn builtin(&self, file: &'p GoFile, callee: Node<'p>) -> Option<&'p str> {
        let Resolved::Outer(name) = file.resolve(callee) else { return None };
        let known = match name {
            "append" | "cap" | "close" | "complex" | "copy" | "delete" | "imag" | "len"
            | "make" | "new" | "panic" | "print" | "println" | "real" | "recover" => true,
            // Packages from before Go 1.21 declare their own, be it in a file that was not read.
            "clear" | "max" | "min" => !self.package.is_partial(),
            _ => false,
        };
        (known && self.package.declared(name).next().is_none()).then_some(name)
    }

    /// The type of a call.
    pub(super) fn call(&self, file: &'p GoFile, call: Node<'p>, depth: usize) -> Option<Type<'p>> {
        let callee = call.callee()?;
        if let Some(builtin) = self.builtin(file, callee) {
            return self.built(file, call, builtin, depth);
        }
        if let Some(of) = self.as_type(file, callee, depth) {
            return Some(of);
        }
        let of = self.expression(file, callee, depth);
        let Type::Func(function) = self.underlying_type(&of, depth) else { return None };
        Some(match &*function.results {
            [one] => one.clone(),
            all => Type::Tuple(all.into()),
        })
    }

    /// The result of calling what Go declares.
    fn built(
        &self,
        file: &'p GoFile,
        call: Node<'p>,
        name: &str,
        depth: usize,
    ) -> Option<Type<'p>> {
        let mut arguments = call.arguments();
        match name {
            "new" => {
                let of = arguments.next()?;
                if of.go_kind().is_type() {
                    let of = self.written_type(file, of, &none(), depth);
                    // The argument may be a variable: `new(x)`, since Go 1.26.
                    let of = if of.is_known() { of } else { self.new_value(file, call, depth) };
                    return of.is_known().then(|| of.pointer_to());
                }
                let of = self.expression(file, of, depth).of_variable();
                of.is_known().then(|| of.pointer_to())
            }
            "make" => {
                let of = arguments.next().filter(|it| it.go_kind().is_type())?;
                Some(self.written_type(file, of, &none(), depth))
            }
            "append" => {
                let of = self.expression(file, arguments.next()?, depth);
                matches!(self.underlying_type(&of, depth), Type::Slice(_)).then_some(of)
            }
            "cap" | "copy" | "len" => Some(Type::Basic(Basic::Int)),
            "max" | "min" => {
                let mut found: Option<Type<'p>> = None;
                for it in arguments {
                    let of = self.expression(file, it, depth);
                    found = Some(match (found, of) {
                        (_, Type::Unknown) => return None,
                        (None, of) => of,
                        (Some(Type::Basic(a)), Type::Basic(b))
                            if a.is_untyped() && b.is_untyped() =>
                        {
                            Type::Basic(a.wider(b)?)
                        }
                        (Some(Type::Basic(a)), of) if a.is_untyped() => of,
                        (Some(of), _) => of,
                    });
                }
                found
            }
            "recover" => Some(Type::ANY),
            "clear" | "close" | "delete" | "panic" | "print" | "println" => {
                Some(Type::Tuple(Rc::from([])))
            }
            _ => None,
        }
    }

    /// The type of a variable that is the argument of `new`, which the grammar takes for a type.
    fn new_value(&self, file: &'p GoFile, call: Node<'p>, depth: usize) -> Type<'p> {
        match call.arguments().next() {
            Some(it) if it.is(Kind::TypeIdentifier) => self.identifier(file, it, depth),
            _ => Type::Unknown,
        }
    }
}
