//! Statements.

use super::builder::{Around, Builder};
use super::function::list;
use crate::golang::types::Type;
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::explore::code::{Kept, Op, Reg};

impl<'p> Builder<'_, '_, 'p> {
    /// A statement. The registers of what it does not declare are free behind it.
    pub(super) fn statement(&mut self, node: Node<'p>) {
        self.within(node, |it| {
            it.try_statement(node);
            Some(())
        });
    }

    /// The statements of a block.
    pub(super) fn block(&mut self, node: Node<'p>) {
        let mark = self.mark();
        for it in node.statements() {
            self.statement(it);
        }
        self.release(mark);
    }

    fn try_statement(&mut self, node: Node<'p>) {
        let kind = node.go_kind();
        let label = self.label.take();
        let mark = self.mark();
        match kind {
            Kind::Block => self.block(node),
            Kind::EmptyStatement | Kind::ConstDeclaration | Kind::TypeDeclaration => {}
            Kind::VarDeclaration => self.variables(node),
            Kind::ShortVarDeclaration => self.define(node),
            Kind::AssignmentStatement
            | Kind::IncStatement
            | Kind::DecStatement
            | Kind::ExpressionStatement
            | Kind::SendStatement
            | Kind::GoStatement
            | Kind::DeferStatement
            | Kind::ReturnStatement => {
                self.simple(node, kind);
                self.release(mark);
            }
            Kind::IfStatement => self.branch(node),
            Kind::ForStatement => {
                self.for_statement(node, label);
                self.release(mark);
            }
            Kind::ExpressionSwitchStatement => {
                self.switch(node, label);
                self.release(mark);
            }
            Kind::TypeSwitchStatement => {
                self.type_switch(node, label);
                self.release(mark);
            }
            Kind::SelectStatement => {
                self.select(node, label);
                self.release(mark);
            }
            Kind::LabeledStatement => self.labelled(node),
            Kind::BreakStatement | Kind::ContinueStatement | Kind::GotoStatement => {
                self.leave(node, kind);
            }
            Kind::FallthroughStatement => match self.falls {
                Some(to) => self.jump(to),
                None => self.opaque("fallthrough"),
            },
            _ => self.opaque("a statement that is not understood"),
        }
    }

    /// A statement that declares nothing.
    fn simple(&mut self, node: Node<'p>, kind: Kind) {
        match kind {
            Kind::AssignmentStatement => self.assignment(node),
            Kind::IncStatement => self.step(node, "+"),
            Kind::DecStatement => self.step(node, "-"),
            Kind::ExpressionStatement => {
                if let Some(it) = node.parts().next() {
                    self.discard(it);
                }
            }
            Kind::SendStatement => {
                let (Some(channel), Some(value)) =
                    (node.field(Field::Channel), node.field(Field::Value))
                else {
                    return self.opaque("send");
                };
                let (channel, value) = self.sent(channel, value);
                self.emit(Op::Send { channel, value });
            }
            Kind::GoStatement | Kind::DeferStatement => {
                let Some(call) = node.parts().next().map(GoNode::unparen) else {
                    return self.opaque("go");
                };
                let Some((call, arguments)) = self.prepared(call) else { return };
                let arguments = arguments.into();
                self.emit(match kind {
                    Kind::GoStatement => Op::Go { call, arguments },
                    _ => Op::Defer { call, arguments },
                });
            }
            _ => self.give_back(node),
        }
    }

    /// The channel and the value of a send.
    pub(super) fn sent(&mut self, channel: Node<'p>, value: Node<'p>) -> (Reg, Reg) {
        let of = match self.types.underlying(&self.of(channel)) {
            Type::Chan(_, of) => (*of).clone(),
            _ => Type::Unknown,
        };
        self.first([channel, value]);
        let channel = self.value(channel);
        let value = self.value_as(value, &of);
        (channel, value)
    }

    /// An expression for its effects.
    fn discard(&mut self, node: Node<'p>) {
        let node = node.unparen();
        if node.is(Kind::CallExpression) {
            self.called(node, 0);
        } else if node.is(Kind::UnaryExpression) && node.operator() == Some("<-") {
            let Some(operand) = node.field(Field::Operand) else { return self.opaque("receive") };
            let channel = self.value(operand);
            self.emit(Op::Receive { to: None, ok: None, channel });
        } else {
            self.value(node);
        }
    }

    fn give_back(&mut self, node: Node<'p>) {
        let values = node.parts().next().map(list).unwrap_or_default();
        let results = self.results.clone();
        let mut given = Vec::new();
        match *values {
            [] => {}
            [one] if results.len() > 1 => {
                let Some(all) = self.several(one, results.len()) else { return };
                for ((from, of), (_, to)) in all.iter().zip(&results) {
                    given.push(self.converted(*from, of, to));
                }
            }
            _ => {
                if values.len() > 1 {
                    self.first(values.iter().copied());
                }
                for (value, (_, of)) in values.iter().zip(&results) {
                    let value = self.value_as(*value, of);
                    // Another result may be what is read here.
                    given.push(if values.len() > 1 { self.copy(value) } else { value });
                }
            }
        }
        for (from, (kept, _)) in given.iter().zip(&results) {
            if *kept != Kept::Register(*from) {
                self.write(*kept, *from);
            }
        }
        self.emit(Op::Return);
    }

    fn labelled(&mut self, node: Node<'p>) {
        let Some(name) = node.field(Field::Label) else { return self.opaque("label") };
        let text = self.text(name);
        let label = self.goto(text);
        self.place(label);
        // The label itself is a part, too.
        if let Some(it) = node.parts().find(|it| it.id() != name.id()) {
            self.label = Some(text);
            self.statement(it);
            self.label = None;
        }
    }

    fn goto(&mut self, name: &'p str) -> super::builder::Label {
        if let Some(known) = self.gotos.get(name) {
            return *known;
        }
        let label = self.label();
        self.gotos.insert(name, label);
        label
    }

    fn leave(&mut self, node: Node<'p>, kind: Kind) {
        let name = node.parts().next().map(|it| self.text(it));
        if kind == Kind::GotoStatement {
            let to = self.goto(name.unwrap_or_default());
            return self.jump(to);
        }
        let again = kind == Kind::ContinueStatement;
        let fits = |it: &&Around<'p>| {
            (name.is_none() || it.name == name) && (!again || it.again.is_some())
        };
        let to = self.around.iter().rev().find(fits);
        match to.and_then(|it| if again { it.again } else { Some(it.end) }) {
            Some(to) => self.jump(to),
            None => self.opaque("break"),
        }
    }
}
