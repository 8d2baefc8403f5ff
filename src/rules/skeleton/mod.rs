//! What a new rule begins with: a page that works, about something harmless, and a check for it.

#[cfg(test)]
#[path = "check.rs"]
mod check;

use super::{Domain, RuleId};

/// What the page says of its check when it describes the code itself.
const DECLARED: &str = "\
match:                        # what the code looks like
  pattern: $F($$$)
where:                        # what its parts are
  F: { resolves: fmt.Println }";

const NATIVE: &str = "native: true                  # the check is src/rules/native/{path}.rs";

/// A page that holds: its rule finds what it flags, and nothing else.
pub fn skeleton_page(domain: Domain, id: &RuleId, native: bool) -> String {
    let lens = match domain {
        Domain::Concurrency => "goroutine",
        Domain::Memory => "memory",
        Domain::Compiler => "compiler",
        Domain::Architecture => "architecture",
        Domain::Web3 => "risk",
        Domain::Correctness => "essence",
    };
    let padded = format!("{lens:<24}");
    let lens = format!(
        "{padded}# essence | cpu | memory | goroutine | io | architecture | compiler | risk"
    );
    let words = id.as_str().replace('-', " ");
    let title = words[..1].to_uppercase() + &words[1..];
    let check = if native {
        NATIVE.replace("{path}", &format!("{domain}/{}", module_name(id)))
    } else {
        DECLARED.to_owned()
    };
    let page = include_str!("page.md").replace("\r\n", "\n");
    page.replace("{lens}", &lens).replace("{check}", &check).replace("{title}", &title)
}

/// The Rust file for a page whose check is written in Rust.
pub fn skeleton_check() -> String {
    include_str!("check.rs").replace("\r\n", "\n")
}

/// The Rust file's stem: the id, as Rust can name it.
pub fn module_name(id: &RuleId) -> String {
    id.as_str().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::super::{Rule, Trial};
    use super::*;

    #[test]
    fn what_a_rule_begins_with_holds() {
        let id: RuleId = "a-b".parse().unwrap();
        for domain in Domain::ALL {
            let path = format!("{domain}/a-b.md");
            let declared = Rule::declared(&path, &skeleton_page(*domain, &id, false)).unwrap();
            let page = skeleton_page(*domain, &id, true);
            assert!(page.contains(&format!("native/{domain}/a_b.rs")), "{page}");
            let native = Rule::native((&path, &page, check::NATIVE)).unwrap();
            for rule in [declared, native] {
                let trial = Trial::of(&rule);
                assert_eq!((trial.wanted, trial.silent, trial.mismatches), (1, 2, vec![]));
            }
        }
    }
}
