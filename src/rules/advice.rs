//! What a YAML reader complains about, as something to do.

/// The complaint of the reader as advice to the page's author.
pub(super) fn advice(problem: &str) -> String {
    let problem = problem.split(" at line ").next().unwrap_or_default();
    let problem = problem.lines().next().unwrap_or_default();
    keys(problem).or_else(|| shape(problem)).or_else(|| syntax(problem)).unwrap_or_else(|| {
        // Ours, or nothing that we have seen.
        problem.to_owned()
    })
}

/// Keys and words that are missing or unknown.
fn keys(problem: &str) -> Option<String> {
    if let Some(name) = problem.strip_prefix("missing field ") {
        return Some(match name {
            "`en`" | "`zh`" => format!("a translation is missing; add {name}"),
            _ => format!("add the key {name}"),
        });
    }
    if problem.contains("budget breached") {
        return Some("the front matter is too large or nests too deep; make it plainer".to_owned());
    }
    if let Some(rest) = problem.strip_prefix("duplicate mapping key: ") {
        let name = rest.split(',').next().unwrap_or_default();
        return Some(format!("`{name}` stands twice; leave one out"));
    }
    let mut unknown = ["unknown field ", "unknown variant "].into_iter();
    let (name, known) = unknown
        .find_map(|it| problem.strip_prefix(it))
        .and_then(|it| it.split_once(", expected "))?;
    Some(format!("{name} is not known here; use {}", known.trim_start_matches("one of ")))
}

/// Values that are something else than what belongs there.
fn shape(problem: &str) -> Option<String> {
    if let Some((found, wanted)) =
        problem.strip_prefix("invalid type: ").and_then(|it| it.split_once(", expected "))
    {
        return Some(match found {
            // `&` and `*` mean something else in YAML, and what they stand before is lost.
            "unit value" => format!(
                "write {wanted} here; what begins with `&`, `*` or `#` needs quotes around it"
            ),
            "sequence" => format!("write {wanted} here, not a list"),
            "map" => format!("write {wanted} here, not keys with values"),
            other => format!("write {wanted} here, not {}", other.replace('`', "")),
        });
    }
    if problem.contains("enum expected scalar") {
        return Some("one word belongs here".to_owned());
    }
    let wanted = problem.strip_prefix("expected ")?;
    Some(match wanted {
        "mapping start" => "keys with values belong here, as `name: value`".to_owned(),
        "sequence start" => "a list belongs here, as `[one, two]`".to_owned(),
        "string scalar" => "a text belongs here; put it into quotes".to_owned(),
        _ => return None,
    })
}

/// What is no YAML at all.
fn syntax(problem: &str) -> Option<String> {
    const QUOTE: &str =
        "put the text or the code into single quotes, or behind `|-` on lines of its own";
    if problem.contains("tabs disallowed") {
        return Some("indent with spaces; YAML takes no tabs".to_owned());
    }
    if problem.contains("unknown escape") {
        return Some("use single quotes: in double quotes a backslash means something".to_owned());
    }
    const SIGNS: &[&str] = &[
        "unexpected character",
        "mapping values are not allowed",
        "did not find expected",
        "unknown anchor",
        "invalid trailing content",
        "while parsing",
        "while scanning",
        "could not find expected",
        "unexpected",
    ];
    let is_syntax = SIGNS.iter().any(|it| problem.contains(it));
    is_syntax.then(|| format!("this is no YAML ({problem}); {QUOTE}"))
}
