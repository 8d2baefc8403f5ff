//! `sync` without its locks.

use super::super::code::Spot;
use super::call::after;
use super::clock::Clock;
use super::library::{After, Did, bound};
use super::value::{Dynamic, Entries, Pointer, State, Value};
use super::wait::{Status, Wait};
use super::{Deliver, Kind, Machine, Step, opaque};
use std::rc::Rc;

/// Stands for the semaphore of a wait group, whose first `Add` must be ordered before `Wait`.
const SEMAPHORE: u32 = u32::MAX;

impl Machine<'_> {
    pub(super) fn wait_group_add(&mut self, receiver: &Value, delta: i128, spot: Spot) -> Step<()> {
        let own = self.current;
        let (at, state) = self.state(receiver)?;
        let State::WaitGroup { count, .. } = state else { return opaque("no wait group") };
        *count += delta;
        let now = *count;
        if now < 0 {
            return Err(self.panic(Kind::NegativeCounter, "sync: negative WaitGroup counter"));
        }
        if delta < 0 {
            let clock = self.publish();
            if let State::WaitGroup { clock: all, .. } = self.state(receiver)?.1 {
                all.join(&clock);
            }
        }
        if delta > 0 && now == delta && self.goroutines.get(own).is_some() {
            self.access(&at.inner(SEMAPHORE), false, false, spot);
        }
        if now == 0 {
            self.wake(|it| matches!(it, Wait::Counter(of) if *of == at));
            self.release_waiters(&at)?;
        }
        Ok(())
    }

    /// Those who waited for a wait group are let go, whatever becomes of its counter afterwards.
    fn release_waiters(&mut self, at: &Pointer) -> Step<()> {
        let State::WaitGroup { clock, .. } = self.state(&Value::Pointer(at.clone()))?.1 else {
            return Ok(());
        };
        let clock = clock.clone();
        for index in 0..self.goroutines.len() {
            let waited = self.goroutines.get(index).is_some_and(|it| {
                matches!(it.status, Status::Ready) && it.waits_for.as_ref() == Some(at)
            });
            if waited {
                if let Some(it) = self.goroutines.get_mut(index) {
                    it.waits_for = None;
                    it.clock.join(&clock);
                }
                self.resume_at(index, &[]);
            }
        }
        Ok(())
    }

    pub(super) fn wait_group_call(
        &mut self,
        name: &str,
        receiver: &Value,
        arguments: &[Value],
        spot: Spot,
    ) -> Step<Did> {
        match (name, arguments.get(1)) {
            ("Add", Some(Value::Integer(delta))) => self.wait_group_add(receiver, *delta, spot)?,
            ("Done", _) => self.wait_group_add(receiver, -1, spot)?,
            ("Go", Some(Value::Function(closure))) => {
                self.wait_group_add(receiver, 1, spot)?;
                let (function, values) = self.resolve_closure(closure, Vec::new())?;
                let at = self.pointer(receiver)?;
                self.spawn(function, values, after(After::Done(at)), Some(spot))?;
            }
            ("Wait", _) => {
                let (at, state) = self.state(receiver)?;
                let State::WaitGroup { count, clock } = state else {
                    return opaque("no wait group");
                };
                if *count > 0 {
                    // The first one who waits stands for all: they do not race with each other.
                    let waits = |it: &super::Goroutine| matches!(&it.status, Status::Parked(Wait::Counter(of)) if *of == at);
                    if !self.goroutines.iter().any(waits) {
                        self.access(&at.inner(SEMAPHORE), true, false, spot);
                    }
                    if let Some(it) = self.goroutines.get_mut(self.current) {
                        it.waits_for = Some(at.clone());
                    }
                    return self.park(Wait::Counter(at)).map(|()| Did::Waits);
                }
                let clock = clock.clone();
                self.learn(&clock);
            }
            _ => return opaque("a method of sync.WaitGroup"),
        }
        Ok(Did::Values(Vec::new()))
    }

    pub(super) fn once_done(&mut self, at: Pointer) -> Step<()> {
        let now = self.publish();
        if let State::Once { done, clock, .. } = self.state(&Value::Pointer(at.clone()))?.1 {
            *done = true;
            clock.join(&now);
        }
        self.wake(|it| matches!(it, Wait::Once(of) if *of == at));
        Ok(())
    }

    pub(super) fn sync_call(
        &mut self,
        kind: &str,
        name: &str,
        receiver: &Value,
        arguments: &[Value],
        spot: Spot,
    ) -> Step<Did> {
        let values = |it| Ok(Did::Values(it));
        match (kind, name) {
            ("", "OnceFunc") => {
                let once = State::Once { begun: false, done: false, clock: Clock::default() };
                let at = self.allocate(Value::State(Rc::new(once)));
                values(vec![bound(
                    "sync",
                    "Once",
                    "Do",
                    vec![Value::Pointer(at), receiver.clone()],
                )])
            }
            ("", "NewCond") => {
                let cond = State::Cond { locker: receiver.clone() };
                let at = self.allocate(Value::State(Rc::new(cond)));
                values(vec![Value::Pointer(at)])
            }
            ("Once", "Do") => {
                let (at, state) = self.state(receiver)?;
                let State::Once { begun, done, clock } = state else { return opaque("no once") };
                if *done {
                    let clock = clock.clone();
                    self.learn(&clock);
                    return values(Vec::new());
                }
                if *begun {
                    return self.park(Wait::Once(at)).map(|()| Did::Waits);
                }
                *begun = true;
                self.advance();
                let function = arguments.get(1).cloned().unwrap_or(Value::Nil);
                self.enter_value(&function, Vec::new(), after(After::Once(at)))?;
                Ok(Did::Goes)
            }
            ("Cond", _) => self.cond_call(name, receiver, arguments),
            ("Pool", "New=") => {
                if let State::Pool { new, .. } = self.state(receiver)?.1 {
                    *new = arguments.get(1).cloned().unwrap_or(Value::Nil);
                }
                values(Vec::new())
            }
            ("Pool", "Put") => {
                let now = self.publish();
                let item = arguments.get(1).cloned().unwrap_or(Value::Nil);
                if let State::Pool { items, .. } = self.state(receiver)?.1 {
                    items.push_back((item, now));
                }
                values(Vec::new())
            }
            ("Pool", "Get") => {
                let State::Pool { items, new } = self.state(receiver)?.1 else {
                    return opaque("no pool");
                };
                let (item, new) = (items.pop_back(), new.clone());
                match (item, new) {
                    (Some((item, clock)), _) => {
                        self.learn(&clock);
                        values(vec![item])
                    }
                    (None, Value::Nil) => values(vec![Value::Nil]),
                    (None, new) => {
                        self.advance();
                        self.enter_value(&new, Vec::new(), Deliver::Caller)?;
                        Ok(Did::Goes)
                    }
                }
            }
            ("Map", _) => self.sync_map_call(name, receiver, arguments, spot),
            _ => opaque("a function of sync"),
        }
    }

    fn cond_call(&mut self, name: &str, receiver: &Value, arguments: &[Value]) -> Step<Did> {
        let (at, state) = self.state(receiver)?;
        let State::Cond { locker } = state else { return opaque("no cond") };
        match name {
            "L" => return Ok(Did::Values(vec![locker.clone()])),
            "L=" => {
                *locker = arguments.get(1).cloned().unwrap_or(Value::Nil);
                return Ok(Did::Values(Vec::new()));
            }
            "Wait" => {
                let locker = match locker.clone() {
                    Value::Interface(of, inner) => (of, inner),
                    _ => return opaque("an unknown locker"),
                };
                let signalled =
                    self.goroutines.get_mut(self.current).and_then(|it| it.signalled.take());
                if let Some(clock) = signalled {
                    self.learn(&clock);
                    let did = self.relock(&locker, "Lock")?;
                    if let (Did::Waits, Some(it)) = (&did, self.goroutines.get_mut(self.current)) {
                        it.signalled = Some(clock);
                    }
                    return Ok(did);
                }
                self.relock(&locker, "Unlock")?;
                return self.park(Wait::Cond(at)).map(|()| Did::Waits);
            }
            "Signal" | "Broadcast" => {}
            _ => return opaque("a method of sync.Cond"),
        }
        let clock = self.publish();
        loop {
            let waits = |it: &super::Goroutine| matches!(&it.status, Status::Parked(Wait::Cond(of)) if *of == at);
            let first = self.goroutines.iter_mut().filter(|it| waits(it)).min_by_key(|it| it.since);
            let Some(first) = first else { break };
            first.status = Status::Ready;
            first.signalled = Some(clock.clone());
            if name == "Signal" {
                break;
            }
        }
        Ok(Did::Values(Vec::new()))
    }

    fn relock(&mut self, locker: &(Dynamic, Rc<Value>), name: &str) -> Step<Did> {
        match self.library_type(locker.0) {
            Some(("sync", "Mutex")) => self.mutex_call(name, &locker.1),
            Some(("sync", "RWMutex")) => self.rw_mutex_call(name, &locker.1),
            _ => opaque("a locker of the code's own"),
        }
    }

    fn sync_map_call(
        &mut self,
        name: &str,
        receiver: &Value,
        arguments: &[Value],
        _spot: Spot,
    ) -> Step<Did> {
        let now = self.publish();
        let State::SyncMap { entries, clock } = self.state(receiver)?.1 else {
            return opaque("no sync.Map");
        };
        let known = clock.clone();
        clock.join(&now);
        let key = arguments.get(1).cloned().unwrap_or(Value::Nil);
        let value = arguments.get(2).cloned().unwrap_or(Value::Nil);
        let mut at = None;
        for (index, entry) in entries.of.iter().enumerate() {
            match entry.0.equals(&key) {
                Some(true) => at = Some(index),
                Some(false) => {}
                None => return opaque("an unknown key"),
            }
        }
        let found = at.and_then(|it| entries.of.get(it)).map(|it| it.1.clone());
        let was = Value::Bool(found.is_some());
        let results = match name {
            "Load" => vec![found.unwrap_or(Value::Nil), was],
            "Store" | "Swap" => {
                set(entries, at, key, value);
                vec![found.unwrap_or(Value::Nil), was]
            }
            "LoadOrStore" => {
                if found.is_none() {
                    set(entries, at, key, value.clone());
                }
                vec![found.unwrap_or(value), was]
            }
            "Delete" | "LoadAndDelete" => {
                if let Some(at) = at {
                    entries.of.remove(at);
                }
                vec![found.unwrap_or(Value::Nil), was]
            }
            "Clear" => {
                *entries = Entries::default();
                Vec::new()
            }
            _ => return opaque("a method of sync.Map"),
        };
        self.learn(&known);
        Ok(Did::Values(results))
    }
}

fn set(entries: &mut Entries, at: Option<usize>, key: Value, value: Value) {
    match at.and_then(|it| entries.of.get_mut(it)) {
        Some(entry) => entry.1 = value,
        None => entries.of.push((key, value)),
    }
}
