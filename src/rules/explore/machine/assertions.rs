//! Assertions of testify: what a test asserts is taken to hold unless it surely does not.

use super::library::Did;
use super::value::{State, Value};
use super::{Machine, Step, Stop, opaque};

/// Assertions that call functions, or wait.
const CALLS: &[&str] =
    &["Eventually", "EventuallyWithT", "Never", "Condition", "New", "InEpsilonSlice"];

impl Machine<'_> {
    /// A function of `assert` or, with `strict`, of `require`; its first argument is the test.
    pub(super) fn assertion(&mut self, name: &str, strict: bool, arguments: &[Value]) -> Step<Did> {
        let name = name.strip_suffix('f').unwrap_or(name);
        if CALLS.contains(&name) || name.contains("Panic") || name.starts_with("HTTP") {
            return opaque("an assertion that calls a function");
        }
        let holds = holds(name, arguments.get(1..).unwrap_or_default());
        if holds {
            return Ok(Did::Values(vec![Value::Bool(true)]));
        }
        let Some(receiver @ Value::Pointer(_)) = arguments.first() else {
            return opaque("an assertion without a test");
        };
        let State::Testing(test) = *self.state(&receiver.clone())?.1 else {
            return opaque("an assertion without a test");
        };
        if let Some(it) = self.tests.get_mut(test as usize) {
            it.failed = true;
        }
        if strict { Err(Stop::Exit) } else { Ok(Did::Values(vec![Value::Bool(false)])) }
    }
}

/// Whether an assertion may hold.
fn holds(name: &str, arguments: &[Value]) -> bool {
    let plain = |it: &Value| {
        let it = match it {
            Value::Interface(_, inner) => inner,
            it => it,
        };
        matches!(it, Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Nil)
    };
    match (name, arguments) {
        ("True", [Value::Bool(it), ..]) => *it,
        ("False", [Value::Bool(it), ..]) => !it,
        ("Nil" | "NoError", [it, ..]) => {
            !matches!(it, Value::Interface(..) | Value::Pointer(_) | Value::Channel(_))
        }
        ("NotNil" | "Error" | "ErrorIs" | "EqualError", [Value::Nil, ..]) => false,
        // What is not plain is compared in depth.
        ("Equal", [a, b, ..]) if plain(a) && plain(b) => a.equals(b) != Some(false),
        ("NotEqual", [a, b, ..]) if plain(a) && plain(b) => a.equals(b) != Some(true),
        _ => true,
    }
}
