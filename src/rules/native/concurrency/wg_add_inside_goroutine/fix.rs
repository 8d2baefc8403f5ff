//! The edit that moves the `Add` in front of the `go` statement.

use crate::golang::{GoFile, GoNode, Kind, Node};
use crate::model::LineRange;
use crate::rules::Fix;
use crate::rules::goroutine::Start;
use crate::rules::object::root_of;

/// The edit, where it is safe unseen: the literal begins with the `Add`, behind nothing but defers;
/// what it counts and on what means the same outside; and both statements have lines of their own,
/// without comments that gofmt would align anew.
pub(super) fn before_go<'p>(
    file: &'p GoFile,
    start: &Start<'p>,
    add: Node<'p>,
    group: Node<'p>,
    around: &[Node<'p>],
) -> Option<Fix> {
    let literal = Some(start.body.node).filter(|_| start.is_inline())?;
    let go = start.site.node;
    let mut outwards = around.iter().rev();
    let statement = *outwards.next().filter(|it| it.is(Kind::ExpressionStatement))?;
    let list = *outwards.next().filter(|it| it.is(Kind::StatementList))?;
    outwards.next().filter(|it| it.is(Kind::Block))?;
    outwards.next().filter(|it| it.id() == literal.id())?;
    let before = list.statements().take_while(|it| it.id() != statement.id());
    let deferred = |it: Node<'_>| it.is(Kind::DeferStatement);
    let constant = add.arguments().all(|it| it.is(Kind::IntLiteral));
    let root = root_of(group);
    let bound = file.resolve(root).local();
    let shared = bound.is_none_or(|id| !literal.span().encloses(file.scopes().binding(id).name));
    // Only in a list of statements there is room in front of the `go`.
    let listed = go.ancestors(file.root()).first().is_some_and(|it| it.is(Kind::StatementList));
    if !before.into_iter().all(deferred) || !constant || !shared || !listed {
        return None;
    }

    let text = file.text();
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |it| it + 1);
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |it| at + it);
    let (first, indent_end) = (line_start(go.start_byte()), go.start_byte());
    let indent = text.get(first..indent_end)?;
    let (from, to) = (line_start(statement.start_byte()), line_end(statement.end_byte()));
    let alone = text.get(from..to)?.trim() == file.text_of(statement);
    let next_end = line_end((to + 1).min(text.len()));
    let next = text.get((to + 1).min(text.len())..next_end)?;
    let head = text.get(first..from)?;
    if !indent.trim().is_empty() || !alone || from <= first {
        return None;
    }
    if head.contains("//") || next.contains("//") || previous_line(text, first).contains("//") {
        return None;
    }
    let head = head.trim_end_matches(['\n', '\r']);
    let code = format!("{indent}{}\n{head}", file.text_of(statement));
    let mut fix = Fix::replacing(file, (first..to).into(), "");
    fix.replacement = code.replace('\r', "");
    // A blank line behind the `Add` would open the literal.
    if next.trim().is_empty() && next_end < text.len() {
        fix.lines = LineRange::new(fix.lines.first, fix.lines.last + 1);
    }
    Some(fix)
}

fn previous_line(text: &str, at: usize) -> &str {
    text[..at.saturating_sub(1)].rsplit('\n').next().unwrap_or_default()
}
