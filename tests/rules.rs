//! Every Go block of every page under `review-rules/` is a test, and so are the files that are
//! generated from the pages.
//!
//! A line that ends in ``// want `regexp` `` must get a message that matches, every other line
//! none. A block without a package clause gets one, and imports what it mentions. A block may hold
//! several files, each under a `-- path --` line.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use go_expert::golang;
use go_expert::model::{Language, SourceFile};
use go_expert::rules::{Block, Finding, Page, RuleSet, native_modules, readme};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let pages = pages();
    let mut trials = vec![
        generated("native_modules_are_fresh", "src/rules/native/mod.rs", &pages, native_modules),
        generated("index_is_fresh", "review-rules/README.md", &pages, readme),
    ];
    trials.extend(pages.into_iter().map(|(path, page)| {
        let name = page
            .as_ref()
            .map_or_else(|_| path.display().to_string(), |it| format!("{}::{}", it.domain, it.id));
        Trial::test(name, move || check_page(page?))
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

type Pages = Vec<(PathBuf, Result<Page, String>)>;

/// All pages, or why one cannot be read.
fn pages() -> Pages {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("review-rules");
    let mut pages = Vec::new();
    for domain in entries(&root).into_iter().filter(|it| it.is_dir()) {
        for path in entries(&domain) {
            let shown = path
                .strip_prefix(env!("CARGO_MANIFEST_DIR"))
                .expect("below the root")
                .to_path_buf();
            let text = std::fs::read_to_string(&path).expect("a readable page");
            let name = shown.to_string_lossy().replace('\\', "/");
            pages.push((shown, Page::parse(&name, &text).map_err(|it| it.to_string())));
        }
    }
    assert!(!pages.is_empty(), "no pages under {}", root.display());
    pages
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a readable directory");
    let mut entries: Vec<_> = entries.map(|it| it.expect("a readable entry").path()).collect();
    entries.sort();
    entries
}

/// A committed file that must be what the pages make of it.
fn generated(name: &str, path: &str, pages: &Pages, make: fn(&[Page]) -> String) -> Trial {
    let pages: Vec<_> = pages.iter().filter_map(|(_, it)| it.as_ref().ok().cloned()).collect();
    let path = path.to_owned();
    Trial::test(name, move || {
        let full = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        let expected = make(&pages);
        let found = std::fs::read_to_string(&full).unwrap_or_default();
        if found.replace("\r\n", "\n") == expected {
            return Ok(());
        }
        std::fs::write(&full, expected)?;
        Err(format!("{path} was not up to date, updated it; run the tests again").into())
    })
}

/// Runs the page's rule over the page's blocks.
fn check_page(page: Page) -> Result<(), Failed> {
    let rules = RuleSet::builtin();
    let mut problems = String::new();
    for section in &page.sections {
        if !matches!(section.heading.as_str(), "Flagged" | "Not flagged") {
            continue;
        }
        for block in &section.blocks {
            let flagged = section.heading == "Flagged";
            if flagged != block.code.contains("// want `") {
                let _ = writeln!(problems, "line {}: `// want` in the wrong section", block.line);
            }
            check_block(&rules, &page, block, &mut problems);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

fn check_block(rules: &RuleSet, page: &Page, block: &Block, problems: &mut String) {
    let files = files(block);
    let sources: Vec<_> = files.iter().map(|it| it.source.clone()).collect();
    let code = golang::read(&sources, None, &|_| false);
    for it in code.unread() {
        let _ = writeln!(problems, "line {}: {} is not Go: {:?}", block.line, it.path, it.reason);
    }
    let mut findings: Vec<Finding> =
        code.packages().iter().flat_map(|it| rules.check(it)).collect();
    findings.retain(|it| it.rule == page.id);
    let Some(rule) = rules.rule(page.id.as_str()) else {
        let _ = writeln!(problems, "no rule in the binary: run the tests again");
        return;
    };
    for file in &files {
        for (at, line) in file.code.lines().enumerate() {
            let number = at + 1;
            let here =
                |it: &&Finding| *it.path == *file.source.path && it.lines.first as usize == number;
            let messages: Vec<String> = findings
                .iter()
                .filter(here)
                .map(|it| rule.message(Language::En, &it.vars))
                .collect();
            let place = file.line + at;
            match (wanted(line), messages.as_slice()) {
                (None, []) => {}
                (None, found) => {
                    let _ = writeln!(problems, "line {place}: should be silent: {found:?}");
                }
                (Some(wanted), []) => {
                    let _ = writeln!(problems, "line {place}: nothing reported, want {wanted}");
                }
                (Some(wanted), found) => match regex::Regex::new(wanted) {
                    Err(error) => {
                        let _ = writeln!(problems, "line {place}: {error}");
                    }
                    Ok(regex) if found.iter().all(|it| regex.is_match(it)) => {}
                    Ok(_) => {
                        let _ = writeln!(problems, "line {place}: want {wanted}, got {found:?}");
                    }
                },
            }
        }
    }
}

/// The expectation at the end of a line.
fn wanted(line: &str) -> Option<&str> {
    line.split_once("// want `")?.1.trim_end().strip_suffix('`')
}

/// One file of a block.
struct File {
    source: SourceFile,
    /// As the page shows it.
    code: String,
    /// The page's line on which it begins.
    line: usize,
}

fn files(block: &Block) -> Vec<File> {
    let mut parts: Vec<(String, String, usize)> =
        vec![("snippet.go".to_owned(), String::new(), block.line)];
    for (at, line) in block.code.lines().enumerate() {
        let named = line.strip_prefix("-- ").and_then(|it| it.strip_suffix(" --"));
        if let Some(name) = named {
            parts.push((name.to_owned(), String::new(), block.line + at + 1));
        } else if let Some((_, code, _)) = parts.last_mut() {
            code.push_str(line);
            code.push('\n');
        }
    }
    parts.retain(|(_, code, _)| !code.trim().is_empty());
    let mut files: Vec<_> = parts
        .into_iter()
        .map(|(path, code, line)| {
            let text = if path.ends_with(".go") { whole(&code) } else { code.clone() };
            File { source: SourceFile::from_bytes(path, None, text.as_bytes()), code, line }
        })
        .collect();
    if !files.iter().any(|it| &*it.source.path == "go.mod") {
        let text = "module example.com/snippet\n\ngo 1.26\n";
        let source = SourceFile::from_bytes("go.mod", None, text.as_bytes());
        files.push(File { source, code: String::new(), line: block.line });
    }
    files
}

/// A snippet with a package clause and imports, all on the first line so that lines stay true.
fn whole(code: &str) -> String {
    const KNOWN: &[&str] = &[
        "context",
        "errors",
        "fmt",
        "io",
        "log",
        "net",
        "net/http",
        "os",
        "regexp",
        "strings",
        "sync",
        "sync/atomic",
        "time",
    ];
    if code.lines().any(|it| it.starts_with("package ")) {
        return code.to_owned();
    }
    let mentioned = |path: &str| {
        let name = format!("{}.", path.rsplit('/').next().unwrap_or(path));
        code.match_indices(&name).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            !before.is_some_and(|it| it.is_alphanumeric() || matches!(it, '_' | '.'))
        })
    };
    let mut head = "package p; ".to_owned();
    for path in KNOWN.iter().filter(|it| mentioned(it)) {
        let _ = write!(head, "import {path:?}; ");
    }
    head + code
}
