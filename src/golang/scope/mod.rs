//! Local names of a file: where they are declared, what an identifier stands for, who uses what.
//!
//! Package-level names, imports and Go's predeclared names are [`Resolved::Outer`] to a file; the
//! package knows more. Labels and fields have name spaces of their own and are not here.

mod build;
mod path;
mod watch;

use tree_sitter::Node;

pub(super) use self::watch::Sightings;
use super::{Dispatch, GoNode, Import, Kind, Span};

/// Names one [`Binding`] of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingId(pub(super) u32);

/// Names one [`Function`] of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub(super) u32);

impl FunctionId {
    /// Its number in the order of the source, from 0 without gaps.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A name that is declared inside of a function: a variable, a constant or a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The identifier that declares it.
    pub name: Span,
    /// How it is declared.
    pub kind: BindingKind,
    /// The node that declares it: a parameter, a spec, a statement or a clause.
    pub declared_by: (Span, Kind),
    /// The function whose body or signature it belongs to; `None` for type parameters of types.
    pub function: Option<FunctionId>,
    /// The block in which it is known. Equal numbers mean the same block.
    pub(super) scope: u32,
}

/// How a local name is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BindingKind {
    /// A method's receiver.
    Receiver,
    /// A parameter.
    Parameter,
    /// A named result.
    Result,
    /// A type parameter of a function, a method's receiver or a type.
    TypeParameter,
    /// `var x`
    Var,
    /// `x := …`, in a `select` case too
    ShortVar,
    /// A variable of a `for` clause or of a `range`.
    LoopVar,
    /// `switch x := y.(type)`: one binding for all cases.
    TypeSwitch,
    /// `const c`
    Const,
    /// `type T`
    Type,
}

impl BindingKind {
    /// Whether it is a variable, as opposed to a constant or a type.
    pub fn is_variable(self) -> bool {
        !matches!(self, Self::TypeParameter | Self::Const | Self::Type)
    }
}

/// One use of a name; the declaring identifier itself is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The identifier.
    pub span: Span,
    /// What it stands for.
    pub(super) target: Target,
    /// What happens to it.
    pub access: Access,
    /// Whether only a part is meant: `x.f = 1`, `&x[i]`. Whether the part lies in the variable
    /// itself or behind a pointer, types would tell.
    pub part: bool,
    /// The function around it.
    pub function: Option<FunctionId>,
}

impl Use {
    /// The local name that is used; `None` for names from outside.
    pub fn binding(&self) -> Option<BindingId> {
        match self.target {
            Target::Local(id) => Some(id),
            Target::Outer => None,
        }
    }
}

/// What a use does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Reads the value; calls, method calls and dereferences included.
    Read,
    /// Gives it a new value: `x = …`, or `x, y := …` where x is not new.
    Write,
    /// Both: `x += …`, `x++`.
    ReadWrite,
    /// Takes the address: `&x`.
    Address,
}

impl Access {
    /// Whether it writes for certain.
    pub fn writes(self) -> bool {
        matches!(self, Self::Write | Self::ReadWrite)
    }
}

/// What the scopes know of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Local(BindingId),
    Outer,
}

/// What an identifier stands for.
#[derive(Debug, Clone, Copy)]
pub enum Resolved<'f> {
    /// A local name.
    Local(BindingId, &'f Binding),
    /// An import of the file.
    Import(&'f Import),
    /// Something with this name in the package, from a dot import, or predeclared by Go.
    Outer(&'f str),
    /// The node is no identifier of this name space: a field, a label, `_`, a key of a struct
    /// literal, or nested too deep.
    Nothing,
}

impl Resolved<'_> {
    /// The local name, if it is one.
    pub fn local(self) -> Option<BindingId> {
        match self {
            Self::Local(id, _) => Some(id),
            _ => None,
        }
    }
}

/// A function of a file, with or without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// The declaration, method or literal.
    pub span: Span,
    /// `FunctionDeclaration`, `MethodDeclaration` or `FuncLiteral`.
    pub kind: Kind,
    /// The function around a literal.
    pub parent: Option<FunctionId>,
}

/// A `for` statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loop {
    /// The statement.
    pub span: Span,
    /// The part of its head that runs once: the initialiser, or the `range` clause.
    pub once: Option<Span>,
    /// The function that the loop belongs to.
    pub function: Option<FunctionId>,
    /// The index of the loop around it, be it in an outer function.
    parent: Option<u32>,
}

/// A variable that a function literal shares with the function around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capture {
    /// The variable.
    pub binding: BindingId,
    /// Whether the literal writes it, or a part of it.
    pub written: bool,
    /// Whether the literal takes its address, or that of a part.
    pub address_taken: bool,
}

/// All local names of a file.
#[derive(Debug, Default)]
pub struct Scopes {
    bindings: Vec<Binding>,
    /// The same, in the order of their names in the source.
    by_name: Vec<(Span, BindingId)>,
    /// In the order of the source.
    uses: Vec<Use>,
    /// Indices of `uses`, ordered by binding; those of binding b begin at `first_use[b]`.
    by_binding: Vec<u32>,
    first_use: Vec<u32>,
    /// In the order of the source, outer ones first.
    functions: Vec<Function>,
    loops: Vec<Loop>,
}

