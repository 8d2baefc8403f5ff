//! Words for what checks of two versions ask again and again.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};

/// How often a text speaks of an expression, as a whole: `s.mu` is in `s.mu.Lock()` and not in
/// `xs.mu` or `s.mutex`.
pub(in crate::rules) fn mentions(text: &str, expression: &str) -> usize {
    if expression.is_empty() {
        return 0;
    }
    let part = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
    let whole = |(at, _): &(usize, &str)| {
        let before = text[..*at].chars().next_back();
        let after = text[at + expression.len()..].chars().next();
        !part(before) && before != Some('.') && !part(after)
    };
    text.match_indices(expression).filter(whole).count()
}

/// A text with single spaces in the place of its layout.
pub(in crate::rules) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a call without arguments gives back, and by which method: `f` and `Close` of `f.Close()`.
pub(in crate::rules) fn released<'p>(
    file: &'p GoFile,
    call: Node<'p>,
) -> Option<(Node<'p>, &'p str)> {
    let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression))?;
    if !call.is(Kind::CallExpression) || call.arguments().next().is_some() {
        return None;
    }
    let name = file.text_of(callee.field(Field::Field)?);
    Some((callee.field(Field::Operand)?, name))
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn only_whole_expressions_are_mentioned() {
        for (text, expression, times) in [
            ("s.mu.Lock()", "s.mu", 1),
            ("xs.mu.Lock()", "s.mu", 0),
            ("s.mutex.Lock()", "s.mu", 0),
            ("t.s.mu.Lock()", "s.mu", 0),
            ("f(a, a.b)", "a", 2),
            ("", "a", 0),
            ("a", "", 0),
        ] {
            assert_eq!(mentions(text, expression), times, "{expression} in {text}");
        }
    }
}
