//! The code that the machine runs: functions over registers, made from Go by `lower`.
//!
//! A register holds one value and belongs to one call. A variable that a function literal captures,
//! or whose address is taken, lives in memory instead, and a register holds the pointer to it.
//! Struct and array values are values: copying a register copies them whole, a mutex included.

use std::rc::Rc;

use crate::golang::Span;

/// A register of a call.
pub(in crate::rules) type Reg = u16;

/// An index into a function's [`code`](Function::code).
pub(in crate::rules) type Target = u32;

/// A function, a method, a function literal, or a wrapper that `lower` made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::rules) struct FunctionId(pub(in crate::rules) u32);

/// A type that the code names. Identical types have the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::rules) struct TypeId(pub(in crate::rules) u32);

/// A variable of the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::rules) struct GlobalId(pub(in crate::rules) u32);

/// Where in the source an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(in crate::rules) struct Spot {
    /// The index of the file in its package.
    pub(in crate::rules) file: u16,
    /// The expression or statement.
    pub(in crate::rules) span: Span,
}

/// What `lower` gives to the machine. Everything is made when it is first asked for.
pub(in crate::rules) trait Code {
    /// The body. One that could not be read consists of [`Op::Opaque`].
    fn function(&self, id: FunctionId) -> Rc<Function>;

    /// What a type is.
    fn shape(&self, id: TypeId) -> Rc<Shape>;

    /// The method of this name in the method set of a type that stands in an interface: a function
    /// whose first parameter is the receiver just as the interface holds it; embedded fields and
    /// the way to them are its own business. `None` where there is none or it is not known; types
    /// of the library ([`Shape::Library`]) are the machine's to know.
    fn method(&self, of: TypeId, name: &str) -> Option<FunctionId>;

    /// Whether a type has all methods of an interface type; `None` where that is not known.
    fn implements(&self, of: TypeId, interface: TypeId) -> Option<bool>;

    /// The variables of the package that were met so far.
    fn global(&self, id: GlobalId) -> TypeId;

    /// A function without parameters that gives the variable its first value, where it has one that
    /// is written. The machine runs it when the variable is first used, before everything else.
    fn initial(&self, id: GlobalId) -> Option<FunctionId>;
}

/// One function.
#[derive(Debug, Default)]
pub(in crate::rules) struct Function {
    /// For people: `Server.Stop`, `TestStop.func1`.
    pub(in crate::rules) name: String,
    /// The file and span of the declaration or the literal.
    pub(in crate::rules) spot: Option<Spot>,
    /// How many registers a call has. The first hold the captured variables (pointers), the next
    /// the parameters, a method's receiver first; a variadic one comes as a slice.
    pub(in crate::rules) registers: Reg,
    /// How many variables are captured.
    pub(in crate::rules) captures: Reg,
    /// How many parameters there are, the receiver included.
    pub(in crate::rules) parameters: Reg,
    /// Where the results lie when the function has returned and its deferred calls have run.
    pub(in crate::rules) results: Vec<Kept>,
    /// What it does. It never runs off its end.
    pub(in crate::rules) code: Vec<Op>,
    /// Where each operation comes from; as long as `code`.
    pub(in crate::rules) spots: Vec<Spot>,
}

/// Where a variable is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Kept {
    /// In a register.
    Register(Reg),
    /// In memory; the register holds the pointer.
    Memory(Reg),
}

/// What a type is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rules) enum Shape {
    /// `bool`
    Bool,
    /// An integer: its bits, and whether it is signed. Arithmetic wraps.
    Integer(u8, bool),
    /// A floating-point or complex number: its value is never known.
    Float,
    /// `string`
    String,
    /// `*T`
    Pointer(TypeId),
    /// A struct: the names and types of its fields.
    Struct(Vec<(String, TypeId)>),
    /// `[N]T`
    Array(u32, TypeId),
    /// `[]T`
    Slice(TypeId),
    /// `map[K]V`
    Map(TypeId, TypeId),
    /// `chan T`
    Channel(TypeId),
    /// A function.
    Function,
    /// An interface with the names of its methods.
    Interface(Vec<String>),
    /// A named type of the package: its name and its underlying type.
    Named(String, TypeId),
    /// A type of the library that the machine models.
    Library(Library),
    /// A type that is not known: its values are unknown.
    Unknown,
}

