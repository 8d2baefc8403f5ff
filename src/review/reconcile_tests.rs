//! What our own words tell, and what they prove.

use super::mark::Mark;
use super::marker::{CommentMarker, Marker, MarkerKeys, Said, SummaryMarker};
use super::reconcile::{ANALYSIS, Closing, Earlier, Fate};
use crate::github::{OurComment, OurReview};
use crate::model::{LineRange, PrNumber, RepoId, Side};

const RULE: &str = "goroutine-leak-on-timeout";

fn said(line: u32) -> Said {
    let mark = Mark {
        rule: RULE.to_owned(),
        path: "a.go".into(),
        declaration: "func f".to_owned(),
        code: format!("{line:016x}"),
        lines: LineRange::line(line),
    };
    Said { fingerprint: mark.fingerprint(0), mark, blob: None }
}

fn comment(body: String) -> OurComment {
    OurComment {
        node_id: "C1".to_owned(),
        id: 1,
        path: "a.go".into(),
        line: Some(12),
        original_line: Some(8),
        side: Side::Right,
        body,
        minimised: false,
        resolved: false,
        original_commit: None,
    }
}

fn marker(lines: &[u32], fixed: bool) -> Marker {
    let head: crate::model::CommitSha = "a".repeat(40).parse().unwrap();
    Marker::Comment(CommentMarker {
        analysis: ANALYSIS.to_owned(),
        head: head.clone(),
        said: lines.iter().map(|&line| said(line)).collect(),
        fixed: fixed.then_some(head),
    })
}

/// Reads one comment that was signed with `key`, with today's key.
fn read(marker: &Marker, key: &str) -> Earlier {
    let signed = MarkerKeys::new([key.as_bytes().to_vec()]);
    let body = signed.for_pull_request(RepoId(1), PrNumber(7)).write(marker);
    read_body(format!("🔴 **It leaks.**\n\n<sub>`{RULE}`</sub>\n\n{body}"))
}

fn read_body(body: String) -> Earlier {
    let today = MarkerKeys::new([b"today".to_vec()]);
    let signer = today.for_pull_request(RepoId(1), PrNumber(7));
    Earlier::read(&[comment(body)], &[], &signer, |word| word == RULE)
}

#[test]
fn a_comment_is_closed_when_nothing_of_it_is_left_to_talk_about() {
    let earlier = read(&marker(&[8, 9], false), "today");
    let closed = |fates: [Fate; 2]| earlier.closed(|i| fates[i]);
    assert_eq!(closed([Fate::Gone, Fate::Gone]), [(0, Closing::Fixed)]);
    assert_eq!(closed([Fate::Gone, Fate::Silenced]), [(0, Closing::Silenced)]);
    assert!(closed([Fate::Gone, Fate::Open]).is_empty(), "one is left");
}

#[test]
fn a_closed_comment_is_counted_and_says_nothing_any_more() {
    let earlier = read(&marker(&[8], true), "today");
    assert_eq!((earlier.said.len(), earlier.closed_before()), (0, 1));
    assert!(earlier.closed(|_| Fate::Gone).is_empty());
}

#[test]
fn a_marker_that_fails_the_check_counts_as_said_and_proves_nothing() {
    let earlier = read(&marker(&[8], false), "yesterday");
    let said = &earlier.said[0];
    assert_eq!((said.mark.rule.as_str(), said.mark.lines.first), (RULE, 12));
    assert!(said.fingerprint.is_none() && !said.same_analysis(&earlier));
    assert!(earlier.closed(|_| Fate::Gone).is_empty());
}

#[test]
fn what_has_no_marker_is_not_a_finding() {
    assert!(read_body(format!("I spoke of `{RULE}` before.")).is_silent());
}

#[test]
fn the_first_review_with_a_summary_is_the_one_to_edit() {
    let keys = MarkerKeys::new([b"today".to_vec()]);
    let signer = keys.for_pull_request(RepoId(1), PrNumber(7));
    let summary = |line| {
        Marker::Summary(SummaryMarker {
            analysis: ANALYSIS.to_owned(),
            head: "a".repeat(40).parse().unwrap(),
            folded: vec![said(line)],
        })
    };
    let review = |id, body: String| OurReview { node_id: format!("R{id}"), id, body, commit: None };
    let reviews = [
        review(1, "1 new finding since the last review.".to_owned()),
        review(2, format!("Summary.\n\n{}", signer.write(&summary(8)))),
        review(3, format!("Another.\n\n{}", signer.write(&summary(9)))),
    ];
    let earlier = Earlier::read(&[], &reviews, &signer, |_| true);
    let found = earlier.summary.as_ref().unwrap();
    assert_eq!((found.review, found.visible.as_str()), (2, "Summary."));
    assert_eq!(earlier.said.len(), 1);
    assert_eq!(earlier.said[0].mark.lines.first, 8);
}