impl Scopes {
    /// Finds all local names in one pass.
    pub(super) fn of(root: Node<'_>, text: &str) -> Self {
        build::Builder::new(text, None).build(root).0
    }

    /// The same, and on the way everything that somebody listens for: one walk instead of two.
    pub(super) fn watching<'t>(
        root: Node<'t>,
        text: &'t str,
        wanted: &Dispatch,
    ) -> (Self, Sightings<'t>) {
        let watch = watch::Watch { wanted, sightings: Sightings::default() };
        build::Builder::new(text, Some(watch)).build(root)
    }

    /// All local names, by id.
    pub fn bindings(&self) -> impl Iterator<Item = (BindingId, &Binding)> {
        (0..).map(BindingId).zip(&self.bindings)
    }

    /// A local name of this file.
    pub fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.0 as usize]
    }

    /// The local name that the identifier declares.
    pub fn declared_at(&self, name: Span) -> Option<BindingId> {
        let at = self.by_name.binary_search_by_key(&name, |it| it.0).ok()?;
        Some(self.by_name[at].1)
    }

    /// All uses of names, local or not, in the order of the source.
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// The uses of a local name, in the order of the source.
    pub fn uses_of(&self, id: BindingId) -> impl Iterator<Item = &Use> {
        let at = id.0 as usize;
        let range = match self.first_use.get(at..at + 2) {
            Some(&[from, to]) => from as usize..to as usize,
            _ => 0..0,
        };
        self.by_binding[range].iter().map(|it| &self.uses[*it as usize])
    }

    /// The uses inside a span, in the order of the source.
    pub fn uses_in(&self, span: Span) -> &[Use] {
        let from = self.uses.partition_point(|it| it.span.start < span.start);
        let to = self.uses.partition_point(|it| it.span.start < span.end);
        self.uses.get(from..to).unwrap_or_default()
    }

    /// What an identifier stands for, its own declaration included.
    pub(super) fn target(&self, identifier: Span) -> Option<Target> {
        match self.uses.binary_search_by_key(&identifier, |it| it.span) {
            Ok(at) => Some(self.uses[at].target),
            Err(_) => self.declared_at(identifier).map(Target::Local),
        }
    }

    /// The functions, in the order of the source, outer ones first.
    pub fn functions(&self) -> impl Iterator<Item = (FunctionId, &Function)> {
        (0..).map(FunctionId).zip(&self.functions)
    }

    /// A function of this file.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The innermost function around a byte, signature included.
    pub fn function_at(&self, byte: usize) -> Option<FunctionId> {
        let after = self.functions.partition_point(|it| it.span.start as usize <= byte);
        let mut at = after.checked_sub(1);
        while let Some(it) = at {
            if self.functions[it].span.contains(byte) {
                return u32::try_from(it).ok().map(FunctionId);
            }
            at = self.functions[it].parent.map(|it| it.0 as usize);
        }
        None
    }

    /// The innermost loop that runs the byte again and again: not one around the function literal
    /// that the byte is in, and not one whose initialiser or `range` operand it is in.
    pub fn loop_at(&self, byte: usize) -> Option<&Loop> {
        self.loops_at(byte).next()
    }

    /// All such loops, innermost first: as many as the code at the byte is nested in.
    pub fn loops_at(&self, byte: usize) -> impl Iterator<Item = &Loop> {
        let function = self.function_at(byte);
        let after = self.loops.partition_point(|it| it.span.start as usize <= byte);
        let mut at = after.checked_sub(1);
        std::iter::from_fn(move || {
            let it = &self.loops[at?];
            at = it.parent.map(|it| it as usize);
            Some(it)
        })
        .filter(move |it| {
            it.function == function
                && it.span.contains(byte)
                && !it.once.is_some_and(|once| once.contains(byte))
        })
    }

    /// Whether a loop begins inside a span, be it in a literal.
    pub(super) fn has_loop_in(&self, span: Span) -> bool {
        let first = self.loops.partition_point(|it| it.span.start < span.start);
        self.loops.get(first).is_some_and(|it| span.encloses(it.span))
    }

    /// The variables from around a function literal that it uses, itself or in literals within,
    /// in the order of first use. Go captures by reference.
    pub fn captures(&self, literal: Node<'_>) -> Vec<Capture> {
        let span = literal.span();
        let mut captures: Vec<Capture> = Vec::new();
        let mut seen = std::collections::HashMap::new();
        for it in self.uses_in(span) {
            let Some(id) = it.binding() else { continue };
            let binding = self.binding(id);
            if span.encloses(binding.name) || !binding.kind.is_variable() {
                continue;
            }
            let at = *seen.entry(id).or_insert_with(|| {
                captures.push(Capture { binding: id, written: false, address_taken: false });
                captures.len() - 1
            });
            captures[at].written |= it.access.writes();
            captures[at].address_taken |= it.access == Access::Address;
        }
        captures
    }

    /// Whether two names are declared in the very same block.
    pub fn same_block(&self, a: BindingId, b: BindingId) -> bool {
        self.binding(a).scope == self.binding(b).scope
    }
}
