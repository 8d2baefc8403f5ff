//! A field is changed while its lock is only held for reading, which any number may do at a time.

use crate::golang::{Field, GoNode, Kind, Place};
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::object::is_exported;
use crate::rules::release::METHODS;
use crate::rules::start::once;
use crate::rules::state::{
    Guard, Hold, Privacy, Touch, guarded_fields, guards, hold, is_meant, struct_of,
};
use crate::rules::survey::At;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::TypeSpec], vars: &["PLACE", "LOCK"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let spec = At { file: place.file, node: place.node };
    let body = place.node.field(Field::Type).filter(|it| it.is(Kind::StructType));
    if spec.file.is_test() || !body.is_some_and(|it| spec.file.text_of(it).contains("Mutex")) {
        return Vec::new();
    }
    let Some(of) = struct_of(context, spec) else { return Vec::new() };
    let guards = guards(context, &of);
    let mut hits = Vec::new();
    for (object, ..) in guarded_fields(context, &of).into_iter().filter(|_| !guards.is_empty()) {
        let Some(all) = context.touches(object) else { continue };
        for touch in all.iter().filter(|it| it.doing.changes() && !it.at.file.is_test()) {
            hits.extend(guards.iter().find_map(|guard| {
                // What nobody else touches under the whole lock may belong to one goroutine, if
                // only the package calls the function.
                let others = |it: &&Touch<'p>| {
                    it.at.declaration() != touch.at.declaration()
                        && hold(context, it, guard) == Hold::Write
                };
                let hit = changed(context, touch, guard)?;
                let called = touch.at.declaration()?.field(Field::Name)?;
                let open = is_exported(touch.at.file.text_of(called));
                (open || all.iter().any(|it| others(&it))).then_some(hit)
            }));
        }
    }
    hits
}

/// A change under the read lock.
fn changed<'p>(context: &Context<'p>, touch: &Touch<'p>, guard: &Guard<'p>) -> Option<Hit<'p>> {
    let At { file, node } = touch.at;
    if hold(context, touch, guard) != Hold::Read || touch.privacy(context) != Privacy::Published {
        return None;
    }
    // Another lock may be what keeps the writers apart.
    let outwards: Vec<_> = touch.around.iter().rev().copied().collect();
    let held = context.locksets()?.held(context, touch.at);
    if held.iter().any(|it| it.write) || once(context, file, &outwards) || is_meant(file, node) {
        return None;
    }
    let operand = file.text_of(touch.operand()?);
    let mut hit = Hit::at(file, node)
        .var("PLACE", file.text_of(node))
        .var("LOCK", format!("{operand}.{}", guard.name));
    // Where the lock is taken, if that is in sight.
    let function = touch.at.declaration()?;
    let taken = function.descendants().take_while(|it| it.start_byte() < node.start_byte());
    let taken = taken.filter(|it| {
        let name = it.callee().and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| METHODS.contains(&file.text_of(it)) && file.text_of(it) == "RLock")
    });
    if let Some(it) = taken.last() {
        hit = hit.with(file, it, Role::Acquire);
    }
    Some(hit)
}
