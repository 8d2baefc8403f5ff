//! Functions as text, for tests and for people.

use std::fmt;

use crate::rules::explore::code::Function;

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, registers, captures, parameters, results, .. } = self;
        writeln!(f, "{name}: {captures} captured, {parameters} parameters, {registers} registers")?;
        for (at, op) in self.code.iter().enumerate() {
            writeln!(f, "{at:4} {op:?}")?;
        }
        writeln!(f, "     {results:?}")
    }
}
