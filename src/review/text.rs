//! Markdown that foreign words cannot break out of, and links.

use crate::model::{CommitSha, LineRange, RepoName, path_in_url};

/// GitHub refuses texts above 65,536 characters; the marker needs room of its own.
/// Source: <https://github.com/danger/danger/issues/424>.
pub const MAX_BODY: usize = 65_000;

/// Foreign text as inline code. Backticks and line breaks cannot be escaped within it.
pub fn code(text: &str) -> String {
    let clean: String =
        text.chars().map(|c| if c == '`' || c.is_control() { '\u{fffd}' } else { c }).collect();
    format!("`{clean}`")
}

/// Cuts a text to at most `max` characters, on a line break where there is one, and says so.
pub fn cut(text: &str, max: usize) -> String {
    const NOTE: &str = "\n\n…";
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(NOTE.chars().count())).collect();
    let end = kept.rfind('\n').filter(|&it| it > 0).unwrap_or(kept.len());
    format!("{}{NOTE}", &kept[..end])
}

/// Makes the links of one review.
#[derive(Debug, Clone)]
pub struct Links {
    /// GitHub's web root, without a final slash.
    pub web: String,
    /// The base repository.
    pub repo: RepoName,
    /// The reviewed head.
    pub head: CommitSha,
    /// Our own web root, where rule pages are served; none when the operator did not set it.
    pub rules: Option<String>,
}

impl Links {
    /// A place in the reviewed head, as a link.
    pub fn place(&self, path: &str, lines: LineRange) -> String {
        let fragment = if lines.first == lines.last {
            format!("L{}", lines.first)
        } else {
            format!("L{}-L{}", lines.first, lines.last)
        };
        let url = format!(
            "{}/{}/blob/{}/{}#{fragment}",
            self.web,
            self.repo,
            self.head,
            path_in_url(path)
        );
        format!("[{}]({url})", code(&format!("{path}:{}", lines.first)))
    }

    /// A rule's id, linked to its page where there is one.
    pub fn rule(&self, id: &str) -> String {
        match &self.rules {
            Some(root) => format!("[`{id}`]({root}/rules/{id})"),
            None => format!("`{id}`"),
        }
    }
}

/// A text without the commits in its links: they are others at every push, which alone is nothing
/// to tell anybody.
pub fn without_commits(text: &str) -> String {
    const BLOB: &str = "/blob/";
    let mut parts = text.split(BLOB);
    let mut rest: String = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        rest.push_str(BLOB);
        let name = part.split('/').next().unwrap_or_default();
        let is_commit = name.len() >= 40 && name.bytes().all(|it| it.is_ascii_hexdigit());
        rest.push_str(if is_commit { &part[name.len()..] } else { part });
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_code() {
        assert_eq!(code("a`b\nc"), "`a\u{fffd}b\u{fffd}c`");
    }

    #[test]
    fn a_long_text_is_cut_on_a_line_and_says_so() {
        assert_eq!(cut("one\ntwo\nthree", 10), "one\n\n…");
        assert_eq!(cut("one", 10), "one");
    }

    #[test]
    fn links_to_two_commits_are_the_same_text() {
        let text = |commit: &str| format!("- [x](https://h/a/b/blob/{commit}/x.go#L7) is /blob/x");
        let (one, other) = (text(&"a".repeat(40)), text(&"b".repeat(40)));
        assert_eq!(without_commits(&one), without_commits(&other));
        assert_eq!(without_commits(&one), "- [x](https://h/a/b/blob//x.go#L7) is /blob/x");
        assert_ne!(without_commits(&one), without_commits(&text("main")));
    }

    #[test]
    fn a_path_cannot_end_its_link() {
        let links = Links {
            web: "https://github.com".to_owned(),
            repo: "acme/shop".parse().unwrap(),
            head: "a".repeat(40).parse().unwrap(),
            rules: None,
        };
        insta::assert_snapshot!(
            links.place("a) [x](y)/`b.go", LineRange::new(3, 4)),
            @"[`a) [x](y)/�b.go:3`](https://github.com/acme/shop/blob/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/a%29%20%5Bx%5D%28y%29/%60b.go#L3-L4)"
        );
    }
}
