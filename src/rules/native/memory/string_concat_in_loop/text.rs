//! Whether a variable is a string for certain, and whether it is one that people read.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};
use crate::rules::engine::Context;
use crate::rules::types::Type;

use super::append::{Append, Uses, asks_length};

/// Whether the variable is a string: by its declaration, or since Go adds only strings to strings.
pub(super) fn is_string<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    append: &Append<'p>,
    uses: &Uses<'p>,
) -> bool {
    let types = &context.types;
    let is_text = |it: &Type<'p>| matches!(types.underlying(it), Type::Basic(it) if it.is_string());
    let mut parts = uses.appends.iter().flat_map(|it| &it.parts);
    if parts.any(|it| is_text(&types.of(file, *it))) {
        return true;
    }
    let name = file.scopes().binding(append.variable).name;
    context.affords(file, 1)
        && file.node(name, Kind::Identifier).is_some_and(|it| is_text(&types.of_name(file, it)))
}

/// Whether the string is a text that somebody reads now and then, by its name, its function's, or
/// what becomes of it: an error, a log line, a help text.
pub(super) fn is_for_people<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    append: &Append<'p>,
    the_loop: Node<'p>,
) -> bool {
    const WORDS: &[&str] =
        &["err", "msg", "message", "help", "usage", "warn", "debug", "log", "reason", "desc"];
    let scopes = file.scopes();
    let about = |name: &str| {
        let name = name.to_lowercase();
        WORDS.iter().any(|it| name.starts_with(it) || name.ends_with(it))
    };
    if about(file.slice(scopes.binding(append.variable).name)) {
        return true;
    }
    let declared = file.declaration(append.statement.start_byte()).map(|it| it.name);
    let name = declared.as_deref().unwrap_or_default().rsplit(['.', ' ']).next();
    if name.is_some_and(|it| about(it) || it.ends_with("String") || it.ends_with("Error")) {
        return true;
    }
    let after = scopes.uses_of(append.variable).filter(|it| {
        it.span.start as usize >= the_loop.end_byte() && it.access == crate::golang::Access::Read
    });
    let mut told = false;
    for it in after {
        if !context.affords(file, 2) {
            return false;
        }
        let Some(name) = file.node(it.span, Kind::Identifier) else { return false };
        let around = name.ancestors(file.root());
        if tells(file, &around) {
            told = true;
        } else if !asks_length(file, &around) {
            return false;
        }
    }
    told
}

/// Whether a value goes to a call that makes an error, logs or prints, be it as a part of a text.
fn tells(file: &GoFile, around: &[Node<'_>]) -> bool {
    let statement = around.iter().take_while(|it| !it.is(Kind::Block));
    let mut calls = statement.filter_map(|it| Some((*it, it.callee()?)));
    calls.any(|(call, callee)| {
        let name = match callee.go_kind() {
            Kind::SelectorExpression => {
                callee.field(Field::Field).map_or("", |it| file.text_of(it))
            }
            _ => file.text_of(callee),
        };
        let (low, whole) = (name.to_lowercase(), file.text_of(callee).to_lowercase());
        let prints = if low.starts_with("fprint") {
            let to = call.arguments().next().map_or("", |it| file.text_of(it));
            matches!(to, "os.Stdout" | "os.Stderr")
        } else {
            low.contains("print") && !low.starts_with("sprint")
        };
        prints
            || low.contains("err")
            || matches!(&*low, "panic" | "log" | "logf")
            || whole.starts_with("log")
            || whole.starts_with("klog")
            || ["log.", "logger.", "log().", "logger()."].iter().any(|it| whole.contains(it))
            || ["debug", "info", "warn", "fatal", "trace"].iter().any(|it| low.starts_with(it))
            || (whole.starts_with("errors.") && low == "new")
    })
}
