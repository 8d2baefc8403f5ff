//! What gives variables a value: declarations and assignments.

use super::builder::Builder;
use super::function::list;
use super::variable::is_blank;
use crate::golang::types::{Origin, Type};
use crate::golang::{Field, GoNode, Kind, Node};
use crate::rules::explore::code::{Constant, Kept, Op, Reg, Shape};

/// The left side of an assignment, with its operands evaluated.
pub(super) struct Left<'p> {
    place: Place,
    /// The type of the place; not known for `_`.
    pub(super) of: Type<'p>,
}

enum Place {
    /// `_`
    Blank,
    Variable(Kept),
    At(Reg),
    /// An element of a map.
    Element(Reg, Reg),
    /// A field of a type of the library: the path and name of the type, the field, and the pointer.
    Library(String, String, String, Reg),
}

impl<'p> Builder<'_, '_, 'p> {
    /// `var …`
    pub(super) fn variables(&mut self, node: Node<'p>) {
        for it in node.parts() {
            if it.is(Kind::VarSpecList) {
                it.parts().for_each(|it| self.spec(it));
            } else {
                self.spec(it);
            }
        }
    }

    fn spec(&mut self, spec: Node<'p>) {
        let is_name = |it: &Node<'p>| it.is(Kind::Identifier) || it.is(Kind::BlankIdentifier);
        let names: Vec<_> = spec.parts().filter(is_name).collect();
        let written = spec.field(Field::Type).map(|it| self.types.written(self.file, it));
        match spec.field(Field::Value) {
            Some(values) => self.declared_with(&names, &list(values), written.as_ref()),
            None => {
                let of = written.unwrap_or_default();
                names.iter().for_each(|it| self.declare(*it, &of, None));
            }
        }
    }

    /// `a, b := …`
    pub(super) fn define(&mut self, node: Node<'p>) {
        let (Some(left), Some(right)) = (node.field(Field::Left), node.field(Field::Right)) else {
            return self.opaque("a declaration that is not understood");
        };
        self.declared_with(&list(left), &list(right), None);
    }

