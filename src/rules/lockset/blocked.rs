//! Where a function blocks while it holds a lock that the other side needs first.

use crate::golang::{AccessPath, Field, GoNode, Kind, Node, PointId, Root, What};
use crate::model::Confidence;
use crate::rules::engine::Context;
use crate::rules::flow::own_nodes;
use crate::rules::object::Object;
use crate::rules::survey::At;

use super::acquires::{innermost, name_of};
use super::call::{When, own_calls, targets, when};
use super::partner::{Channel, dones};
use super::place::{place, settled};
use super::runs::{Run, run};
use super::{How, Local, LockRef, LockSets};

/// More callers of the other side are not looked at.
const CALLERS: usize = 16;

/// One time at which a function blocks with a lock.
pub(in crate::rules) struct Blocked<'p> {
    /// What blocks, or the call that leads there.
    pub(in crate::rules) node: Node<'p>,
    /// The send, the receive or the call of `Wait`.
    pub(in crate::rules) operation: At<'p>,
    /// The lock that is held.
    pub(in crate::rules) held: LockRef<'p>,
    /// Where it was taken, if the function did that itself.
    pub(in crate::rules) taken: Option<Node<'p>>,
    /// Who could end it.
    pub(in crate::rules) partner: At<'p>,
    /// Where that waits for the lock.
    pub(in crate::rules) waits: At<'p>,
    /// How sure that is.
    pub(in crate::rules) confidence: Confidence,
}

/// What may block.
#[derive(Debug, Clone, Copy)]
struct Operation<'p> {
    at: At<'p>,
    /// The channel, or the `WaitGroup`.
    of: Node<'p>,
    does: Does,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Send,
    Receive,
    Wait,
}

/// A place at which a function waits for a lock.
struct Need<'p> {
    point: PointId,
    waits: At<'p>,
    path: Option<AccessPath>,
}

/// Who holds the lock.
struct Holder<'h, 'p> {
    function: At<'p>,
    path: Option<&'h AccessPath>,
    class: Object<'p>,
    /// The group that is waited for, if it is one.
    group: Option<Object<'p>>,
}

impl<'p> Holder<'_, 'p> {
    /// Whether a function may wait for this very lock: what a literal calls by another name than
    /// the function around it is another object.
    fn may_mean(&self, function: At<'p>, need: &Need<'p>) -> bool {
        let inside = std::ptr::eq(self.function.file, function.file)
            && self.function.node.span().encloses(function.node.span());
        let (Some(held), Some(wanted)) = (self.path, &need.path) else { return true };
        let local = |it: &AccessPath| matches!(it.root, Root::Local(_));
        !inside || !local(held) || !local(wanted) || held == wanted
    }
}

/// All of them in a function, in the order of the source.
pub(in crate::rules) fn blocked<'p>(context: &Context<'p>, function: At<'p>) -> Vec<Blocked<'p>> {
    let Some(sets) = context.locksets() else { return Vec::new() };
    let Some(local) = sets.local(function) else { return Vec::new() };
    let holds = |node: Node<'p>| local.at(node.start_byte()).is_some_and(|it| it.must != 0);
    let mut all = Vec::new();
    for operation in operations(context, function) {
        if holds(operation.at.node) {
            all.extend(one(context, sets, local, operation.at.node, operation));
        }
    }
    for (call, when) in own_calls(function.node) {
        if when != When::Now || !holds(call) {
            continue;
        }
        for target in targets(context, function.file, call).into_iter().filter(|it| it.sure) {
            let callee = target.function;
            if !context.affords_steps(callee.node.byte_range().len() as u64 / 4) {
                return all;
            }
            for operation in operations(context, callee) {
                let mut found = one(context, sets, local, call, operation);
                // What stands behind an interface may be another type's.
                if let Some(it) = found.as_mut().filter(|_| target.dynamic) {
                    it.confidence = Confidence::Low;
                }
                all.extend(found);
            }
        }
    }
    all.sort_by_key(|it| it.node.start_byte());
    all
}

/// What a function does itself that may block for good.
fn operations<'p>(context: &Context<'p>, function: At<'p>) -> Vec<Operation<'p>> {
    let At { file, node } = function;
    let mut all = Vec::new();
    for node in own_nodes(node) {
        let (of, does) = match node.go_kind() {
            Kind::SendStatement => (node.field(Field::Channel), Does::Send),
            Kind::UnaryExpression if node.operator() == Some("<-") => {
                (node.field(Field::Operand), Does::Receive)
            }
            Kind::CallExpression => {
                let callee = node.callee().filter(|it| it.is(Kind::SelectorExpression));
                let named = |it: &Node<'p>| {
                    it.field(Field::Field).is_some_and(|it| file.text_of(it) == "Wait")
                };
                let group = callee.filter(named).and_then(|it| it.field(Field::Operand));
                let is_group =
                    |it: &Node<'p>| context.types.of(file, *it).behind().is("sync", "WaitGroup");
                (group.filter(is_group), Does::Wait)
            }
            _ => continue,
        };
        let Some(of) = of else { continue };
        if !context.affords(file, 1) {
            break;
        }
        let at = At { file, node };
        // A `select` has other ways out.
        let around = at.around();
        let chosen = around.iter().take(4).any(|it| {
            it.is(Kind::CommunicationCase)
                && it.field(Field::Communication).is_some_and(|it| it.span().encloses(node.span()))
        });
        if !chosen {
            all.push(Operation { at, of, does });
        }
    }
    all
}

