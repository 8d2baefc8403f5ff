//! Every Go block of every page under `review-rules/` is a test, and so are the files that are
//! generated from the pages.
//!
//! What is tested is in `src/rules/trial.rs`; `go-expert rules test` runs the same.

use std::path::Path;
use std::sync::LazyLock;

use go_expert::local;
use go_expert::rules::{Page, RuleSet, Trial as PageTrial, native_modules, readme};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let pages = pages();
    let mut trials = vec![
        generated("native_modules_are_fresh", "src/rules/native/mod.rs", &pages, native_modules),
        generated("index_is_fresh", "review-rules/README.md", &pages, readme),
    ];
    trials.extend(pages.into_iter().map(|(path, page)| {
        let name =
            page.as_ref().map_or_else(|_| path.clone(), |it| format!("{}::{}", it.domain, it.id));
        Trial::test(name, move || check_page(&path, &page?))
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

type Pages = Vec<(String, Result<Page, String>)>;

/// All pages with their paths, or why one cannot be read.
fn pages() -> Pages {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = local::pages(&root.join("review-rules")).expect("readable pages");
    let read = |it: local::PageFile| {
        let path = Path::new(&it.path).strip_prefix(root).expect("below the root");
        let path = path.to_string_lossy().replace('\\', "/");
        let page = Page::parse(&path, &it.text).map_err(|it| it.to_string());
        (path, page)
    };
    pages.into_iter().map(read).collect()
}

/// A committed file that must be what the pages make of it.
fn generated(name: &str, path: &str, pages: &Pages, make: fn(&[Page]) -> String) -> Trial {
    let pages: Vec<_> = pages.iter().filter_map(|(_, it)| it.as_ref().ok().cloned()).collect();
    let path = path.to_owned();
    Trial::test(name, move || {
        let full = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        let expected = make(&pages);
        let found = std::fs::read_to_string(&full).unwrap_or_default();
        if found.replace("\r\n", "\n") == expected {
            return Ok(());
        }
        std::fs::write(&full, expected)?;
        Err(format!("{path} was not up to date, updated it; run the tests again").into())
    })
}

/// Runs the page's rule over the page's blocks.
fn check_page(path: &str, page: &Page) -> Result<(), Failed> {
    static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);
    let rule = RULES.rule(page.id.as_str()).ok_or("no rule in the binary: run the tests again")?;
    let mismatches = PageTrial::of(rule).mismatches;
    let problems: Vec<_> = mismatches.iter().map(|it| format!("{path}:{it}")).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}
