//! Comments as HTML, as GitHub shows them: nothing that a comment says can become markup, except
//! what Markdown makes of it and six tags without attributes.

use askama::Template as _;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::view::{DiffTable, Line};

/// Tags that comments may use; GitHub allows more.
const TAGS: [(&str, &str, &str); 3] = [
    ("sub", "<sub>", "</sub>"),
    ("details", "<details>", "</details>"),
    ("summary", "<summary>", "</summary>"),
];

/// What a link may begin with. Whatever else a browser would follow is no address of a page.
const LINKS: [&str; 4] = ["https://", "http://", "mailto:", "#"];

/// A comment as HTML. `replaced` shows what a suggestion block would change, given the block.
pub(super) fn html(text: &str, replaced: impl Fn(&str) -> Vec<Line>) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut out = Admitted::default();
    let mut suggestion: Option<String> = None;
    for event in Parser::new_ext(text, options) {
        match (event, &mut suggestion) {
            (Event::Text(code), Some(block)) => block.push_str(&code),
            (Event::End(TagEnd::CodeBlock), block @ Some(_)) => {
                let rows = replaced(&block.take().unwrap_or_default());
                out.push(Event::Html(suggested(rows).into()));
            }
            (Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))), _)
                if info.split_whitespace().next() == Some("suggestion") =>
            {
                suggestion = Some(String::new());
            }
            (Event::Html(raw) | Event::InlineHtml(raw), _) => out.raw.push_str(&raw),
            // An image would be fetched from elsewhere: its description stays.
            (Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image), _) => {}
            (Event::Start(Tag::Link { link_type, dest_url, title, id }), _) => {
                let dest_url = if may_be_followed(&dest_url) { dest_url } else { "#".into() };
                out.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            // GitHub keeps the line breaks of comments.
            (Event::SoftBreak, _) => out.push(Event::HardBreak),
            (event, _) => out.push(event),
        }
    }
    let mut rendered = String::new();
    html::push_html(&mut rendered, out.finish().into_iter());
    rendered
}

fn may_be_followed(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    LINKS.iter().any(|it| url.starts_with(it))
}

/// A suggestion as the small diff that GitHub makes of it.
fn suggested(lines: Vec<Line>) -> String {
    // Writing to a string fails only where a value refuses to be printed; none does.
    let table = DiffTable { lines }.render().unwrap_or_default();
    format!(
        "<div class=\"suggestion\"><div class=\"suggestion-title\">Suggested change</div>{table}</div>"
    )
}

/// Events without any markup of the comment's own, but for pairs of admitted tags.
///
/// A tag counts only where its partner stands in the same element, so that no comment can close
/// what it has not opened or leave open what the page goes on in.
struct Admitted<'a> {
    events: Vec<Event<'a>>,
    /// For each element around, the tags that are open in it: where in `events`, and which.
    open: Vec<Vec<(usize, usize)>>,
    /// Markup that was not looked at yet; it may come in pieces.
    raw: String,
}

impl Default for Admitted<'_> {
    fn default() -> Self {
        Self { events: Vec::new(), open: vec![Vec::new()], raw: String::new() }
    }
}

impl<'a> Admitted<'a> {
    fn push(&mut self, event: Event<'a>) {
        self.take_raw();
        match &event {
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => return,
            Event::Start(_) => self.open.push(Vec::new()),
            Event::End(_) => drop(self.open.pop()),
            _ => {}
        }
        self.events.push(event);
    }

