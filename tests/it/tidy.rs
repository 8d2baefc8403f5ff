//! What holds the house together and no compiler checks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file under a folder of the repository, with its text.
fn sources(folder: &str) -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.insert(path.strip_prefix(root).unwrap().to_owned(), text);
            }
        }
    }
    found
}

/// The floor of each room, as ARCHITECTURE.md has them.
fn floor(room: &str) -> Option<u8> {
    Some(match room {
        "model" | "config" => 0,
        "golang" | "diff" | "git" | "github" | "store" => 1,
        "rules" => 2,
        "persona" | "review" => 3,
        "server" | "worker" | "demo" => 4,
        "app" | "cli" | "local" => 5,
        _ => return None,
    })
}

/// The room that a file of `src/` belongs to.
fn room(path: &Path) -> String {
    let inner = path.strip_prefix("src").unwrap();
    let first = inner.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a text names after `crate::`.
fn imports(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for part in text.split("crate::").skip(1) {
        let inner = part.strip_prefix('{').unwrap_or(part);
        let names = if part.starts_with('{') {
            inner.split('}').next().unwrap_or("").split(',').collect()
        } else {
            vec![inner]
        };
        for name in names {
            let name: String = name
                .trim()
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            rooms.push(name);
        }
    }
    rooms
}

#[test]
fn dependencies_point_down() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let from = room(&path);
        if matches!(from.as_str(), "lib" | "main") {
            continue;
        }
        let Some(from_floor) = floor(&from) else {
            wrong.push(format!(
                "{}: room `{from}` has no floor: add it here and to ARCHITECTURE.md",
                path.display()
            ));
            continue;
        };
        for to in imports(&text) {
            let Some(to_floor) = floor(&to) else { continue };
            // The ground floor and the three upper ones are flats; the rooms of F1 are walled off
            // from each other, so that each can be read alone.
            let fine =
                to == from || to_floor < from_floor || (to_floor == from_floor && from_floor != 1);
            if !fine {
                wrong.push(format!(
                    "{}: `{from}` (F{from_floor}) uses `{to}` (F{to_floor})",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "dependencies must point down:\n{}", wrong.join("\n"));
}

#[test]
fn the_pure_rooms_do_no_io() {
    let pure = ["golang", "diff", "rules", "persona"];
    let pure_files = [
        "src/review/mark.rs",
        "src/review/pair.rs",
        "src/review/anchor.rs",
        "src/review/examine.rs",
        "src/review/plan.rs",
        "src/review/reconcile.rs",
        "src/review/comment.rs",
        "src/review/summary.rs",
        "src/review/text.rs",
    ];
    for (path, text) in sources("src") {
        let name = path.to_str().unwrap();
        if !pure.contains(&room(&path).as_str()) && !pure_files.contains(&name) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in ["async ", ".await", "std::fs", "std::net", "std::env", "tokio::", "std::time"]
        {
            assert!(!code.contains(word), "{name} is pure, but says `{word}`");
        }
    }
}

#[test]
fn files_are_small_and_say_what_they_are_for() {
    let all = ["src", "tests", "benches"].into_iter().flat_map(sources);
    for (path, text) in all {
        let lines = text.lines().count();
        assert!(lines <= 500, "{}: {lines} lines; 500 is the ceiling", path.display());
        let first = text.lines().next().unwrap_or("");
        let generated = first.contains("@generated");
        assert!(first.starts_with("//!") || generated, "{}: starts without `//!`", path.display());
    }
}

#[test]
fn nothing_is_left_open() {
    let all = ["src", "tests", "benches"].into_iter().flat_map(sources);
    for (path, text) in all {
        // In pieces, so that this file does not find itself.
        for word in [
            concat!("todo", "!("),
            concat!("unimplemented", "!("),
            concat!("#[", "ignore"),
            concat!("#[should_", "panic"),
            concat!("FIX", "ME"),
        ] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn the_readme_names_commands_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let help =
        std::process::Command::new(env!("CARGO_BIN_EXE_go-expert")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let mut named = 0;
    for line in readme.lines() {
        // Indented lines are code.
        let Some(line) = line.strip_prefix("    ") else { continue };
        for start in ["cargo run -- ", "cargo run --release -- ", "go-expert "] {
            let Some(command) = line.trim().strip_prefix(start) else { continue };
            let command = command.split_whitespace().next().unwrap();
            assert!(
                help.contains(&format!("  {command} ")),
                "README: `{command}` is no command:\n{help}"
            );
            named += 1;
        }
    }
    assert!(named > 2, "README names no commands");
}
