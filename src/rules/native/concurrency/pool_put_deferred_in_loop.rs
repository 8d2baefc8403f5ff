//! `defer pool.Put(x)` in a loop: it runs when the function returns, not per iteration.

use crate::golang::types::Type;
use crate::golang::{Access, Field, GoFile, GoNode, Kind, Loop, Node, Place, Resolved};
use crate::model::Severity;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::{End, end, end_of_statement, own_nodes};
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::DeferStatement], vars: &["POOL"], check };

/// Loops with fewer iterations, visible in the code, cost too little to talk about.
const FEW: u64 = 8;

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, defer) = (place.file, place.node);
    let put = put(file, defer)?;
    let pool = put.callee()?.field(Field::Operand)?;
    let scopes = file.scopes();
    if !context.affords(file, place.ancestors.len()) {
        return None;
    }
    let repeated = scopes.loops_at(defer.start_byte()).find_map(|it| {
        let node = file.node(it.span, Kind::ForStatement)?;
        let repeats = !is_left(file, defer, node, place.ancestors) && !is_short(file, node);
        repeats.then_some((it, node))
    });
    let (the_loop, node) = repeated?;
    if !context.types.callee(file, put).is_method("sync", "Pool", "Put") {
        return None;
    }
    let object = put.arguments().next().filter(|it| it.is(Kind::Identifier));
    let uses = object.and_then(|it| file.resolve(it).local());
    let uses = uses.map_or(0, |it| scopes.uses_of(it).count());
    if !context.affords(file, uses) || object.is_some_and(|it| outlives(file, it, the_loop)) {
        return None;
    }
    let mut hit = Hit::at(file, defer).var("POOL", file.text_of(pool)).with(file, node, Role::Loop);
    if !is_endless(context, file, node) {
        hit.severity = Severity::Warning;
    }
    if defer.part(Kind::CallExpression).is_some_and(|it| it.id() == put.id()) {
        hit.fix = object.and_then(|it| move_to_end(file, defer, put, it, place.ancestors));
    }
    Some(hit)
}

/// The `Put` call that the statement defers, itself or in a literal.
fn put<'p>(file: &'p GoFile, defer: Node<'p>) -> Option<Node<'p>> {
    let is_put = |call: &Node<'p>| {
        let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression));
        let name = callee.and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| file.text_of(it) == "Put") && call.arguments().count() == 1
    };
    let call = defer.part(Kind::CallExpression)?;
    if is_put(&call) {
        return Some(call);
    }
    let literal = call.callee().filter(|it| it.is(Kind::FuncLiteral))?;
    own_nodes(literal).find(|it| it.is(Kind::CallExpression) && is_put(it))
}

/// Whether every way from the defer leaves the loop, so that it defers at most once.
fn is_left(file: &GoFile, defer: Node<'_>, the_loop: Node<'_>, around: &[Node<'_>]) -> bool {
    let inside = around.iter().rev().take_while(|it| it.id() != the_loop.id());
    // Inside a switch, a select or another loop, `break` means that one.
    let mut breakable = true;
    for list in inside {
        match list.go_kind() {
            Kind::StatementList => {}
            Kind::ForStatement
            | Kind::ExpressionSwitchStatement
            | Kind::TypeSwitchStatement
            | Kind::SelectStatement => {
                breakable = false;
                continue;
            }
            _ => continue,
        }
        for statement in list.statements().filter(|it| it.start_byte() >= defer.end_byte()) {
            let goes_on = own_nodes(statement).any(|it| it.is(Kind::ContinueStatement));
            if goes_on {
                return false;
            }
            match end_of_statement(file, statement) {
                End::Return | End::Exit => return true,
                End::Break(None) if breakable => return true,
                End::Break(_) | End::Continue(_) | End::Goto => return false,
                End::Falls => {}
            }
        }
    }
    false
}

/// Whether the head of the loop shows that it runs a few times only.
fn is_short(file: &GoFile, the_loop: Node<'_>) -> bool {
    let number = |it: Node<'_>| file.text_of(it).parse::<u64>().ok();
    let bound = match head(the_loop) {
        Some(it) if it.is(Kind::ForClause) => it
            .field(Field::Condition)
            .filter(|it| matches!(it.operator(), Some("<" | "<=")))
            .and_then(|it| it.field(Field::Right))
            .and_then(number),
        Some(it) if it.is(Kind::RangeClause) => {
            let over = it.field(Field::Right).map(GoNode::unparen);
            match over.map(GoNode::go_kind) {
                Some(Kind::IntLiteral) => over.and_then(number),
                Some(Kind::CompositeLiteral) => over
                    .and_then(|it| it.field(Field::Body))
                    .and_then(|it| u64::try_from(it.parts().count()).ok()),
                _ => None,
            }
        }
        _ => None,
    };
    bound.is_some_and(|it| it <= FEW)
}

/// What stands between `for` and the body.
fn head(the_loop: Node<'_>) -> Option<Node<'_>> {
    the_loop.parts().find(|it| !it.is(Kind::Block))
}

/// Whether the loop ends only when somebody ends it: no condition, or a range over a channel.
fn is_endless<'p>(context: &Context<'p>, file: &'p GoFile, the_loop: Node<'p>) -> bool {
    let Some(head) = head(the_loop) else { return true };
    match head.go_kind() {
        Kind::ForClause => head.field(Field::Condition).is_none(),
        Kind::RangeClause => head.field(Field::Right).is_some_and(|it| {
            let over = context.types.of(file, it);
            matches!(context.types.underlying(&over), Type::Chan(..))
        }),
        _ => false,
    }
}

/// Whether the object visibly lives on after its iteration: then it must not go back earlier.
fn outlives(file: &GoFile, object: Node<'_>, the_loop: &Loop) -> bool {
    let scopes = file.scopes();
    let Resolved::Local(id, _) = file.resolve(object) else { return false };
    let escapes = |name: Node<'_>| {
        let around = name.ancestors(file.root());
        let Some(parent) = around.first() else { return false };
        let outside = |target: Node<'_>| {
            let root = root_of(target);
            file.resolve(root)
                .local()
                .is_none_or(|it| !the_loop.span.encloses(scopes.binding(it).name))
        };
        match parent.go_kind() {
            // `&x` and a list of values change nothing about where it goes.
            Kind::ArgumentList => around
                .get(1)
                .and_then(|it| it.callee())
                .is_some_and(|it| matches!(file.resolve(it), Resolved::Outer("append"))),
            Kind::SendStatement | Kind::ReturnStatement => true,
            Kind::LiteralElement | Kind::KeyedElement => true,
            Kind::ExpressionList => match around.get(1) {
                Some(it) if it.is(Kind::AssignmentStatement) => {
                    let left = it.field(Field::Left);
                    let value = it.field(Field::Right).is_some_and(|it| it.id() == parent.id());
                    value && left.is_some_and(|it| it.parts().any(&outside))
                }
                Some(it) => it.is(Kind::ReturnStatement),
                None => false,
            },
            _ => false,
        }
    };
    let uses = scopes.uses_of(id).filter(|it| the_loop.span.encloses(it.span));
    uses.filter_map(|it| file.node(it.span, Kind::Identifier)).any(escapes)
}

