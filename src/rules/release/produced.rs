//! Whether a call is one that hands out a resource.

use crate::golang::{Field, GoFile, GoNode, Node};
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
            signature.results.first().is_some_and(|it| it.behind().is(path, name))
        }
    }
}

/// Whether an import path is this one, a major version in between aside.
fn is_version(path: &str, wanted: &str) -> bool {
    let version = |it: &str| {
        let digits = it.strip_prefix('v').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
    };
    path == wanted || path.split('/').filter(|it| !version(it)).eq(wanted.split('/'))
}
