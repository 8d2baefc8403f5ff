//! Repositories made by gix, so that the tests need no git.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use gix::objs::tree::EntryKind;
use insta::assert_snapshot;

use super::*;
use crate::model::{Change, CommitSha};

/// A repository that a test writes to.
struct World {
    directory: tempfile::TempDir,
    git: gix::Repository,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = gix::open::Options::isolated();
        let init = gix::create::Options::default();
        let kind = gix::create::Kind::WithWorktree;
        let git = gix::ThreadSafeRepository::init_opts(directory.path(), kind, init, options);
        Self { git: git.unwrap().to_thread_local(), directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn open(&self) -> Repository {
        Repository::open(self.path()).unwrap()
    }

    /// A commit of exactly these files on a branch; `-> target` writes a symbolic link.
    fn commit(&self, branch: &str, parents: &[&CommitSha], files: &[(&str, &str)]) -> CommitSha {
        let mut tree =
            self.git.edit_tree(gix::ObjectId::empty_tree(self.git.object_hash())).unwrap();
        for (path, text) in files {
            let (kind, text) = match text.strip_prefix("-> ") {
                Some(target) => (EntryKind::Link, target),
                None => (EntryKind::Blob, *text),
            };
            tree.upsert(*path, kind, self.git.write_blob(text).unwrap()).unwrap();
        }
        let tree = tree.write().unwrap();
        let by =
            gix::actor::SignatureRef { name: "a".into(), email: "a@b".into(), time: "0 +0000" };
        let parents =
            parents.iter().map(|it| gix::ObjectId::from_hex(it.as_str().as_bytes()).unwrap());
        let id = self.git.new_commit_as(by, by, "m", tree, parents).unwrap().id;
        self.branch(branch, &id.to_string());
        id.to_string().parse().unwrap()
    }

    /// Puts a commit's tree into the index, as a checkout does, without a file on the disk.
    fn index(&self, commit: &CommitSha) {
        let id = gix::ObjectId::from_hex(commit.as_str().as_bytes()).unwrap();
        let tree = self.git.find_commit(id).unwrap().tree_id().unwrap();
        self.git
            .index_from_tree(&tree)
            .unwrap()
            .write(gix::index::write::Options::default())
            .unwrap();
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn branch(&self, name: &str, target: &str) {
        let path = self.git.git_dir().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{target}\n")).unwrap();
    }
}

fn show(change: &Change) -> String {
    let mut out = String::new();
    for it in &change.files {
        let from = it.previous_path.as_ref().map(|it| format!(" from {it}")).unwrap_or_default();
        writeln!(out, "{:?} {}{from}", it.status, it.path).unwrap();
    }
    for (name, tree) in [("base", &change.base), ("head", &change.head)] {
        let files: Vec<_> =
            tree.files.iter().map(|it| format!("{}({})", it.path, it.text.len())).collect();
        writeln!(out, "{name}: {}", files.join(" ")).unwrap();
    }
    for it in &change.unread {
        writeln!(out, "unread {}: {:?}", it.path, it.reason).unwrap();
    }
    out
}

const MAIN: &str = "refs/heads/main";
const WORK: &str = "refs/heads/work";

#[test]
fn a_range_reads_whole_packages_from_the_merge_base() {
    let world = World::new();
    let fork = world.commit(
        MAIN,
        &[],
        &[
            ("README", "1"),
            ("go.mod", "module m"),
            ("a/a.go", "package a"),
            ("a/b.go", "package a // b"),
            ("a/deep/go.mod", "module deep"),
            ("a/deep/x/x.go", "package x"),
            ("old/moved.go", "package moved"),
            ("still/s.go", "package s"),
            ("link.go", "-> a/a.go"),
        ],
    );
    let huge = "x".repeat(content::MAX_BYTES + 1);
    let head = world.commit(
        WORK,
        &[&fork],
        &[
            ("README", "2"),
            ("go.mod", "module m"),
            ("a/a.go", "package a // changed"),
            ("a/b.go", "package a // b"),
            ("a/binary.go", "\0"),
            ("a/huge.go", &huge),
            ("a/large.go", "version https://git-lfs.github.com/spec/v1\noid sha256:0"),
            ("a/deep/go.mod", "module deep"),
            ("a/deep/x/y.go", "package x // y"),
            ("new/moved.go", "package moved"),
            ("still/s.go", "package s"),
            ("link.go", "-> a/b.go"),
        ],
    );
    // What happened to the base branch since is no part of the change.
    world.commit(MAIN, &[&fork], &[("a/a.go", "package a // elsewhere")]);

    let repository = Repository::open(world.path()).unwrap();
    let change = repository.change("main", "work").unwrap();
    assert_eq!(
        (change.base.commit.as_ref(), change.head.commit.as_ref()),
        (Some(&fork), Some(&head))
    );
    assert_snapshot!(show(&change), @r"
    Modified README
    Modified a/a.go
    Added a/binary.go
    Removed a/deep/x/x.go
    Added a/deep/x/y.go
    Added a/huge.go
    Added a/large.go
    Renamed new/moved.go from old/moved.go
    base: a/a.go(9) a/b.go(14) a/deep/go.mod(11) a/deep/x/x.go(9) go.mod(8) old/moved.go(13)
    head: a/a.go(20) a/b.go(14) a/deep/go.mod(11) a/deep/x/y.go(14) go.mod(8) new/moved.go(13)
    unread a/binary.go: Binary
    unread a/huge.go: TooLarge
    unread a/large.go: Unavailable
    ");
}

#[test]
fn a_file_that_moved_and_was_edited_is_the_same_file() {
    let world = World::new();
    let body = "package a\n\nfunc one() {}\n\nfunc two() {}\n\nfunc three() {}\n";
    let edited = body.replace("two", "zwei");
    let base = [
        ("a/one.go", body),
        ("b/same.go", edited.as_str()),
        ("c/other.go", "package c\n"),
        ("notes.txt", body),
        ("vendor/v.go", body),
    ];
    let fork = world.commit(MAIN, &[], &base);
    let once_more = body.replace("three", "drei");
    let head = [
        ("d/same.go", edited.as_str()),
        ("e/one.go", once_more.as_str()),
        ("f/new.go", "package f\n\nfunc f() {}\n"),
        ("notes.md", edited.as_str()),
        ("vendor/w.go", edited.as_str()),
    ];
    world.commit(WORK, &[&fork], &head);
    let change = world.open().change("main", "work").unwrap();
    let files = show(&change)
        .lines()
        .take_while(|it| !it.starts_with("base"))
        .collect::<Vec<_>>()
        .join("\n");
    assert_snapshot!(files, @r"
    Removed c/other.go
    Renamed d/same.go from b/same.go
    Renamed e/one.go from a/one.go
    Added f/new.go
    Added notes.md
    Removed notes.txt
    Removed vendor/v.go
    Added vendor/w.go
    ");
}

#[test]
fn uncommitted_work_is_what_lies_on_the_disk() {
    let world = World::new();
    let fork = world.commit(
        MAIN,
        &[],
        &[
            ("go.mod", "module m"),
            ("a/a.go", "package a\n"),
            ("a/deleted.go", "package a // deleted"),
            ("a/crlf.go", "package a\n// same\n"),
            ("a/link.go", "package a // becomes a link"),
            ("ignored/tracked.go", "package ignored"),
            ("same/s.go", "package s"),
            ("vendor/v/v.go", "package v"),
            ("README", "1"),
        ],
    );
    world.index(&fork);
    for (path, text) in [
        ("go.mod", "module m"),
        (".gitignore", "ignored/\n*.gen.go\n"),
        ("a/a.go", "package a // changed\n"),
        ("a/crlf.go", "package a\r\n// same\r\n"),
        ("a/new.go", "package a // new"),
        ("a/new.gen.go", "package a // ignored"),
        ("a/.gitignore", "mine.go"),
        ("a/mine.go", "package a // ignored"),
        ("ignored/tracked.go", "package ignored // changed"),
        ("ignored/new.go", "package ignored // ignored"),
        ("ignored/below/new.go", "package below // ignored"),
        ("same/s.go", "package s"),
        ("module/.git", "gitdir: elsewhere"),
        ("module/m.go", "package m // a submodule's"),
        ("vendor/v/v.go", "package v // not looked at"),
    ] {
        world.write(path, text);
    }
    world.write("a/huge.go", &"x".repeat(content::MAX_BYTES + 1));
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.go", world.path().join("a/link.go")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("a", world.path().join("b")).unwrap();

    let before = fs::read_dir(world.git.git_dir().join("objects")).unwrap().count();
    let change = world.open().uncommitted("main").unwrap();
    assert_eq!((change.base.commit.as_ref(), change.head.commit.as_ref()), (Some(&fork), None));
    assert_snapshot!(show(&change), @r"
    Modified a/a.go
    Removed a/deleted.go
    Removed a/link.go
    Added a/new.go
    Modified ignored/tracked.go
    base: a/a.go(10) a/crlf.go(18) a/deleted.go(20) a/link.go(27) go.mod(8) ignored/tracked.go(15)
    head: a/a.go(21) a/crlf.go(18) a/new.go(16) go.mod(8) ignored/tracked.go(26)
    unread a/huge.go: TooLarge
    ");
    let after = fs::read_dir(world.git.git_dir().join("objects")).unwrap().count();
    assert_eq!(before, after, "nothing is written");
}

#[test]
fn revisions_and_the_default_branch_are_found() {
    let world = World::new();
    let first = world.commit(MAIN, &[], &[("a.go", "package a")]);
    assert_eq!(world.open().default_base().unwrap(), "main");
    let second = world.commit(WORK, &[&first], &[("a.go", "package b")]);
    world.branch("refs/remotes/origin/trunk", second.as_str());
    world.branch("refs/remotes/origin/HEAD", "ref: refs/remotes/origin/trunk");

    fs::create_dir_all(world.path().join("sub/dir")).unwrap();
    let repository = Repository::open(&world.path().join("sub/dir")).unwrap();
    assert_eq!(repository.default_base().unwrap(), "origin/trunk");
    assert_eq!(repository.resolve("work~1").unwrap(), first);
    assert_eq!(repository.resolve(second.short()).unwrap(), second);
    for name in ["", "nowhere", "-p", ":a.go", "main..work", "work:a.go", "work^{tree}"] {
        assert!(
            matches!(repository.resolve(name), Err(GitError::UnknownRevision { .. })),
            "{name}"
        );
    }
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(matches!(Repository::open(elsewhere.path()), Err(GitError::NotARepository(_))));
}

#[test]
fn a_shallow_clone_says_what_to_do() {
    let world = World::new();
    let (old, other) = ("1".repeat(40).parse().unwrap(), "2".repeat(40).parse().unwrap());
    let main = world.commit(MAIN, &[&old], &[]);
    let work = world.commit(WORK, &[&other], &[("a.go", "package a")]);
    fs::write(world.git.git_dir().join("shallow"), format!("{main}\n{work}\n")).unwrap();
    let error = world.open().change("main", "work").unwrap_err();
    assert!(error.to_string().contains("run `git fetch --unshallow`"), "{error}");

    fs::remove_file(world.git.git_dir().join("shallow")).unwrap();
    let orphan = world.commit("refs/heads/orphan", &[], &[]);
    let error = world.open().fork(orphan.as_str(), work.as_str()).unwrap_err();
    assert!(error.to_string().contains("have no common ancestor; name the commit"), "{error}");
}

#[test]
fn linked_work_trees_and_bare_repositories_open() {
    let world = World::new();
    let main = world.commit(MAIN, &[], &[("a.go", "package a")]);
    let linked = tempfile::tempdir().unwrap();
    let of_linked = world.git.git_dir().join("worktrees/linked");
    fs::create_dir_all(&of_linked).unwrap();
    fs::write(of_linked.join("commondir"), "../..\n").unwrap();
    fs::write(of_linked.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    fs::write(of_linked.join("gitdir"), format!("{}\n", linked.path().join(".git").display()))
        .unwrap();
    fs::write(linked.path().join(".git"), format!("gitdir: {}\n", of_linked.display())).unwrap();
    assert_eq!(Repository::open(linked.path()).unwrap().resolve("HEAD").unwrap(), main);

    let bare = tempfile::tempdir().unwrap();
    let to = bare.path().join("bare.git");
    fs::rename(world.git.git_dir(), &to).unwrap();
    fs::write(to.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n").unwrap();
    let repository = Repository::open(&to).unwrap();
    assert_eq!((repository.resolve("HEAD").unwrap(), repository.root()), (main, None));
    assert!(matches!(repository.uncommitted("main"), Err(GitError::NoWorkTree(_))));
    fs::rename(to.join(MAIN), to.join("refs/heads/trunk")).unwrap();
    fs::write(to.join("HEAD"), "ref: refs/heads/trunk\n").unwrap();
    assert_eq!(repository.default_base().unwrap(), "trunk");
}

#[test]
fn a_walk_visits_what_the_go_tool_would() {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("go.mod", "module above"),
        ("m/a.go", "package m"),
        ("m/.git/x.go", "package x"),
        ("m/vendor/v/v.go", "package v"),
        ("m/p/testdata/t.go", "package t"),
        ("m/p/_p/u.go", "package u"),
        ("m/p/q/go.mod", "module q"),
        ("m/p/q/b.go", "package q"),
        ("m/p/q/a.go", "package q"),
        ("m/p/q/a.txt", "no Go"),
        ("m/p/q/binary.go", "\0"),
        ("m/p-q/c.go", "package c"),
    ] {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.path().join("m"), root.path().join("m/p/loop")).unwrap();
    let mut out = String::new();
    for it in directories(&root.path().join("m")).unwrap().iter().map(Listing::read) {
        let names = |files: &[crate::model::SourceFile]| {
            files.iter().map(|it| it.path.to_string()).collect::<Vec<_>>().join(" ")
        };
        writeln!(
            out,
            "`{}`: {} | {} | {:?}",
            it.path,
            names(&it.files),
            names(&it.modules),
            it.unread
        )
        .unwrap();
    }
    assert_snapshot!(out, @r#"
    ``: a.go | go.mod | []
    `p/q`: p/q/a.go p/q/b.go | go.mod p/q/go.mod | [Unread { path: "p/q/binary.go", reason: Binary }]
    `p-q`: p-q/c.go | go.mod | []
    "#);
    assert!(directories(&root.path().join("nowhere")).is_err());
}