/// The variable at the beginning of `a.b[i].c`.
fn root_of(mut node: Node<'_>) -> Node<'_> {
    while let Some(inner) = node.field(Field::Operand) {
        node = inner.unparen();
    }
    node
}

/// The edit that moves the call to the end of the iteration, where nothing leaves it before and
/// nobody visibly holds the object longer.
fn move_to_end<'p>(
    file: &'p GoFile,
    defer: Node<'p>,
    put: Node<'p>,
    object: Node<'p>,
    around: &[Node<'p>],
) -> Option<Fix> {
    let list = around.last().filter(|it| it.is(Kind::StatementList))?;
    let body = around.iter().rev().nth(1).filter(|it| it.is(Kind::Block))?;
    around.iter().rev().nth(2).filter(|it| it.is(Kind::ForStatement))?;
    if end(file, *body) != End::Falls {
        return None;
    }
    let rest: Vec<_> = list.statements().filter(|it| it.start_byte() >= defer.end_byte()).collect();
    let leaves = |it: Node<'_>| {
        matches!(
            it.go_kind(),
            Kind::ReturnStatement
                | Kind::BreakStatement
                | Kind::ContinueStatement
                | Kind::GotoStatement
                | Kind::GoStatement
                | Kind::DeferStatement
                | Kind::FuncLiteral
                | Kind::LabeledStatement
        )
    };
    if rest.iter().any(|it| it.descendants().any(leaves)) {
        return None;
    }
    // The deferred call has taken its argument; the moved one takes what is there at the end.
    let id = file.resolve(object).local()?;
    let changed = file.scopes().uses_of(id).any(|it| {
        let later = it.span.start as usize >= defer.end_byte();
        later && it.access != Access::Read
    });
    let last = rest.last().map_or(defer, |it| *it);
    if changed || !alone_on_its_lines(file, defer, last) {
        return None;
    }
    let text = file.text();
    let start = text[..defer.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    let indent = &text[start..defer.start_byte()];
    let between = text.get(defer.end_byte()..last.end_byte()).unwrap_or_default();
    let between = between.strip_prefix("\r\n").or(between.strip_prefix('\n')).unwrap_or(between);
    let call = file.text_of(put);
    let mut fix = Fix::replacing(file, (defer.start_byte()..last.end_byte()).into(), "");
    let kept = if between.is_empty() { String::new() } else { format!("{between}\n") };
    fix.replacement = format!("{kept}{indent}{call}").replace('\r', "");
    Some(fix)
}

/// Whether the lines hold nothing else than these statements.
fn alone_on_its_lines(file: &GoFile, first: Node<'_>, last: Node<'_>) -> bool {
    let text = file.text();
    let before = text[..first.start_byte()].rsplit('\n').next().unwrap_or_default();
    let after_first = text[first.end_byte()..].split('\n').next().unwrap_or_default();
    let after = text[last.end_byte()..].split('\n').next().unwrap_or_default();
    [before, after_first, after].iter().all(|it| it.trim().is_empty())
}
