//! What goroutines share with the function that starts them, and with each other: variables that
//! their literals capture, and whether anything orders what happens to those.

mod access;
mod event;
mod lockset;
mod order;
mod thread;

use std::collections::{HashMap, HashSet};

use crate::golang::{Binding, BindingId, BindingKind, GoFile, GoNode, Kind, Node, PointId, Span};

pub(super) use self::access::{Access, appends};
use self::access::{accesses, uses_of_channel};
use self::event::{Event, Names};
use self::order::{From, Side, with_itself, with_other, with_starter};
use self::thread::{Form, Thread};
use super::engine::Context;
use super::goroutine::Start;
use super::types::Type;

/// What goroutines may do to a variable that they share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// They read and write it.
    Data,
    /// They send on the channel that it holds, and close it: that counts as a write.
    Channel,
}

/// Two accesses of one variable that nothing orders, one of which writes.
#[derive(Debug, Clone)]
pub(super) struct Race<'p> {
    /// The goroutine.
    pub(super) start: Start<'p>,
    pub(super) variable: BindingId,
    /// What the goroutine does.
    pub(super) inner: Access<'p>,
    pub(super) with: With<'p>,
}

/// With whom a goroutine races.
#[derive(Debug, Clone)]
pub(super) enum With<'p> {
    /// Others of the same start.
    Itself,
    /// The function that starts it.
    Starter(Access<'p>),
    /// A goroutine that is started elsewhere in the same function.
    Other(Access<'p>),
}

/// Functions that start more goroutines are not looked at.
const MOST: usize = 32;

/// The races on captured variables in a function of the package and its literals, at most one for
/// each goroutine and variable.
pub(super) fn races<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    declaration: Node<'p>,
    what: What,
) -> Vec<Race<'p>> {
    Party::of(context, file, declaration, what).map_or_else(Vec::new, |it| it.races())
}

/// All goroutines of one declaration.
struct Party<'c, 'p> {
    context: &'c Context<'p>,
    file: &'p GoFile,
    what: What,
    starts: Vec<Start<'p>>,
    ends: Vec<Option<Event>>,
    /// By the function's span.
    threads: HashMap<Span, Thread<'p>>,
}

