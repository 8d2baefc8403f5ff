//! The only `delete` from a map that outlives the call, which a change takes away.

use crate::golang::{AccessPath, Field, GoNode, ItemKind, Kind, Node, Root};
use crate::rules::engine::Hit;
use crate::rules::survey::At;
use crate::rules::versions::{Changed, Comparing, Loss, Side, Statement};

pub(in crate::rules) const NATIVE: Comparing = Comparing { vars: &["CALL", "MAP"], check };

/// How many places of the map are looked at.
const PLACES: usize = 400;

fn check<'p>(changed: &Changed<'_, 'p>) -> Vec<Loss<'p>> {
    changed.gone.iter().filter_map(|it| found(changed, it)).collect()
}

fn found<'p>(changed: &Changed<'_, 'p>, statement: &Statement<'p>) -> Option<Loss<'p>> {
    let (base, head) = (&changed.base, &changed.head);
    let call = statement.expression()?;
    let map = deleted_from(base, call)?;
    let path = AccessPath::of(base.file(), map)?;
    // A field, or a variable of the package: what lives on.
    let field = match (&path.root, path.last()) {
        (_, Some(it)) if it != "[]" => it,
        (Root::Outer(name), None) => name,
        _ => return None,
    };
    let around = statement.node.ancestors(base.file().root());
    if around.iter().any(|it| changed.is_gone(*it)) {
        return None;
    }
    let survey = head.context.survey()?;
    let selected = survey.selectors(field).iter().take(PLACES).copied();
    let named =
        survey.names(field).iter().take(PLACES).filter_map(|(file, span)| {
            Some(At { file, node: file.node(*span, Kind::Identifier)? })
        });
    let places: Vec<At<'p>> = match path.last() {
        Some(_) => selected.collect(),
        None => named.collect(),
    };
    if places.len() >= PLACES || places.iter().any(|it| shrinks(*it)) {
        return None;
    }
    let grows = places.into_iter().find(|it| grows(*it))?;
    let hit =
        Hit::at(grows.file, grows.node).var("CALL", base.text(call)).var("MAP", base.text(map));
    Some(Loss { hit, removed: statement.node.lines() })
}

/// The map that a call of `delete` takes something from.
fn deleted_from<'p>(side: &Side<'_, 'p>, call: Node<'p>) -> Option<Node<'p>> {
    let is_delete =
        call.is(Kind::CallExpression) && call.callee().is_some_and(|it| side.text(it) == "delete");
    call.arguments().next().filter(|_| is_delete)
}

/// Whether the map loses entries here, is replaced, or gets out of sight.
fn shrinks(at: At<'_>) -> bool {
    let around = at.around();
    let Some(parent) = around.first() else { return true };
    match parent.go_kind() {
        // Given to a function: `delete`, `clear`, `maps.DeleteFunc`, or one that may do the like.
        Kind::ArgumentList => {
            let call = around.get(1).and_then(|it| it.callee()).map(|it| at.file.text_of(it));
            call != Some("len")
        }
        Kind::UnaryExpression | Kind::ReturnStatement | Kind::SelectorExpression => true,
        Kind::ExpressionList => match around.get(1).map(|it| it.go_kind()) {
            Some(Kind::AssignmentStatement) => !is_first(at, &around),
            Some(Kind::ShortVarDeclaration | Kind::ReturnStatement) => true,
            _ => false,
        },
        _ => false,
    }
}

/// Whether it is made in a constructor: the first value, not another one.
fn is_first(at: At<'_>, around: &[Node<'_>]) -> bool {
    let function = around.iter().rfind(|it| it.go_kind().is_function());
    let name = function.and_then(|it| it.field(Field::Name)).map(|it| at.file.text_of(it));
    let item = at
        .file
        .items()
        .iter()
        .find(|it| it.kind == ItemKind::Function && it.span.encloses(at.node.span()));
    item.is_some() && name.is_some_and(|it| it.to_ascii_lowercase().starts_with("new"))
}

/// Whether the map gets an entry here: `m[k] = v`.
fn grows(at: At<'_>) -> bool {
    let around = at.around();
    let index = around.first().filter(|it| it.is(Kind::IndexExpression));
    let assigned = around.get(2).filter(|it| it.is(Kind::AssignmentStatement));
    index.zip(assigned).is_some_and(|(index, it)| {
        !at.file.is_test()
            && it.field(Field::Left).is_some_and(|it| it.span().encloses(index.span()))
    })
}