    fn finish(mut self) -> Vec<Event<'a>> {
        self.take_raw();
        self.events
    }

    fn take_raw(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        let mut rest = raw.as_str();
        while let Some(at) = rest.find('<') {
            self.text(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with("<!--") {
                rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
            } else if let Some((tag, closes, length)) = tag(rest) {
                self.tag(tag, closes);
                rest = &rest[length..];
            } else {
                self.text("<");
                rest = &rest[1..];
            }
        }
        self.text(rest);
    }

    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.events.push(Event::Text(CowStr::from(text.to_owned())));
        }
    }

    /// A tag is text until its partner is found.
    fn tag(&mut self, tag: usize, closes: bool) {
        let (_, opening, closing) = TAGS[tag];
        let Some(open) = self.open.last_mut() else { return };
        if !closes {
            open.push((self.events.len(), tag));
            self.events.push(Event::Text(opening.into()));
        } else if let Some((at, _)) = open.pop_if(|(_, it)| *it == tag) {
            self.events[at] = Event::Html(opening.into());
            self.events.push(Event::Html(closing.into()));
        } else {
            self.events.push(Event::Text(closing.into()));
        }
    }
}

/// The admitted tag that a text starts with: which, whether it closes, and its length.
fn tag(text: &str) -> Option<(usize, bool, usize)> {
    TAGS.iter().enumerate().find_map(|(at, (_, opening, closing))| {
        let starts =
            |tag: &str| text.get(..tag.len()).is_some_and(|it| it.eq_ignore_ascii_case(tag));
        if starts(opening) {
            Some((at, false, opening.len()))
        } else {
            starts(closing).then_some((at, true, closing.len()))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> String {
        html(text, |block| {
            let line = |text: &str| Line::added(1, text);
            block.lines().map(line).collect()
        })
    }

    #[test]
    fn comments_are_markdown() {
        insta::assert_snapshot!(check("🔴 **`a` leaks**\nnow\n\n- x\n- [y](https://go.dev/)"), @r#"
        <p>🔴 <strong><code>a</code> leaks</strong><br />
        now</p>
        <ul>
        <li>x</li>
        <li><a href="https://go.dev/">y</a></li>
        </ul>
        "#);
    }

    #[test]
    fn markup_of_a_comment_is_text() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<details open onclick=x>",
            "<style>*{display:none}</style>",
            "`<script>`",
            "```\n<script>\n```",
            "```<script>\nx\n```",
            "```suggestion\n<script>\n```",
            "**<iframe src=//evil.example>**",
            "![<script>](https://evil.example/x.png \"<script>\")",
            "[a](https://x.example/\"><script>)",
            "[a](https://x.example 'a\"><script>')",
            "<a href=\"javascript:alert(1)\">x</a>",
        ] {
            let html = check(text).to_ascii_lowercase();
            for word in ["<script", "<img", "<style", "<iframe", "<a href=\"java", "<details open"]
            {
                assert!(!html.contains(word), "{text}: {html}");
            }
        }
    }

    #[test]
    fn links_lead_to_pages_only() {
        for url in
            ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", "//evil", "vbscript:x"]
        {
            let html = check(&format!("[x]({url}) <{url}>"));
            assert!(!html.contains(&format!("href=\"{url}")), "{html}");
        }
    }

    #[test]
    fn only_pairs_of_admitted_tags_are_markup() {
        let table = [
            "<sub>a</sub>",
            "<sub>a",
            "a</details>b",
            "</div></details>",
            "*<sub>a*</sub>",
            "<details><summary>t</summary>\n\n- a\n\n</details>",
            "- <details>\n\n</details>",
            "a <!-- hidden --> b",
            "<!-- go-expert:x\ny -->",
        ];
        let told: Vec<String> =
            table.iter().map(|it| check(it).trim().replace('\n', "|")).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        <p><sub>a</sub></p>
        <p>&lt;sub&gt;a</p>
        <p>a&lt;/details&gt;b</p>
        &lt;/div&gt;&lt;/details&gt;
        <p><em>&lt;sub&gt;a</em>&lt;/sub&gt;</p>
        <details><summary>t</summary>|<ul>|<li>a</li>|</ul>|</details>
        <ul>|<li>&lt;details&gt;|</li>|</ul>|&lt;/details&gt;
        <p>a  b</p>
        ");
    }
}
