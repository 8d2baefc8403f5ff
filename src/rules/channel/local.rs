//! A channel that one function makes, followed for as long as it stays in sight: everything that
//! is done with it, and which goroutine does it.

use std::rc::Rc;

use crate::golang::{Access, BindingId, Field, GoFile, GoNode, Kind, Node, Span};
use crate::rules::engine::Context;
use crate::rules::goroutine::{function_of, parameters};
use crate::rules::survey::At;
use crate::rules::types::value_of;

use super::entry::{Entered, Frame, chains, entered};
use super::{Doing, doing, is_builtin};

/// A variable of a function that holds a channel made there, and no other.
#[derive(Debug)]
pub(in crate::rules) struct Local<'p> {
    /// The function that makes it.
    pub(in crate::rules) owner: At<'p>,
    /// The variable.
    pub(in crate::rules) binding: BindingId,
    /// The call that makes it.
    pub(in crate::rules) make: Node<'p>,
    /// How many values it holds, where that is a constant.
    pub(in crate::rules) capacity: Option<u64>,
    /// What is done with it, in the order in which it was found.
    pub(in crate::rules) operations: Vec<Operation<'p>>,
    /// How many functions get it as an argument.
    pub(in crate::rules) passed: usize,
    /// Where it gets out of sight: whoever has it then may do anything.
    pub(in crate::rules) escapes: Vec<At<'p>>,
}

/// What is done with a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Act {
    Send,
    Receive,
    Range,
    Close,
}

/// One thing that is done with a channel, on one way to the code that does it.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Operation<'p> {
    pub(in crate::rules) act: Act,
    /// The send statement, the receive, the `range` clause or the call of `close`.
    pub(in crate::rules) at: At<'p>,
    /// The calls from the owner to there, outermost first.
    pub(in crate::rules) frames: Vec<Frame<'p>>,
    /// The `select` whose case it is.
    pub(in crate::rules) select: Option<Node<'p>>,
    /// Whether that has other cases.
    pub(in crate::rules) gives_up: bool,
    /// Whether it is deferred, or a part of what is.
    pub(in crate::rules) deferred: bool,
}

impl<'p> Operation<'p> {
    /// What starts the goroutine that does it, or leads to where nobody knows who does; `None` for
    /// the owner's own.
    pub(in crate::rules) fn start(&self) -> Option<&Frame<'p>> {
        self.frames.iter().find(|it| matches!(it.entered, Entered::Go | Entered::Elsewhere))
    }

    /// Whether it is known to be done, and not left to whoever runs a literal.
    pub(in crate::rules) fn is_run(&self) -> bool {
        self.frames.iter().all(|it| it.entered != Entered::Elsewhere)
    }

    /// The code of the owner that does it or leads to it.
    pub(in crate::rules) fn in_owner(&self) -> Node<'p> {
        self.frames.first().map_or(self.at.node, |it| it.site.node)
    }

    /// Whether goroutines that do it are started again and again.
    pub(in crate::rules) fn starts_repeat(&self, channel: &Local<'p>) -> bool {
        let until = self.frames.iter().rposition(|it| it.entered == Entered::Go);
        let sites = self.frames.iter().take(until.map_or(0, |it| it + 1));
        sites.into_iter().any(|it| it.often || loops(channel, it.site))
    }

    /// Whether one goroutine does it again and again.
    pub(in crate::rules) fn is_looped(&self, channel: &Local<'p>) -> bool {
        let until = self.frames.iter().rposition(|it| it.entered == Entered::Go);
        let sites = self.frames.iter().skip(until.map_or(0, |it| it + 1));
        loops(channel, self.at) || sites.into_iter().any(|it| it.often || loops(channel, it.site))
    }
}

/// Whether a loop that does not make the channel anew runs the code again and again.
fn loops<'p>(channel: &Local<'p>, at: At<'p>) -> bool {
    let home = channel.owner.file.path() == at.file.path();
    let name = channel.name();
    at.file.scopes().loops_at(at.node.start_byte()).any(|it| !(home && it.span.encloses(name)))
}

