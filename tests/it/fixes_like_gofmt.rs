//! What our edits leave behind is formatted as gofmt formats it.

use std::path::Path;
use std::process::{Command, Stdio};

use go_expert::golang;
use go_expert::model::SourceFile;
use go_expert::rules::{Fix, RuleSet};

/// The files that gofmt would change, or `None` where there is no gofmt.
fn gofmt(directory: &Path) -> Option<String> {
    let mut gofmt = Command::new("gofmt");
    let output =
        gofmt.args(["-l", "."]).current_dir(directory).stderr(Stdio::null()).output().ok()?;
    assert!(output.status.success(), "gofmt cannot read what we wrote");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn fixes(text: &str) -> Vec<Fix> {
    let source = SourceFile::from_bytes("a.go", None, text.as_bytes());
    let code = golang::read(&[source], None, &|_| false);
    assert!(code.unread().is_empty(), "{text}");
    let rules = RuleSet::builtin();
    let findings = code.packages().iter().flat_map(|it| rules.check(it));
    findings.filter_map(|it| it.fix).collect()
}

fn edited(text: &str, fix: &Fix) -> String {
    let lines: Vec<_> = text.lines().collect();
    let (first, last) = (fix.lines.first as usize - 1, fix.lines.last as usize);
    [&lines[..first], &[fix.replacement.as_str()], &lines[last..]].concat().join("\n") + "\n"
}

/// Programs as gofmt leaves them, each with one place to mend.
fn programs() -> Vec<String> {
    let program = |body: &str| {
        format!(
            "package p\n\nimport \"sync\"\n\nfunc all(wg *sync.WaitGroup, n int) {{\n{body}}}\n"
        )
    };
    let late = "\tgo func() {\n\t\twg.Add(1)\n\t\tdefer wg.Done()\n\t\tuse(n)\n\t}()\n";
    let looped: String = late.lines().map(|it| format!("\t{it}\n")).collect();
    vec![
        program(late),
        program(&format!("\tfor range n {{\n{looped}\t}}\n\twg.Wait()\n")),
        program(&late.replace("wg.Add(1)\n", "wg.Add(1)\n\n")),
        program(&late.replace("wg.Add(1)\n\t\tdefer wg.Done()", "defer wg.Done()\n\t\twg.Add(1)")),
        program(
            &late.replace("wg.Add(1)\n\t\tdefer wg.Done()", "defer wg.Done()\n\n\t\twg.Add(1)\n"),
        ),
        program(&format!("\tx := 1 // one\n\n{late}\tuse(x) // two\n")),
        program(&late.replace("use(n)", "use(n) // three")),
    ]
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
#[expect(clippy::disallowed_methods, reason = "what a test requires is no setting")]
fn an_edited_file_is_still_formatted() {
    let directory = tempfile::tempdir().unwrap();
    let programs = programs();
    for (at, text) in programs.iter().enumerate() {
        let fixes = fixes(text);
        let [fix] = &*fixes else { panic!("{} fixes in\n{text}", fixes.len()) };
        let new = edited(text, fix);
        assert_eq!(self::fixes(&new), [], "{new}");
        std::fs::write(directory.path().join(format!("{at}_before.go")), text).unwrap();
        std::fs::write(directory.path().join(format!("{at}_after.go")), new).unwrap();
    }
    let Some(changed) = gofmt(directory.path()) else {
        let required = std::env::var("GO_EXPERT_TEST_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|it| it == "gofmt"), "no `gofmt` on the PATH");
        eprintln!("skipped an_edited_file_is_still_formatted: no `gofmt` on the PATH");
        return;
    };
    assert_eq!(changed, "");
}
