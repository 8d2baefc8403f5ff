//! `time`: a clock of the machine's own, which moves when everything rests.

use std::rc::Rc;

use super::clock::Clock;
use super::library::Did;
use super::value::{Closure, Doubt, State, Value};
use super::wait::Wait;
use super::{Deliver, Kind, Machine, Step, opaque};

/// Something that happens at a time.
#[derive(Debug)]
pub(super) struct Timer {
    when: i128,
    active: bool,
    period: Option<i128>,
    what: What,
    clock: Clock,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Wake(usize),
    Send(u32),
    Call(Rc<Closure>),
    Cancel(u32),
}

/// A millisecond: what an unknown time is taken for.
const UNKNOWN: i128 = 1_000_000;

/// As many ticks in a row come before other timers.
const TICKS: u32 = 16;

impl Machine<'_> {
    pub(super) fn new_timer(&mut self, delay: &Value, what: What, ticks: bool) -> usize {
        let delay = match delay {
            Value::Integer(it) => (*it).max(0),
            _ => {
                self.guessed = true;
                UNKNOWN
            }
        };
        let period = ticks.then_some(delay.max(1));
        let clock = self.publish();
        self.timers.push(Timer { when: self.now + delay, active: true, period, what, clock });
        self.timers.len() - 1
    }

    pub(super) fn stop_timer(&mut self, timer: usize) -> bool {
        self.timers.get_mut(timer).is_some_and(|it| std::mem::take(&mut it.active))
    }

    /// Whether a timer may still change something. A ticker that nobody waits for does not: what
    /// it sends only lies in its channel.
    pub(super) fn timer_pending(&self) -> bool {
        self.timers.iter().filter(|it| it.active).any(|it| match it.what {
            What::Send(channel) if it.period.is_some() => self.is_waited_for(channel),
            _ => true,
        })
    }

    /// The timer that fires next. After many ticks in a row it is one that fires once: a ticker
    /// drops the ticks that its receiver is too slow for.
    fn earliest(&self) -> Option<usize> {
        let active = || self.timers.iter().enumerate().filter(|it| it.1.active);
        let once = active().filter(|it| self.ticks > TICKS && it.1.period.is_none());
        let first = |of: &(usize, &Timer)| (of.1.when, of.0);
        once.min_by_key(first).or_else(|| active().min_by_key(first)).map(|it| it.0)
    }

    /// The timer that may fire although others could go on.
    pub(super) fn early_timer(&self) -> Option<usize> {
        let timer = self.earliest()?;
        let waited = match &self.timers.get(timer)?.what {
            What::Wake(_) => false,
            What::Send(channel) => self.is_waited_for(*channel),
            What::Cancel(context) => self
                .contexts
                .get(*context as usize)
                .and_then(|it| it.done)
                .is_some_and(|it| self.is_waited_for(it)),
            What::Call(_) => true,
        };
        waited.then_some(timer)
    }

    /// Lets the earliest timer fire, if there is one that may change something.
    pub(super) fn fire_next(&mut self) -> Step<bool> {
        match self.earliest().filter(|_| self.timer_pending()) {
            Some(it) => self.fire(it).map(|()| true),
            None => Ok(false),
        }
    }

    /// Lets a timer fire although others could go on: they are slow, unreasonably so where the
    /// timer had long to go.
    pub(super) fn fire_early(&mut self, timer: usize) -> Step<()> {
        let left = self.timers.get(timer).map_or(0, |it| it.when - self.now);
        self.hurried |= left >= UNKNOWN;
        self.fire(timer)
    }

    pub(super) fn fire(&mut self, timer: usize) -> Step<()> {
        self.steps += 1;
        if self.steps > self.limit {
            return Err(super::Stop::Limit);
        }
        let now = self.now;
        let Some(it) = self.timers.get_mut(timer) else { return Ok(()) };
        let now = now.max(it.when);
        match it.period {
            Some(period) => {
                it.when = now + period;
                self.ticks += 1;
            }
            None => {
                it.active = false;
                self.ticks = 0;
            }
        }
        let (what, clock) = (it.what.clone(), it.clock.clone());
        self.now = now;
        // No goroutine does what comes now.
        let current = std::mem::replace(&mut self.current, usize::MAX);
        let done = self.fire_as_nobody(what, &clock);
        self.current = current;
        done
    }

    fn fire_as_nobody(&mut self, what: What, clock: &Clock) -> Step<()> {
        match what {
            What::Wake(goroutine) => {
                self.go_on(goroutine);
                self.resume_at(goroutine, &[]);
            }
            What::Send(channel) => {
                let time = self.unknown(Doubt::Free);
                self.tick(channel, &time)?;
            }
            What::Cancel(context) => {
                let error = self.known_error("context.DeadlineExceeded");
                self.cancel(context, error, None)?;
            }
            What::Call(closure) => {
                let super::value::Body::Function(id) = closure.body else {
                    return opaque("a timer that calls the library");
                };
                let function = self.code.function(id);
                let started = function.spot;
                let new = self.spawn(function, closure.captures.clone(), Deliver::Drop, started)?;
                if let Some(it) = self.goroutines.get_mut(new) {
                    it.clock.join(clock);
                }
            }
        }
        Ok(())
    }

    pub(super) fn time_call(
        &mut self,
        kind: &str,
        name: &str,
        receiver: &Value,
        arguments: &[Value],
    ) -> Step<Did> {
        let values = |it| Ok(Did::Values(it));
        match (kind, name) {
            ("", "Sleep") if receiver.as_integer().is_some_and(|it| it <= 0) => values(Vec::new()),
            ("", "Sleep") => {
                let me = self.current;
                self.new_timer(receiver, What::Wake(me), false);
                self.park(Wait::Sleep).map(|()| Did::Waits)
            }
            ("", "After" | "Tick" | "NewTimer" | "NewTicker") => {
                let ticks = matches!(name, "Tick" | "NewTicker");
                if name == "NewTicker" && receiver.as_integer().is_some_and(|it| it <= 0) {
                    return Err(self.panic(Kind::Explicit, "non-positive interval for NewTicker"));
                }
                let zero = self.unknown(Doubt::Free);
                let channel = self.make_channel(zero, 1)?;
                let timer = self.new_timer(receiver, What::Send(channel), ticks);
                let channel = Value::Channel(channel);
                if matches!(name, "After" | "Tick") {
                    return values(vec![channel]);
                }
                let state = State::Timer { timer: Some(timer), channel };
                let at = self.allocate(Value::State(Rc::new(state)));
                values(vec![Value::Pointer(at)])
            }
            ("", "AfterFunc") => {
                let Some(Value::Function(closure)) = arguments.get(1) else {
                    return opaque("a timer that calls what is not known");
                };
                let timer = self.new_timer(receiver, What::Call(closure.clone()), false);
                let state = State::Timer { timer: Some(timer), channel: Value::Nil };
                let at = self.allocate(Value::State(Rc::new(state)));
                values(vec![Value::Pointer(at)])
            }
            ("Timer" | "Ticker", _) => {
                let State::Timer { timer, channel } = self.state(receiver)?.1 else {
                    return opaque("no timer");
                };
                let (timer, channel) = (*timer, channel.clone());
                let Some(timer) = timer else { return opaque("a timer that was not made") };
                match name {
                    "C" => values(vec![channel]),
                    "Stop" => {
                        let was = self.stop_timer(timer);
                        values(vec![Value::Bool(was)])
                    }
                    "Reset" => {
                        let delay = arguments.get(1).and_then(Value::as_integer).unwrap_or(UNKNOWN);
                        let now = self.now;
                        let Some(it) = self.timers.get_mut(timer) else {
                            return opaque("no timer");
                        };
                        let was = std::mem::replace(&mut it.active, true);
                        it.when = now + delay.max(0);
                        it.period = it.period.map(|_| delay.max(1));
                        values(vec![Value::Bool(was)])
                    }
                    _ => opaque("a method of a timer"),
                }
            }
            ("Duration", "Nanoseconds") => values(vec![receiver.clone()]),
            ("" | "Time" | "Duration" | "Month" | "Weekday", _) => {
                // Any time may be now, but not every text is one.
                let any = kind == "Time" || matches!(name, "Now" | "Since" | "Until");
                let doubt = if any { Doubt::Free } else { Doubt::Guessed };
                let results = (0..2).map(|_| self.unknown(doubt)).collect();
                values(results)
            }
            _ => opaque("a function of time"),
        }
    }
}
