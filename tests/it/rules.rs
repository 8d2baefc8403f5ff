//! `go-expert rules` as a process of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;

/// A command in a directory, without an environment.
fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_go-expert"));
    command.current_dir(directory).args(args).env_clear();
    command
}

fn run(directory: &Path, args: &[&str]) -> Output {
    command(directory, args).output().unwrap()
}

/// What a command prints that ends with this code.
#[track_caller]
fn said(directory: &Path, args: &[&str], code: i32) -> String {
    let output = run(directory, args);
    let (out, err) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (out, err) = (out.unwrap(), err.unwrap());
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}{err}");
    assert_eq!(err.is_empty(), code != 2, "{err}");
    if code == 2 { err } else { out }
}

fn write(directory: &Path, path: &str, text: &str) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn the_list_is_for_scripts() {
    let here = tempfile::tempdir().unwrap();
    let list = |args: &[&str]| said(here.path(), &[&["rules", "list"], args].concat(), 0);
    let text = list(&[]);
    let line = "concurrency\tcritical\tleak\thigh\tany\tResult goroutine leaks when the select";
    assert!(text.contains(&format!("goroutine-leak-on-timeout\t{line}")), "{text}");
    assert!(text.lines().all(|it| it.split('\t').count() == 7) && !text.contains('\u{1b}'));

    let all = list(&["--format", "json"]);
    assert_eq!(all.lines().count(), text.lines().count());
    for line in all.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
        let names = ["confidence", "domain", "go", "id", "kind", "severity", "title"];
        assert_eq!(
            {
                let mut it = keys;
                it.sort_unstable();
                it
            },
            names
        );
    }
    let one = list(&["--domain", "architecture", "--severity", "critical,warning"]);
    assert!(one.contains("http-client-no-timeout") && !one.contains("pool-put"), "{one}");
    assert_eq!(list(&["--domain", "compiler", "--confidence", "low"]), "");
    let wrong = said(here.path(), &["rules", "list", "--domain", "oops"], 2);
    assert!(wrong.contains("possible values: concurrency"), "{wrong}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let here = tempfile::tempdir().unwrap();
    for args in [&["rules", "list"][..], &["rules", "explain", "defer-in-loop"], &["rules", "test"]]
    {
        let mut command = command(here.path(), args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &*told), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn a_page_is_explained_in_the_readers_language() {
    let here = tempfile::tempdir().unwrap();
    let explain = |args: &[&str], locale: &str| {
        let mut command = command(here.path(), &[&["rules", "explain"], args].concat());
        let output = command.env("LC_ALL", locale).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let id = "goroutine-leak-on-timeout";
    let english = explain(&[id], "C.UTF-8");
    assert!(english.starts_with("# Result goroutine leaks"), "{english}");
    assert!(english.contains("\n## Why it matters\n") && english.contains("// ← reported"));
    let chinese = explain(&[id], "zh_CN.UTF-8");
    assert!(chinese.contains("\n## 为什么重要\n") && chinese.contains("// ← 在此报告"));
    assert_eq!(explain(&[id, "--lang", "zh-CN"], "C"), chinese);
    assert_eq!(explain(&[id, "--lang", "en"], "zh_CN"), english);

    let refused = said(here.path(), &["rules", "explain", "goroutine-leak-timeout"], 2);
    assert_snapshot!(refused, @"go-expert: there is no rule `goroutine-leak-timeout`; did you mean `goroutine-leak-on-timeout`? `go-expert rules list` shows all");
}

#[test]
fn a_new_page_holds_and_reports() {
    let shop = tempfile::tempdir().unwrap();
    let shop = shop.path();
    let page = ".github/go-expert/rules/correctness/printed.md";
    let new = said(shop, &["rules", "new", "correctness/printed"], 0);
    assert_snapshot!(new, @"
    .github/go-expert/rules/correctness/printed.md: a page that holds, about something else than yours.

    1. Edit it: the code under Flagged and Not flagged, then `match`, then the words.
    2. Test it: `go-expert rules test .github/go-expert/rules`
    3. Try it on real code: `go-expert review --all --repo . --rules .github/go-expert/rules --only printed`
    ");
    let tested = said(shop, &["rules", "test"], 0);
    assert_snapshot!(tested, @"
    ok    correctness/printed (1 line reported, 2 blocks silent)
    1 page holds.
    ");
    let explained = said(shop, &["rules", "explain", page], 0);
    assert!(explained.starts_with("# Printed\n\n`printed` · advice"), "{explained}");

    write(shop, "go.mod", "module example.com/shop\n\ngo 1.24\n");
    write(shop, "a.go", "package shop\n\nimport \"fmt\"\n\nfunc F() { fmt.Println() }\n");
    let review = ["review", "--all", "--rules", ".github/go-expert/rules", "--only", "printed"];
    let found = said(shop, &[&review[..], &["--format", "json"]].concat(), 0);
    assert!(found.contains("\"line\":5") && found.contains("\"rule\":\"printed\""), "{found}");
    assert_eq!(said(shop, &["review", "--all", "--format", "json"], 0), "");

    let before = fs::read_to_string(shop.join(page)).unwrap();
    let refused: String = [
        &["rules", "new", "correctness/printed"][..],
        &["rules", "new", "memory/printed"],
        &["rules", "new", "printed"],
        &["rules", "new", "oops/printed"],
        &["rules", "new", "web3/no-print"],
        &["rules", "new", "web3/Print"],
        &["rules", "new", "web3/../print"],
        &["rules", "new", "concurrency/defer-in-loop"],
        &["rules", "new", "web3/print", "--native"],
        &["review", "--all", "--only", "printd", "--rules", ".github/go-expert/rules"],
    ]
    .iter()
    .map(|args| said(shop, args, 2))
    .collect();
    assert_snapshot!(refused, @r#"
    go-expert: .github/go-expert/rules/correctness/printed.md is there already; edit it, or choose another name
    go-expert: .github/go-expert/rules/correctness/printed.md is there already; edit it, or choose another name
    go-expert: say the domain, too: one of concurrency, memory, compiler, architecture, web3, correctness, as in correctness/printed
    go-expert: `oops/printed` is no name for a rule: `oops` is not a domain; put the page into one of concurrency, memory, compiler, architecture, web3, correctness
    go-expert: `web3/no-print` is no name for a rule: leave `no-` out of the id: name what is wrong, so that it reads after "allow"
    go-expert: `web3/Print` is no name for a rule: name the file `<rule-id>.md`: lower-case words joined with hyphens
    go-expert: `web3/../print` is no name for a rule: `..` is not a domain; put the page into one of concurrency, memory, compiler, architecture, web3, correctness
    go-expert: there is a built-in rule `defer-in-loop` (concurrency); choose another name
    go-expert: a native rule is Rust code of go-expert: run this in a clone of https://github.com/go-expert/go-expert, or leave out --native and describe the code in the page
    go-expert: there is no rule `printd`; did you mean `printed`? `go-expert rules list` shows all
    "#);
    assert_eq!(fs::read_to_string(shop.join(page)).unwrap(), before, "nothing is overwritten");
    let files = fs::read_dir(shop.join(".github/go-expert/rules")).unwrap().count();
    assert_eq!(files, 1, "a refused name leaves nothing behind");
}

#[test]
fn a_native_rule_begins_in_a_clone() {
    let clone = tempfile::tempdir().unwrap();
    let clone = clone.path();
    write(clone, "Cargo.toml", "[package]\nname = \"go-expert\"\n");
    write(clone, "src/rules/native/mod.rs", "");
    write(clone, "docs/x", "");
    let args = ["rules", "new", "web3/float-amount", "--native"];
    assert_snapshot!(said(clone, &args, 0), @"
    review-rules/web3/float-amount.md: a page that holds, about something else than yours.
    src/rules/native/web3/float_amount.rs: its check.

    1. Build it in: `cargo test --test rules`, twice; the first run refreshes the list of the pages.
    2. Edit the page: the code under Flagged and Not flagged first, then the words.
    3. Edit the check until `cargo test --test rules float-amount` is green.
    4. Try it on real code: `cargo run --release -- review --all --repo DIR --only float-amount`
    ");
    // From wherever in it.
    said(&clone.join("docs"), &["rules", "new", "memory/other", "--native"], 0);
    assert!(clone.join("review-rules/memory/other.md").is_file());
    let code = fs::read_to_string(clone.join("src/rules/native/web3/float_amount.rs")).unwrap();
    assert!(code.starts_with("//! ") && code.contains("const NATIVE: Native"), "{code}");
    let refused = said(clone, &args, 2);
    assert!(refused.contains("float-amount.md is there already"), "{refused}");
    // Nobody has built the check in.
    let tested = said(clone, &["rules", "test"], 1);
    assert!(tested.contains("review-rules/web3/float-amount.md:15: `native: true`"), "{tested}");
}

#[test]
fn pages_that_do_not_hold_are_told_like_a_compiler_does() {
    let pages = tempfile::tempdir().unwrap();
    let pages = pages.path();
    said(pages, &["rules", "new", "memory/good", "--dir", "."], 0);
    let good = fs::read_to_string(pages.join("memory/good.md")).unwrap();
    write(pages, "README.md", "# Our rules\n");
    write(pages, ".draft/x.md", "x");
    write(pages, "flat.md", &good);
    write(pages, "second/good.md", &good);
    write(pages, "web3/good.md", &good);
    write(pages, "web3/message.md", &good.replace("writes to standard output`", "x`"));
    write(pages, "web3/noisy.md", &good.replace("\tout.Println", "\tfmt.Println"));
    write(pages, "web3/unknown.md", &good.replace("confidence: high", "confidence: sure"));
    assert_snapshot!(said(pages, &["rules", "test", "."], 1), @r#"
    ok    correctness/flat (1 line reported, 2 blocks silent)
    ok    memory/good (1 line reported, 2 blocks silent)
    FAIL  second/good.md
    second/good.md:1: `second` is not a domain; put the page into one of concurrency, memory, compiler, architecture, web3, correctness
    FAIL  web3/good.md
    web3/good.md:1: memory/good.md has the id `good`, too; give one of them another name
    FAIL  web3/message
    web3/message.md:34: want `fmt\.Println. x`, got "`fmt.Println` writes to standard output, where nobody reads it"
    FAIL  web3/noisy
    web3/noisy.md:44: should be silent, got "`fmt.Println` writes to standard output, where nobody reads it"
    FAIL  web3/unknown.md
    web3/unknown.md:4: `sure` is not known here; use low, medium, high
    5 of 7 failed.
    "#);
    assert_snapshot!(said(pages, &["rules", "test", "web3/noisy.md"], 1), @r#"
    FAIL  web3/noisy
    web3/noisy.md:44: should be silent, got "`fmt.Println` writes to standard output, where nobody reads it"
    1 of 1 failed.
    "#);
    assert_snapshot!(said(pages, &["rules", "test", "memory"], 0), @"
    ok    memory/good (1 line reported, 2 blocks silent)
    1 page holds.
    ");

    let refused = said(pages, &["review", "--all", "--rules", "."], 2);
    assert!(refused.contains("web3/unknown.md:"), "{refused}");
    let refused = said(pages, &["rules", "test", "nowhere"], 2);
    assert!(refused.contains("cannot read nowhere"), "{refused}");
    fs::create_dir(pages.join("empty")).unwrap();
    let refused = said(pages, &["rules", "test", "empty"], 2);
    assert!(refused.contains("rules new"), "{refused}");
}

/// The code blocks of a document in this language.
fn blocks<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("\n```{language}\n");
    document.split(&fence).skip(1).map(|it| it.split("```").next().unwrap()).collect()
}

/// A page with a piece, from one mark to another, in the place of its own.
fn with(page: &str, from: &str, to: &str, piece: &str) -> String {
    let (start, end) = (page.find(from).unwrap(), page.find(to).unwrap());
    format!("{}{piece}{}", &page[..start], &page[end..])
}

#[test]
fn the_documents_rules_hold() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let path = "correctness/a-rule.md";
    said(here, &["rules", "new", "correctness/a-rule", "--dir", "."], 0);
    let new = fs::read_to_string(here.join(path)).unwrap();
    let test = |page: &str, code: i32| {
        write(here, path, page);
        said(here, &["rules", "test", path], code)
    };
    let sections = |flagged: &str, silent: &str| {
        format!("## Flagged\n```go\n{flagged}```\n## Not flagged\n```go\n{silent}```\n")
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));

    let document = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let (go, yaml) = (blocks(&document, "go"), blocks(&document, "yaml"));
    let page = new.replace("$F", "$A");
    let page = with(&page, "## Flagged", "## Fix", &sections(go[0], go[1]));
    let page = with(&page, "message:", "mechanism:", yaml[1]);
    let page = with(&page, "match:", "---\n# ", yaml[0]);
    let too_much = test(&page, 1);
    assert!(too_much.contains("should be silent, got \"`at` is compared"), "{too_much}");
    for better in &yaml[2..] {
        test(&with(&page, "where:", "---\n# ", better), 0);
    }

    let document = fs::read_to_string(root.join("docs/pages.md")).unwrap();
    let flagged = "func serve(w http.ResponseWriter) {\n\tfmt.Fprint(w, 1)\n\tw.WriteHeader(404) // want `404`\n}\n";
    let silent = "func serve(w, v http.ResponseWriter) {\n\tfmt.Fprint(v, 1)\n\tw.WriteHeader(404)\n\tw.Write(nil)\n}\n";
    let page = new.replace("`$F` writes", "`$CODE` writes").replace("$F", "$W");
    let page = with(&page, "## Flagged", "## Fix", &sections(flagged, silent));
    test(&with(&page, "match:", "---\n# ", blocks(&document, "yaml")[0]), 0);
}

#[test]
fn the_projects_own_pages_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = tempfile::tempdir().unwrap();
    let tested = said(root, &["rules", "test"], 0);
    let built_in = said(here.path(), &["rules", "test"], 0);
    assert_eq!(tested.lines().count(), built_in.lines().count());
    assert!(tested.contains("concurrency/goroutine-leak-on-timeout"), "{tested}");
}
