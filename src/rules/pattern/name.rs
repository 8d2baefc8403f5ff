//! Names of Go as pages write them, and what code they stand for.

use crate::golang::{Field, GoFile, GoNode, ImportName, Kind, Node, Package, Resolved};
use crate::rules::types::{Basic, Type, TypeInfo, only};

use super::solve::Site;

/// How deep embedded types are followed; nobody goes deeper.
const EMBEDDED: usize = 3;

/// What Go declares itself and a page may ask for: <https://go.dev/ref/spec#Predeclared_identifiers>.
const PREDECLARED: &str = "
    append cap clear close complex copy delete imag len make max min new panic print println real
    recover any bool byte comparable complex64 complex128 error float32 float64 int int8 int16
    int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr";

/// `net/http.Get`, `sync.WaitGroup.Add`, `append`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GoName {
    /// The import path; empty for what Go declares itself.
    path: Box<str>,
    /// The type, of a method.
    of: Option<Box<str>>,
    name: Box<str>,
}

impl GoName {
    /// Reads a name; `(*net/http.Client).Do` is `net/http.Client.Do`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no name of Go; write the import path and the name, as \
                 `net/http.Get` or `sync.WaitGroup.Add`, or a builtin as `append`"
            )
        };
        let plain = text.replace("(*", "").replace([')', '('], "");
        let is_name = |it: &str| {
            let first = it.starts_with(|c: char| c.is_alphabetic() || c == '_');
            first && it.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        if plain.len() > 200 || plain.contains(char::is_whitespace) {
            return Err(wrong());
        }
        let last = plain.rfind('/').map_or(0, |it| it + 1);
        let words: Vec<&str> = plain[last..].split('.').collect();
        // Exported names begin with a capital; what is before them is the path.
        let exported = |it: &&&str| it.starts_with(char::is_uppercase) && is_name(it);
        let names = words[1..].iter().rev().take_while(exported).count().min(2);
        let (path, names) = match (words.len(), names) {
            (1, _) if PREDECLARED.split_whitespace().any(|it| it == plain) => {
                ("", words.as_slice())
            }
            (_, 1 | 2) => {
                let names = &words[words.len() - names..];
                let end = plain.len() - names.join(".").len() - 1;
                let path = plain.get(..end).filter(|it| !it.is_empty()).ok_or_else(wrong)?;
                (path, names)
            }
            _ => return Err(wrong()),
        };
        let (of, name) = match names {
            [name] => (None, *name),
            [of, name] => (Some(*of), *name),
            _ => return Err(wrong()),
        };
        Ok(Self { path: path.into(), of: of.map(Into::into), name: name.into() })
    }

    /// The import path that a file needs to mention it; `None` for methods, whose values come
    /// without one, and for what Go declares itself.
    pub(super) fn import(&self) -> Option<Box<str>> {
        (self.of.is_none() && !self.path.is_empty()).then(|| self.path.clone())
    }

    /// Whether it could name a type.
    pub(super) fn could_be_type(&self) -> bool {
        self.of.is_none()
    }

    /// Whether the name, which the method of a type is not, stands for this.
    fn is_plain(&self, package: &Package, file: &GoFile, node: Node<'_>) -> bool {
        match node.go_kind() {
            Kind::SelectorExpression | Kind::QualifiedType => {
                file.qualified(node) == Some((&*self.path, &*self.name))
            }
            Kind::Identifier | Kind::TypeIdentifier if file.text_of(node) == &*self.name => {
                let Resolved::Outer(name) = file.resolve(node) else { return false };
                // A dot import may bring anything.
                let dots = file.imports().iter().any(|it| it.name == ImportName::Dot);
                let own = package.declared(name).next().is_some();
                if own { self.is_own(package) } else { self.path.is_empty() && !dots }
            }
            _ => false,
        }
    }

    /// Whether it is this type, or a pointer to it.
    pub(super) fn is_type(&self, types: &TypeInfo<'_>, of: &Type<'_>) -> bool {
        let of = of.behind();
        if let Some(name) = of.declared_name() {
            return self.is_own(types.package()) && name == &*self.name;
        }
        match of {
            Type::Basic(it) => self.path.is_empty() && Basic::named(&self.name) == Some(*it),
            _ => of.is(&self.path, &self.name),
        }
    }

    fn is_own(&self, package: &Package) -> bool {
        !self.path.is_empty() && package.import_path() == Some(&*self.path)
    }
}

