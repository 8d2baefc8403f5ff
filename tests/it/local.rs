//! `go-expert review` as a process of its own, on directories and repositories.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::world::texts;

/// A directory with these files.
fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(directory.path(), path, text);
    }
    directory
}

fn write(directory: &Path, path: &str, text: &str) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// `go-expert review` of a directory, without an environment.
fn review(directory: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_go-expert"));
    command.arg("review").arg("--repo").arg(directory).args(args).env_clear();
    command.output().unwrap()
}

#[test]
fn fail_on_is_an_exit_code() {
    let shop = directory(&[
        ("go.mod", "module example.com/shop\n\ngo 1.24\n"),
        ("price.go", texts::PRICE),
        ("rates.go", "package shop\n\nimport \"net/http\"\n\nvar Rates, _ = http.Get(\"x\")\n"),
    ]);
    let code = |args: &[&str]| review(shop.path(), args).status.code();
    assert_eq!(code(&["--all"]), Some(0), "whatever was found");
    for severity in ["critical", "warning", "advice"] {
        assert_eq!(code(&["--all", "--fail-on", severity]), Some(1), "{severity}");
    }
    fs::remove_file(shop.path().join("rates.go")).unwrap();
    assert_eq!(code(&["--all", "--fail-on", "advice"]), Some(0));

    for wrong in [&["--all", "--fail-on", "bad"][..], &["--fail-on", "advice"]] {
        let output = review(shop.path(), wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty());
    }
}
