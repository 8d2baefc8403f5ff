//! What a closed program can do: its functions are run step by step, goroutine by goroutine, under
//! many schedules, without a toolchain and without a library that is not modelled here.
//!
//! This is stateless model checking with bounded preemption, as CHESS (Musuvathi et al., OSDI 2008)
//! describes it: every run begins anew and is given by its choices alone, so that whatever is found
//! comes with the schedule that shows it.
//! `lower` turns Go into the code of [`code`], `machine` runs it, `search` chooses the schedules.
//! What is not understood ends the run, and a run that ended so proves nothing.

mod code;
mod lower;
mod machine;
mod search;
mod told;

use crate::golang::Place;

use super::Role;
use super::engine::{Context, Hit};

pub(super) use machine::Kind;
pub(super) use told::{Told, told};

/// What was shown of some kinds by the entry that a place declares, as a rule says it: `name` is
/// the hole for the code to blame.
pub(super) fn hits<'p>(
    context: &Context<'p>,
    place: &Place<'p, '_>,
    is_kind: impl Fn(Kind) -> bool,
    name: &str,
    role: Role,
) -> Vec<Hit<'p>> {
    let Some(all) = context.told() else { return Vec::new() };
    let here = (&**place.file.path(), place.node.start_byte());
    let all = all.iter().filter(|it| it.entry_at == here && is_kind(it.kind));
    let hit = |it: &Told<'p>| {
        let code = it.at.file.text_of(it.at.node).lines().next().unwrap_or_default();
        let mut hit = Hit::at(it.at.file, it.at.node)
            .var(name, code.trim_end_matches('{').trim())
            .var("ENTRY", &*it.entry)
            .var("STEPS", &*it.steps);
        hit.confidence = it.confidence;
        for other in &it.others {
            hit = hit.with(other.file, other.node, role);
        }
        hit
    };
    all.map(hit).collect()
}
