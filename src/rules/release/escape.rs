//! What is held may be given back by others: whom it goes to, and what is edited when it does not.

use std::collections::HashSet;

use crate::golang::{
    AccessPath, BindingKind, Effect, Field, GoFile, GoNode, Kind, Node, Resolved, Root,
};
use crate::rules::Fix;

use super::{Holding, Sites};

/// The last word of an object's name: the field, or the variable.
pub(in crate::rules) fn object(file: &GoFile, path: &AccessPath) -> String {
    match (path.last(), &path.root) {
        (Some(it), _) => it.to_owned(),
        (None, Root::Local(id)) => file.slice(file.scopes().binding(*id).name).to_owned(),
        (None, Root::Outer(name) | Root::Import(name)) => name.to_string(),
    }
}

impl Holding<'_> {
    /// Whether the object itself goes to somebody: `&s.mu` as an argument, or into a variable.
    pub(in crate::rules) fn hands_on(&self, sites: &Sites<'_>, path: &AccessPath) -> bool {
        let (file, scopes) = (self.file, self.file.scopes());
        let known: HashSet<usize> = sites.on(path).map(|it| it.receiver.unparen().id()).collect();
        // What is before a dot is looked into, not handed on.
        let mut operands = HashSet::new();
        self.function.descendants().any(|node| {
            match node.go_kind() {
                Kind::SelectorExpression => {
                    operands.extend(node.field(Field::Operand).map(|it| it.unparen().id()));
                }
                Kind::Identifier => {}
                Kind::UnaryExpression if node.operator() == Some("&") => {}
                _ => return false,
            }
            !known.contains(&node.id())
                && !operands.contains(&node.id())
                && AccessPath::of(file, node).as_ref() == Some(path)
                && scopes.declared_at(node.span()).is_none()
        })
    }

    /// Takes the calls of these functions as giving it back; answers whether there are any.
    pub(in crate::rules) fn settle_calls(&mut self, names: &HashSet<String>) -> bool {
        let (file, flow) = (self.file, self.flow);
        let mut found = false;
        for call in self.function.descendants().filter(|it| it.is(Kind::CallExpression)) {
            let name = call.callee().map(|it| it.field(Field::Field).unwrap_or(it));
            if name.is_some_and(|it| names.contains(file.text_of(it)))
                && let Some(at) = flow.at(call.start_byte())
            {
                self.effect(at, Effect::Settle);
                found = true;
            }
        }
        found
    }
}

/// The edit that gives something back right before a jump or a `return` that stands alone on its
/// line, when what it returns does not need it: constants, plain variables and new errors.
pub(in crate::rules) fn give_back_before(file: &GoFile, jump: Node<'_>, code: &str) -> Option<Fix> {
    let needs = |it: Node<'_>| match it.go_kind() {
        Kind::CallExpression => {
            let made = it.callee().and_then(|it| file.qualified(it));
            !matches!(made, Some(("errors", "New") | ("fmt", "Errorf")))
        }
        Kind::SelectorExpression => file.qualified(it).is_none(),
        // A variable of the package may be just what is guarded; an error hardly is.
        Kind::Identifier => match file.resolve(it) {
            Resolved::Outer(name) => !name.to_ascii_lowercase().starts_with("err"),
            _ => false,
        },
        Kind::UnaryExpression => matches!(it.operator(), Some("*" | "<-")),
        Kind::IndexExpression
        | Kind::SliceExpression
        | Kind::FuncLiteral
        | Kind::CompositeLiteral
        | Kind::TypeAssertionExpression => true,
        _ => false,
    };
    if jump.descendants().any(needs) {
        return None;
    }
    let text = file.text();
    let start = text[..jump.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    let indent = &text[start..jump.start_byte()];
    let after = text[jump.end_byte()..].split('\n').next().unwrap_or_default().trim();
    let leaves = file.text_of(jump);
    let alone = indent.trim().is_empty() && (after.is_empty() || after.starts_with("//"));
    (alone && !leaves.contains('\n'))
        .then(|| Fix::replacing(file, jump.span(), &format!("{code}\n{indent}{leaves}")))
}

/// Whether a resource is a variable of the very function, and not a part of one.
pub(in crate::rules) fn is_own(file: &GoFile, function: Node<'_>, path: &AccessPath) -> bool {
    let Root::Local(id) = path.root else { return false };
    let binding = file.scopes().binding(id);
    let given = matches!(binding.kind, BindingKind::Receiver | BindingKind::Parameter);
    let within = binding.function.map(|it| file.scopes().function(it).span);
    path.steps.is_empty() && !given && within == Some(function.span())
}
