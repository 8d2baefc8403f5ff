//! What a change introduces, on small packages and the real rules.

use std::sync::Arc;

use super::decide::introduced_findings;
use super::examine::Examination;
use crate::model::{
    Change, ChangedFile, FileStatus, Patch, SourceFile, Tree, Unread, UnreadReason,
};
use crate::rules::RuleSet;

const GO_MOD: (&str, &str) = ("go.mod", "module example.com/m\n\ngo 1.24\n");

/// One leak, at the line of `go func`.
const LEAK: &str = "package p

import \"context\"

func ask(ctx context.Context, key string) (int, error) {
	ch := make(chan int)
	go func() { ch <- slow(key) }()
	select {
	case v := <-ch:
		return v, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func slow(key string) int {
	return len(key)
}
";

type Files<'a> = &'a [(&'a str, &'a str)];

fn tree(files: Files<'_>) -> Tree {
    let file = |(path, text): &(&str, &str)| SourceFile::from_bytes(*path, None, text.as_bytes());
    let mut files: Vec<SourceFile> = files.iter().map(file).collect();
    if !files.iter().any(|it| &*it.path == GO_MOD.0) {
        files.push(file(&GO_MOD));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Tree { commit: None, files }
}

fn change(base: Files<'_>, head: Files<'_>) -> Change {
    let (base, head) = (tree(base), tree(head));
    let text = |tree: &Tree, path: &str| {
        tree.files.iter().find(|it| &*it.path == path).map(|it| it.text.clone())
    };
    let mut paths: Vec<Arc<str>> =
        base.files.iter().chain(&head.files).map(|it| it.path.clone()).collect();
    paths.sort();
    paths.dedup();
    let files = paths.into_iter().filter_map(|path| {
        let status = match (text(&base, &path), text(&head, &path)) {
            (None, _) => FileStatus::Added,
            (_, None) => FileStatus::Removed,
            (Some(old), Some(new)) if old == new => return None,
            _ => FileStatus::Modified,
        };
        Some(ChangedFile { path, previous_path: None, status, patch: Patch::Local })
    });
    let files = files.collect();
    Change { base, head, files, unread: Vec::new() }
}

/// What a change introduces, as `file:line rule at anchor`, and how much it repaired.
fn introduced(change: Change) -> String {
    let rules = Arc::new(RuleSet::builtin());
    let examined = Examination::of(change, &rules);
    let mut text = String::new();
    for (finding, _) in introduced_findings(&examined, &rules) {
        let anchor = examined.shown.anchor(finding, &examined).map_or_else(
            || "the summary".to_owned(),
            |it| format!("{:?} {}:{} {:?}", it.side, it.path, it.lines, it.relation),
        );
        let (path, line) = (&finding.path, finding.lines.first);
        text.push_str(&format!("{path}:{line} {} at {anchor}\n", finding.rule));
    }
    if examined.repaired > 0 {
        text.push_str(&format!("repaired {}\n", examined.repaired));
    }
    text
}

#[track_caller]
fn check_silent(what: &str, base: Files<'_>, head: Files<'_>) {
    assert_eq!(introduced(change(base, head)), "", "{what}");
}

#[test]
fn nothing_is_new_about_code_that_was_there() {
    let base: Files<'_> = &[("p/a.go", LEAK)];
    let edited = |from: &str, to: &str| {
        assert!(LEAK.contains(from), "{from}");
        LEAK.replace(from, to)
    };
    let cases = [
        ("lines shifted", edited("import", "// A comment.\n\nimport")),
        ("a local renamed", LEAK.replace("ch", "results")),
        ("an argument edited on the line", edited("ch <- slow(key)", "ch <- slow(key + \"!\")")),
        ("the function renamed", edited("func ask(", "func fetch(")),
        (
            "reformatted",
            edited("go func() { ch <- slow(key) }()", "go func() {\n\t\tch <- slow(key)\n\t}()"),
        ),
        (
            "a statement edited before",
            edited("ch := make(chan int)", "println(key)\n\tch := make(chan int)"),
        ),
        (
            "a function extracted",
            edited(
                "func ask(",
                "func ask(ctx context.Context, key string) (int, error) {\n\treturn fetch(ctx, key)\n}\n\nfunc fetch(",
            ),
        ),
    ];
    for (what, head) in &cases {
        check_silent(what, base, &[("p/a.go", head)]);
    }
    let (first, last) = LEAK.split_at(LEAK.find("func ask").unwrap());
    let (ask, slow) = last.split_at(last.find("func slow").unwrap());
    check_silent("functions reordered", base, &[("p/a.go", &format!("{first}{slow}\n{ask}"))]);
    check_silent("the file moved", base, &[("q/b.go", &LEAK.replace("package p", "package q"))]);
}

#[test]
fn a_correct_twin_above_changes_nothing_and_a_buggy_one_is_new() {
    let (before, ask) = LEAK.split_at(LEAK.find("func ask").unwrap());
    let (ask, after) = ask.split_at(ask.find("func slow").unwrap());
    let with_twin = |twin: &str| format!("{before}{twin}{ask}{after}");
    let twin = ask.replace("func ask", "func twin");
    let correct = with_twin(&twin.replace("make(chan int)", "make(chan int, 1)"));
    check_silent("a correct twin", &[("p/a.go", LEAK)], &[("p/a.go", &correct)]);

    let buggy = with_twin(&twin);
    insta::assert_snapshot!(
        introduced(change(&[("p/a.go", LEAK)], &[("p/a.go", &buggy)])),
        @"p/a.go:7 goroutine-leak-on-timeout at Right p/a.go:7 Trigger"
    );
}

#[test]
fn a_bug_in_a_new_file_is_new() {
    insta::assert_snapshot!(introduced(change(&[], &[("p/a.go", LEAK)])), @"p/a.go:7 goroutine-leak-on-timeout at Right p/a.go:7 Trigger");
}

#[test]
fn an_edit_elsewhere_that_makes_old_code_wrong_is_told_where_the_diff_shows_it() {
    let far = "\n\tprintln(key)".repeat(12);
    let fine = LEAK
        .replace("make(chan int)", "make(chan int, 1)")
        .replace("(chan int, 1)\n", &format!("(chan int, 1){far}\n"));
    let wrong = fine.replace("make(chan int, 1)", "make(chan int)");
    insta::assert_snapshot!(introduced(change(&[("p/a.go", &fine)], &[("p/a.go", &wrong)])), @"p/a.go:19 goroutine-leak-on-timeout at Right p/a.go:6 Nearby");
}

#[test]
fn a_deletion_that_makes_old_code_wrong_is_told_at_the_deleted_line() {
    let client = |timeout: &str| {
        let far = "\n\tprintln(url)".repeat(12);
        format!(
            "package p\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nvar wait = time.Second\n\n\
             func get(url string) (*http.Response, error) {{\n\tc := http.Client{{}}{far}{timeout}\n\treturn c.Get(url)\n}}\n"
        )
    };
    let base = client("\n\tc.Timeout = wait");
    insta::assert_snapshot!(
        introduced(change(&[("p/a.go", &base)], &[("p/a.go", &client(""))])),
        @r#"p/a.go:11 http-client-no-timeout at Left p/a.go:24 Deletion("c.Timeout = wait")"#
    );
}

/// A goroutine that a close in another file ends.
const LOOP: &str = "package p

type queue struct{ jobs chan int }

func newQueue() *queue {
	q := &queue{jobs: make(chan int)}
	go q.run()
	return q
}

func (q *queue) run() {
	for job := range q.jobs {
		println(job)
	}
}
";

#[test]
fn a_deletion_in_another_file_is_told_there_and_a_move_is_none() {
    let rest = |code: &str| {
        format!(
            "package p\n\nfunc (q *queue) put() {{ q.jobs <- 1 }}\n\n\
             func (q *queue) stop() {{\n\tprintln(1)\n{code}}}\n"
        )
    };
    let (base, head) = (rest("\tclose(q.jobs)\n"), rest(""));
    let base: Files<'_> = &[("p/a.go", LOOP), ("p/b.go", &base)];
    insta::assert_snapshot!(
        introduced(change(base, &[("p/a.go", LOOP), ("p/b.go", &head)])),
        @r#"p/a.go:12 goroutine-range-never-closed at Left p/b.go:7 Deletion("close(q.jobs)")"#
    );
    let moved = "package p\n\nfunc (q *queue) end() {\n\tclose(q.jobs)\n}\n";
    check_silent("moved", base, &[("p/a.go", LOOP), ("p/b.go", &head), ("p/c.go", moved)]);
}

#[test]
fn a_fix_is_counted_and_a_removal_is_not() {
    let fixed = LEAK.replace("make(chan int)", "make(chan int, 1)");
    let base: Files<'_> = &[("p/a.go", LEAK)];
    assert_eq!(introduced(change(base, &[("p/a.go", &fixed)])), "repaired 1\n");
    check_silent("the code deleted", base, &[("p/b.go", "package p\n")]);
}

#[test]
fn where_the_base_is_incomplete_only_changed_lines_are_to_blame() {
    let head = LEAK.replace("return len(key)", "return len(key) + 1");
    let mut unread = change(&[("p/a.go", LEAK)], &[("p/a.go", &head)]);
    let patch = crate::diff::unified(LEAK, &head);
    unread.base.files.retain(|it| &*it.path != "p/a.go");
    unread.files[0].patch = Patch::Hunks(patch.into());
    unread.unread.push(Unread { path: "p/a.go".into(), reason: UnreadReason::TooLarge });
    assert_eq!(introduced(unread), "", "the base was not read");

    let broken = format!("{LEAK}\nfunc broken( {{\n");
    check_silent("the base had a syntax error", &[("p/a.go", &broken)], &[("p/a.go", LEAK)]);
}