impl<'p> Local<'p> {
    /// The identifier that declares it.
    pub(in crate::rules) fn name(&self) -> Span {
        self.owner.file.scopes().binding(self.binding).name
    }

    /// What lets an operation go on that waits: the receives for a send, and so on.
    pub(in crate::rules) fn answers(&self, to: &Operation<'p>) -> Vec<&Operation<'p>> {
        let answer = |it: &&Operation<'p>| match to.act {
            // A sender that closes behind its last value answers nobody.
            Act::Send => match it.act {
                Act::Send => false,
                Act::Close => it.start().is_none(),
                Act::Receive | Act::Range => true,
            },
            Act::Receive => matches!(it.act, Act::Send | Act::Close),
            Act::Range => it.act == Act::Close,
            Act::Close => false,
        };
        self.operations.iter().filter(answer).collect()
    }

    /// The channels that a declaration makes for variables of a function.
    pub(in crate::rules) fn made_by(
        context: &Context<'p>,
        file: &'p GoFile,
        by: Node<'p>,
    ) -> Vec<Rc<Self>> {
        let names: Vec<_> = match by.go_kind() {
            Kind::ShortVarDeclaration => {
                by.field(Field::Left).into_iter().flat_map(GoNode::parts).collect()
            }
            _ => by.parts().filter(|it| it.is(Kind::Identifier)).collect(),
        };
        let made = names.into_iter().filter_map(|name| {
            let make = value_of(by, name)?.unparen();
            let first = make.arguments().next().filter(|_| is_builtin(file, make, "make"))?;
            first.is(Kind::ChannelType).then_some(())?;
            let id = file.scopes().declared_at(name.span())?;
            Self::of(context, file, id, make).map(Rc::new)
        });
        made.collect()
    }

    fn of(
        context: &Context<'p>,
        file: &'p GoFile,
        binding: BindingId,
        make: Node<'p>,
    ) -> Option<Self> {
        let scopes = file.scopes();
        let function = scopes.function(scopes.binding(binding).function?);
        let changed = |it: Access| it.writes() || it == Access::Address;
        if scopes.uses_of(binding).any(|it| changed(it.access))
            || context.package.declared("make").next().is_some()
        {
            return None;
        }
        context.affords(file, 1).then_some(())?;
        let owner = At { file, node: file.node(function.span, function.kind)? };
        let capacity = match make.arguments().nth(1) {
            None => Some(0),
            Some(it) => context.types.constant(file, it).and_then(|it| u64::try_from(it).ok()),
        };
        let channel = Self {
            owner,
            binding,
            make,
            capacity,
            operations: Vec::new(),
            passed: 0,
            escapes: Vec::new(),
        };
        let start = Name { at: owner, binding, frames: Vec::new() };
        Search { context, channel, next: vec![start] }.run()
    }
}

/// A variable that holds the channel.
struct Name<'p> {
    /// The function that the variable belongs to.
    at: At<'p>,
    binding: BindingId,
    /// The calls from the owner to that function.
    frames: Vec<Frame<'p>>,
}

struct Search<'c, 'p> {
    context: &'c Context<'p>,
    channel: Local<'p>,
    next: Vec<Name<'p>>,
}

/// More operations on one channel are not told apart.
const MOST: usize = 64;

/// Longer chains of calls are not followed.
const DEEPEST: usize = 5;

