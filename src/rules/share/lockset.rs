//! The locks that are held at an access.

use crate::golang::PointId;

use super::access::Access;
use super::event::Thing;
use super::thread::{Form, Thread};

/// A lock or an unlock.
pub(super) struct Locking {
    pub(super) byte: usize,
    pub(super) form: Form,
    pub(super) locks: bool,
    pub(super) of: Thing,
}

/// Whether a method of this name takes or gives back a lock.
pub(super) fn locking(name: &str) -> Option<bool> {
    let name = name.to_ascii_lowercase();
    if name.contains("unlock") {
        Some(false)
    } else {
        (name.contains("lock") && !name.contains("block") && !name.contains("clock"))
            .then_some(true)
    }
}

/// The locks that are held whenever control comes to the access.
pub(super) fn held<'t>(thread: &'t Thread<'_>, access: &Access<'_>) -> Vec<&'t Thing> {
    let flow = thread.flow;
    let byte = access.name.start_byte();
    let here = |it: &&Locking| it.form == access.form;
    let locks = thread.locks.iter().filter(|it| it.locks).filter(here);
    let is_held = |lock: &&Locking| {
        let same = |it: &&Locking| it.of.meets(&lock.of);
        let Some(at) = thread.point_at(lock.byte, lock.form) else { return false };
        if at == access.point {
            // A literal that is called where it stands, or at the end.
            let between = lock.byte..byte;
            let unlocked = thread.locks.iter().filter(|it| !it.locks && it.form == lock.form);
            return lock.byte < byte && !unlocked.filter(same).any(|it| between.contains(&it.byte));
        }
        if access.form != Form::Here {
            return false;
        }
        let mut from = vec![PointId::ENTRY];
        let mut locked = vec![false; flow.size()];
        for it in thread.locks.iter().filter(|it| it.form == Form::Here).filter(same) {
            let Some(point) = flow.at(it.byte) else { continue };
            if it.locks {
                locked[point.index()] = true;
            } else {
                from.push(point);
            }
        }
        !flow.reach(from, |it| locked[it.index()])[access.point.index()]
    };
    locks.filter(is_held).map(|it| &it.of).collect()
}
