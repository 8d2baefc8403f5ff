//! Calls that do not come back.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};

/// What a call does that does not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leave {
    /// Ends the function, or the goroutine; deferred calls run: `panic`, `runtime.Goexit`,
    /// `t.FailNow`.
    Unwinds,
    /// Ends the process at once: `os.Exit`, `log.Fatal`.
    Halts,
}

/// Whether a call does not come back, judged by its name as people choose it: `os.Exit`,
/// `log.Fatalf`, `klog.FatalS`, `logger.Fatal().Msg`, `t.FailNow`, `panic`. A name that deceives
/// costs a path, so that less is reported.
pub fn leaves(file: &GoFile, call: Node<'_>) -> Option<Leave> {
    let callee = call.callee()?;
    match callee.go_kind() {
        Kind::Identifier => {
            let is_panic =
                file.text_of(callee) == "panic" && file.resolve(callee).local().is_none();
            is_panic.then_some(Leave::Unwinds)
        }
        Kind::SelectorExpression => {
            let operand = callee.field(Field::Operand)?.unparen();
            method(file, operand, file.text_of(callee.field(Field::Field)?))
        }
        _ => None,
    }
}

fn method(file: &GoFile, operand: Node<'_>, name: &str) -> Option<Leave> {
    match name {
        "Goexit" | "FailNow" => Some(Leave::Unwinds),
        "Exit" => Some(Leave::Halts),
        // Scanners and decoders skip too.
        "Skip" | "Skipf" | "SkipNow" => is_test(file, operand).then_some(Leave::Unwinds),
        "Msg" | "Msgf" | "Send" => chained(file, operand),
        _ if name.starts_with("Panic") => Some(Leave::Unwinds),
        _ if name.starts_with("Fatal") => {
            Some(if is_test(file, operand) { Leave::Unwinds } else { Leave::Halts })
        }
        _ => None,
    }
}

/// Whether a value is a test's, as its name and the file's imports tell.
fn is_test(file: &GoFile, operand: Node<'_>) -> bool {
    let name = file.text_of(operand);
    let name = name.rsplit('.').next().unwrap_or(name);
    let usual = matches!(name, "t" | "b" | "f" | "tb" | "T" | "TB");
    usual && file.imports_path("testing")
}

/// `log.Fatal().Err(err).Msg(…)`: what ends the process stands at the head of the chain.
fn chained(file: &GoFile, operand: Node<'_>) -> Option<Leave> {
    const LINKS: usize = 32;
    let mut node = operand;
    for _ in 0..LINKS {
        let callee = node.callee().filter(|it| it.is(Kind::SelectorExpression))?;
        match file.text_of(callee.field(Field::Field)?) {
            "Fatal" => return Some(Leave::Halts),
            "Panic" => return Some(Leave::Unwinds),
            _ => node = callee.field(Field::Operand)?.unparen(),
        }
    }
    None
}
