//! Calls.

use std::rc::Rc;

use super::builder::Builder;
use super::library;
use super::place::Place;
use super::source::Source;
use crate::golang::types::{Callee, Member, MemberKind, MethodPlace, Signature, Type, only};
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::explore::code::{Call, Constant, Op, Reg};

impl<'p> Builder<'_, '_, 'p> {
    /// Calls, and gives the first results, as many as are wanted.
    pub(super) fn called(&mut self, node: Node<'p>, count: usize) -> Vec<Reg> {
        let node = node.unparen();
        let results = self.within(node, |it| {
            let results = it.try_called(node, count);
            if results.is_none() {
                it.opaque("a call that is not understood");
            }
            results
        });
        results.unwrap_or_else(|| (0..count).map(|_| self.reg()).collect())
    }

    fn try_called(&mut self, node: Node<'p>, count: usize) -> Option<Vec<Reg>> {
        self.first_within(node);
        let (call, arguments) = match self.types.callee(self.file, node) {
            Callee::Builtin(name) => {
                let result = self.builtin(node, name)?;
                return Some(result.into_iter().collect());
            }
            Callee::Conversion(to) => {
                let value = only(node.arguments())?;
                return Some(vec![self.conversion(value, &to)?]);
            }
            Callee::ForeignFunction { path: "unsafe", .. } => {
                for it in node.arguments() {
                    self.value(it);
                }
                return Some((0..count).map(|_| self.unknown()).collect());
            }
            Callee::ForeignFunction { path: "io", name: "ReadFull", .. } => {
                return self.read_full(node, count);
            }
            callee => {
                let target = self.target(node, callee.clone())?;
                self.printed(node, &callee);
                target
            }
        };
        let results: Vec<_> = (0..count).map(|_| self.reg()).collect();
        let arguments = arguments.into();
        self.emit(Op::Call { call, arguments, results: results.clone().into() });
        Some(results)
    }

    /// The call of a `go` or `defer` statement, with everything evaluated that is evaluated now.
    pub(super) fn prepared(&mut self, node: Node<'p>) -> Option<(Call, Vec<Reg>)> {
        self.first_within(node);
        let prepared = match self.types.callee(self.file, node) {
            Callee::Builtin(name) => self.prepared_builtin(node, name),
            Callee::Conversion(_) => None,
            callee => self.target(node, callee),
        };
        if prepared.is_none() {
            self.opaque("a call that is not understood");
        }
        prepared
    }

    /// `io.ReadFull` reads at least once; what it makes of that is not known.
    fn read_full(&mut self, node: Node<'p>, count: usize) -> Option<Vec<Reg>> {
        let mut arguments = node.arguments();
        let (reader, into) = (arguments.next()?, arguments.next()?);
        let of = self.signature(&self.of(node.callee()?))?;
        let reader = self.value_as(reader, of.parameters.first()?);
        let into = self.value(into);
        let name = "Read";
        self.program.note_method(name);
        let call = Call::Method(reader, Rc::from(name));
        self.emit(Op::Call { call, arguments: [into].into(), results: Box::default() });
        Some((0..count).map(|_| self.unknown()).collect())
    }

    /// What is called, with which arguments.
    fn target(&mut self, node: Node<'p>, callee: Callee<'p>) -> Option<(Call, Vec<Reg>)> {
        let function = node.callee()?;
        match callee {
            Callee::Function(declared) => {
                let of = self.signature(&self.types.of_item(declared))?;
                let arguments = self.arguments(node, &of)?;
                Some((Call::Function(self.program.id(Source::Declared(declared))), arguments))
            }
            Callee::Method(_) | Callee::Interface(..) | Callee::ForeignMethod { .. } => {
                let operand = function.field(Field::Operand)?;
                let name = self.text(function.field(Field::Field)?);
                let of = self.of(operand);
                let member = self.types.member(&of, name)?;
                let place = self.place_of(operand);
                let (call, receiver) = self.method_of(place, of, &member, name)?;
                let of = self.signature(&member.of)?;
                let mut all: Vec<_> = receiver.into_iter().collect();
                all.extend(self.arguments(node, &of)?);
                Some((call, all))
            }
            Callee::ForeignFunction { path, name, .. } => {
                let arguments = match self.signature(&self.of(function)) {
                    Some(of) => self.arguments(node, &of)?,
                    // The machine may know what the table does not.
                    None => node.arguments().map(|it| self.value(it)).collect(),
                };
                Some((Call::Library(Rc::from(path), Rc::from(""), Rc::from(name)), arguments))
            }
            Callee::Literal(_) | Callee::Value(_) | Callee::Unknown => {
                let of = self.signature(&self.of(function))?;
                let called = self.value(function);
                let arguments = self.arguments(node, &of)?;
                Some((Call::Value(called), arguments))
            }
            Callee::Builtin(_) | Callee::Conversion(_) => None,
        }
    }

