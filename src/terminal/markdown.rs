//! Markdown as a terminal can show it.

use console::Color;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::ink::{Ink, Look};
use super::wrap::{needs_space, wrap};
use super::{Terminal, table};

/// Longer lines are hard to read.
const MAX_COLUMNS: usize = 100;

/// Narrower terminals break the lines themselves.
const MIN_COLUMNS: usize = 30;

/// Code and names of code.
const CODE: Look = Look::colour(Color::Cyan);

/// A document in lines that fit, with colours where the terminal wants them. HTML stays text.
pub fn markdown(text: &str, terminal: Terminal) -> String {
    let mut page = Page::new(terminal);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        page.event(event);
    }
    page.out
}

/// A phrase of Markdown on one line: code, emphasis and links, no blocks.
pub fn inline(text: &str, terminal: Terminal) -> Ink {
    let mut page = Page::new(terminal);
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
            other => page.event(other),
        }
    }
    joined(&page.line)
}

/// A soft line break, until the words around it are known.
const BREAK: char = '\n';

/// What a line of a container begins with.
enum Margin {
    Quote,
    /// The item's mark, until its first line is written, and how wide it is.
    Item(Option<String>, usize),
}

struct Page {
    out: String,
    terminal: Terminal,
    /// The words of the paragraph, heading or cell that is being read.
    line: Ink,
    looks: Vec<Look>,
    margins: Vec<Margin>,
    /// The number of the next item of each open list; bullets have none.
    lists: Vec<Option<u64>>,
    /// Whether the next block follows another one.
    follows: bool,
    link: Option<String>,
    code: Option<(String, String)>,
    rows: Vec<Vec<Ink>>,
}

impl Page {
    fn new(terminal: Terminal) -> Self {
        Self {
            out: String::new(),
            terminal,
            line: Ink::default(),
            looks: Vec::new(),
            margins: Vec::new(),
            lists: Vec::new(),
            follows: false,
            link: None,
            code: None,
            rows: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => match &mut self.code
            {
                Some((_, code)) => code.push_str(&text),
                None => self.line.push_str(self.look(), &text),
            },
            Event::Code(text) => {
                let look = Look { colour: CODE.colour, ..self.look() };
                // Without colours the marks stay.
                let mark = if self.terminal.colours { "" } else { "`" };
                self.line.push_str(look, &format!("{mark}{text}{mark}"));
            }
            Event::SoftBreak | Event::HardBreak => self.line.0.push((BREAK, self.look())),
            Event::Rule => {
                self.gap();
                let mut rule = Ink::default();
                rule.push_str(Look::DIM, &"─".repeat(self.columns()));
                self.print(&rule);
            }
            // None of the extensions behind the rest is switched on.
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let look = self.look();
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.gap(),
            Tag::Heading { .. } => {
                self.gap();
                self.looks.push(Look { bold: true, ..look });
            }
            Tag::BlockQuote(_) => {
                self.gap();
                self.margins.push(Margin::Quote);
                self.follows = false;
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.gap();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::List(first) => {
                self.flush();
                if self.lists.is_empty() {
                    self.gap();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                };
                let width = mark.chars().count();
                self.margins.push(Margin::Item(Some(mark), width));
                self.follows = false;
            }
            Tag::Emphasis => self.looks.push(Look { italic: true, ..look }),
            Tag::Strong => self.looks.push(Look { bold: true, ..look }),
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.to_string()),
            Tag::Table(_) => {
                self.flush();
                self.gap();
            }
            Tag::TableHead => {
                self.rows.push(Vec::new());
                self.looks.push(Look { bold: true, ..look });
            }
            Tag::TableRow => self.rows.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(),
            TagEnd::Heading(level) => {
                self.looks.pop();
                self.heading(level);
            }
            TagEnd::BlockQuote(_) => {
                self.margins.pop();
                self.follows = true;
            }
            TagEnd::CodeBlock => {
                if let Some((language, code)) = self.code.take() {
                    self.code_block(&language, &code);
                }
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.follows = true;
            }
            TagEnd::Item => {
                self.flush();
                self.margins.pop();
            }
            TagEnd::Emphasis | TagEnd::Strong => {
                self.looks.pop();
            }
            TagEnd::Link => {
                // Where the text is the address, once is enough.
                let to = self.link.take().filter(|it| it.starts_with("http"));
                let text: String = self.line.0.iter().map(|it| it.0).collect();
                if let Some(to) = to.filter(|it| !text.ends_with(it.as_str())) {
                    self.line.push_str(Look::DIM, &format!(" ({to})"));
                }
            }
            TagEnd::TableHead => {
                self.looks.pop();
            }
            TagEnd::TableCell => {
                let cell = joined(&std::mem::take(&mut self.line));
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                let rows = std::mem::take(&mut self.rows);
                for line in table::table(&rows, self.columns()) {
                    self.print(&line);
                }
            }
            _ => {}
        }
    }

    fn look(&self) -> Look {
        self.looks.last().copied().unwrap_or_default()
    }

    /// The columns that are left beside the margins.
    fn columns(&self) -> usize {
        let margins: usize = self.margins.iter().map(Margin::width).sum();
        self.terminal.columns.clamp(MIN_COLUMNS, MAX_COLUMNS).saturating_sub(margins).max(10)
    }

    /// A blank line, if a block came before this one.
    fn gap(&mut self) {
        if self.follows {
            self.print(&Ink::default());
        }
        self.follows = true;
    }

    /// Writes the words that were gathered.
    fn flush(&mut self) {
        if self.line.is_empty() {
            return;
        }
        let text = joined(&std::mem::take(&mut self.line));
        for line in wrap(&text, self.columns()) {
            self.print(&line);
        }
    }

