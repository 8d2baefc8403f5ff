//! A test's goroutine that ends itself instead of the test, or that speaks when the test is over.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::Confidence;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::Start;
use crate::rules::survey::At;
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::GoStatement, Kind::CallExpression], vars: &["CALL"], check };

/// Methods that end the goroutine that calls them, with what to call instead.
const ENDING: &[(&str, &str)] = &[
    ("Fatal", "Error"),
    ("Fatalf", "Errorf"),
    ("FailNow", "Fail"),
    ("Skip", ""),
    ("Skipf", ""),
    ("SkipNow", ""),
];

const REQUIRE: &str = "github.com/stretchr/testify/require";

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, node) = (place.file, place.node);
    let may_start = node.is(Kind::GoStatement)
        || node
            .callee()
            .and_then(|it| it.field(Field::Field))
            .is_some_and(|it| matches!(file.text_of(it), "Go" | "TryGo"));
    if !file.imports_path("testing") || !may_start || !context.affords(file, 6) {
        return Vec::new();
    }
    let Some(start) = Start::of(&context.types, At { file, node }) else { return Vec::new() };
    if !start.is_inline() {
        return Vec::new();
    }
    let calls = own_nodes(start.body.node).filter(|it| it.is(Kind::CallExpression));
    // One word a goroutine is enough.
    let ending = calls.into_iter().find_map(|it| Some((it, ends(context, &start, it)?)));
    let Some((call, name)) = ending else { return Vec::new() };
    let callee = call.callee().map_or("", |it| file.text_of(it));
    let mut hit = Hit::at(file, call).var("CALL", callee).with(file, node, Role::Start);
    if name == REQUIRE {
        hit.confidence = Confidence::Low;
    }
    hit.fix = fix(file, call, name);
    vec![hit]
}

/// How a call ends the goroutine; `None` for calls that do not.
fn ends<'p>(context: &Context<'p>, start: &Start<'p>, call: Node<'p>) -> Option<&'static str> {
    let file = start.body.file;
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    if let Some((path, name)) = file.qualified(callee) {
        let first = call.arguments().next()?;
        let of = context.types.of(file, first);
        let tests = matches!(of.behind().foreign_name(), Some(("testing", "T" | "B" | "TB")));
        return (path == REQUIRE && name.starts_with(char::is_uppercase) && tests)
            .then_some(REQUIRE);
    }
    let called = file.text_of(callee.field(Field::Field)?);
    let (name, _) = ENDING.iter().find(|it| it.0 == called)?;
    let operand = callee.field(Field::Operand)?;
    let of = context.types.of(file, operand);
    let tests = matches!(of.behind().foreign_name(), Some(("testing", "T" | "B" | "TB" | "F")));
    // A goroutine that runs a subtest has that one's own `t`.
    let id = file.resolve(operand.unparen()).local()?;
    let outer = !start.body.node.span().encloses(file.scopes().binding(id).name);
    (tests && outer && context.affords(file, 2)).then_some(*name)
}

/// `t.Error(…); return` in the place of `t.Fatal(…)`, where the goroutine gives nothing back.
fn fix(file: &GoFile, call: Node<'_>, name: &str) -> Option<Fix> {
    let instead = ENDING.iter().find(|it| it.0 == name)?.1;
    if instead.is_empty() {
        return None;
    }
    let around = call.ancestors(file.root());
    let statement = around.first().filter(|it| it.is(Kind::ExpressionStatement))?;
    around.get(1).filter(|it| it.is(Kind::StatementList))?;
    let literal = around.iter().find(|it| it.is(Kind::FuncLiteral))?;
    if literal.field(Field::Result).is_some() {
        return None;
    }
    let text = file.text();
    let start = text[..statement.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    let indent = text.get(start..statement.start_byte())?;
    let rest = text[statement.end_byte()..].lines().next().unwrap_or_default();
    if !indent.trim().is_empty() || !rest.trim().is_empty() {
        return None;
    }
    let callee = call.callee()?.field(Field::Field)?;
    let (before, after) = (
        text.get(statement.start_byte()..callee.start_byte())?,
        text.get(callee.end_byte()..statement.end_byte())?,
    );
    let code = format!("{before}{instead}{after}\n{indent}return");
    Some(Fix::replacing(file, statement.span(), &code).without_carriage_returns())
}
