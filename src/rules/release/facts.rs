//! What conditions say, so that ways that nothing can take are left out.
//!
//! Two conditions are one fact when their code is the same: locals by identity, `!=` as not `==`,
//! `>=` as not `<`. A fact is forgotten where one of its variables is assigned.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use crate::golang::{
    Access, BindingId, Effect, Facts, Field, GoFile, GoNode, Kind, Node, PointId, Span, Test, What,
};

use super::{Holding, point_of};

/// What is known of a variable where something has been acquired.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules) struct Given {
    /// The variable.
    pub(in crate::rules) binding: BindingId,
    /// Whether it is nil.
    pub(in crate::rules) nil: bool,
}

/// More code than this is no condition that people repeat.
const WORDS: usize = 60;

/// A condition, reduced to what it says.
struct Said {
    fact: String,
    /// What it means for the fact when the condition holds, and when not.
    yes: Option<bool>,
    no: Option<bool>,
    locals: Vec<BindingId>,
}

/// The facts about what was given alone.
pub(super) fn given(holding: &Holding<'_>) -> Facts {
    let wanted: Vec<_> = holding.given.iter().map(|it| it.binding).collect();
    if wanted.is_empty() {
        return Facts::default();
    }
    let scopes = holding.file.scopes();
    let mut tests = BTreeMap::new();
    let uses = wanted.iter().flat_map(|it| scopes.uses_of(*it));
    for it in uses.filter(|it| holding.function.span().encloses(it.span)) {
        let Some(at) = holding.flow.at(it.span.start as usize) else { continue };
        if let Some(said) = said(holding, at) {
            tests.insert(at, said);
        }
    }
    facts(holding, tests, |fact, _| holding.given.iter().any(|it| *fact == is_nil(it.binding)))
}

/// The facts that more than one place of the function speaks of.
pub(super) fn told(holding: &Holding<'_>) -> Facts {
    let mut tests = BTreeMap::new();
    let mut times: HashMap<String, usize> = HashMap::new();
    for (id, _) in holding.flow.points() {
        let Some(it) = said(holding, id) else { continue };
        *times.entry(it.fact.clone()).or_default() += 1;
        tests.insert(id, it);
    }
    let given = |fact: &String| holding.given.iter().any(|it| *fact == is_nil(it.binding));
    facts(holding, tests, |fact, locals| {
        let set = || locals.iter().any(|it| is_set(holding, *it));
        given(fact) || times.get(fact).is_some_and(|it| *it > 1) || set()
    })
}

/// Numbers the facts, those first that decide about the resource, and finds what changes them.
fn facts(
    holding: &Holding<'_>,
    tests: BTreeMap<PointId, Said>,
    wanted: impl Fn(&String, &[BindingId]) -> bool,
) -> Facts {
    let decisive = decisive(holding);
    let mut candidates: Vec<(u8, PointId)> = tests
        .iter()
        .filter(|(_, it)| wanted(&it.fact, &it.locals))
        .map(|(id, it)| {
            let given = holding.given.iter().any(|given| it.fact == is_nil(given.binding));
            let rank = if given { 0 } else { 1 + u8::from(!decisive.contains(id)) };
            (rank, *id)
        })
        .collect();
    candidates.sort_unstable();
    let mut number: HashMap<&str, u8> = HashMap::new();
    let mut locals: Vec<(u8, BindingId, &str)> = Vec::new();
    for (_, id) in &candidates {
        let it = &tests[id];
        let next = u8::try_from(number.len()).unwrap_or(Facts::MOST);
        if next < Facts::MOST && !number.contains_key(&*it.fact) {
            number.insert(&it.fact, next);
            locals.extend(it.locals.iter().map(|local| (next, *local, &*it.fact)));
        }
    }
    let mut facts = Facts::default();
    for (id, it) in &tests {
        if let Some(fact) = number.get(&*it.fact) {
            facts.tests.insert(*id, Test { fact: *fact, yes: it.yes, no: it.no });
        }
    }
    for (fact, local, words) in locals {
        changes(holding, &mut facts, fact, local, words);
    }
    let begun = facts.changes.entry(holding.from).or_default();
    for it in &holding.given {
        if let Some(fact) = number.get(&*is_nil(it.binding)) {
            begun.push((*fact, Some(it.nil)));
        }
    }
    facts
}

