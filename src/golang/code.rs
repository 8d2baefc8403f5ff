//! From source files to packages, reusing what an earlier version has already parsed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::{GoFile, Modules, Package};
use crate::model::{SourceFile, Unread};

/// Everything that was read of one version of a repository.
#[derive(Debug, Default)]
pub struct Code {
    packages: Vec<Package>,
    files: BTreeMap<Arc<str>, Arc<GoFile>>,
    unread: Vec<Unread>,
    modules: Modules,
}

impl Code {
    /// The packages, in the order of directory and name.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The package that a file belongs to; `None` for files without a package clause and for those
    /// that the go tool ignores for their name.
    pub fn package_of(&self, file: &GoFile) -> Option<&Package> {
        let key = (file.directory(), file.package()?);
        let at = self.packages.binary_search_by_key(&key, |it| (it.directory(), it.name())).ok()?;
        let package = &self.packages[at];
        package.files().iter().any(|it| it.path() == file.path()).then_some(package)
    }

    /// The files, in path order.
    pub fn files(&self) -> impl Iterator<Item = &Arc<GoFile>> {
        self.files.values()
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&Arc<GoFile>> {
        self.files.get(path)
    }

    /// What was not read, or not completely, in path order.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// The modules.
    pub fn modules(&self) -> &Modules {
        &self.modules
    }
}

/// Reads Go files and `go.mod` files; others are passed over.
///
/// Whatever `earlier` has already parsed is shared, and a file with another text at the same path
/// is parsed from its tree. `partial` says of a directory whether some of its files are not among
/// `files`. Files are parsed on the threads of the rayon pool that the caller runs on.
pub fn read(files: &[SourceFile], earlier: Option<&Code>, partial: &dyn Fn(&str) -> bool) -> Code {
    let modules = Modules::of(files);
    let sources: BTreeMap<&str, &SourceFile> =
        files.iter().filter(|it| it.path.ends_with(".go")).map(|it| (&*it.path, it)).collect();
    let moved = earlier.map(by_text).unwrap_or_default();
    let sources: Vec<&SourceFile> = sources.into_values().collect();
    let parsed: Vec<Result<Arc<GoFile>, Unread>> = sources
        .into_par_iter()
        .map(|source| {
            let version = modules.go_version(source.directory());
            let before = earlier.and_then(|it| it.file(&source.path));
            if let Some(before) = before.filter(|it| it.is(source, version)) {
                return Ok(before.clone());
            }
            let before = before.or_else(|| moved.get(&source.text).copied()).map(Arc::as_ref);
            let unread = |reason| Unread { path: source.path.clone(), reason };
            GoFile::parse(source, version, before).map(Arc::new).map_err(unread)
        })
        .collect();
    let mut code = Code { modules, ..Code::default() };
    for it in parsed {
        match it {
            Ok(file) => {
                let unread = |reason| Unread { path: file.path().clone(), reason };
                code.unread.extend(file.unread().map(unread));
                code.files.insert(file.path().clone(), file);
            }
            Err(unread) => code.unread.push(unread),
        }
    }
    code.unread.sort_unstable();
    code.packages = packages(&code, partial);
    code
}

/// The files of an earlier version by text, for those that were moved.
fn by_text(code: &Code) -> HashMap<&Arc<str>, &Arc<GoFile>> {
    code.files.values().map(|it| (it.source(), it)).collect()
}

fn packages(code: &Code, partial: &dyn Fn(&str) -> bool) -> Vec<Package> {
    let directory = |path: &str| -> Arc<str> {
        path.rsplit_once('/').map_or("", |(directory, _)| directory).into()
    };
    let unread: BTreeSet<Arc<str>> = code.unread.iter().map(|it| directory(&it.path)).collect();
    let mut groups: BTreeMap<(Arc<str>, Arc<str>), Files> = BTreeMap::new();
    for file in code.files.values().filter(|it| !it.is_ignored()) {
        if let Some(name) = file.package() {
            let key = (file.directory().into(), name.into());
            groups.entry(key).or_default().push(file.clone());
        }
    }
    let package = |((directory, name), files): ((Arc<str>, Arc<str>), Files)| {
        let partial = unread.contains(&directory) || partial(&directory);
        let import_path = code.modules.import_path(&directory).map(Into::into);
        let module = code.modules.nearest(&directory).map(|it| it.module.clone());
        let module = module.filter(|it| !it.is_empty());
        Package::new(directory, name, (import_path, module), files, partial)
    };
    groups.into_iter().map(package).collect()
}

type Files = Vec<Arc<GoFile>>;
