//! An object of a pool is used with what its last user has left in it.

use std::collections::HashSet;

use crate::golang::{BindingId, Field, GoFile, GoNode, Kind, Node, Place, Resolved};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::goroutine::{function_of, parameters};
use crate::rules::object::Object;
use crate::rules::pooled::{put, resets, taken};
use crate::rules::types::Type;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::CallExpression], vars: &["VAR", "POOL"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    hit(context, place).into_iter().collect()
}

fn hit<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, call) = (place.file, place.node);
    let (pool, id) = taken(context, file, call, place.ancestors)?;
    let declaration = *place.ancestors.iter().find(|it| it.go_kind().is_function())?;
    let length = declaration.byte_range().len() as u64;
    if context.package.is_partial() || !context.affords_steps(4 * length) {
        return None;
    }
    // Who hands the object on does not know what it is used for.
    let back = declaration
        .descendants()
        .filter(|it| it.is(Kind::CallExpression))
        .find(|it| put(context, file, *it).is_some_and(|it| it.1 == id))?;
    let mut state =
        State { context, file, back, unknown: false, filled: false, fields: HashSet::new() };
    state.look(declaration, id).then_some(())?;
    let name = file.node(file.scopes().binding(id).name, Kind::Identifier)?;
    let confidence = state.leaves(&context.types.of_name(file, name))?;
    // Another function may be the one that makes the pool's objects new.
    let object = Object::of(context, file, pool)?;
    let elsewhere = object.mentions(context)?.into_iter().any(|it| {
        let around = it.at.around();
        let function = around.iter().rev().find(|it| it.go_kind().is_function());
        function.is_some_and(|it2| {
            let own = it.at.file.path() == file.path() && it2.span().encloses(call.span());
            !own && !it.at.file.is_test() && has_reset(context, it.at.file, *it2)
        })
    });
    if elsewhere {
        return None;
    }
    let mut hit = Hit::at(file, call)
        .var("VAR", file.slice(file.scopes().binding(id).name))
        .var("POOL", file.text_of(pool))
        .with(file, back, Role::Put);
    hit.confidence = confidence;
    Some(hit)
}

/// Whether anything in the function makes something new.
fn has_reset(context: &Context<'_>, file: &GoFile, function: Node<'_>) -> bool {
    !context.affords_steps(function.byte_range().len() as u64)
        || function.descendants().any(|it| match it.go_kind() {
            Kind::CallExpression => {
                let callee = it.callee().map(|it| it.field(Field::Field).unwrap_or(it));
                callee.is_some_and(|it| resets(file.text_of(it)))
            }
            Kind::SliceExpression => true,
            Kind::AssignmentStatement => true,
            _ => false,
        })
}

/// What a function does to the object.
struct State<'c, 'p> {
    context: &'c Context<'p>,
    file: &'p GoFile,
    back: Node<'p>,
    /// Whether somebody out of sight gets it.
    unknown: bool,
    /// Whether something is written into it that stays.
    filled: bool,
    /// The fields that are given values.
    fields: HashSet<String>,
}

impl<'p> State<'_, 'p> {
    /// Goes through all uses; false where one of them makes the object new, or may.
    fn look(&mut self, function: Node<'p>, id: BindingId) -> bool {
        let (file, scopes) = (self.file, self.file.scopes());
        for it in scopes.uses_of(id) {
            let Some(name) = file.node(it.span, Kind::Identifier) else { return false };
            if self.back.span().encloses(it.span) || !function.span().encloses(it.span) {
                continue;
            }
            if !self.context.affords(file, 4) || !self.one(name) {
                return false;
            }
        }
        true
    }

    fn one(&mut self, name: Node<'p>) -> bool {
        let file = self.file;
        let around = name.ancestors(file.root());
        let Some(parent) = around.first() else { return false };
        match parent.go_kind() {
            Kind::SelectorExpression => {
                let Some(field) = parent.field(Field::Field) else { return false };
                let called = around.get(1).and_then(|it| it.callee());
                let text = file.text_of(field);
                if called.is_some_and(|it| it.id() == parent.id()) {
                    self.filled |= text.starts_with("Write") || text == "ReadFrom";
                    let writes = text.starts_with("Write");
                    self.unknown |= !writes;
                    return !resets(text);
                }
                let list = around.get(1).filter(|it| it.is(Kind::ExpressionList));
                let by = around.get(2).filter(|it| it.is(Kind::AssignmentStatement));
                if let (Some(list), Some(by)) = (list, by)
                    && by.field(Field::Left).is_some_and(|it| it.id() == list.id())
                    && by.operator() == Some("=")
                {
                    self.fields.insert(text.to_owned());
                }
                // `x.list[:0]`, `clear(x.m)`
                !around.get(1).is_some_and(|it| it.is(Kind::SliceExpression))
                    && !around.get(2).is_some_and(|it| {
                        matches!(
                            it.callee().map(|it| file.resolve(it)),
                            Some(Resolved::Outer("clear"))
                        )
                    })
            }
            Kind::ArgumentList => around.get(1).is_some_and(|it| self.passed(*it, name)),
            Kind::BinaryExpression => true,
            _ => false,
        }
    }

    /// The object goes to a function.
    fn passed(&mut self, call: Node<'p>, name: Node<'p>) -> bool {
        let file = self.file;
        let Some(callee) = call.callee() else { return false };
        let last = callee.field(Field::Field).unwrap_or(callee);
        if resets(file.text_of(last)) {
            return false;
        }
        if matches!(file.qualified(callee), Some(("encoding/json", "Unmarshal"))) {
            self.filled = true;
            return true;
        }
        if file.qualified(callee).is_some() {
            return false;
        }
        let position = call.arguments().position(|it| it.id() == name.id());
        let function = function_of(&self.context.types, file, callee);
        let Some((function, at)) = function.zip(position) else {
            self.unknown = true;
            return true;
        };
        // One step into the callee finds most of what it hides.
        let parameter = parameters(function.node).get(at).and_then(|it| it.name);
        if parameter.is_none() || has_reset(self.context, function.file, function.node) {
            return false;
        }
        self.unknown = true;
        true
    }

    /// How sure it is that the next user sees what this one leaves.
    fn leaves(&self, of: &Type<'p>) -> Option<Confidence> {
        let Type::Pointer(to) = of else {
            return (!of.is_known() && self.unknown).then_some(Confidence::Low);
        };
        let types = &self.context.types;
        match to.foreign_name() {
            Some(("bytes", "Buffer") | ("strings", "Builder")) => {
                return self.filled.then_some(Confidence::High);
            }
            Some(_) => return None,
            None => {}
        }
        if !to.is_known() || to.own().is_none() {
            return (self.unknown && !to.is_known()).then_some(Confidence::Low);
        }
        let Some(fields) = types.struct_fields(to) else {
            // The name of a type that is not in sight.
            return self.unknown.then_some(Confidence::Low);
        };
        let keeps = |of: &Type<'p>| {
            matches!(types.underlying(of), Type::Slice(_) | Type::Map(_) | Type::Basic(_))
                || of.is_error()
        };
        let left = fields.iter().any(|(it, of)| keeps(of) && !self.fields.contains(it.name));
        if !left || fields.is_empty() {
            return None;
        }
        Some(if self.filled { Confidence::Medium } else { Confidence::Low })
    }
}
