//! For whom code runs, as far as its place and its imports tell: a finding that matters in a server
//! may be noise in a test or in a tool at somebody's terminal.

use crate::golang::{GoFile, Package};

/// Whether the file is a test, a test's helper or an example: code that runs on its author's
/// machine and ends soon.
pub(super) fn serves_tests(file: &GoFile) -> bool {
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
    file.is_test()
        || file.directory().split('/').any(directory)
        || file.imports().iter().any(|it| {
            matches!(&*it.path, "testing" | "net/http/httptest")
                || it.path.starts_with("github.com/stretchr/testify/")
        })
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
        "github.com/mitchellh/cli",
        "github.com/hashicorp/cli",
    ];
    file.directory().split('/').any(|it| DIRECTORIES.contains(&it))
        || file.imports().iter().any(|it| LIBRARIES.iter().any(|known| it.path.starts_with(known)))
}