    /// The call of a method of what is at a place, and the receiver where it is an argument.
    pub(super) fn method_of(
        &mut self,
        place: Place<'p>,
        of: Type<'p>,
        member: &Member<'p>,
        name: &'p str,
    ) -> Option<(Call, Option<Reg>)> {
        let MemberKind::Method(method) = &member.kind else { return None };
        let (place, of) = self.along(place, of, &member.way)?;
        if let MethodPlace::Own(declared) = method {
            let pointer = declared.item.receiver.as_ref()?.pointer;
            let receiver = self.receiver(place, &of, pointer);
            return Some((
                Call::Function(self.program.id(Source::Declared(*declared))),
                Some(receiver),
            ));
        }
        if self.is_interface(&of) {
            self.program.note_method(name);
            return Some((Call::Method(self.get(place), Rc::from(name)), None));
        }
        let (path, type_name) = of.behind().foreign_name()?;
        let pointer = library::has_pointer_receiver(path, type_name, name);
        let receiver = self.receiver(place, &of, pointer);
        let call = Call::Library(Rc::from(path), Rc::from(type_name), Rc::from(name));
        Some((call, Some(receiver)))
    }

    /// What is at a place as the receiver of a method.
    pub(super) fn receiver(&mut self, place: Place<'p>, of: &Type<'p>, pointer: bool) -> Reg {
        let is_pointer = matches!(self.types.underlying(of), Type::Pointer(_));
        match (is_pointer, pointer) {
            (true, false) => {
                let at = self.get(place);
                self.load(at)
            }
            (false, true) => self.pointer(place, of),
            _ => self.get(place),
        }
    }

    /// The arguments of a call as what the function takes; a variadic one is one slice.
    fn arguments(&mut self, node: Node<'p>, of: &Signature<'p>) -> Option<Vec<Reg>> {
        let nodes: Vec<_> = node.arguments().collect();
        let fixed = of.parameters.len() - usize::from(of.variadic && !of.parameters.is_empty());
        // `f(g())` hands over all results of g.
        if let [one] = *nodes
            && one.unparen().is(Kind::CallExpression)
            && let Type::Tuple(given) = self.of(one)
        {
            let given = self.several(one, given.len())?;
            return self.fitted(given, fixed, of);
        }
        if nodes.len() < fixed || (nodes.len() > fixed && !of.variadic) {
            return None;
        }
        let mut all = Vec::new();
        for (node, of) in nodes.iter().zip(&of.parameters).take(fixed) {
            all.push(self.value_as(*node, of));
        }
        if !of.variadic {
            return Some(all);
        }
        let last = of.parameters.last().cloned().unwrap_or_default();
        let rest = nodes.get(fixed..)?;
        if let [one] = rest
            && one.is(Kind::VariadicArgument)
        {
            all.push(self.value_as(one.parts().next()?, &last));
            return Some(all);
        }
        let element = match &last {
            Type::Slice(of) => (**of).clone(),
            _ => Type::Unknown,
        };
        let items = rest.iter().map(|it| self.value_as(*it, &element)).collect();
        all.push(self.packed(items, &last));
        Some(all)
    }

    fn packed(&mut self, items: Vec<Reg>, of: &Type<'p>) -> Reg {
        if items.is_empty() {
            return self.constant(Constant::Nil);
        }
        let to = self.reg();
        let of = self.id(of);
        self.emit(Op::Slice { to, elements: items.into(), of });
        to
    }

    /// The results of one call as the arguments of another.
    fn fitted(
        &mut self,
        given: Vec<(Reg, Type<'p>)>,
        fixed: usize,
        of: &Signature<'p>,
    ) -> Option<Vec<Reg>> {
        let mut given = given.into_iter();
        let mut all = Vec::new();
        for to in of.parameters.iter().take(fixed) {
            let (from, of) = given.next()?;
            all.push(self.converted(from, &of, to));
        }
        if of.variadic {
            let last = of.parameters.last().cloned().unwrap_or_default();
            let element = match &last {
                Type::Slice(of) => (**of).clone(),
                _ => Type::Unknown,
            };
            let items = given.map(|(from, of)| self.converted(from, &of, &element)).collect();
            all.push(self.packed(items, &last));
        }
        Some(all)
    }
}
