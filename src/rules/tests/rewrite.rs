//! Ways to write the same program in other words.

use crate::golang::{GoFile, GoNode, Item, ItemKind, Kind, Node, Resolved, Span};
use crate::model::SourceFile;

use super::read;
use crate::rules::example::files;
use crate::rules::{Rule, RuleSet};

/// The Go code that every page wants to be flagged: the rule, and the files of one block.
pub(crate) fn flagged(rules: &RuleSet) -> impl Iterator<Item = (&Rule, Vec<SourceFile>)> {
    let sections = rules.rules().iter().flat_map(|rule| {
        let sections = rule.page().sections.iter().filter(|it| it.heading == "Flagged");
        sections.map(move |it| (rule, it))
    });
    sections.flat_map(|(rule, section)| {
        let sources = |it| files(it).into_iter().map(|it| it.source).collect();
        section.blocks.iter().map(move |it| (rule, sources(it)))
    })
}

fn with_file<T: Default>(text: &str, look: impl FnOnce(&GoFile) -> T) -> T {
    read(&[("a.go", text)]).file("a.go").map(|it| look(it)).unwrap_or_default()
}

/// The text with something behind each of the spans.
fn append(text: &str, mut at: Vec<Span>, what: &str) -> String {
    at.sort_unstable();
    at.dedup();
    let mut out = text.to_owned();
    for it in at.into_iter().rev() {
        out.insert_str(it.end as usize, what);
    }
    out
}

/// The text with every local variable under another name.
pub(crate) fn locals_renamed(text: &str) -> String {
    let names = with_file(text, |file| {
        let scopes = file.scopes();
        let mut names: Vec<Span> = Vec::new();
        for (id, it) in scopes.bindings().filter(|(_, it)| it.kind.is_variable()) {
            names.push(it.name);
            names.extend(scopes.uses_of(id).map(|it| it.span));
        }
        names
    });
    append(text, names, "_2")
}

/// The text with a comment behind and blank lines around the line's code, and other indentation.
pub(crate) fn reformatted(text: &str, at: usize) -> String {
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start_matches('\t');
        let depth = line.len() - code.len();
        out.push_str(&"    ".repeat(depth));
        out.push_str(code);
        if number % 3 == at % 3 && !code.contains("//") && !code.contains('`') {
            out.push_str(" // note");
        }
        out.push_str(if number % 5 == at % 5 { "\r\n\r\n" } else { "\n" });
    }
    out
}

/// The names of the file's functions that mean nothing to Go or to readers.
pub(crate) fn plain_functions(text: &str) -> Vec<String> {
    with_file(text, |file| {
        let special = |name: &str| {
            let prefixes = ["main", "init", "_", "Test", "Benchmark", "Fuzz", "Example"];
            prefixes.iter().any(|it| name.starts_with(it))
        };
        let functions = file.items().iter().filter(|it| it.kind == ItemKind::Function);
        let names = functions.map(|it| it.name.to_string());
        names.filter(|it| !special(it)).collect()
    })
}

/// The text with a function under another name.
pub(crate) fn function_renamed(text: &str, name: &str) -> String {
    let names = with_file(text, |file| {
        let nodes = file.root().descendants().filter(|it| it.is(Kind::Identifier));
        let is_it = |it: &Node<'_>| matches!(file.resolve(*it), Resolved::Outer(of) if of == name);
        let declared = file.items().iter().filter(|it| &*it.name == name && it.receiver.is_none());
        let uses = nodes.filter(is_it).map(|it| it.span());
        uses.chain(declared.map(|it| it.name_span)).collect()
    });
    append(text, names, "2")
}

/// The code of each top-level declaration but imports, where it can be moved: not one that shares
/// its lines with another.
fn declarations(file: &GoFile) -> Option<Vec<Span>> {
    let nodes = file.root().parts().filter(|it| {
        !matches!(it.go_kind(), Kind::PackageClause | Kind::ImportDeclaration | Kind::Comment)
    });
    let spans: Vec<Span> = nodes.map(GoNode::span).collect();
    let apart = |pair: &[Span]| file.lines(pair[0]).last < file.lines(pair[1]).first;
    spans.windows(2).all(apart).then_some(spans)
}

/// The text with its declarations the other way round.
pub(crate) fn reordered(text: &str) -> Option<String> {
    let spans = with_file(text, declarations)?;
    let first = spans.first()?.start as usize;
    let whole = |it: &Span| text.get(it.range()).map(|it| format!("{it}\n\n"));
    let rest: Option<String> = spans.iter().rev().map(whole).collect();
    Some(format!("{}\n{}", text.get(..first)?, rest?))
}

/// The text with a copy of a function above it, under another name.
pub(crate) fn with_twin(text: &str, name: &str) -> Option<String> {
    let (function, at) = with_file(text, |file| {
        declarations(file)?;
        let is_it = |it: &&Item| it.kind == ItemKind::Function && &*it.name == name;
        let item = file.items().iter().find(is_it)?;
        Some((item.span, item.name_span))
    })?;
    let (before, own) = (text.get(..function.start as usize)?, text.get(function.range())?);
    let cut = at.end as usize - function.start as usize;
    // What stands on the line before the function would be edited, not inserted.
    let line = before.rfind('\n').map_or("", |it| &before[it + 1..]);
    line.is_empty().then_some(())?;
    let after = text.get(function.start as usize..)?;
    Some(format!("{before}{}Twin{}\n\n{after}", own.get(..cut)?, own.get(cut..)?))
}
