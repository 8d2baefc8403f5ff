//! For whom code runs, as far as its place and its imports tell: a finding that matters in a server
//! may be noise in a test or in a tool at somebody's terminal.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Package, Span};

use super::engine::Context;
use super::once::recurs;
use super::survey::At;

/// Whether the file is a test, a test's helper or an example: code that runs on its author's
/// machine and ends soon.
pub(super) fn serves_tests(file: &GoFile) -> bool {
    serves_tests_by_place(file)
        || file.imports().iter().any(|it| {
            matches!(&*it.path, TESTING | "net/http/httptest")
                || it.path.starts_with("github.com/stretchr/testify/")
        })
}

/// Whether its name or its directory says so.
fn serves_tests_by_place(file: &GoFile) -> bool {
    const DIRECTORIES: &[&str] = &[
        "test",
        "tests",
        "testing",
        "e2e",
        "integration",
        "example",
        "examples",
        "fixtures",
        "mock",
        "mocks",
    ];
    let directory = |it: &str| {
        let it = it.trim_start_matches('_');
        DIRECTORIES.contains(&it)
            || ["testutil", "testhelper"].iter().any(|prefix| it.starts_with(prefix))
            || ["-test", "_test", "-tests", "_tests"].iter().any(|suffix| it.ends_with(suffix))
    };
    file.is_test() || file.directory().split('/').any(directory)
}

const TESTING: &str = "testing";

/// The same of one place: a file that is no test, and imports `testing` alone of what tests
/// import, has helpers beside code that is for everybody.
pub(super) fn serves_tests_at(file: &GoFile, place: Span) -> bool {
    let others = file.imports().iter().any(|it| {
        it.path.starts_with("net/http/httptest") || it.path.starts_with("github.com/stretchr/")
    });
    if file.is_test() || others || !file.imports_path(TESTING) {
        return serves_tests(file);
    }
    let item = file.items().iter().find(|it| it.span.encloses(place));
    item.is_none_or(|it| {
        let text = file.slice(it.span);
        it.name.starts_with("Test") || text.contains("testing.")
    }) || serves_tests_by_place(file)
        || file.path().rsplit('/').next().is_some_and(|it| it.contains("test"))
}

/// Whether a person runs the code at a terminal, as far as its place and its imports tell.
pub(super) fn is_tool(package: &Package, file: &GoFile) -> bool {
    package.name() == "main"
        || file.directory().split('/').any(|it| matches!(it, "cmd" | "cli"))
        || is_script(file)
}

/// Whether the code does one thing for whoever works on the program, or at a terminal, and ends:
/// what is called `cmd` may as well be a server.
pub(super) fn is_script(file: &GoFile) -> bool {
    const DIRECTORIES: &[&str] = &["tool", "tools", "hack", "script", "scripts", "build"];
    const LIBRARIES: &[&str] = &[
        "github.com/spf13/cobra",
        "github.com/urfave/cli",
        "github.com/minio/cli",
        "github.com/mitchellh/cli",
        "github.com/hashicorp/cli",
    ];
    file.directory().split('/').any(|it| DIRECTORIES.contains(&it))
        || file.imports().iter().any(|it| LIBRARIES.iter().any(|known| it.path.starts_with(known)))
}

/// Whether the process ends with the function: `main`, or `Main`, which `main` calls in programs
/// that keep their code in a library.
pub(super) fn is_main(package: &Package, file: &GoFile, function: Node<'_>) -> bool {
    let name = function.field(Field::Name).map(|it| file.text_of(it));
    match name.filter(|_| function.is(Kind::FunctionDeclaration)) {
        Some("main") => package.name() == "main",
        Some(name) => name == "Main",
        None => false,
    }
}

/// Whether what a function leaves behind goes with the process soon: in a script, and in what a
/// program does once.
pub(super) fn ends_soon<'p>(context: &Context<'p>, function: At<'p>) -> bool {
    is_script(function.file) || (context.package.name() == "main" && !recurs(context, function))
}

/// Whether a path says that its code serves tests.
pub(super) fn is_for_tests(path: &str) -> bool {
    let serves = ["test", "tests", "testutil", "testing", "mock", "mocks"];
    path.split('/').any(|it| serves.contains(&it) || it.starts_with("mock"))
}
