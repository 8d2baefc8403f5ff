//! The rules that this binary knows.

use std::sync::Arc;

use crate::golang::{Dispatch, Package};
use crate::model::{Confidence, Language, Severity};

use super::engine::{self, Native};
use super::{DiffScope, Domain, Finding, Kind, Lens, Page, PageError, RuleId, Var, native};

/// A page with its check.
#[derive(Debug, Clone)]
pub struct Rule {
    page: Page,
    pub(super) native: Native,
}

impl Rule {
    /// The rule's lasting name.
    pub fn id(&self) -> &RuleId {
        &self.page.id
    }

    /// The folder of its page.
    pub fn domain(&self) -> Domain {
        self.page.domain
    }

    /// Everything that its page says.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// The page's path in the project's repository.
    pub fn page_path(&self) -> Arc<str> {
        format!("review-rules/{}/{}.md", self.domain(), self.id()).into()
    }

    /// The page's heading.
    pub fn title(&self) -> &str {
        &self.page.title
    }

    /// How bad at worst.
    pub fn severity(&self) -> Severity {
        self.page.head.severity.worst()
    }

    /// How sure at best.
    pub fn confidence(&self) -> Confidence {
        self.page.head.confidence
    }

    /// What goes wrong.
    pub fn kind(&self) -> Kind {
        self.page.head.kind
    }

    /// Its part of the summary's frame.
    pub fn lens(&self) -> Lens {
        self.page.head.lens
    }

    /// Which changes make a finding new.
    pub fn diff(&self) -> DiffScope {
        self.page.head.diff
    }

    /// The weaker rules that fall silent where ranges touch.
    pub fn supersedes(&self) -> &[RuleId] {
        &self.page.head.supersedes
    }

    /// What is wrong here: one sentence of Markdown without a final period.
    pub fn message(&self, language: Language, vars: &[Var]) -> String {
        self.page.head.message.value.fill(language, vars)
    }

    /// Why it happens: one sentence of Markdown.
    pub fn mechanism(&self, language: Language, vars: &[Var]) -> String {
        self.page.head.mechanism.value.fill(language, vars)
    }

    /// What it leads to: one sentence of Markdown.
    pub fn consequence(&self, language: Language, vars: &[Var]) -> String {
        self.page.head.consequence.value.fill(language, vars)
    }

    /// Whether findings in test code are worth a reader's time.
    ///
    /// A test's goroutines, memory and connections end with its process, and `go test` has a
    /// timeout of its own; wrong behaviour and races are as wrong there as anywhere.
    pub fn speaks_in_tests(&self) -> bool {
        let correctness = matches!(self.kind(), Kind::Bug | Kind::Race | Kind::Security);
        correctness && !matches!(self.lens(), Lens::Io | Lens::Cpu | Lens::Memory)
    }
}

/// Rules, ready to check code.
#[derive(Debug, Clone)]
pub struct RuleSet {
    rules: Vec<Rule>,
    dispatch: Dispatch,
}

impl RuleSet {
    /// The rules that come with the binary.
    ///
    /// # Panics
    /// Only in a binary whose own pages are wrong, which `tests/rules.rs` would have refused.
    pub fn builtin() -> Self {
        let rules = native::PAGES.iter().map(|it| rule(*it)).collect::<Result<_, _>>();
        Self::new(rules.unwrap_or_else(|error: PageError| panic!("{error}")))
    }

    /// These rules alone, in the order of their ids.
    pub fn new(mut rules: Vec<Rule>) -> Self {
        rules.sort_by(|a, b| a.id().cmp(b.id()));
        let dispatch = Dispatch::new(rules.iter().map(|it| it.native.kinds).enumerate());
        Self { rules, dispatch }
    }

    /// The rules, in the order of their ids.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        let at = self.rules.binary_search_by(|it| it.id().as_str().cmp(id)).ok()?;
        self.rules.get(at)
    }

    /// What the rules find in a package, in the order of path, line and rule.
    pub fn check(&self, package: &Package) -> Vec<Finding> {
        let mut findings = self.check_with_silenced(package);
        findings.retain(|it| !it.silenced);
        findings
    }

    /// The same with what comments in the code silence: it is still there, and nobody is told.
    pub fn check_with_silenced(&self, package: &Package) -> Vec<Finding> {
        engine::check(&self.rules, &self.dispatch, package)
    }
}

/// A built-in page with its check.
fn rule((path, text, native): (&str, &str, Native)) -> Result<Rule, PageError> {
    let page = Page::parse(path, text)?;
    page.check_holes(path, native.vars)?;
    Ok(Rule { page, native })
}
