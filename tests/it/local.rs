//! `go-expert review` as a process of its own, on directories and repositories.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::world::texts;

/// A directory with these files.
pub(crate) fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
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
pub(crate) fn review(directory: &Path, args: &[&str]) -> Output {
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

/// Runs git in a directory, or tells that there is none.
fn git(directory: &Path, args: &[&str]) -> bool {
    let run = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.autocrlf=false"])
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output();
    run.is_ok_and(|it| it.status.success())
}

/// A repository with one commit on a branch, made by git.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
#[expect(clippy::disallowed_methods, reason = "what a test requires is no setting")]
fn repository(test: &str, branch: &str) -> Option<tempfile::TempDir> {
    let shop = directory(&[
        ("go.mod", "module example.com/shop\n\ngo 1.24\n"),
        ("price.go", texts::PRICE),
        (".gitignore", "/out\n"),
    ]);
    let made = git(shop.path(), &["init", "-q", "-b", branch])
        && git(shop.path(), &["add", "."])
        && git(shop.path(), &["commit", "-qm", "shop"]);
    if made {
        return Some(shop);
    }
    let required = std::env::var("GO_EXPERT_TEST_REQUIRE").unwrap_or_default();
    assert!(!required.split(',').any(|it| it == "git"), "no `git` on the PATH");
    eprintln!("skipped {test}: no `git` on the PATH");
    None
}

/// The places of the findings.
fn places(output: Output) -> Vec<String> {
    let text = String::from_utf8(output.stdout).unwrap();
    let places = text.lines().map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{}:{}", row["file"].as_str().unwrap(), row["line"])
    });
    places.collect()
}

#[test]
fn uncommitted_work_is_reviewed_against_the_default_branch() {
    for branch in ["main", "master"] {
        let Some(shop) = repository("uncommitted_work", branch) else { return };
        let shop = shop.path();
        let worktree = || places(review(shop, &["--format", "json", "--head", "worktree"]));
        assert!(worktree().is_empty(), "nothing changed");

        write(shop, "ask.go", texts::LEAK);
        write(shop, "out/ask.go", texts::LEAK);
        assert_eq!(worktree(), ["ask.go:8"], "an untracked file, but no ignored one");
        assert!(git(shop, &["add", "ask.go"]));
        assert_eq!(worktree(), ["ask.go:8"], "a staged file");
        assert!(git(shop, &["checkout", "-q", "--detach"]));
        assert!(git(shop, &["commit", "-qm", "ask"]));
        assert_eq!(worktree(), ["ask.go:8"], "a commit on a detached head");
        assert_eq!(places(review(shop, &["--format", "json"])), ["ask.go:8"]);

        write(shop, "ask.go", &texts::leak_fixed());
        assert!(worktree().is_empty(), "repaired, and not yet committed");
        assert_eq!(places(review(shop, &["--format", "json"])), ["ask.go:8"]);
    }
}

#[test]
fn a_shallow_clone_is_reviewed_as_far_as_it_goes() {
    let Some(shop) = repository("a_shallow_clone", "trunk") else { return };
    write(shop.path(), "README.md", "# Shop\n");
    assert!(git(shop.path(), &["add", "."]) && git(shop.path(), &["commit", "-qm", "readme"]));
    let clones = tempfile::tempdir().unwrap();
    let url = format!("file://{}", shop.path().display());
    assert!(git(clones.path(), &["clone", "-q", "--depth", "1", &url, "shop"]));
    let clone = clones.path().join("shop");
    // `origin/HEAD` stands for `trunk`.
    write(&clone, "ask.go", texts::LEAK);
    let found = review(&clone, &["--format", "json", "--head", "worktree"]);
    assert_eq!(places(found), ["ask.go:8"]);
    let output = review(&clone, &["--base", "HEAD~1"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("git fetch --unshallow"), "{said}");
}

/// What it says when it cannot run.
#[track_caller]
fn refusal(directory: &Path, args: &[&str]) -> String {
    let output = review(directory, args);
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    assert!(output.stdout.is_empty(), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_refusal_says_what_to_do() {
    let Some(shop) = repository("a_refusal", "trunk") else { return };
    let shop = shop.path();
    let says = |directory: &Path, args: &[&str], words: &str| {
        let said = refusal(directory, args);
        assert!(said.contains(words), "{args:?}: {said}");
    };
    says(shop, &[], "name the base with `--base`");
    says(shop, &["--base", "trunk", "--head", "nosuch"], "`nosuch` names no commit here");
    says(shop, &["--base", "trunk..HEAD"], "`--base` and `--head`");
    says(&shop.join("price.go"), &[], "is no directory");
    says(&shop.join("nowhere"), &["--all"], "nowhere");

    let plain = directory(&[("price.go", texts::PRICE)]);
    says(plain.path(), &[], "`--all` reviews a directory without one");
    assert!(git(plain.path(), &["init", "-q"]));
    says(plain.path(), &[], "nothing is committed here yet");
    says(plain.path(), &["--head", "worktree"], "nothing is committed here yet");

    assert!(git(shop, &["checkout", "-q", "--orphan", "lone"]));
    assert!(git(shop, &["commit", "-qm", "lone"]));
    says(shop, &["--base", "trunk"], "`trunk` and `HEAD` have no common ancestor");
    assert!(git(shop, &["clone", "-q", "--bare", ".", "bare.git"]));
    says(&shop.join("bare.git"), &["--head", "worktree"], "without a work tree");
}

#[test]
fn a_branch_is_compared_with_the_one_that_it_follows() {
    let Some(shop) = repository("a_branch", "trunk") else { return };
    let clones = tempfile::tempdir().unwrap();
    let url = shop.path().display().to_string();
    assert!(git(clones.path(), &["clone", "-q", &url, "shop"]));
    let clone = clones.path().join("shop");
    assert!(git(&clone, &["checkout", "-q", "-b", "work", "--track", "origin/trunk"]));
    write(&clone, "ask.go", texts::LEAK);
    assert!(git(&clone, &["add", "."]) && git(&clone, &["commit", "-qm", "ask"]));
    for base in ["@{upstream}", "@{u}", "work@{upstream}", "origin/trunk", "HEAD~1", "origin/HEAD"]
    {
        let found = places(review(&clone, &["--format", "json", "--base", base]));
        assert_eq!(found, ["ask.go:8"], "{base}");
    }
    assert!(git(&clone, &["branch", "-q", "next", "--track"]));
    assert!(git(&clone, &["checkout", "-q", "next"]));
    let output = review(&clone, &["--base", "@{u}"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("No Go file differs from `@{u}`"), "{said}");
}
