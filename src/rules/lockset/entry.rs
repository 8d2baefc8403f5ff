//! What is held when a function begins: what all of its callers hold.

use std::collections::HashMap;

use crate::golang::{Field, GoNode, ItemKind, Kind, Resolved};
use crate::rules::engine::Context;
use crate::rules::goroutine::{Key, function_of};
use crate::rules::object::{Object, is_exported};
use crate::rules::release::Lock;
use crate::rules::survey::At;
use crate::rules::types::{FieldPlace, MemberKind};

use super::LockSets;
use super::acquires::innermost;
use super::call::{Target, When, receiver_of, targets, when};
use super::place::LockRef;
use super::runs::{Run, outer, run};

/// Callers of callers of callers: how often what is known is passed on.
const ROUNDS: usize = 4;

/// More callers of one function are not looked at.
const CALLERS: usize = 64;

/// What is held when a function begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) enum OnEntry<'p> {
    /// These, in any case; perhaps others.
    Held(Vec<LockRef<'p>>),
    /// Nothing: it is a goroutine.
    Nothing,
    /// Who knows: others call it, or nobody does.
    Unknown,
}

impl<'p> OnEntry<'p> {
    /// What is surely held.
    pub(in crate::rules) fn held(&self) -> &[LockRef<'p>] {
        match self {
            Self::Held(it) => it,
            Self::Nothing | Self::Unknown => &[],
        }
    }
}

/// One call of a function whose callers are all known.
struct Caller<'p> {
    function: At<'p>,
    call: At<'p>,
    target: Target<'p>,
    when: When,
}

/// By function; those that are not here are not known.
#[derive(Debug, Default)]
pub(super) struct Entries<'p>(HashMap<Key<'p>, Vec<LockRef<'p>>>);

impl<'p> Entries<'p> {
    pub(super) fn of(&self, function: At<'p>) -> Option<&[LockRef<'p>]> {
        self.0.get(&function.key()).map(Vec::as_slice)
    }

    /// Asks the callers of all functions that nobody else can call, round by round, beginning with
    /// what they hold themselves.
    pub(super) fn find(context: &Context<'p>, sets: &LockSets<'p>) -> Self {
        let mut found = Self::default();
        if sets.is_empty() {
            return found;
        }
        let mut known: Vec<(At<'p>, Vec<Caller<'p>>)> = Vec::new();
        for it in context.package.all().filter(|it| !it.file.is_test()) {
            if !matches!(it.item.kind, ItemKind::Function | ItemKind::Method)
                || !context.affords(it.file, 2)
            {
                continue;
            }
            let Some(node) = it.item.node(it.file) else { continue };
            let function = At { file: it.file, node };
            if it.item.name.ends_with("Locked")
                && let Some(lock) = only_lock(context, function)
            {
                found.0.insert(function.key(), vec![lock]);
            } else if let Some(callers) = callers(context, function, &it.item.name) {
                known.push((function, callers));
            }
        }
        for _ in 0..ROUNDS {
            let mut next = HashMap::new();
            for (function, callers) in &known {
                // What calls itself holds what it began with.
                let others = callers.iter().filter(|it| it.function.key() != function.key());
                let held = others.map(|it| found.passed(context, sets, it));
                let held = held.reduce(|a, b| a.into_iter().filter(|it| b.contains(it)).collect());
                next.insert(function.key(), held.unwrap_or_default());
            }
            let changed = next.iter().any(|(key, it)| found.0.get(key) != Some(it));
            found.0.extend(next);
            if !changed {
                break;
            }
        }
        found
    }

    /// What a caller surely holds at a call, in the callee's terms.
    fn passed(
        &self,
        context: &Context<'p>,
        sets: &LockSets<'p>,
        caller: &Caller<'p>,
    ) -> Vec<LockRef<'p>> {
        if caller.when != When::Now {
            return Vec::new();
        }
        let entry = self.entry(context, sets, caller.function);
        let held = sets.held_in(caller.function, caller.call.node.start_byte(), entry.held());
        let inwards = |it: LockRef<'p>| {
            let path = caller.target.inwards(it.path.as_ref()?)?;
            Some(LockRef { path: Some(path), ..it })
        };
        held.into_iter().filter_map(inwards).collect()
    }

    /// What is held when a function begins, literals too.
    pub(super) fn entry(
        &self,
        context: &Context<'p>,
        sets: &LockSets<'p>,
        function: At<'p>,
    ) -> OnEntry<'p> {
        if !function.node.is(Kind::FuncLiteral) {
            let known = self.of(function).map(|it| OnEntry::Held(it.to_vec()));
            return known.unwrap_or(OnEntry::Unknown);
        }
        if !context.affords(function.file, 3) {
            return OnEntry::Unknown;
        }
        match run(context, function) {
            Run::Goroutine => OnEntry::Nothing,
            Run::OnTheSpot | Run::Perhaps => {
                let Some(outer) = outer(function) else { return OnEntry::Unknown };
                let entry = self.entry(context, sets, outer);
                let held = sets.held_in(outer, function.node.start_byte(), entry.held());
                if held.is_empty() { entry } else { OnEntry::Held(held) }
            }
            Run::Deferred | Run::Elsewhere => OnEntry::Unknown,
        }
    }
}

