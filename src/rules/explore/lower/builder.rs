//! A function that is being made: its operations, registers and labels.

use std::collections::HashMap;
use std::rc::Rc;

use super::Program;
use super::shapes::Typed;
use crate::golang::types::{Basic, Type, TypeInfo};
use crate::golang::{BindingId, GoFile, GoNode, Node, Span};
use crate::rules::explore::code::{
    Call, Constant, Function, FunctionId, Kept, Op, Reg, Spot, Target, TypeId,
};

/// Statements and expressions nested deeper are not read.
const DEPTH: usize = 120;

/// What is being made.
pub(super) struct Builder<'x, 'a, 'p> {
    pub(super) program: &'x Program<'a, 'p>,
    pub(super) types: &'a TypeInfo<'p>,
    pub(super) file: &'p GoFile,
    pub(super) env: HashMap<BindingId, Kept>,
    pub(super) results: Vec<(Kept, Type<'p>)>,
    pub(super) around: Vec<Around<'p>>,
    /// The label before the statement that comes next.
    pub(super) label: Option<&'p str>,
    /// The labels that `goto` may name.
    pub(super) gotos: HashMap<&'p str, Label>,
    /// Where a `fallthrough` goes.
    pub(super) falls: Option<Label>,
    /// The results of calls and receives that were made first, by their nodes.
    pub(super) known: HashMap<usize, Reg>,
    file_index: u16,
    at: Span,
    code: Vec<Op>,
    spots: Vec<Spot>,
    next: usize,
    most: usize,
    labels: Vec<Option<Target>>,
    depth: usize,
}

/// A place in the code that may not be known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label(pub(super) Target);

/// A statement that `break` or `continue` may leave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'p> {
    pub(super) name: Option<&'p str>,
    pub(super) end: Label,
    pub(super) again: Option<Label>,
}

impl<'x, 'a, 'p> Builder<'x, 'a, 'p> {
    pub(super) fn new(program: &'x Program<'a, 'p>, file: &'p GoFile, at: Span) -> Self {
        Self {
            program,
            types: program.types,
            file,
            env: HashMap::new(),
            results: Vec::new(),
            around: Vec::new(),
            label: None,
            gotos: HashMap::new(),
            falls: None,
            known: HashMap::new(),
            file_index: program.file_index(file),
            at,
            code: Vec::new(),
            spots: Vec::new(),
            next: 0,
            most: 0,
            labels: Vec::new(),
            depth: DEPTH,
        }
    }

    /// Where things are.
    pub(super) fn spot(&self) -> Spot {
        Spot { file: self.file_index, span: self.at }
    }

    pub(super) fn spot_of(&self, node: Node<'p>) -> Spot {
        Spot { file: self.file_index, span: node.span() }
    }

    /// Makes what `make` makes at a node; `None` where it is nested too deep.
    pub(super) fn within<T>(
        &mut self,
        node: Node<'p>,
        make: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let Some(depth) = self.depth.checked_sub(1) else {
            self.opaque("nested too deep");
            return None;
        };
        let before = (self.at, self.depth);
        (self.at, self.depth) = (node.span(), depth);
        let made = make(self);
        (self.at, self.depth) = before;
        made
    }

    pub(super) fn emit(&mut self, op: Op) {
        let spot = self.spot();
        self.code.push(op);
        self.spots.push(spot);
    }

    pub(super) fn opaque(&mut self, why: &'static str) {
        self.emit(Op::Opaque(why));
    }

    /// A register that is free until [`release`](Self::release).
    pub(super) fn reg(&mut self) -> Reg {
        let reg = self.next;
        self.next += 1;
        self.most = self.most.max(self.next);
        // A function with more is opaque as a whole.
        Reg::try_from(reg).unwrap_or(Reg::MAX)
    }

    pub(super) fn mark(&self) -> usize {
        self.next
    }

