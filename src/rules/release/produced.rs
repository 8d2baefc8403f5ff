//! Whether a call is one that hands out a resource.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};
use crate::rules::types::{Callee, Type, TypeInfo};

use super::kinds::{Of, Producer};

/// Whether a call, whose name is one of the producer's, is a call of that producer.
pub(super) fn is_produced<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    by: &Producer,
) -> bool {
    let Some(callee) = call.callee() else { return false };
    match by.of {
        Of::Package(path) => file.qualified(callee).is_some_and(|it| it.0 == path),
        Of::Types(path, names) => {
            if let Callee::ForeignMethod { path: of, type_name, .. } = types.callee(file, call) {
                return is_version(of, path) && names.contains(&type_name);
            }
            // The table of signatures does not have the package, but the type is written.
            let of = callee.field(Field::Operand).map(|it| types.of(file, it)).unwrap_or_default();
            let of = of.behind().foreign_name();
            of.is_some_and(|(of, name)| is_version(of, path) && names.contains(&name))
        }
        Of::Gives(path, name) => {
            if !matches!(types.callee(file, call), Callee::Interface(..)) {
                return false;
            }
            let Type::Func(signature) = types.of(file, callee) else { return false };
            // Who gives the content beside it has read and closed it.
            let [first, last] = &signature.results[..] else { return false };
            first.behind().is(path, name) && last.is_error()
        }
        Of::Opens(path, name) => {
            let called = types.callee(file, call);
            if !matches!(called, Callee::Function(_) | Callee::Method(_) | Callee::Interface(..)) {
                return false;
            }
            let Type::Func(signature) = types.of(file, callee) else { return false };
            let [first, last] = &signature.results[..] else { return false };
            let given = |of: &Type<'p>| of.behind().is(path, name);
            // Who is given one wraps it; whoever gets one need not open it.
            let opens = !signature.parameters.iter().any(given) && !is_got(file, callee);
            opens && given(first) && last.is_error() && !is_kept_open(types, &called)
        }
    }
}

/// Whether the name of a function says that it gives what is there already.
fn is_got(file: &GoFile, callee: Node<'_>) -> bool {
    let name = file.text_of(callee.field(Field::Field).unwrap_or(callee));
    ["get", "Get", "wrap", "Wrap"].iter().any(|it| name.starts_with(it))
}

/// Whether a function of the package gives what somebody else has and closes, a field or what goes
/// into one, or what need not be closed.
fn is_kept_open<'p>(types: &TypeInfo<'p>, called: &Callee<'p>) -> bool {
    let (Callee::Function(it) | Callee::Method(it)) = called else { return false };
    let package = types.package();
    let Some(node) = it.item.node(it.file).filter(|_| !package.is_partial()) else { return true };
    let file = it.file;
    let mut given: Vec<&str> = Vec::new();
    let mut stored: Vec<&str> = Vec::new();
    for it in node.descendants() {
        let first = |field| it.field(field).and_then(|it| it.parts().next());
        match it.go_kind() {
            Kind::ReturnStatement => {
                let first = it.parts().next().and_then(|it| it.parts().next());
                let of = first.map(|it| it.go_kind());
                if matches!(of, Some(Kind::SelectorExpression | Kind::IndexExpression)) {
                    return true;
                }
                given.extend(first.map(|it| file.text_of(it)));
            }
            Kind::AssignmentStatement => {
                let to = first(Field::Left).map(|it| it.go_kind());
                if matches!(to, Some(Kind::SelectorExpression | Kind::IndexExpression)) {
                    stored.extend(first(Field::Right).map(|it| file.text_of(it)));
                }
            }
            Kind::SelectorExpression
                if it.field(Field::Field).is_some_and(|it| file.text_of(it) == "NopCloser") =>
            {
                return true;
            }
            _ => {}
        }
    }
    // Without a list, a named result is returned.
    given.is_empty() || given.iter().any(|it| stored.contains(it))
}

/// Whether an import path is this one, a major version in between aside.
fn is_version(path: &str, wanted: &str) -> bool {
    let version = |it: &str| {
        let digits = it.strip_prefix('v').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
    };
    path == wanted || path.split('/').filter(|it| !version(it)).eq(wanted.split('/'))
}
