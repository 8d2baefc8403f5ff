//! A package: all files of one directory with one package clause, and what they declare together.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::heat::Map;
use super::{GoFile, Item, ItemKind};

/// The files of a directory that share a package clause, build-tagged twins and all.
///
/// External tests (`package foo_test`) are a package of their own.
#[derive(Debug)]
pub struct Package {
    directory: Arc<str>,
    name: Arc<str>,
    import_path: Option<Arc<str>>,
    module: Option<Arc<str>>,
    files: Vec<Arc<GoFile>>,
    partial: bool,
    names: OnceLock<Names>,
    heat: OnceLock<Map>,
}

/// A name that a package declares, and the file that does.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'p> {
    /// The file.
    pub file: &'p Arc<GoFile>,
    /// The declaration in it.
    pub item: &'p Item,
}

/// Where the items of a name are: the file's index, then the item's.
type Places = HashMap<Box<str>, Vec<(usize, usize)>>;

#[derive(Debug, Default)]
struct Names {
    /// Functions, types, variables and constants share one name space.
    plain: Places,
    /// By the receiver's type, then by name.
    methods: HashMap<Box<str>, Places>,
}

impl Package {
    pub(super) fn new(
        directory: Arc<str>,
        name: Arc<str>,
        (import_path, module): (Option<Arc<str>>, Option<Arc<str>>),
        files: Vec<Arc<GoFile>>,
        partial: bool,
    ) -> Self {
        let (names, heat) = (OnceLock::new(), OnceLock::new());
        Self { directory, name, import_path, module, files, partial, names, heat }
    }

    /// The directory; empty at the root.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// The name in the package clause.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path by which other packages import it, where its module is known.
    pub fn import_path(&self) -> Option<&str> {
        self.import_path.as_deref()
    }

    /// Whether an import path is one of the package's own module.
    pub fn shares_module(&self, path: &str) -> bool {
        let rest = self.module.as_deref().and_then(|it| path.strip_prefix(it));
        rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
    }

    /// Whether it is an external test: `package foo_test` in files named `_test.go`.
    pub fn is_external_test(&self) -> bool {
        self.name.ends_with("_test") && self.files.iter().all(|it| it.is_test())
    }

    /// The files, in path order.
    pub fn files(&self) -> &[Arc<GoFile>] {
        &self.files
    }

    /// Whether something of it was not read: then nothing may be concluded from absence.
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// What is declared under a name outside of functions, methods aside. Several with build tags.
    pub fn declared(&self, name: &str) -> impl Iterator<Item = Declared<'_>> {
        self.found(self.names().plain.get(name))
    }

    /// The functions of this name.
    pub fn functions(&self, name: &str) -> impl Iterator<Item = Declared<'_>> {
        self.of_kind(name, ItemKind::Function)
    }

    /// The types of this name.
    pub fn types(&self, name: &str) -> impl Iterator<Item = Declared<'_>> {
        self.of_kind(name, ItemKind::Type)
    }

    /// The package's variables of this name.
    pub fn vars(&self, name: &str) -> impl Iterator<Item = Declared<'_>> {
        self.of_kind(name, ItemKind::Var)
    }

    /// The package's constants of this name.
    pub fn consts(&self, name: &str) -> impl Iterator<Item = Declared<'_>> {
        self.of_kind(name, ItemKind::Const)
    }

    /// The methods of this name that a type declares itself, pointer receivers included.
    pub fn methods(&self, type_name: &str, name: &str) -> impl Iterator<Item = Declared<'_>> {
        self.found(self.names().methods.get(type_name).and_then(|it| it.get(name)))
    }

    /// All methods that a type declares itself, in the order of the source.
    pub fn methods_of(&self, type_name: &str) -> Vec<Declared<'_>> {
        let by_name = self.names().methods.get(type_name).into_iter().flatten();
        let mut places: Vec<_> = by_name.flat_map(|(_, places)| places.iter().copied()).collect();
        places.sort_unstable();
        places.into_iter().map(|it| self.at(it)).collect()
    }

    /// Everything that the package declares, in the order of the source.
    pub fn all(&self) -> impl Iterator<Item = Declared<'_>> {
        self.files
            .iter()
            .flat_map(|file| file.items().iter().map(move |item| Declared { file, item }))
    }

    fn of_kind(&self, name: &str, kind: ItemKind) -> impl Iterator<Item = Declared<'_>> {
        self.declared(name).filter(move |it| it.item.kind == kind)
    }

    fn found<'p>(
        &'p self,
        places: Option<&'p Vec<(usize, usize)>>,
    ) -> impl Iterator<Item = Declared<'p>> {
        places.into_iter().flatten().map(|it| self.at(*it))
    }

    fn at(&self, (file, item): (usize, usize)) -> Declared<'_> {
        let file = &self.files[file];
        Declared { file, item: &file.items()[item] }
    }

    /// How often its functions run.
    pub(super) fn heat_map(&self) -> &Map {
        self.heat.get_or_init(|| Map::of(self))
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| {
            let mut names = Names::default();
            for (f, file) in self.files.iter().enumerate() {
                for (i, item) in file.items().iter().enumerate() {
                    let by_name = match &item.receiver {
                        Some(it) => names.methods.entry(it.type_name.clone()).or_default(),
                        None => &mut names.plain,
                    };
                    by_name.entry(item.name.clone()).or_default().push((f, i));
                }
            }
            names
        })
    }
}
