//! TypeInfo as text.

use super::TypeInfo;
use super::ty::{Direction, NamedType, Origin, Shape, Signature, Type};

impl<'p> TypeInfo<'p> {
    /// The type as Go writes it, with import paths for names and `?` for what is not known. What
    /// struct and interface types consist of is left out.
    pub fn show(&self, of: &Type<'p>) -> String {
        let list = |all: &[Type<'p>]| all.iter().map(|it| self.show(it)).collect::<Vec<_>>();
        match of {
            Type::Unknown => "?".to_owned(),
            Type::Basic(it) => it.name().to_owned(),
            Type::Nil => "untyped nil".to_owned(),
            Type::Named(it) => self.name(it),
            Type::Pointer(to) => format!("*{}", self.show(to)),
            Type::Slice(of) => format!("[]{}", self.show(of)),
            Type::Array(length, of) => {
                let length = length.map_or("?".to_owned(), |it| it.to_string());
                format!("[{length}]{}", self.show(of))
            }
            Type::Map(of) => format!("map[{}]{}", self.show(&of.0), self.show(&of.1)),
            Type::Chan(direction, of) => {
                let word = match direction {
                    Direction::Both => "chan",
                    Direction::Send => "chan<-",
                    Direction::Receive => "<-chan",
                };
                format!("{word} {}", self.show(of))
            }
            Type::Func(it) => self.function(it),
            Type::Struct(Shape::Empty) => "struct{}".to_owned(),
            Type::Interface(Shape::Empty) => "any".to_owned(),
            Type::Struct(_) => "struct{…}".to_owned(),
            Type::Interface(_) => "interface{…}".to_owned(),
            Type::Tuple(all) => format!("({})", list(all).join(", ")),
        }
    }

    fn name(&self, named: &NamedType<'p>) -> String {
        let (path, name) = match named.origin {
            Origin::Foreign(path, name) => (path, name),
            Origin::Own(it) => (self.package.import_path().unwrap_or_default(), it.name),
        };
        let mut text = match path {
            "" => name.to_owned(),
            _ => format!("{path}.{name}"),
        };
        if !named.arguments.is_empty() {
            let all: Vec<_> = named.arguments.iter().map(|it| self.show(it)).collect();
            text += &format!("[{}]", all.join(","));
        }
        text
    }

    fn function(&self, function: &Signature<'p>) -> String {
        let mut all: Vec<_> = function.parameters.iter().map(|it| self.show(it)).collect();
        if let (true, Some(Type::Slice(of))) = (function.variadic, function.parameters.last()) {
            all.pop();
            all.push(format!("...{}", self.show(of)));
        }
        let text = format!("func({})", all.join(", "));
        match &*function.results {
            [] => text,
            [one] => format!("{text} {}", self.show(one)),
            all => {
                let all: Vec<_> = all.iter().map(|it| self.show(it)).collect();
                format!("{text} ({})", all.join(", "))
            }
        }
    }
}
