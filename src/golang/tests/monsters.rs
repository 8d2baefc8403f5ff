//! Any bytes at all: an answer, in bounded steps, on a small stack.

use proptest::prelude::*;

use super::super::{
    Dispatch, GoFile, GoNode, GoVersion, Kind, MAX_FILE_BYTES, Package, Span, normalise, read,
    types::TypeInfo, walk,
};
use crate::model::{SourceFile, UnreadReason};

/// Asks a file everything that rules may ask.
fn examine(bytes: &[u8]) -> Result<GoFile, UnreadReason> {
    let source = SourceFile::from_bytes("x/a.go", None, bytes);
    let file = GoFile::parse(&source, GoVersion::DEFAULT, None)?;
    let seen = || {
        let mut seen = Vec::new();
        let wanted =
            Dispatch::new([(0, &[Kind::Identifier, Kind::Block, Kind::CallExpression][..])]);
        walk(&file, &wanted, |_, it| seen.push((it.node, it.parent(), it.ancestors.len())));
        seen
    };
    // The first walk finds the scopes too, the second goes alone.
    let (first, second) = (seen(), seen());
    assert_eq!(first, second);
    let scopes = file.scopes();
    let listeners = [(0, Kind::NAMED), (1, &[Kind::Token, Kind::Error][..])];
    walk(&file, &Dispatch::new(listeners), |_, place| {
        assert!(place.kind != Kind::Error);
        // Each of these looks at everything around: a few of many do.
        if place.node.start_byte() % 997 == 0 {
            let _ = (file.resolve(place.node), file.qualified(place.node), place.node.callee());
            let _ = (scopes.loop_at(place.node.start_byte()), place.node.ancestors(file.root()));
            let _ = (place.node.statements().count(), file.node(place.node.span(), place.kind));
            let _ = (scopes.captures(place.node).len(), file.declaration(place.node.start_byte()));
        }
    });
    let _ =
        (normalise(&file, file.root()), file.items().len(), file.lines(Span::new(0, usize::MAX)));
    let code = read(&[source], None, &|_| false);
    for package in code.packages() {
        types(package);
        for file in package.files() {
            let bytes = file.text().len();
            for byte in (0..bytes).step_by(bytes / 8 + 1) {
                let heat = package.heat(file, byte);
                assert!(heat.score <= 4);
                let _ = package.entry_at(file, byte);
            }
        }
    }
    Ok(file)
}

/// Asks for the types of what stands in a package.
fn types(package: &Package) {
    let types = TypeInfo::new(package);
    for file in package.files() {
        for (at, node) in file.root().descendants().enumerate() {
            if at > 3_000 && at % 97 != 0 {
                continue;
            }
            let of = types.of(file, node);
            let _ = (types.written(file, node), types.constant(file, node));
            let _ = (types.underlying(&of), types.member(&of, "x"), types.layout(&of, true));
            let _ = (types.lock(&of), types.callee(file, node), types.show(&of));
        }
    }
}

/// On a stack of 256 KiB, which recursion as deep as the input would overflow at once.
fn check(name: &str, text: String, expected: Option<UnreadReason>) {
    let run = move || examine(text.as_bytes()).map_or_else(Some, |it| it.unread());
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap();
    assert_eq!(thread.join().unwrap(), expected, "{name}");
}

fn nested(before: &str, open: &str, inner: &str, close: &str, after: &str) -> String {
    let (open, close) = (open.repeat(10_000), close.repeat(10_000));
    format!("package p\n{before}{open}{inner}{close}{after}\n")
}

#[test]
fn nested_ten_thousand_deep() {
    let deep = Some(UnreadReason::TooDeep);
    check("parentheses", nested("var x = ", "(", "1", ")", ""), deep);
    check("blocks", nested("func f() ", "{", "", "}", ""), deep);
    check("literals", nested("var x = ", "func() { ", "", "}", ""), deep);
    check("calls", nested("var x = ", "f(", "", ")", ""), deep);
    check("indices", nested("var x = ", "a[", "1", "]", ""), deep);
    check("composites", nested("var x = T", "{", "", "}", ""), deep);
    check("types", nested("var x ", "[]", "int", "", ""), deep);
    check("pointers", nested("var x ", "*", "int", "", ""), deep);
    check("signs", nested("var x = ", "- ", "1", "", ""), deep);
    check("sums", nested("var x = 1", "+1", "", "", ""), deep);
    check("chain", nested("var x = a", ".b()", "", "", ""), deep);
    check("else", nested("func f() {", "if x {} else ", "{}", "", "}"), deep);
    check("ifs", nested("func f() {", "if x {", "", "}", "}"), deep);
    check("loops", nested("func f() {", "for i := range x {", "", "}", "}"), deep);
    check("generic", nested("var x ", "T[", "int", "]", ""), deep);
    check("new", nested("var x = ", "new(", "1", ")", ""), deep);
}

