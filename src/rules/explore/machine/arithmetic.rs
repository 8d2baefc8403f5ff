//! Arithmetic, comparison, conversion, and what unknown values are decided to be.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::super::code::{Constant, Shape, TypeId};
use super::value::{Doubt, Unknown, Value};
use super::{Choice, Kind, Machine, Step, opaque};

/// The same in every run.
pub(super) fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

fn term(of: &Value) -> u64 {
    match of {
        Value::Unknown(it) => it.term,
        Value::Bool(it) => hash(&("bool", it)),
        Value::Integer(it) => hash(&("integer", it)),
        Value::Text(it) => hash(&("text", it)),
        Value::Pointer(it) => hash(&("pointer", it)),
        Value::Nil => 1,
        Value::Interface(_, it) => term(it),
        Value::Many(it) => hash(&it.iter().map(term).collect::<Vec<_>>()),
        Value::Thing(it) => hash(&("thing", it)),
        Value::Channel(it) | Value::Map(it) => hash(&("object", it)),
        _ => 2,
    }
}

/// What follows from unknown values.
pub(super) fn follows(operator: &str, from: &[&Value]) -> Value {
    let mut doubt = Doubt::Free;
    let mut roots = Vec::new();
    for value in from {
        match value {
            Value::Unknown(it) => {
                doubt = doubt.max(it.doubt);
                roots.push(it.root);
            }
            Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Nil => {}
            _ => doubt = Doubt::Guessed,
        }
    }
    roots.dedup();
    if roots.is_empty() {
        doubt = Doubt::Guessed;
    }
    let root = if let [one] = roots.as_slice() { *one } else { 0 };
    let terms: Vec<_> = from.iter().map(|it| term(it)).collect();
    Value::Unknown(Unknown { doubt, term: hash(&(operator, terms)), root })
}

fn wrap(value: i128, bits: u8, signed: bool) -> i128 {
    if bits == 0 || bits > 64 {
        return value;
    }
    let kept = value & ((1i128 << bits) - 1);
    if signed && kept >> (bits - 1) & 1 == 1 { kept - (1i128 << bits) } else { kept }
}

impl Machine<'_> {
    fn width(&self, of: TypeId) -> Option<(u8, bool)> {
        let mut of = of;
        for _ in 0..40 {
            match &*self.code.shape(of) {
                Shape::Integer(bits, signed) => return Some((*bits, *signed)),
                Shape::Named(_, under) => of = *under,
                _ => return None,
            }
        }
        None
    }

    pub(super) fn constant(&mut self, of: &Constant) -> Value {
        match of {
            Constant::Nil => Value::Nil,
            Constant::Bool(it) => Value::Bool(*it),
            Constant::Integer(it) => Value::Integer(*it),
            Constant::Float => self.unknown(Doubt::Guessed),
            Constant::String(it) => Value::Text(it.clone()),
        }
    }

    pub(super) fn unary(&mut self, operator: &'static str, of: &Value) -> Value {
        match (operator, of) {
            ("!", Value::Bool(it)) => Value::Bool(!it),
            ("-", Value::Integer(it)) => Value::Integer(it.wrapping_neg()),
            ("^", Value::Integer(it)) => Value::Integer(!*it),
            ("+", it) => (*it).clone(),
            _ => follows(operator, &[of]),
        }
    }

    pub(super) fn binary(
        &mut self,
        operator: &'static str,
        left: &Value,
        right: &Value,
        of: TypeId,
    ) -> Step<Value> {
        let truth = |it| Ok(Value::Bool(it));
        match operator {
            "==" => {
                return Ok(left
                    .equals(right)
                    .map_or_else(|| follows("==", &[left, right]), Value::Bool));
            }
            "!=" => {
                return Ok(match left.equals(right) {
                    Some(it) => Value::Bool(!it),
                    None => follows("!", &[&follows("==", &[left, right])]),
                });
            }
            _ => {}
        }
        match (left, right) {
            (Value::Integer(a), Value::Integer(b)) => {
                let (a, b) = (*a, *b);
                let value = match operator {
                    "<" => return truth(a < b),
                    "<=" => return truth(a <= b),
                    ">" => return truth(a > b),
                    ">=" => return truth(a >= b),
                    "+" => a.wrapping_add(b),
                    "-" => a.wrapping_sub(b),
                    "*" => a.wrapping_mul(b),
                    "/" | "%" if b == 0 => {
                        return Err(self.panic(Kind::Arithmetic, "integer divide by zero"));
                    }
                    "/" => a.wrapping_div(b),
                    "%" => a.wrapping_rem(b),
                    "&" => a & b,
                    "|" => a | b,
                    "^" => a ^ b,
                    "&^" => a & !b,
                    "<<" if (0..64).contains(&b) => a.wrapping_shl(b as u32),
                    "<<" => 0,
                    ">>" => a >> b.clamp(0, 126),
                    _ => return opaque("an operator"),
                };
                let (bits, signed) = self.width(of).unwrap_or((64, true));
                Ok(Value::Integer(wrap(value, bits, signed)))
            }
            (Value::Text(a), Value::Text(b)) => match operator {
                "+" if a.len() + b.len() < 1 << 16 => Ok(Value::Text(format!("{a}{b}").into())),
                "<" => truth(a < b),
                "<=" => truth(a <= b),
                ">" => truth(a > b),
                ">=" => truth(a >= b),
                _ => Ok(follows(operator, &[left, right])),
            },
            _ => Ok(follows(operator, &[left, right])),
        }
    }

    pub(super) fn convert(&mut self, from: &Value, of: TypeId) -> Value {
        match (from, self.width(of)) {
            (Value::Integer(it), Some((bits, signed))) => Value::Integer(wrap(*it, bits, signed)),
            (Value::Integer(_) | Value::Text(_), None) => {
                let mut under = of;
                for _ in 0..40 {
                    match &*self.code.shape(under) {
                        Shape::Named(_, it) => under = *it,
                        Shape::String if matches!(from, Value::Text(_)) => return from.clone(),
                        _ => break,
                    }
                }
                follows("convert", &[from])
            }
            (Value::Slice(_), _)
                if !matches!(&*self.code.shape(of), Shape::Slice(_) | Shape::Named(..)) =>
            {
                follows("convert", &[from])
            }
            _ => from.clone(),
        }
    }

    /// Whether a condition holds; one that is not known is decided once and for all.
    pub(super) fn holds(&mut self, condition: &Value) -> Step<bool> {
        match condition {
            Value::Bool(it) => Ok(*it),
            Value::Unknown(it) => {
                // `!x` is decided where `x` is.
                if let Some(it) = self.decided.get(&it.term) {
                    return Ok(*it);
                }
                if it.doubt == Doubt::Guessed || it.root == 0 {
                    self.guessed = true;
                }
                // Two conditions on one unknown value may contradict each other.
                if self.roots.insert(it.root, it.term).is_some_and(|before| before != it.term) {
                    self.guessed = true;
                }
                let yes = self.chooser.choose(Choice::Value, 2) == 1;
                self.decided.insert(it.term, yes);
                self.decided.insert(hash(&("!", vec![it.term])), !yes);
                Ok(yes)
            }
            _ => opaque("a condition that is none"),
        }
    }
}
