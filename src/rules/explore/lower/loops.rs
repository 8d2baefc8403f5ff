//! `for` in all its forms.

use super::assign::Left;
use super::builder::{Around, Builder, Label};
use super::function::list;
use super::shapes::Typed;
use super::variable::is_blank;
use crate::golang::types::{Basic, Type};
use crate::golang::{BindingId, Field, GoNode, Kind, Node};
use crate::rules::explore::code::{Kept, Op, Reg};

/// A variable of a `range` clause.
enum Variable<'p> {
    /// It is declared in a register.
    Register(Reg),
    /// It is declared in memory, once for all iterations or for each anew.
    Memory { from: Reg, id: BindingId, of: Type<'p>, once: Option<Kept> },
    /// It was there before.
    Assigned { from: Reg, of: Type<'p>, node: Node<'p> },
}

impl Variable<'_> {
    /// Where the next value is put.
    fn register(&self) -> Reg {
        match self {
            Self::Register(it) => *it,
            Self::Memory { from, .. } | Self::Assigned { from, .. } => *from,
        }
    }
}

impl<'p> Builder<'_, '_, 'p> {
    /// `for`
    pub(super) fn for_statement(&mut self, node: Node<'p>, name: Option<&'p str>) {
        let Some(body) = node.field(Field::Body) else { return self.opaque("a loop without body") };
        let head = node.parts().find(|it| it.id() != body.id());
        match head {
            Some(it) if it.is(Kind::RangeClause) => self.range(it, body, name),
            Some(it) if it.is(Kind::ForClause) => {
                if let Some(it) = it.field(Field::Initializer) {
                    self.statement(it);
                }
                let fresh = self.made_anew(it);
                let (condition, update) = (it.field(Field::Condition), it.field(Field::Update));
                self.repeat(condition, update, &fresh, body, name);
            }
            condition => self.repeat(condition, None, &[], body, name),
        }
    }

