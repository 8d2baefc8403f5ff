//! What the author says about the lifetime of a goroutine: who decided does not need our comment.

use crate::golang::{GoFile, GoNode, Kind, Node};

/// Words of a comment that tell a goroutine is meant to live as long as the process.
const LASTING: &[&str] = &[
    "forever",
    "lifetime",
    "life time",
    "life of the process",
    "life of the program",
    "with the process",
    "process exit",
    "until the process",
    "until the program",
    "long-lived",
    "long lived",
    "never return",
    "never stop",
    "never exit",
    "never end",
    "never terminate",
    "no stop",
    "no need to stop",
    "not stop",
    "not be stopped",
    "indefinitely",
    "singleton",
    "常驻",
    "永不退出",
    "一直运行",
];

/// Whether a comment above a function or inside of it says so.
pub(super) fn is_stated(file: &GoFile, function: Node<'_>) -> bool {
    let says = |comment: &str| {
        let comment = comment.to_lowercase();
        LASTING.iter().any(|it| comment.contains(it))
    };
    let inside = function.descendants().filter(|it| it.is(Kind::Comment));
    inside.map(|it| file.text_of(it)).any(says) || says(above(file, function))
}

/// The comment lines above a function; blank lines do not matter.
fn above<'f>(file: &'f GoFile, function: Node<'_>) -> &'f str {
    let text = &file.text()[..function.start_byte()];
    let mut start = text.len();
    for line in text.split_inclusive('\n').rev() {
        let code = line.trim();
        if !(code.is_empty() || code.starts_with("//")) {
            break;
        }
        start -= line.len();
    }
    &text[start..]
}

/// Whether the declaration asks for signals: they come to the process, and so does its handler.
pub(super) fn takes_signals(file: &GoFile, declaration: Node<'_>) -> bool {
    let mut calls = declaration.descendants().filter_map(GoNode::callee);
    calls.any(|it| file.qualified(it) == Some(("os/signal", "Notify")))
}
