//! The library: which room knows which function.

use std::rc::Rc;

use super::super::code::{Library, Shape, Spot};
use super::value::{Dynamic, Pointer, Value};
use super::{Machine, Mode, Step, opaque};

/// What a call of the library has come to.
#[derive(Debug)]
pub(super) enum Did {
    /// It is over, with these results.
    Values(Vec<Value>),
    /// The goroutine waits, and goes on behind the call or tries it again.
    Waits,
    /// The goroutine goes on elsewhere first.
    Goes,
}

/// What the library does when a function that it called is over.
#[derive(Debug, Clone)]
pub(super) enum After {
    /// The first value of a variable is there.
    First(Pointer),
    /// `sync.Once.Do`
    Once(Pointer),
    /// `sync.WaitGroup.Go`
    Done(Pointer),
    /// `errgroup.Group.Go`
    Group(Pointer),
}

/// The name of a function of the library, for people.
pub(super) fn readable(path: &str, kind: &str, name: &str) -> String {
    let package = path.rsplit('/').next().unwrap_or(path);
    if kind.is_empty() { format!("{package}.{name}") } else { format!("{package}.{kind}.{name}") }
}

/// Whether others can see what a function does, or it may have to wait.
pub(super) fn seen(path: &str, kind: &str, name: &str) -> bool {
    match path {
        "sync" => match kind {
            "" => false,
            "Cond" => !name.starts_with('L'),
            "Pool" => !name.starts_with("New"),
            _ => true,
        },
        "sync/atomic" => true,
        "time" => matches!((kind, name), ("", "Sleep") | ("Timer" | "Ticker", "Stop" | "Reset")),
        "context" => matches!(name, "cancel" | "Err"),
        "golang.org/x/sync/errgroup" => matches!(name, "Go" | "Wait"),
        "runtime" => name == "Gosched",
        "testing" => name == "Run",
        _ => false,
    }
}

impl Machine<'_> {
    /// The path and the name of the library's type that stands in an interface.
    pub(super) fn library_type(&self, of: Dynamic) -> Option<(&'static str, &'static str)> {
        let library = match of {
            Dynamic::Library(it) => it,
            Dynamic::Type(mut of) => loop {
                match &*self.code.shape(of) {
                    Shape::Library(it) => break *it,
                    Shape::Pointer(it) => of = *it,
                    _ => return None,
                }
            },
        };
        Some(match library {
            Library::Mutex => ("sync", "Mutex"),
            Library::RwMutex => ("sync", "RWMutex"),
            Library::WaitGroup => ("sync", "WaitGroup"),
            Library::Context => ("context", "Context"),
            Library::Error => ("errors", "error"),
            Library::Testing => ("testing", "T"),
            _ => return None,
        })
    }

    /// Calls a function of the library.
    pub(super) fn library(
        &mut self,
        path: &str,
        kind: &str,
        name: &str,
        arguments: &[Value],
        spot: Spot,
    ) -> Step<Did> {
        let none = Value::Nil;
        let receiver = arguments.first().unwrap_or(&none).clone();
        match (path, kind) {
            ("sync", "Mutex") => self.mutex_call(name, &receiver),
            ("sync", "RWMutex") => self.rw_mutex_call(name, &receiver),
            ("sync", "WaitGroup") => self.wait_group_call(name, &receiver, arguments, spot),
            ("sync", _) => self.sync_call(kind, name, &receiver, arguments, spot),
            ("sync/atomic", _) => self.atomic_call(kind, name, arguments, spot),
            ("time", _) => self.time_call(kind, name, &receiver, arguments),
            ("context", _) => self.context_call(kind, name, &receiver, arguments),
            ("errors", _) => self.error_call(name, arguments),
            ("testing", _) => self.testing_call(name, &receiver, arguments),
            ("golang.org/x/sync/errgroup", _) => self.group_call(name, &receiver, arguments, spot),
            ("github.com/stretchr/testify/assert" | "github.com/stretchr/testify/require", "") => {
                self.assertion(name, path.ends_with("require"), arguments)
            }
            // It complains about goroutines that are left, which is what is found here anyway.
            ("go.uber.org/goleak", "") if name == "VerifyNone" => Ok(Did::Values(Vec::new())),
            _ => self.pure_call(path, kind, name, arguments),
        }
    }

    /// A function that the library called is over.
    pub(super) fn after(&mut self, of: After, mode: Mode, values: &[Value]) -> Step<()> {
        match of {
            After::First(at) => {
                if let Some(it) = self.goroutines.get_mut(self.current) {
                    it.initialising = it.initialising.saturating_sub(1);
                }
                if mode != Mode::Return {
                    return opaque("a first value that is not computed");
                }
                if let Some(value) = values.first() {
                    *self.place(&at)? = value.clone();
                }
                Ok(())
            }
            After::Once(at) => self.once_done(at),
            After::Done(at) => self.wait_group_add(&Value::Pointer(at), -1, super::rest::no_spot()),
            After::Group(at) => self.group_done(at, values),
        }
    }

    /// The items of a variadic argument.
    pub(super) fn items(&self, of: &Value) -> Vec<Value> {
        match of {
            Value::Slice(it) => {
                (0..it.length).filter_map(|index| self.peek(&it.at(index)).cloned()).collect()
            }
            Value::Nil => Vec::new(),
            other => vec![other.clone()],
        }
    }
}

/// A function value that is a function of the library.
pub(super) fn bound(path: &str, kind: &str, name: &str, captures: Vec<Value>) -> Value {
    let body = super::value::Body::Library(path.into(), kind.into(), name.into());
    Value::Function(Rc::new(super::value::Closure { body, captures }))
}
