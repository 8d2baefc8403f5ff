//! `sync/atomic`.

use super::super::code::Spot;
use super::library::Did;
use super::value::{Pointer, State, Value};
use super::{Kind, Machine, Step, opaque};

impl Machine<'_> {
    pub(super) fn atomic_call(
        &mut self,
        kind: &str,
        name: &str,
        arguments: &[Value],
        spot: Spot,
    ) -> Step<Did> {
        let Some(receiver) = arguments.first() else {
            return opaque("an atomic without a variable");
        };
        let at = self.pointer(receiver)?;
        let typed = matches!(self.peek(&at), Some(Value::State(_)));
        let (what, width) = split(if kind.is_empty() { name } else { kind });
        let what = if kind.is_empty() { what } else { name };
        let old = if typed {
            match self.state(receiver)?.1 {
                State::Atomic { value: Some(it) } => it.clone(),
                State::Atomic { value: None } => match kind {
                    "Bool" => Value::Bool(false),
                    "Value" | "Pointer" => Value::Nil,
                    _ => Value::Integer(0),
                },
                _ => return opaque("no atomic"),
            }
        } else {
            match self.peek(&at) {
                Some(it) => it.clone(),
                None => return opaque("an unknown atomic"),
            }
        };
        let first = arguments.get(1).cloned().unwrap_or(Value::Nil);
        let second = arguments.get(2).cloned().unwrap_or(Value::Nil);
        let (new, result) = match what {
            "Load" => (None, old),
            "Store" if kind == "Value" && matches!(first, Value::Nil) => {
                return Err(
                    self.panic(Kind::Explicit, "sync/atomic: store of nil value into Value")
                );
            }
            "Store" => (Some(first), Value::Nil),
            "Swap" => (Some(first), old),
            "CompareAndSwap" => match old.equals(&first) {
                Some(true) => (Some(second), Value::Bool(true)),
                Some(false) => (None, Value::Bool(false)),
                None => return opaque("an atomic that is not known"),
            },
            "Add" => match (&old, &first) {
                (Value::Integer(a), Value::Integer(b)) => {
                    let sum = wrapped(a.wrapping_add(*b), width);
                    (Some(Value::Integer(sum)), Value::Integer(sum))
                }
                _ => return opaque("an atomic that is not known"),
            },
            _ => return opaque("a function of sync/atomic"),
        };
        self.order(&at, spot, what != "Load");
        if let Some(new) = new {
            if typed {
                if let State::Atomic { value } = self.state(receiver)?.1 {
                    *value = Some(new);
                }
            } else {
                *self.place(&at)? = new;
            }
        }
        Ok(Did::Values(vec![result]))
    }

    /// Orders the goroutine after all that came before at a variable.
    fn order(&mut self, at: &Pointer, spot: Spot, writes: bool) {
        self.access(at, writes, true, spot);
        if let Some(before) = self.atomics.get(at).cloned() {
            self.learn(&before);
        }
        if writes {
            let now = self.publish();
            self.atomics.entry(at.clone()).or_default().join(&now);
        }
    }
}

/// `AddInt32`: what it does and to what.
fn split(name: &str) -> (&str, &str) {
    for what in ["Load", "Store", "Swap", "CompareAndSwap", "Add"] {
        if let Some(width) = name.strip_prefix(what) {
            return (what, width);
        }
    }
    ("", name)
}

fn wrapped(value: i128, width: &str) -> i128 {
    match width {
        "Int32" => i128::from(value as i32),
        "Uint32" => i128::from(value as u32),
        "Uint64" | "Uintptr" => i128::from(value as u64),
        _ => i128::from(value as i64),
    }
}
