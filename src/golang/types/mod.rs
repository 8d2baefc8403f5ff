//! The types of expressions, as far as the package's own code and the table of signatures tell.
//!
//! Unknown is an answer, and a common one: a rule that needs a type stays silent without it.
//! Everything is found when somebody asks, remembered, and bounded in steps: code that was written
//! to keep us busy has unknown types.

mod basic;
mod binding;
mod call;
mod constant;
mod expression;
mod foreign;
mod layout;
mod member;
mod operator;
mod show;
mod ty;
mod written;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use self::member::Fields;
use super::signatures::Signatures;
use super::{Declared, GoFile, GoNode, Kind, Node, Package, Span};

pub use basic::Basic;
pub use binding::value_of;
pub use call::Callee;
pub use layout::{Layout, Lock};
pub use member::{FieldPlace, Member, MemberKind, MethodPlace};
pub use ty::{Arguments, Direction, NamedType, Origin, OwnType, Shape, Signature, Type};

/// How many steps from an expression to its type are followed; real code needs a handful.
const DEPTH: usize = 24;

/// The steps that all questions about one package may take, some seconds' worth.
const STEPS: u64 = 1 << 27;

/// The types of one package. It remembers its answers, so that rules should share one.
#[derive(Debug)]
pub struct TypeInfo<'p> {
    package: &'p Package,
    /// By the expression's node.
    expressions: RefCell<HashMap<usize, Type<'p>>>,
    /// By file and by where the declared name begins.
    names: RefCell<HashMap<(usize, u32), Type<'p>>>,
    /// By file and by where the type's declaration begins.
    underlying: RefCell<HashMap<(usize, u32), Type<'p>>>,
    /// By file, by where the type's declaration begins, and by whether the platform has 64 bit.
    layouts: RefCell<HashMap<(usize, u32, bool), Option<Layout>>>,
    /// By file and by where the type's declaration begins.
    locks: RefCell<HashMap<(usize, u32), Option<Lock<'p>>>>,
    /// By the `struct_type`'s node.
    fields: RefCell<HashMap<usize, Fields<'p>>>,
    /// The top-level nodes of a file.
    tops: RefCell<HashMap<usize, Rc<[Node<'p>]>>>,
    steps: Cell<u64>,
    /// Whether the answer that is being found was cut off: then another way to the same place may
    /// know more, and it must not be remembered.
    cut: Cell<bool>,
}

impl<'p> TypeInfo<'p> {
    /// Nothing is looked at before somebody asks.
    pub fn new(package: &'p Package) -> Self {
        Self {
            package,
            expressions: RefCell::default(),
            names: RefCell::default(),
            underlying: RefCell::default(),
            layouts: RefCell::default(),
            locks: RefCell::default(),
            fields: RefCell::default(),
            tops: RefCell::default(),
            steps: Cell::new(STEPS),
            cut: Cell::new(false),
        }
    }

