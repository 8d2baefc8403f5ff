//! A rule's sentences: two languages, `$NAME` holes, and how holes are filled.

use std::sync::Arc;

use serde::Deserialize;

use crate::model::Language;

/// A sentence in every language that the reviewer speaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// What fills a hole: the hole's name without its `$`, and the code to show there.
pub type Var = (Arc<str>, String);

impl Text {
    /// The sentence in a language, its holes still open.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        }
    }

    /// The sentence in a language with its holes filled.
    ///
    /// Every hole stands in a code span (the loader sees to that) and no value can end one, so
    /// code under review cannot become Markdown. A hole without a value shows as `…`.
    pub fn fill(&self, language: Language, vars: &[Var]) -> String {
        let template = self.get(language);
        let mut out = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, name, after)) = next_hole(rest) {
            out.push_str(before);
            match vars.iter().find(|(it, _)| **it == *name) {
                Some((_, value)) => out.push_str(&tame(value)),
                None => out.push('…'),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// The longest value that a message shows, in characters.
const LONGEST_VALUE: usize = 60;

/// A value that can stand in a code span: one line, no backticks, not long.
fn tame(value: &str) -> String {
    let mut out = String::new();
    let mut shown = 0;
    for c in value.chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        // Direction marks could make the sentence read differently from what it says.
        let hidden = c.is_control()
            || matches!(c, '`' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if hidden || (c == ' ' && (out.is_empty() || out.ends_with(' '))) {
            continue;
        }
        if shown == LONGEST_VALUE {
            out.push('…');
            break;
        }
        out.push(c);
        shown += 1;
    }
    let end = out.trim_end().len();
    out.truncate(end);
    if out.is_empty() { "…".to_owned() } else { out }
}

/// The next `$NAME` (a capital letter, then capital letters, digits and `_`) with what stands before and after it.
fn next_hole(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(at) = text[from..].find('$').map(|it| it + from) {
        let name = &text[at + 1..];
        let end = name
            .find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
            .unwrap_or(name.len());
        if name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Some((&text[..at], &name[..end], &name[end..]));
        }
        from = at + 1;
    }
    None
}

/// The names of a sentence's holes.
pub(super) struct Holes<'a>(&'a str);

impl<'a> Holes<'a> {
    /// The holes of a sentence, in order.
    pub(super) fn of(text: &'a str) -> Self {
        Self(text)
    }

    /// Refuses holes outside code spans: what fills them is not Markdown.
    pub(super) fn check(text: &str) -> Result<(), String> {
        let mut rest = text;
        let mut ticks = 0;
        while let Some((before, name, after)) = next_hole(rest) {
            ticks += before.matches('`').count();
            if ticks % 2 == 0 {
                return Err(format!("put `${name}` into backticks"));
            }
            rest = after;
        }
        if (ticks + rest.matches('`').count()) % 2 == 1 {
            return Err("close the backtick".to_owned());
        }
        Ok(())
    }
}

impl<'a> Iterator for Holes<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (_, name, after) = next_hole(self.0)?;
        self.0 = after;
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, value: &str, expected: &str) {
        let text = Text { en: template.to_owned(), zh: String::new() };
        assert_eq!(text.fill(Language::En, &[("CH".into(), value.to_owned())]), expected);
    }

    #[test]
    fn holes_are_filled_and_values_stay_code() {
        check("`$CH` blocks", "done", "`done` blocks");
        check("`$CH` and `$CH`: $5", "a.b", "`a.b` and `a.b`: $5");
        check("`$OTHER`", "x", "`…`");
        check("`$CH`", "a`](http://evil)\n# b", "`a](http://evil) # b`");
        check("`$CH`", "\u{202e}x\u{0}", "`x`");
        check("`$CH`", "``", "`…`");
        check("`$CH`", &"x".repeat(100), &format!("`{}…`", "x".repeat(60)));
    }

    #[test]
    fn a_hole_outside_a_code_span_is_refused() {
        assert!(Holes::check("`$CH` is $$ or $ and `x`").is_ok());
        assert!(Holes::check("$CH blocks").is_err());
        assert!(Holes::check("`a` $CH `b`").is_err());
        assert!(Holes::check("`$CH blocks").is_err());
    }
}
