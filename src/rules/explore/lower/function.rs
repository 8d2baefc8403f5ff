//! Functions: parameters, results and bodies.

use super::Program;
use super::builder::Builder;
use super::source::Source;
use crate::golang::types::{Signature, Type};
use crate::golang::{Declared, Field, GoFile, GoNode, Item, Kind, Node};
use crate::rules::explore::code::{Function, Kept, Op};

impl<'p> Program<'_, 'p> {
    /// Makes a function.
    pub(super) fn lower(&self, source: &Source<'p>) -> Function {
        let made = match source {
            Source::Declared(it) => self.declared(*it),
            Source::Literal(file, node) => self.literal(file, *node),
            Source::Initial(it) => self.initially(*it),
            _ => self.wrapper(source),
        };
        made.unwrap_or_else(|| Function::opaque("a function that is not understood"))
    }

    fn declared(&self, it: Declared<'p>) -> Option<Function> {
        let file: &'p GoFile = it.file;
        let node = it.item.node(file)?;
        let body = node.field(Field::Body)?;
        if file.touches_error(node.span()) {
            return None;
        }
        let mut builder = Builder::new(self, file, node.span());
        let mut lists = Vec::new();
        lists.extend(node.field(Field::Receiver));
        lists.extend(node.field(Field::Parameters));
        let parameters = builder.parameters(&lists);
        builder.body(node, body);
        Some(builder.finish(shown(it.item), 0, parameters))
    }

    fn literal(&self, file: &'p GoFile, node: Node<'p>) -> Option<Function> {
        let body = node.field(Field::Body)?;
        if file.touches_error(node.span()) {
            return None;
        }
        let mut builder = Builder::new(self, file, node.span());
        let captures = file.scopes().captures(node);
        for it in &captures {
            let at = builder.reg();
            builder.env.insert(it.binding, Kept::Memory(at));
        }
        let lists: Vec<_> = node.field(Field::Parameters).into_iter().collect();
        let parameters = builder.parameters(&lists);
        builder.body(node, body);
        Some(builder.finish(name_of(file, node), captures.len(), parameters))
    }

    /// The function that gives a variable of the package its first value.
    fn initially(&self, it: Declared<'p>) -> Option<Function> {
        let file: &'p GoFile = it.file;
        let spec = it.item.node(file)?;
        let names: Vec<_> = spec.parts().filter(|it| it.is(Kind::Identifier)).collect();
        let at = spec
            .parts()
            .filter(|it| it.is(Kind::Identifier) || it.is(Kind::BlankIdentifier))
            .position(|name| name.span() == it.item.name_span)?;
        let values = list(spec.field(Field::Value)?);
        let of = self.types.of_item(it);
        let mut builder = Builder::new(self, file, spec.span());
        let result = builder.reg();
        builder.results.push((Kept::Register(result), of.clone()));
        let value = match *values {
            [one] if names.len() > 1 => {
                let all = builder.several(one, names.len());
                let (from, given) = all?.get(at).cloned()?;
                builder.converted(from, &given, &of)
            }
            _ => builder.value_as(*values.get(at)?, &of),
        };
        builder.emit(Op::Copy(result, value));
        builder.emit(Op::Return);
        Some(builder.finish(format!("{} =", it.item.name), 0, 0))
    }
}

impl<'p> Builder<'_, '_, 'p> {
    /// Takes the parameters of some lists into registers, and those that others may reach into
    /// memory; how many there are.
    fn parameters(&mut self, lists: &[Node<'p>]) -> usize {
        let mut all = Vec::new();
        for it in lists.iter().flat_map(|it| it.parts()) {
            let names = self.names(it);
            let of = it.field(Field::Type);
            let of = of.map(|it| self.types.written(self.file, it)).unwrap_or_default();
            let of = match it.go_kind() {
                Kind::VariadicParameterDeclaration => Type::Slice(of.into()),
                Kind::ParameterDeclaration => of,
                _ => continue,
            };
            if names.is_empty() {
                all.push((None, of));
            } else {
                all.extend(names.into_iter().map(|name| (Some(name), of.clone())));
            }
        }
        let registers: Vec<_> = all.iter().map(|_| self.reg()).collect();
        for ((name, of), reg) in all.iter().zip(&registers) {
            let id = name.and_then(|it| self.file.scopes().declared_at(it.span()));
            let Some(id) = id else { continue };
            let kept = match self.in_memory(id, of) {
                true => self.variable(id, of, Some(*reg)),
                false => Kept::Register(*reg),
            };
            self.env.insert(id, kept);
        }
        registers.len()
    }

    /// The names that a parameter's declaration declares. Of ten or more with one type the parser
    /// takes the first for types.
    fn names(&self, declaration: Node<'p>) -> Vec<Node<'p>> {
        let known = |it: &Node<'p>| {
            it.is(Kind::Identifier)
                || it.is(Kind::BlankIdentifier)
                || self.file.scopes().declared_at(it.span()).is_some()
        };
        declaration.parts().filter(known).collect()
    }

    fn body(&mut self, function: Node<'p>, body: Node<'p>) {
        match function.field(Field::Result) {
            Some(list) if list.is(Kind::ParameterList) => {
                for it in list.parts() {
                    let of = it.field(Field::Type);
                    let of = of.map(|it| self.types.written(self.file, it)).unwrap_or_default();
                    let names = self.names(it);
                    for name in
                        names.iter().map(|it| Some(*it)).chain(names.is_empty().then_some(None))
                    {
                        self.result(name, &of);
                    }
                }
            }
            Some(one) => {
                let of = self.types.written(self.file, one);
                self.result(None, &of);
            }
            None => {}
        }
        for it in body.statements() {
            self.statement(it);
        }
        if !self.last_is_end() {
            self.emit(Op::Return);
        }
    }

    fn result(&mut self, name: Option<Node<'p>>, of: &Type<'p>) {
        let id = name.and_then(|it| self.file.scopes().declared_at(it.span()));
        let kept = match id {
            Some(id) => {
                let kept = self.variable(id, of, None);
                self.env.insert(id, kept);
                kept
            }
            None => Kept::Register(self.zero(of)),
        };
        self.results.push((kept, of.clone()));
    }

    /// The signature of a type, if it is one of functions.
    pub(super) fn signature(&self, of: &Type<'p>) -> Option<Signature<'p>> {
        match self.types.underlying(of) {
            Type::Func(it) => Some((*it).clone()),
            _ => None,
        }
    }
}

/// The expressions of a list, or the one expression itself.
pub(super) fn list(node: Node<'_>) -> Vec<Node<'_>> {
    if node.is(Kind::ExpressionList) { node.parts().collect() } else { vec![node] }
}

/// `Server.Stop`
pub(super) fn shown(item: &Item) -> String {
    match &item.receiver {
        Some(it) => format!("{}.{}", it.type_name, item.name),
        None => item.name.to_string(),
    }
}

/// `Server.Stop.func1`
fn name_of(file: &GoFile, literal: Node<'_>) -> String {
    let scopes = file.scopes();
    let mut name = "func".to_owned();
    let at = literal.start_byte();
    let items = file.items();
    let item = items.iter().rfind(|it| it.span.contains(at));
    if let Some(it) = item {
        let inside = scopes.functions().filter(|(_, function)| {
            function.kind == Kind::FuncLiteral && it.span.encloses(function.span)
        });
        let nth = inside.take_while(|(_, it)| it.span.start as usize <= at).count();
        name = format!("{}.func{nth}", shown(it));
    }
    name
}
