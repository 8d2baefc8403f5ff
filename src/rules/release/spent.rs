//! Conditions that tell that there is nothing left to give back.

use crate::golang::{Edge, Field, GoNode, Kind, PointId, Use, What};

use super::kinds::Idle;
use super::{Holding, Resource};

/// Notes what a condition says of the resource that it mentions.
pub(super) fn note_spent(holding: &mut Holding<'_>, used: &Use, at: PointId, resource: &Resource) {
    let (file, flow) = (holding.file, holding.flow);
    let (point, name) = (flow.point(at), file.slice(used.span));
    let is = |text: &str, field: &str| {
        text.strip_prefix(name).and_then(|it| it.strip_prefix('.')) == Some(field)
    };
    if point.what == What::Condition {
        let text = file.slice(point.span);
        if resource.exhausts.is_some_and(|it| is(text, &format!("{it}()"))) {
            holding.spent.insert((at, Edge::False));
        }
        let Some(node) = file.node(point.span, point.kind) else { return };
        let sides = node.field(Field::Left).zip(node.field(Field::Right));
        let Some((left, right)) = sides.filter(|_| node.is(Kind::BinaryExpression)) else { return };
        let tells =
            |it: &&Idle| is(file.text_of(left), it.field) && it.with.contains(&file.text_of(right));
        let Some(idle) = resource.idle.iter().find(tells) else { return };
        match node.operator() {
            Some("==") => holding.spent.insert((at, yes(idle.equal))),
            Some("!=") => holding.spent.insert((at, yes(!idle.equal))),
            _ => false,
        };
        return;
    }
    // `switch resp.StatusCode { case http.StatusNoContent: … }`
    let Some(name) = file.node(used.span, Kind::Identifier) else { return };
    let around = name.ancestors(file.root());
    let Some([tag, switch, ..]) = around.get(..2) else { return };
    let idle = resource.idle.iter().find(|it| is(file.text_of(*tag), it.field) && it.equal);
    let Some(idle) = idle.filter(|_| switch.is(Kind::ExpressionSwitchStatement)) else { return };
    let mut spent = Vec::new();
    for (id, point) in flow.points() {
        let own = point.what == What::Case && switch.span().encloses(point.span);
        if own && idle.with.contains(&file.slice(point.span)) {
            spent.push((id, Edge::True));
        }
    }
    holding.spent.extend(spent);
}

fn yes(holds: bool) -> Edge {
    if holds { Edge::True } else { Edge::False }
}