/// The types of the library that the machine models, as their values: `*sync.Mutex` is a
/// [`Shape::Pointer`] to `Mutex`, and so is `*testing.T` to `Testing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::rules) enum Library {
    /// `sync.Mutex`
    Mutex,
    /// `sync.RWMutex`
    RwMutex,
    /// `sync.WaitGroup`
    WaitGroup,
    /// `sync.Once`
    Once,
    /// `sync.Cond`; its field `L` is reached by [`Call::Library`] `("sync", "Cond", "L")`.
    Cond,
    /// `sync.Map`
    SyncMap,
    /// `sync.Pool`
    Pool,
    /// `sync.Locker`, `context.Context`, `error` and other interfaces are [`Shape::Interface`];
    /// this is what stands in a `context.Context` that the library made.
    Context,
    /// What stands in an `error` that the library made.
    Error,
    /// `atomic.Int32`, `atomic.Int64`, `atomic.Uint32`, `atomic.Uint64`, `atomic.Bool`, `atomic.Value`,
    /// `atomic.Pointer`
    Atomic,
    /// `time.Timer`; its field `C` is reached like `L` of a `Cond`.
    Timer,
    /// `time.Ticker`
    Ticker,
    /// `time.Time`: its value is not known.
    Time,
    /// `testing.T`, `testing.B`, `testing.TB`
    Testing,
    /// `errgroup.Group`
    ErrGroup,
    /// `semaphore.Weighted`
    Semaphore,
}

/// A value that is written down.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rules) enum Constant {
    /// The zero of pointers, slices, maps, channels, functions and interfaces.
    Nil,
    /// `true` or `false`
    Bool(bool),
    /// An integer.
    Integer(i128),
    /// A floating-point number, of which only the fact is kept.
    Float,
    /// A string.
    String(Rc<str>),
}

