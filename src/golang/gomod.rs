//! `go.mod` files: which module a directory belongs to, and its Go version.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::GoVersion;
use crate::model::SourceFile;

/// What we read of a `go.mod` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoMod {
    /// The directory that holds it; empty at the repository's root.
    pub directory: Arc<str>,
    /// The module's path; empty if the file does not say.
    pub module: Arc<str>,
    /// The language version: the `go` line, never the `toolchain` line, which only chooses a
    /// compiler. [`GoVersion::DEFAULT`] without one.
    pub go: GoVersion,
}

impl GoMod {
    /// Reads a `go.mod` file; what it does not understand it leaves out.
    pub fn parse(directory: &str, text: &str) -> Self {
        let mut module = None;
        let mut go = None;
        let mut block = "";
        for line in text.lines() {
            let line = line.split("//").next().unwrap_or_default().trim();
            let mut words = line.split_whitespace();
            let (first, second) = (words.next().unwrap_or_default(), words.next());
            // https://go.dev/ref/mod#go-mod-file-grammar: a directive, or a block of them.
            match (block, first, second) {
                ("", directive, Some("(")) => block = directive,
                (_, ")", None) => block = "",
                ("", "go", Some(version)) => go = go.or(version.parse().ok()),
                ("", "module", Some(path)) | ("module", path, None) if !path.is_empty() => {
                    module = module.or(Some(path.trim_matches(['"', '`'])));
                }
                _ => {}
            }
        }
        Self {
            directory: directory.into(),
            module: module.unwrap_or_default().into(),
            go: go.unwrap_or(GoVersion::DEFAULT),
        }
    }
}

/// The modules of a repository.
#[derive(Debug, Clone, Default)]
pub struct Modules {
    by_directory: BTreeMap<Arc<str>, GoMod>,
}

impl Modules {
    /// The modules whose `go.mod` is among the files.
    pub fn of(files: &[SourceFile]) -> Self {
        let mods = files
            .iter()
            .filter(|it| it.path.rsplit('/').next() == Some("go.mod"))
            .map(|it| GoMod::parse(it.directory(), &it.text));
        Self { by_directory: mods.map(|it| (it.directory.clone(), it)).collect() }
    }

    /// The module of a directory: the nearest `go.mod` up the tree.
    pub fn nearest(&self, directory: &str) -> Option<&GoMod> {
        let mut directory = directory;
        loop {
            if let Some(it) = self.by_directory.get(directory) {
                return Some(it);
            }
            if directory.is_empty() {
                return None;
            }
            directory = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }

    /// The language version of a directory's files, constraints of their own aside.
    pub fn go_version(&self, directory: &str) -> GoVersion {
        self.nearest(directory).map_or(GoVersion::DEFAULT, |it| it.go)
    }

    /// The path by which other packages import a directory, where its module is known.
    pub fn import_path(&self, directory: &str) -> Option<String> {
        let module = self.nearest(directory).filter(|it| !it.module.is_empty())?;
        let below = directory[module.directory.len()..].trim_start_matches('/');
        let slash = if below.is_empty() { "" } else { "/" };
        Some(format!("{}{slash}{below}", module.module))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let it = GoMod::parse("", text);
        assert_eq!(format!("{} {}", it.module, it.go), expected, "{text}");
    }

    #[test]
    fn the_go_line_alone_decides_the_version() {
        check("module example.com/a\n\ngo 1.21.3\n\ntoolchain go1.26.1\n", "example.com/a 1.21");
        check("module example.com/a // Deprecated\r\ngo 1.22 // why\r\n", "example.com/a 1.22");
        check("module \"example.com/q\"\n", "example.com/q 1.16");
        check("module (\n\texample.com/b\n)\nrequire (\n\tgo 1.99\n)\n", "example.com/b 1.16");
        check("// go 1.9\nmodule x\n//go 1.9\n", "x 1.16");
        check("", " 1.16");
        check("go\nmodule\n)\n(\ngo 1.x\n", " 1.16");
    }

    #[test]
    fn the_nearest_module_wins() {
        let file = |path: &str, text: &str| SourceFile::from_bytes(path, None, text.as_bytes());
        let modules = Modules::of(&[
            file("go.mod", "module a\ngo 1.20"),
            file("x/go.mod", "module a/x/v2\ngo 1.25"),
            file("xy/main.go", "module no"),
        ]);
        for (directory, version, path) in [
            ("", "1.20", "a"),
            ("xy", "1.20", "a/xy"),
            ("x", "1.25", "a/x/v2"),
            ("x/y/z", "1.25", "a/x/v2/y/z"),
        ] {
            assert_eq!(modules.go_version(directory).to_string(), version, "{directory}");
            assert_eq!(modules.import_path(directory).as_deref(), Some(path), "{directory}");
        }
        assert_eq!(Modules::default().go_version("x"), GoVersion::DEFAULT);
        assert_eq!(Modules::default().import_path("x"), None);
    }
}
