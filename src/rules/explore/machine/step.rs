//! One operation.

use std::rc::Rc;

use super::super::code::{Call, Function, Op, Spot};
use super::library::Did;
use super::value::{Body, Closure, Pointer, Value};
use super::wait::Status;
use super::{Deliver, Event, Machine, Mode, Step, Stop, opaque};

/// A goroutine that does as many operations in a row spins: others come next.
const QUIET: u32 = 4_000;

impl Machine<'_> {
    /// Runs the current goroutine up to the next operation that others can see.
    pub(super) fn run_on(&mut self) -> Step<()> {
        let mut first = true;
        loop {
            let Some(goroutine) = self.goroutines.get_mut(self.current) else { return Ok(()) };
            if !matches!(goroutine.status, Status::Ready) {
                return Ok(());
            }
            self.steps += 1;
            if self.steps > self.limit {
                return Err(Stop::Limit);
            }
            goroutine.quiet += 1;
            if goroutine.quiet > QUIET {
                goroutine.quiet = 0;
                return Ok(());
            }
            let initialising = goroutine.initialising > 0;
            let Some(frame) = goroutine.frames.last() else { return Ok(()) };
            if frame.mode != Mode::Run {
                if let Err(stop) = self.leave() {
                    self.unwind_or_end(stop)?;
                }
                continue;
            }
            let function = frame.function.clone();
            let at = frame.at;
            let Some(op) = function.code.get(at) else {
                return opaque("the end of a function's code");
            };
            if let Some(what) = visible(op) {
                if !first && !initialising {
                    return Ok(());
                }
                if let (Some(it), false) = (self.goroutines.get_mut(self.current), initialising) {
                    it.quiet = 0;
                }
                self.note(&function, what, at);
            }
            first = false;
            if let Err(stop) = self.operate(&function, op, at) {
                self.unwind_or_end(stop)?;
            }
        }
    }

    fn unwind_or_end(&mut self, stop: Stop) -> Step<()> {
        if let Stop::Panic(panic) = &stop
            && self.frame().is_none()
        {
            return Err(Stop::Panic(panic.clone()));
        }
        self.unwind(stop)
    }

    fn note(&mut self, function: &Rc<Function>, what: Rc<str>, at: usize) {
        let Some(spot) = function.spots.get(at) else { return };
        let goroutine = self.current;
        let caller = self
            .goroutines
            .get(goroutine)
            .and_then(|it| it.frames.iter().rev().find(|it| it.function.spot.is_some()));
        let name = caller.map_or("", |it| it.function.name.as_str());
        self.events.push(Event { goroutine, function: name.into(), spot: *spot, what });
    }

    fn operate(&mut self, function: &Rc<Function>, op: &Op, at: usize) -> Step<()> {
        let spot = match function.spots.get(at) {
            Some(it) => *it,
            None => super::rest::no_spot(),
        };
        match op {
            Op::Send { channel, value } => return self.send(&self.get(*channel), self.get(*value)),
            Op::Receive { channel, .. } => return self.receive(&self.get(*channel)),
            Op::Select { cases, default } => return self.select(cases, *default),
            Op::Jump(to) => {
                self.jump(*to);
                return Ok(());
            }
            Op::Unless(condition, to) => {
                let condition = self.get(*condition);
                if self.holds(&condition)? {
                    self.advance();
                } else {
                    self.jump(*to);
                }
                return Ok(());
            }
            Op::Return => {
                if let Some(frame) = self.frame() {
                    frame.mode = Mode::Return;
                }
                return Ok(());
            }
            Op::Next { range, key, value, done } => {
                return self.next(*range, *key, *value, *done, spot);
            }
            Op::Global(to, id) => return self.global(*to, *id),
            Op::Call { call: Call::Library(path, kind, name), arguments, .. } => {
                let values: Vec<_> = arguments.iter().map(|it| self.get(*it)).collect();
                let me = self.current;
                match self.library(path, kind, name, &values, spot)? {
                    Did::Values(values) => self.resume_at(me, &values),
                    Did::Waits | Did::Goes => {}
                }
                return Ok(());
            }
            Op::Call { call, arguments, .. } => {
                let (function, arguments) = self.resolve(call, arguments)?;
                self.advance();
                return self.enter(function, arguments, Deliver::Caller);
            }
            _ => {}
        }
        self.compute(op, spot)?;
        self.advance();
        Ok(())
    }

    /// Operations after which it goes on with the next one.
    fn compute(&mut self, op: &Op, spot: Spot) -> Step<()> {
        match op {
            Op::Constant(to, of) => {
                let value = self.constant(of);
                self.set(*to, value);
            }
            Op::Zero(to, of) => {
                let value = self.zero(*of);
                self.set(*to, value);
            }
            Op::Unknown(to) => {
                let value = self.unknown(super::value::Doubt::Guessed);
                self.set(*to, value);
            }
            Op::Copy(to, from) => self.set(*to, self.get(*from)),
            Op::New(to, of) => {
                let zero = self.zero(*of);
                let at = self.allocate(zero);
                self.set(*to, Value::Pointer(at));
            }
            Op::Load { to, at } => {
                let at = self.pointer(&self.get(*at))?;
                let value = self.load(&at, spot)?;
                self.set(*to, value);
            }
            Op::Store { at, from } => {
                let at = self.pointer(&self.get(*at))?;
                self.store(&at, self.get(*from), spot)?;
            }
            Op::FieldAt { to, at, index } => {
                let at: Pointer = self.pointer(&self.get(*at))?;
                self.set(*to, Value::Pointer(at.inner(u32::from(*index))));
            }
            Op::Unary { to, operator, from } => {
                let value = self.unary(operator, &self.get(*from));
                self.set(*to, value);
            }
            Op::Binary { to, operator, left, right, of } => {
                let value = self.binary(operator, &self.get(*left), &self.get(*right), *of)?;
                self.set(*to, value);
            }
            Op::Convert { to, from, of } => {
                let value = self.convert(&self.get(*from), *of);
                self.set(*to, value);
            }
            Op::Interface { to, from, of } => {
                let value = self.interface(self.get(*from), *of);
                self.set(*to, value);
            }
            Op::Assert { to, ok, from, of } => self.assert(*to, *ok, *from, *of)?,
            Op::Closure { to, function, captures } => {
                let captures = captures.iter().map(|it| self.get(*it)).collect();
                let body = Body::Function(*function);
                self.set(*to, Value::Function(Rc::new(Closure { body, captures })));
            }
            Op::Go { call, arguments } => {
                let (function, arguments) = self.resolve(call, arguments)?;
                self.spawn(function, arguments, Deliver::Drop, Some(spot))?;
            }
            Op::Defer { call, arguments } => self.defer(call, arguments)?,
            Op::Panic(of) => return Err(self.explicit_panic(self.get(*of))),
            Op::Recover(to) => {
                let value = self.recover();
                self.set(*to, value);
            }
            Op::Close(channel) => self.close(&self.get(*channel))?,
            Op::Opaque(why) => return opaque(why),
            Op::MakeChannel { to, element, capacity } => {
                let zero = self.zero(*element);
                let capacity = match capacity.map(|it| self.get(it)) {
                    None => 0,
                    Some(Value::Integer(it)) => it,
                    Some(_) => return opaque("a channel of unknown capacity"),
                };
                let channel = self.make_channel(zero, capacity)?;
                self.set(*to, Value::Channel(channel));
            }
            other => self.aggregate(other, spot)?,
        }
        Ok(())
    }

    /// A variable of the package; its first value is computed when it is first named.
    fn global(&mut self, to: u16, id: super::GlobalId) -> Step<()> {
        if let Some(at) = self.globals.get(&id) {
            let at = at.clone();
            self.set(to, Value::Pointer(at));
            self.advance();
            return Ok(());
        }
        let zero = self.zero(self.code.global(id));
        let at = self.allocate(zero);
        self.globals.insert(id, at.clone());
        if let Some(first) = self.code.initial(id) {
            // The operation is done again when the value is there.
            if let Some(it) = self.goroutines.get_mut(self.current) {
                it.initialising += 1;
            }
            let function = self.code.function(first);
            let after = super::call::after(super::library::After::First(at));
            return self.enter(function, Vec::new(), after);
        }
        Ok(())
    }
}

/// What others can see of an operation, or what may have to wait.
fn visible(op: &Op) -> Option<Rc<str>> {
    match op {
        Op::Send { .. } => Some("send".into()),
        Op::Receive { .. } => Some("receive".into()),
        Op::Select { .. } => Some("select".into()),
        Op::Close(_) => Some("close".into()),
        Op::Call { call: Call::Library(path, kind, name), .. } => {
            super::library::seen(path, kind, name)
                .then(|| super::library::readable(path, kind, name).into())
        }
        _ => None,
    }
}
