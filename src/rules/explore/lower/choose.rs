//! Type switches and `select`.

use super::builder::{Around, Builder, Label};
use super::function::list;
use super::variable::is_blank;
use crate::golang::types::Type;
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::explore::code::{Action, Case, Constant, Op, Reg};

/// What a case of a `select` receives.
struct Received<'p> {
    left: Vec<Node<'p>>,
    defines: bool,
    to: Option<Reg>,
    ok: Option<Reg>,
    element: Type<'p>,
}

impl<'p> Builder<'_, '_, 'p> {
    /// `switch x := y.(type)`
    pub(super) fn type_switch(&mut self, node: Node<'p>, name: Option<&'p str>) {
        if let Some(it) = node.field(Field::Initializer) {
            self.statement(it);
        }
        let Some(operand) = node.field(Field::Value) else {
            return self.opaque("a type switch over nothing");
        };
        let of = self.of(operand);
        let whole = self.value(operand);
        let whole = self.copy(whole);
        let alias = node.field(Field::Alias).and_then(|it| list(it).first().copied());
        let is_case = |it: &Node<'p>| it.is(Kind::TypeCase) || it.is(Kind::DefaultCase);
        let cases: Vec<_> = node.parts().filter(is_case).map(|it| (it, self.label())).collect();
        let end = self.label();
        let mut narrowed = Vec::new();
        for (case, body) in &cases {
            let types =
                case.parts().filter(|it| case.is(Kind::TypeCase) && !it.is(Kind::StatementList));
            let types: Vec<_> = types.collect();
            let value = self.reg();
            let mut is = (whole, of.clone());
            for it in &types {
                let tested = self.is_of(*it, whole, value, *body);
                if let (Some(of), 1) = (tested, types.len()) {
                    is = (value, of);
                }
            }
            narrowed.push(is);
        }
        let default = cases.iter().find(|it| it.0.is(Kind::DefaultCase));
        self.jump(default.map_or(end, |it| it.1));
        self.around.push(Around { name, end, again: None });
        for ((case, body), (value, of)) in cases.iter().zip(&narrowed) {
            self.place(*body);
            let mark = self.mark();
            if let Some(it) = alias {
                self.declare(it, of, Some(*value));
            }
            self.block(*case);
            self.release(mark);
            self.jump(end);
        }
        self.around.pop();
        self.place(end);
    }

    /// Goes to a body where a value is of a type, with the value narrowed to it: to which type;
    /// `None` for `nil`.
    fn is_of(&mut self, node: Node<'p>, from: Reg, to: Reg, body: Label) -> Option<Type<'p>> {
        let next = self.label();
        let mark = self.mark();
        let of = (self.text(node) != "nil").then(|| self.types.written(self.file, node));
        match &of {
            Some(Type::Unknown) => self.opaque("a type that is not known"),
            Some(of) => {
                let ok = self.reg();
                let of = self.id(of);
                self.emit(Op::Assert { to, ok: Some(ok), from, of });
                self.unless(ok, next);
            }
            None => {
                let nil = self.constant(Constant::Nil);
                let bool = self.bool();
                let same = self.binary("==", from, nil, bool);
                self.unless(same, next);
            }
        }
        self.jump(body);
        self.place(next);
        self.release(mark);
        of
    }

    /// `select`: channels and values first, in the order of the source.
    pub(super) fn select(&mut self, node: Node<'p>, name: Option<&'p str>) {
        let end = self.label();
        let mut cases = Vec::new();
        let mut bodies = Vec::new();
        let mut default = None;
        for it in node.parts() {
            let body = self.label();
            match it.go_kind() {
                Kind::DefaultCase => {
                    default = Some(body);
                    bodies.push((it, body, None));
                }
                Kind::CommunicationCase => {
                    let Some(made) = self.communication(it, body) else {
                        return self.opaque("a case that is not understood");
                    };
                    cases.push(made.0);
                    bodies.push((it, body, made.1));
                }
                _ => {}
            }
        }
        self.emit(Op::Select { cases: cases.into(), default: default.map(|it| it.0) });
        self.around.push(Around { name, end, again: None });
        for (case, body, received) in bodies {
            self.place(body);
            let mark = self.mark();
            if let Some(it) = received {
                self.receive_into(&it);
            }
            self.block(case);
            self.release(mark);
            self.jump(end);
        }
        self.around.pop();
        self.place(end);
    }

    fn communication(
        &mut self,
        case: Node<'p>,
        body: Label,
    ) -> Option<(Case, Option<Received<'p>>)> {
        let node = case.field(Field::Communication)?;
        let spot = self.spot_of(node);
        let then = body.0;
        if node.is(Kind::SendStatement) {
            let (channel, value) = (node.field(Field::Channel)?, node.field(Field::Value)?);
            let (channel, value) = self.sent(channel, value);
            let channel = self.copy(channel);
            let action = Action::Send(self.copy(value));
            return Some((Case { spot, channel, action, then }, None));
        }
        let receive = node.field(Field::Right)?.unparen();
        let operand = receive.field(Field::Operand)?;
        if receive.operator() != Some("<-") {
            return None;
        }
        let element = match self.types.underlying(&self.of(operand)) {
            Type::Chan(_, of) => (*of).clone(),
            _ => Type::Unknown,
        };
        let channel = self.value(operand);
        let channel = self.copy(channel);
        let left = node.field(Field::Left).map(list).unwrap_or_default();
        let mut wanted = |at: usize| {
            let it = *left.get(at)?;
            (!is_blank(self.text(it), it)).then(|| self.reg())
        };
        let (to, ok) = (wanted(0), wanted(1));
        let defines = node.all().any(|it| it.kind() == ":=");
        let action = Action::Receive { to, ok };
        let received = Received { left, defines, to, ok, element };
        Some((Case { spot, channel, action, then }, Some(received)))
    }

    /// Gives the variables of a case what was received.
    fn receive_into(&mut self, received: &Received<'p>) {
        let bool = Type::Basic(crate::golang::types::Basic::Bool);
        let pairs = [(received.to, &received.element), (received.ok, &bool)];
        for (node, (from, of)) in received.left.iter().zip(pairs) {
            let Some(from) = from else { continue };
            if received.defines {
                self.introduce(*node, of, from);
            } else {
                match self.left(*node) {
                    Some(left) => self.give(&left, from, of),
                    None => self.opaque("a place that is not understood"),
                }
            }
        }
    }
}
