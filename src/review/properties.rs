//! What a change must not make new, tried on everything that the rules' pages want to be flagged.

use std::sync::Arc;

use super::decide::introduced_findings;
use super::examine::Examination;
use crate::model::{Change, ChangedFile, FileStatus, Patch, SourceFile, Tree};
use crate::rules::RuleSet;
use crate::rules::tests::rewrite;

/// A change from the one list of files to the other; files with the same name in other
/// directories are moved ones.
fn change(base: &[SourceFile], head: &[SourceFile]) -> Change {
    let tree = |files: &[SourceFile]| {
        let mut files = files.to_vec();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Tree { commit: None, files }
    };
    let find =
        |files: &[SourceFile], path: &str| files.iter().find(|it| *it.path == *path).cloned();
    let file = |path: &Arc<str>, status| ChangedFile {
        path: path.clone(),
        previous_path: None,
        status,
        patch: Patch::Local,
    };
    let mut files = Vec::new();
    for it in head {
        match find(base, &it.path) {
            None => files.push(file(&it.path, FileStatus::Added)),
            Some(old) if old.text != it.text => files.push(file(&it.path, FileStatus::Modified)),
            Some(_) => {}
        }
    }
    let gone = base.iter().filter(|it| find(head, &it.path).is_none());
    files.extend(gone.map(|it| file(&it.path, FileStatus::Removed)));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Change { base: tree(base), head: tree(head), files, unread: Vec::new() }
}

/// What is new, and how much is gone.
fn examined(
    base: &[SourceFile],
    head: &[SourceFile],
    rules: &Arc<RuleSet>,
) -> (Vec<String>, usize) {
    let examined = Examination::of(change(base, head), rules);
    let new = introduced_findings(&examined, rules);
    let shown = new
        .iter()
        .map(|(it, _)| format!("{}:{} {} in {}", it.path, it.lines.first, it.rule, it.declaration));
    (shown.collect(), examined.repaired)
}

/// The files with every Go text rewritten.
fn rewritten(files: &[SourceFile], rewrite: impl Fn(&str) -> String) -> Vec<SourceFile> {
    let file = |it: &SourceFile| {
        let text = if it.path.ends_with(".go") { rewrite(&it.text) } else { it.text.to_string() };
        SourceFile::from_bytes(it.path.as_ref(), None, text.as_bytes())
    };
    files.iter().map(file).collect()
}

fn moved(files: &[SourceFile]) -> Vec<SourceFile> {
    let file = |it: &SourceFile| {
        let path = if it.path.ends_with(".go") {
            format!("moved/{}", it.path)
        } else {
            it.path.to_string()
        };
        SourceFile::from_bytes(path, None, it.text.as_bytes())
    };
    files.iter().map(file).collect()
}

const LOCALS: &str = "locals renamed";

#[test]
fn other_words_for_the_same_program_make_nothing_new() {
    let rules = Arc::new(RuleSet::builtin());
    let mut failures = Vec::new();
    for (rule, base) in rewrite::flagged(&rules) {
        let mut check = |what: &str, head: Vec<SourceFile>| {
            let (new, repaired) = examined(&base, &head, &rules);
            // A local may lose what its name alone told, such as that `err` is an error.
            if !new.is_empty() || repaired > 0 && what != LOCALS {
                failures.push(format!("{}: {what}: {new:?}, {repaired} repaired", rule.id()));
            }
        };
        check("shifted", rewritten(&base, |it| format!("// A note.\n\n{it}")));
        check(LOCALS, rewritten(&base, rewrite::locals_renamed));
        check("reformatted", rewritten(&base, |it| rewrite::reformatted(it, 2)));
        let reordered = |it: &str| rewrite::reordered(it).unwrap_or_else(|| it.to_owned());
        check("reordered", rewritten(&base, reordered));
        check("moved to another directory", moved(&base));
        let apart = "\n\nfunc quiteAnother(n int) int {\n\treturn n + 1\n}\n";
        check("edited outside", rewritten(&base, |it| format!("{it}{apart}")));
        for file in base.iter().filter(|it| it.path.ends_with(".go")) {
            for name in rewrite::plain_functions(&file.text) {
                let renamed = |it: &str| rewrite::function_renamed(it, &name);
                check(&format!("{name} renamed"), rewritten(&base, renamed));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_a_change_takes_away_is_new_and_told_where_it_was() {
    let rules = Arc::new(RuleSet::builtin());
    let with = "package p\n\ntype node struct{ name string }\n\nfunc find() *node { return nil }\n\n\
                func name() string {\n\tn := find()\n\tif n == nil {\n\t\treturn \"\"\n\t}\n\
                \treturn n.name\n}\n";
    let without = with.replace("\tif n == nil {\n\t\treturn \"\"\n\t}\n", "");
    let file = |text: &str| vec![SourceFile::from_bytes("p.go", None, text.as_bytes())];
    let examined = Examination::of(change(&file(with), &file(&without)), &rules);
    let new = introduced_findings(&examined, &rules);
    let [(finding, _)] = new.as_slice() else { panic!("{new:?}") };
    assert_eq!((finding.rule.as_str(), finding.lines.first), ("nil-check-removed", 9));
    let cause = examined.cause(finding).expect("the deleted check");
    assert_eq!((&*cause.code, cause.lines.first, cause.lines.last), ("if n == nil {", 9, 11));
    // Neither the repair nor the same code again says anything.
    for (base, head) in [(&*without, with), (&*without, &*without), (with, with)] {
        let examined = Examination::of(change(&file(base), &file(head)), &rules);
        assert!(introduced_findings(&examined, &rules).is_empty());
    }
}

#[test]
fn a_buggy_twin_above_is_the_only_new_finding() {
    let rules = Arc::new(RuleSet::builtin());
    let (mut failures, mut tried) = (Vec::new(), 0);
    for (rule, base) in rewrite::flagged(&rules) {
        for file in base.iter().filter(|it| it.path.ends_with(".go")) {
            for name in rewrite::plain_functions(&file.text) {
                let Some(text) = rewrite::with_twin(&file.text, &name) else { continue };
                let mut head = base.clone();
                head.retain(|it| it.path != file.path);
                head.push(SourceFile::from_bytes(file.path.as_ref(), None, text.as_bytes()));
                // A twin that nobody calls is not always as wrong as what it is the twin of, and
                // some rules speak once of what both do.
                let all = examined(&[], &head, &rules).0;
                let more = all.len().saturating_sub(examined(&[], &base, &rules).0.len());
                let mut wrong = all;
                wrong.retain(|it| it.ends_with(&format!("func {name}Twin")));
                let (new, _) = examined(&base, &head, &rules);
                tried += new.len();
                if new.len() != more || !new.iter().all(|it| wrong.contains(it)) {
                    failures.push(format!("{}: twin of {name}: {new:?}, not {wrong:?}", rule.id()));
                }
            }
        }
    }
    assert!(tried > 20, "only {tried} twins");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
