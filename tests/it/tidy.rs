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
        "golang" | "diff" | "git" | "github" | "store" | "terminal" => 1,
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
    let pure = ["golang", "diff", "rules", "persona", "terminal"];
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

/// What a command of the binary says about itself; `None` when it does not exist.
fn help(command: &[&str]) -> Option<String> {
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_go-expert"));
    let output = run.args(command).arg("--help").output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_documents_name_commands_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (document, least) in [("README.md", 8), ("CONTRIBUTING.md", 6)] {
        let text = fs::read_to_string(root.join(document)).unwrap();
        let mut named = 0;
        // Indented lines are commands.
        let lines = text.lines().filter_map(|it| it.strip_prefix("    "));
        for line in lines {
            let starts = ["cargo run -- ", "cargo run --release -- ", "go-expert "];
            let Some(command) = starts.iter().find_map(|it| line.trim().strip_prefix(it)) else {
                continue;
            };
            let words: Vec<&str> = command.split_whitespace().collect();
            let group = if words[0] == "rules" { 2 } else { 1 };
            let said = help(&words[..group]);
            let said = said.unwrap_or_else(|| panic!("{document}: no command `{command}`"));
            for flag in words.iter().filter(|it| it.starts_with("--")) {
                let flag = flag.split('=').next().unwrap();
                assert!(said.contains(flag), "{document}: `{command}` has no {flag}:\n{said}");
            }
            named += 1;
        }
        assert!(named >= least, "{document} names {named} commands");
    }
}

#[test]
fn the_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/pages.md"] {
        let text = fs::read_to_string(root.join(document)).unwrap();
        let folder = root.join(document).parent().unwrap().to_owned();
        let links = text.split("](").skip(1).filter_map(|it| it.split(')').next());
        for link in links.filter(|it| !it.contains("://") && !it.starts_with('#')) {
            assert!(folder.join(link).exists(), "{document}: nothing at {link}");
        }
        // Paths in backticks that look like ours.
        for path in text.split('`').skip(1).step_by(2) {
            let ours = ["src/", "tests/", "docs/"].iter().any(|it| path.starts_with(it));
            if ours && !path.contains([' ', '<', '*', ':']) && !path.contains("identical_branches")
            {
                assert!(root.join(path).exists(), "{document}: nothing at {path}");
            }
        }
    }
}

/// The words that the loader offers where an unknown one stands in a page.
fn offered(page: &str) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a-rule.md"), page).unwrap();
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_go-expert"));
    let output = run.args(["rules", "test"]).arg(directory.path()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let line = said.lines().find_map(|it| it.split_once("is not known here; use "));
    let words = line.unwrap_or_else(|| panic!("{said}")).1;
    words.split(", ").map(|it| it.trim_matches('`').to_owned()).collect()
}

#[test]
fn the_reference_of_pages_has_every_key() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/pages.md")).unwrap();
    let page = |more: &str| format!("---\n{more}\n---\n");
    for wrong in [
        page("x: 1"),
        page("match: { x: 1 }"),
        page("match: { pattern: f() }\nwhere: { X: { x: 1 } }"),
        page("in: x"),
        page("kind: x"),
        page("lens: x"),
        page("confidence: x"),
        page("diff: x"),
    ] {
        for word in offered(&wrong) {
            assert!(text.contains(&format!("`{word}`")), "docs/pages.md lacks `{word}`");
        }
    }
}