/// All calls of a function, where nobody else can call it.
fn callers<'p>(context: &Context<'p>, function: At<'p>, name: &'p str) -> Option<Vec<Caller<'p>>> {
    let package = context.package;
    let special = matches!(name, "main" | "init" | "_");
    if special || is_exported(name) || package.is_partial() {
        return None;
    }
    let survey = context.survey()?;
    let is_method = function.node.is(Kind::MethodDeclaration);
    let mut mentions = Vec::new();
    if is_method {
        let all = survey.selectors(name).iter().filter(|it| !it.file.is_test());
        mentions.extend(all.copied());
    } else {
        for (file, span) in survey.names(name).iter().filter(|it| !it.0.is_test()) {
            context.affords(file, 1).then_some(())?;
            mentions.push(At { file, node: file.node(*span, Kind::Identifier)? });
        }
    }
    if mentions.is_empty() || mentions.len() > CALLERS {
        return None;
    }
    let mut all = Vec::new();
    for at in mentions {
        context.affords(at.file, 4).then_some(())?;
        let around = at.around();
        let mut outer = around.iter().skip_while(|it| it.is(Kind::ParenthesizedExpression));
        let call = outer.next()?;
        if call.callee().is_none_or(|it| it.id() != at.node.id()) {
            // Somebody may keep it and call it later.
            let is_other = is_method
                && function_of(&context.types, at.file, at.node)
                    .is_some_and(|it| it.key() != function.key());
            let is_field = is_method && is_field(context, at);
            if is_other || is_field {
                continue;
            }
            return None;
        }
        let found = targets(context, at.file, *call);
        match found.into_iter().find(|it| it.function.key() == function.key()) {
            Some(target) => all.push(Caller {
                function: innermost(at)?,
                call: At { file: at.file, node: *call },
                target,
                when: when(&call.ancestors(at.file.root())),
            }),
            // Another type's method of that name, if the type is known.
            None if is_method && knows(context, at) => {}
            None if is_method => return None,
            None => {}
        }
    }
    (!all.is_empty()).then_some(all)
}

fn is_field<'p>(context: &Context<'p>, selector: At<'p>) -> bool {
    let member = member(context, selector);
    matches!(member, Some(MemberKind::Field(_)))
}

/// Whether a selector means something that is known.
fn knows<'p>(context: &Context<'p>, selector: At<'p>) -> bool {
    let At { file, node } = selector;
    let import = node.field(Field::Operand).map(|it| file.resolve(it));
    matches!(import, Some(Resolved::Import(_))) || member(context, selector).is_some()
}

fn member<'p>(context: &Context<'p>, selector: At<'p>) -> Option<MemberKind<'p>> {
    let At { file, node } = selector;
    let of = context.types.of(file, node.field(Field::Operand)?);
    Some(context.types.member(&of, file.text_of(node.field(Field::Field)?))?.kind)
}

/// The lock of a method's receiver, if it has only one: who is called `…Locked` expects that.
fn only_lock<'p>(context: &Context<'p>, method: At<'p>) -> Option<LockRef<'p>> {
    use crate::golang::{AccessPath, Root};
    let types = &context.types;
    let receiver = method.node.field(Field::Receiver)?.parts().next()?;
    let of = types.written(method.file, receiver.field(Field::Type)?);
    let fields = types.struct_fields(of.behind())?;
    let mut locks = fields.into_iter().filter(|it| Lock::is(it.1.behind()));
    let (field, _) = crate::rules::types::only(locks.by_ref())?;
    let own = of.behind().own()?;
    Some(LockRef {
        path: Some(AccessPath {
            root: Root::Local(receiver_of(method)?),
            steps: vec![field.name.into()],
        }),
        class: Object::field(FieldPlace::Own(own.file, field.name_span)),
        write: true,
    })
}
