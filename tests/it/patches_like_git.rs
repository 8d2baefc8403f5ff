//! Our patches show the same lines as git's.

use std::process::{Command, Stdio};

use go_expert::diff::{PatchLines, unified};

/// Edits of a real text: some lines deleted, doubled, changed, moved, indented.
fn edited(text: &str, seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let every = 5 + random(60);
    let mut out: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        match random(every * 6) {
            0 => {}
            1 => out.extend([line.to_owned(), line.to_owned()]),
            2 => out.push(line.replace("(", "(ctx, ")),
            3 => out.insert(out.len() - random(8).min(out.len() as u64) as usize, line.to_owned()),
            4 => out.push(format!("    {line}")),
            5 => out.extend(["\n".to_owned(), line.to_owned(), "}\n".to_owned()]),
            _ => out.push(line.to_owned()),
        }
    }
    out.concat()
}

/// git's own patch, or `None` where there is no git.
fn git_diff(directory: &std::path::Path, old: &str, new: &str) -> Option<String> {
    std::fs::write(directory.join("old"), old).unwrap();
    std::fs::write(directory.join("new"), new).unwrap();
    let output = Command::new("git")
        .args(["diff", "--no-index", "--no-ext-diff", "--no-color", "-U3", "old", "new"])
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", directory)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let patch = String::from_utf8(output.stdout).unwrap();
    Some(patch.find("@@ ").map_or(String::new(), |at| patch[at..].to_owned()))
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
#[expect(clippy::disallowed_methods, reason = "what a test requires is no setting")]
fn git_shows_the_same_lines() {
    let texts = [
        include_str!("../../src/diff/patch.rs"),
        include_str!("../../src/diff/similar.rs"),
        include_str!("../../src/model/id.rs"),
        include_str!("../../src/model/change.rs"),
    ];
    let directory = tempfile::tempdir().unwrap();
    let (mut pairs, mut same) = (0, 0);
    for (text, seed) in texts.iter().flat_map(|it| (1..=12).map(move |seed| (it, seed))) {
        let new = edited(text, seed);
        let Some(theirs) = git_diff(directory.path(), text, &new) else {
            let required = std::env::var("GO_EXPERT_TEST_REQUIRE").unwrap_or_default();
            assert!(!required.split(',').any(|it| it == "git"), "no `git` on the PATH");
            eprintln!("skipped git_shows_the_same_lines: no `git` on the PATH");
            return;
        };
        let ours = unified(text, &new);
        let shown = |patch: &str| PatchLines::parse(patch).commentable().clone();
        pairs += 1;
        same += u32::from(shown(&ours) == shown(&theirs));
    }
    // Both slide a block of equal lines by the same heuristic but may choose another of several
    // equally short edits: measured 99.6 % on real changes.
    assert!(same * 100 >= pairs * 95, "{same} of {pairs} pairs have git's commentable lines");
}
