//! Finds a command in a comment.

/// Whether a comment asks for a review: a line that begins with `/go-expert review`, outside code
/// blocks, quotes and HTML comments.
pub(super) fn asks_for_review(comment: &str) -> bool {
    let mut state = State::Text;
    comment.lines().any(|line| state.read(line) == Some("review"))
}

/// Where the lines of a comment stand.
enum State {
    Text,
    /// In a code block that this many of this character opened.
    Code(u8, usize),
    Comment,
}

impl State {
    /// Moves past a line and returns the command in it.
    fn read<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        match *self {
            Self::Code(fence, width) => {
                let closes = |(mark, count, rest): (u8, usize, &str)| {
                    mark == fence && count >= width && rest.trim().is_empty()
                };
                if fence_of(line).is_some_and(closes) {
                    *self = Self::Text;
                }
                None
            }
            Self::Comment => {
                // What follows on the same line still belongs to the HTML block.
                if let Some((_, rest)) = line.split_once("-->") {
                    *self = if ends_in_comment(rest) { Self::Comment } else { Self::Text };
                }
                None
            }
            Self::Text => {
                // The text after three backticks must have none, or they are inline code.
                let opens =
                    fence_of(line).filter(|(mark, _, rest)| *mark != b'`' || !rest.contains('`'));
                if let Some((mark, count, _)) = opens {
                    *self = Self::Code(mark, count);
                    return None;
                }
                if ends_in_comment(line) {
                    *self = Self::Comment;
                }
                let rest = unindented(line)?.strip_prefix("/go-expert")?;
                let word = rest.split_whitespace().next()?;
                rest.starts_with([' ', '\t']).then_some(word)
            }
        }
    }
}

/// The line without its indentation; `None` where that makes it code.
fn unindented(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    (line.len() - text.len() < 4).then_some(text)
}

/// The character, the length and what follows of a line that opens or closes a code block.
fn fence_of(line: &str) -> Option<(u8, usize, &str)> {
    let text = unindented(line)?;
    let mark = *text.as_bytes().first().filter(|it| matches!(it, b'`' | b'~'))?;
    let count = text.bytes().take_while(|it| *it == mark).count();
    (count >= 3).then_some((mark, count, &text[count..]))
}

/// Whether an HTML comment is open at the end of the line.
fn ends_in_comment(line: &str) -> bool {
    line.rsplit_once("<!--").is_some_and(|(_, rest)| !rest.contains("-->"))
}

#[cfg(test)]
mod tests {
    use super::asks_for_review;

    #[test]
    fn only_a_line_of_its_own_commands() {
        for comment in [
            "/go-expert review",
            "Thanks!\r\n\r\n  /go-expert review please\r\n",
            "```go\nx\n```\n/go-expert review",
            "~~~~\n~~~\n~~~~\n/go-expert review",
            "<!-- hint -->\n/go-expert review",
            "<!--\nhint\n-->\n/go-expert review",
            "``` inline ```\n/go-expert review",
            "> /go-expert help\n\n/go-expert\treview",
        ] {
            assert!(asks_for_review(comment), "{comment}");
        }
        for comment in [
            "",
            "/go-expert",
            "/go-expertreview",
            "/go-expert reviews",
            "/go-expert pause",
            "Try /go-expert review",
            "> /go-expert review",
            "    /go-expert review",
            "`/go-expert review`",
            "```\n/go-expert review\n```",
            "```\n/go-expert review",
            "````\n```\n/go-expert review\n````",
            "<!-- /go-expert review -->",
            "<!--\n/go-expert review\n-->",
            "see <!-- this\n/go-expert review",
            "<!-- a --> <!--\n/go-expert review",
        ] {
            assert!(!asks_for_review(comment), "{comment}");
        }
    }
}
