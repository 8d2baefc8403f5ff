//! Errors of the library, and `errors`.

use std::rc::Rc;

use super::super::code::Library;
use super::library::Did;
use super::value::{Doubt, Dynamic, Value};
use super::{Machine, Step, opaque};

/// An error that the library made.
#[derive(Debug)]
pub(super) struct Error {
    text: Option<Rc<str>>,
    wraps: Vec<Value>,
}

fn value_of(error: u32) -> Value {
    Value::Interface(Dynamic::Library(Library::Error), Rc::new(Value::Thing(error)))
}

impl Machine<'_> {
    /// An error unlike all others.
    pub(super) fn fresh_error(&mut self, text: Option<Rc<str>>, wraps: Vec<Value>) -> Value {
        self.errors.push(Error { text, wraps });
        value_of(u32::try_from(self.errors.len() - 1).unwrap_or(u32::MAX))
    }

    /// An error that the library declares: always the same.
    pub(super) fn known_error(&mut self, name: &str) -> Value {
        if let Some(it) = self.known_errors.get(name) {
            return value_of(*it);
        }
        let value = self.fresh_error(Some(name.into()), Vec::new());
        if let Value::Interface(_, inner) = &value
            && let Value::Thing(it) = **inner
        {
            self.known_errors.insert(name.into(), it);
        }
        value
    }

    fn wrapped(&self, value: &Value) -> Option<&Error> {
        match value {
            Value::Interface(Dynamic::Library(Library::Error), it) => match **it {
                Value::Thing(it) => self.errors.get(it as usize),
                _ => None,
            },
            Value::Thing(it) => self.errors.get(*it as usize),
            _ => None,
        }
    }

    /// Whether an error is another one, or wraps it; `None` where that is not known.
    fn is(&self, error: &Value, target: &Value, depth: u32) -> Option<bool> {
        match error.equals(target) {
            Some(true) => return Some(true),
            Some(false) if depth < 20 => {}
            _ => return None,
        }
        match (error, self.wrapped(error)) {
            (Value::Nil, _) => Some(false),
            (_, Some(it)) => {
                let mut all = Some(false);
                for inner in &it.wraps {
                    match self.is(inner, target, depth + 1) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => all = None,
                    }
                }
                all
            }
            // A type of the code's own may say what it likes.
            _ => None,
        }
    }

    pub(super) fn error_call(&mut self, name: &str, arguments: &[Value]) -> Step<Did> {
        let values = |it| Ok(Did::Values(it));
        let first = arguments.first().cloned().unwrap_or(Value::Nil);
        match name {
            "New" => {
                let text = match &first {
                    Value::Text(it) => Some(it.clone()),
                    _ => None,
                };
                values(vec![self.fresh_error(text, Vec::new())])
            }
            "Error" => match self.wrapped(&first).and_then(|it| it.text.clone()) {
                Some(it) => values(vec![Value::Text(it)]),
                None => values(vec![self.unknown(Doubt::Guessed)]),
            },
            "Is" => {
                let target = arguments.get(1).cloned().unwrap_or(Value::Nil);
                match self.is(&first, &target, 0) {
                    Some(it) => values(vec![Value::Bool(it)]),
                    None => values(vec![self.unknown(Doubt::Guessed)]),
                }
            }
            "Unwrap" => match self.wrapped(&first).map(|it| it.wraps.clone()).as_deref() {
                Some([]) => values(vec![Value::Nil]),
                Some([one]) => values(vec![one.clone()]),
                _ => opaque("errors.Unwrap"),
            },
            "Join" => {
                let items: Vec<_> =
                    self.items(&first).into_iter().filter(|it| !matches!(it, Value::Nil)).collect();
                if items.is_empty() {
                    return values(vec![Value::Nil]);
                }
                values(vec![self.fresh_error(None, items)])
            }
            _ => opaque("a function of errors"),
        }
    }
}