fn one<'p>(
    context: &Context<'p>,
    sets: &LockSets<'p>,
    local: &Local<'p>,
    node: Node<'p>,
    operation: Operation<'p>,
) -> Option<Blocked<'p>> {
    let set = local.at(node.start_byte())?;
    let object = Object::of(context, operation.at.file, operation.of)?;
    let path = place(context, operation.at.file, operation.of);
    let direct = operation.at.node.id() == node.id();
    let numbers = (0..local.locks.len()).filter(|it| set.must & (1 << it) != 0);
    for number in numbers {
        let lock = &local.locks[number];
        let Some(class) = lock.class.filter(|it| !sets.is_loose(*it)) else { continue };
        let frees = !direct && innermost(operation.at).is_some_and(|it| sets.frees(it, class));
        if frees || (direct && differ(lock.path.as_ref(), path.as_ref(), class)) {
            continue;
        }
        let group = Some(object).filter(|_| operation.does == Does::Wait);
        let holder = Holder { function: local.function, path: lock.path.as_ref(), class, group };
        let Some((partner, waits, confidence)) = partner(context, sets, object, operation, &holder)
        else {
            continue;
        };
        return Some(Blocked {
            node,
            operation: operation.at,
            held: lock.clone(),
            taken: local.taken(number, node),
            partner,
            waits,
            confidence,
        });
    }
    None
}

/// Who could end it and needs the lock first: of a channel all that can do, of a group one.
fn partner<'p>(
    context: &Context<'p>,
    sets: &LockSets<'p>,
    object: Object<'p>,
    operation: Operation<'p>,
    holder: &Holder<'_, 'p>,
) -> Option<(At<'p>, At<'p>, Confidence)> {
    if operation.does == Does::Wait {
        let dones = dones(context, object)?;
        // Who has been done before it waits holds nobody up.
        let earlier = |done: &At<'p>, waits: At<'p>| {
            let own = innermost(*done).map(At::key);
            let mut others = dones
                .iter()
                .filter(|it| it.node.id() != done.node.id() && innermost(**it).map(At::key) == own);
            own == innermost(waits).map(At::key)
                && others.any(|it| it.node.start_byte() < waits.node.start_byte())
        };
        let found = dones.iter().find_map(|it| {
            let waits = needs(context, sets, *it, holder, true, 1)?;
            (!earlier(it, waits)).then_some((*it, waits))
        });
        return found.map(|it| (it.0, it.1, Confidence::Medium));
    }
    let channel = Channel::of(context, object)?;
    let mut partners = channel.closes.clone();
    if operation.does == Does::Send {
        partners.extend(&channel.receives);
    } else {
        partners.extend(&channel.sends);
    }
    let mut first = None;
    for it in partners {
        let waits = needs(context, sets, it, holder, false, 1)?;
        first = first.or(Some((it, waits)));
    }
    let room = if channel.is_unbuffered() { Confidence::Medium } else { Confidence::Low };
    first.map(|it| (it.0, it.1, room))
}

