//! The types that we infer, held against those of the Go toolchain.
//!
//! `GO_EXPERT_TEST_TYPES=DIR` names a module on disk to compare instead of the packages of the
//! standard library, and prints how many of its expressions have a known type.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use go_expert::golang::types::Types;
use go_expert::golang::{self, GoFile, GoNode, Kind, Node};
use go_expert::model::SourceFile;

use crate::tool::has_go;

/// Expressions whose types are compared.
const KINDS: [Kind; 11] = [
    Kind::BinaryExpression,
    Kind::CallExpression,
    Kind::CompositeLiteral,
    Kind::FuncLiteral,
    Kind::Identifier,
    Kind::IndexExpression,
    Kind::SelectorExpression,
    Kind::SliceExpression,
    Kind::TypeAssertionExpression,
    Kind::TypeConversionExpression,
    Kind::UnaryExpression,
];

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    right: usize,
    unknown: usize,
    wrong: usize,
}

#[test]
fn types_are_those_of_the_go_toolchain() {
    if !has_go("types_are_those_of_the_go_toolchain") {
        return;
    }
    let chosen = std::env::var("GO_EXPERT_TEST_TYPES").ok();
    let goroot = String::from_utf8(
        Command::new("go").args(["env", "GOROOT"]).output().unwrap().stdout,
    )
    .unwrap();
    let trees = match &chosen {
        Some(directory) => {
            let std = directory.split_once("/src/").filter(|_| directory.starts_with(goroot.trim()));
            vec![(PathBuf::from(directory), std.map(|it| it.1))]
        },
        None => ["database/sql", "encoding/json", "net/http", "sync"]
            .into_iter()
            .map(|it| (Path::new(goroot.trim()).join("src").join(it), Some(it)))
            .collect(),
    };
    let mut all: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (directory, module) in trees {
        compare(&directory, module, &mut all, &mut wrong);
    }
    let sum = all.values().fold(Tally::default(), |sum, it| Tally {
        right: sum.right + it.right,
        unknown: sum.unknown + it.unknown,
        wrong: sum.wrong + it.wrong,
    });
    if chosen.is_some() {
        all.insert("all", sum);
        for (kind, it) in &all {
            let known = 100.0 * it.right as f64 / (it.right + it.unknown + it.wrong).max(1) as f64;
            eprintln!("{kind:28} right {:8} ({known:.1} %) unknown {:8} wrong {}", it.right, it.unknown, it.wrong);
        }
        fs::write("target/types-wrong.txt", wrong.join("\n")).unwrap();
    }
    assert!(wrong.is_empty(), "{} wrong, such as\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
    assert!(sum.right > 2 * sum.unknown, "{sum:?}");
}

fn compare(
    directory: &Path,
    module: Option<&str>,
    all: &mut BTreeMap<&'static str, Tally>,
    wrong: &mut Vec<String>,
) {
    let theirs = theirs(directory);
    let mut sources = Vec::new();
    if let Some(module) = module {
        let text = format!("module {module}\n\ngo 1.26\n");
        sources.push(SourceFile::from_bytes("go.mod", None, text.as_bytes()));
    }
    read_tree(directory, directory, &mut sources);
    let code = golang::read(&sources, None, &|_| false);
    for package in code.packages() {
        let types = Types::new(package);
        for file in package.files() {
            let Some(theirs) = theirs.get(&**file.path()) else { continue };
            for node in file.root().descendants() {
                let kind = node.go_kind();
                let at = (node.start_byte() + file.offset(), node.end_byte() + file.offset());
                let Some(expected) = theirs.get(&at).filter(|_| KINDS.contains(&kind)) else { continue };
                if file.touches_error(node.span()) {
                    continue;
                }
                let found = types.show(&types.of(file, node));
                let tally = all.entry(kind.name()).or_default();
                if found == "?" {
                    tally.unknown += 1;
                } else if agree(&found, expected) {
                    tally.right += 1;
                } else {
                    tally.wrong += 1;
                    wrong.push(complaint(file, node, &found, expected));
                }
            }
        }
    }
}

fn complaint(file: &GoFile, node: Node<'_>, found: &str, expected: &[String]) -> String {
    let code: String = file.text_of(node).chars().take(60).collect();
    let line = node.lines().first;
    format!("{}:{line}: `{}` is {expected:?}, not {found}", file.path(), code.replace('\n', " "))
}

type Expected = HashMap<String, HashMap<(usize, usize), Vec<String>>>;

/// What go/types says, by file and by the bytes of the expression.
fn theirs(directory: &Path) -> Expected {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/signatures");
    let output = Command::new("go")
        .args(["run", ".", "types"])
        .arg(directory)
        .current_dir(tool)
        .env("GOFLAGS", "")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut all = Expected::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut parts = line.split('\t');
        let mut next = || parts.next().unwrap();
        let (path, from, to) = (next(), next().parse().unwrap(), next().parse().unwrap());
        // The standard library's copies of other modules are imported without this.
        let both = [next(), next()].map(|it| it.replace("vendor/golang.org", "golang.org"));
        all.entry(path.to_owned()).or_default().entry((from, to)).or_default().extend(both);
    }
    all
}

/// Whether what we found is what one of the answers of the same bytes says; `?` stands for
/// anything, and where Go says what an untyped constant has become we say that it was untyped.
fn agree(found: &str, expected: &[String]) -> bool {
    expected.iter().any(|it| {
        let value = it.strip_prefix('(').and_then(|it| it.strip_suffix(", bool)"));
        found.starts_with("untyped ") || matches(found, it) || value.is_some_and(|it| matches(found, it))
    })
}

fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('?');
    let Some(mut rest) = pieces.next().and_then(|it| text.strip_prefix(it)) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(piece) = last.replace(piece) {
            let Some((_, after)) = rest.split_once(piece) else { return false };
            rest = after;
        }
    }
    last.map_or(rest.is_empty(), |it| rest.ends_with(it))
}

fn read_tree(root: &Path, directory: &Path, sources: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            read_tree(root, &path, sources);
        } else if name.ends_with(".go") || name.ends_with("go.mod") {
            sources.push(SourceFile::from_bytes(name, None, &fs::read(&path).unwrap()));
        }
    }
}
