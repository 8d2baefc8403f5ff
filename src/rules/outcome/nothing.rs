//! What a result is when the word that comes with it says that there is none.

use crate::golang::{Declared, Field, GoFile, GoNode, Kind, Node};
use crate::rules::engine::Context;
use crate::rules::flow::own_nodes;
use crate::rules::types::{Callee, Shape, Signature, Type, TypeInfo};

use super::Outcome;

/// What the last of several results says about the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Says {
    /// An error: they are there when it is nil.
    Error,
    /// A bool: they are there when it holds.
    Ok,
}

impl Says {
    pub(super) fn of<'p>(
        context: &Context<'p>,
        file: &'p GoFile,
        call: Node<'p>,
        last: Node<'p>,
        names: usize,
    ) -> Option<Self> {
        let types = &context.types;
        match types.of(file, call.callee()?) {
            Type::Func(it) if it.results.len() == names => match it.results.last()? {
                of if of.is_error() => Some(Self::Error),
                of if of.is_known() => Some(Self::Ok).filter(|_| is_bool(of)),
                _ => None,
            },
            Type::Unknown => (file.text_of(last) == "err").then_some(Self::Error),
            _ => None,
        }
    }
}

fn is_bool(of: &Type<'_>) -> bool {
    matches!(of, Type::Basic(it) if it.name() == "bool")
}

/// How certain it is that a result is nil when the word says that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Nothing {
    /// Whoever makes something and fails has nothing to give, by custom.
    Custom,
    /// The code, or the documentation, says so.
    Nil,
}

/// How many functions are followed that pass on what others return.
const DEPTH: usize = 3;

impl<'p> Outcome<'p> {
    /// What is known of one of the results when the word says that there is none.
    pub(in crate::rules) fn nothing(
        &self,
        context: &Context<'p>,
        result: usize,
    ) -> Option<Nothing> {
        let types = &context.types;
        let can_be_nil = |of: &Type<'p>| is_nilable(types, of);
        match self.source.go_kind() {
            Kind::TypeAssertionExpression | Kind::IndexExpression => {
                let of = types.of(self.file, self.results.first()?.0);
                can_be_nil(&of).then_some(Nothing::Nil)
            }
            _ => of_call(context, self.file, self.source, (result, self.says), DEPTH),
        }
    }
}

/// Whether the zero value of a type is nil, and using that panics.
fn is_nilable<'p>(types: &TypeInfo<'p>, of: &Type<'p>) -> bool {
    matches!(types.underlying(of), Type::Pointer(_) | Type::Interface(_) | Type::Func(_))
}

fn of_call<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    (result, says): (usize, Says),
    depth: usize,
) -> Option<Nothing> {
    let types = &context.types;
    let callee = call.callee()?;
    let signature = match types.of(file, callee) {
        Type::Func(it) => Some(it),
        _ => None,
    };
    let nilable =
        |it: &Signature<'p>| it.results.get(result).is_some_and(|of| is_nilable(types, of));
    match types.callee(file, call) {
        Callee::Function(it) | Callee::Method(it) => {
            signature.filter(|it| nilable(it))?;
            of_function(context, it, (result, says), depth)
        }
        Callee::ForeignFunction { path, name, .. } | Callee::ForeignMethod { path, name, .. } => {
            if says != Says::Error {
                return None;
            }
            match signature {
                Some(it) if nilable(&it) && is_standard(path) => {
                    (!gives_parts(path, name)).then_some(Nothing::Nil)
                }
                Some(it) if nilable(&it) => makes(name).then_some(Nothing::Custom),
                Some(_) => None,
                // A type of a package that the table does not have: what is parsed may be a value,
                // and who creates something elsewhere gives the answer along with the error.
                None => {
                    let other = ["Parse", "Create"].iter().any(|it| name.starts_with(it));
                    let sure = result == 0 && !other && !is_of_values(path);
                    (makes(name) && sure).then_some(Nothing::Custom)
                }
            }
        }
        _ => None,
    }
}

/// Whether a path is one of the standard library.
fn is_standard(path: &str) -> bool {
    !path.is_empty() && !path.split('/').next().is_some_and(|it| it.contains('.'))
}

/// Functions of the standard library that may give something along with an error.
fn gives_parts(path: &str, name: &str) -> bool {
    path.starts_with("go/")
        || matches!(
            (path, name),
            // `ErrInsecurePath`
            ("archive/zip", "NewReader" | "OpenReader") | ("archive/tar", "Next")
                // A redirect that is refused comes with the response.
                | ("crypto/tls" | "net/rpc" | "bufio" | "os/exec", _)
        )
}

/// Packages whose constructors give values, as their names tell.
fn is_of_values(path: &str) -> bool {
    const NAMES: &[&str] = &["uuid", "ulid", "xid", "decimal", "semver", "netip", "ksuid", "cid"];
    path.split('/').any(|it| NAMES.iter().any(|name| it.contains(name)))
}

/// Whether a function makes what it gives, as people name such.
fn makes(name: &str) -> bool {
    const VERBS: &[&str] = &["New", "Open", "Dial", "Connect", "Create", "Parse"];
    VERBS.iter().any(|it| {
        let rest = name.strip_prefix(it);
        rest.is_some_and(|it| !it.starts_with(|it: char| it.is_ascii_lowercase()))
    })
}

/// Whether every `return` of a function that says "nothing" gives nil.
fn of_function<'p>(
    context: &Context<'p>,
    function: Declared<'p>,
    (result, says): (usize, Says),
    depth: usize,
) -> Option<Nothing> {
    let depth = depth.checked_sub(1)?;
    let file: &'p GoFile = function.file;
    let node = function.item.node(file)?;
    if !context.affords_steps(node.byte_range().len() as u64) || context.package.is_partial() {
        return None;
    }
    let mut found = None;
    let body = node.field(Field::Body)?;
    for it in own_nodes(body).filter(|it| it.is(Kind::ReturnStatement)) {
        // Without a list the named results are returned, whatever they are.
        let values: Vec<_> = it.parts().next()?.parts().map(GoNode::unparen).collect();
        let of = match &values[..] {
            [] => return None,
            [call] if call.is(Kind::CallExpression) => {
                of_call(context, file, *call, (result, says), depth)?
            }
            [_] => return None,
            values => {
                let there = match says {
                    Says::Error => Kind::Nil,
                    Says::Ok => Kind::True,
                };
                let last = values.last()?;
                if last.is(there) {
                    continue;
                }
                let sure = says == Says::Error || last.is(Kind::False);
                if !sure || !values.get(result)?.is(Kind::Nil) {
                    return None;
                }
                Nothing::Nil
            }
        };
        found = found.min(Some(of)).or(Some(of));
    }
    found
}

/// Whether a type has a method that works without a receiver: one of an interface does not.
pub(super) fn is_interface<'p>(types: &TypeInfo<'p>, of: &Type<'p>) -> bool {
    matches!(types.underlying(of), Type::Interface(it) if !matches!(it, Shape::Empty))
}