/// Whether the expression, type or name stands for one of these.
pub(super) fn means<'p>(site: &Site<'p, '_>, node: Node<'p>, names: &[GoName]) -> bool {
    let (package, file) = (site.package(), site.file);
    let node = callee_of(node.unparen());
    if !site.meter.take(16 + 2 * names.len()) {
        return false;
    }
    if names.iter().any(|it| it.of.is_none() && it.is_plain(package, file, node)) {
        return true;
    }
    // Only methods are left; what a value's type is takes a search.
    let Some(method) = node.field(Field::Field).filter(|_| node.is(Kind::SelectorExpression))
    else {
        return false;
    };
    let method = file.text_of(method);
    let named = |it: &&GoName| it.of.is_some() && *it.name == *method;
    let mut methods = names.iter().filter(named).peekable();
    if methods.peek().is_none() || file.qualified(node).is_some() || !site.meter.look(file, 4) {
        return false;
    }
    let owner = node.field(Field::Operand).and_then(|it| owner(site.types(), file, it, method));
    owner.is_some_and(|(path, of)| {
        methods.any(|it| *it.path == *path && it.of.as_deref() == Some(of))
    })
}

/// What is instantiated in `slices.Sort[int]` or `list[T]`.
fn callee_of(node: Node<'_>) -> Node<'_> {
    let generic = match node.go_kind() {
        Kind::IndexExpression => node.field(Field::Operand),
        Kind::TypeInstantiationExpression => node.parts().next(),
        Kind::GenericType => node.field(Field::Type),
        _ => None,
    };
    generic.unwrap_or(node)
}

/// The type, by path and name, that declares the method which a value has under this name:
/// its own, or the one of the only type that it embeds.
fn owner<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    value: Node<'p>,
    method: &str,
) -> Option<(&'p str, &'p str)> {
    let package = types.package();
    let mut of = types.of(file, value);
    for _ in 0..=EMBEDDED {
        if let Some(it) = of.behind().foreign_name() {
            return Some(it);
        }
        if let Some(name) = of.declared_name()
            && package.methods(name, method).next().is_some()
        {
            return Some((package.import_path()?, name));
        }
        let fields = types.struct_fields(of.behind())?;
        // A field of this name would be what is called.
        if fields.iter().any(|(it, _)| it.name == method) {
            return None;
        }
        of = only(fields.into_iter().filter(|(it, _)| it.embedded))?.1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str, &str)>) {
        let found = GoName::read(text).ok();
        let found = found.as_ref().map(|it| (&*it.path, it.of.as_deref().unwrap_or(""), &*it.name));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_are_a_path_and_what_is_exported() {
        check("append", Some(("", "", "append")));
        check("fmt.Sprintf", Some(("fmt", "", "Sprintf")));
        check("net/http.Client.Do", Some(("net/http", "Client", "Do")));
        check("(*net/http.Client).Do", Some(("net/http", "Client", "Do")));
        check("gopkg.in/yaml.v3.Unmarshal", Some(("gopkg.in/yaml.v3", "", "Unmarshal")));
        check("github.com/acme/Lib.Open", Some(("github.com/acme/Lib", "", "Open")));
        check("github.com/acme/Lib.File.Open", Some(("github.com/acme/Lib", "File", "Open")));
        for text in ["", "net/http", "http.", ".Get", "a b", "fmt.sprintf", "1x", "net/http.get"] {
            check(text, None);
        }
    }
}
