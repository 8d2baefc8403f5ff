//! The edit that turns the variable into a `strings.Builder` of the same name.

use crate::golang::{Access, BindingKind, Field, GoFile, GoNode, Kind, Node, Span};
use crate::rules::Fix;
use crate::rules::engine::Context;

use super::append::{Append, Uses};

/// Longer edits are none to apply unseen.
const LINES: u32 = 20;

/// More reads than these would call `String` all over the place.
const READS: usize = 4;

/// The edit, where the string starts empty, is only appended to in the loop and only read behind
/// it.
pub(super) fn fix<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    append: &Append<'p>,
    the_loop: Node<'p>,
    around: &[Node<'p>],
    uses: &Uses<'p>,
) -> Option<Fix> {
    let scopes = file.scopes();
    let binding = scopes.binding(append.variable);
    let shadowed = || scopes.bindings().any(|(_, it)| file.slice(it.name) == "strings");
    if uses.is_asked
        || file.import_path_of("strings") != Some("strings")
        || !context.affords(file, 2 * READS + 2)
        || shadowed()
    {
        return None;
    }
    let declaration = declaration(file, append, the_loop, around)?;
    let name = file.slice(binding.name);
    let mut edits = vec![(declaration.span(), format!("var {name} strings.Builder"))];
    for it in &uses.appends {
        edits.push((it.statement.span(), written(file, it, name)?));
    }
    let mut last = the_loop.span();
    let mut reads = 0;
    for it in scopes.uses_of(append.variable) {
        if it.function != binding.function {
            return None;
        }
        if the_loop.span().encloses(it.span) {
            continue;
        }
        reads += 1;
        let behind = it.span.start as usize >= the_loop.end_byte();
        if !behind || it.access != Access::Read || reads > READS || !is_plain(file, it.span) {
            return None;
        }
        edits.push((it.span, format!("{name}.String()")));
        last = it.span;
    }
    let span: Span = (declaration.start_byte()..last.range().end).into();
    let lines = file.lines(span);
    if reads == 0 || lines.last - lines.first >= LINES {
        return None;
    }
    let whole = Fix::replacing(file, span, file.slice(span));
    let mut code = String::new();
    let mut from = declaration.start_byte();
    for (at, text) in edits {
        code.push_str(file.text().get(from..at.range().start)?);
        code.push_str(&text);
        from = at.range().end;
    }
    if whole.replacement.contains('\r') {
        return None;
    }
    Some(Fix::replacing(file, span, &code))
}

/// The statement that declares the variable empty, beside the loop.
fn declaration<'p>(
    file: &'p GoFile,
    append: &Append<'p>,
    the_loop: Node<'p>,
    around: &[Node<'p>],
) -> Option<Node<'p>> {
    let binding = file.scopes().binding(append.variable);
    let at = around.iter().position(|it| it.id() == the_loop.id())?;
    let list = around[..at].last().filter(|it| it.is(Kind::StatementList))?;
    let statement = list
        .statements()
        .take_while(|it| it.id() != the_loop.id())
        .find(|it| it.span().encloses(binding.name))?;
    let by = match (binding.kind, statement.go_kind()) {
        (BindingKind::ShortVar, Kind::ShortVarDeclaration) => statement,
        (BindingKind::Var, Kind::VarDeclaration) => statement.part(Kind::VarSpec)?,
        _ => return None,
    };
    let names = by.field(Field::Left).unwrap_or(by);
    if names.parts().filter(|it| it.is(Kind::Identifier)).count() != 1 {
        return None;
    }
    let plain = |it: Node<'_>| file.text_of(it) == "string";
    let of_type = by.field(Field::Type);
    let value = by.field(Field::Right).or(by.field(Field::Value));
    let empty = value.is_none_or(|it| matches!(file.text_of(it), "\"\"" | "``"));
    let known = of_type.map_or(value.is_some(), plain);
    (known && empty && is_alone(file, statement)).then_some(statement)
}

/// What writes the parts of an append, each in a line of its own.
fn written(file: &GoFile, append: &Append<'_>, name: &str) -> Option<String> {
    let statement = append.statement;
    if !is_alone(file, statement) {
        return None;
    }
    let text = file.text();
    let start = text[..statement.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    let indent = &text[start..statement.start_byte()];
    // Operators inside an operand stand closer together than those of an argument.
    let nested =
        append.parts.iter().flat_map(|it| it.descendants()).any(|it| it.is(Kind::BinaryExpression));
    if nested && append.parts.len() > 1 {
        return None;
    }
    let calls = append.parts.iter().map(|it| format!("{name}.WriteString({})", file.text_of(*it)));
    Some(calls.collect::<Vec<_>>().join(&format!("\n{indent}")))
}

/// Whether the node has one line, and no other code or comment stands there.
fn is_alone(file: &GoFile, node: Node<'_>) -> bool {
    let text = file.text();
    let before = text[..node.start_byte()].rsplit('\n').next().unwrap_or_default();
    let after = text[node.end_byte()..].split('\n').next().unwrap_or_default();
    node.start_position().row == node.end_position().row
        && before.trim().is_empty()
        && after.trim().is_empty()
}

/// Whether a read may become a call where it stands: no part of the string, and no comment behind
/// it that would have to move.
fn is_plain(file: &GoFile, used: Span) -> bool {
    let after = file.text()[used.range().end..].split('\n').next().unwrap_or_default();
    let Some(name) = file.node(used, Kind::Identifier) else { return false };
    let around = name.ancestors(file.root());
    let part = around
        .first()
        .is_none_or(|it| matches!(it.go_kind(), Kind::IndexExpression | Kind::SliceExpression));
    !part && !after.contains("//") && !after.contains("/*")
}
