//! Calls, deferred calls, panics and the end of goroutines.

use std::rc::Rc;

use super::super::code::{Call, Function, Kept, Op, Reg, Spot, Target};
use super::clock::Clock;
use super::library::After;
use super::report::{Event, Involved};
use super::value::{Body, Closure, Dynamic, Value};
use super::wait::{Status, Wait};
use super::{Deferred, Deliver, Frame, Goroutine, Kind, Machine, Mode, Panic, Step, Stop, opaque};

/// How deep calls go.
const DEPTH: usize = 400;

/// How many goroutines there are.
const GOROUTINES: usize = 400;

/// What a function of the library gives at most.
const RESULTS: Reg = 3;

impl Machine<'_> {
    pub(super) fn frame(&mut self) -> Option<&mut Frame> {
        self.goroutines.get_mut(self.current)?.frames.last_mut()
    }

    pub(super) fn get(&self, from: Reg) -> Value {
        self.goroutines
            .get(self.current)
            .and_then(|it| it.frames.last())
            .and_then(|it| it.registers.get(usize::from(from)))
            .cloned()
            .unwrap_or(Value::Nil)
    }

    pub(super) fn set(&mut self, to: Reg, value: Value) {
        if let Some(frame) = self.frame() {
            frame.set(Some(to), value);
        }
    }

    pub(super) fn jump(&mut self, to: Target) {
        if let Some(frame) = self.frame() {
            frame.at = to as usize;
        }
    }

    pub(super) fn advance(&mut self) {
        if let Some(frame) = self.frame() {
            frame.at += 1;
        }
    }

    pub(super) fn clock(&self, goroutine: usize) -> Clock {
        self.goroutines.get(goroutine).map(|it| it.clock.clone()).unwrap_or_default()
    }

    /// What happens from now on does not belong to what is known to others.
    pub(super) fn publish(&mut self) -> Clock {
        let me = self.current;
        let clock = self.clock(me);
        if let Some(it) = self.goroutines.get_mut(me) {
            it.clock.bump(me);
        }
        clock
    }

    pub(super) fn learn(&mut self, clock: &Clock) {
        if let Some(it) = self.goroutines.get_mut(self.current) {
            it.clock.join(clock);
        }
    }

    pub(super) fn park(&mut self, wait: Wait) -> Step<()> {
        self.sequence += 1;
        let since = self.sequence;
        self.blocked = true;
        if let Some(it) = self.goroutines.get_mut(self.current) {
            if it.initialising > 0 {
                return opaque("a first value that waits");
            }
            it.status = Status::Parked(wait);
            it.since = since;
        }
        Ok(())
    }

    /// A goroutine that waits can try again; what it waited for.
    pub(super) fn go_on(&mut self, goroutine: usize) -> Status {
        match self.goroutines.get_mut(goroutine) {
            Some(it) => std::mem::replace(&mut it.status, Status::Ready),
            None => Status::Over,
        }
    }

    /// The operation at which a goroutine stands has come to these results.
    pub(super) fn resume_at(&mut self, goroutine: usize, values: &[Value]) {
        let Some(frame) = self.goroutines.get_mut(goroutine).and_then(|it| it.frames.last_mut())
        else {
            return;
        };
        let function = frame.function.clone();
        match function.code.get(frame.at) {
            Some(Op::Receive { to, ok, .. }) => {
                let mut values = values.iter().cloned();
                frame.set(*to, values.next().unwrap_or(Value::Nil));
                frame.set(*ok, values.next().unwrap_or(Value::Nil));
            }
            Some(Op::Call { results, .. }) => {
                for (to, value) in results.iter().zip(values) {
                    frame.set(Some(*to), value.clone());
                }
            }
            _ => {}
        }
        frame.at += 1;
    }

    /// What a call calls, and with what.
    pub(super) fn resolve(
        &mut self,
        call: &Call,
        arguments: &[Reg],
    ) -> Step<(Rc<Function>, Vec<Value>)> {
        let values: Vec<_> = arguments.iter().map(|it| self.get(*it)).collect();
        match call {
            Call::Function(id) => Ok((self.code.function(*id), values)),
            Call::Value(of) => match self.get(*of) {
                Value::Function(closure) => self.resolve_closure(&closure, values),
                Value::Nil => Err(self.panic(Kind::NilPointer, "call of a nil function")),
                _ => opaque("a call of an unknown function"),
            },
            Call::Method(of, name) => match self.get(*of) {
                Value::Interface(dynamic, inner) => {
                    let mut all = vec![(*inner).clone()];
                    all.extend(values);
                    if let Dynamic::Type(of) = dynamic
                        && let Some(id) = self.code.method(of, name)
                    {
                        return Ok((self.code.function(id), all));
                    }
                    match self.library_type(dynamic) {
                        Some((path, kind)) => {
                            self.library_function(path.into(), kind.into(), name.clone(), all)
                        }
                        None => opaque("a method that is not known"),
                    }
                }
                Value::Nil => {
                    Err(self.panic(Kind::NilPointer, "call of a method of a nil interface"))
                }
                _ => opaque("a method of an unknown value"),
            },
            Call::Library(path, kind, name) => {
                self.library_function(path.clone(), kind.clone(), name.clone(), values)
            }
        }
    }

    pub(super) fn resolve_closure(
        &mut self,
        closure: &Closure,
        arguments: Vec<Value>,
    ) -> Step<(Rc<Function>, Vec<Value>)> {
        let mut all = closure.captures.clone();
        all.extend(arguments);
        match &closure.body {
            Body::Function(id) => Ok((self.code.function(*id), all)),
            Body::Library(path, kind, name) => {
                self.library_function(path.clone(), kind.clone(), name.clone(), all)
            }
        }
    }

    /// A function of the library as one that can be deferred or started.
    fn library_function(
        &mut self,
        path: Rc<str>,
        kind: Rc<str>,
        name: Rc<str>,
        arguments: Vec<Value>,
    ) -> Step<(Rc<Function>, Vec<Value>)> {
        let count = Reg::try_from(arguments.len()).unwrap_or(Reg::MAX - RESULTS);
        let spot = match self.here() {
            Some(it) => it,
            None => return opaque("a call from nowhere"),
        };
        let results: Vec<Reg> = (count..count + RESULTS).collect();
        let function = Function {
            name: super::library::readable(&path, &kind, &name),
            spot: None,
            registers: count + RESULTS,
            captures: 0,
            parameters: count,
            results: results.iter().map(|it| Kept::Register(*it)).collect(),
            code: vec![
                Op::Call {
                    call: Call::Library(path, kind, name),
                    arguments: (0..count).collect(),
                    results: results.into(),
                },
                Op::Return,
            ],
            spots: vec![spot; 2],
        };
        Ok((Rc::new(function), arguments))
    }

    fn new_frame(
        &mut self,
        function: Rc<Function>,
        arguments: Vec<Value>,
        deliver: Deliver,
    ) -> Frame {
        let mut registers = arguments;
        registers.resize(usize::from(function.registers).max(registers.len()), Value::Nil);
        Frame {
            function,
            registers,
            at: 0,
            defers: Vec::new(),
            mode: Mode::Run,
            panic: None,
            deliver,
            deferred: false,
        }
    }

    /// Calls a function; the goroutine goes on with it.
    pub(super) fn enter(
        &mut self,
        function: Rc<Function>,
        arguments: Vec<Value>,
        deliver: Deliver,
    ) -> Step<()> {
        let frame = self.new_frame(function, arguments, deliver);
        match self.goroutines.get_mut(self.current) {
            Some(it) if it.frames.len() < DEPTH => it.frames.push(frame),
            _ => return opaque("calls that are too deep"),
        }
        Ok(())
    }

    /// Calls a function value.
    pub(super) fn enter_value(
        &mut self,
        of: &Value,
        arguments: Vec<Value>,
        deliver: Deliver,
    ) -> Step<()> {
        match of {
            Value::Function(closure) => {
                let (function, arguments) = self.resolve_closure(closure, arguments)?;
                self.enter(function, arguments, deliver)
            }
            Value::Nil => Err(self.panic(Kind::NilPointer, "call of a nil function")),
            _ => opaque("a call of an unknown function"),
        }
    }

    /// Starts a goroutine.
    pub(super) fn spawn(
        &mut self,
        function: Rc<Function>,
        arguments: Vec<Value>,
        deliver: Deliver,
        started: Option<Spot>,
    ) -> Step<usize> {
        if self.goroutines.len() >= GOROUTINES {
            return opaque("too many goroutines");
        }
        let me = self.goroutines.len();
        let mut clock = if me == 0 { Clock::default() } else { self.publish() };
        clock.bump(me);
        let frame = self.new_frame(function, arguments, deliver);
        self.goroutines.push(Goroutine {
            frames: vec![frame],
            status: Status::Ready,
            clock,
            started,
            since: 0,
            quiet: 0,
            initialising: 0,
            test: None,
            waits_for: None,
            signalled: None,
        });
        Ok(me)
    }

    pub(super) fn defer(&mut self, call: &Call, arguments: &[Reg]) -> Step<()> {
        let (function, arguments) = self.resolve(call, arguments)?;
        if let Some(frame) = self.frame() {
            frame.defers.push(Deferred { function, arguments });
        }
        Ok(())
    }

    /// Where the goroutine stands.
    pub(super) fn here(&self) -> Option<Spot> {
        let frames = &self.goroutines.get(self.current)?.frames;
        frames.last()?.spot()
    }

    /// A panic that the runtime raises here.
    pub(super) fn panic(&mut self, kind: Kind, why: &str) -> Stop {
        let involved = self.involved_here(why);
        let value = self.fresh_error(Some(why.into()), Vec::new());
        let fatal = kind == Kind::NotLocked;
        Stop::Panic(Rc::new(Panic { kind, value, fatal, involved }))
    }

    pub(super) fn explicit_panic(&mut self, value: Value) -> Stop {
        let involved = self.involved_here("panic");
        Stop::Panic(Rc::new(Panic { kind: Kind::Explicit, value, fatal: false, involved }))
    }

    fn involved_here(&self, what: &str) -> Involved {
        self.involved(self.current, super::rest::no_spot(), what)
    }

    /// The call that is running stops: its deferred calls come next.
    pub(super) fn unwind(&mut self, stop: Stop) -> Step<()> {
        let (mode, panic) = match stop {
            Stop::Panic(it) if it.fatal => return Err(Stop::Panic(it)),
            Stop::Panic(it) => (Mode::Panic, Some(it)),
            Stop::Exit => (Mode::Exit, None),
            other => return Err(other),
        };
        if let Some(frame) = self.frame() {
            frame.mode = mode;
            frame.panic = panic;
        }
        Ok(())
    }

    /// `recover()`
    pub(super) fn recover(&mut self) -> Value {
        let Some(frames) = self.goroutines.get_mut(self.current).map(|it| &mut it.frames) else {
            return Value::Nil;
        };
        let [.., below, top] = frames.as_mut_slice() else { return Value::Nil };
        if !top.deferred || below.mode != Mode::Panic {
            return Value::Nil;
        }
        below.mode = Mode::Return;
        below.panic.take().map_or(Value::Nil, |it| it.value.clone())
    }

    /// The next thing that a call does which is on its way out.
    pub(super) fn leave(&mut self) -> Step<()> {
        let Some(frame) = self.frame() else { return Ok(()) };
        if let Some(next) = frame.defers.pop() {
            self.enter(next.function, next.arguments, Deliver::Drop)?;
            if let Some(frame) = self.frame() {
                frame.deferred = true;
            }
            return Ok(());
        }
        let Some(frame) = self.goroutines.get_mut(self.current).and_then(|it| it.frames.pop())
        else {
            return Ok(());
        };
        let mut values = Vec::new();
        if frame.mode == Mode::Return {
            for kept in &frame.function.results {
                let (Kept::Register(from) | Kept::Memory(from)) = *kept;
                let value = frame.registers.get(usize::from(from)).cloned().unwrap_or(Value::Nil);
                values.push(match (kept, &value) {
                    (Kept::Memory(_), Value::Pointer(at)) => {
                        self.peek(at).cloned().unwrap_or(Value::Nil)
                    }
                    _ => value,
                });
            }
        }
        match frame.deliver {
            Deliver::Drop => {}
            Deliver::Caller if frame.mode == Mode::Return => {
                if let Some(caller) = self.frame() {
                    caller.at = caller.at.saturating_sub(1);
                }
                let me = self.current;
                self.resume_at(me, &values);
            }
            Deliver::Caller => {}
            Deliver::After(after) => self.after(*after, frame.mode, &values)?,
        }
        match frame.mode {
            Mode::Panic => match frame.panic {
                Some(panic) if self.frame().is_none() => return Err(Stop::Panic(panic)),
                Some(panic) => self.unwind(Stop::Panic(panic))?,
                None => {}
            },
            Mode::Exit if self.frame().is_some() => self.unwind(Stop::Exit)?,
            _ => {}
        }
        if self.frame().is_none() {
            self.finish()?;
        }
        Ok(())
    }

    /// The goroutine is over, unless its test has something left to clean up.
    fn finish(&mut self) -> Step<()> {
        let me = self.current;
        if let Some(test) = self.goroutines.get(me).and_then(|it| it.test)
            && self.end_test(test)?
        {
            return Ok(());
        }
        if let Some(it) = self.goroutines.get_mut(me) {
            it.status = Status::Over;
        }
        if me == 0 {
            self.entry_over = true;
            if self.is_main {
                return Err(Stop::Over);
            }
        }
        Ok(())
    }

    /// What a goroutine does, with the calls that led there.
    pub(super) fn involved(&self, goroutine: usize, spot: Spot, what: &str) -> Involved {
        let frames =
            self.goroutines.get(goroutine).map(|it| it.frames.as_slice()).unwrap_or_default();
        let mut stack = Vec::new();
        for (place, frame) in frames.iter().rev().enumerate() {
            // A call below the innermost one stands behind the operation that called.
            let at = if place == 0 { frame.at } else { frame.at.saturating_sub(1) };
            let spot = frame.function.spots.get(at).or(frame.function.spots.last());
            if let (Some(spot), true) = (spot, frame.function.spot.is_some()) {
                stack.push((Rc::<str>::from(frame.function.name.as_str()), *spot));
            }
        }
        let innermost = frames.last().and_then(Frame::spot);
        let spot = if spot == super::rest::no_spot() { innermost.unwrap_or(spot) } else { spot };
        let function = stack.first().map_or_else(|| "".into(), |it| it.0.clone());
        let started = self.goroutines.get(goroutine).and_then(|it| it.started);
        let event = Event { goroutine, function, spot, what: what.into() };
        Involved { event, stack, started, held: Vec::new() }
    }
}

/// What the library does when a call of its own is over.
pub(super) fn after(of: After) -> Deliver {
    Deliver::After(Box::new(of))
}
