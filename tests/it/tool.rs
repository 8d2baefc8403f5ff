//! Tools that a test may need.

use std::process::Command;

/// Whether there is a Go toolchain. Where there is none the test says that it is skipped, or fails
/// when `GO_EXPERT_TEST_REQUIRE` names `go`.
pub(crate) fn has_go(test: &str) -> bool {
    if Command::new("go").arg("version").output().is_ok_and(|it| it.status.success()) {
        return true;
    }
    let required = std::env::var("GO_EXPERT_TEST_REQUIRE").unwrap_or_default();
    assert!(!required.split(',').any(|it| it == "go"), "no `go` on the PATH");
    eprintln!("skipped {test}: no `go` on the PATH");
    false
}
