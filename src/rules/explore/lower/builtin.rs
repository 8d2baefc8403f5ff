//! The functions that Go declares.

use super::builder::Builder;
use super::source::Source;
use crate::golang::types::Type;
use crate::golang::{GoNode, Kind, Node};
use crate::rules::explore::code::{Call, Op, Reg};

impl<'p> Builder<'_, '_, 'p> {
    /// Calls a builtin; its result, where it has one that matters.
    pub(super) fn builtin(&mut self, node: Node<'p>, name: &'p str) -> Option<Option<Reg>> {
        let nodes: Vec<_> = node.arguments().collect();
        let result = match (name, nodes.as_slice()) {
            ("append", [slice, items @ ..]) => self.append(*slice, items)?,
            ("cap" | "len", [of]) => self.length(name, *of),
            ("make", [of, sizes @ ..]) => self.make(*of, sizes)?,
            ("new", [of]) => {
                let Type::Pointer(to) = self.of(node) else { return None };
                let is_type = self.types.meant(self.file, *of).is_some();
                let value = (!is_type).then(|| self.value_as(*of, &to));
                let at = self.fresh(&to);
                if let Some(from) = value {
                    self.emit(Op::Store { at, from });
                }
                at
            }
            ("max" | "min", [first, rest @ ..]) => {
                let of = self.of(node);
                let first = self.value_as(*first, &of);
                let best = self.copy(first);
                for it in rest {
                    let next = self.value_as(*it, &of);
                    let boolean = self.bool();
                    let (left, right) = if name == "max" { (best, next) } else { (next, best) };
                    let better = self.binary("<", left, right, boolean);
                    let keep = self.label();
                    self.unless(better, keep);
                    self.emit(Op::Copy(best, next));
                    self.place(keep);
                }
                best
            }
            ("copy", [into, from]) => {
                let (into, from) = (self.value(*into), self.value(*from));
                let to = self.reg();
                self.emit(Op::CopyElements { to, into, from });
                to
            }
            ("recover", []) => {
                let to = self.reg();
                self.emit(Op::Recover(to));
                to
            }
            ("complex" | "real" | "imag", all) => {
                for it in all {
                    self.value(*it);
                }
                self.unknown()
            }
            _ => {
                let (arguments, _) = self.effects(name, &nodes)?;
                self.built(name, &arguments)?;
                return Some(None);
            }
        };
        Some(Some(result))
    }

    /// The arguments of a builtin without a result, and their types.
    fn effects(&mut self, name: &str, nodes: &[Node<'p>]) -> Option<(Vec<Reg>, Vec<Type<'p>>)> {
        let types: Vec<_> = match (name, nodes) {
            ("panic", [_]) => vec![Type::ANY],
            ("delete", [map, _]) => {
                let of = self.of(*map);
                let Type::Map(inner) = self.types.underlying(&of) else { return None };
                vec![of, inner.0.clone()]
            }
            ("close" | "clear", [of]) => vec![self.of(*of)],
            ("copy", [into, from]) => vec![self.of(*into), self.of(*from)],
            ("print" | "println", all) => all.iter().map(|it| self.of(*it)).collect(),
            ("recover", []) => Vec::new(),
            _ => return None,
        };
        let values = nodes.iter().zip(&types).map(|(it, of)| self.value_as(*it, of)).collect();
        Some((values, types))
    }

    /// Does what a builtin without a result does.
    pub(super) fn built(&mut self, name: &str, arguments: &[Reg]) -> Option<()> {
        let op = match (name, arguments) {
            ("panic", [value]) => Op::Panic(*value),
            ("delete", [map, key]) => Op::MapDelete { map: *map, key: *key },
            ("close", [channel]) => Op::Close(*channel),
            ("clear", [of]) => Op::Clear { of: *of },
            ("copy", [into, from]) => {
                let to = self.reg();
                Op::CopyElements { to, into: *into, from: *from }
            }
            // Deferred as it is, `recover` recovers from nothing.
            ("print" | "println" | "recover", _) => return Some(()),
            _ => return None,
        };
        self.emit(op);
        Some(())
    }

    /// A builtin as what `go` or `defer` calls.
    pub(super) fn prepared_builtin(
        &mut self,
        node: Node<'p>,
        name: &'p str,
    ) -> Option<(Call, Vec<Reg>)> {
        let nodes: Vec<_> = node.arguments().collect();
        let (arguments, types) = self.effects(name, &nodes)?;
        let id = self.program.id(Source::Builtin(name, types));
        Some((Call::Function(id), arguments))
    }

    fn append(&mut self, slice: Node<'p>, items: &[Node<'p>]) -> Option<Reg> {
        let Type::Slice(element) = self.types.underlying(&self.of(slice)) else { return None };
        let slice = self.value(slice);
        let (items, spread) = match items {
            [one] if one.is(Kind::VariadicArgument) => {
                (vec![self.value(one.parts().next()?)], true)
            }
            all => (all.iter().map(|it| self.value_as(*it, &element)).collect::<Vec<_>>(), false),
        };
        let to = self.reg();
        self.emit(Op::Append { to, slice, items: items.into(), spread });
        Some(to)
    }

    fn length(&mut self, name: &str, of: Node<'p>) -> Reg {
        let underlying = self.types.underlying(&self.of(of));
        let array = match &underlying {
            Type::Pointer(to) => self.types.underlying(to),
            _ => underlying,
        };
        if let Type::Array(Some(length), _) = array {
            return self.integer(length.into());
        }
        let of = self.value(of);
        let to = self.reg();
        self.emit(match name {
            "len" => Op::Length { to, of },
            _ => Op::Capacity { to, of },
        });
        to
    }

    fn make(&mut self, of: Node<'p>, sizes: &[Node<'p>]) -> Option<Reg> {
        let of = self.types.meant(self.file, of)?;
        let underlying = self.types.underlying(&of);
        let int = self.int();
        let mut sizes = sizes.iter().map(|it| self.value_as(*it, &int)).collect::<Vec<_>>();
        sizes.reverse();
        let first = sizes.pop();
        let to = self.reg();
        let op = match underlying {
            Type::Slice(element) => {
                let element = self.id(&element);
                Op::MakeSlice { to, element, length: first?, capacity: sizes.pop() }
            }
            Type::Map(_) => Op::MakeMap { to, of: self.id(&of) },
            Type::Chan(_, element) => {
                let element = self.id(&element);
                Op::MakeChannel { to, element, capacity: first }
            }
            _ => return None,
        };
        self.emit(op);
        Some(to)
    }
}
