//! The machine and the search on code that is assembled by hand.

use std::rc::Rc;

use super::super::code::{
    Action, Call, Case, Code, Constant, Function, FunctionId, GlobalId, Library, Op, Reg, Shape,
    Spot, TypeId,
};
use super::super::search::{Bounds, Explored, explore};
use super::Kind;
use crate::golang::Span;

const INT: TypeId = TypeId(0);
const MUTEX: TypeId = TypeId(1);
const GROUP: TypeId = TypeId(2);
const RW: TypeId = TypeId(3);
const EMPTY: TypeId = TypeId(4);
const ONCE: TypeId = TypeId(5);
const LOCKER: TypeId = TypeId(6);

/// The functions; a variable of the package is 0, which is an integer.
struct Assembled(Vec<Rc<Function>>);

impl Code for Assembled {
    fn function(&self, id: FunctionId) -> Rc<Function> {
        self.0[id.0 as usize].clone()
    }

    fn shape(&self, id: TypeId) -> Rc<Shape> {
        Rc::new(match id {
            INT => Shape::Integer(64, true),
            MUTEX => Shape::Library(Library::Mutex),
            GROUP => Shape::Library(Library::WaitGroup),
            RW => Shape::Library(Library::RwMutex),
            ONCE => Shape::Library(Library::Once),
            LOCKER => Shape::Pointer(MUTEX),
            _ => Shape::Struct(Vec::new()),
        })
    }

    fn method(&self, _: TypeId, _: &str) -> Option<FunctionId> {
        None
    }

    fn implements(&self, _: TypeId, _: TypeId) -> Option<bool> {
        None
    }

    fn global(&self, _: GlobalId) -> TypeId {
        INT
    }

    fn initial(&self, _: GlobalId) -> Option<FunctionId> {
        None
    }
}

/// A function with eight registers, of which the first hold its parameters.
fn function(name: &str, parameters: Reg, mut code: Vec<Op>) -> Rc<Function> {
    code.push(Op::Return);
    let spot = |at| Spot { file: 0, span: Span { start: at, end: at + 1 } };
    // The spots tell the functions apart.
    let base = name.bytes().map(u32::from).sum::<u32>() * 1000;
    let spots = (0..code.len() as u32).map(|it| spot(base + it)).collect();
    Rc::new(Function {
        name: name.into(),
        spot: Some(spot(base)),
        registers: 8,
        captures: 0,
        parameters,
        results: Vec::new(),
        code,
        spots,
    })
}

fn sync(kind: &str, name: &str, arguments: &[Reg]) -> Op {
    library("sync", kind, name, arguments)
}

fn library(path: &str, kind: &str, name: &str, arguments: &[Reg]) -> Op {
    let call = Call::Library(path.into(), kind.into(), name.into());
    Op::Call { call, arguments: arguments.into(), results: [].into() }
}

fn go(id: u32, arguments: &[Reg]) -> Op {
    Op::Go { call: Call::Function(FunctionId(id)), arguments: arguments.into() }
}

fn channel(to: Reg, capacity: Option<Reg>) -> Op {
    Op::MakeChannel { to, element: EMPTY, capacity }
}

fn integer(to: Reg, value: i128) -> Op {
    Op::Constant(to, Constant::Integer(value))
}

fn receive(channel: Reg) -> Op {
    Op::Receive { to: None, ok: None, channel }
}

fn send(channel: Reg) -> Op {
    Op::Send { channel, value: channel }
}

fn run(functions: Vec<Rc<Function>>) -> Explored {
    explore(&Assembled(functions), FunctionId(0), Bounds::default())
}

fn kinds(of: &Explored) -> Vec<Kind> {
    let mut kinds: Vec<_> = of.found.iter().map(|it| it.shown.kind).collect();
    kinds.dedup();
    assert_eq!(of.opaque, 0, "{:?}", of.why);
    kinds
}

