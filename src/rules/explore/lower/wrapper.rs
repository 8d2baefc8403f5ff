//! Functions that are not written anywhere: methods as the interface calls them, functions of the
//! library and builtins as values, entries behind `init`.

use super::Program;
use super::builder::Builder;
use super::place::Place;
use super::source::Source;
use crate::golang::types::{MemberKind, MethodPlace, Type};
use crate::golang::{GoFile, Span};
use crate::rules::explore::code::{Call, Function, FunctionId, Kept, Op, Reg};

impl<'p> Program<'_, 'p> {
    pub(super) fn wrapper(&self, source: &Source<'p>) -> Option<Function> {
        let made = match source {
            Source::Method(of, name) => self.method_wrapper(of, name, false),
            Source::Bound(of, name) => self.method_wrapper(of, name, true),
            Source::Library(path, name, takes, gives) => {
                let mut builder = self.nowhere()?;
                let takes: Vec<_> = (0..*takes).map(|_| builder.reg()).collect();
                let gives = builder.results(*gives);
                let count = takes.len();
                builder.library((path, "", name), takes, gives);
                builder.emit(Op::Return);
                let package = path.rsplit('/').next().unwrap_or(path);
                Some(builder.finish(format!("{package}.{name}"), 0, count))
            }
            Source::Builtin(name, of) => {
                let mut builder = self.nowhere()?;
                let takes: Vec<_> = of.iter().map(|_| builder.reg()).collect();
                let count = takes.len();
                builder.built(name, &takes)?;
                builder.emit(Op::Return);
                Some(builder.finish((*name).to_owned(), 0, count))
            }
            Source::Entry(id, testing) => self.entry_wrapper(*id, *testing),
            Source::Declared(_) | Source::Literal(..) | Source::Initial(_) => None,
        };
        // It is not to be shown as a place where the code is.
        made.map(|it| Function { spot: None, ..it })
    }

    fn nowhere(&self) -> Option<Builder<'_, '_, 'p>> {
        let file: &'p GoFile = self.package.files().first()?;
        Some(Builder::new(self, file, Span::default()))
    }

    fn method_wrapper(&self, of: &Type<'p>, name: &'p str, bound: bool) -> Option<Function> {
        let member = self.types.member(of, name)?;
        let mut builder = match &member.kind {
            MemberKind::Method(MethodPlace::Own(it)) => {
                Builder::new(self, it.file, it.item.name_span)
            }
            _ => match of.behind().own() {
                Some(own) => Builder::new(self, own.file, own.spec),
                None => self.nowhere()?,
            },
        };
        let signature = builder.signature(&member.of)?;
        let receiver = builder.reg();
        let takes: Vec<_> = signature.parameters.iter().map(|_| builder.reg()).collect();
        let gives = builder.results(signature.results.len());
        let place = Place::Value(receiver);
        let (call, receiver) = builder.method_of(place, of.clone(), &member, name)?;
        let count = takes.len();
        let arguments: Vec<_> = receiver.into_iter().chain(takes).collect();
        builder.emit(Op::Call { call, arguments: arguments.into(), results: gives.into() });
        builder.emit(Op::Return);
        let (captures, count) = if bound { (1, count) } else { (0, count + 1) };
        let type_name = self.types.show(of);
        Some(builder.finish(
            format!("{}.{name}", type_name.trim_start_matches('*')),
            captures,
            count,
        ))
    }

    /// Runs the `init` functions of the package first.
    fn entry_wrapper(&self, id: FunctionId, testing: bool) -> Option<Function> {
        let mut builder = self.nowhere()?;
        let takes: Vec<Reg> = testing.then(|| builder.reg()).into_iter().collect();
        let count = takes.len();
        for init in self.package.functions("init") {
            let call = Call::Function(self.id(Source::Declared(init)));
            builder.emit(Op::Call { call, arguments: Box::default(), results: Box::default() });
        }
        let call = Call::Function(id);
        builder.emit(Op::Call { call, arguments: takes.into(), results: Box::default() });
        builder.emit(Op::Return);
        let name = match self.functions.borrow().get(id.0 as usize).map(|it| &it.source) {
            Some(Source::Declared(it)) => it.item.name.to_string(),
            _ => String::new(),
        };
        Some(builder.finish(name, 0, count))
    }
}

impl Builder<'_, '_, '_> {
    /// Registers for results, whose types do not matter.
    fn results(&mut self, count: usize) -> Vec<Reg> {
        let all: Vec<_> = (0..count).map(|_| self.reg()).collect();
        self.results.extend(all.iter().map(|it| (Kept::Register(*it), Type::Unknown)));
        all
    }
}
