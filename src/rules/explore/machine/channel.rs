//! Channels: send, receive, close and `select`.

use std::collections::VecDeque;

use super::super::code::{Action, Case, Reg, Spot, Target};
use super::clock::Clock;
use super::value::Value;
use super::wait::{Status, Wait, Waiting};
use super::{Choice, Kind, Machine, Step, opaque};

/// A channel.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) capacity: usize,
    buffer: VecDeque<Value>,
    /// What is known with each place of the buffer.
    slots: Vec<Clock>,
    sent: usize,
    received: usize,
    closed: Option<Clock>,
    zero: Value,
}

/// The largest buffer.
const CAPACITY: i128 = 1 << 14;

impl Machine<'_> {
    pub(super) fn make_channel(&mut self, zero: Value, capacity: i128) -> Step<u32> {
        if capacity < 0 {
            return Err(self.panic(Kind::Arithmetic, "makechan: size out of range"));
        }
        let capacity = usize::try_from(capacity.min(CAPACITY)).unwrap_or(0);
        self.channels.push(Channel {
            capacity,
            buffer: VecDeque::new(),
            slots: vec![Clock::default(); capacity],
            sent: 0,
            received: 0,
            closed: None,
            zero,
        });
        Ok(u32::try_from(self.channels.len() - 1).unwrap_or(u32::MAX))
    }

    fn channel_of(&mut self, value: &Value) -> Step<Option<u32>> {
        match value {
            Value::Channel(it) => Ok(Some(*it)),
            Value::Nil => Ok(None),
            _ => opaque("an unknown channel"),
        }
    }

    /// Who has waited longest to receive from it, or to send on it; in a `select`, with which case.
    fn partner(&self, channel: u32, sends: bool) -> Option<(usize, Option<usize>)> {
        let mut found: Option<(u64, usize, Option<usize>)> = None;
        for (index, it) in self.goroutines.iter().enumerate() {
            let case = match &it.status {
                Status::Parked(Wait::Send(of, _)) if sends && *of == channel => None,
                Status::Parked(Wait::Receive(of)) if !sends && *of == channel => None,
                Status::Parked(Wait::Select(cases)) => {
                    let case = cases
                        .iter()
                        .position(|it| it.channel == channel && it.sent.is_some() == sends);
                    match case {
                        Some(it) => Some(it),
                        None => continue,
                    }
                }
                _ => continue,
            };
            if found.as_ref().is_none_or(|before| it.since < before.0) {
                found = Some((it.since, index, case));
            }
        }
        found.map(|it| (it.1, it.2))
    }

    /// Hands a value over in one go: both know afterwards what either knew.
    fn meet(&mut self, other: usize) {
        let me = self.current;
        let mut both = self.clock(me);
        both.join(&self.clock(other));
        for it in [me, other] {
            if let Some(goroutine) = self.goroutines.get_mut(it) {
                goroutine.clock = both.clone();
                goroutine.clock.bump(it);
            }
        }
    }

    fn slot(&mut self, channel: u32, goroutine: usize, index: usize) {
        let Some(it) = self.channels.get_mut(channel as usize) else { return };
        let capacity = it.capacity.max(1);
        if let (Some(slot), Some(goroutine_)) =
            (it.slots.get_mut(index % capacity), self.goroutines.get_mut(goroutine))
        {
            goroutine_.clock.join(slot);
            *slot = goroutine_.clock.clone();
            goroutine_.clock.bump(goroutine);
        }
    }

    /// Sends if that is possible now.
    fn try_send(&mut self, channel: u32, value: &Value) -> Step<bool> {
        let Some(it) = self.channels.get(channel as usize) else { return opaque("no channel") };
        if it.closed.is_some() {
            return Err(self.panic(Kind::SendOnClosed, "send on closed channel"));
        }
        if let Some((other, case)) = self.partner(channel, false) {
            self.meet(other);
            self.received(other, case, value.clone(), true);
            return Ok(true);
        }
        let me = self.current;
        let Some(it) = self.channels.get_mut(channel as usize) else { return Ok(false) };
        if it.buffer.len() >= it.capacity {
            return Ok(false);
        }
        it.buffer.push_back(value.clone());
        it.sent += 1;
        let index = it.sent - 1;
        self.slot(channel, me, index);
        Ok(true)
    }

    /// Sends without waiting, on behalf of a timer.
    pub(super) fn tick(&mut self, channel: u32, value: &Value) -> Step<()> {
        self.try_send(channel, value).map(|_| ())
    }

    /// Receives if that is possible now.
    fn try_receive(&mut self, channel: u32) -> Step<Option<(Value, bool)>> {
        let me = self.current;
        let Some(it) = self.channels.get_mut(channel as usize) else { return opaque("no channel") };
        if let Some(value) = it.buffer.pop_front() {
            it.received += 1;
            let index = it.received - 1;
            self.slot(channel, me, index);
            if let Some((other, case)) = self.partner(channel, true)
                && let Some(sent) = self.sent(other, case)
                && let Some(it) = self.channels.get_mut(channel as usize)
            {
                it.buffer.push_back(sent);
                it.sent += 1;
                let index = it.sent - 1;
                self.slot(channel, other, index);
            }
            return Ok(Some((value, true)));
        }
        if let Some(clock) = it.closed.clone() {
            let zero = it.zero.clone();
            self.learn(&clock);
            return Ok(Some((zero, false)));
        }
        if let Some((other, case)) = self.partner(channel, true) {
            self.meet(other);
            if let Some(value) = self.sent(other, case) {
                return Ok(Some((value, true)));
            }
        }
        Ok(None)
    }

    /// A goroutine that waited to receive has received.
    fn received(&mut self, other: usize, case: Option<usize>, value: Value, ok: bool) {
        let status = self.go_on(other);
        match (status, case) {
            (Status::Parked(Wait::Select(cases)), Some(case)) => {
                if let Some(it) = cases.get(case) {
                    self.take(other, it, Some((value, ok)));
                }
            }
            _ => self.resume_at(other, &[value, Value::Bool(ok)]),
        }
    }

    /// A goroutine that waited to send has sent.
    fn sent(&mut self, other: usize, case: Option<usize>) -> Option<Value> {
        match (self.go_on(other), case) {
            (Status::Parked(Wait::Select(cases)), Some(case)) => {
                let it = cases.get(case)?;
                self.take(other, it, None);
                it.sent.clone()
            }
            (Status::Parked(Wait::Send(_, value)), _) => {
                self.resume_at(other, &[]);
                Some(value)
            }
            _ => None,
        }
    }

    /// A goroutine goes on with a case of its `select`.
    fn take(&mut self, other: usize, waiting: &Waiting, value: Option<(Value, bool)>) {
        let Some(frame) = self.goroutines.get_mut(other).and_then(|it| it.frames.last_mut()) else {
            return;
        };
        let function = frame.function.clone();
        if let Some(super::super::code::Op::Select { cases, .. }) = function.code.get(frame.at)
            && let (Some(Action::Receive { to, ok }), Some((value, was))) =
                (cases.get(waiting.case).map(|it| it.action), value)
        {
            frame.set(to, value);
            frame.set(ok, Value::Bool(was));
        }
        frame.at = waiting.then as usize;
    }

    pub(super) fn send(&mut self, channel: &Value, value: Value) -> Step<()> {
        let Some(channel) = self.channel_of(channel)? else { return self.park(Wait::Forever) };
        if self.try_send(channel, &value)? {
            self.advance();
            return Ok(());
        }
        self.park(Wait::Send(channel, value))
    }

    pub(super) fn receive(&mut self, channel: &Value) -> Step<()> {
        let Some(channel) = self.channel_of(channel)? else { return self.park(Wait::Forever) };
        match self.try_receive(channel)? {
            Some((value, ok)) => {
                let me = self.current;
                self.resume_at(me, &[value, Value::Bool(ok)]);
                Ok(())
            }
            None => self.park(Wait::Receive(channel)),
        }
    }

    pub(super) fn close(&mut self, channel: &Value) -> Step<()> {
        let Some(channel) = self.channel_of(channel)? else {
            return Err(self.panic(Kind::CloseOfNil, "close of nil channel"));
        };
        self.close_channel(channel)
    }

    pub(super) fn close_channel(&mut self, channel: u32) -> Step<()> {
        let clock = self.publish();
        let Some(it) = self.channels.get_mut(channel as usize) else { return opaque("no channel") };
        if it.closed.is_some() {
            return Err(self.panic(Kind::CloseOfClosed, "close of closed channel"));
        }
        let zero = it.zero.clone();
        it.closed = Some(clock.clone());
        while let Some((other, case)) = self.partner(channel, false) {
            if let Some(it) = self.goroutines.get_mut(other) {
                it.clock.join(&clock);
            }
            self.received(other, case, zero.clone(), false);
        }
        // Whoever waits to send finds it closed when he tries again.
        while let Some((other, _)) = self.partner(channel, true) {
            self.go_on(other);
        }
        Ok(())
    }

    fn can(&self, channel: u32, sends: bool) -> bool {
        self.channels.get(channel as usize).is_some_and(|it| {
            it.closed.is_some()
                || (if sends { it.buffer.len() < it.capacity } else { !it.buffer.is_empty() })
                || self.partner(channel, !sends).is_some()
        })
    }

    pub(super) fn select(&mut self, cases: &[Case], default: Option<Target>) -> Step<()> {
        let mut waiting = Vec::new();
        for (index, case) in cases.iter().enumerate() {
            let channel = self.get(case.channel);
            let Some(channel) = self.channel_of(&channel)? else { continue };
            let sent = match case.action {
                Action::Send(value) => Some(self.get(value)),
                Action::Receive { .. } => None,
            };
            waiting.push(Waiting { channel, sent, case: index, then: case.then });
        }
        let able: Vec<_> =
            waiting.iter().filter(|it| self.can(it.channel, it.sent.is_some())).cloned().collect();
        let chosen = match able.len() {
            0 => 0,
            1 => 0,
            more => self.chooser.choose(Choice::Value, more),
        };
        if let Some(it) = able.get(chosen).or(able.first()) {
            let me = self.current;
            let value = match &it.sent {
                Some(value) => {
                    self.try_send(it.channel, value)?;
                    None
                }
                None => self.try_receive(it.channel)?,
            };
            self.take(me, it, value);
            return Ok(());
        }
        match default {
            Some(to) => self.jump(to),
            None if cases.is_empty() => return self.park(Wait::Asleep),
            None if waiting.is_empty() => return self.park(Wait::Forever),
            None => return self.park(Wait::Select(waiting)),
        }
        Ok(())
    }

    /// `len` and `cap` of a channel.
    pub(super) fn extent(&self, channel: u32) -> (usize, usize) {
        self.channels.get(channel as usize).map_or((0, 0), |it| (it.buffer.len(), it.capacity))
    }
}

impl super::Frame {
    pub(super) fn set(&mut self, to: Option<Reg>, value: Value) {
        if let Some(place) = to.and_then(|it| self.registers.get_mut(usize::from(it))) {
            *place = value;
        }
    }

    /// Where the operation stands that comes next.
    pub(super) fn spot(&self) -> Option<Spot> {
        self.function.spots.get(self.at).or(self.function.spots.last()).copied()
    }
}
