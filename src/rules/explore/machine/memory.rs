//! Memory: variables, zero values, and what pointers point to.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::code::{Library, Shape, Spot, TypeId};
use super::clock::Clock;
use super::value::{Doubt, Entries, Mutex, Pointer, RwMutex, State, Unknown, Value};
use super::{Cell, Kind, Machine, Step, Stop, opaque};

/// The largest array that is laid out.
const ELEMENTS: u32 = 1 << 14;

impl Machine<'_> {
    /// A value that nobody knows, unlike all others.
    pub(super) fn unknown(&mut self, doubt: Doubt) -> Value {
        self.names += 1;
        let term = super::arithmetic::hash(&("unknown", self.names));
        Value::Unknown(Unknown { doubt, term, root: term })
    }

    /// A variable in memory.
    pub(super) fn allocate(&mut self, value: Value) -> Pointer {
        let object = u32::try_from(self.cells.len()).unwrap_or(u32::MAX);
        self.cells.push(Cell { value, shadow: BTreeMap::new() });
        Pointer { object, path: Rc::from([]) }
    }

    /// The zero value of a type.
    pub(super) fn zero(&mut self, of: TypeId) -> Value {
        self.zero_within(of, 0)
    }

    fn zero_within(&mut self, of: TypeId, depth: u32) -> Value {
        if let Some(it) = self.zeros.get(&of) {
            return it.clone();
        }
        if depth > 40 {
            return self.unknown(Doubt::Guessed);
        }
        let shape = self.code.shape(of);
        let value = match &*shape {
            Shape::Bool => Value::Bool(false),
            Shape::Integer(..) => Value::Integer(0),
            Shape::String => Value::Text("".into()),
            Shape::Pointer(_)
            | Shape::Slice(_)
            | Shape::Map(..)
            | Shape::Channel(_)
            | Shape::Function
            | Shape::Interface(_) => Value::Nil,
            Shape::Struct(fields) => Value::Many(Rc::new(
                fields.iter().map(|it| self.zero_within(it.1, depth + 1)).collect(),
            )),
            Shape::Array(length, element) if *length <= ELEMENTS => {
                let one = self.zero_within(*element, depth + 1);
                self.steps += u64::from(*length);
                Value::Many(Rc::new((0..*length).map(|_| one.clone()).collect()))
            }
            Shape::Named(_, under) => self.zero_within(*under, depth + 1),
            Shape::Library(it) => match it {
                Library::Mutex => state(State::Mutex(Mutex::default())),
                Library::RwMutex => state(State::RwMutex(RwMutex::default())),
                Library::WaitGroup => state(State::WaitGroup { count: 0, clock: Clock::default() }),
                Library::Once => {
                    state(State::Once { begun: false, done: false, clock: Clock::default() })
                }
                Library::Cond => state(State::Cond { locker: Value::Nil }),
                Library::SyncMap => {
                    state(State::SyncMap { entries: Entries::default(), clock: Clock::default() })
                }
                Library::Pool => state(State::Pool { items: Default::default(), new: Value::Nil }),
                Library::Atomic => state(State::Atomic { value: None }),
                Library::Timer | Library::Ticker => {
                    state(State::Timer { timer: None, channel: Value::Nil })
                }
                Library::ErrGroup => state(State::Group {
                    running: 0,
                    limit: None,
                    error: Value::Nil,
                    cancel: None,
                    clock: Clock::default(),
                }),
                Library::Time => return self.unknown(Doubt::Free),
                // Nothing is known of what they hold.
                Library::Semaphore | Library::Context | Library::Error | Library::Testing => {
                    return self.unknown(Doubt::Guessed);
                }
            },
            Shape::Float | Shape::Array(..) | Shape::Unknown => {
                return self.unknown(Doubt::Guessed);
            }
        };
        self.zeros.insert(of, value.clone());
        value
    }

    /// What a pointer's value points to; a nil one panics.
    pub(super) fn pointer(&mut self, value: &Value) -> Step<Pointer> {
        match value {
            Value::Pointer(it) => Ok(it.clone()),
            Value::Nil => Err(self.panic(Kind::NilPointer, "nil pointer dereference")),
            _ => opaque("an unknown pointer"),
        }
    }

    /// The place that a pointer names.
    pub(super) fn place(&mut self, at: &Pointer) -> Step<&mut Value> {
        let mut value = match self.cells.get_mut(at.object as usize) {
            Some(it) => &mut it.value,
            None => return opaque("a pointer to nowhere"),
        };
        for index in at.path.iter() {
            value = match value {
                Value::Many(inner) => match Rc::make_mut(inner).get_mut(*index as usize) {
                    Some(it) => it,
                    None => return opaque("a pointer beyond its object"),
                },
                _ => return opaque("a pointer into an unknown object"),
            };
        }
        Ok(value)
    }

    /// What is at a place, without anybody's noticing.
    pub(super) fn peek(&self, at: &Pointer) -> Option<&Value> {
        let mut value = &self.cells.get(at.object as usize)?.value;
        for index in at.path.iter() {
            value = match value {
                Value::Many(inner) => inner.get(*index as usize)?,
                Value::Unknown(_) => return Some(value),
                _ => return None,
            };
        }
        Some(value)
    }

    /// Reads a variable.
    pub(super) fn load(&mut self, at: &Pointer, spot: Spot) -> Step<Value> {
        self.access(at, false, false, spot);
        match self.peek(at) {
            Some(it) => Ok(it.clone()),
            None => opaque("a read of what is not laid out"),
        }
    }

    /// Writes a variable.
    pub(super) fn store(&mut self, at: &Pointer, value: Value, spot: Spot) -> Step<()> {
        self.access(at, true, false, spot);
        *self.place(at)? = value;
        Ok(())
    }

    /// The state of a type of the library behind a receiver.
    pub(super) fn state(&mut self, receiver: &Value) -> Step<(Pointer, &mut State)> {
        let at = self.pointer(receiver)?;
        match self.place(&at)? {
            Value::State(it) => Ok((at, Rc::make_mut(it))),
            _ => opaque("a receiver of another kind"),
        }
    }

    /// The entries of a map.
    pub(super) fn entries(&mut self, object: u32) -> Step<&mut Entries> {
        match self.cells.get_mut(object as usize).map(|it| &mut it.value) {
            Some(Value::Entries(it)) => Ok(Rc::make_mut(it)),
            _ => opaque("no map"),
        }
    }
}

fn state(of: State) -> Value {
    Value::State(Rc::new(of))
}

impl From<&str> for Stop {
    fn from(why: &str) -> Self {
        Self::Opaque(why.into())
    }
}