#[test]
fn nested_and_broken() {
    let broken = Some(UnreadReason::SyntaxError);
    check("open parentheses", nested("var x = ", "(", "", "", ""), broken);
    check("closed parentheses", nested("var x = ", ")", "", "", ""), broken);
    check("open blocks", nested("func f() ", "{", "", "", ""), broken);
    check("closed blocks", nested("", "}", "", "", ""), broken);
    check("open literals", nested("var x = ", "func() {", "", "", ""), broken);
    check("mixed", nested("var x = ", "([{", "", "", ""), broken);
    check("open new", nested("var x = ", "new(1+", "", "", ""), broken);
    check("keywords", nested("", "func ", "", "", ""), broken);
    check("quotes", nested("", "\"", "", "", ""), broken);
    check("missing", nested("func f() {", "x = ;", "", "", "}"), broken);
}

#[test]
fn wide_and_large() {
    let list =
        |item: &str, times: usize| format!("package p\nvar x = []T{{{}}}\n", item.repeat(times));
    check("a wide literal", list("{a: 1},", 50_000), None);
    check(
        "a large string",
        format!("package p\nvar x = `{}`\n", "x".repeat(MAX_FILE_BYTES - 100)),
        None,
    );
    check("one line", format!("package p\nfunc f() {{ {} }}", "x := 1;".repeat(50_000)), None);
    check("too large", "x".repeat(MAX_FILE_BYTES + 1), Some(UnreadReason::TooLarge));
    check("zeros", "\0".repeat(100_000), Some(UnreadReason::SyntaxError));
    check("marks", "\u{feff}".repeat(10_000), Some(UnreadReason::SyntaxError));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = examine(&bytes);
    }

    #[test]
    fn any_words(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..120)) {
        let _ = examine(words.join(" ").as_bytes());
    }
}

const WORDS: &[&str] = &[
    "package p\n",
    "import",
    "\"x/v2\"",
    "func",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "x",
    "y",
    "T",
    ":=",
    "=",
    ",",
    ".",
    ";",
    "\n",
    "go",
    "defer",
    "for",
    "range",
    "select",
    "switch",
    "case",
    "default",
    ":",
    "type",
    "struct",
    "interface",
    "var",
    "const",
    "chan",
    "map",
    "<-",
    "*",
    "&",
    "_",
    "new",
    "make",
    "if",
    "else",
    "return",
    "`",
    "1",
    "//go:build go1.",
    "...",
    "goto",
    "+",
    "+=",
    "++",
    "é",
    "\u{feff}",
];

/// Declarations that each lead to the next, a thousand times.
#[test]
fn types_that_lead_on_and_on() {
    let chain = |line: fn(usize) -> String| {
        let lines: String = (0..1_000).map(line).collect();
        format!("package p\n{lines}")
    };
    check("aliases", chain(|it| format!("type T{it} = []T{}\nvar x{it} T{it}\n", it + 1)), None);
    check("types", chain(|it| format!("type T{it} T{}\nvar x{it} = T{it}{{}}.f\n", it + 1)), None);
    check(
        "embedded",
        chain(|it| format!("type T{it} struct {{ *T{} }}\nvar x{it} = T{it}{{}}.f\n", it + 1)),
        None,
    );
    check(
        "wide",
        chain(|it| {
            let n = it + 1;
            format!(
                "type T{it} struct {{ a, b, c [9]T{n}; d struct {{ T{n} }} }}\nvar x{it} T{it}\n"
            )
        }),
        None,
    );
    check("itself", chain(|it| format!("type T{it} struct {{ T{it}; *T0 }}\n")), None);
    check("variables", chain(|it| format!("var x{it} = -(*x{n} + x{n})\n", n = it + 1)), None);
    check("constants", chain(|it| format!("const x{it} = x{n} * x{n}\n", n = it + 1)), None);
    check("lengths", chain(|it| format!("var x{it} [len(x{n})]int\n", n = it + 1)), None);
    check("calls", chain(|it| format!("var x{it} = x{n}(x{n}).f[x{n}]\n", n = it + 1)), None);
    check("functions", chain(|it| format!("var x{it} = func(T{n}) T{n} {{}}\n", n = it + 1)), None);
    check("generic", chain(|it| format!("type T{it}[A any] T{n}[A]\n", n = it + 1)), None);
    check(
        "names",
        chain(|it| format!("func f{it}() {{ x := x; for _, x := range x {{ x() }} }}\n")),
        None,
    );
}
