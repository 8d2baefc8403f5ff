//! The nodes near another: below it, around it, before and behind it.

use crate::golang::{GoNode, Kind, Node};

use super::fit::Env;
use super::shape::is_wrapper;
use super::solve::{Near, Side, Site, Spot, Until};

impl<'p> Site<'p, '_> {
    /// Whether `found` holds for a node near the spot, in the order of their distance.
    pub(super) fn near(
        &self,
        near: &Near,
        spot: Spot<'p, '_>,
        env: &mut Env<'p>,
        found: &mut dyn FnMut(Spot<'p, '_>, &mut Env<'p>) -> bool,
    ) -> bool {
        match near.side {
            Side::Below => self.below(&near.until, spot, env, found),
            Side::Around => {
                for (at, node) in spot.around.iter().enumerate().rev() {
                    let spot = Spot { node: *node, around: &spot.around[..at] };
                    if !self.meter.take(1) {
                        return false;
                    }
                    if found(spot, env) {
                        return true;
                    }
                    let closed = match near.until {
                        Until::Neighbor => true,
                        Until::Function => node.go_kind().is_function(),
                        Until::End | Until::Rule(_) => false,
                    };
                    if closed || self.stops(&near.until, spot, env) {
                        return false;
                    }
                }
                false
            }
            Side::Before | Side::Behind => self.beside(near, spot, env, found),
        }
    }

    fn below(
        &self,
        until: &Until,
        spot: Spot<'p, '_>,
        env: &mut Env<'p>,
        found: &mut dyn FnMut(Spot<'p, '_>, &mut Env<'p>) -> bool,
    ) -> bool {
        let mut path: Vec<Node<'p>> = spot.around.to_vec();
        let top = path.len();
        let mut nodes = spot.node.descendants();
        let mut last: Option<Node<'p>> = None;
        if !self.meter.take(top) {
            return false;
        }
        while let Some(node) = nodes.next() {
            if !self.meter.take(1) {
                return false;
            }
            let depth = top + nodes.depth();
            // What came last is around this one where this one is deeper.
            if let Some(last) = last.filter(|_| path.len() < depth) {
                path.push(last);
            }
            path.truncate(depth);
            last = Some(node);
            if depth == top {
                continue;
            }
            if !node.is_named() || node.is_extra() {
                nodes.skip_below();
                continue;
            }
            let here = Spot { node, around: &path };
            if found(here, env) {
                return true;
            }
            let closed = match until {
                Until::Neighbor => true,
                Until::Function => node.go_kind().is_function(),
                Until::End | Until::Rule(_) => node.go_kind().is_string(),
            };
            if closed || self.stops(until, here, env) {
                nodes.skip_below();
            }
        }
        false
    }

    fn beside(
        &self,
        near: &Near,
        spot: Spot<'p, '_>,
        env: &mut Env<'p>,
        found: &mut dyn FnMut(Spot<'p, '_>, &mut Env<'p>) -> bool,
    ) -> bool {
        // A call that is a statement has that statement's neighbours.
        let Some(up) = spot.around.iter().rposition(|it| !is_single(it.go_kind())) else {
            return false;
        };
        let (parent, around) = (spot.around[up], &spot.around[..=up]);
        let own = spot.around.get(up + 1).copied().unwrap_or(spot.node);
        if !self.meter.take(parent.child_count() as usize) {
            return false;
        }
        let mut all: Vec<_> = match near.side {
            Side::Before => parent.parts().take_while(|it| it.id() != own.id()).collect(),
            _ => parent.parts().skip_while(|it| it.id() != own.id()).skip(1).collect(),
        };
        if near.side == Side::Before {
            all.reverse();
        }
        let mut inner = around.to_vec();
        for node in all {
            if !self.meter.take(1 + inner.len()) {
                return false;
            }
            let here = Spot { node, around };
            if found(here, env) {
                return true;
            }
            if is_single(node.go_kind())
                && let Some(wrapped) = node.parts().next()
            {
                inner.push(node);
                if found(Spot { node: wrapped, around: &inner }, env) {
                    return true;
                }
                inner.pop();
            }
            if matches!(near.until, Until::Neighbor) || self.stops(&near.until, here, env) {
                return false;
            }
        }
        false
    }
}

/// Whether a node of this kind stands around one other and means nothing itself.
fn is_single(kind: Kind) -> bool {
    is_wrapper(kind) && !matches!(kind, Kind::StatementList | Kind::ExpressionList)
}
