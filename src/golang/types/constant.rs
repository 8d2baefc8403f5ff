//! The types and the values of constants.

use super::super::signatures::Entry;
use super::super::{BindingKind, Field, GoFile, GoNode, ItemKind, Kind, Node, Resolved, Span};
use super::basic::Basic;
use super::binding::{elements, names};
use super::ty::{Type, none};
use super::{DEPTH, TypeInfo, only};

/// A constant's expression, and which of its declaration's specs it stands for.
#[derive(Clone, Copy)]
struct Constant<'p> {
    node: Node<'p>,
    typed: Option<Node<'p>>,
    iota: i128,
}

impl<'p> TypeInfo<'p> {
    /// The value of an integer constant: of a capacity, a length or a duration, say. `None` for
    /// everything else, and where it does not fit its type.
    pub fn constant(&self, file: &'p GoFile, expression: Node<'p>) -> Option<i128> {
        self.integer(file, expression, DEPTH)
    }

    /// The expression that a constant of the package is declared with, and the file that does.
    pub fn constant_value(
        &self,
        file: &'p GoFile,
        name: Node<'p>,
    ) -> Option<(&'p GoFile, Node<'p>)> {
        let (file, spec, name) = self.constant_spec(file, name)?;
        Some((file, self.constant_of(file, spec, name)?.node))
    }

    pub(super) fn integer(&self, file: &'p GoFile, node: Node<'p>, depth: usize) -> Option<i128> {
        self.evaluate(file, node, None, depth)
    }

    /// The type of a constant that is declared.
    pub(super) fn constant_type(
        &self,
        file: &'p GoFile,
        spec: Node<'p>,
        name: Span,
        depth: usize,
    ) -> Option<Type<'p>> {
        let constant = self.constant_of(file, spec, name)?;
        match constant.typed {
            Some(node) => Some(self.written_type(file, node, &none(), depth)),
            None => Some(self.expression(file, constant.node, depth)),
        }
    }

    /// The expression that a spec gives to a name: its own, or that of the last spec before it
    /// that has one.
    fn constant_of(&self, file: &'p GoFile, spec: Node<'p>, name: Span) -> Option<Constant<'p>> {
        let at = names(spec).iter().position(|it| it.span() == name)?;
        let own = spec.field(Field::Value);
        let declaration = self.parent(file, spec)?;
        let (mut iota, mut given) = (0, None);
        for it in declaration.parts().filter(|it| it.is(Kind::ConstSpec)) {
            if it.field(Field::Value).is_some() {
                given = Some(it);
            }
            if it.id() == spec.id() {
                break;
            }
            iota += 1;
        }
        let given = if own.is_some() { spec } else { given? };
        let node = *elements(given.field(Field::Value)?).get(at)?;
        Some(Constant { node, typed: given.field(Field::Type), iota })
    }

    fn evaluate(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
        iota: Option<i128>,
        depth: usize,
    ) -> Option<i128> {
        let depth = self.deeper(depth)?;
        let node = node.unparen();
        let side = |field| self.evaluate(file, node.field(field)?, iota, depth);
        match node.go_kind() {
            Kind::IntLiteral => integer_literal(file.text_of(node)),
            Kind::RuneLiteral => rune(file.text_of(node)),
            Kind::FloatLiteral => whole_float(file.text_of(node)),
            Kind::Iota => iota,
            Kind::UnaryExpression => {
                let value = side(Field::Operand)?;
                match node.operator()? {
                    "-" => value.checked_neg(),
                    "+" => Some(value),
                    // Of an unsigned type it would be another value.
                    "^" if self.is_signed(file, node, depth) => Some(!value),
                    _ => None,
                }
            }
            Kind::BinaryExpression => {
                let (left, right) = (side(Field::Left)?, side(Field::Right)?);
                let value = arithmetic(node.operator()?, left, right)?;
                // `1e9 / 2.5` and `7 / 2.0` are no divisions of integers.
                let of = self.expression(file, node, depth);
                let fits = match of {
                    Type::Basic(it) if it.is_untyped() => it.is_integer(),
                    of => self.fits(&of, value, depth),
                };
                fits.then_some(value)
            }
            Kind::CallExpression | Kind::TypeConversionExpression => {
                let (of, operand) = match node.field(Field::Operand) {
                    Some(operand) => (node.field(Field::Type)?, operand),
                    None => (node.callee()?, only(node.arguments())?),
                };
                if file.text_of(of) == "len" {
                    return self.length(file, node, operand, depth);
                }
                let of = self.as_type(file, of, depth)?;
                let value = self.evaluate(file, operand, iota, depth)?;
                self.fits(&of, value, depth).then_some(value)
            }
            Kind::SelectorExpression => {
                let (path, name) = file.qualified(node)?;
                match self.table(path)?.get(name)? {
                    Entry::Const(_, value) => *value,
                    _ => None,
                }
            }
            Kind::Identifier => self.named_constant(file, node, depth),
            _ => None,
        }
    }

    fn named_constant(&self, file: &'p GoFile, node: Node<'p>, depth: usize) -> Option<i128> {
        let (file, spec, name) = self.constant_spec(file, node)?;
        let constant = self.constant_of(file, spec, name)?;
        let value = self.evaluate(file, constant.node, Some(constant.iota), depth)?;
        let fits = match constant.typed {
            Some(it) => {
                let of = self.written_type(file, it, &none(), depth);
                self.fits(&of, value, depth)
            }
            None => true,
        };
        fits.then_some(value)
    }

    /// The spec that declares the constant which an identifier stands for, and its name there.
    fn constant_spec(
        &self,
        file: &'p GoFile,
        node: Node<'p>,
    ) -> Option<(&'p GoFile, Node<'p>, Span)> {
        match file.resolve(node) {
            Resolved::Local(_, it) if it.kind == BindingKind::Const => {
                let (span, kind) = it.declared_by;
                Some((file, self.node(file, span, kind)?, it.name))
            }
            Resolved::Outer(name) => {
                let it = only(self.package.declared(name))?;
                (it.item.kind == ItemKind::Const).then_some(())?;
                Some((&**it.file, self.declaring(it)?, it.item.name_span))
            }
            _ => None,
        }
    }

    /// `len` of an array, or of a string that is written out.
    fn length(
        &self,
        file: &'p GoFile,
        call: Node<'p>,
        operand: Node<'p>,
        depth: usize,
    ) -> Option<i128> {
        let callee = call.callee()?;
        let shadowed = !matches!(file.resolve(callee), Resolved::Outer("len"))
            || self.package.declared("len").next().is_some();
        if shadowed {
            return None;
        }
        let text = file.text_of(operand.unparen());
        if operand.unparen().is(Kind::InterpretedStringLiteral) && !text.contains('\\') {
            return i128::try_from(text.len().checked_sub(2)?).ok();
        }
        let of = self.expression(file, operand, depth);
        match self.underlying_type(of.behind(), depth) {
            Type::Array(length, _) => length.map(i128::from),
            _ => None,
        }
    }

    fn is_signed(&self, file: &'p GoFile, node: Node<'p>, depth: usize) -> bool {
        match self.underlying_type(&self.expression(file, node, depth), depth) {
            Type::Basic(it) => {
                it.bits().map_or(it.is_integer() && it.is_untyped(), |(_, signed)| signed)
            }
            _ => false,
        }
    }

    /// Whether a value is one of an integer type.
    fn fits(&self, of: &Type<'p>, value: i128, depth: usize) -> bool {
        match self.underlying_type(of, depth) {
            Type::Basic(Basic::UntypedInt | Basic::UntypedRune) => true,
            Type::Basic(it) => it.bits().is_some_and(|(bits, signed)| match signed {
                true => value >= -(1 << (bits - 1)) && value < 1 << (bits - 1),
                false => (0..1 << bits).contains(&value),
            }),
            _ => false,
        }
    }
}