/// Where a goroutine waits for a lock that lies there before it comes to a place, or once more.
fn needs<'p>(
    context: &Context<'p>,
    sets: &LockSets<'p>,
    at: At<'p>,
    holder: &Holder<'_, 'p>,
    some: bool,
    depth: usize,
) -> Option<At<'p>> {
    let class = holder.class;
    context.affords(at.file, 4).then_some(())?;
    let function = innermost(at)?;
    if let Some(it) = sets.held(context, at).iter().find(|it| it.class == Some(class)) {
        let local = sets.local(function)?;
        let taken = local.waits.iter().find(|wait| local.locks[wait.lock] == *it)?;
        return Some(At { file: function.file, node: taken.node });
    }
    let around = at.around();
    let deferred = around.iter().take(3).any(|it| it.is(Kind::DeferStatement));
    let flow = function.file.flow(function.node)?;
    let byte = at.node.start_byte();
    let range = flow.points().find(|(_, it)| it.what == What::Range && it.span.contains(byte));
    let point = range.map_or_else(|| flow.at(byte), |it| Some(it.0))?;
    let path = at.node.callee().and_then(|it| it.field(Field::Operand)).unwrap_or(at.node);
    let path = place(context, at.file, path);
    let mut all = waits(context, sets, function, class);
    all.retain(|it| {
        !differ(it.path.as_ref(), path.as_ref(), class) && holder.may_mean(function, it)
    });
    // What is over before the group counts the work does not hold it up.
    if let Some(counted) = holder.group.and_then(|it| added(context, function, it)) {
        let from = counted.iter().filter_map(|it| flow.at(it.start_byte()));
        let behind = flow.reach(from, |_| false);
        all.retain(|it| behind[it.point.index()]);
    }
    if let Some(first) = all.first() {
        let blocked = |it: PointId| all.iter().any(|need| need.point == it);
        if some && deferred {
            return Some(first.waits);
        }
        if !flow.reach([PointId::ENTRY], blocked)[point.index()] {
            return Some(first.waits);
        }
        let after = flow.reach(flow.next(point).iter().map(|it| it.0), |_| false);
        for it in &all {
            let leads = flow.reach([it.point], |_| false)[point.index()];
            if leads && (some || after[it.point.index()]) {
                return Some(it.waits);
            }
        }
    }
    // Whoever calls the function may need it before.
    let depth = depth.checked_sub(1)?;
    let name = name_of(function)?;
    let mut calls = context.survey()?.calls(name).iter().filter(|it| !it.file.is_test());
    let mut found = None;
    for call in calls.by_ref().take(CALLERS) {
        let runs = targets(context, call.file, call.node);
        if !runs.iter().any(|it| it.function.key() == function.key()) {
            continue;
        }
        // Whoever is not a goroutine of its own may be counted only behind the lock.
        let counted = !some
            || innermost(*call).is_some_and(|it| {
                it.node.is(Kind::FuncLiteral) && run(context, it) == Run::Goroutine
            });
        let waits = match when(&call.around()) {
            When::Elsewhere => None,
            _ if !counted => None,
            _ => needs(context, sets, *call, holder, some, depth),
        };
        match waits {
            Some(it) if some => return Some(it),
            None if !some => return None,
            it => found = found.or(it),
        }
    }
    found.filter(|_| calls.next().is_none())
}

/// Where a function itself adds to a group; `None` where it does not.
fn added<'p>(context: &Context<'p>, function: At<'p>, group: Object<'p>) -> Option<Vec<Node<'p>>> {
    let At { file, node } = function;
    let calls = own_nodes(node).filter(|it| {
        let callee = it.callee().filter(|it| it.is(Kind::SelectorExpression));
        let name = callee.and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| file.text_of(it) == "Add")
            && callee.and_then(|it| it.field(Field::Operand)).is_some_and(|it| {
                context.affords(file, 1) && Object::of(context, file, it) == Some(group)
            })
    });
    let calls: Vec<_> = calls.collect();
    (!calls.is_empty()).then_some(calls)
}

/// Where a function waits for a lock that lies there.
fn waits<'p>(
    context: &Context<'p>,
    sets: &LockSets<'p>,
    function: At<'p>,
    class: Object<'p>,
) -> Vec<Need<'p>> {
    let At { file, node } = function;
    let mut all = Vec::new();
    if let Some(local) = sets.local(function) {
        let own = local.waits.iter().filter(|it| local.locks[it.lock].class == Some(class));
        all.extend(own.map(|it| Need {
            point: it.point,
            waits: At { file, node: it.node },
            path: local.locks[it.lock].path.clone(),
        }));
    }
    let Some(flow) = file.flow(node) else { return all };
    for (call, when) in own_calls(node) {
        let known = call.callee().is_some_and(|it| sets.may_acquire(context, it, file));
        let Some(point) = flow.at(call.start_byte()).filter(|_| known && when == When::Now) else {
            continue;
        };
        for target in targets(context, file, call).into_iter().filter(|it| it.sure) {
            for it in sets.acquires(context, target.function) {
                let Some(waits) = it.chain.last().copied() else { continue };
                if it.lock.class == Some(class) && it.how != How::Told {
                    let path = it.lock.path.as_ref().and_then(|it| target.outwards(it));
                    let path = path.map(|it| settled(context, file, it));
                    all.push(Need { point, waits, path });
                }
            }
        }
    }
    all
}

/// Whether a lock and a channel surely belong to different objects.
fn differ(lock: Option<&AccessPath>, other: Option<&AccessPath>, class: Object<'_>) -> bool {
    let (Object::Field(..), Some(lock), Some(other)) = (class, lock, other) else { return false };
    match (&lock.root, &other.root) {
        // A variable that holds the channel itself may come from anywhere.
        (Root::Local(a), Root::Local(b)) => a != b && !other.steps.is_empty(),
        _ => false,
    }
}
