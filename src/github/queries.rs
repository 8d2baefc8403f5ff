//! The GraphQL operations, built with as many aliases as are needed.
//!
//! Every argument is a variable, and every alias is named like its variable, so that a stand-in
//! answers from `operationName` and `variables` alone, without parsing GraphQL:
//!
//! | operation | variables |
//! |---|---|
//! | `PullRequestSnapshot` | `owner name number`, `t0…` trees (`<commit>:<directory>`), `b0…` blobs (`<commit>:<path>`) |
//! | `Objects` | `owner name`, `t0…` and `b0…` as above: what did not fit beside the pull request |
//! | `Blobs` | `owner name`, `o0…` (object names) |
//! | `PullRequestThreads`, `PullRequestReviews` | `owner name number after` |
//! | `EditComments` | `e0…` (node id) with `e0Body`…, `m0…` (node id) |

use std::fmt::Write;

/// The pull request, the first page of its threads and reviews, and objects of its repository.
pub(super) const SNAPSHOT: &str = "PullRequestSnapshot";
/// Trees and blobs of a repository by expression.
pub(super) const OBJECTS: &str = "Objects";
/// Blobs of a repository by object name.
pub(super) const BLOBS: &str = "Blobs";
/// A further page of review threads.
pub(super) const THREADS: &str = "PullRequestThreads";
/// A further page of reviews.
pub(super) const REVIEWS: &str = "PullRequestReviews";
/// Edits and minimises of review comments, together.
pub(super) const EDIT: &str = "EditComments";

// GitHub calls the first comment of a thread the one that opened it. We never reply, so the
// others are not ours.
const THREAD_FIELDS: &str = "pageInfo { hasNextPage endCursor }
      nodes {
        isResolved isOutdated path line originalLine diffSide
        comments(first: 1) {
          nodes {
            id fullDatabaseId body viewerDidAuthor isMinimized
            originalCommit { oid }
          }
        }
      }";

const REVIEW_FIELDS: &str = "pageInfo { hasNextPage endCursor }
      nodes { id fullDatabaseId body viewerDidAuthor state commit { oid } }";

const TREE_FIELDS: &str = "... on Tree { oid entries { name oid mode type size } }";

const BLOB_FIELDS: &str = "... on Blob { oid text byteSize isTruncated isBinary }";

/// `PullRequestSnapshot` with so many trees and blobs.
pub(super) fn snapshot(trees: usize, blobs: usize) -> String {
    let (variables, objects) = objects_by_expression(trees, blobs);
    format!(
        "query {SNAPSHOT}($owner: String!, $name: String!, $number: Int!{variables}) {{
  repository(owner: $owner, name: $name) {{
    pullRequest(number: $number) {{
      title body headRefOid baseRefName isDraft state
      author {{ login }}
      reviewThreads(first: 100) {{ {THREAD_FIELDS} }}
      reviews(first: 100) {{ {REVIEW_FIELDS} }}
    }}{objects}
  }}
}}"
    )
}

/// `Objects` with so many trees and blobs.
pub(super) fn objects(trees: usize, blobs: usize) -> String {
    let (variables, objects) = objects_by_expression(trees, blobs);
    format!(
        "query {OBJECTS}($owner: String!, $name: String!{variables}) {{
  repository(owner: $owner, name: $name) {{{objects}
  }}
}}"
    )
}

fn objects_by_expression(trees: usize, blobs: usize) -> (String, String) {
    let (mut variables, mut fields) = (String::new(), String::new());
    let kinds = [("t", trees, TREE_FIELDS), ("b", blobs, BLOB_FIELDS)];
    for (letter, count, selection) in kinds {
        for i in 0..count {
            // Writing to a string cannot fail.
            let _ = write!(variables, ", ${letter}{i}: String!");
            let _ = write!(
                fields,
                "\n    {letter}{i}: object(expression: ${letter}{i}) {{ {selection} }}"
            );
        }
    }
    (variables, fields)
}

/// `Blobs` with so many blobs.
pub(super) fn blobs(count: usize) -> String {
    let (mut variables, mut fields) = (String::new(), String::new());
    for i in 0..count {
        let _ = write!(variables, ", $o{i}: GitObjectID!");
        let _ = write!(fields, "\n    o{i}: object(oid: $o{i}) {{ {BLOB_FIELDS} }}");
    }
    format!(
        "query {BLOBS}($owner: String!, $name: String!{variables}) {{
  repository(owner: $owner, name: $name) {{{fields}
  }}
}}"
    )
}

/// `PullRequestThreads`.
pub(super) fn threads() -> String {
    page(THREADS, "reviewThreads", THREAD_FIELDS)
}

/// `PullRequestReviews`.
pub(super) fn reviews() -> String {
    page(REVIEWS, "reviews", REVIEW_FIELDS)
}

fn page(operation: &str, connection: &str, fields: &str) -> String {
    format!(
        "query {operation}($owner: String!, $name: String!, $number: Int!, $after: String!) {{
  repository(owner: $owner, name: $name) {{
    pullRequest(number: $number) {{
      {connection}(first: 100, after: $after) {{ {fields} }}
    }}
  }}
}}"
    )
}

/// `EditComments` with so many edits and minimises.
pub(super) fn edit(edits: usize, minimises: usize) -> String {
    let (mut variables, mut fields) = (Vec::new(), String::new());
    for i in 0..edits {
        variables.push(format!("$e{i}: ID!, $e{i}Body: String!"));
        let _ = write!(
            fields,
            "\n  e{i}: updatePullRequestReviewComment(input: {{pullRequestReviewCommentId: $e{i}, \
             body: $e{i}Body}}) {{ pullRequestReviewComment {{ id }} }}"
        );
    }
    for i in 0..minimises {
        variables.push(format!("$m{i}: ID!"));
        let _ = write!(
            fields,
            "\n  m{i}: minimizeComment(input: {{subjectId: $m{i}, classifier: RESOLVED}}) \
             {{ minimizedComment {{ isMinimized }} }}"
        );
    }
    format!("mutation {EDIT}({}) {{{fields}\n}}", variables.join(", "))
}
