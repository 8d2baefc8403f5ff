//! Sizes and alignments of types as the gc compiler lays them out, and locks inside of them.

use super::super::signatures::Entry;
use super::super::{GoFile, Node};
use super::basic::Basic;
use super::ty::{Arguments, Origin, Shape, Type};
use super::{DEPTH, TypeInfo, address};

/// The size of a type and what its address is a multiple of, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// `unsafe.Sizeof`
    pub size: u64,
    /// `unsafe.Alignof`
    pub align: u64,
}

impl Layout {
    const fn both(it: u64) -> Self {
        Self { size: it, align: it }
    }
}

/// A lock that a type holds by value, so that a copy of the type copies it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock<'p> {
    /// The fields from the type to the lock; empty where it is the lock itself.
    pub path: Vec<&'p str>,
    /// The lock's type: `sync.Mutex`, or a type whose pointers have `Lock` and `Unlock`.
    pub of: Type<'p>,
}

impl<'p> TypeInfo<'p> {
    /// The layout of a type on a platform of 64 bit, or of 32 bit such as 386 and arm.
    pub fn layout(&self, of: &Type<'p>, wide: bool) -> Option<Layout> {
        self.layout_of(of, wide, DEPTH)
    }

    fn layout_of(&self, of: &Type<'p>, wide: bool, depth: usize) -> Option<Layout> {
        let depth = self.deeper(depth)?;
        if let Some((path, name)) = of.foreign_name() {
            let Entry::Type(entry) = self.table(path)?.get(name)? else { return None };
            if let Some((size, align)) = entry.layout(wide) {
                return Some(Layout { size, align });
            }
        }
        match of.own_without_arguments() {
            Some(own) => {
                let key = (address(own.file), own.spec.start, wide);
                self.remembered(&self.layouts, key, || self.new_layout(of, wide, depth))
            }
            None => self.new_layout(of, wide, depth),
        }
    }

    fn new_layout(&self, of: &Type<'p>, wide: bool, depth: usize) -> Option<Layout> {
        let word = if wide { 8 } else { 4 };
        let words = |it| Some(Layout { size: it * word, align: word });
        match self.underlying_type(of, depth) {
            Type::Basic(it) => basic(it, word),
            Type::Pointer(_) | Type::Map(_) | Type::Chan(..) | Type::Func(_) => words(1),
            Type::Interface(_) => words(2),
            Type::Slice(_) => words(3),
            Type::Array(length, of) => {
                let of = self.layout_of(&of, wide, depth)?;
                Some(Layout { size: of.size.checked_mul(length?)?, align: of.align })
            }
            Type::Struct(Shape::Empty) => Some(Layout { size: 0, align: 1 }),
            Type::Struct(Shape::Written(file, node, arguments)) => {
                self.struct_layout(file, node, &arguments, wide, depth)
            }
            _ => None,
        }
    }

    fn struct_layout(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
        arguments: &Arguments<'p>,
        wide: bool,
        depth: usize,
    ) -> Option<Layout> {
        let mut all = Layout { size: 0, align: 1 };
        let mut last = 1;
        for field in &*self.fields(file, node)? {
            let of = self.field_type(file, field, arguments, depth);
            let of = self.layout_of(&of, wide, depth)?;
            all.size = all.size.checked_next_multiple_of(of.align)?.checked_add(of.size)?;
            all.align = all.align.max(of.align);
            last = of.size;
        }
        // A pointer to an empty last field must not point past the struct.
        if last == 0 && all.size > 0 {
            all.size = all.size.checked_add(1)?;
        }
        all.size = all.size.checked_next_multiple_of(all.align)?;
        Some(all)
    }

    /// The first lock that a value of this type holds, by the definition of vet's copylocks.
    pub fn lock(&self, of: &Type<'p>) -> Option<Lock<'p>> {
        self.lock_of(of, DEPTH)
    }

    fn lock_of(&self, of: &Type<'p>, depth: usize) -> Option<Lock<'p>> {
        let depth = self.deeper(depth)?;
        if let Some((path, name)) = of.foreign_name() {
            let Entry::Type(entry) = self.table(path)?.get(name)? else { return None };
            entry.lock()?;
            return Some(Lock { path: Vec::new(), of: of.clone() });
        }
        match of.own_without_arguments() {
            Some(own) => {
                let key = (address(own.file), own.spec.start);
                self.remembered(&self.locks, key, || self.new_lock(of, depth))
            }
            None => self.new_lock(of, depth),
        }
    }

    fn new_lock(&self, of: &Type<'p>, depth: usize) -> Option<Lock<'p>> {
        match self.underlying_type(of, depth) {
            Type::Array(_, of) => self.lock_of(&of, depth),
            Type::Struct(Shape::Written(file, node, arguments)) => {
                if self.is_own_lock(of) {
                    return Some(Lock { path: Vec::new(), of: of.clone() });
                }
                self.fields(file, node)?.iter().find_map(|field| {
                    let of = self.field_type(file, field, &arguments, depth);
                    let mut lock = self.lock_of(&of, depth)?;
                    lock.path.insert(0, field.name);
                    Some(lock)
                })
            }
            _ => None,
        }
    }

    /// Whether pointers to the type have `Lock` and `Unlock`, while values do not.
    fn is_own_lock(&self, of: &Type<'p>) -> bool {
        let Some(Origin::Own(own)) = of.named().map(|it| it.origin) else { return false };
        let by_pointer = |name| {
            let mut methods = self.package.methods(own.name, name);
            let plain = |it: super::super::Declared<'p>| {
                self.declaring(it).is_some_and(|node| {
                    self.signature(it.file, node, &super::ty::none(), DEPTH)
                        == Type::Func(std::rc::Rc::default())
                })
            };
            let it = methods.next().filter(|_| !own.local);
            it.filter(|it| plain(*it))
                .map(|it| it.item.receiver.as_ref().is_some_and(|it| it.pointer))
        };
        match (by_pointer("Lock"), by_pointer("Unlock")) {
            (Some(lock), Some(unlock)) => lock || unlock,
            _ => false,
        }
    }
}

fn basic(of: Basic, word: u64) -> Option<Layout> {
    Some(match of {
        Basic::Bool | Basic::Int8 | Basic::Uint8 => Layout::both(1),
        Basic::Int16 | Basic::Uint16 => Layout::both(2),
        Basic::Int32 | Basic::Uint32 | Basic::Float32 => Layout::both(4),
        Basic::Int | Basic::Uint | Basic::Uintptr | Basic::UnsafePointer => Layout::both(word),
        Basic::Int64 | Basic::Uint64 | Basic::Float64 => Layout { size: 8, align: word },
        Basic::Complex64 => Layout { size: 8, align: 4 },
        Basic::Complex128 => Layout { size: 16, align: word },
        Basic::String => Layout { size: 2 * word, align: word },
        _ => return None,
    })
}