/// The conditions next to what happens to the resource.
fn decisive(holding: &Holding<'_>) -> Vec<PointId> {
    let acts = holding.effects.iter().filter(|(_, it)| **it != Effect::None).map(|(id, _)| *id);
    let mut found = Vec::new();
    for it in acts.chain([holding.from]) {
        found.extend(holding.flow.back(it).iter().filter(|it| super::decides(it.1)).map(|it| it.0));
    }
    found
}

/// Notes where a variable of a fact changes.
fn changes(holding: &Holding<'_>, facts: &mut Facts, fact: u8, local: BindingId, words: &str) {
    let (file, flow) = (holding.file, holding.flow);
    let scopes = file.scopes();
    let binding = scopes.binding(local);
    let mut note = |at: Option<PointId>, value| {
        if let Some(at) = at {
            facts.changes.entry(at).or_default().push((fact, value));
        }
    };
    note(flow.at(binding.name.start as usize), constant(file, binding.name, local, words));
    for it in scopes.uses_of(local).filter(|it| it.access != Access::Read && !it.part) {
        if !holding.function.span().encloses(it.span) {
            continue;
        }
        // In a literal, who knows when.
        let own = file.node(it.span, Kind::Identifier);
        let own = own.and_then(|it| point_of(file, flow, holding.function, it));
        if own.is_some() && words == is_nil(local) && wraps_itself(file, it.span, local) {
            continue;
        }
        // So does who has the address.
        let own = own.filter(|_| it.access.writes());
        let value = own.and_then(|_| constant(file, it.span, local, words));
        note(flow.at(it.span.start as usize), value);
    }
}

/// Whether the value comes from a call that is given the old one: `err = wrap(err)` leaves nil nil.
fn wraps_itself(file: &GoFile, name: Span, local: BindingId) -> bool {
    let Some(node) = file.node(name, Kind::Identifier) else { return false };
    let around = node.ancestors(file.root());
    let by = around.into_iter().take(3).find(|it| it.is(Kind::AssignmentStatement));
    let value = by.and_then(|it| crate::rules::types::value_of(it, node));
    value.is_some_and(|it| {
        it.is(Kind::CallExpression)
            && it.arguments().any(|it| file.resolve(it).local() == Some(local))
    })
}

/// What a fact becomes by `x = true`, `x := false` or `x = nil`.
fn constant(file: &GoFile, name: Span, local: BindingId, words: &str) -> Option<bool> {
    let node = file.node(name, Kind::Identifier)?;
    let around = node.ancestors(file.root());
    let by = around.into_iter().take(3).find(|it| {
        matches!(
            it.go_kind(),
            Kind::ShortVarDeclaration | Kind::AssignmentStatement | Kind::VarSpec
        )
    })?;
    let Some(value) = crate::rules::types::value_of(by, node) else {
        // `var done bool` is false, `var err error` nil; what it is compared with else, who knows.
        let bare = by.is(Kind::VarSpec) && by.field(Field::Value).is_none();
        let nil = words == is_nil(local);
        return (bare && (nil || words == is_true(local))).then_some(nil);
    };
    match value.go_kind() {
        Kind::True if words == is_true(local) => Some(true),
        Kind::False if words == is_true(local) => Some(false),
        Kind::Nil if words == is_nil(local) => Some(true),
        _ => None,
    }
}