fn arithmetic(operator: &str, left: i128, right: i128) -> Option<i128> {
    let shift = u32::try_from(right).ok();
    match operator {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "/" => left.checked_div(right),
        "%" => left.checked_rem(right),
        "<<" => {
            let by = shift.filter(|it| *it < 100)?;
            left.checked_mul(1 << by)
        }
        ">>" => Some(left >> shift?.min(127)),
        "&" => Some(left & right),
        "|" => Some(left | right),
        "^" => Some(left ^ right),
        "&^" => Some(left & !right),
        _ => None,
    }
}

fn integer_literal(text: &str) -> Option<i128> {
    let text = text.replace('_', "");
    let (digits, radix) = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (&text[2..], 16),
        Some("0b") => (&text[2..], 2),
        Some("0o") => (&text[2..], 8),
        _ if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        _ => (&*text, 10),
    };
    i128::from_str_radix(digits, radix).ok()
}

/// The code of a rune that is written without an escape.
fn rune(text: &str) -> Option<i128> {
    let mut inner = text.strip_prefix('\'')?.strip_suffix('\'')?.chars();
    let first = inner.next().filter(|it| *it != '\\')?;
    inner.next().is_none().then(|| i128::from(u32::from(first)))
}

/// `1e6` is an integer, and so is `2.0`.
fn whole_float(text: &str) -> Option<i128> {
    let text = text.replace('_', "").to_ascii_lowercase();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: u32 = exponent.trim_start_matches('+').parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let missing = exponent.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    digits.checked_mul(10_i128.checked_pow(missing)?)
}
