//! `golang.org/x/sync/errgroup`.

use super::super::code::Spot;
use super::call::after;
use super::clock::Clock;
use super::library::{After, Did};
use super::value::{Pointer, State, Value};
use super::wait::Wait;
use super::{Machine, Step, opaque};

impl Machine<'_> {
    pub(super) fn group_done(&mut self, at: Pointer, values: &[Value]) -> Step<()> {
        let now = self.publish();
        let State::Group { running, error, clock, cancel, .. } =
            self.state(&Value::Pointer(at.clone()))?.1
        else {
            return opaque("no errgroup");
        };
        *running = running.saturating_sub(1);
        clock.join(&now);
        let failed = values.first().cloned().unwrap_or(Value::Nil);
        let mut over = None;
        if matches!(error, Value::Nil) && !matches!(failed, Value::Nil) {
            *error = failed.clone();
            over = *cancel;
        }
        if let Some(context) = over {
            let canceled = self.known_error("context.Canceled");
            self.cancel(context, canceled, Some(failed))?;
        }
        self.wake(|it| matches!(it, Wait::Group(of) if *of == at));
        Ok(())
    }

    pub(super) fn group_call(
        &mut self,
        name: &str,
        receiver: &Value,
        arguments: &[Value],
        spot: Spot,
    ) -> Step<Did> {
        if name == "WithContext" {
            let Did::Values(made) = self.context_call("", "WithCancel", receiver, arguments)?
            else {
                return opaque("errgroup.WithContext");
            };
            let context = match made.first() {
                Some(Value::Interface(_, it)) => match **it {
                    Value::Thing(it) => it,
                    _ => return opaque("errgroup.WithContext"),
                },
                _ => return opaque("errgroup.WithContext"),
            };
            let state = State::Group {
                running: 0,
                limit: None,
                error: Value::Nil,
                cancel: Some(context),
                clock: Clock::default(),
            };
            let at = self.allocate(Value::State(std::rc::Rc::new(state)));
            return Ok(Did::Values(vec![
                Value::Pointer(at),
                made.into_iter().next().unwrap_or(Value::Nil),
            ]));
        }
        let (at, state) = self.state(receiver)?;
        let State::Group { running, limit, error, cancel, clock } = state else {
            return opaque("no errgroup");
        };
        match name {
            "SetLimit" => {
                *limit = arguments
                    .get(1)
                    .and_then(Value::as_integer)
                    .and_then(|it| u32::try_from(it).ok());
            }
            "Go" => {
                if limit.is_some_and(|it| *running >= it) {
                    return self.park(Wait::Group(at)).map(|()| Did::Waits);
                }
                *running += 1;
                let Some(Value::Function(closure)) = arguments.get(1) else {
                    return opaque("errgroup.Go of what is not known");
                };
                let (function, values) = self.resolve_closure(closure, Vec::new())?;
                self.spawn(function, values, after(After::Group(at)), Some(spot))?;
            }
            "Wait" => {
                if *running > 0 {
                    return self.park(Wait::Group(at)).map(|()| Did::Waits);
                }
                let (clock, error, cancel) = (clock.clone(), error.clone(), *cancel);
                self.learn(&clock);
                if let Some(context) = cancel {
                    let canceled = self.known_error("context.Canceled");
                    self.cancel(context, canceled, None)?;
                }
                return Ok(Did::Values(vec![error]));
            }
            _ => return opaque("a method of errgroup.Group"),
        }
        Ok(Did::Values(Vec::new()))
    }
}