/// Whether a variable is given a constant somewhere, so that a test of it tells which way was taken.
fn is_set(holding: &Holding<'_>, local: BindingId) -> bool {
    let binding = holding.file.scopes().binding(local);
    let of = |span: Span| {
        [is_true(local), is_nil(local)]
            .iter()
            .any(|it| constant(holding.file, span, local, it).is_some())
    };
    let mut uses = holding.file.scopes().uses_of(local);
    of(binding.name) || uses.any(|it| it.access.writes() && of(it.span))
}

fn is_true(local: BindingId) -> String {
    format!("{local:?} ")
}

fn is_nil(local: BindingId) -> String {
    format!("{local:?} == nil ")
}

/// What the condition at a point says.
fn said(holding: &Holding<'_>, at: PointId) -> Option<Said> {
    let (file, point) = (holding.file, holding.flow.point(at));
    let mut locals = Vec::new();
    match point.what {
        What::Condition => {
            let node = file.node(point.span, point.kind)?;
            let sides = node.field(Field::Left).zip(node.field(Field::Right));
            let operator = if node.is(Kind::BinaryExpression) { node.operator() } else { None };
            let (operator, holds) = match operator {
                Some("==") => ("==", true),
                Some("!=") => ("==", false),
                Some("<") => ("<", true),
                Some(">=") => ("<", false),
                Some(">") => (">", true),
                Some("<=") => (">", false),
                _ => {
                    if let Some(it) = is_error(file, node) {
                        let fact = is_nil(it);
                        return Some(Said { fact, yes: Some(false), no: None, locals: vec![it] });
                    }
                    let fact = words(file, node, &mut locals)?;
                    return Some(Said { fact, yes: Some(true), no: Some(false), locals });
                }
            };
            let (left, right) = sides?;
            // `nil != err`
            let turned = left.is(Kind::Nil) && operator == "==";
            let (left, right) = if turned { (right, left) } else { (left, right) };
            let (left, right) = (words(file, left, &mut locals)?, words(file, right, &mut locals)?);
            let fact = format!("{} {operator} {right}", left.trim_end());
            Some(Said { fact, yes: Some(holds), no: Some(!holds), locals })
        }
        What::Case => {
            let node = file.node(point.span, point.kind)?;
            let around = node.ancestors(file.root());
            let switch =
                around.into_iter().take(3).find(|it| it.is(Kind::ExpressionSwitchStatement))?;
            let left = words(file, switch.field(Field::Value)?, &mut locals)?;
            let right = words(file, node, &mut locals)?;
            let fact = format!("{} == {right}", left.trim_end());
            Some(Said { fact, yes: Some(true), no: Some(false), locals })
        }
        _ => None,
    }
}

/// `errors.Is(err, …)`, `os.IsNotExist(err)` and `isTimeout(err)` hold for no nil error.
fn is_error(file: &GoFile, call: Node<'_>) -> Option<BindingId> {
    let callee = call.callee()?;
    let named = match file.qualified(callee) {
        Some(("errors", "Is" | "As")) => true,
        Some(("os", name)) => name.starts_with("Is"),
        Some((_, name)) => name.starts_with("Is"),
        None => {
            let name = file.text_of(callee.field(Field::Field).unwrap_or(callee));
            name.starts_with("is") || name.starts_with("Is")
        }
    };
    let first = call.arguments().next().filter(|it| named && it.is(Kind::Identifier))?;
    let is_error = file.text_of(first).to_ascii_lowercase().contains("err");
    file.resolve(first).local().filter(|_| is_error)
}

/// The code of an expression, word by word, locals by identity.
fn words(file: &GoFile, node: Node<'_>, locals: &mut Vec<BindingId>) -> Option<String> {
    let mut out = String::new();
    let leaves = node.unparen().descendants().filter(|it| it.child_count() == 0);
    for (count, it) in leaves.enumerate() {
        if count > WORDS {
            return None;
        }
        match file.resolve(it).local() {
            Some(local) if it.is(Kind::Identifier) => {
                locals.push(local);
                let _ = write!(out, "{local:?} ");
            }
            _ => {
                let _ = write!(out, "{} ", file.text_of(it));
            }
        }
    }
    Some(out)
}
