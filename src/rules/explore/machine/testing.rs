//! `testing.T`.

use super::library::Did;
use super::value::{Doubt, State, Value};
use super::wait::Wait;
use super::{Deliver, Kind, Machine, Step, Stop, opaque};

/// A test.
#[derive(Debug)]
pub(super) struct Test {
    /// The goroutine that waits for it.
    parent: Option<usize>,
    over: bool,
    pub(super) failed: bool,
    cleanups: Vec<Value>,
    context: Option<u32>,
}

impl Machine<'_> {
    pub(super) fn new_test(&mut self, parent: Option<usize>, _depth: u32) -> usize {
        self.tests.push(Test {
            parent,
            over: false,
            failed: false,
            cleanups: Vec::new(),
            context: None,
        });
        self.tests.len() - 1
    }

    /// The `*testing.T` of a test.
    pub(super) fn test_value(&mut self, test: usize) -> Value {
        let state = State::Testing(u32::try_from(test).unwrap_or(u32::MAX));
        Value::Pointer(self.allocate(Value::State(std::rc::Rc::new(state))))
    }

    /// The function of a test is over; whether something is left to do.
    pub(super) fn end_test(&mut self, test: usize) -> Step<bool> {
        let context = self.tests.get_mut(test).and_then(|it| it.context.take());
        if let Some(context) = context {
            let error = self.known_error("context.Canceled");
            self.cancel(context, error, None)?;
        }
        let next = self.tests.get_mut(test).and_then(|it| it.cleanups.pop());
        if let Some(next) = next {
            self.enter_value(&next, Vec::new(), Deliver::Drop)?;
            return Ok(true);
        }
        let clock = self.publish();
        let Some(it) = self.tests.get_mut(test) else { return Ok(false) };
        it.over = true;
        let failed = it.failed;
        if let Some(parent) = it.parent {
            if let Some(it) = self.goroutines.get_mut(parent) {
                it.clock.join(&clock);
            }
            self.go_on(parent);
            self.resume_at(parent, &[Value::Bool(!failed)]);
        }
        Ok(false)
    }

    pub(super) fn testing_call(
        &mut self,
        name: &str,
        receiver: &Value,
        arguments: &[Value],
    ) -> Step<Did> {
        let values = |it| Ok(Did::Values(it));
        if !matches!(receiver, Value::Pointer(_)) {
            return match name {
                "Short" | "Verbose" => values(vec![Value::Bool(false)]),
                _ => opaque("a function of testing"),
            };
        }
        let State::Testing(test) = *self.state(receiver)?.1 else { return opaque("no test") };
        let Some(it) = self.tests.get_mut(test as usize) else { return opaque("no test") };
        let speaks = matches!(
            name,
            "Log"
                | "Logf"
                | "Error"
                | "Errorf"
                | "Fatal"
                | "Fatalf"
                | "Skip"
                | "Skipf"
                | "Fail"
                | "FailNow"
        );
        if speaks && it.over {
            let involved = self.involved(self.current, super::rest::no_spot(), name);
            self.show(Kind::TestOver, vec![involved]);
            return Err(Stop::Over);
        }
        match name {
            "Fatal" | "Fatalf" | "FailNow" | "Skip" | "Skipf" | "SkipNow" => {
                it.failed |= name.starts_with('F');
                Err(Stop::Exit)
            }
            "Error" | "Errorf" | "Fail" => {
                it.failed = true;
                values(Vec::new())
            }
            "Log" | "Logf" | "Helper" | "Setenv" | "ReportAllocs" => values(Vec::new()),
            "Failed" => {
                let failed = it.failed;
                values(vec![Value::Bool(failed)])
            }
            "Cleanup" => {
                it.cleanups.push(arguments.get(1).cloned().unwrap_or(Value::Nil));
                values(Vec::new())
            }
            "Parallel" if it.parent.is_none() => values(Vec::new()),
            "Name" | "TempDir" => {
                let name = self.unknown(Doubt::Guessed);
                values(vec![name])
            }
            "Context" => {
                let known = it.context;
                let context = match known {
                    Some(it) => it,
                    None => self.new_context(None, true)?,
                };
                if let Some(it) = self.tests.get_mut(test as usize) {
                    it.context = Some(context);
                }
                let of = super::value::Dynamic::Library(super::super::code::Library::Context);
                values(vec![Value::Interface(of, std::rc::Rc::new(Value::Thing(context)))])
            }
            "Run" => {
                let me = self.current;
                let Some(Value::Function(closure)) = arguments.get(2) else {
                    return opaque("a test that is not known");
                };
                let inner = self.new_test(Some(me), 0);
                let value = self.test_value(inner);
                let (function, values) = self.resolve_closure(closure, vec![value])?;
                let started = function.spot;
                let new = self.spawn(function, values, Deliver::Drop, started)?;
                if let Some(it) = self.goroutines.get_mut(new) {
                    it.test = Some(inner);
                }
                self.park(Wait::Test).map(|()| Did::Waits)
            }
            _ => opaque("a method of testing.T"),
        }
    }
}