    /// Makes variables with values, or gives those values that are declared already.
    fn declared_with(
        &mut self,
        names: &[Node<'p>],
        values: &[Node<'p>],
        written: Option<&Type<'p>>,
    ) {
        let of: Vec<_> = names
            .iter()
            .map(|it| match written {
                Some(of) => of.clone(),
                None if is_blank(self.text(*it), *it) => Type::Unknown,
                None => self.of(*it),
            })
            .collect();
        let Some(given) = self.given(&of, values) else { return };
        for ((name, of), from) in names.iter().zip(&of).zip(given) {
            self.introduce(*name, of, from);
        }
    }

    /// Declares a name with a value; one that is not new is given it.
    pub(super) fn introduce(&mut self, name: Node<'p>, of: &Type<'p>, from: Reg) {
        if is_blank(self.text(name), name) {
            return;
        }
        if self.file.scopes().declared_at(name.span()).is_some() {
            self.declare(name, of, Some(from));
        } else if let Some(kept) = self.kept(name) {
            self.write(kept, from);
        } else {
            self.opaque("a variable that is not known");
        }
    }

    /// As many values as there are types, converted to them, all evaluated before any is used.
    fn given(&mut self, of: &[Type<'p>], values: &[Node<'p>]) -> Option<Vec<Reg>> {
        if values.len() == of.len() {
            if values.len() > 1 {
                self.first(values.iter().copied());
            }
            let mut given = Vec::new();
            for (value, of) in values.iter().zip(of) {
                let from = self.value_as(*value, of);
                // It may be the register of a variable that is written before it is read.
                given.push(if values.len() > 1 { self.copy(from) } else { from });
            }
            return Some(given);
        }
        let [one] = *values else {
            self.opaque("values that do not fit");
            return None;
        };
        let all = self.several(one, of.len())?;
        let pairs = all.iter().zip(of);
        Some(pairs.map(|((from, given), to)| self.converted(*from, given, to)).collect())
    }

    /// `a, b = …`, `a += …`
    pub(super) fn assignment(&mut self, node: Node<'p>) {
        let (Some(left), Some(right)) = (node.field(Field::Left), node.field(Field::Right)) else {
            return self.opaque("an assignment that is not understood");
        };
        let (left, right) = (list(left), list(right));
        if let Some(operator) = node.operator().and_then(combined) {
            let (&[place], &[value]) = (&*left, &*right) else {
                return self.opaque("an assignment that is not understood");
            };
            return self.combine(place, operator, Some(value));
        }
        self.first(left.iter().copied());
        if let [one] = *right
            && left.len() > 1
        {
            let Some(given) = self.several(one, left.len()) else { return };
            let Some(places) = self.lefts(&left) else { return };
            for (place, (from, of)) in places.iter().zip(given) {
                self.give(place, from, &of);
            }
            return;
        }
        self.first(right.iter().copied());
        let Some(places) = self.lefts(&left) else { return };
        let of: Vec<_> = places.iter().map(|it| it.of.clone()).collect();
        let Some(given) = self.given(&of, &right) else { return };
        for (place, from) in places.iter().zip(given) {
            self.put(place, from);
        }
    }

    fn lefts(&mut self, nodes: &[Node<'p>]) -> Option<Vec<Left<'p>>> {
        let mut places = Vec::new();
        for it in nodes {
            let Some(place) = self.left(*it) else {
                self.opaque("a place that is not understood");
                return None;
            };
            places.push(if nodes.len() > 1 { self.settled(place) } else { place });
        }
        Some(places)
    }

    /// `x++`, `x--`
    pub(super) fn step(&mut self, node: Node<'p>, operator: &'static str) {
        match node.parts().next() {
            Some(it) => self.combine(it, operator, None),
            None => self.opaque("a step of nothing"),
        }
    }

    /// `x op= value`, or 1 where there is no value.
    fn combine(&mut self, node: Node<'p>, operator: &'static str, value: Option<Node<'p>>) {
        self.first([node].into_iter().chain(value));
        let Some(left) = self.left(node) else {
            return self.opaque("a place that is not understood");
        };
        let of = self.id(&left.of);
        let Some(before) = self.taken(&left) else {
            return self.opaque("a place that is not understood");
        };
        let by = match value {
            Some(it) if matches!(operator, "<<" | ">>") => self.value(it),
            Some(it) => self.value_as(it, &left.of),
            None if self.is_float(&left.of) => self.constant(Constant::Float),
            None => self.integer(1),
        };
        let after = self.binary(operator, before, by, of);
        self.put(&left, after);
    }

    fn is_float(&self, of: &Type<'p>) -> bool {
        let underlying = self.types.underlying(of);
        matches!(self.program.shape_of(&underlying), Shape::Float)
    }

    /// What an expression means on the left side.
    pub(super) fn left(&mut self, node: Node<'p>) -> Option<Left<'p>> {
        let node = node.unparen();
        if is_blank(self.text(node), node) {
            return Some(Left { place: Place::Blank, of: Type::Unknown });
        }
        let of = self.of(node);
        let place = match node.go_kind() {
            Kind::Identifier => Place::Variable(self.kept(node)?),
            Kind::IndexExpression => {
                let map = node.field(Field::Operand)?;
                match self.types.underlying(&self.of(map)) {
                    Type::Map(it) => {
                        let map = self.value(map);
                        Place::Element(map, self.value_as(node.field(Field::Index)?, &it.0))
                    }
                    _ => Place::At(self.address(node)?),
                }
            }
            Kind::SelectorExpression => match self.library_field(node) {
                Some(it) => it,
                None => Place::At(self.address(node)?),
            },
            _ => Place::At(self.address(node)?),
        };
        Some(Left { place, of })
    }

    /// A field of a struct that another package declares.
    fn library_field(&mut self, node: Node<'p>) -> Option<Place> {
        let operand = node.field(Field::Operand)?;
        let of = self.of(operand);
        let is_pointer = matches!(of, Type::Pointer(_));
        let Origin::Foreign(path, name) = of.behind().named()?.origin else { return None };
        let at = if is_pointer { self.value(operand) } else { self.address(operand)? };
        let field = self.text(node.field(Field::Field)?);
        Some(Place::Library(path.to_owned(), name.to_owned(), field.to_owned(), at))
    }

    /// The same left side, with operands that no variable shares.
    fn settled(&mut self, left: Left<'p>) -> Left<'p> {
        let place = match left.place {
            Place::At(at) => Place::At(self.copy(at)),
            Place::Element(map, key) => {
                let map = self.copy(map);
                Place::Element(map, self.copy(key))
            }
            Place::Library(path, of, name, at) => Place::Library(path, of, name, self.copy(at)),
            it => it,
        };
        Left { place, of: left.of }
    }

    /// The value that a place has now.
    fn taken(&mut self, left: &Left<'p>) -> Option<Reg> {
        Some(match &left.place {
            Place::Blank => return None,
            Place::Variable(kept) => self.read(*kept),
            Place::At(at) => self.load(*at),
            Place::Element(map, key) => {
                let to = self.reg();
                let (map, key, value) = (*map, *key, self.id(&left.of));
                self.emit(Op::MapGet { to, ok: None, map, key, value });
                to
            }
            Place::Library(path, of, name, at) => {
                let to = self.reg();
                self.library((path, of, name), vec![*at], vec![to]);
                to
            }
        })
    }

    /// Gives a place a value of its type.
    pub(super) fn put(&mut self, left: &Left<'p>, from: Reg) {
        match &left.place {
            Place::Blank => {}
            Place::Variable(kept) => self.write(*kept, from),
            Place::At(at) => self.emit(Op::Store { at: *at, from }),
            Place::Element(map, key) => {
                self.emit(Op::MapSet { map: *map, key: *key, value: from });
            }
            Place::Library(path, of, name, at) => {
                self.library((path, of, &format!("{name}=")), vec![*at, from], Vec::new());
            }
        }
    }
}

/// The operator in `+=` and its like; `None` for `=`.
fn combined(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "+=" => "+",
        "-=" => "-",
        "*=" => "*",
        "/=" => "/",
        "%=" => "%",
        "&=" => "&",
        "|=" => "|",
        "^=" => "^",
        "&^=" => "&^",
        "<<=" => "<<",
        ">>=" => ">>",
        _ => return None,
    })
}
