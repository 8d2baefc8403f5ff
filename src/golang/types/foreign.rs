//! The types of other packages, as the table of signatures spells them.

use std::rc::Rc;

use super::super::signatures::{Entry, Signatures};
use super::basic::Basic;
use super::ty::{Arguments, Direction, NamedType, Origin, Shape, Signature, Type, none};

/// TypeInfo nested deeper are unknown; the table has none.
const DEPTH: usize = 16;

/// The type that a package of the table declares under a name, or a name of it that is not in the
/// table.
pub(super) fn declared<'p>(path: &'p str, name: &'p str, arguments: Arguments<'p>) -> Type<'p> {
    if (path, name) == ("unsafe", "Pointer") {
        return Type::Basic(Basic::UnsafePointer);
    }
    match Signatures::of(path).and_then(|it| Some((it, it.get(name)?))) {
        Some((package, Entry::Alias(text))) => spelled(package, text, &none()),
        None | Some((_, Entry::Type(_))) => {
            Type::Named(NamedType { origin: Origin::Foreign(path, name), arguments })
        }
        _ => Type::Unknown,
    }
}

/// The type of this name, if the table has one.
pub(super) fn type_in_table<'p>(path: &'p str, name: &'p str) -> Option<Type<'p>> {
    let entry = Signatures::of(path)?.get(name)?;
    matches!(entry, Entry::Type(_) | Entry::Alias(_)).then(|| declared(path, name, none()))
}

/// The type of what a package of the table declares as a value.
pub(super) fn value<'p>(path: &str, name: &str) -> Type<'p> {
    let Some(package) = Signatures::of(path) else { return Type::Unknown };
    match package.get(name) {
        Some(Entry::Const(text, _) | Entry::Var(text)) => spelled(package, text, &none()),
        Some(Entry::Func(text, _)) => signature(package, text, &none()),
        _ => Type::Unknown,
    }
}

/// The type that a text of the table stands for, given the arguments of the type around it.
pub(super) fn spelled<'p>(
    package: &'static Signatures,
    text: &'static str,
    arguments: &Arguments<'p>,
) -> Type<'p> {
    Reader { package, rest: text, arguments }.ty(DEPTH).unwrap_or_default()
}

/// The function that `(parameters)results` stands for.
pub(super) fn signature<'p>(
    package: &'static Signatures,
    text: &'static str,
    arguments: &Arguments<'p>,
) -> Type<'p> {
    Reader { package, rest: text, arguments }.signature(DEPTH).unwrap_or_default()
}

struct Reader<'a, 'p> {
    package: &'static Signatures,
    rest: &'static str,
    arguments: &'a Arguments<'p>,
}

impl<'p> Reader<'_, 'p> {
    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// `None` when the text is not a type, which is no text of ours.
    fn ty(&mut self, depth: usize) -> Option<Type<'p>> {
        let depth = depth.checked_sub(1)?;
        if self.eat("?") {
            return Some(Type::Unknown);
        }
        if self.eat("*") {
            return Some(self.ty(depth)?.pointer_to());
        }
        if self.eat("[]") {
            return Some(Type::Slice(Rc::new(self.ty(depth)?)));
        }
        if self.eat("[") {
            let length = self.word().parse().ok();
            self.eat("]").then_some(())?;
            return Some(Type::Array(length, Rc::new(self.ty(depth)?)));
        }
        if self.eat("map[") {
            let key = self.ty(depth)?;
            self.eat("]").then_some(())?;
            return Some(Type::Map(Rc::new((key, self.ty(depth)?))));
        }
        for (start, direction) in [
            ("chan<- ", Direction::Send),
            ("<-chan ", Direction::Receive),
            ("chan ", Direction::Both),
        ] {
            if self.eat(start) {
                return Some(Type::Chan(direction, Rc::new(self.ty(depth)?)));
            }
        }
        if self.rest.starts_with("func(") {
            self.eat("func");
            return self.signature(depth);
        }
        if self.eat("struct{}") {
            return Some(Type::Struct(Shape::Empty));
        }
        if self.eat("$") {
            let at: usize = self.word().parse().ok()?;
            return Some(self.arguments.get(at).cloned().unwrap_or_default());
        }
        if self.eat("%") {
            self.word();
            return Some(Type::Unknown);
        }
        if self.eat("~") {
            return Basic::untyped(self.word()).map(Type::Basic);
        }
        self.name(depth)
    }

    fn name(&mut self, depth: usize) -> Option<Type<'p>> {
        let mut name = self.word();
        let mut path = self.package.path();
        if self.eat(".") {
            if name == "unsafe" {
                self.word();
                return Some(Type::Basic(Basic::UnsafePointer));
            }
            path = self.package.import(name)?;
            name = self.word();
        } else if self.package.get(name).is_none() {
            // Unexported types of the package come first: there might be a `string` among them.
            match name {
                "any" => return Some(Type::ANY),
                "error" | "comparable" => return Some(Type::foreign("", name)),
                _ => {}
            }
            if let Some(basic) = Basic::named(name) {
                return Some(Type::Basic(basic));
            }
        } else if path.is_empty() {
            return Some(Type::foreign("", name));
        }
        let mut arguments = Vec::new();
        if self.eat("[") {
            loop {
                arguments.push(self.ty(depth)?);
                if !self.eat(",") {
                    break;
                }
            }
            self.eat("]").then_some(())?;
        }
        (!name.is_empty()).then_some(())?;
        let origin = Origin::Foreign(path, name);
        Some(Type::Named(NamedType { origin, arguments: arguments.into() }))
    }

    fn signature(&mut self, depth: usize) -> Option<Type<'p>> {
        let depth = depth.checked_sub(1)?;
        let mut signature = Signature::default();
        self.eat("(").then_some(())?;
        while !self.eat(")") {
            signature.variadic = self.eat("...");
            let it = self.ty(depth)?;
            let it = if signature.variadic { Type::Slice(Rc::new(it)) } else { it };
            signature.parameters.push(it);
            self.eat(",");
        }
        if self.eat("(") {
            while !self.eat(")") {
                signature.results.push(self.ty(depth)?);
                self.eat(",");
            }
        } else if !self.rest.is_empty() && !self.rest.starts_with([',', ')', ']']) {
            signature.results.push(self.ty(depth)?);
        }
        Some(Type::Func(Rc::new(signature)))
    }

    fn word(&mut self) -> &'static str {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }
}
