//! The table of signatures is what the packages say today.
//!
//! The standard library's part is made anew wherever there is Go. The other part needs the modules
//! that `tools/signatures/go.mod` pins, so it is made anew only when `GO_EXPERT_TEST_REQUIRE` names
//! `go-modules`: that downloads them once. To refresh both, in `tools/signatures`:
//! `go run . std >../../src/golang/signatures/std.txt`, and the same for `modules`.

use std::fs;
use std::path::Path;

use go_expert::golang::signatures::{Entry, MemberKind, Signatures};
use go_expert::golang::types::{Basic, Callee, Type, TypeInfo};
use go_expert::golang::{self, GoNode, Kind};
use go_expert::model::SourceFile;

use super::{go, has_go, setting, signatures};

fn committed(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/golang/signatures");
    fs::read_to_string(folder.join(name)).unwrap().replace("\r\n", "\n")
}

fn fresh(name: &str, argument: &str) {
    let (committed, made) = (committed(name), signatures(&[argument]));
    let both = committed.lines().zip(made.lines());
    let first = both.enumerate().find(|(_, (a, b))| a != b);
    assert!(committed == made, "{name} is not up to date; the first difference: {first:?}");
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn the_standard_library_is_known_as_it_is() {
    let test = "the_standard_library_is_known_as_it_is";
    if !has_go(test) {
        return;
    }
    let version = go(Path::new("."), &["env", "GOVERSION"]);
    let minor = version.trim().splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    if !committed("std.txt").starts_with(&format!("# {minor},")) {
        let required = setting("GO_EXPERT_TEST_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|it| it == "go"), "the table is not that of {minor}");
        eprintln!("skipped {test}: the table is not that of {minor}");
        return;
    }
    fresh("std.txt", "std");
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn the_modules_are_known_as_they_are() {
    let test = "the_modules_are_known_as_they_are";
    let required = setting("GO_EXPERT_TEST_REQUIRE").unwrap_or_default();
    if !required.split(',').any(|it| it == "go-modules") {
        eprintln!("skipped {test}: GO_EXPERT_TEST_REQUIRE does not name `go-modules`");
        return;
    }
    assert!(has_go(test), "no `go` on the PATH");
    fresh("modules.txt", "modules");
}

#[test]
fn the_table_can_be_read_to_the_last_type() {
    let (mut values, mut members) = (0, 0);
    for package in Signatures::all() {
        // Types are spelt to be read back: none may come out unknown that is not spelt so.
        for (name, entry) in package.entries_by_name() {
            let text = match entry {
                Entry::Const(text, _) | Entry::Var(text) | Entry::Func(text, _) => text,
                Entry::Alias(_) => continue,
                Entry::Type(it) => {
                    for member in it.members() {
                        assert!(!member.name.is_empty() && !member.text.is_empty());
                        members += usize::from(member.kind != MemberKind::Embedded);
                    }
                    continue;
                }
            };
            let of = TypeInfo::of_table(package.path(), name);
            assert!(of.is_known() || *text == "?", "{}.{name}: {text}", package.path());
            values += 1;
        }
    }
    assert!(values > 3_000 && members > 8_000, "{values} values, {members} members");
}

#[test]
fn calls_are_known_with_what_they_do() {
    let text = "package p\n\nimport (\n\t\"context\"\n\t\"net/http\"\n\t\"os\"\n\t\"testing\"\n\t\
        \"time\"\n\n\t\"github.com/redis/go-redis/v9\"\n)\n\nvar r *redis.Client\n\nvar p redis.Pipeliner\n\n\
        func f(t *testing.T, c *http.Client, q *http.Request) {\n\
        \tos.Exit(1)\n\tt.Fatal()\n\tc.Do(q)\n\tcontext.WithCancel(nil)\n\ttime.Sleep(1)\n\
        \tr.Get(nil, \"\")\n\tp.Get(nil, \"\")\n\tf(nil, nil, nil)\n}\n";
    let source = SourceFile::from_bytes("p.go", None, text.as_bytes());
    let code = golang::read(&[source], None, &|_| false);
    let package = &code.packages()[0];
    let (types, file) = (TypeInfo::new(package), &package.files()[0]);
    let calls = file.root().descendants().filter(|it| it.is(Kind::CallExpression));
    let calls: Vec<_> = calls.map(|it| (types.callee(file, it), types.of(file, it))).collect();
    let flags: Vec<_> = calls.iter().map(|it| it.0.flags()).collect();
    assert!(flags[0].never_returns() && flags[1].never_returns());
    assert!(calls[1].0.is_method("testing", "common", "Fatal"));
    assert!(flags[2].blocks() && flags[2].is_io() && flags[2].takes_ownership());
    assert_eq!(flags[2].release(), Some("Body.Close"));
    assert_eq!(flags[3].release(), Some("()"));
    assert!(flags[3].result_must_be_used() && !flags[3].blocks());
    assert!(flags[4].blocks() && !flags[4].is_io());
    assert!(flags[5].is_io());
    // A pipeline only queues.
    assert!(calls[6].1.is_known() && !flags[6].is_io());
    assert!(matches!(calls[7].0, Callee::Function(_)));
    let response = Type::Tuple(vec![types.of(file, file.root())].into());
    assert_ne!(calls[2].1, response);
    let Type::Tuple(results) = &calls[2].1 else { panic!("{:?}", calls[2].1) };
    assert!(results[0].behind().is("net/http", "Response") && results[1].is_error());
    assert!(Basic::named("byte") == Some(Basic::Uint8));
}
