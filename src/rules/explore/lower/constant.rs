//! Constants.

use super::builder::Builder;
use crate::golang::types::Type;
use crate::golang::{BindingKind, Field, GoFile, GoNode, ItemKind, Kind, Node, Resolved};
use crate::rules::explore::code::{Constant, Reg};

/// How deep constants are followed into the constants that they are made of.
const LEVELS: usize = 16;

impl<'p> Builder<'_, '_, 'p> {
    /// The value of an expression that is a constant.
    pub(super) fn constant_value(&mut self, node: Node<'p>) -> Option<Reg> {
        if !may_be_constant(node.go_kind()) {
            return None;
        }
        if node.is(Kind::Nil) {
            return Some(self.constant(Constant::Nil));
        }
        if let Some(value) = self.types.constant(self.file, node) {
            let of = self.types.underlying(&self.of(node));
            return Some(self.constant(match of {
                Type::Basic(it) if !it.is_integer() => Constant::Float,
                _ => Constant::Integer(value),
            }));
        }
        let known = self.written_constant(self.file, node, LEVELS);
        known.map(|it| self.constant(it)).or_else(|| {
            // Constants of the library that are no integers.
            let (path, name) = self.file.qualified(node)?;
            let package = crate::golang::signatures::Signatures::of(path)?;
            match package.get(name)? {
                crate::golang::signatures::Entry::Const(..) => Some(self.unknown()),
                _ => None,
            }
        })
    }

    /// A constant that is no integer.
    pub(super) fn constant_of(&self, node: Node<'p>) -> Option<Constant> {
        self.written_constant(self.file, node, LEVELS)
    }

    /// Constants that are no integers.
    fn written_constant(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
        levels: usize,
    ) -> Option<Constant> {
        let levels = levels.checked_sub(1)?;
        let node = node.unparen();
        let side = |field| self.written_constant(file, node.field(field)?, levels);
        match node.go_kind() {
            Kind::True => Some(Constant::Bool(true)),
            Kind::False => Some(Constant::Bool(false)),
            Kind::FloatLiteral | Kind::ImaginaryLiteral => Some(Constant::Float),
            Kind::RuneLiteral => {
                let text = file.text_of(node).strip_prefix('\'')?.strip_suffix('\'')?;
                let value = unescaped(text)?;
                let value = std::str::from_utf8(&value).ok()?.chars().next()?;
                Some(Constant::Integer(u32::from(value).into()))
            }
            Kind::RawStringLiteral => {
                let text = file.text_of(node).strip_prefix('`')?.strip_suffix('`')?;
                Some(Constant::String(text.replace('\r', "").into()))
            }
            Kind::InterpretedStringLiteral => {
                let text = file.text_of(node).strip_prefix('"')?.strip_suffix('"')?;
                let value = unescaped(text)?;
                Some(Constant::String(String::from_utf8_lossy(&value).into()))
            }
            Kind::UnaryExpression => match (node.operator()?, side(Field::Operand)?) {
                ("!", Constant::Bool(it)) => Some(Constant::Bool(!it)),
                ("-" | "+", Constant::Float) => Some(Constant::Float),
                _ => None,
            },
            Kind::BinaryExpression => {
                let (left, right) = (side(Field::Left)?, side(Field::Right)?);
                match (left, node.operator()?, right) {
                    (Constant::String(a), "+", Constant::String(b)) => {
                        Some(Constant::String(format!("{a}{b}").into()))
                    }
                    (Constant::Bool(a), "&&", Constant::Bool(b)) => Some(Constant::Bool(a && b)),
                    (Constant::Bool(a), "||", Constant::Bool(b)) => Some(Constant::Bool(a || b)),
                    _ => None,
                }
            }
            Kind::Identifier => {
                let is_constant = match file.resolve(node) {
                    Resolved::Local(_, it) => it.kind == BindingKind::Const,
                    Resolved::Outer(name) => {
                        let mut all = self.program.package.declared(name);
                        all.next().is_some_and(|it| it.item.kind == ItemKind::Const)
                    }
                    _ => false,
                };
                is_constant.then_some(())?;
                let (file, value) = self.types.constant_value(file, node)?;
                self.written_constant(file, value, levels)
            }
            _ => None,
        }
    }
}

/// Whether it pays to ask whether a node is a constant.
fn may_be_constant(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Nil
            | Kind::True
            | Kind::False
            | Kind::IntLiteral
            | Kind::FloatLiteral
            | Kind::ImaginaryLiteral
            | Kind::RuneLiteral
            | Kind::RawStringLiteral
            | Kind::InterpretedStringLiteral
            | Kind::UnaryExpression
            | Kind::BinaryExpression
            | Kind::Identifier
            | Kind::SelectorExpression
            | Kind::CallExpression
            | Kind::TypeConversionExpression
    )
}

/// The bytes that a text with Go's escapes stands for.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(rest.get(..at)?.as_bytes());
        rest = rest.get(at + 1..)?;
        let escape = rest.chars().next()?;
        let digits = |from: usize, length: usize, radix| {
            u32::from_str_radix(rest.get(from..from + length)?, radix).ok()
        };
        let (length, value) = match escape {
            'x' => (3, digits(1, 2, 16)?),
            'u' => (5, digits(1, 4, 16)?),
            'U' => (9, digits(1, 8, 16)?),
            '0'..='7' => (3, digits(0, 3, 8)?),
            'a' => (1, 7),
            'b' => (1, 8),
            'f' => (1, 12),
            'n' => (1, 10),
            'r' => (1, 13),
            't' => (1, 9),
            'v' => (1, 11),
            '\\' | '\'' | '"' => (1, u32::from(escape)),
            _ => return None,
        };
        match escape {
            'u' | 'U' => {
                let mut buffer = [0; 4];
                bytes.extend(char::from_u32(value)?.encode_utf8(&mut buffer).as_bytes());
            }
            _ => bytes.push(u8::try_from(value).ok()?),
        }
        rest = rest.get(length..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}