#[test]
fn locks_in_opposite_order_deadlock_under_some_schedule() {
    let both = |name: &str, first, second| {
        function(
            name,
            3,
            vec![
                sync("Mutex", "Lock", &[first]),
                sync("Mutex", "Lock", &[second]),
                sync("Mutex", "Unlock", &[second]),
                sync("Mutex", "Unlock", &[first]),
                sync("WaitGroup", "Done", &[2]),
            ],
        )
    };
    let entry = |second: u32| {
        function(
            "entry",
            0,
            vec![
                Op::New(0, MUTEX),
                Op::New(1, MUTEX),
                Op::New(2, GROUP),
                integer(3, 2),
                sync("WaitGroup", "Add", &[2, 3]),
                go(1, &[0, 1, 2]),
                go(second, &[0, 1, 2]),
                sync("WaitGroup", "Wait", &[2]),
            ],
        )
    };
    let all = |second| run(vec![entry(second), both("ab", 0, 1), both("bax", 1, 0)]);
    let found = all(2);
    assert_eq!(kinds(&found), [Kind::Deadlock]);
    let shown = &found.found[0].shown;
    assert_eq!(shown.involved.len(), 3);
    assert!(found.found[0].seen < found.complete, "most schedules go well");
    assert!(
        shown
            .involved
            .iter()
            .any(|it| it.event.what.as_ref() == "sync.Mutex.Lock" && it.held.len() == 1)
    );
    assert_eq!(kinds(&all(1)), [], "one order");
}

#[test]
fn a_send_that_nobody_receives_leaks() {
    let sender = function("sender", 1, vec![send(0)]);
    let entry = |capacity| {
        let mut code = vec![integer(1, 1), channel(0, capacity), go(1, &[0])];
        code.extend([integer(2, 1_000_000), library("time", "", "Sleep", &[2])]);
        function("entry", 0, code)
    };
    let found = run(vec![entry(None), sender.clone()]);
    assert_eq!(kinds(&found), [Kind::Leak]);
    assert_eq!(found.found[0].seen, found.complete, "always");
    assert_eq!(kinds(&run(vec![entry(Some(1)), sender])), [], "there is room for it");
}

#[test]
fn accesses_race_unless_something_orders_them() {
    let writes = |at| vec![integer(4, 7), Op::Store { at, from: 4 }];
    let locked = |yes: bool| {
        let mut code = vec![];
        if yes {
            code.push(sync("Mutex", "Lock", &[1]));
        }
        code.extend(writes(0));
        if yes {
            code.push(sync("Mutex", "Unlock", &[1]));
        }
        code
    };
    let program = |yes: bool| {
        let mut entry =
            vec![Op::New(0, INT), Op::New(1, MUTEX), channel(2, None), go(1, &[0, 1, 2])];
        entry.extend(locked(yes));
        entry.push(receive(2));
        entry.push(Op::Load { to: 5, at: 0 });
        let mut other = locked(yes);
        other.push(send(2));
        run(vec![function("entry", 0, entry), function("other", 3, other)])
    };
    assert_eq!(kinds(&program(false)), [Kind::Race]);
    assert_eq!(kinds(&program(true)), []);
}

#[test]
fn an_unbuffered_receive_orders_what_comes_before_it_and_after_the_send() {
    let program = |capacity: Option<Reg>| {
        let entry = vec![
            integer(1, 1),
            Op::New(0, INT),
            channel(2, capacity),
            go(1, &[0, 2]),
            send(2),
            Op::Load { to: 5, at: 0 },
        ];
        let other = vec![integer(4, 7), Op::Store { at: 0, from: 4 }, receive(1)];
        kinds(&run(vec![function("entry", 0, entry), function("other", 2, other)]))
    };
    assert_eq!(program(None), []);
    assert_eq!(program(Some(1)), [Kind::Race]);
}

#[test]
fn a_writer_that_waits_keeps_readers_out() {
    let reader = function(
        "entry",
        0,
        vec![
            Op::New(0, RW),
            go(1, &[0]),
            sync("RWMutex", "RLock", &[0]),
            sync("RWMutex", "RLock", &[0]),
            sync("RWMutex", "RUnlock", &[0]),
            sync("RWMutex", "RUnlock", &[0]),
        ],
    );
    let writer =
        function("writer", 1, vec![sync("RWMutex", "Lock", &[0]), sync("RWMutex", "Unlock", &[0])]);
    let found = run(vec![reader, writer]);
    assert_eq!(kinds(&found), [Kind::Deadlock]);
    assert!(found.found[0].seen < found.complete);
}

#[test]
fn panics_end_the_program_unless_somebody_recovers() {
    let closes = |recovers: bool| {
        let mut code = vec![channel(0, None)];
        if recovers {
            let call = Call::Function(FunctionId(1));
            code.push(Op::Defer { call, arguments: [].into() });
        }
        code.extend([Op::Close(0), send(0)]);
        let recover = function("recover", 0, vec![Op::Recover(0)]);
        kinds(&run(vec![function("entry", 0, code), recover]))
    };
    assert_eq!(closes(false), [Kind::SendOnClosed]);
    assert_eq!(closes(true), []);
    let twice = vec![Op::New(0, MUTEX), sync("Mutex", "Unlock", &[0])];
    assert_eq!(kinds(&run(vec![function("entry", 0, twice)])), [Kind::NotLocked]);
    let done = vec![Op::New(0, GROUP), sync("WaitGroup", "Done", &[0])];
    assert_eq!(kinds(&run(vec![function("entry", 0, done)])), [Kind::NegativeCounter]);
}