/// What is called.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rules) enum Call {
    /// A function or a method of the package.
    Function(FunctionId),
    /// A value of function type: a nil one panics.
    Value(Reg),
    /// A method of what stands in an interface; a nil one panics.
    Method(Reg, Rc<str>),
    /// A function of the library: `("time", "", "Sleep")`, `("sync", "Mutex", "Lock")`. A method's
    /// receiver is the first argument, as a pointer where the method has a pointer receiver.
    /// What the machine does not model ends the run.
    Library(Rc<str>, Rc<str>, Rc<str>),
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rules) enum Op {
    /// A constant, converted to the type of the place that it is meant for.
    Constant(Reg, Constant),
    /// The zero value of a type.
    Zero(Reg, TypeId),
    /// A value that is not known. A branch on it may go both ways.
    Unknown(Reg),
    /// The first is given what the second holds.
    Copy(Reg, Reg),
    /// A new variable in memory with the type's zero value, and the pointer to it.
    New(Reg, TypeId),
    /// A pointer to a variable of the package.
    Global(Reg, GlobalId),
    /// What a pointer points to. A nil pointer panics here and wherever else one is followed.
    Load { to: Reg, at: Reg },
    /// Writes a value to where a pointer points.
    Store { at: Reg, from: Reg },
    /// A pointer to a field of the struct that a pointer points to.
    FieldAt { to: Reg, at: Reg, index: u16 },
    /// A field of a struct value.
    FieldOf { to: Reg, from: Reg, index: u16 },
    /// A pointer to an element of a slice value, or of the array that a pointer points to.
    ElementAt { to: Reg, of: Reg, index: Reg },
    /// An element of an array, string or slice value.
    ElementOf { to: Reg, from: Reg, index: Reg },
    /// `-`, `!`, `^`, `+`
    Unary { to: Reg, operator: &'static str, from: Reg },
    /// Arithmetic and comparison, `&&` and `||` excepted: they are branches. Of the type of its
    /// result, of which integers have their width.
    Binary { to: Reg, operator: &'static str, left: Reg, right: Reg, of: TypeId },
    /// A conversion between types that are no interfaces.
    Convert { to: Reg, from: Reg, of: TypeId },
    /// A value put into an interface: its dynamic type.
    Interface { to: Reg, from: Reg, of: TypeId },
    /// `from.(of)`; without `ok` it panics where it does not hold. `of` may be an interface.
    Assert { to: Reg, ok: Option<Reg>, from: Reg, of: TypeId },
    /// A struct value of all its fields.
    Struct { to: Reg, fields: Box<[Reg]> },
    /// An array value of all its elements.
    Array { to: Reg, elements: Box<[Reg]> },
    /// A slice value with a new array of these elements.
    Slice { to: Reg, elements: Box<[Reg]>, of: TypeId },
    /// `make([]T, length, capacity)`
    MakeSlice { to: Reg, element: TypeId, length: Reg, capacity: Option<Reg> },
    /// `make(map[K]V)`; the type is that of the map.
    MakeMap { to: Reg, of: TypeId },
    /// `make(chan T, capacity)`
    MakeChannel { to: Reg, element: TypeId, capacity: Option<Reg> },
    /// `from[low:high:max]` of a slice, a string or a pointer to an array.
    Cut { to: Reg, from: Reg, low: Option<Reg>, high: Option<Reg>, max: Option<Reg> },
    /// `append(slice, items...)`; `spread` where the one item is a slice or a string.
    Append { to: Reg, slice: Reg, items: Box<[Reg]>, spread: bool },
    /// `copy(into, from)`, with how many were copied.
    CopyElements { to: Reg, into: Reg, from: Reg },
    /// `map[key]`; the zero value is of the value type.
    MapGet { to: Reg, ok: Option<Reg>, map: Reg, key: Reg, value: TypeId },
    /// `map[key] = value`; a nil map panics.
    MapSet { map: Reg, key: Reg, value: Reg },
    /// `delete(map, key)`
    MapDelete { map: Reg, key: Reg },
    /// `clear(of)`
    Clear { of: Reg },
    /// `len(of)`
    Length { to: Reg, of: Reg },
    /// `cap(of)`
    Capacity { to: Reg, of: Reg },
    /// Begins to range over a slice, an array value, a string, a map or an integer: `to` holds the
    /// place in it. Ranges over channels are receives, and those over functions are calls.
    Range { to: Reg, over: Reg },
    /// The next key and value, or a jump to `done` at the end.
    Next { range: Reg, key: Option<Reg>, value: Option<Reg>, done: Target },
    /// A function value with pointers to the variables that it captures. Method values are closures
    /// over a wrapper that `lower` makes.
    Closure { to: Reg, function: FunctionId, captures: Box<[Reg]> },
    /// Calls, and waits for what is called to return.
    Call { call: Call, arguments: Box<[Reg]>, results: Box<[Reg]> },
    /// Starts a goroutine.
    Go { call: Call, arguments: Box<[Reg]> },
    /// Has it called at the end, with the arguments of now.
    Defer { call: Call, arguments: Box<[Reg]> },
    /// The values of the results are in place: the deferred calls run, then the call is over.
    Return,
    /// `panic(value)`
    Panic(Reg),
    /// `recover()`, as an interface value.
    Recover(Reg),
    /// Goes on elsewhere.
    Jump(Target),
    /// Goes on elsewhere unless the register holds `true`.
    Unless(Reg, Target),
    /// `channel <- value`
    Send { channel: Reg, value: Reg },
    /// `to, ok = <-channel`; on a closed one the zero value of the channel's element.
    Receive { to: Option<Reg>, ok: Option<Reg>, channel: Reg },
    /// `select`. Each case ends in a jump of its own; without a case and a default it blocks.
    Select { cases: Box<[Case]>, default: Option<Target> },
    /// `close(channel)`
    Close(Reg),
    /// What happens here is not understood: the run is over and proves nothing.
    Opaque(&'static str),
}

/// A case of a `select`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rules) struct Case {
    /// Where the case stands.
    pub(in crate::rules) spot: Spot,
    /// The channel, which was evaluated before.
    pub(in crate::rules) channel: Reg,
    /// What is done with it.
    pub(in crate::rules) action: Action,
    /// Where it goes on when this case was taken.
    pub(in crate::rules) then: Target,
}

/// What a case of a `select` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Action {
    /// Sends the value of a register, which was evaluated before.
    Send(Reg),
    /// Receives into registers.
    Receive {
        /// Where the value goes.
        to: Option<Reg>,
        /// Where it is said whether the value was sent.
        ok: Option<Reg>,
    },
}