    /// Frees the registers since the mark.
    pub(super) fn release(&mut self, mark: usize) {
        self.next = mark;
    }

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(Target::try_from(self.labels.len() - 1).unwrap_or(Target::MAX))
    }

    pub(super) fn place(&mut self, label: Label) {
        let here = Target::try_from(self.code.len()).unwrap_or(Target::MAX);
        if let Some(it) = self.labels.get_mut(label.0 as usize) {
            *it = Some(here);
        }
    }

    pub(super) fn jump(&mut self, to: Label) {
        self.emit(Op::Jump(to.0));
    }

    pub(super) fn unless(&mut self, condition: Reg, to: Label) {
        self.emit(Op::Unless(condition, to.0));
    }

    pub(super) fn id(&self, of: &Type<'p>) -> TypeId {
        self.program.type_id(of)
    }

    pub(super) fn of(&self, node: Node<'p>) -> Type<'p> {
        self.types.of(self.file, node)
    }

    pub(super) fn text(&self, node: Node<'p>) -> &'p str {
        self.file.text_of(node)
    }

    pub(super) fn constant(&mut self, constant: Constant) -> Reg {
        let to = self.reg();
        self.emit(Op::Constant(to, constant));
        to
    }

    pub(super) fn integer(&mut self, value: i128) -> Reg {
        self.constant(Constant::Integer(value))
    }

    pub(super) fn zero(&mut self, of: &Type<'p>) -> Reg {
        let to = self.reg();
        self.emit(Op::Zero(to, self.id(of)));
        to
    }

    pub(super) fn unknown(&mut self) -> Reg {
        let to = self.reg();
        self.emit(Op::Unknown(to));
        to
    }

    /// A copy in a register of its own.
    pub(super) fn copy(&mut self, from: Reg) -> Reg {
        let to = self.reg();
        self.emit(Op::Copy(to, from));
        to
    }

    pub(super) fn load(&mut self, at: Reg) -> Reg {
        let to = self.reg();
        self.emit(Op::Load { to, at });
        to
    }

    /// A new variable in memory.
    pub(super) fn fresh(&mut self, of: &Type<'p>) -> Reg {
        let to = self.reg();
        self.emit(Op::New(to, self.id(of)));
        to
    }

    pub(super) fn closure(&mut self, function: FunctionId, captures: Vec<Reg>) -> Reg {
        let to = self.reg();
        self.emit(Op::Closure { to, function, captures: captures.into() });
        to
    }

    /// A call of the library.
    pub(super) fn library(
        &mut self,
        (path, of, name): (&str, &str, &str),
        arguments: Vec<Reg>,
        results: Vec<Reg>,
    ) {
        let call = Call::Library(Rc::from(path), Rc::from(of), Rc::from(name));
        self.emit(Op::Call { call, arguments: arguments.into(), results: results.into() });
    }

    pub(super) fn int(&self) -> Type<'p> {
        Type::Basic(Basic::Int).typed()
    }

    pub(super) fn bool(&self) -> TypeId {
        self.id(&Type::Basic(Basic::Bool))
    }

    pub(super) fn last_is_end(&self) -> bool {
        let reached =
            self.labels.iter().any(|it| it.is_some_and(|it| it as usize == self.code.len()));
        let ends = |it: &Op| matches!(it, Op::Return | Op::Jump(_) | Op::Panic(_) | Op::Opaque(_));
        !reached && self.code.last().is_some_and(ends)
    }

    /// The finished function.
    pub(super) fn finish(mut self, name: String, captures: usize, parameters: usize) -> Function {
        // Where a label is missing, and at the end of what does not end.
        let lost = Target::try_from(self.code.len()).unwrap_or(Target::MAX);
        self.opaque("a place that is not there");
        if self.most > usize::from(Reg::MAX) {
            return Function::opaque("too many registers");
        }
        let labels = &self.labels;
        let target = |it: &mut Target| {
            *it = labels.get(*it as usize).copied().flatten().unwrap_or(lost);
        };
        for op in &mut self.code {
            match op {
                Op::Jump(to) | Op::Unless(_, to) | Op::Next { done: to, .. } => target(to),
                Op::Select { cases, default } => {
                    cases.iter_mut().for_each(|it| target(&mut it.then));
                    default.iter_mut().for_each(target);
                }
                _ => {}
            }
        }
        let small = |it: usize| Reg::try_from(it).unwrap_or(Reg::MAX);
        Function {
            name,
            spot: Some(Spot { file: self.file_index, span: self.at }),
            registers: small(self.most),
            captures: small(captures),
            parameters: small(parameters),
            results: self.results.iter().map(|it| it.0).collect(),
            code: self.code,
            spots: self.spots,
        }
    }
}

impl Function {
    /// A function of which nothing is known.
    pub(super) fn opaque(why: &'static str) -> Self {
        Self { code: vec![Op::Opaque(why)], spots: vec![Spot::default()], ..Self::default() }
    }
}
