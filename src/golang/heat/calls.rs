//! Which function of the package a call runs, where that is certain.

use super::graph::{At, Call, Pass};
use crate::golang::types::only;
use crate::golang::{Declared, Field, GoFile, GoNode, Kind, Node, Resolved};

impl<'p> Pass<'p> {
    /// Records a call, or a function that is handed over to be called; `goes` says whether that
    /// starts a goroutine.
    pub(super) fn call(&mut self, callee: Node<'p>, here: At<'p>, goes: bool) {
        let Some(from) = here.function else { return };
        let (looped, cold) = (here.region.loops > 0, here.region.cold.is_some());
        let mut call = Call { from, to: 0, looped, cold, own: false };
        let callee = match callee.go_kind() {
            // `f[int](x)`
            Kind::IndexExpression => callee.field(Field::Operand).unwrap_or(callee),
            Kind::TypeInstantiationExpression => callee.parts().next().unwrap_or(callee),
            _ => callee,
        };
        let declared = match callee.go_kind() {
            Kind::Identifier => match here.file.resolve(callee) {
                Resolved::Local(id, _) => {
                    self.of_locals.push((here.number, id, call));
                    return;
                }
                Resolved::Outer(name) => only(self.look.package.functions(name)),
                _ => None,
            },
            Kind::SelectorExpression => self.method(callee, here),
            _ => None,
        };
        let Some(to) = declared.and_then(|it| self.number_of(it)) else { return };
        call.to = to;
        self.graph.functions[to as usize].started |= goes;
        match here.benchmark {
            Some(by) => self.graph.benchmarks.push((by, to)),
            None => self.graph.calls.push(call),
        }
    }

    /// The method behind `x.m`, where the type of x is one of the package's.
    fn method(&self, callee: Node<'p>, here: At<'p>) -> Option<Declared<'p>> {
        let name = here.file.text_of(callee.field(Field::Field)?);
        if !self.methods.contains(name) {
            return None;
        }
        let of = self.look.types.of(here.file, callee.field(Field::Operand)?);
        self.look.types.method(&of, name)
    }
}

/// Whether a call starts what it is given: `group.Go(f)`, `wg.Go(f)`.
pub(super) fn is_go(file: &GoFile, callee: Node<'_>) -> bool {
    let name = callee.field(Field::Field).filter(|_| callee.is(Kind::SelectorExpression));
    name.is_some_and(|it| file.text_of(it) == "Go")
}

/// What such a call starts.
pub(super) fn callee_of_go<'p>(
    file: &GoFile,
    callee: Node<'p>,
    call: Node<'p>,
) -> Option<Node<'p>> {
    call.arguments().next().filter(|_| is_go(file, callee))
}

/// The server in `pb.RegisterGreeterServer(s, server)`.
pub(super) fn registered<'p>(file: &GoFile, callee: Node<'p>, call: Node<'p>) -> Option<Node<'p>> {
    let name = callee.field(Field::Field).filter(|_| callee.is(Kind::SelectorExpression))?;
    let name = file.text_of(name).strip_prefix("Register")?;
    let arguments: Vec<_> = call.arguments().take(3).collect();
    (name.ends_with("Server") && arguments.len() == 2).then(|| arguments[1])
}
