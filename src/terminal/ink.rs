//! Characters with their looks.

use console::{Color, Style};

/// How a character looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Bold.
    pub bold: bool,
    /// Slanted, where the terminal can.
    pub italic: bool,
    /// Less loud than the rest.
    pub dim: bool,
    /// The colour.
    pub colour: Option<Color>,
}

impl Look {
    /// As the terminal shows text.
    pub const PLAIN: Self = Self { bold: false, italic: false, dim: false, colour: None };
    /// Headings and names.
    pub const BOLD: Self = Self { bold: true, ..Self::PLAIN };
    /// What is there for those who look for it.
    pub const DIM: Self = Self { dim: true, ..Self::PLAIN };

    /// The plain look in a colour.
    pub const fn colour(colour: Color) -> Self {
        Self { colour: Some(colour), ..Self::PLAIN }
    }

    fn style(self) -> Style {
        let mut style = Style::new().force_styling(true);
        if let Some(colour) = self.colour {
            style = style.fg(colour);
        }
        if self.bold {
            style = style.bold();
        }
        if self.italic {
            style = style.italic();
        }
        if self.dim { style.dim() } else { style }
    }
}

/// A text whose characters have looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ink(pub(super) Vec<(char, Look)>);

impl Ink {
    /// Adds a text.
    pub fn push_str(&mut self, look: Look, text: &str) {
        self.0.extend(text.chars().map(clean).map(|it| (it, look)));
    }

    /// Adds what another text holds.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.0.iter().map(|it| super::width(it.0)).sum()
    }

    /// The text with what a terminal needs to show its looks.
    pub fn paint(&self, colours: bool) -> String {
        let text = |run: &[(char, Look)]| run.iter().map(|it| it.0).collect::<String>();
        if !colours {
            return text(&self.0);
        }
        let mut out = String::new();
        for run in self.0.chunk_by(|a, b| a.1 == b.1) {
            let look = run.first().map_or(Look::PLAIN, |it| it.1);
            match look {
                Look::PLAIN => out.push_str(&text(run)),
                _ => out.push_str(&look.style().apply_to(text(run)).to_string()),
            }
        }
        out
    }

    /// The text, cut to so many columns.
    pub fn cut(mut self, columns: usize) -> Self {
        if self.width() <= columns {
            return self;
        }
        let mut taken = 0;
        let kept = self.0.iter().take_while(|it| {
            taken += super::width(it.0);
            taken < columns
        });
        let kept = kept.count();
        self.0.truncate(kept);
        while self.0.last().is_some_and(|it| it.0 == ' ') {
            self.0.pop();
        }
        let look = self.0.last().map_or(Look::PLAIN, |it| it.1);
        self.0.push(('…', look));
        self
    }
}

/// A character as a terminal may get it. Direction marks and invisible characters could make a
/// text read differently from what it says.
pub fn clean(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '\u{fffd}',
        c => c,
    }
}
