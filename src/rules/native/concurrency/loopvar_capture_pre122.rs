//! Before Go 1.22 all iterations share the loop's variables, and a literal that runs later sees
//! what the loop has made of them.

use crate::golang::{BindingKind, Field, GoFile, GoNode, Kind, Node, Place};
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::share::{Race, What, With, races};
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[
        Kind::FunctionDeclaration,
        Kind::MethodDeclaration,
        Kind::DeferStatement,
        Kind::CallExpression,
    ],
    vars: &["VAR"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, node) = (place.file, place.node);
    // Without a `go` line nobody knows what the code is built with.
    if file.loop_variables_per_iteration() || context.package.import_path().is_none() {
        return Vec::new();
    }
    let literal = match node.go_kind() {
        Kind::FunctionDeclaration | Kind::MethodDeclaration => {
            let races = races(context, file, node, What::Data);
            return races.iter().filter_map(|it| by_goroutine(file, it)).collect();
        }
        Kind::DeferStatement => node.part(Kind::CallExpression).and_then(GoNode::callee),
        _ => parallel(file, node),
    };
    let literal = literal.filter(|it| it.is(Kind::FuncLiteral) && context.affords(file, 4));
    literal.and_then(|it| later(file, place, it)).into_iter().collect()
}

/// A goroutine that uses the variable while the loop may go on.
fn by_goroutine<'p>(file: &'p GoFile, race: &Race<'p>) -> Option<Hit<'p>> {
    let binding = file.scopes().binding(race.variable);
    if binding.kind != BindingKind::LoopVar || !matches!(race.with, With::Starter(_)) {
        return None;
    }
    let name = file.slice(binding.name);
    let start = race.start.site.node;
    let mut hit = Hit::at(file, race.inner.name).var("VAR", name).with(file, start, Role::Start);
    hit.fix = copy(file, start, name);
    Some(hit)
}

/// The literal of a subtest that lets the loop go on: `t.Run(name, func(t *testing.T) {
/// t.Parallel() … })`.
fn parallel<'p>(file: &GoFile, call: Node<'p>) -> Option<Node<'p>> {
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    let named =
        |it: Node<'p>, name| it.field(Field::Field).is_some_and(|it| file.text_of(it) == name);
    if !file.is_test() || !named(callee, "Run") {
        return None;
    }
    let literal = call.arguments().last().filter(|it| it.is(Kind::FuncLiteral))?;
    let body = literal.field(Field::Body)?;
    let is_parallel = |it: Node<'p>| {
        let call = it.parts().next().filter(|_| it.is(Kind::ExpressionStatement));
        call.and_then(GoNode::callee).is_some_and(|it| named(it, "Parallel"))
    };
    let first = body.statements().position(is_parallel)?;
    (first < 3).then_some(literal)
}

/// A literal that runs when the loop has ended.
fn later<'p>(file: &'p GoFile, place: &Place<'p, '_>, literal: Node<'p>) -> Option<Hit<'p>> {
    let scopes = file.scopes();
    let node = place.node;
    let loops: Vec<_> = scopes.loops_at(node.start_byte()).map(|it| it.span).collect();
    let body = literal.field(Field::Body)?;
    let used = scopes.uses_in(body.span()).iter().find(|it| {
        let binding = it.binding().map(|it| scopes.binding(it));
        binding.is_some_and(|it| {
            let own = loops.iter().any(|l| l.encloses(it.name));
            it.kind == BindingKind::LoopVar && own && !body.span().encloses(it.name)
        })
    })?;
    // What the iteration itself ends with runs before the next one.
    let name = file.node(used.span, Kind::Identifier)?;
    if leaves(place, loops.first()?.end as usize) {
        return None;
    }
    let variable = file.slice(used.span);
    let mut hit = Hit::at(file, name).var("VAR", variable).with(file, node, Role::Start);
    hit.fix = copy(file, node, variable);
    Some(hit)
}

/// Whether the list of statements around the place ends the loop.
fn leaves(place: &Place<'_, '_>, end_of_loop: usize) -> bool {
    let lists = place.ancestors.iter().rev().take_while(|it| it.end_byte() <= end_of_loop);
    lists.filter(|it| it.is(Kind::StatementList)).any(|it| {
        let last = it.statements().last();
        last.is_some_and(|it| matches!(it.go_kind(), Kind::ReturnStatement | Kind::BreakStatement))
    })
}

/// The edit that copies the variable in front of the statement.
fn copy(file: &GoFile, node: Node<'_>, name: &str) -> Option<Fix> {
    let around = node.ancestors(file.root());
    let mut statement = node;
    let mut around = around.iter();
    let list = loop {
        let parent = around.next()?;
        match parent.go_kind() {
            Kind::StatementList => break parent,
            Kind::ExpressionStatement => statement = *parent,
            _ => return None,
        }
    };
    let first = list.statements().next()?;
    let text = file.text();
    let start = text[..first.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    let indent = text.get(start..first.start_byte())?;
    let line = text[first.start_byte()..].lines().next().unwrap_or_default();
    let alone = indent.trim().is_empty() && statement.start_byte() >= first.start_byte();
    if !alone || line.contains("//") {
        return None;
    }
    let span = crate::golang::Span::new(first.start_byte(), first.start_byte() + line.len());
    let code = format!("{name} := {name}\n{indent}{line}");
    Some(Fix::replacing(file, span, &code).without_carriage_returns())
}