#[test]
fn a_select_takes_every_case_that_can_be_taken() {
    // Whoever gives up on a worker leaves it with its result.
    let case = |channel, then| Case {
        spot: Spot { file: 0, span: Span { start: 1, end: 2 } },
        channel,
        action: Action::Receive { to: None, ok: None },
        then,
    };
    let after = Call::Library("time".into(), "".into(), "After".into());
    let entry = function(
        "entry",
        0,
        vec![
            channel(0, None),
            go(1, &[0]),
            integer(1, 1_000_000_000),
            Op::Call { call: after, arguments: [1].into(), results: [2].into() },
            Op::Select { cases: [case(0, 5), case(2, 5)].into(), default: None },
        ],
    );
    let worker = function("worker", 1, vec![send(0)]);
    let found = run(vec![entry, worker]);
    assert_eq!(kinds(&found), [Kind::Leak]);
    assert!(found.found[0].seen < found.complete);
    assert_eq!(found.found[0].shown.involved[0].event.function.as_ref(), "worker");
}

#[test]
fn what_is_not_understood_ends_the_search_at_once() {
    let entry = function("entry", 0, vec![Op::Opaque("a test"), Op::Constant(0, Constant::Nil)]);
    let found = run(vec![entry]);
    assert_eq!((found.opaque, found.complete, found.found.len()), (1, 0, 0));
}

#[test]
fn a_once_that_calls_itself_waits_for_ever() {
    let entry = function(
        "entry",
        0,
        vec![
            Op::New(0, ONCE),
            Op::Closure { to: 1, function: FunctionId(1), captures: [0].into() },
            sync("Once", "Do", &[0, 1]),
        ],
    );
    let inner = function(
        "inner",
        1,
        vec![
            Op::Closure { to: 1, function: FunctionId(1), captures: [0].into() },
            sync("Once", "Do", &[0, 1]),
        ],
    );
    assert_eq!(kinds(&run(vec![entry, inner])), [Kind::Deadlock]);
}

#[test]
fn nothing_leaks_when_the_program_ends_with_its_entry() {
    let sender = function("sender", 1, vec![send(0)]);
    let main = function("main", 0, vec![channel(0, None), go(1, &[0])]);
    assert_eq!(kinds(&run(vec![main, sender])), []);
}

#[test]
fn a_wait_group_orders_what_was_done_before_its_wait_ends() {
    let program = |waits: bool| {
        let mut entry = vec![
            Op::New(0, INT),
            Op::New(1, GROUP),
            integer(2, 1),
            sync("WaitGroup", "Add", &[1, 2]),
            go(1, &[0, 1]),
        ];
        if waits {
            entry.push(sync("WaitGroup", "Wait", &[1]));
        }
        entry.push(Op::Load { to: 3, at: 0 });
        let other =
            vec![integer(4, 7), Op::Store { at: 0, from: 4 }, sync("WaitGroup", "Done", &[1])];
        kinds(&run(vec![function("entry", 0, entry), function("other", 2, other)]))
    };
    assert_eq!(program(true), []);
    assert_eq!(program(false), [Kind::Race]);
}

#[test]
fn a_condition_that_nobody_signals_is_waited_for_for_ever() {
    let program = |signals: bool| {
        let new = Call::Library("sync".into(), "".into(), "NewCond".into());
        let entry = vec![
            Op::New(0, MUTEX),
            Op::Interface { to: 1, from: 0, of: LOCKER },
            Op::Call { call: new, arguments: [1].into(), results: [2].into() },
            sync("Mutex", "Lock", &[0]),
            go(1, &[0, 2]),
            sync("Cond", "Wait", &[2]),
            sync("Mutex", "Unlock", &[0]),
        ];
        let mut other = vec![sync("Mutex", "Lock", &[0])];
        if signals {
            other.push(sync("Cond", "Signal", &[1]));
        }
        other.push(sync("Mutex", "Unlock", &[0]));
        kinds(&run(vec![function("entry", 0, entry), function("other", 2, other)]))
    };
    assert_eq!(program(true), []);
    assert_eq!(program(false), [Kind::Deadlock]);
}
