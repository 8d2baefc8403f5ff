//! `context`.

use std::rc::Rc;

use super::super::code::Library;
use super::clock::Clock;
use super::library::{Did, bound};
use super::timers::What;
use super::value::{Doubt, Dynamic, Value};
use super::{Machine, Step, opaque};

/// A context that the library made.
#[derive(Debug)]
pub(super) struct Context {
    parent: Option<u32>,
    pub(super) done: Option<u32>,
    error: Value,
    cause: Value,
    pair: Option<(Value, Value)>,
    timer: Option<usize>,
    clock: Clock,
}

fn value_of(context: u32) -> Value {
    Value::Interface(Dynamic::Library(Library::Context), Rc::new(Value::Thing(context)))
}

impl Machine<'_> {
    /// The context behind a value: an interface or what stands in it.
    fn context_of(&mut self, value: &Value) -> Step<u32> {
        match value {
            Value::Thing(it) => Ok(*it),
            Value::Interface(Dynamic::Library(Library::Context), it) => match **it {
                Value::Thing(it) => Ok(it),
                _ => opaque("an unknown context"),
            },
            Value::Nil => {
                Err(self.panic(super::Kind::Explicit, "cannot create context from nil parent"))
            }
            _ => opaque("a context of the code's own"),
        }
    }

    /// A context below another one.
    pub(super) fn new_context(&mut self, parent: Option<u32>, cancels: bool) -> Step<u32> {
        let above = parent.and_then(|it| self.contexts.get(it as usize));
        let (error, cause) =
            above.map_or((Value::Nil, Value::Nil), |it| (it.error.clone(), it.cause.clone()));
        let (over, above) = (!matches!(error, Value::Nil), above.and_then(|it| it.done));
        let done =
            if cancels { Some(self.make_channel(Value::Many(Rc::default()), 0)?) } else { above };
        if let (true, true, Some(done)) = (over, cancels, done) {
            self.close_channel(done)?;
        }
        let clock = Clock::default();
        self.contexts.push(Context { parent, done, error, cause, pair: None, timer: None, clock });
        Ok(u32::try_from(self.contexts.len() - 1).unwrap_or(u32::MAX))
    }

    /// Ends a context and those below it.
    pub(super) fn cancel(&mut self, context: u32, error: Value, cause: Option<Value>) -> Step<()> {
        let clock = self.publish();
        let mut next = vec![context];
        while let Some(at) = next.pop() {
            let Some(it) = self.contexts.get_mut(at as usize) else { continue };
            if !matches!(it.error, Value::Nil) {
                continue;
            }
            it.error = error.clone();
            it.cause = cause.clone().unwrap_or_else(|| error.clone());
            it.clock = clock.clone();
            let (done, timer, parent) = (it.done, it.timer, it.parent);
            if let Some(timer) = timer {
                self.stop_timer(timer);
            }
            // A context with a value shares its parent's channel.
            let shared =
                parent.and_then(|it| self.contexts.get(it as usize)).and_then(|it| it.done) == done;
            if let (Some(done), false) = (done, shared) {
                self.close_channel(done)?;
            }
            for (index, below) in (0u32..).zip(&self.contexts) {
                if below.parent == Some(at) {
                    next.push(index);
                }
            }
        }
        Ok(())
    }

    pub(super) fn context_call(
        &mut self,
        kind: &str,
        name: &str,
        receiver: &Value,
        arguments: &[Value],
    ) -> Step<Did> {
        let values = |it| Ok(Did::Values(it));
        let second = arguments.get(1).cloned().unwrap_or(Value::Nil);
        match (kind, name) {
            ("", "Background" | "TODO") => {
                let it = self.new_context(None, false)?;
                values(vec![value_of(it)])
            }
            ("", "Canceled" | "DeadlineExceeded") => {
                values(vec![self.known_error(&format!("context.{name}"))])
            }
            ("", "WithCancel" | "WithCancelCause" | "WithTimeout" | "WithDeadline") => {
                let parent = self.context_of(receiver)?;
                let it = self.new_context(Some(parent), true)?;
                if matches!(name, "WithTimeout" | "WithDeadline") {
                    let timer = self.new_timer(&second, What::Cancel(it), false);
                    if let Some(it) = self.contexts.get_mut(it as usize) {
                        it.timer = Some(timer);
                    }
                }
                values(vec![value_of(it), bound("context", "", "cancel", vec![value_of(it)])])
            }
            ("", "WithValue") => {
                let parent = self.context_of(receiver)?;
                let it = self.new_context(Some(parent), false)?;
                let value = arguments.get(2).cloned().unwrap_or(Value::Nil);
                if let Some(it) = self.contexts.get_mut(it as usize) {
                    it.pair = Some((second, value));
                }
                values(vec![value_of(it)])
            }
            ("", "WithoutCancel") => {
                let it = self.new_context(None, false)?;
                values(vec![value_of(it)])
            }
            ("", "cancel") => {
                let it = self.context_of(receiver)?;
                let error = self.known_error("context.Canceled");
                let cause = (!matches!(second, Value::Nil)).then_some(second);
                self.cancel(it, error, cause)?;
                values(Vec::new())
            }
            ("", "Cause") | ("Context", "Err") => {
                let it = self.context_of(receiver)?;
                let Some(it) = self.contexts.get(it as usize) else { return opaque("no context") };
                let error = if name == "Err" { it.error.clone() } else { it.cause.clone() };
                let clock = it.clock.clone();
                self.learn(&clock);
                values(vec![error])
            }
            ("Context", "Done") => {
                let it = self.context_of(receiver)?;
                let done = self.contexts.get(it as usize).and_then(|it| it.done);
                values(vec![done.map_or(Value::Nil, Value::Channel)])
            }
            ("Context", "Value") => {
                let mut at = Some(self.context_of(receiver)?);
                while let Some(it) = at.and_then(|it| self.contexts.get(it as usize)) {
                    if let Some((key, value)) = &it.pair {
                        match key.equals(&second) {
                            Some(true) => return values(vec![value.clone()]),
                            Some(false) => {}
                            None => return opaque("an unknown key"),
                        }
                    }
                    at = it.parent;
                }
                values(vec![Value::Nil])
            }
            ("Context", "Deadline") => {
                let results = (0..2).map(|_| self.unknown(Doubt::Guessed)).collect();
                values(results)
            }
            _ => opaque("a function of context"),
        }
    }
}
