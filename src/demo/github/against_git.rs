//! The stand-in's object names and patches are those of git itself.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use super::diff::between;
use super::history::{Changes, History};

/// Runs git in `dir`; `None` when there is no git.
fn git(dir: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command.current_dir(dir).args(["-c", "core.autocrlf=false"]).args(arguments);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Alice");
        command.env(format!("GIT_{who}_EMAIL"), "alice@example.com");
        command.env(format!("GIT_{who}_DATE"), "1700000000 +0000");
    }
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// An empty repository; `None`, said by name, when there is no git to compare with.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests may insist on git")]
fn repository(test: &str) -> Option<tempfile::TempDir> {
    let dir = tempfile::tempdir().unwrap();
    let made = git(dir.path(), &["init", "--quiet", "."]);
    if made.is_none() {
        let required = std::env::var("GO_EXPERT_TEST_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|it| it == "git"), "no `git` on the PATH");
        let _ = writeln!(std::io::stderr(), "skipped {test}: no `git` on the PATH");
    }
    made.map(|_| dir)
}

#[test]
fn object_names_are_those_that_git_computes() {
    let Some(dir) = repository("object_names_are_those_that_git_computes") else { return };
    let files = [
        ("go.mod", "module shop\n"),
        ("a.go", "package shop\n"),
        ("a/b/c/deep.go", "package c\n"),
        // `a.go` sorts before the directory `a`, which git compares as `a/`.
        ("a0.go", "package shop\n"),
        ("a/z.go", ""),
    ];
    let mut changes = Changes::new();
    for (path, text) in files {
        let path_on_disk = dir.path().join(path);
        std::fs::create_dir_all(path_on_disk.parent().unwrap()).unwrap();
        std::fs::write(path_on_disk, text).unwrap();
        changes = changes.write(path, text);
    }
    git(dir.path(), &["add", "."]).unwrap();
    let tree = git(dir.path(), &["write-tree"]).unwrap();
    let commit = git(dir.path(), &["commit-tree", "-m", "First", tree.trim()]).unwrap();
    let second = ["commit-tree", "-m", "Second", "-p", commit.trim(), tree.trim()];
    let second = git(dir.path(), &second).unwrap();

    let mut history = History::default();
    let first = history.commit(&[], &changes, "First", 1_700_000_000);
    assert_eq!(first, commit.trim());
    assert_eq!(history.tree_at(&format!("{first}:")).unwrap().0, tree.trim());
    let next = history.commit(&[first], &Changes::new(), "Second", 1_700_000_000);
    assert_eq!(next, second.trim());
}

/// The patch that the stand-in gives, and the one that git prints.
fn patches(dir: &Path, old: &str, new: &str) -> (String, String) {
    std::fs::write(dir.join("old"), old).unwrap();
    std::fs::write(dir.join("new"), new).unwrap();
    let ours = {
        let mut history = History::default();
        let first = history.commit(&[], &Changes::new().write("x", old), "1", 0);
        let changes = Changes::new().write("x", new);
        let second = history.commit(std::slice::from_ref(&first), &changes, "2", 0);
        let files = |sha: &str| history.get(sha).unwrap().files.clone();
        between(&files(&first), &files(&second)).first().and_then(|it| it.patch())
    };
    let printed =
        git(dir, &["diff", "--no-index", "--no-color", "--no-ext-diff", "old", "new"]).unwrap();
    let theirs = printed.find("\n@@").map_or("", |at| printed[at + 1..].trim_end_matches('\n'));
    // A last line that is empty ends in `+` or `-` or a blank, never in a newline of its own.
    (ours.unwrap_or_default(), theirs.to_owned())
}

#[test]
fn patches_are_those_that_git_prints() {
    let Some(dir) = repository("patches_are_those_that_git_prints") else { return };
    let written = [
        ("", "a\n"),
        ("a\n", ""),
        ("a", "a\n"),
        ("a\n", "a"),
        ("a\nb", "a\nc"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\nb\nc\nd\ne\nf\ng\nh\n", "b\nc\nd\ne\nf\ng\nh\ni\n"),
        ("func a() {\n\tx\n}\n", "func a() {\n\tx\n}\n\nfunc b() {\n\tx\n}\n"),
        ("func a() {\n}\n\nfunc b() {\n}\n", "func a() {\n}\n\nfunc c() {\n}\n\nfunc b() {\n}\n"),
        ("{\n\tif x {\n\t\ty\n\t}\n}\n", "{\n\tif x {\n\t\ty\n\t}\n\tif x {\n\t\ty\n\t}\n}\n"),
    ];
    for (old, new) in written {
        let (ours, theirs) = patches(dir.path(), old, new);
        assert_eq!(ours, theirs, "{old:?} → {new:?}");
    }
}

#[test]
fn patches_of_many_edits_are_those_that_git_prints() {
    let Some(dir) = repository("patches_of_many_edits_are_those_that_git_prints") else { return };
    let source = include_str!("history.rs");
    // A linear congruential generator: the same cases every time.
    let mut state = 42_u64;
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for case in 0..40 {
        let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
        for _ in 0..=random(12) {
            let at = random(lines.len());
            match random(5) {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, format!("\tinserted({at})")),
                2 => lines[at] = format!("{} // changed", lines[at]),
                3 => drop(lines.drain(at..(at + random(20)).min(lines.len()))),
                _ => {
                    let copied: Vec<String> =
                        lines[at..(at + random(12)).min(lines.len())].to_vec();
                    let to = random(lines.len());
                    lines.splice(to..to, copied);
                }
            }
        }
        let new = lines.join("\n") + if random(4) == 0 { "" } else { "\n" };
        let (ours, theirs) = patches(dir.path(), source, &new);
        assert_eq!(ours, theirs, "case {case}");
    }
}
