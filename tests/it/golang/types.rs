//! The types that we infer, held against those of the Go toolchain.
//!
//! `GO_EXPERT_TEST_TYPES=DIR` names a module on disk to compare instead of the packages of the
//! standard library, and prints how many of its expressions have a known type.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use go_expert::golang::types::TypeInfo;
use go_expert::golang::{self, GoFile, GoNode, Kind, Node};
use go_expert::model::SourceFile;

use super::{go, has_go, setting, signatures};

/// Expressions whose types are compared.
const KINDS: [Kind; 12] = [
    Kind::BinaryExpression,
    Kind::CallExpression,
    Kind::CompositeLiteral,
    Kind::FuncLiteral,
    Kind::Identifier,
    Kind::IndexExpression,
    Kind::IntLiteral,
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

/// What is compared.
#[derive(Default)]
struct Comparison {
    /// By the kind of the expression.
    tallies: BTreeMap<&'static str, Tally>,
    wrong: Vec<String>,
    unknown: Vec<String>,
}

#[test]
fn types_and_constants_are_those_of_the_go_toolchain() {
    if !has_go("types_and_constants_are_those_of_the_go_toolchain") {
        return;
    }
    let chosen = setting("GO_EXPERT_TEST_TYPES");
    let goroot = go(Path::new("."), &["env", "GOROOT"]);
    let std = Path::new(goroot.trim()).join("src");
    let mut all = Comparison::default();
    match &chosen {
        Some(directory) => {
            let directory = Path::new(directory);
            let module = directory.strip_prefix(&std).ok().and_then(|it| it.to_str());
            all.compare(directory, module);
        }
        None => ["database/sql", "net/http"]
            .into_iter()
            .for_each(|it| all.compare(&std.join(it), Some(it))),
    }
    let sum = all.tallies.values().fold(Tally::default(), |sum, it| Tally {
        right: sum.right + it.right,
        unknown: sum.unknown + it.unknown,
        wrong: sum.wrong + it.wrong,
    });
    if chosen.is_some() {
        all.tallies.insert("all", sum);
        all.report();
    }
    let some = &all.wrong[..all.wrong.len().min(40)];
    assert!(some.is_empty(), "{} are wrong, such as\n{}", all.wrong.len(), some.join("\n"));
    assert!(sum.right > 3 * sum.unknown, "{sum:?}");
}

impl Comparison {
    #[expect(clippy::print_stderr, reason = "somebody asked for it")]
    fn report(&self) {
        for (kind, Tally { right, unknown, wrong }) in &self.tallies {
            let known = 100 * right / (right + unknown + wrong).max(1);
            eprintln!("{kind:28} right {right:8} ({known} %) unknown {unknown:8} wrong {wrong}");
        }
        fs::write("target/types-wrong.txt", self.wrong.join("\n")).unwrap();
        fs::write("target/types-unknown.txt", self.unknown.join("\n")).unwrap();
    }

    fn compare(&mut self, directory: &Path, module: Option<&str>) {
        let theirs = theirs(directory);
        let mut sources = Vec::new();
        if let Some(module) = module {
            let text = format!("module {module}\n\ngo 1.26\n");
            sources.push(SourceFile::from_bytes("go.mod", None, text.as_bytes()));
        }
        read_tree(directory, directory, &mut sources);
        let code = golang::read(&sources, None, &|_| false);
        for package in code.packages() {
            let types = TypeInfo::new(package);
            for file in package.files() {
                if let Some(theirs) = theirs.get(&**file.path()) {
                    self.compare_file(&types, file, theirs);
                }
            }
        }
    }

    fn compare_file<'p>(&mut self, types: &TypeInfo<'p>, file: &'p GoFile, theirs: &InFile) {
        for node in file.root().descendants() {
            let kind = node.go_kind();
            let at = (node.start_byte() + file.offset(), node.end_byte() + file.offset());
            let Some(expected) = theirs.get(&at).filter(|_| KINDS.contains(&kind)) else {
                continue;
            };
            if file.touches_error(node.span()) {
                continue;
            }
            self.count(
                kind.name(),
                file,
                node,
                &types.show(&types.of(file, node)),
                &expected.types,
            );
            if expected.constant.as_deref() == Some("?") {
                continue;
            }
            if let Some(value) = &expected.constant {
                let found = types.constant(file, node).map_or("?".to_owned(), |it| it.to_string());
                self.count("constant", file, node, &found, std::slice::from_ref(value));
            } else if let Some(found) = types.constant(file, node) {
                self.count("constant", file, node, &found.to_string(), &["no constant".to_owned()]);
            }
        }
    }

    fn count(
        &mut self,
        kind: &'static str,
        file: &GoFile,
        node: Node<'_>,
        found: &str,
        expected: &[String],
    ) {
        let tally = self.tallies.entry(kind).or_default();
        if found == "?" {
            tally.unknown += 1;
            self.unknown.push(complaint(file, node, found, expected));
        } else if agree(found, expected) {
            tally.right += 1;
        } else {
            tally.wrong += 1;
            self.wrong.push(complaint(file, node, found, expected));
        }
    }
}

fn complaint(file: &GoFile, node: Node<'_>, found: &str, expected: &[String]) -> String {
    let code: String = file.text_of(node).chars().take(60).collect();
    let line = node.lines().first;
    format!("{}:{line}: `{}` is {expected:?}, not {found}", file.path(), code.replace('\n', " "))
}

/// What go/types says of the bytes of an expression.
#[derive(Default)]
struct Answer {
    types: Vec<String>,
    constant: Option<String>,
}

type InFile = HashMap<(usize, usize), Answer>;

/// What go/types says, by file.
fn theirs(directory: &Path) -> HashMap<String, InFile> {
    let mut all = HashMap::<String, InFile>::new();
    for line in signatures(&["types", directory.to_str().unwrap()]).lines() {
        let [path, from, to, of, aliased, value] = *line.split('\t').collect::<Vec<_>>() else {
            panic!("{line}");
        };
        let at = (from.parse().unwrap(), to.parse().unwrap());
        let answer = all.entry(path.to_owned()).or_default().entry(at).or_default();
        // The standard library's copies of other modules are imported without this.
        answer.types.extend([of, aliased].map(|it| it.replace("vendor/golang.org", "golang.org")));
        if !value.is_empty() {
            answer.constant = Some(value.to_owned());
        }
    }
    all
}

/// Whether what we found is what one of the answers of the same bytes says; `?` stands for
/// anything, and where Go says what an untyped constant has become we say that it was untyped.
fn agree(found: &str, expected: &[String]) -> bool {
    expected.iter().any(|it| {
        let value = it.strip_prefix('(').and_then(|it| it.strip_suffix(", bool)"));
        found.starts_with("untyped ")
            || matches(found, it)
            || value.is_some_and(|it| matches(found, it))
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
