//! Small things that a page writes down: kinds, names in lists, regular expressions.

use std::collections::BTreeSet;

use regex::{Regex, RegexBuilder};

use crate::golang::Kind;

use super::yaml::Many;

/// The longest list of names.
const MAX_NAMES: usize = 200;

/// The longest regular expression, in bytes.
const MAX_REGEX: usize = 300;

/// What a compiled regular expression may take, in bytes.
const MAX_REGEX_SIZE: usize = 1 << 20;

/// What a list names; nothing without one.
pub(super) fn names<T>(
    list: Option<&Many<String>>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let Some(Many(list)) = list else { return Ok(Vec::new()) };
    if list.is_empty() {
        return Err("a list is empty; add a name, or leave the key out".to_owned());
    }
    if list.len() > MAX_NAMES {
        return Err(format!("a list holds more than {MAX_NAMES} names; split the page"));
    }
    list.iter().map(|it| read(it)).collect()
}

/// The kind with this name.
pub(super) fn kind(name: &str) -> Result<Kind, String> {
    Kind::named(name).ok_or_else(|| {
        let words = |it: &str| it.split('_').map(str::to_owned).collect::<BTreeSet<_>>();
        let wanted = words(name);
        let near = Kind::NAMED.iter().filter(|it| !words(it.name()).is_disjoint(&wanted));
        let near: Vec<_> = near.map(|it| format!("`{}`", it.name())).take(8).collect();
        match &*near {
            [] => format!("`{name}` is no kind of node of tree-sitter-go"),
            _ => {
                format!("`{name}` is no kind of node of tree-sitter-go; near: {}", near.join(", "))
            }
        }
    })
}

/// A regular expression, within bounds.
pub(super) fn regex(text: &str) -> Result<Regex, String> {
    if text.len() > MAX_REGEX {
        return Err(format!("the regular expression is longer than {MAX_REGEX} bytes"));
    }
    let built = RegexBuilder::new(text)
        .size_limit(MAX_REGEX_SIZE)
        .dfa_size_limit(MAX_REGEX_SIZE)
        .nest_limit(32)
        .build();
    built.map_err(|it| {
        let told = it.to_string();
        let last = told.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("the regular expression cannot be read: {last}")
    })
}