impl<'p> Search<'_, 'p> {
    /// Everything that happens to the channel; `None` where that is too much.
    fn run(mut self) -> Option<Local<'p>> {
        let mut names = 0;
        while let Some(name) = self.next.pop() {
            let file = name.at.file;
            names += 1;
            for it in file.scopes().uses_of(name.binding) {
                self.context.affords(file, 4).then_some(())?;
                let node = file.node(it.span, Kind::Identifier)?;
                self.mention(&name, At { file, node });
            }
            if self.channel.operations.len() + self.channel.escapes.len() + names > MOST {
                return None;
            }
        }
        Some(self.channel)
    }

    fn mention(&mut self, name: &Name<'p>, at: At<'p>) {
        let around = at.around();
        let what = doing(at.file, at.node, &around);
        if matches!(what, Doing::Look) {
            return;
        }
        let Some(ways) = chains(self.context, name.at, at, &around) else {
            // Who runs the code is not known, what it does is.
            let elsewhere = Frame { site: at, entered: Entered::Elsewhere, often: false };
            let frames = name.frames.iter().copied().chain([elsewhere]).collect();
            match operation(at, &around, what, frames) {
                Some(it) => self.channel.operations.push(it),
                None => self.channel.escapes.push(at),
            }
            return;
        };
        for way in ways {
            let frames: Vec<_> = name.frames.iter().copied().chain(way).collect();
            if frames.len() > DEEPEST {
                self.channel.escapes.push(at);
                continue;
            }
            match what {
                Doing::Argument { call, at: position } => {
                    if self.pass(at, &around, call, position, frames).is_none() {
                        self.channel.escapes.push(at);
                    }
                }
                _ => match operation(at, &around, what, frames) {
                    Some(it) => self.channel.operations.push(it),
                    None => self.channel.escapes.push(at),
                },
            }
        }
    }

    /// Follows the channel into a function of the package that gets it as an argument.
    fn pass(
        &mut self,
        at: At<'p>,
        around: &[Node<'p>],
        call: Node<'p>,
        position: usize,
        mut frames: Vec<Frame<'p>>,
    ) -> Option<()> {
        let function = function_of(&self.context.types, at.file, call.callee()?)?;
        let parameter = *parameters(function.node).get(position)?;
        (!parameter.variadic).then_some(())?;
        function.node.field(Field::Body)?;
        self.channel.passed += 1;
        let (site, entered) = entered(call, around);
        frames.push(Frame { site: At { file: at.file, node: site }, entered, often: false });
        let Some(name) = parameter.name.filter(|it| it.is(Kind::Identifier)) else {
            return Some(());
        };
        let binding = function.file.scopes().declared_at(name.span())?;
        let changed = |it: Access| it.writes() || it == Access::Address;
        if function.file.scopes().uses_of(binding).any(|it| changed(it.access)) {
            return None;
        }
        self.next.push(Name { at: function, binding, frames });
        Some(())
    }
}

/// The operation that a mention is a part of.
fn operation<'p>(
    at: At<'p>,
    around: &[Node<'p>],
    what: Doing<'p>,
    frames: Vec<Frame<'p>>,
) -> Option<Operation<'p>> {
    let outer = |kind: Kind| around.iter().position(|it| it.is(kind));
    let (act, node, select) = match what {
        Doing::Send(send) => {
            let index = around.iter().position(|it| it.id() == send.id())?;
            let case = around.get(index + 1).filter(|it| it.is(Kind::CommunicationCase));
            (Act::Send, send, case.and_then(|_| around.get(index + 2).copied()))
        }
        Doing::SelectReceive { select, .. } => {
            (Act::Receive, around[outer(Kind::UnaryExpression)?], Some(select))
        }
        Doing::Receive => (Act::Receive, around[outer(Kind::UnaryExpression)?], None),
        Doing::Range => (Act::Range, around[outer(Kind::RangeClause)?], None),
        Doing::Close => (Act::Close, around[outer(Kind::CallExpression)?], None),
        _ => return None,
    };
    let index = around.iter().position(|it| it.id() == node.id())?;
    let deferred = around.get(index + 1).is_some_and(|it| it.is(Kind::DeferStatement))
        || frames.iter().any(|it| it.entered == Entered::Defer);
    let gives_up = select.is_some_and(|it| super::cases(it).count() > 1);
    Some(Operation { act, at: At { file: at.file, node }, frames, select, gives_up, deferred })
}
