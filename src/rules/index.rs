//! The files that are generated from the pages: the module list and `review-rules/README.md`.
//!
//! Both are committed; `tests/rules.rs` refreshes them and fails when it had to.

use std::fmt::Write;

use super::{DiffScope, Domain, Page, module_name};

/// `src/rules/native/mod.rs` for these pages.
pub fn native_modules(pages: &[Page]) -> String {
    let mut modules = String::new();
    let (mut table, mut comparing) = (String::new(), String::new());
    let mut declared = String::new();
    for domain in Domain::ALL {
        let mut pages: Vec<_> = pages.iter().filter(|it| it.domain == *domain).collect();
        pages.sort_by(|a, b| a.id.cmp(&b.id));
        let (native, described): (Vec<_>, Vec<_>) =
            pages.into_iter().partition(|it| it.head.native);
        for page in described {
            let id = &page.id;
            let _ = write!(
                declared,
                "    (\n        \"review-rules/{domain}/{id}.md\",\n        \
                 include_str!(\"../../../review-rules/{domain}/{id}.md\"),\n    ),\n"
            );
        }
        if native.is_empty() {
            continue;
        }
        let _ = writeln!(modules, "mod {domain} {{");
        for page in native {
            let (id, module) = (&page.id, module_name(&page.id));
            let _ = writeln!(modules, "    pub(super) mod {module};");
            let table = match page.head.diff {
                DiffScope::Removal => &mut comparing,
                DiffScope::Any | DiffScope::Trigger => &mut table,
            };
            let _ = write!(
                table,
                "    (\n        \"review-rules/{domain}/{id}.md\",\n        \
                 include_str!(\"../../../review-rules/{domain}/{id}.md\"),\n        \
                 {domain}::{module}::NATIVE,\n    ),\n"
            );
        }
        modules.push_str("}\n");
    }
    format!(
        "//! The built-in pages, and the checks that are written in Rust.\n\
         //!\n\
         //! Generated from the pages under `review-rules/`: `cargo test --test rules` refreshes it.\n\
         \n\
         use super::engine::Native;\n\
         use super::versions::Comparing;\n\
         \n\
         {modules}\n\
         /// Path, text and check of each page whose check is written in Rust.\n\
         pub(super) const PAGES: &[(&str, &str, Native)] = &[\n{table}];\n\
         \n\
         /// The same of those whose check compares both versions of a function.\n\
         pub(super) const COMPARING: &[(&str, &str, Comparing)] = &[\n{comparing}];\n\
         \n\
         /// Path and text of each page that describes what it looks for.\n\
         pub(super) const DECLARED: &[(&str, &str)] = &[\n{declared}];\n"
    )
}

/// `review-rules/README.md` for these pages.
pub fn readme(pages: &[Page]) -> String {
    let mut out = String::from(
        "# Rules\n\n\
         One page per rule: what it reports and why, code that it flags, code that it must not flag, and the cure.\n\
         Every Go block is a test: `cargo test --test rules`.\n\
         A comment `//go-expert:ignore rule-id -- reason` silences a rule at one place.\n",
    );
    for domain in Domain::ALL {
        let mut pages: Vec<_> = pages.iter().filter(|it| it.domain == *domain).collect();
        pages.sort_by(|a, b| a.id.cmp(&b.id));
        if pages.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "\n## {domain}\n\n| rule | severity | kind | confidence | go |\n|---|---|---|---|---|\n"
        );
        for page in pages {
            let (id, head, title) = (&page.id, &page.head, &page.title);
            let _ = writeln!(
                out,
                "| [{id}]({domain}/{id}.md): {title} | {} | {} | {} | {} |",
                head.severity, head.kind, head.confidence, head.go
            );
        }
    }
    out.push_str("\nThis page is generated from the others; the same test refreshes it.\n");
    out
}
