//! Whether what a variable holds visibly lives on where its variable does not.

use crate::golang::{BindingId, Field, GoFile, GoNode, Kind, Node, Resolved, Span, Use};

use super::object::root_of;

/// How many variables are followed from one to the next.
const VARIABLES: usize = 8;

/// Whether the value of a local variable, used within a region that holds its declaration, is
/// visibly kept beyond that: returned, sent, put into a list or a structure, captured by a literal
/// that may run later, or assigned to a variable from outside. What is made around
/// the value (`json.NewDecoder(f)`) and put into a variable is followed.
///
/// `affords` says whether some looks at nodes by their positions can still be paid.
pub(super) fn outlives(
    file: &GoFile,
    id: BindingId,
    region: Span,
    affords: &dyn Fn(usize) -> bool,
) -> bool {
    let scopes = file.scopes();
    let mut variables = vec![id];
    let mut at = 0;
    while let Some(id) = variables.get(at).copied() {
        at += 1;
        for it in scopes.uses_of(id).filter(|it| region.encloses(it.span)) {
            if !affords(2) {
                return true;
            }
            match goes(file, it, region) {
                Goes::Nowhere => {}
                Goes::Away => return true,
                Goes::Into(more) => variables.extend(more),
            }
        }
        variables.dedup();
        if variables.len() > VARIABLES {
            return true;
        }
    }
    false
}

/// Where a use takes the value.
enum Goes {
    Nowhere,
    Away,
    Into(Vec<BindingId>),
}

fn goes(file: &GoFile, used: &Use, region: Span) -> Goes {
    let Some(name) = file.node(used.span, Kind::Identifier) else { return Goes::Nowhere };
    let around = name.ancestors(file.root());
    let inside = || around.iter().take_while(|it| region.encloses(it.span()));
    let captured = inside().position(|it| it.is(Kind::FuncLiteral));
    if captured.is_some_and(|at| !is_called(&around, at)) {
        return Goes::Away;
    }
    let mut value = name;
    let mut at = 0;
    loop {
        let Some(parent) = around.get(at) else { return Goes::Nowhere };
        match parent.go_kind() {
            Kind::ParenthesizedExpression | Kind::ExpressionStatement => {}
            Kind::UnaryExpression if parent.operator() == Some("&") => {}
            Kind::ArgumentList => {
                let Some(call) = around.get(at + 1) else { return Goes::Nowhere };
                let Some(callee) = call.callee() else { return Goes::Nowhere };
                if matches!(file.resolve(callee), Resolved::Outer("append")) {
                    return Goes::Away;
                }
                if !wraps(file, callee) {
                    return Goes::Nowhere;
                }
                at += 1;
                value = *call;
            }
            Kind::SendStatement | Kind::ReturnStatement => return Goes::Away,
            Kind::LiteralElement | Kind::KeyedElement => return Goes::Away,
            Kind::ExpressionList => {
                return around
                    .get(at + 1)
                    .map_or(Goes::Nowhere, |it| listed(file, *it, *parent, region));
            }
            Kind::VarSpec => return listed(file, *parent, value, region),
            _ => return Goes::Nowhere,
        }
        at += 1;
    }
}

/// Where a list of values goes.
fn listed(file: &GoFile, statement: Node<'_>, list: Node<'_>, region: Span) -> Goes {
    let scopes = file.scopes();
    let is_value = |field| statement.field(field).is_some_and(|it| it.id() == list.id());
    match statement.go_kind() {
        Kind::ReturnStatement => Goes::Away,
        Kind::AssignmentStatement | Kind::ShortVarDeclaration if is_value(Field::Right) => {
            let mut into = Vec::new();
            for target in statement.field(Field::Left).into_iter().flat_map(GoNode::parts) {
                let target = target.unparen();
                if file.text_of(target) == "_" {
                    continue;
                }
                // What is kept in a part of something lives as long as that.
                let id = match file.resolve(root_of(target)) {
                    Resolved::Local(id, _) if region.encloses(scopes.binding(id).name) => id,
                    _ => return Goes::Away,
                };
                into.push(id);
            }
            Goes::Into(into)
        }
        Kind::VarSpec => {
            let names = statement.parts().filter(|it| it.is(Kind::Identifier));
            Goes::Into(names.filter_map(|it| scopes.declared_at(it.span())).collect())
        }
        _ => Goes::Nowhere,
    }
}

/// Whether the function makes something around what it is given, judged by its name as people
/// choose it: `json.NewDecoder`, `io.TeeReader`, `bufio.NewScanner`.
fn wraps(file: &GoFile, callee: Node<'_>) -> bool {
    const MADE: &[&str] =
        &["Reader", "Writer", "Closer", "Scanner", "Decoder", "Encoder", "Buffer"];
    let name = match callee.go_kind() {
        Kind::SelectorExpression => callee.field(Field::Field).map_or("", |it| file.text_of(it)),
        _ => file.text_of(callee),
    };
    ["New", "new", "With", "Wrap", "wrap"].iter().any(|it| name.starts_with(it))
        || MADE.iter().any(|it| name.ends_with(it))
}

/// Whether the literal at this index is called where it stands, by `go` or `defer` too.
fn is_called(around: &[Node<'_>], at: usize) -> bool {
    let mut outer = around[at + 1..].iter().skip_while(|it| it.is(Kind::ParenthesizedExpression));
    let callee = outer.next().and_then(|it| it.callee());
    callee.is_some_and(|it| it.id() == around[at].id())
}
