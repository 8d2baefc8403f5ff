//! What to say about an id that no rule has.

use crate::rules::RuleSet;

/// How many names are suggested at most.
const SUGGESTIONS: usize = 3;

/// How much a name must have in common with another one to be suggested for it, from 0 to 1.
const NEAR: f64 = 0.4;

/// Names that have so much less in common with it than the nearest one are not meant.
const CLEARLY: f64 = 0.2;

/// What to do about an id that no rule has.
pub(in crate::cli) fn unknown(id: &str, rules: &RuleSet) -> String {
    let id = id.to_lowercase();
    // Who writes the beginning of a name means that name.
    let begins = |it: &str| id.len() > 3 && it.starts_with(&id);
    let like = |it: &str| if begins(it) { 1.0 } else { strsim::sorensen_dice(&id, it) };
    let mut near: Vec<(f64, &str)> =
        rules.rules().iter().map(|it| (like(it.id().as_str()), it.id().as_str())).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best = near.first().map_or(1.0, |it| it.0);
    near.retain(|it| it.0 >= NEAR.max(best - CLEARLY));
    let names: Vec<_> = near.iter().take(SUGGESTIONS).map(|it| format!("`{}`", it.1)).collect();
    let guess = match names.as_slice() {
        [] => String::new(),
        names => format!("; did you mean {}?", names.join(" or ")),
    };
    let end = if guess.is_empty() { ";" } else { "" };
    format!("there is no rule `{id}`{guess}{end} `go-expert rules list` shows all")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_rule_suggests_the_nearest() {
        let rules = RuleSet::builtin();
        let check = |id: &str, expected: &str| {
            let said = unknown(id, &rules);
            assert!(said.contains(expected), "{said}");
            assert!(said.contains("rules list"), "{said}");
        };
        check("goroutine-leak-timeout", "did you mean `goroutine-leak-on-timeout`?");
        check("http-timeout", "did you mean `http-client-no-timeout`?");
        check("POOL-PUT", "did you mean `pool-put-deferred-in-loop`?");
        let nothing = unknown("xyzzy", &rules);
        assert!(!nothing.contains("mean"), "{nothing}");
    }
}
