//! What neither waits nor is seen by others: texts, numbers, logs.

use super::library::Did;
use super::value::{Doubt, Value};
use super::{Choice, Machine, Step, Stop, opaque};

/// The packages whose functions have results that are not known here and do nothing else.
const QUIET: &[&str] = &[
    "strings",
    "strconv",
    "unicode",
    "unicode/utf8",
    "math",
    "math/bits",
    "path",
    "path/filepath",
];

impl Machine<'_> {
    fn texts<'v>(&self, arguments: &'v [Value]) -> Option<(&'v str, &'v str)> {
        match arguments {
            [Value::Text(a), Value::Text(b), ..] => Some((a, b)),
            _ => None,
        }
    }

    pub(super) fn pure_call(
        &mut self,
        path: &str,
        kind: &str,
        name: &str,
        arguments: &[Value],
    ) -> Step<Did> {
        let values = |it| Ok(Did::Values(it));
        let first = arguments.first().cloned().unwrap_or(Value::Nil);
        match (path, kind, name) {
            ("fmt", "", "Errorf") => {
                let items = arguments.get(1).map(|it| self.items(it)).unwrap_or_default();
                let text = match &first {
                    Value::Text(it) if !it.contains('%') => Some(it.clone()),
                    _ => None,
                };
                let wraps = match &first {
                    Value::Text(it) if it.contains("%w") => items,
                    _ => Vec::new(),
                };
                let wraps =
                    wraps.into_iter().filter(|it| matches!(it, Value::Interface(..))).collect();
                values(vec![self.fresh_error(text, wraps)])
            }
            ("fmt", "", "Sprintf" | "Sprint" | "Sprintln") => {
                let text = self.unknown(Doubt::Guessed);
                values(vec![text])
            }
            ("fmt", "", "Print" | "Printf" | "Println") => {
                let count = self.unknown(Doubt::Free);
                values(vec![count, Value::Nil])
            }
            ("log", _, "Fatal" | "Fatalf" | "Fatalln") | ("os", "", "Exit") => Err(Stop::Over),
            ("log", _, "Panic" | "Panicf" | "Panicln") => Err(self.explicit_panic(first)),
            ("log", "", "Print" | "Printf" | "Println" | "SetFlags" | "SetPrefix") => {
                values(Vec::new())
            }
            ("runtime", "", "Gosched" | "GC" | "KeepAlive") => values(Vec::new()),
            ("runtime", "", "Goexit") => Err(Stop::Exit),
            ("runtime", "", "GOMAXPROCS" | "NumCPU") => values(vec![Value::Integer(4)]),
            ("runtime", "", "NumGoroutine") => {
                let count = self.unknown(Doubt::Guessed);
                values(vec![count])
            }
            ("math/rand" | "math/rand/v2", _, "Seed" | "Shuffle") if name == "Seed" => {
                values(Vec::new())
            }
            (
                "math/rand" | "math/rand/v2",
                "",
                "Intn" | "Int31n" | "Int63n" | "IntN" | "Int32N" | "Int64N" | "N" | "Int" | "Int31"
                | "Int63",
            ) => {
                // Every value is legal: the smallest ones, the largest one.
                let end = match first {
                    Value::Integer(it) if it > 0 => it,
                    Value::Nil => 1 << 31,
                    _ => return opaque("a random number below what is not known"),
                };
                let options = usize::try_from(end.min(4)).unwrap_or(1);
                let chosen =
                    if options > 1 { self.chooser.choose(Choice::Value, options) } else { 0 };
                let chosen = i128::try_from(chosen).unwrap_or(0).min(end - 1);
                values(vec![Value::Integer(if chosen == 3 { end - 1 } else { chosen })])
            }
            ("math/rand" | "math/rand/v2", "", "Float64" | "Float32") => {
                let any = self.unknown(Doubt::Free);
                values(vec![any])
            }
            ("strings", "", "HasPrefix" | "HasSuffix" | "Contains") => {
                match self.texts(arguments) {
                    Some((a, b)) => values(vec![Value::Bool(match name {
                        "HasPrefix" => a.starts_with(b),
                        "HasSuffix" => a.ends_with(b),
                        _ => a.contains(b),
                    })]),
                    None => {
                        let any = self.unknown(Doubt::Guessed);
                        values(vec![any])
                    }
                }
            }
            ("strconv", "", "Itoa") => match first {
                Value::Integer(it) => values(vec![Value::Text(it.to_string().into())]),
                _ => {
                    let any = self.unknown(Doubt::Guessed);
                    values(vec![any])
                }
            },
            (_, "", _)
                if QUIET.contains(&path)
                    && arguments.iter().all(|it| !matches!(it, Value::Function(_))) =>
            {
                let results = (0..3).map(|_| self.unknown(Doubt::Guessed)).collect();
                values(results)
            }
            ("io" | "io/fs" | "os" | "net/http" | "net" | "database/sql", "", _)
                if arguments.is_empty() && (name.starts_with("Err") || name.starts_with("EOF")) =>
            {
                values(vec![self.known_error(&format!("{path}.{name}"))])
            }
            _ => opaque(&super::library::readable(path, kind, name)),
        }
    }
}
