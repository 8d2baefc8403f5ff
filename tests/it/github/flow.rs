//! A pull request is read, reviewed and read again.

use go_expert::github::{
    Ask, Conclusion, Edit, Fetched, NewCheckRun, NewComment, NewReview, Reaction, Requests,
};
use go_expert::model::{BlobOid, CommentId, LineRange, PrNumber, Side};
use http::Method;
use insta::assert_snapshot;
use serde_json::json;

use super::world::{World, comments, nothing, show};

#[tokio::test]
async fn flow_a_pull_request_is_read_in_three_requests() {
    let Some(world) = World::open("read").await else { return };
    world
        .file("go.mod", "module shop\n\ngo 1.22\n")
        .file("tools/go.mod", "module tools\n\ngo 1.20\n")
        .file("cart/cart.go", "package cart\n\nfunc Total() int { return 1 }\n")
        .file("cart/price.go", "package cart\n\nfunc Price() int {\n\treturn 1\n}\n")
        .file("cart/gone.go", "package cart\n")
        .file("old/name.go", "package old\n\nfunc Name() string { return \"a name\" }\n")
        .file("old/other.go", "package old\n")
        .file("tools/deep/er/gen.go", "package er\n")
        .file("tools/deep/er/latin.go", b"package er // caf\xe9\n")
        .file("cart/long.go", format!("package cart\n{}", "// long\n".repeat(80_000)))
        .file("cart/huge.go", format!("package cart\n{}", "// huge\n".repeat(130_000)))
        .file("cart/blob.go", b"\0\0\0")
        .file("cart/README.md", "# Cart\n")
        .file("vendor/x/x.go", "package x\n")
        .commit();
    world
        .file("go.mod", "module shop\n\ngo 1.23\n")
        .file("cart/cart.go", "package cart\n\nfunc Total() int { return 2 }\n")
        .file("cart/empty.go", "")
        .file("vendor/x/x.go", "package x\n\nvar X int\n")
        .file("tools/deep/er/gen.go", "package er\n\nvar Gen int\n")
        .file("cart/README.md", "# The cart\n");
    world.git(&["rm", "-q", "cart/gone.go"]);
    std::fs::create_dir(world.dir().join("new")).unwrap();
    world.git(&["mv", "old/name.go", "new/name.go"]);
    std::os::unix::fs::symlink("cart.go", world.dir().join("cart/link.go")).unwrap();
    let head = world.pull_request().await;

    let session = world.session();
    let ask = world.ask(&head);
    let Fetched::Go(it) = session.snapshot(&ask, nothing).await.unwrap() else { panic!() };
    assert_eq!((it.head, it.change.head.commit), (head.clone(), Some(head.clone())));
    // One more for the long file, which GraphQL cuts off.
    assert_eq!(session.requests(), Requests { reads: 4, writes: 0, tokens: 1 });
    let it = world.snapshot(&head).await;
    assert_snapshot!(show(&it), @r"
    Change the shop by ann into main, open: true, draft: false, complete: true
    Modified cart/README.md: 3 lines
    Modified cart/cart.go: 5 lines
    Added cart/empty.go: 0 lines
    Removed cart/gone.go: 2 lines
    Added cart/link.go: 3 lines
    Modified go.mod: 5 lines
    Renamed new/name.go from old/name.go: 0 lines
    Modified tools/deep/er/gen.go: 4 lines
    Modified vendor/x/x.go: 4 lines
    base: cart/cart.go(44) cart/gone.go(13) cart/long.go(640013) cart/price.go(45) go.mod(21) old/name.go(52) old/other.go(12) tools/deep/er/gen.go(11) tools/deep/er/latin.go?(21) tools/go.mod(22)
    head: cart/cart.go(44) cart/empty.go(0) cart/long.go(640013) cart/price.go(45) go.mod(21) new/name.go(52) old/other.go(12) tools/deep/er/gen.go(24) tools/deep/er/latin.go?(21) tools/go.mod(22)
    unread: cart/blob.go Binary
    unread: cart/huge.go TooLarge
    ");

    // What was read once is in memory.
    let session = world.session();
    session.snapshot(&ask, nothing).await.unwrap();
    assert_eq!(session.requests(), Requests { reads: 2, writes: 0, tokens: 0 });

    // One more blob, named by what we said before.
    let oid: BlobOid = world.git(&["rev-parse", "HEAD:cart/README.md"]).parse().unwrap();
    let fetched = session.snapshot(&ask, |_| vec![oid.clone()]).await.unwrap();
    let Fetched::Go(it) = fetched else { panic!() };
    assert_eq!(&*it.extra[&oid], "# The cart\n");
    assert_eq!(session.texts(&world.repo, std::slice::from_ref(&oid)).await.unwrap(), it.extra);
    assert_eq!(session.requests().reads, 5);
    assert_snapshot!(world.violations().await, @"[] [] {}");
}

#[tokio::test]
async fn flow_without_go_one_request_is_enough() {
    let Some(world) = World::open("nogo").await else { return };
    world.file("main.go", "package main\n").commit();
    world.file("README.md", "# Shop\n");
    let head = world.pull_request().await;
    let session = world.session();
    let fetched = session.snapshot(&world.ask(&head), nothing).await.unwrap();
    let Fetched::NoGo(change) = fetched else { panic!() };
    assert_eq!(change.files.len(), 1);
    assert_eq!(session.requests(), Requests { reads: 1, writes: 0, tokens: 1 });
    // Where we spoke before, the rest is read all the same.
    let ask = Ask { even_without_go: true, ..world.ask(&head) };
    assert!(matches!(session.snapshot(&ask, nothing).await.unwrap(), Fetched::Go(_)));
    assert_snapshot!(world.violations().await, @"[] [] {}");
}

#[tokio::test]
async fn flow_what_we_say_is_found_again_edited_and_folded() {
    let Some(world) = World::open("say").await else { return };
    let base = "package main\n\nfunc main() {\n\tprintln(1)\n\tprintln(2)\n}\n";
    world.file("main.go", base).commit();
    world.file("main.go", base.replace("println(1)", "go run()\n\tgo stop()"));
    let head = world.pull_request().await;
    let (session, pr) = (world.session(), PrNumber(1));

    let comment = |side, first, last, body: &str| {
        let lines = LineRange::new(first, last);
        NewComment { path: "main.go".into(), side, lines, body: body.to_owned() }
    };
    let mut review = NewReview {
        commit: head.clone(),
        body: "Two remarks.".to_owned(),
        comments: vec![
            comment(Side::Right, 4, 5, "both leak"),
            comment(Side::Left, 4, 4, "this was right"),
        ],
    };
    let posted = session.create_review(&world.repo, pr, &review).await.unwrap();
    session.update_review(&world.repo, pr, posted.id, "Two remarks, edited.").await.unwrap();

    let it = world.snapshot(&head).await;
    assert_snapshot!(comments(&it.comments), @r"
    main.go:5 Right both leak
    main.go:4 Left this was right
    ");
    assert_eq!(it.reviews.len(), 1);
    assert_eq!((it.reviews[0].id, &*it.reviews[0].body), (posted.id, "Two remarks, edited."));

    let edit = |comment: &str, body: Option<&str>| Edit {
        comment: comment.to_owned(),
        body: body.map(str::to_owned),
        minimise: true,
    };
    let first = &it.comments[0].node_id;
    let edits = [edit(first, Some("fixed")), edit("PRRC_gone", None)];
    assert_eq!(session.edit_comments(&edits).await.unwrap(), ["PRRC_gone"]);
    let it = world.snapshot(&head).await;
    assert_snapshot!(comments(&it.comments), @r"
    main.go:5 Right folded fixed
    main.go:4 Left this was right
    ");

    let check = NewCheckRun {
        name: "go-expert",
        head: head.clone(),
        external_id: "delivery-1".to_owned(),
        conclusion: Conclusion::Neutral,
        title: "2 findings".to_owned(),
        summary: "Both leak.".to_owned(),
    };
    let id = session.create_check_run(&world.repo, &check).await.unwrap();
    for (external, expected) in [("delivery-1", Some(id)), ("delivery-2", None)] {
        let found = session.find_check_run(&world.repo, &head, "go-expert", external).await;
        assert_eq!(found.unwrap(), expected);
    }

    let it = session.pull_request(&world.repo, pr).await.unwrap();
    assert_eq!((&it.head, &*it.base_ref, it.open), (&head, "main", true));
    let repo = world.repo.to_string();
    let spoken = json!({"event": "issue_comment", "action": "created", "repo": repo, "pull": 1,
        "text": "/go-expert review", "sender": "ann", "url": "http://127.0.0.1:9/"});
    world.control(Method::POST, "deliver", spoken).await;
    let state = format!("state?repo={repo}&pull=1");
    let state = world.control(Method::GET, &state, json!({})).await;
    let id = state.pointer("/repositories/0/pulls/0/comments/0/id").and_then(|it| it.as_u64());
    let id = CommentId(id.unwrap_or_else(|| panic!("{state:#}")));
    session.react(&world.repo, id, Reaction::Eyes).await.unwrap();
    session.react(&world.repo, id, Reaction::Eyes).await.unwrap();
    assert_snapshot!(world.violations().await, @"[] [] {}");

    // Off the diff: all of it is refused, in GitHub's words.
    review.comments.push(comment(Side::Right, 900, 900, "nowhere"));
    let refused = session.create_review(&world.repo, pr, &review).await.unwrap_err();
    assert_snapshot!(refused.to_string().replace(&repo, "REPO"), @"GitHub refused: POST /repos/REPO/pulls/1/reviews: 422 Unprocessable Entity; Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank");
}

#[tokio::test]
async fn flow_what_we_said_is_read_to_the_last_page() {
    let Some(world) = World::open("pages").await else { return };
    world.file("main.go", "package main\n").commit();
    world.file("main.go", format!("package main\n{}", "// line\n".repeat(130)));
    let head = world.pull_request().await;
    let session = world.session();
    let comment = |line| NewComment {
        path: "main.go".into(),
        side: Side::Right,
        lines: LineRange::line(line),
        body: format!("comment {line}"),
    };
    let comments = (2..=131).map(comment).collect();
    let review = NewReview { commit: head.clone(), body: "Much.".to_owned(), comments };
    session.create_review(&world.repo, PrNumber(1), &review).await.unwrap();
    let it = world.snapshot(&head).await;
    assert_eq!((it.comments.len(), it.complete), (130, true));
    assert_eq!(it.comments[129].line, Some(131));
    assert_snapshot!(world.violations().await, @"[] [] {}");
}

#[tokio::test]
async fn flow_a_wide_pull_request_is_paged_and_bounded() {
    let Some(world) = World::open("wide").await else { return };
    world.file("go.mod", "module shop\n").commit();
    for i in 0..350 {
        let text = format!("package p\n\nconst C = {i}\n{}", "// line\n".repeat(100));
        world.file(&format!("p{:02}/f{i}.go", i % 60), text);
    }
    let head = world.pull_request().await;
    let session = world.session();
    let ask = world.ask(&head);
    let Fetched::Go(it) = session.snapshot(&ask, nothing).await.unwrap() else { panic!() };
    assert_eq!((it.change.files.len(), it.change.head.files.len()), (350, 351));
    assert_eq!((it.change.unread.len(), it.complete), (0, true));
    // The comparison, 4 pages, 2 queries for 120 trees and 2 for 350 texts.
    assert_snapshot!(format!("{:?}", session.requests()), @"Requests { reads: 9, writes: 0, tokens: 1 }");
    assert_snapshot!(world.violations().await, @"[] [] {}");
}

#[tokio::test]
async fn flow_patches_without_room_are_asked_for_again() {
    let Some(world) = World::open("crowd").await else { return };
    world.file("go.mod", "module shop\n").commit();
    for i in 0..12 {
        let text = format!("package p\n\nconst C{i} = 0\n{}", "// line\n".repeat(2_500));
        world.file(&format!("p/f{i:02}.go"), text);
    }
    world.file("p/z.go", format!("package p\n{}", "//\n".repeat(21_000)));
    let head = world.pull_request().await;
    let session = world.session();
    let ask = world.ask(&head);
    let Fetched::Go(it) = session.snapshot(&ask, nothing).await.unwrap() else { panic!() };
    assert_snapshot!(show(&it), @r"
    Change the shop by ann into main, open: true, draft: false, complete: true
    Added p/f00.go: 2504 lines
    Added p/f01.go: 2504 lines
    Added p/f02.go: 2504 lines
    Added p/f03.go: 2504 lines
    Added p/f04.go: 2504 lines
    Added p/f05.go: 2504 lines
    Added p/f06.go: 2504 lines
    Added p/f07.go: 2504 lines
    Added p/f08.go: 2504 lines
    Added p/f09.go: 2504 lines
    Added p/f10.go: 2504 lines
    Added p/f11.go: 2504 lines
    Added p/z.go: Omitted
    base: go.mod(12)
    head: go.mod(12) p/f00.go(20024) p/f01.go(20024) p/f02.go(20024) p/f03.go(20024) p/f04.go(20024) p/f05.go(20024) p/f06.go(20024) p/f07.go(20024) p/f08.go(20024) p/f09.go(20024) p/f10.go(20025) p/f11.go(20025) p/z.go(63010)
    unread: p/z.go NoPatch
    ");
    assert_snapshot!(format!("{:?}", session.requests()), @"Requests { reads: 9, writes: 0, tokens: 1 }");
}
