//! Go that is made into code and run: what comes out must be what Go does.

mod library;
mod schedules;
mod statements;

use super::Program;
use crate::golang::types::TypeInfo;
use crate::golang::{Code, read};
use crate::model::SourceFile;
use crate::rules::explore::code::Code as _;
use crate::rules::explore::machine::Kind;
use crate::rules::explore::search::{Bounds, Explored, explore};

/// A package of one file.
fn package(text: &str) -> Code {
    let source = |path: &str, text: &str| SourceFile::from_bytes(path, None, text.as_bytes());
    read(&[source("go.mod", "module m\ngo 1.26\n"), source("a.go", text)], None, &|_| false)
}

/// What exploring `main` finds, as kinds and the lines of those involved.
fn found(text: &str) -> (Explored, Vec<(Kind, Vec<u32>)>) {
    let code = package(text);
    let package = &code.packages()[0];
    let types = TypeInfo::new(package);
    let program = Program::new(&types);
    let entries = program.entries();
    assert_eq!(entries.len(), 1, "{text}");
    let explored = explore(&program, entries[0].function, Bounds::default());
    let line = |it: &crate::rules::explore::code::Spot| package.files()[0].lines(it.span).first;
    let found = explored.found.iter();
    let found = found.map(|it| {
        let (kind, spots) = it.shown.name();
        (kind, spots.iter().map(line).collect())
    });
    let found = found.collect();
    (explored, found)
}

/// Runs statements that call `check`, which panics where its arguments differ, and comes to the
/// end of them.
fn runs(declarations: &str, statements: &str) {
    let text = format!(
        "package main\n{declarations}\nfunc check(ok bool) {{\n\tif !ok {{\n\t\tpanic(ok)\n\t}}\n}}\n\
         func main() {{\n{statements}\n\tpanic(\"the end\")\n}}\n"
    );
    let end = u32::try_from(text.lines().count()).unwrap() - 1;
    let (explored, found) = found(&text);
    let stacks = explored.found.iter().flat_map(|it| &it.shown.involved).map(|it| &it.stack);
    let stacks: Vec<_> = stacks
        .flatten()
        .map(|(_, spot)| &text[spot.span.start as usize..spot.span.end as usize])
        .collect();
    let why = explored.why;
    assert_eq!(found, [(Kind::Explicit, vec![end])], "{why:?}\n{stacks:?}");
    assert!(explored.complete > 0 && explored.opaque == 0 && explored.endless == 0, "{text}");
}

/// The code of the function with this name.
fn shown(text: &str, name: &str) -> String {
    let code = package(text);
    let package = &code.packages()[0];
    let types = TypeInfo::new(package);
    let program = Program::new(&types);
    let declared = package.functions(name).next().unwrap();
    let id = program.id(super::source::Source::Declared(declared));
    program.function(id).to_string()
}
