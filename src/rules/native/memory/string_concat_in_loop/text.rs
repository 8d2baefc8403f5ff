//! Whether a variable is a string for certain, and whether it is one that people read.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Resolved};
use crate::rules::engine::Context;
use crate::rules::types::{Named, TypeExpr, Types, value_of};

use super::append::{Append, Uses, asks_length};

/// How deep expressions are taken apart.
const DEPTH: usize = 8;

/// Whether the variable is a string: by its declaration, or since Go adds only strings to strings.
pub(super) fn is_string<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    append: &Append<'p>,
    uses: &Uses<'p>,
) -> bool {
    let mut parts = uses.appends.iter().flat_map(|it| &it.parts);
    if parts.any(|it| is_text(context, file, *it, DEPTH)) {
        return true;
    }
    declares_string(context, file, append).unwrap_or(false)
}

fn declares_string<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    append: &Append<'p>,
) -> Option<bool> {
    let binding = file.scopes().binding(append.variable);
    let (span, kind) = binding.declared_by;
    if !context.affords(file, 2) {
        return None;
    }
    let by = file.node(span, kind)?;
    if let Kind::ParameterDeclaration | Kind::VarSpec = kind
        && let Some(node) = by.field(Field::Type)
    {
        return Some(names_string(context, TypeExpr { file, node }));
    }
    let name = by.descendants().find(|it| it.span() == binding.name)?;
    Some(is_text(context, file, value_of(by, name)?, DEPTH))
}

/// Whether a type is `string`, or one of the package that is made of it.
fn names_string<'p>(context: &Context<'p>, of: TypeExpr<'p>) -> bool {
    let plain = |of: TypeExpr<'p>| {
        of.node.is(Kind::TypeIdentifier)
            && matches!(of.file.resolve(of.node), Resolved::Outer("string"))
            && context.package.declared("string").next().is_none()
    };
    if plain(of) {
        return true;
    }
    let is_name = matches!(of.node.go_kind(), Kind::TypeIdentifier | Kind::Identifier);
    if !is_name || !context.affords(of.file, 2) {
        return false;
    }
    let Some(Named::Own(declared)) = Types(context.package).named(of) else { return false };
    let file = declared.file;
    context.affords(file, 2)
        && declared
            .item
            .node(file)
            .and_then(|it| it.field(Field::Type))
            .is_some_and(|node| plain(TypeExpr { file, node }))
}

/// Whether an expression is a string for certain.
fn is_text<'p>(context: &Context<'p>, file: &'p GoFile, node: Node<'p>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let node = node.unparen();
    match node.go_kind() {
        it if it.is_string() => true,
        Kind::BinaryExpression if node.operator() == Some("+") => {
            let of = |field| node.field(field);
            [of(Field::Left), of(Field::Right)]
                .into_iter()
                .flatten()
                .any(|it| is_text(context, file, it, depth))
        }
        Kind::TypeConversionExpression => node
            .field(Field::Type)
            .is_some_and(|node| names_string(context, TypeExpr { file, node })),
        Kind::CallExpression if makes_string(context, file, node) => true,
        // `Path(x)`, where the package declares a type of that name.
        Kind::CallExpression
            if node.callee().is_some_and(|it| {
                it.is(Kind::Identifier) && names_string(context, TypeExpr { file, node: it })
            }) =>
        {
            true
        }
        Kind::CallExpression | Kind::Identifier | Kind::SelectorExpression => {
            context.affords(file, 4)
                && Types(context.package).of(file, node).is_some_and(|it| names_string(context, it))
        }
        _ => false,
    }
}

/// Whether a call is `string(x)`, or one of the standard library that returns a string.
fn makes_string<'p>(context: &Context<'p>, file: &'p GoFile, call: Node<'p>) -> bool {
    let Some(callee) = call.callee() else { return false };
    if callee.is(Kind::Identifier) {
        return matches!(file.resolve(callee), Resolved::Outer("string"))
            && context.package.declared("string").next().is_none();
    }
    let Some((path, name)) = file.qualified(callee) else { return false };
    match path {
        "fmt" => matches!(name, "Sprint" | "Sprintf" | "Sprintln"),
        "strings" => {
            matches!(name, "Join" | "Repeat" | "Map")
                || ["Replace", "To", "Trim"].iter().any(|it| name.starts_with(it))
        }
        "strconv" => name == "Itoa" || name.starts_with("Format") || name.starts_with("Quote"),
        "encoding/hex" => name == "EncodeToString",
        "path" | "path/filepath" => matches!(name, "Join" | "Base" | "Clean" | "Dir" | "Ext"),
        "net/url" => matches!(name, "QueryEscape" | "PathEscape"),
        "html" => matches!(name, "EscapeString" | "UnescapeString"),
        _ => false,
    }
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
