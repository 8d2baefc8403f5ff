//! F1: text for people at a terminal: Markdown with colours, in lines that fit.
//!
//! What is not ours (a page, a path) reaches a terminal through here without anything that a
//! terminal obeys.

mod ink;
mod markdown;
mod table;
mod wrap;

pub use ink::{Ink, Look, clean};
pub use markdown::{inline, markdown};
pub use wrap::width;

/// What a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// How many columns it has.
    pub columns: usize,
    /// Whether it wants colours.
    pub colours: bool,
}

impl Terminal {
    /// A text in a style, where the terminal wants such things.
    pub fn paint(self, look: Look, text: &str) -> String {
        let mut ink = Ink::default();
        ink.push_str(look, text);
        ink.paint(self.colours)
    }
}
