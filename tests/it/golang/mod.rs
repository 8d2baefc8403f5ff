//! What we know of Go, held against the Go toolchain.

mod layout;
mod signatures;
mod types;

use std::path::Path;
use std::process::Command;

/// Whether there is a Go toolchain. Where there is none the test says that it is skipped, or fails
/// when `GO_EXPERT_TEST_REQUIRE` names `go`.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn has_go(test: &str) -> bool {
    if Command::new("go").arg("version").output().is_ok_and(|it| it.status.success()) {
        return true;
    }
    let required = setting("GO_EXPERT_TEST_REQUIRE").unwrap_or_default();
    assert!(!required.split(',').any(|it| it == "go"), "no `go` on the PATH");
    eprintln!("skipped {test}: no `go` on the PATH");
    false
}

#[expect(clippy::disallowed_methods, reason = "what the person who runs the tests asks for")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What the go command prints, run in a directory.
fn go(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("go")
        .args(arguments)
        .current_dir(directory)
        .envs([("GOFLAGS", ""), ("GOWORK", "off"), ("GOTOOLCHAIN", "local")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What `tools/signatures` prints.
fn signatures(arguments: &[&str]) -> String {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/signatures");
    go(&tool, &[&["run", "."], arguments].concat())
}
