//! Methods that `fmt` calls on what it prints: `Error` and `String`.

use super::builder::Builder;
use crate::golang::types::{Callee, MemberKind, MethodPlace, Type};
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::explore::code::{Constant, Op};

/// How a function takes what it prints.
enum Style {
    /// The text of this argument says how; what is printed comes behind it.
    Format(usize),
    /// Everything from this argument on.
    All(usize),
}

impl<'p> Builder<'_, '_, 'p> {
    /// Calls what a call that prints calls on its arguments.
    ///
    /// Only methods of the package itself, only on values whose type is known, and only where the
    /// format asks for them.
    pub(super) fn printed(&mut self, call: Node<'p>, callee: &Callee<'p>) {
        let Some(style) = style(callee) else { return };
        let nodes: Vec<_> = call.arguments().collect();
        if nodes.iter().any(|it| it.is(Kind::VariadicArgument)) {
            return;
        }
        let from = match style {
            Style::Format(at) => at + 1,
            Style::All(at) => at,
        };
        let verbs = match style {
            Style::Format(at) => match nodes.get(at).and_then(|it| self.format(*it)) {
                Some(it) => Some(it),
                None => return,
            },
            Style::All(_) => None,
        };
        for (nth, node) in nodes.iter().skip(from).enumerate() {
            let wanted = match &verbs {
                Some(all) => all.get(nth).is_some_and(|it| "svqxXw".contains(*it)),
                None => true,
            };
            if wanted {
                self.shown_as_text(*node);
            }
        }
    }

    /// The verbs of a format, where they are written out and plain.
    fn format(&self, node: Node<'p>) -> Option<Vec<char>> {
        let Constant::String(text) = self.constant_of(node)? else { return None };
        let mut verbs = Vec::new();
        let mut rest = text.chars();
        while let Some(it) = rest.next() {
            if it != '%' {
                continue;
            }
            let verb = rest.by_ref().find(|it| !"+-# 0123456789.".contains(*it))?;
            match verb {
                '%' => {}
                '[' | '*' => return None,
                it => verbs.push(it),
            }
        }
        Some(verbs)
    }

    fn shown_as_text(&mut self, node: Node<'p>) {
        let of = self.of(node);
        let has = |name| self.types.member(&of, name).is_some();
        // What is printed is evaluated a second time here.
        if !is_quiet(node) || self.is_interface(&of) || has("Format") {
            return;
        }
        let name = if has("Error") { "Error" } else { "String" };
        let Some(member) = self.types.member(&of, name) else { return };
        let MemberKind::Method(MethodPlace::Own(_)) = member.kind else { return };
        let is_text = self.signature(&member.of).is_some_and(|it| {
            it.parameters.is_empty() && matches!(&*it.results, [Type::Basic(it)] if it.is_string())
        });
        if !is_text || self.program.find_method(&of, name).is_none() {
            return;
        }
        let receiver = self.value(node);
        let end = self.label();
        if matches!(of, Type::Pointer(_)) {
            // Of a nil pointer `fmt` prints just that.
            let nil = self.constant(Constant::Nil);
            let boolean = self.bool();
            let there = self.binary("!=", receiver, nil, boolean);
            self.unless(there, end);
        }
        let place = super::place::Place::Value(receiver);
        if let Some((call, receiver)) = self.method_of(place, of, &member, name) {
            let arguments = receiver.into_iter().collect();
            self.emit(Op::Call { call, arguments, results: Box::default() });
        }
        self.place(end);
    }
}

/// Whether evaluating an expression does nothing else.
fn is_quiet(node: Node<'_>) -> bool {
    let mut node = node.unparen();
    loop {
        let operand = match node.go_kind() {
            Kind::Identifier => return true,
            Kind::SelectorExpression => node.field(Field::Operand),
            Kind::UnaryExpression if matches!(node.operator(), Some("&" | "*")) => {
                node.field(Field::Operand)
            }
            _ => None,
        };
        match operand {
            Some(it) => node = it.unparen(),
            None => return false,
        }
    }
}

/// How what a call calls prints, if it does.
fn style(callee: &Callee<'_>) -> Option<Style> {
    match callee {
        Callee::ForeignFunction { path: "fmt", name, .. } => Some(match *name {
            "Printf" | "Sprintf" | "Errorf" => Style::Format(0),
            "Fprintf" => Style::Format(1),
            "Print" | "Println" | "Sprint" | "Sprintln" => Style::All(0),
            "Fprint" | "Fprintln" => Style::All(1),
            _ => return None,
        }),
        Callee::ForeignFunction { path: "log", name, .. } => Some(match *name {
            "Printf" | "Fatalf" | "Panicf" => Style::Format(0),
            "Print" | "Println" | "Fatal" | "Fatalln" | "Panic" | "Panicln" => Style::All(0),
            _ => return None,
        }),
        Callee::ForeignMethod { path: "testing", name, .. } => Some(match *name {
            "Logf" | "Errorf" | "Fatalf" | "Skipf" => Style::Format(0),
            "Log" | "Error" | "Fatal" | "Skip" => Style::All(0),
            _ => return None,
        }),
        _ => None,
    }
}
