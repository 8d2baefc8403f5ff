//! What the author says about who may touch shared state: who has thought of it needs no comment
//! of ours.

use crate::golang::{GoFile, Node};

/// Words of a comment that tell of an access without a lock that is meant.
const MEANT: &[&str] = &[
    "race",
    "racy",
    "not thread safe",
    "not thread-safe",
    "n't thread safe",
    "n't thread-safe",
    "not safe for concurrent",
    "not goroutine-safe",
    "not goroutine safe",
    "unsynchron",
    "without lock",
    "without the lock",
    "without holding",
    "without taking",
    "without synchron",
    "additional synchron",
    "no synchron",
    "should hold",
    "no lock",
    "no need to lock",
    "no need for lock",
    "no need for a lock",
    "need to lock",
    "need a lock",
    "need the lock",
    "lock-free",
    "lock free",
    "lockless",
    "nolock",
    "unlocked",
    "unguarded",
    "single-threaded",
    "single threaded",
    "single goroutine",
    "only goroutine",
    "one goroutine",
    "same goroutine",
    "only called from",
    "only accessed",
    "only be called",
    "only written",
    "for test",
    "in test",
    "best effort",
    "best-effort",
    "approximate",
    "stale",
    "不加锁",
    "无需加锁",
    "无锁",
    "竞态",
    "并发不安全",
];

/// Words of a comment that tell of a lock which the caller holds.
const HELD: &[&str] = &[
    "must hold",
    "must be held",
    "must have",
    "should hold",
    "should be held",
    "lock held",
    "lock is held",
    "lock being held",
    "lock should",
    "lock must",
    "holding the lock",
    "holding lock",
    "holds the lock",
    "hold the lock",
    "holds lock",
    "with the lock",
    "under the lock",
    "under lock",
    "caller holds",
    "caller lock",
    "callers hold",
    "mutex held",
    "mutex is held",
    "mutex must",
    "mutex should",
    "is locked",
    "be locked",
    "already locked",
    "+checklocks",
    "requires",
    "assumes",
    "持有锁",
    "已加锁",
    "调用方加锁",
];

/// Whether a comment at the place, or above it within its function, says that the access is meant.
pub(in crate::rules) fn is_meant(file: &GoFile, node: Node<'_>) -> bool {
    let text = file.text();
    let rest = &text[node.end_byte()..];
    let trailing = rest.split('\n').next().and_then(|it| it.split_once("//")).map(|it| it.1);
    let line = text[..node.start_byte()].rfind('\n').map_or(0, |it| it + 1);
    contains(trailing.unwrap_or_default(), MEANT) || contains(above(file, line, 1), MEANT)
}

/// Whether the comment above a function says who locks, or that nobody need.
pub(in crate::rules) fn is_settled(file: &GoFile, function: Node<'_>) -> bool {
    let comment = above(file, function.start_byte(), 0);
    contains(comment, MEANT) || contains(comment, HELD)
}

fn contains(comment: &str, words: &[&str]) -> bool {
    let comment = comment.to_lowercase();
    words.iter().any(|it| comment.contains(it))
}

/// The comment lines above a place, `code` lines of code in between.
fn above(file: &GoFile, before: usize, mut code: usize) -> &str {
    let text = &file.text()[..before];
    let mut start = text.len();
    let mut comment = false;
    for line in text.split_inclusive('\n').rev() {
        let trimmed = line.trim();
        let is_comment = trimmed.starts_with("//") || trimmed.starts_with('*');
        if !is_comment {
            if comment || code == 0 || trimmed.is_empty() {
                break;
            }
            code -= 1;
        }
        comment |= is_comment;
        start -= line.len();
    }
    &text[start..]
}
