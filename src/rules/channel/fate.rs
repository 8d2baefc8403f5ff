//! Whether the package ever closes a channel, under whatever name it goes.
//!
//! A channel is followed through variables, fields, arguments and parameters. Whatever else takes
//! it may close it: then nothing is known.

use std::collections::HashSet;

use crate::golang::{BindingId, BindingKind, Field, GoFile, GoNode, Kind, Node};
use crate::rules::engine::Context;
use crate::rules::goroutine::{function_of, parameters};
use crate::rules::object::{Object, is_exported};
use crate::rules::survey::At;
use crate::rules::types::value_of;

use super::{Doing, doing, is_builtin, is_receive_only};

/// What becomes of a channel.
#[derive(Debug)]
pub(in crate::rules) enum Fate<'p> {
    /// Somebody closes it.
    Closed,
    /// Somebody may.
    Unknown,
    /// Nobody does: all that can is in sight.
    Open(Vec<At<'p>>),
}

/// More variables than this for one channel are not followed.
const MOST: usize = 32;

/// What becomes of the channel in a variable; of an open one, where it is made. What tests do does
/// not count.
pub(in crate::rules) fn fate<'p>(context: &Context<'p>, channel: Object<'p>) -> Fate<'p> {
    if context.package.is_partial() {
        return Fate::Unknown;
    }
    let mut search =
        Search { context, next: vec![(channel, true)], seen: HashSet::new(), makes: Vec::new() };
    let mut closed = false;
    let mut unknown = false;
    while let Some((channel, sources)) = search.next.pop() {
        if !search.seen.insert(channel) {
            continue;
        }
        match search.follow(channel, sources) {
            _ if search.seen.len() > MOST => unknown = true,
            Some(it) => closed |= it,
            None => unknown = true,
        }
        if closed {
            return Fate::Closed;
        }
        if unknown {
            return Fate::Unknown;
        }
    }
    search.makes.sort_unstable_by_key(|it| it.key());
    search.makes.dedup_by_key(|it| it.key());
    Fate::Open(search.makes)
}

struct Search<'c, 'p> {
    context: &'c Context<'p>,
    /// Variables that hold the channel, and whether it may come from elsewhere into them: not
    /// into a parameter that we saw it passed to.
    next: Vec<(Object<'p>, bool)>,
    seen: HashSet<Object<'p>>,
    makes: Vec<At<'p>>,
}

impl<'p> Search<'_, 'p> {
    /// Whether a variable's channel is closed through it; `None` where it gets out of sight.
    fn follow(&mut self, channel: Object<'p>, sources: bool) -> Option<bool> {
        if channel.is_exported() {
            return None;
        }
        if let Object::Local(path, id) = channel {
            let file = self.context.package.files().iter().find(|it| **it.path() == *path)?;
            self.declared(file, id, sources)?;
        }
        if let Object::Var(name) = channel {
            let declared = self.context.package.vars(name).next()?;
            let spec = declared.item.node(declared.file)?;
            let name = spec.descendants().find(|it| it.span() == declared.item.name_span)?;
            if let Some(value) = spec.field(Field::Value).map(|_| value_of(spec, name)) {
                self.set(declared.file, value)?;
            }
        }
        for mention in channel.mentions(self.context)? {
            let at = mention.at;
            if at.file.is_test() {
                continue;
            }
            self.context.affords(at.file, 4).then_some(())?;
            match doing(at.file, at.node, &at.around()) {
                Doing::Close => return Some(true),
                Doing::Send(_)
                | Doing::SelectReceive { .. }
                | Doing::Receive
                | Doing::Range
                | Doing::Look => {}
                _ if !mention.sure => return None,
                Doing::Set(value) => self.set(at.file, value)?,
                Doing::Into(target) => self.into(at.file, target)?,
                Doing::Argument { call, at: position } => self.passed(at.file, call, position)?,
                Doing::Return => self.returned(at)?,
                Doing::Other => return None,
            }
        }
        Some(false)
    }

    /// Where a local variable's first channel comes from.
    fn declared(&mut self, file: &'p GoFile, id: BindingId, sources: bool) -> Option<()> {
        let binding = file.scopes().binding(id);
        let (span, kind) = binding.declared_by;
        let by = file.node(span, kind)?;
        match binding.kind {
            BindingKind::Parameter if !sources => Some(()),
            BindingKind::Parameter => {
                let function = file.scopes().function(binding.function?);
                let node = file.node(function.span, function.kind)?;
                let names = parameters(node);
                let name = |it: Node<'_>| it.span() == binding.name;
                let at = names.iter().position(|it| it.name.is_some_and(name))?;
                (!names[at].variadic).then_some(())?;
                self.arguments(At { file, node }, at)
            }
            BindingKind::Var if by.field(Field::Value).is_none() => Some(()),
            BindingKind::Var | BindingKind::ShortVar => {
                let name = by.descendants().find(|it| it.span() == binding.name)?;
                self.set(file, value_of(by, name))
            }
            _ => None,
        }
    }

