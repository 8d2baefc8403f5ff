//! Where the code begins: tests, examples and `main`.

use super::Program;
use super::source::Source;
use crate::golang::types::{Signature, Type};
use crate::golang::{Declared, Field, GoNode, ItemKind};
use crate::rules::explore::code::{FunctionId, Spot};

/// A function that can be run without any input.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Entry {
    /// Its name.
    pub(in crate::rules) name: String,
    /// What is run: the `init` functions of the package, then the function itself.
    pub(in crate::rules) function: FunctionId,
    /// Its declaration.
    pub(in crate::rules) spot: Spot,
}

impl<'p> Program<'_, 'p> {
    /// The tests, the examples and `main` of a package, in the order of its files.
    pub(in crate::rules) fn entries(&self) -> Vec<Entry> {
        // What `TestMain` sets up is not there.
        let set_up = self.package.functions("TestMain").any(|it| sets_up(it).unwrap_or(true));
        let has_init = self.package.functions("init").next().is_some();
        let all = self.package.all().filter(|it| it.item.kind == ItemKind::Function);
        let mut entries: Vec<_> = all
            .filter_map(|it| self.entry(it, has_init))
            .filter(|it| !set_up || it.name == "main")
            .collect();
        entries.sort_by_key(|it| it.spot);
        entries
    }

    fn entry(&self, declared: Declared<'p>, has_init: bool) -> Option<Entry> {
        let name = &*declared.item.name;
        let is_main = name == "main" && self.package.name() == "main";
        let is_test = named(name, "Test") && name != "TestMain";
        let is_example = named(name, "Example") && declared.file.is_test();
        if !is_main && !is_test && !is_example {
            return None;
        }
        let Type::Func(of) = self.types.of_item(declared) else { return None };
        let Signature { parameters, results, .. } = &*of;
        if !results.is_empty() || declared.item.node(declared.file)?.field(Field::Body).is_none() {
            return None;
        }
        let testing = match &**parameters {
            [] if !is_test => false,
            [Type::Pointer(to)] if is_test && to.is("testing", "T") => true,
            _ => return None,
        };
        let own = self.id(Source::Declared(declared));
        let function = match has_init {
            true => self.id(Source::Entry(own, testing)),
            false => own,
        };
        let spot = Spot { file: self.file_index(declared.file), span: declared.item.span };
        Some(Entry { name: name.to_owned(), function, spot })
    }
}

/// Whether a `TestMain` does more than run the tests: `goleak.VerifyTestMain(m)`.
fn sets_up(declared: Declared<'_>) -> Option<bool> {
    let body = declared.item.node(declared.file)?.field(Field::Body)?;
    Some(body.statements().count() > 1)
}

/// Whether a name is one that `go test` looks for.
fn named(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|it| it.chars().next().is_none_or(|it| !it.is_lowercase()))
}
