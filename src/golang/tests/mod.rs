//! Tests of the whole room: what one file after the other cannot show.

mod flow;
mod flow_paths;
mod heat;
mod incremental;
mod monsters;
mod packages;
mod reading;
mod scopes;
mod types;

use super::{GoFile, GoVersion, Node};
use crate::model::SourceFile;

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile::from_bytes(path, None, text.as_bytes())
}

fn file(text: &str) -> GoFile {
    GoFile::parse(&source("a.go", text), GoVersion::new(1, 26), None).unwrap()
}

/// The first node in the order of the source with this code.
fn node<'f>(file: &'f GoFile, code: &str) -> Node<'f> {
    use super::GoNode;
    let found = file.root().descendants().find(|it| file.text_of(*it) == code);
    found.unwrap_or_else(|| panic!("no node is `{code}`"))
}
