//! Walks a tree on the disk, directory by directory, inside git or not.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::content;
use crate::model::{SourceFile, Unread, UnreadReason, is_reviewed_directory, is_reviewed_go_file};

/// The Go files of one directory.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// The path from the root of the walk, with `/`; empty for the root itself.
    pub path: String,
    /// The directory's Go files, in order of their names.
    pub files: Vec<SourceFile>,
    /// The `go.mod` files in and above it, the outermost first, so that the last one rules. Where
    /// the root of the walk lacks one, the nearest above it stands for the root's.
    pub modules: Vec<SourceFile>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// What a directory holds, before its Go files are read.
#[derive(Debug, Clone)]
pub struct Listing {
    directory: PathBuf,
    path: String,
    /// The names of its Go files, in order.
    files: Vec<OsString>,
    /// The `go.mod` files in and above it.
    modules: Arc<[SourceFile]>,
    unread: Vec<Unread>,
}

impl Listing {
    /// How many Go files there are to read.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// Reads the Go files.
    pub fn read(&self) -> Directory {
        let mut out = Directory {
            path: self.path.clone(),
            files: Vec::new(),
            modules: self.modules.to_vec(),
            unread: self.unread.clone(),
        };
        for name in &self.files {
            let path = below(&self.path, &name.to_string_lossy());
            match read(&self.directory.join(name), path.as_str().into()) {
                Ok(file) => out.files.push(file),
                Err(reason) => out.unread.push(unread(&path, reason)),
            }
        }
        out
    }
}

/// Every directory below `root` that has Go files or something unreadable, in path order.
/// Directories that hold no code of the project are left out ([`is_reviewed_directory`]); symbolic
/// links are not followed.
///
/// # Errors
/// When `root` itself cannot be read.
pub fn directories(root: &Path) -> io::Result<Vec<Listing>> {
    fs::read_dir(root)?;
    let root = fs::canonicalize(root)?;
    let modules = match root.join("go.mod").is_file() {
        true => Arc::default(),
        false => module_above(&root),
    };
    let mut found = Vec::new();
    // The next one last.
    let mut open = vec![Open { directory: root, path: String::new(), modules }];
    while let Some(next) = open.pop() {
        let listing = visit(next, &mut open);
        if !listing.files.is_empty() || !listing.unread.is_empty() {
            found.push(listing);
        }
    }
    Ok(found)
}

/// The nearest `go.mod` above a directory, as if it stood in it.
fn module_above(root: &Path) -> Arc<[SourceFile]> {
    let mut found = root.ancestors().skip(1).map(|it| it.join("go.mod")).filter(|it| it.is_file());
    let file = found.next().and_then(|it| read(&it, "go.mod".into()).ok());
    file.into_iter().collect()
}

/// A directory that is still to be read.
struct Open {
    directory: PathBuf,
    path: String,
    /// The `go.mod` files above it.
    modules: Arc<[SourceFile]>,
}

/// Lists a directory, and adds those below it to what is open.
fn visit(here: Open, open: &mut Vec<Open>) -> Listing {
    let Open { directory, path: prefix, modules } = here;
    let mut unread_here = Vec::new();
    let entries = fs::read_dir(&directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.unwrap_or_else(|_| {
        unread_here.push(unread(&prefix, UnreadReason::Unavailable));
        Vec::new()
    });
    entries.sort_by_key(fs::DirEntry::file_name);

    let (mut files, mut directories, mut module) = (Vec::new(), Vec::new(), None);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = below(&prefix, &name);
        // The type of the entry itself: a link is a link, whatever it points to.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && is_reviewed_directory(&name) {
            directories.push((entry.path(), path));
        } else if kind.is_file() && is_reviewed_go_file(&name) {
            files.push(entry.file_name());
        } else if kind.is_file() && name == "go.mod" {
            match read(&entry.path(), path.as_str().into()) {
                Ok(file) => module = Some(file),
                Err(reason) => unread_here.push(unread(&path, reason)),
            }
        }
    }
    let modules: Arc<[SourceFile]> = match module {
        Some(module) => modules.iter().cloned().chain([module]).collect(),
        None => modules,
    };
    for (directory, path) in directories.into_iter().rev() {
        open.push(Open { directory, path, modules: modules.clone() });
    }
    Listing { directory, path: prefix, files, modules, unread: unread_here }
}

/// The path of a name in a directory.
fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

fn unread(path: &str, reason: UnreadReason) -> Unread {
    Unread { path: path.into(), reason }
}

fn read(file: &Path, path: Arc<str>) -> Result<SourceFile, UnreadReason> {
    content::source_file(path, None, &content::read(file)?)
}
