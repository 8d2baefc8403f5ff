//! Variables: where they are kept, how they are made, read and written.

use super::builder::Builder;
use crate::golang::types::{Type, only};
use crate::golang::{Access, BindingId, GoNode, ItemKind, Kind, Node, Resolved};
use crate::rules::explore::code::{Kept, Op, Reg};

impl<'p> Builder<'_, '_, 'p> {
    /// Whether a variable must lie in memory: somebody else may get at it.
    pub(super) fn in_memory(&self, id: BindingId, of: &Type<'p>) -> bool {
        let scopes = self.file.scopes();
        let binding = scopes.binding(id);
        let shared = |it: &crate::golang::Use| {
            it.function != binding.function || it.access == Access::Address
        };
        if scopes.uses_of(id).any(shared) {
            return true;
        }
        if matches!(of, Type::Pointer(_)) {
            return false;
        }
        match self.types.underlying(of) {
            Type::Struct(_) | Type::Array(..) => true,
            Type::Interface(_) | Type::Unknown => false,
            // Methods with pointer receivers take the address.
            _ => of.declared_name().is_some_and(|name| {
                let methods = self.program.package.methods_of(name);
                methods.iter().any(|it| it.item.receiver.as_ref().is_some_and(|it| it.pointer))
            }),
        }
    }

    /// Makes the variable that an identifier declares, with its first value or with the zero value
    /// of its type. Nothing for `_`.
    pub(super) fn declare(&mut self, name: Node<'p>, of: &Type<'p>, value: Option<Reg>) {
        let Some(id) = self.file.scopes().declared_at(name.span()) else { return };
        let kept = self.variable(id, of, value);
        self.env.insert(id, kept);
    }

    /// Makes a variable anew.
    pub(super) fn variable(&mut self, id: BindingId, of: &Type<'p>, value: Option<Reg>) -> Kept {
        let type_id = self.id(of);
        if self.in_memory(id, of) {
            let at = self.reg();
            self.emit(Op::New(at, type_id));
            if let Some(from) = value {
                self.emit(Op::Store { at, from });
            }
            return Kept::Memory(at);
        }
        let to = self.reg();
        self.emit(match value {
            Some(from) => Op::Copy(to, from),
            None => Op::Zero(to, type_id),
        });
        Kept::Register(to)
    }

    /// The value of a variable.
    pub(super) fn read(&mut self, kept: Kept) -> Reg {
        match kept {
            Kept::Register(it) => it,
            Kept::Memory(at) => self.load(at),
        }
    }

    pub(super) fn write(&mut self, kept: Kept, from: Reg) {
        self.emit(match kept {
            Kept::Register(to) => Op::Copy(to, from),
            Kept::Memory(at) => Op::Store { at, from },
        });
    }

    /// Where the variable is kept that an identifier stands for; a variable of the package is in
    /// memory.
    pub(super) fn kept(&mut self, name: Node<'p>) -> Option<Kept> {
        match self.file.resolve(name) {
            Resolved::Local(id, _) => self.env.get(&id).copied(),
            Resolved::Outer(text) => {
                let declared = only(self.program.package.declared(text))?;
                (declared.item.kind == ItemKind::Var).then_some(())?;
                let to = self.reg();
                self.emit(Op::Global(to, self.program.global_id(declared)));
                Some(Kept::Memory(to))
            }
            _ => None,
        }
    }

    /// Whether an identifier stands for a variable that lies in memory.
    pub(super) fn is_in_memory(&self, name: Node<'p>) -> bool {
        match self.file.resolve(name) {
            Resolved::Local(id, _) => matches!(self.env.get(&id), Some(Kept::Memory(_))),
            Resolved::Outer(text) => only(self.program.package.declared(text))
                .is_some_and(|it| it.item.kind == ItemKind::Var),
            _ => false,
        }
    }
}

/// Whether a node is `_`.
pub(super) fn is_blank(text: &str, node: Node<'_>) -> bool {
    node.is(Kind::BlankIdentifier) || text == "_"
}
