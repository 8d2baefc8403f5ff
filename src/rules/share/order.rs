//! Whether anything orders what two goroutines do to a variable.

use crate::golang::{GoNode, PointId, Span, What};

use super::access::Access;
use super::event::{Event, Thing};
use super::lockset::held;
use super::thread::{Form, Thread};

/// An access, and the goroutine that makes it.
#[derive(Clone, Copy)]
pub(super) struct Side<'t, 'p> {
    pub(super) thread: &'t Thread<'p>,
    pub(super) access: &'t Access<'p>,
    /// What the end of the goroutine tells.
    pub(super) end: Option<&'t Event>,
}

impl<'t> Side<'t, '_> {
    /// What others may be told behind the access, `others` passing it on.
    fn told(&self, others: &[&'t Thread<'_>]) -> Vec<&'t Thing> {
        let thread = self.thread;
        let mut later = thread.flow.reach([self.access.point], |_| false);
        if self.access.form != Form::Here {
            later.fill(false);
        }
        let mut told: Vec<&Thing> = thread.told_from(&later, true).collect();
        told.extend(self.end.map(|it| &it.of));
        // Who is started behind the access knows of it from the beginning.
        let started: Vec<Span> = thread.started_from(&later).collect();
        let mut open: Vec<(&Thread<'_>, Vec<bool>)> = Vec::new();
        for it in others {
            let knows = started.contains(&it.function.span());
            if knows {
                told.extend(it.events.iter().filter(|it| it.releases).map(|it| &it.of));
            } else {
                open.push((it, vec![false; it.events.len()]));
            }
        }
        let mut more = true;
        while std::mem::take(&mut more) {
            for (thread, heard) in &mut open {
                let mut news = false;
                for (event, heard) in thread.events.iter().zip(heard.iter_mut()) {
                    if event.acquires && !*heard && told.iter().any(|it| it.meets(&event.of)) {
                        *heard = true;
                        news = true;
                    }
                }
                if !news {
                    continue;
                }
                more = true;
                let hearing = thread.events.iter().zip(heard.iter()).filter(|it| *it.1);
                let points = hearing.filter_map(|it| thread.point_at(it.0.byte, it.0.form));
                let later = thread.flow.reach(points, |_| false);
                told.extend(thread.told_from(&later, true));
            }
        }
        told
    }

    /// Whether the goroutine can come to its access without being told anything
    /// of the other side, as far as it is in sight; `hidden` counts what is not.
    fn comes(&self, told: &[&Thing], hidden: bool) -> bool {
        let thread = self.thread;
        let blocked = waits(thread, told, hidden, false);
        let reached = thread.flow.reach([PointId::ENTRY], |it| blocked[it.index()]);
        let to = self.access.point.index();
        reached[to] && !blocked[to]
    }
}

/// The points that control passes only once one of these has been told; what calls may wait for
/// counts if `hidden` says so, what only waits for a slot if `slots` does.
fn waits(thread: &Thread<'_>, told: &[&Thing], hidden: bool, slots: bool) -> Vec<bool> {
    let flow = thread.flow;
    let mut waits = vec![false; flow.size()];
    let here = thread.events.iter().filter(|it| it.acquires && it.form == Form::Here);
    for event in here.filter(|it| (hidden || !it.hidden) && (slots || !it.slot)) {
        let met = told.iter().any(|it| it.meets(&event.of));
        let Some(at) = flow.at(event.byte).filter(|_| met) else { continue };
        waits[at.index()] = true;
        // A loop that counts what it waits for does so as often as there is something.
        let counted = thread.counted(event.byte);
        if let Some(head) = counted.filter(|_| flow.point(at).what != What::Ready) {
            waits[head.index()] = true;
        }
    }
    waits
}

/// A function that starts goroutines, and where it starts the one in question.
pub(super) struct From<'t, 'p> {
    pub(super) thread: &'t Thread<'p>,
    pub(super) start: PointId,
    /// Where the shared variable is made: there it is another one.
    pub(super) fresh: Option<PointId>,
    /// Whether what calls may wait for counts on all sides, and conditions keep apart.
    pub(super) strict: bool,
}

impl From<'_, '_> {
    /// Whether control can come from the start to a point with the same variable, not being told.
    fn reaches(&self, to: PointId, told: &[&Thing], slots: bool) -> bool {
        let flow = self.thread.flow;
        let from = flow.next(self.start).iter().map(|it| it.0);
        let mut blocked = waits(self.thread, told, true, slots);
        // The loop that starts goroutines is not one that counts them.
        let own = self.thread.heads_around(self.start);
        own.into_iter().for_each(|it| blocked[it.index()] = false);
        if let Some(it) = self.fresh {
            blocked[it.index()] = true;
        }
        let reached = flow.reach(from, |it| blocked[it.index()]);
        // What is deferred may wait in front of what is deferred.
        let waits_at_end = to == PointId::EXIT
            && self.thread.events.iter().any(|event| {
                let waits = event.acquires && event.form == Form::Deferred;
                waits && told.iter().any(|it| it.meets(&event.of))
            });
        reached[to.index()] && !blocked[to.index()] && !waits_at_end
    }
}

/// Whether a goroutine's access and one of the function that starts it may happen at once.
pub(super) fn with_starter(
    inner: Side<'_, '_>,
    outer: Side<'_, '_>,
    from: &From<'_, '_>,
    others: &[&Thread<'_>],
) -> bool {
    // Deferred code that asks first often asks whether the function came to start anything.
    let asks = outer.access.form == Form::Deferred && outer.access.conditional;
    !asks
        && from.reaches(outer.access.point, &inner.told(others), true)
        && inner.comes(&outer.told(others), from.strict)
        && !is_locked(inner, outer)
}

/// Whether what several goroutines of one start do may happen at once.
pub(super) fn with_itself(side: Side<'_, '_>, from: &From<'_, '_>, others: &[&Thread<'_>]) -> bool {
    let told = side.told(others);
    !(side.access.chosen || from.strict && side.access.conditional)
        && from.reaches(from.start, &told, false)
        && side.comes(&told, false)
        && held(side.thread, side.access).is_empty()
}

/// Whether the accesses of two goroutines may happen at once, the second being started behind the
/// first.
pub(super) fn with_other(
    first: Side<'_, '_>,
    second: Side<'_, '_>,
    from: &From<'_, '_>,
    start: PointId,
    others: &[&Thread<'_>],
) -> bool {
    let (told, answered) = (first.told(others), second.told(others));
    from.reaches(start, &told, true)
        && second.comes(&told, from.strict)
        && first.comes(&answered, from.strict)
        && !is_locked(first, second)
}

/// Whether one lock is held on both sides.
fn is_locked(a: Side<'_, '_>, b: Side<'_, '_>) -> bool {
    let others = held(b.thread, b.access);
    held(a.thread, a.access).iter().any(|it| others.iter().any(|other| it.meets(other)))
}
