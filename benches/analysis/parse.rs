//! The yardstick: nothing but tree-sitter's parser, on the very same texts.

use std::collections::HashSet;
use std::sync::Arc;

use cpu_time::ThreadTime;
use go_expert::model::{Change, SourceFile};
use tree_sitter::Parser;

/// The texts of Go files; one that several paths or both versions share counts once, as the
/// analysis reads it once.
pub(crate) fn versions(change: &Change) -> Vec<Arc<str>> {
    let files = change.base.files.iter().chain(&change.head.files);
    let mut seen = HashSet::new();
    files
        .filter(|it| is_go(it))
        .map(|it| it.text.clone())
        .filter(|it| seen.insert(it.clone()))
        .collect()
}

/// Whether it is parsed at all.
pub(crate) fn is_go(file: &SourceFile) -> bool {
    file.path.ends_with(".go")
}

/// Parses each text in full and drops the trees; the seconds of CPU that it took.
pub(crate) fn bare_parse<'a>(texts: impl IntoIterator<Item = &'a Arc<str>>) -> f64 {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_go::LANGUAGE.into()).expect("the grammar fits the parser");
    cpu(|| {
        for text in texts {
            drop(std::hint::black_box(parser.parse(text.as_bytes(), None)));
        }
    })
    .0
}

/// The seconds of CPU that something took on this thread, and what it gave.
pub(crate) fn cpu<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begin = ThreadTime::now();
    let done = work();
    (begin.elapsed().as_secs_f64(), done)
}