    /// The package.
    pub fn package(&self) -> &'p Package {
        self.package
    }

    /// The type of an expression; of a constant that has not been given one, an untyped one.
    pub fn of(&self, file: &'p GoFile, expression: Node<'p>) -> Type<'p> {
        self.expression(file, expression, DEPTH)
    }

    /// The type that an identifier stands for as a variable, also where it is declared.
    pub fn of_name(&self, file: &'p GoFile, identifier: Node<'p>) -> Type<'p> {
        self.identifier(file, identifier, DEPTH)
    }

    /// The type of a variable, a constant or a function that the package declares.
    pub fn of_item(&self, declared: Declared<'p>) -> Type<'p> {
        self.item(declared, DEPTH)
    }

    /// The type that a type expression stands for.
    pub fn written(&self, file: &'p GoFile, node: Node<'p>) -> Type<'p> {
        self.written_type(file, node, &ty::none(), DEPTH)
    }

    /// The type of a variable, a constant or a function of another package, if the table of
    /// signatures has it.
    pub fn of_table(path: &str, name: &str) -> Type<'p> {
        foreign::value(path, name)
    }

    /// The type that an expression stands for, where it stands for one: `T`, `p.T`, `(*T)`.
    pub fn meant(&self, file: &'p GoFile, expression: Node<'p>) -> Option<Type<'p>> {
        self.as_type(file, expression, DEPTH)
    }

    /// What a type is without its name.
    pub fn underlying(&self, of: &Type<'p>) -> Type<'p> {
        self.underlying_type(of, DEPTH)
    }

    /// Which way a channel of this type goes; `None` for all other types.
    pub fn channel(&self, of: &Type<'p>) -> Option<Direction> {
        match self.underlying(of) {
            Type::Chan(direction, _) => Some(direction),
            _ => None,
        }
    }

    /// The table's package of an import path. The module that is being read knows better what its
    /// own packages are: the table may be of another version.
    fn table(&self, path: &str) -> Option<&'static Signatures> {
        Signatures::of(path).filter(|_| !self.package.shares_module(path))
    }

    /// Takes steps; false when there are none left.
    fn affords(&self, steps: u64) -> bool {
        let left = self.steps.get().checked_sub(steps);
        self.steps.set(left.unwrap_or(0));
        left.is_some()
    }

    /// One step down; `None` at the bottom.
    fn deeper(&self, depth: usize) -> Option<usize> {
        let deeper = depth.checked_sub(1).filter(|_| self.affords(1));
        if deeper.is_none() {
            self.cut.set(true);
        }
        deeper
    }

    /// The top-level node around a span, while going through it can be afforded.
    fn top(&self, file: &'p GoFile, span: Span) -> Option<Node<'p>> {
        let tops = self.tops.borrow().get(&address(file)).cloned();
        let tops = tops.unwrap_or_else(|| {
            let all: Rc<[Node<'p>]> = file.root().parts().collect();
            self.tops.borrow_mut().insert(address(file), all.clone());
            all
        });
        let at =
            tops.partition_point(|it| it.start_byte() <= span.start as usize).checked_sub(1)?;
        let top = tops[at];
        if !self.affords(top.byte_range().len() as u64 / 16 + 16) {
            self.cut.set(true);
            return None;
        }
        Some(top)
    }

    /// The node of this kind that covers exactly this span.
    pub(super) fn node(&self, file: &'p GoFile, span: Span, kind: Kind) -> Option<Node<'p>> {
        let top = self.top(file, span)?;
        let inner = top.descendant_for_byte_range(span.start as usize, span.end as usize)?;
        if inner.span() != span || inner.is(kind) {
            return Some(inner).filter(|it| it.span() == span && it.is(kind));
        }
        let around = inner.ancestors(top).into_iter().take_while(|it| it.span() == span);
        around.into_iter().find(|it| it.is(kind))
    }

    /// The node around another.
    fn parent(&self, file: &'p GoFile, node: Node<'p>) -> Option<Node<'p>> {
        let top = self.top(file, node.span())?;
        node.ancestors(top).first().copied()
    }

    /// Answers from memory, or finds the answer and remembers it unless it was cut off.
    fn remembered<K: Hash + Eq, V: Clone>(
        &self,
        memory: &RefCell<HashMap<K, V>>,
        key: K,
        find: impl FnOnce() -> V,
    ) -> V {
        if let Some(known) = memory.borrow().get(&key) {
            return known.clone();
        }
        let outer = self.cut.replace(false);
        let found = find();
        if self.cut.get() {
            self.cut.set(true);
        } else {
            memory.borrow_mut().insert(key, found.clone());
            self.cut.set(outer);
        }
        found
    }
}

/// The only one; build-tagged twins may differ.
pub fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// A file as part of a key.
fn address(file: &GoFile) -> usize {
    std::ptr::from_ref(file).addr()
}
