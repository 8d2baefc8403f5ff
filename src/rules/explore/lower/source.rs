//! Where a function comes from.

use super::{Program, address};
use crate::golang::types::Type;
use crate::golang::{Declared, GoFile, GoNode, Node};
use crate::rules::explore::code::{FunctionId, TypeId};

/// What a function is made of.
#[derive(Debug, Clone)]
pub(super) enum Source<'p> {
    /// A function or a method that is declared.
    Declared(Declared<'p>),
    /// A function literal.
    Literal(&'p GoFile, Node<'p>),
    /// The value that a variable of the package begins with.
    Initial(Declared<'p>),
    /// The method of a type, with the receiver as a parameter.
    Method(Type<'p>, &'p str),
    /// The same, with the receiver captured: a method value.
    Bound(Type<'p>, &'p str),
    /// A function of the library: its path, its name and how many parameters and results it has.
    Library(&'p str, &'p str, usize, usize),
    /// A builtin, with its arguments as parameters, and their types.
    Builtin(&'p str, Vec<Type<'p>>),
    /// An entry behind the `init` functions of the package.
    Entry(FunctionId, bool),
}

/// What tells one source from another.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum SourceKey {
    Node(usize, u32, u32, bool),
    Method(TypeId, String, bool),
    Library(String, String),
    Builtin(String, Vec<TypeId>),
    Entry(FunctionId),
}

impl<'p> Source<'p> {
    pub(super) fn key(&self, program: &Program<'_, 'p>) -> SourceKey {
        let named = |it: &Declared<'_>, initial| {
            let span = it.item.name_span;
            SourceKey::Node(address(it.file), span.start, span.end, initial)
        };
        match self {
            Self::Declared(it) => named(it, false),
            Self::Initial(it) => named(it, true),
            Self::Literal(file, node) => {
                let span = node.span();
                SourceKey::Node(address(file), span.start, span.end, false)
            }
            Self::Method(of, name) => {
                SourceKey::Method(program.type_id(of), (*name).to_owned(), false)
            }
            Self::Bound(of, name) => {
                SourceKey::Method(program.type_id(of), (*name).to_owned(), true)
            }
            Self::Library(path, name, ..) => {
                SourceKey::Library((*path).to_owned(), (*name).to_owned())
            }
            Self::Builtin(name, of) => {
                let of = of.iter().map(|it| program.type_id(it)).collect();
                SourceKey::Builtin((*name).to_owned(), of)
            }
            Self::Entry(id, _) => SourceKey::Entry(*id),
        }
    }
}