    /// The channel is what an expression gives.
    fn set(&mut self, file: &'p GoFile, value: Option<Node<'p>>) -> Option<()> {
        let value = value?.unparen();
        if value.is(Kind::Nil) {
            return Some(());
        }
        let mut own = self.context.package.declared("make");
        if is_builtin(file, value, "make") && own.next().is_none() {
            self.makes.push(At { file, node: value });
            return Some(());
        }
        self.next.push((Object::of(self.context, file, value)?, true));
        Some(())
    }

    /// The channel goes into a variable, or into a field of a composite literal.
    fn into(&mut self, file: &'p GoFile, target: Node<'p>) -> Option<()> {
        let literal = |it: Node<'p>| it.ancestors(file.root());
        let types = &self.context.types;
        let object = match target.go_kind() {
            Kind::KeyedElement => {
                let literal = literal(target).into_iter().nth(1)?;
                let of = types.of(file, Some(literal).filter(|it| it.is(Kind::CompositeLiteral))?);
                let name = file.text_of(target.field(Field::Key)?);
                Object::field(types.field(&of, name)?)?
            }
            // Which field a literal without keys sets is seen from the field's side only.
            Kind::LiteralElement => return None,
            Kind::Identifier => match file.scopes().declared_at(target.span()) {
                Some(id) => Object::Local(file.path(), id),
                None => Object::of(self.context, file, target)?,
            },
            Kind::BlankIdentifier => return Some(()),
            _ => Object::of(self.context, file, target)?,
        };
        self.next.push((object, true));
        Some(())
    }

    /// The channel goes to a parameter.
    fn passed(&mut self, file: &'p GoFile, call: Node<'p>, at: usize) -> Option<()> {
        let types = &self.context.types;
        let function = function_of(types, file, call.callee()?)?;
        let parameter = *parameters(function.node).get(at)?;
        let of = types.written(function.file, parameter.type_node);
        let unused = parameter.name.is_none_or(|it| it.is(Kind::BlankIdentifier));
        if unused || is_receive_only(types, &of) {
            return Some(());
        }
        (!parameter.variadic).then_some(())?;
        let id = function.file.scopes().declared_at(parameter.name?.span())?;
        self.next.push((Object::Local(function.file.path(), id), false));
        Some(())
    }

    /// A function returns the channel: as one that can only be received from, or who knows.
    fn returned(&self, at: At<'p>) -> Option<()> {
        let function = at.around().into_iter().find(|it| it.go_kind().is_function())?;
        let result = function.field(Field::Result)?;
        let types = &self.context.types;
        is_receive_only(types, &types.written(at.file, result)).then_some(())
    }

    /// The channel is the argument of every call of a function.
    fn arguments(&mut self, function: At<'p>, position: usize) -> Option<()> {
        let mut calls = 0;
        for (file, call) in self.calls(function)? {
            if file.is_test() {
                continue;
            }
            let argument = call.arguments().nth(position)?;
            self.set(file, Some(argument))?;
            calls += 1;
        }
        (calls > 0).then_some(())
    }

    /// All calls of a function; `None` where somebody else may call it.
    fn calls(&self, function: At<'p>) -> Option<Vec<(&'p GoFile, Node<'p>)>> {
        let At { file, node } = function;
        let context = self.context;
        let mentions: Vec<At<'p>> = match node.go_kind() {
            Kind::FuncLiteral => {
                let around = function.around();
                let parent = around.iter().find(|it| !it.is(Kind::ParenthesizedExpression))?;
                if parent.callee().is_some_and(|it| it.id() == node.id()) {
                    return Some(vec![(file, *parent)]);
                }
                let list = around.get(1).filter(|_| parent.is(Kind::ExpressionList))?;
                let Doing::Into(name) = super::listed(node, *parent, *list) else { return None };
                let id = file.scopes().declared_at(name.span())?;
                let mentions = Object::Local(file.path(), id).mentions(context)?;
                mentions.into_iter().map(|it| it.at).collect()
            }
            Kind::FunctionDeclaration => {
                let name = file.text_of(node.field(Field::Name)?);
                (!is_exported(name)).then_some(())?;
                let names = context.survey()?.names(name).iter();
                let nodes = names.map(|(file, span)| {
                    Some(At { file, node: file.node(*span, Kind::Identifier)? })
                });
                nodes.collect::<Option<_>>()?
            }
            _ => {
                let name = file.text_of(node.field(Field::Name)?);
                (!is_exported(name)).then_some(())?;
                context.survey()?.selectors(name).to_vec()
            }
        };
        let mut calls = Vec::new();
        for at in mentions {
            context.affords(at.file, 4).then_some(())?;
            let called =
                at.around().into_iter().find(|it| !it.is(Kind::ParenthesizedExpression))?;
            if at.node.is(Kind::SelectorExpression) {
                match function_of(&context.types, at.file, at.node) {
                    Some(it) if it.key() != function.key() => continue,
                    Some(_) => {}
                    // A field of this name, another type's method, or an interface.
                    None => return None,
                }
            }
            called.callee().filter(|it| it.id() == at.node.id())?;
            calls.push((at.file, called));
        }
        Some(calls)
    }
}
