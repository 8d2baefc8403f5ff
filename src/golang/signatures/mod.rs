//! What the functions, methods, fields, variables and constants of well-known packages are, and
//! what calls of them do: the standard library, and the modules that Go services meet most.
//!
//! `std.txt` and `modules.txt` are written by `tools/signatures` from the packages themselves, so
//! they hold facts only. A name that is not there is unknown, not absent: the code under review
//! may use another version.

mod entry;

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

pub use entry::{Entry, Flags, Member, MemberKind, TypeEntry};

/// The tables as they were written.
const TABLES: [&str; 3] = [UNIVERSE, include_str!("std.txt"), include_str!("modules.txt")];

/// What Go declares in no package and is more than a name.
const UNIVERSE: &str = "@ \nterror interface\nmError()string\n";

/// A package of the table.
#[derive(Debug)]
pub struct Signatures {
    path: &'static str,
    name: &'static str,
    lines: &'static str,
    entries: OnceLock<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    by_name: HashMap<&'static str, Entry>,
    imports: HashMap<&'static str, &'static str>,
}

/// The packages by import path; each is read when somebody first asks it for a name.
static PACKAGES: LazyLock<HashMap<&'static str, Signatures>> = LazyLock::new(|| {
    let mut packages = HashMap::new();
    for table in TABLES {
        let Some(start) = table.find('@') else { continue };
        for section in table[start + 1..].split("\n@") {
            let (head, lines) = section.split_once('\n').unwrap_or((section, ""));
            let (path, name) = head.split_once(' ').unwrap_or((head, head));
            let entries = OnceLock::new();
            packages.insert(path, Signatures { path, name, lines, entries });
        }
    }
    packages
});

impl Signatures {
    /// The package with this import path, if the table has it; the empty path is that of what Go
    /// itself declares.
    pub fn of(path: &str) -> Option<&'static Self> {
        PACKAGES.get(path)
    }

    /// All packages of the table, in no order.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        PACKAGES.values()
    }

    /// The import path.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// The name in the package clause.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the package declares under a name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries().by_name.get(name)
    }

    /// All that the package declares, in no order.
    pub fn entries_by_name(&self) -> impl Iterator<Item = (&'static str, &Entry)> {
        self.entries().by_name.iter().map(|(name, entry)| (*name, entry))
    }

    /// The import path behind a package's name in the types of this package.
    pub fn import(&self, name: &str) -> Option<&'static str> {
        self.entries().imports.get(name).copied()
    }

    fn entries(&self) -> &Entries {
        self.entries.get_or_init(|| {
            let mut entries = Entries::default();
            let mut rest = self.lines;
            while !rest.is_empty() {
                let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
                rest = after;
                if let Some(import) = line.strip_prefix('i') {
                    let last = import.rsplit('/').next().unwrap_or(import);
                    let (path, name) = import.split_once(' ').unwrap_or((import, last));
                    entries.imports.insert(name, path);
                } else if let Some((name, entry)) = Entry::read(line, &mut rest) {
                    entries.by_name.insert(name, entry);
                }
            }
            entries
        })
    }
}
