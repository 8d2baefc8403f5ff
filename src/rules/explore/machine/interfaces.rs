//! Interface values and type assertions.

use std::rc::Rc;

use super::super::code::{Library, Reg, Shape, TypeId};
use super::value::{Doubt, Dynamic, Value};
use super::{Kind, Machine, Step, opaque};

/// The methods of an error of the library.
const ERROR: &[&str] = &["Error", "Unwrap", "Is", "As"];

/// The methods of a context.
const CONTEXT: &[&str] = &["Deadline", "Done", "Err", "Value"];

impl Machine<'_> {
    fn methods(&self, of: TypeId) -> Option<Vec<String>> {
        let mut of = of;
        for _ in 0..40 {
            match &*self.code.shape(of) {
                Shape::Interface(methods) => return Some(methods.clone()),
                Shape::Named(_, under) => of = *under,
                _ => return None,
            }
        }
        None
    }

    pub(super) fn interface(&mut self, from: Value, of: TypeId) -> Value {
        match from {
            unknown @ Value::Unknown(_) if matches!(&*self.code.shape(of), Shape::Unknown) => {
                unknown
            }
            boxed @ Value::Interface(..) => boxed,
            from if self.methods(of).is_some() => from,
            from => Value::Interface(Dynamic::Type(of), Rc::new(from)),
        }
    }

    pub(super) fn assert(&mut self, to: Reg, ok: Option<Reg>, from: Reg, of: TypeId) -> Step<()> {
        let methods = self.methods(of);
        let value = self.get(from);
        let holds = match (&value, &methods) {
            (Value::Nil, _) => false,
            (Value::Interface(Dynamic::Type(it), _), None) => *it == of,
            (Value::Interface(Dynamic::Library(_), _), None) => false,
            (Value::Interface(Dynamic::Type(it), _), Some(_)) => {
                match self.code.implements(*it, of) {
                    Some(it) => it,
                    None => return opaque("whether a type implements an interface"),
                }
            }
            (Value::Interface(Dynamic::Library(it), _), Some(methods)) => {
                let has = match it {
                    Library::Error => ERROR,
                    Library::Context => CONTEXT,
                    _ => return opaque("whether a type implements an interface"),
                };
                methods.iter().all(|it| has.contains(&it.as_str()))
            }
            _ => {
                let unknown = self.unknown(Doubt::Guessed);
                self.set(to, unknown.clone());
                if let Some(ok) = ok {
                    self.set(ok, unknown);
                }
                return Ok(());
            }
        };
        if !holds && ok.is_none() {
            return Err(self.panic(Kind::Assertion, "interface conversion"));
        }
        let result = match (holds, value) {
            (true, Value::Interface(_, inner)) if methods.is_none() => (*inner).clone(),
            (true, value) => value,
            _ => self.zero(of),
        };
        self.set(to, result);
        if let Some(ok) = ok {
            self.set(ok, Value::Bool(holds));
        }
        Ok(())
    }
}
