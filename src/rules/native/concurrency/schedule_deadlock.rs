//! Goroutines that wait for good under a schedule that was found by running the code step by step.

use crate::golang::{Kind as Node, Place};
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::explore::{Kind, hits};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Node::FunctionDeclaration], vars: &["WAIT", "ENTRY", "STEPS"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let is_wait = |it: Kind| matches!(it, Kind::Deadlock | Kind::Leak);
    hits(context, place, is_wait, "WAIT", Role::Wait)
}
