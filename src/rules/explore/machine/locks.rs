//! `sync.Mutex` and `sync.RWMutex`.

use super::library::Did;
use super::value::{Mutex, Pointer, RwMutex, State, Value};
use super::wait::{Status, Wait};
use super::{Kind, Machine, Step, opaque};

impl Machine<'_> {
    /// Those who wait for something can try again.
    pub(super) fn wake(&mut self, which: impl Fn(&Wait) -> bool) {
        for goroutine in &mut self.goroutines {
            if matches!(&goroutine.status, Status::Parked(it) if which(it)) {
                goroutine.status = Status::Ready;
            }
        }
    }

    fn mutex(&mut self, receiver: &Value) -> Step<(Pointer, &mut Mutex)> {
        match self.state(receiver)? {
            (at, State::Mutex(it)) => Ok((at, it)),
            _ => opaque("a receiver of another kind"),
        }
    }

    fn rw_mutex(&mut self, receiver: &Value) -> Step<(Pointer, &mut RwMutex)> {
        match self.state(receiver)? {
            (at, State::RwMutex(it)) => Ok((at, it)),
            _ => opaque("a receiver of another kind"),
        }
    }

    pub(super) fn mutex_call(&mut self, name: &str, receiver: &Value) -> Step<Did> {
        let me = self.current;
        let (at, mutex) = self.mutex(receiver)?;
        match name {
            "Lock" | "TryLock" if mutex.owner.is_none() => {
                mutex.owner = Some(me);
                let clock = mutex.clock.clone();
                self.learn(&clock);
                Ok(Did::Values(vec![Value::Bool(true)]))
            }
            "Lock" => self.park(Wait::Lock(at)).map(|()| Did::Waits),
            "TryLock" => Ok(Did::Values(vec![Value::Bool(false)])),
            "Unlock" => {
                if mutex.owner.take().is_none() {
                    return Err(self.panic(Kind::NotLocked, "sync: unlock of unlocked mutex"));
                }
                let clock = self.publish();
                self.mutex(receiver)?.1.clock.join(&clock);
                self.wake(|it| matches!(it, Wait::Lock(of) if *of == at));
                Ok(Did::Values(Vec::new()))
            }
            _ => opaque("a method of sync.Mutex"),
        }
    }

    pub(super) fn rw_mutex_call(&mut self, name: &str, receiver: &Value) -> Step<Did> {
        let me = self.current;
        let (at, lock) = self.rw_mutex(receiver)?;
        let done = |it| Ok(Did::Values(vec![Value::Bool(it)]));
        match name {
            "Lock" | "TryLock" => {
                let mine = lock.writer == Some(me)
                    && !lock.writing
                    && name == "Lock"
                    && lock.readers.is_empty();
                let free = lock.writer.is_none();
                if mine || (free && lock.readers.is_empty()) {
                    lock.writer = Some(me);
                    lock.writing = true;
                    let (written, read) = (lock.written.clone(), lock.read.clone());
                    self.learn(&written);
                    self.learn(&read);
                    return done(true);
                }
                if name == "TryLock" {
                    return done(false);
                }
                if free {
                    // From now on readers wait too.
                    lock.writer = Some(me);
                }
                self.park(Wait::WriteLock(at)).map(|()| Did::Waits)
            }
            "RLock" | "TryRLock" if lock.writer.is_none() => {
                lock.readers.push(me);
                let written = lock.written.clone();
                self.learn(&written);
                done(true)
            }
            "TryRLock" => done(false),
            "RLock" => self.park(Wait::ReadLock(at)).map(|()| Did::Waits),
            "Unlock" => {
                if !lock.writing {
                    return Err(self.panic(Kind::NotLocked, "sync: Unlock of unlocked RWMutex"));
                }
                lock.writer = None;
                lock.writing = false;
                let clock = self.publish();
                self.rw_mutex(receiver)?.1.written.join(&clock);
                // Those who wait to read come in before the next writer.
                let waiting: Vec<_> = (0..self.goroutines.len())
                    .filter(|it| {
                        self.goroutines.get(*it).is_some_and(|it| {
                            matches!(&it.status, Status::Parked(Wait::ReadLock(of)) if *of == at)
                        })
                    })
                    .collect();
                for reader in waiting {
                    self.rw_mutex(receiver)?.1.readers.push(reader);
                    self.go_on(reader);
                    if let Some(it) = self.goroutines.get_mut(reader) {
                        it.clock.join(&clock);
                    }
                    self.resume_at(reader, &[]);
                }
                self.wake(|it| matches!(it, Wait::WriteLock(of) if *of == at));
                done(true)
            }
            "RUnlock" => {
                // Another goroutine may give back what this one took.
                let mine = lock.readers.iter().position(|it| *it == me);
                if lock.readers.is_empty() {
                    return Err(self.panic(Kind::NotLocked, "sync: RUnlock of unlocked RWMutex"));
                }
                lock.readers.remove(mine.unwrap_or(0));
                let clock = self.publish();
                self.rw_mutex(receiver)?.1.read.join(&clock);
                self.wake(|it| matches!(it, Wait::WriteLock(of) if *of == at));
                done(true)
            }
            "RLocker" => opaque("sync.RWMutex.RLocker"),
            _ => opaque("a method of sync.RWMutex"),
        }
    }
}