    fn heading(&mut self, level: HeadingLevel) {
        let width = joined(&self.line).width().min(self.columns());
        self.flush();
        let under = match level {
            HeadingLevel::H1 => "═",
            // Bold tells it where the terminal has that.
            HeadingLevel::H2 if !self.terminal.colours => "─",
            _ => return,
        };
        let mut line = Ink::default();
        line.push_str(Look::DIM, &under.repeat(width));
        self.print(&line);
    }

    fn code_block(&mut self, language: &str, code: &str) {
        for line in code.lines() {
            let mut ink = Ink::default();
            // What is only a blank line needs no space at its end.
            let line = line.replace('\t', "    ");
            if !line.is_empty() {
                ink.push_str(Look::PLAIN, "    ");
            }
            let language = language.split_whitespace().next().unwrap_or_default();
            for (look, text) in highlighted(language, &line) {
                ink.push_str(look, text);
            }
            self.print(&ink);
        }
    }

    /// Writes a line behind its margins.
    fn print(&mut self, line: &Ink) {
        let mut whole = Ink::default();
        for margin in &mut self.margins {
            match margin {
                Margin::Quote => whole.push_str(Look::DIM, "▎ "),
                Margin::Item(mark, width) => {
                    let mark = mark.take().unwrap_or_else(|| " ".repeat(*width));
                    whole.push_str(Look::DIM, &mark);
                }
            }
        }
        whole.append(line.clone());
        while whole.0.last().is_some_and(|it| it.0 == ' ') {
            whole.0.pop();
        }
        self.out.push_str(&whole.paint(self.terminal.colours));
        self.out.push('\n');
    }
}

impl Margin {
    fn width(&self) -> usize {
        match self {
            Self::Quote => 2,
            Self::Item(_, width) => *width,
        }
    }
}

/// The words with their soft breaks resolved.
fn joined(text: &Ink) -> Ink {
    let mut out = Ink::default();
    for (at, (c, look)) in text.0.iter().enumerate() {
        if *c != BREAK {
            out.0.push((*c, *look));
        } else if let (Some(before), Some(after)) = (out.0.last(), text.0.get(at + 1))
            && needs_space(before.0, after.0)
        {
            out.0.push((' ', *look));
        }
    }
    out
}

/// The parts of a line of code that look different: comments, and in a diff what comes and goes.
fn highlighted<'a>(language: &str, line: &'a str) -> Vec<(Look, &'a str)> {
    let comment = match language {
        "diff" => {
            let colour = match line.as_bytes().first() {
                Some(b'+') => Look::colour(Color::Green),
                Some(b'-') => Look::colour(Color::Red),
                _ => Look::PLAIN,
            };
            return vec![(colour, line)];
        }
        "go" => "//",
        "yaml" | "sh" | "bash" => "#",
        _ => return vec![(Look::PLAIN, line)],
    };
    // In a string, such as an address, hardly ever a space stands before it.
    let starts = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    match line.match_indices(comment).map(|it| it.0).find(starts) {
        Some(at) => {
            let marked = line[at..].starts_with("// ←");
            let look = if marked {
                Look { bold: true, ..Look::colour(Color::Red) }
            } else {
                Look::colour(Color::Green)
            };
            vec![(CODE, &line[..at]), (look, &line[at..])]
        }
        None => vec![(CODE, line)],
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    const TEXT: &str = "# A `defer` in a loop\n\n> `x` leaks\n> here\n\nOne **two**\nthree, \
        [four](https://a.b/c) and <https://d.e>.\n\n## List\n\n- one\n- two `x` that is long \
        enough for two lines\n  1. nested\n- three\n\n| a | what it is |\n|---|---|\n| `x` | a \
        cell that does not fit into its column |\n| 中文 | b |\n\n```go\nfunc f() {\n\tg() // ← \
        reported\n\n\tget(\"http://x\") // why\n}\n```\n\n原因是\n这样。\n因此 `x`。\n\n---\n<b \
        onclick=x>bold</b>\n";

    #[test]
    fn a_document_fits_the_terminal() {
        let plain = Terminal { columns: 40, colours: false };
        let shown = markdown(TEXT, plain);
        assert_snapshot!(shown, @r#"
        A `defer` in a loop
        ═══════════════════

        ▎ `x` leaks here

        One two three, four (https://a.b/c) and
        https://d.e.

        List
        ────

        • one
        • two `x` that is long enough for two
          lines
          1. nested
        • three

        a     what it is
        ────  ──────────────────────────────────
        `x`   a cell that does not fit into its
              column
        中文  b

            func f() {
                g() // ← reported

                get("http://x") // why
            }

        原因是这样。因此 `x`。

        ────────────────────────────────────────

        <b onclick=x>bold</b>
        "#);
        let coloured = markdown(TEXT, Terminal { columns: 40, colours: true });
        let stripped = console::strip_ansi_codes(&coloured).into_owned();
        assert!(stripped.contains("• two x that is"), "{stripped}");
        assert!(coloured.contains("\u{1b}[31m\u{1b}[1m// ← reported\u{1b}[0m"), "{coloured:?}");
    }

    #[test]
    fn nothing_in_a_page_speaks_to_the_terminal() {
        let terminal = Terminal { columns: 40, colours: false };
        let text = "a \u{1b}[2J\u{202e}b\n\n```go\nx\u{7}\n```\n\n`\u{1b}]0;t`\n";
        let shown = markdown(text, terminal);
        assert!(shown.chars().all(|it| it == '\n' || !it.is_control()), "{shown:?}");
        assert!(!shown.contains('\u{202e}'), "{shown:?}");
        assert_eq!(inline("`a` *b*\nc", terminal).paint(false), "`a` b c");
    }
}