impl<'c, 'p> Party<'c, 'p> {
    fn of(
        context: &'c Context<'p>,
        file: &'p GoFile,
        declaration: Node<'p>,
        what: What,
    ) -> Option<Self> {
        let whole = declaration.span();
        let inside = |it: &&Start<'p>| {
            let body = it.body;
            body.file.path() == file.path() && whole.encloses(body.node.span())
        };
        let starts = context.starts()?.within(file.path(), whole).filter(inside);
        let starts: Vec<_> = starts.copied().take(MOST + 1).collect();
        let length = u64::from(whole.end - whole.start);
        if starts.is_empty()
            || starts.len() > MOST
            || !context.affords_steps(length * 4 * starts.len() as u64)
        {
            return None;
        }
        let started: HashSet<Span> = starts.iter().map(|it| it.body.node.span()).collect();
        let names = Names::new(context, file, &starts);
        let mut threads = HashMap::new();
        let starters = starts.iter().filter_map(Start::starter);
        for it in starts.iter().map(|it| it.body).chain(starters) {
            let span = it.node.span();
            if !threads.contains_key(&span)
                && let Some(thread) = Thread::of(file, it.node, &started, &names)
            {
                threads.insert(span, thread);
            }
        }
        for it in &starts {
            let starter = it.starter().and_then(|it| threads.get_mut(&it.node.span()));
            if let Some(thread) = starter {
                thread.starts.push((it.site.node.start_byte(), it.body.node.span()));
            }
        }
        let ends = starts.iter().map(|it| names.end_of(it)).collect();
        Some(Self { context, file, what, starts, ends, threads })
    }

    fn races(&self) -> Vec<Race<'p>> {
        let mut races = Vec::new();
        for at in 0..self.starts.len() {
            for capture in self.file.scopes().captures(self.starts[at].body.node) {
                if self.context.affords(self.file, 4) {
                    races.extend(self.race(at, capture.binding));
                }
            }
        }
        races
    }

    /// The first race of a goroutine on a variable.
    fn race(&self, at: usize, variable: BindingId) -> Option<Race<'p>> {
        let start = self.starts[at];
        let binding = self.file.scopes().binding(variable);
        let of = self.type_of(binding);
        let per_iteration =
            binding.kind == BindingKind::LoopVar && self.file.loop_variables_per_iteration();
        if per_iteration
            || binding.kind == BindingKind::TypeSwitch
            || !binding.kind.is_variable()
            || is_synchronised(&of)
            || (self.what == What::Channel && self.context.types.channel(&of).is_none())
        {
            return None;
        }
        let starter = self.threads.get(&start.starter()?.node.span())?;
        let body = self.threads.get(&start.body.node.span())?;
        let from = self.from(starter, start, binding)?;
        let inner = self.accesses(body, variable, binding, &of, start);
        let others = |skip: &[Span]| -> Vec<&Thread<'p>> {
            let mut all: Vec<_> =
                self.threads.values().filter(|it| !skip.contains(&it.function.span())).collect();
            all.sort_unstable_by_key(|it| it.function.start_byte());
            all
        };
        let end = self.ends[at].as_ref();
        let race =
            |inner: &Access<'p>, with| Some(Race { start, variable, inner: inner.clone(), with });

        let relays = others(&[body.function.span()]);
        for it in inner.iter().filter(|it| it.writes && !it.is_atomic()) {
            if with_itself(side(body, it, end), &from, &relays) {
                return race(it, With::Itself);
            }
        }
        let relays = others(&[body.function.span(), starter.function.span()]);
        let outer = self.accesses(starter, variable, binding, &of, start);
        let decided =
            |outer: &Access<'p>| self.is_decided(starter, start.site.node, outer, variable, &of);
        for (inner, outer) in pairs(&inner, &outer).filter(|it| !decided(it.1)) {
            if with_starter(side(body, inner, end), side(starter, outer, None), &from, &relays) {
                return race(inner, With::Starter(outer.clone()));
            }
        }
        for (next, end_of_next) in self.starts.iter().zip(&self.ends).skip(at + 1) {
            let same = next.starter().is_some_and(|it| it.node.id() == starter.function.id());
            let Some(other) = self.threads.get(&next.body.node.span()).filter(|_| same) else {
                continue;
            };
            let Some(second) = starter.point(next.site.node, Form::Here) else { continue };
            let relays = others(&[body.function.span(), other.function.span()]);
            let theirs = self.accesses(other, variable, binding, &of, *next);
            for (inner, outer) in pairs(&inner, &theirs) {
                let (a, b) = (side(body, inner, end), side(other, outer, end_of_next.as_ref()));
                if with_other(a, b, &from, second, &relays) {
                    return race(inner, With::Other(outer.clone()));
                }
            }
        }
        None
    }

    /// Whether a condition on the way to the starter's access may know how far the goroutine is: on
    /// the shared channel itself, or on what the branches of a `select` have left.
    fn is_decided(
        &self,
        starter: &Thread<'p>,
        site: Node<'p>,
        outer: &Access<'p>,
        variable: BindingId,
        of: &Type<'p>,
    ) -> bool {
        let scopes = self.file.scopes();
        let is_channel = self.context.types.channel(of).is_some();
        let guards = starter.flow.guards(&starter.flow.dominators(), outer.point);
        guards.iter().any(|(at, _)| {
            let condition = starter.flow.point(*at).span;
            scopes.uses_in(condition).iter().filter_map(|it| it.binding()).any(|id| {
                if id == variable {
                    return is_channel;
                }
                let mut writes = scopes.uses_of(id).filter(|it| it.access.writes());
                writes.any(|it| {
                    let byte = it.span.start as usize;
                    byte > site.end_byte()
                        && byte < condition.start as usize
                        && starter.is_in_select(byte)
                })
            })
        })
    }

    fn type_of(&self, binding: &Binding) -> Type<'p> {
        let name = self.file.node(binding.name, Kind::Identifier);
        name.map_or(Type::Unknown, |it| self.context.types.of_name(self.file, it))
    }

    fn from<'t>(
        &self,
        starter: &'t Thread<'p>,
        start: Start<'p>,
        binding: &Binding,
    ) -> Option<From<'t, 'p>> {
        let form = starter.nodes.iter().find(|it| it.0.id() == start.site.node.id())?.1;
        let point = starter.point(start.site.node, form).filter(|_| form == Form::Here)?;
        let own = starter.function.span().encloses(binding.name);
        let own = own && binding.kind != BindingKind::LoopVar;
        let fresh: Option<PointId> =
            own.then(|| starter.flow.at(binding.name.start as usize)).flatten();
        Some(From { thread: starter, start: point, fresh, strict: self.what == What::Channel })
    }

    /// What a thread does to a variable, as far as it is the same memory all the time.
    fn accesses(
        &self,
        thread: &Thread<'p>,
        variable: BindingId,
        binding: &Binding,
        of: &Type<'p>,
        start: Start<'p>,
    ) -> Vec<Access<'p>> {
        let mut all = match self.what {
            What::Data => accesses(self.context, thread, variable),
            What::Channel => uses_of_channel(self.context, thread, variable),
        };
        let (site, body) = (start.site.node.start_byte(), start.body.node.span());
        let changed = self.file.scopes().uses_of(variable).any(|it| {
            let later = it.span.start as usize >= site || body.encloses(it.span);
            it.access.writes() && !it.part && later
        });
        let handed = matches!(binding.kind, BindingKind::Receiver | BindingKind::Parameter)
            && matches!(of, Type::Pointer(_));
        if changed || handed {
            all.retain(Access::is_direct);
        }
        all
    }
}

fn side<'t, 'p>(
    thread: &'t Thread<'p>,
    access: &'t Access<'p>,
    end: Option<&'t Event>,
) -> Side<'t, 'p> {
    Side { thread, access, end }
}

/// The pairs that must be ordered.
fn pairs<'a, 'p>(
    a: &'a [Access<'p>],
    b: &'a [Access<'p>],
) -> impl Iterator<Item = (&'a Access<'p>, &'a Access<'p>)> {
    a.iter().flat_map(move |a| b.iter().filter(|b| a.conflicts(b)).map(move |b| (a, b)))
}

/// Whether the type's values are there to be shared.
fn is_synchronised(of: &Type<'_>) -> bool {
    of.behind().foreign_name().is_some_and(|it| {
        matches!(it.0, "sync" | "sync/atomic" | "golang.org/x/sync/errgroup" | "go.uber.org/atomic")
    })
}
