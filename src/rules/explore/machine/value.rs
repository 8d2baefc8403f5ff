//! What registers and memory hold.

use std::collections::VecDeque;
use std::rc::Rc;

use super::super::code::{FunctionId, Library, TypeId};
use super::clock::Clock;

/// How far what follows from an unknown value can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Doubt {
    /// Every value is legal: whichever is chosen, the run is a real one.
    Free,
    /// We do not know it; the program may.
    Guessed,
}

/// A value that is not known, and how it came about: what came about in the same way is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Unknown {
    pub(super) doubt: Doubt,
    /// A hash of how it was computed.
    pub(super) term: u64,
    /// What it was computed from; 0 where that is more than one.
    pub(super) root: u64,
}

/// What runs when a function value is called.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    Function(FunctionId),
    /// A function of the library: path, type, name.
    Library(Rc<str>, Rc<str>, Rc<str>),
}

/// A function value.
#[derive(Debug, Clone)]
pub(super) struct Closure {
    pub(super) body: Body,
    pub(super) captures: Vec<Value>,
}

/// Where a variable is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Pointer {
    pub(super) object: u32,
    /// The fields and elements that lead to it.
    pub(super) path: Rc<[u32]>,
}

/// Part of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) array: Pointer,
    pub(super) from: u32,
    pub(super) length: u32,
    pub(super) capacity: u32,
}

impl Slice {
    /// The pointer to an element, which must exist.
    pub(super) fn at(&self, index: u32) -> Pointer {
        self.array.inner(self.from.saturating_add(index))
    }
}

impl Pointer {
    /// The pointer to a field or an element of what this points to.
    pub(super) fn inner(&self, index: u32) -> Self {
        let path = self.path.iter().copied().chain([index]).collect();
        Self { object: self.object, path }
    }
}

/// The type of what stands in an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Dynamic {
    Type(TypeId),
    Library(Library),
}

/// Where a `range` has come to.
#[derive(Debug, Clone)]
pub(super) enum Walk {
    Slice(Slice, u32),
    Array(Rc<Vec<Value>>, usize),
    Text(Rc<str>, usize),
    Map(u32, Rc<Vec<Value>>, usize),
    Count(i128, i128),
}

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Unknown(Unknown),
    /// The zero of pointers, slices, maps, channels, functions and interfaces.
    Nil,
    Bool(bool),
    Integer(i128),
    Text(Rc<str>),
    Pointer(Pointer),
    Slice(Slice),
    /// The object whose entries it has.
    Map(u32),
    Channel(u32),
    Function(Rc<Closure>),
    /// A struct or an array.
    Many(Rc<Vec<Self>>),
    Interface(Dynamic, Rc<Self>),
    /// The state of a type of the library.
    State(Rc<State>),
    /// A context or an error of the library.
    Thing(u32),
    /// What a map holds; only objects are this.
    Entries(Rc<Entries>),
    Range(Rc<Walk>),
}

/// The entries of a map.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries {
    pub(super) of: Vec<(Value, Value)>,
    /// Whether something is in it that is not known.
    pub(super) vague: bool,
}

/// The state of a type of the library.
#[derive(Debug, Clone)]
pub(super) enum State {
    Mutex(Mutex),
    RwMutex(RwMutex),
    WaitGroup { count: i128, clock: Clock },
    Once { begun: bool, done: bool, clock: Clock },
    Cond { locker: Value },
    SyncMap { entries: Entries, clock: Clock },
    Pool { items: VecDeque<(Value, Clock)>, new: Value },
    Atomic { value: Option<Value> },
    Timer { timer: Option<usize>, channel: Value },
    Group { running: u32, limit: Option<u32>, error: Value, cancel: Option<u32>, clock: Clock },
    Testing(u32),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Mutex {
    /// The goroutine that took it.
    pub(super) owner: Option<usize>,
    pub(super) clock: Clock,
}

#[derive(Debug, Clone, Default)]
pub(super) struct RwMutex {
    /// The goroutine that writes, or waits until the readers have left.
    pub(super) writer: Option<usize>,
    /// Whether the writer has come in.
    pub(super) writing: bool,
    pub(super) readers: Vec<usize>,
    /// What writers and readers have left behind.
    pub(super) written: Clock,
    pub(super) read: Clock,
}

impl Value {
    /// A known integer.
    pub(super) fn as_integer(&self) -> Option<i128> {
        match self {
            Self::Integer(it) => Some(*it),
            _ => None,
        }
    }

    /// Whether two values are equal under `==`; `None` where it is not known.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        use Value::*;
        match (self, other) {
            (Unknown(a), Unknown(b)) if a.term == b.term => Some(true),
            (Unknown(_), _) | (_, Unknown(_)) => None,
            (Nil, Nil) => Some(true),
            (Bool(a), Bool(b)) => Some(a == b),
            (Integer(a), Integer(b)) => Some(a == b),
            (Text(a), Text(b)) => Some(a == b),
            (Pointer(a), Pointer(b)) => Some(a == b),
            (Channel(a), Channel(b)) => Some(a == b),
            (Thing(a), Thing(b)) => Some(a == b),
            (Many(a), Many(b)) => {
                let mut all = Some(true);
                for (a, b) in a.iter().zip(b.iter()) {
                    match a.equals(b) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => all = None,
                    }
                }
                all
            }
            (Interface(a, x), Interface(b, y)) => {
                if a == b {
                    x.equals(y)
                } else {
                    Some(false)
                }
            }
            (
                Nil,
                Pointer(_) | Slice(_) | Map(_) | Channel(_) | Function(_) | Interface(..)
                | Thing(_),
            )
            | (
                Pointer(_) | Slice(_) | Map(_) | Channel(_) | Function(_) | Interface(..)
                | Thing(_),
                Nil,
            ) => Some(false),
            _ => None,
        }
    }
}
