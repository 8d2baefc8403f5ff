//! The other side of what blocks: who receives what is sent, sends what is received, or calls
//! `Done`, as long as all that can is in sight.

use std::collections::HashSet;

use crate::golang::{BindingKind, Field, GoFile, GoNode, Kind, Node};
use crate::rules::channel::{Doing, doing, is_builtin};
use crate::rules::engine::Context;
use crate::rules::goroutine::{function_of, parameters};
use crate::rules::object::Object;
use crate::rules::survey::At;
use crate::rules::types::value_of;

/// More variables than this for one channel are not followed.
const MOST: usize = 16;

/// Everything that is done with a channel.
#[derive(Debug, Default)]
pub(super) struct Channel<'p> {
    pub(super) sends: Vec<At<'p>>,
    pub(super) receives: Vec<At<'p>>,
    pub(super) closes: Vec<At<'p>>,
    pub(super) makes: Vec<At<'p>>,
}

impl<'p> Channel<'p> {
    /// Follows a channel under all its names; `None` where it gets out of sight.
    pub(super) fn of(context: &Context<'p>, object: Object<'p>) -> Option<Self> {
        (!context.package.is_partial()).then_some(())?;
        let mut channel = Self::default();
        let mut next = vec![(object, false)];
        let mut seen = HashSet::new();
        while let Some((object, passed)) = next.pop() {
            if seen.insert(object) {
                (seen.len() <= MOST).then_some(())?;
                channel.follow(context, object, passed, &mut next)?;
            }
        }
        Some(channel)
    }

    /// Whether it is made where we see it, and never with room for a value.
    pub(super) fn is_unbuffered(&self) -> bool {
        let room = |it: &At<'p>| {
            it.node.arguments().nth(1).is_none_or(|size| it.file.text_of(size) == "0")
        };
        !self.makes.is_empty() && self.makes.iter().all(room)
    }

    fn follow(
        &mut self,
        context: &Context<'p>,
        object: Object<'p>,
        passed: bool,
        next: &mut Vec<(Object<'p>, bool)>,
    ) -> Option<()> {
        if object.is_exported() {
            return None;
        }
        if let Object::Local(path, id) = object {
            let file = context.package.files().iter().find(|it| **it.path() == *path)?;
            let binding = file.scopes().binding(id);
            let (span, kind) = binding.declared_by;
            context.affords(file, 1).then_some(())?;
            let by = file.node(span, kind)?;
            match binding.kind {
                BindingKind::Parameter if passed => {}
                BindingKind::Var if by.field(Field::Value).is_none() => {}
                BindingKind::Var | BindingKind::ShortVar => {
                    let name = by.descendants().find(|it| it.span() == binding.name)?;
                    self.set(context, file, value_of(by, name), next)?;
                }
                _ => return None,
            }
        }
        for mention in object.mentions(context)? {
            let at = mention.at;
            if at.file.is_test() {
                continue;
            }
            context.affords(at.file, 4).then_some(())?;
            match doing(at.file, at.node, &at.around()) {
                Doing::Look => {}
                _ if !mention.sure => return None,
                Doing::Send(_) => self.sends.push(at),
                Doing::Receive | Doing::Range | Doing::SelectReceive { .. } => {
                    self.receives.push(at);
                }
                Doing::Close => self.closes.push(at),
                Doing::Set(value) => self.set(context, at.file, value, next)?,
                Doing::Into(target) => next.push((into(context, at.file, target)?, false)),
                Doing::Argument { call, at: position } => {
                    next.push((parameter(context, at.file, call, position)?, true));
                }
                Doing::Return | Doing::Other => return None,
            }
        }
        Some(())
    }

    fn set(
        &mut self,
        context: &Context<'p>,
        file: &'p GoFile,
        value: Option<Node<'p>>,
        next: &mut Vec<(Object<'p>, bool)>,
    ) -> Option<()> {
        let value = value?.unparen();
        if value.is(Kind::Nil) {
            return Some(());
        }
        if is_builtin(file, value, "make") {
            self.makes.push(At { file, node: value });
        } else {
            next.push((Object::of(context, file, value)?, false));
        }
        Some(())
    }
}

fn into<'p>(context: &Context<'p>, file: &'p GoFile, target: Node<'p>) -> Option<Object<'p>> {
    match target.go_kind() {
        Kind::KeyedElement => {
            let literal = target.ancestors(file.root()).into_iter().nth(1)?;
            let literal = Some(literal).filter(|it| it.is(Kind::CompositeLiteral))?;
            let of = context.types.of(file, literal);
            Object::field(context.types.field(&of, file.text_of(target.field(Field::Key)?))?)
        }
        Kind::Identifier => match file.scopes().declared_at(target.span()) {
            Some(id) => Some(Object::Local(file.path(), id)),
            None => Object::of(context, file, target),
        },
        Kind::SelectorExpression => Object::of(context, file, target),
        _ => None,
    }
}

fn parameter<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    position: usize,
) -> Option<Object<'p>> {
    let function = function_of(&context.types, file, call.callee()?)?;
    let parameter = *parameters(function.node).get(position)?;
    (!parameter.variadic).then_some(())?;
    let id = function.file.scopes().declared_at(parameter.name?.span())?;
    Some(Object::Local(function.file.path(), id))
}

/// The calls of `Done` of a `WaitGroup`; `None` where it gets out of sight.
pub(super) fn dones<'p>(context: &Context<'p>, group: Object<'p>) -> Option<Vec<At<'p>>> {
    if group.is_exported() || context.package.is_partial() {
        return None;
    }
    let mut all = Vec::new();
    for mention in group.mentions(context)? {
        let at = mention.at;
        if at.file.is_test() {
            continue;
        }
        context.affords(at.file, 1).then_some(())?;
        let around = at.around();
        let selector = around.first().filter(|it| it.is(Kind::SelectorExpression));
        let name = selector.and_then(|it| it.field(Field::Field)).map(|it| at.file.text_of(it));
        let call = around.get(1).filter(|it| it.is(Kind::CallExpression));
        match (name, call) {
            (Some("Done"), Some(call)) if mention.sure => {
                all.push(At { file: at.file, node: *call });
            }
            (Some("Add" | "Wait" | "Done" | "Go"), _) => {}
            // `wg sync.WaitGroup` of a composite literal, or its zero value.
            _ if at.node.is(Kind::KeyedElement) => {}
            _ => return None,
        }
    }
    Some(all)
}
