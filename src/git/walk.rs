//! Walks a tree on the disk, directory by directory, inside git or not.

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

/// Every directory below `root` that has Go files or something unreadable, in path order, one at
/// a time. Directories that hold no code of the project are left out ([`is_reviewed_directory`]);
/// symbolic links are not followed.
///
/// # Errors
/// When `root` itself cannot be read.
pub fn directories(root: &Path) -> io::Result<impl Iterator<Item = Directory> + use<>> {
    fs::read_dir(root)?;
    let root = fs::canonicalize(root)?;
    let modules = match root.join("go.mod").is_file() {
        true => Arc::default(),
        false => module_above(&root),
    };
    Ok(Walk { open: vec![Open { directory: root, path: String::new(), modules }] })
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

struct Walk {
    /// The next one last.
    open: Vec<Open>,
}

impl Iterator for Walk {
    type Item = Directory;

    fn next(&mut self) -> Option<Directory> {
        while let Some(open) = self.open.pop() {
            let directory = self.visit(open);
            if !directory.files.is_empty() || !directory.unread.is_empty() {
                return Some(directory);
            }
        }
        None
    }
}

impl Walk {
    fn visit(&mut self, open: Open) -> Directory {
        let Open { directory, path, modules } = open;
        let mut out = Directory { path, ..Directory::default() };
        let entries = fs::read_dir(&directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let Ok(mut entries) = entries else {
            out.unread.push(unread(&out.path, UnreadReason::Unavailable));
            return out;
        };
        entries.sort_by_key(fs::DirEntry::file_name);

        let mut below = Vec::new();
        let mut module = None;
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = match out.path.is_empty() {
                true => name.clone(),
                false => format!("{}/{name}", out.path),
            };
            // The type of the entry itself: a link is a link, whatever it points to.
            let kind = entry.file_type().ok();
            if kind.is_some_and(|it| it.is_dir()) {
                if is_reviewed_directory(&name) {
                    below.push((entry.path(), path));
                }
            } else if kind.is_some_and(|it| it.is_file())
                && (is_reviewed_go_file(&name) || name == "go.mod")
            {
                match read(&entry.path(), path.as_str().into()) {
                    Ok(file) if name == "go.mod" => module = Some(file),
                    Ok(file) => out.files.push(file),
                    Err(reason) => out.unread.push(unread(&path, reason)),
                }
            }
        }
        let modules: Arc<[SourceFile]> = match module {
            Some(module) => modules.iter().cloned().chain([module]).collect(),
            None => modules,
        };
        for (directory, path) in below.into_iter().rev() {
            self.open.push(Open { directory, path, modules: modules.clone() });
        }
        out.modules = modules.to_vec();
        out
    }
}

fn unread(path: &str, reason: UnreadReason) -> Unread {
    Unread { path: path.into(), reason }
}

fn read(file: &Path, path: Arc<str>) -> Result<SourceFile, UnreadReason> {
    content::source_file(path, None, &content::read(file)?)
}