    /// The variables in memory that each iteration has for itself: registers of their pointers.
    fn made_anew(&self, clause: Node<'p>) -> Vec<(Reg, Type<'p>)> {
        let initial = clause.field(Field::Initializer);
        let declared = initial.filter(|it| it.is(Kind::ShortVarDeclaration));
        let Some(names) = declared.and_then(|it| it.field(Field::Left)) else { return Vec::new() };
        if !self.file.loop_variables_per_iteration() {
            return Vec::new();
        }
        let in_memory = |it: Node<'p>| {
            let id = self.file.scopes().declared_at(it.span())?;
            match self.env.get(&id)? {
                Kept::Memory(at) => Some((*at, self.of(it))),
                Kept::Register(_) => None,
            }
        };
        list(names).into_iter().filter_map(in_memory).collect()
    }

    fn repeat(
        &mut self,
        condition: Option<Node<'p>>,
        update: Option<Node<'p>>,
        fresh: &[(Reg, Type<'p>)],
        body: Node<'p>,
        name: Option<&'p str>,
    ) {
        let (start, again, end) = (self.label(), self.label(), self.label());
        self.place(start);
        if let Some(it) = condition {
            let mark = self.mark();
            self.condition(it, end);
            self.release(mark);
        }
        self.around.push(Around { name, end, again: Some(again) });
        self.block(body);
        self.around.pop();
        self.place(again);
        for (at, of) in fresh {
            let mark = self.mark();
            let value = self.load(*at);
            let of = self.id(of);
            self.emit(Op::New(*at, of));
            self.emit(Op::Store { at: *at, from: value });
            self.release(mark);
        }
        if let Some(it) = update {
            self.statement(it);
        }
        self.jump(start);
        self.place(end);
    }

    fn range(&mut self, clause: Node<'p>, body: Node<'p>, name: Option<&'p str>) {
        let Some(over) = clause.field(Field::Right) else {
            return self.opaque("a range over nothing");
        };
        let of = self.of(over).typed();
        let underlying = self.types.underlying(&of);
        let left = clause.field(Field::Left).map(list).unwrap_or_default();
        let defines = clause.all().any(|it| it.kind() == ":=");
        let Some((key, value)) = self.elements(&of) else {
            return self.opaque("a range over what is not known");
        };
        let is_channel = matches!(underlying, Type::Chan(..));
        let blank = |it: Option<&Node<'p>>| it.is_none_or(|it| is_blank(self.text(*it), *it));
        let without_value = blank(left.get(1));
        let over = match &underlying {
            Type::Array(Some(length), _) if without_value => self.integer(i128::from(*length)),
            _ => {
                let over = self.value_as(over, &of);
                if is_channel { self.copy(over) } else { over }
            }
        };
        let begun = if is_channel {
            over
        } else {
            let to = self.reg();
            self.emit(Op::Range { to, over });
            to
        };
        let mut variable = |at: usize, of: Type<'p>| {
            let it = *left.get(at)?;
            (!is_blank(self.text(it), it)).then(|| self.ranged(it, of, defines))
        };
        let key = variable(0, key);
        let value = value.and_then(|it| variable(1, it));
        let (again, end) = (self.label(), self.label());
        self.place(again);
        self.next(
            begun,
            is_channel,
            [&key, &value].map(|it| it.as_ref().map(Variable::register)),
            end,
        );
        let mark = self.mark();
        for it in [key, value].into_iter().flatten() {
            self.arrived(it);
        }
        self.around.push(Around { name, end, again: Some(again) });
        self.block(body);
        self.around.pop();
        self.release(mark);
        self.jump(again);
        self.place(end);
    }

    /// What a range gives: the types of keys and values. `None` for functions and what is unknown.
    fn elements(&self, of: &Type<'p>) -> Option<(Type<'p>, Option<Type<'p>>)> {
        let int = || Type::Basic(Basic::Int);
        Some(match self.types.underlying(of) {
            Type::Slice(of) | Type::Array(_, of) => (int(), Some((*of).clone())),
            Type::Pointer(to) => match self.types.underlying(&to) {
                Type::Array(_, of) => (int(), Some((*of).clone())),
                _ => return None,
            },
            Type::Map(of) => (of.0.clone(), Some(of.1.clone())),
            Type::Chan(_, of) => ((*of).clone(), None),
            Type::Basic(it) if it.is_string() => (int(), Some(Type::Basic(Basic::Int32))),
            Type::Basic(it) if it.is_integer() => (of.clone(), None),
            _ => return None,
        })
    }

    /// Makes ready for a variable of a range.
    fn ranged(&mut self, node: Node<'p>, of: Type<'p>, defines: bool) -> Variable<'p> {
        let id = self.file.scopes().declared_at(node.span());
        let from = self.reg();
        let Some(id) = id.filter(|_| defines) else {
            return Variable::Assigned { from, of, node };
        };
        if !self.in_memory(id, &of) {
            self.env.insert(id, Kept::Register(from));
            return Variable::Register(from);
        }
        let once = !self.file.loop_variables_per_iteration();
        let once = once.then(|| self.variable(id, &of, None));
        Variable::Memory { from, id, of, once }
    }

    /// The next of what is ranged over, or a jump to the end.
    fn next(&mut self, over: Reg, is_channel: bool, [key, value]: [Option<Reg>; 2], end: Label) {
        if is_channel {
            let ok = self.reg();
            self.emit(Op::Receive { to: key, ok: Some(ok), channel: over });
            self.unless(ok, end);
        } else {
            self.emit(Op::Next { range: over, key, value, done: end.0 });
        }
    }

    /// Gives a variable of a range the value that has come.
    fn arrived(&mut self, variable: Variable<'p>) {
        match variable {
            Variable::Register(_) => {}
            Variable::Memory { from, id, of, once } => {
                let kept = match once {
                    Some(kept) => {
                        self.write(kept, from);
                        kept
                    }
                    None => self.variable(id, &of, Some(from)),
                };
                self.env.insert(id, kept);
            }
            Variable::Assigned { from, of, node } => match self.left(node) {
                Some(left) => self.give(&left, from, &of),
                None => self.opaque("a place that is not understood"),
            },
        }
    }

    /// Gives a place a value of another type.
    pub(super) fn give(&mut self, left: &Left<'p>, from: Reg, of: &Type<'p>) {
        let from = self.converted(from, of, &left.of);
        self.put(left, from);
    }
}
