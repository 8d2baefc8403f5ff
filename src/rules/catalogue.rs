//! The rules that this binary knows.

use std::sync::Arc;

use crate::golang::{self, Dispatch, Package};
use crate::model::{Confidence, Language, Severity};

use super::engine::{self, Context, Hit, Native};
use super::meter::Meter;
use super::pattern::Declared;
use super::versions::{self, Comparing, FileVersions, Removal};
use super::{DiffScope, Domain, Finding, Kind, Lens, Page, PageError, RuleId, Var, native};

/// A page with its check.
#[derive(Debug, Clone)]
pub struct Rule {
    page: Page,
    check: Check,
}

/// What looks at the code.
#[derive(Debug, Clone)]
enum Check {
    Native(Native),
    Comparing(Comparing),
    Declared(Arc<Declared>),
}

impl Rule {
    /// The longest page that is read from elsewhere, in bytes.
    pub const MAX_PAGE: usize = 64 << 10;

    /// The rule of a page that describes what it looks for, wherever the page comes from.
    ///
    /// # Errors
    /// What is wrong with the page, where, and what to do. A page with `native: true` is refused:
    /// its check is Rust code of this project.
    pub fn declared(path: &str, text: &str) -> Result<Self, PageError> {
        let error = |line, problem| PageError { file: path.to_owned(), line, problem };
        if text.len() > Self::MAX_PAGE {
            return Err(error(1, format!("the page is longer than {} bytes", Self::MAX_PAGE)));
        }
        let page = Page::parse(path, text)?;
        let Some(declared) = page.declared().cloned() else {
            let problem = "`native: true` stands for Rust code that is built into go-expert, and \
                           there is none for this page; describe the code by `match`";
            let line = text.lines().position(|it| it.starts_with("native:"));
            return Err(error(line.map_or(2, |it| it + 1), problem.to_owned()));
        };
        let holes: Vec<&str> = declared.holes().collect();
        page.check_holes(path, &holes)?;
        page.check_superseded(path, is_builtin)?;
        Ok(Self { check: Check::Declared(declared), page })
    }

    /// The rule of a built-in page whose check is written in Rust.
    pub(super) fn native((path, text, native): (&str, &str, Native)) -> Result<Self, PageError> {
        Self::in_rust(path, text, native.vars, Check::Native(native))
    }

    /// The rule of a built-in page whose check compares both versions of a function.
    pub(super) fn comparing(
        (path, text, comparing): (&str, &str, Comparing),
    ) -> Result<Self, PageError> {
        Self::in_rust(path, text, comparing.vars, Check::Comparing(comparing))
    }

    fn in_rust(path: &str, text: &str, vars: &[&str], check: Check) -> Result<Self, PageError> {
        let page = Page::parse(path, text)?;
        page.check_holes(path, vars)?;
        page.check_superseded(path, is_builtin)?;
        Ok(Self { page, check })
    }

    /// The kinds of nodes that it wants to see.
    fn kinds(&self) -> &[golang::Kind] {
        match &self.check {
            Check::Native(it) => it.kinds,
            Check::Comparing(_) => &[],
            Check::Declared(it) => it.kinds(),
        }
    }

    /// The holes that it fills in its page's sentences.
    #[cfg(test)]
    pub(super) fn holes(&self) -> Vec<&str> {
        match &self.check {
            Check::Native(it) => it.vars.to_vec(),
            Check::Comparing(it) => it.vars.to_vec(),
            Check::Declared(it) => it.holes().collect(),
        }
    }

    /// Looks at one node.
    pub(super) fn check<'p>(
        &self,
        context: &Context<'p>,
        meter: &Meter,
        place: &golang::Place<'p, '_>,
    ) -> Vec<Hit<'p>> {
        match &self.check {
            Check::Native(it) => (it.check)(context, place),
            Check::Comparing(_) => Vec::new(),
            Check::Declared(it) => it.check(context, meter, place).into_iter().collect(),
        }
    }

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
        self.page.head.supersedes.as_ref().map_or(&[], |it| it.value.as_slice())
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
        let native = native::PAGES.iter().map(|it| Rule::native(*it));
        let declared = native::DECLARED.iter().map(|(path, text)| Rule::declared(path, text));
        let comparing = native::COMPARING.iter().map(|it| Rule::comparing(*it));
        let rules = native.chain(comparing).chain(declared).collect::<Result<_, _>>();
        Self::new(rules.unwrap_or_else(|error: PageError| panic!("{error}")))
    }

    /// These rules alone, in the order of their ids.
    pub fn new(mut rules: Vec<Rule>) -> Self {
        rules.sort_by(|a, b| a.id().cmp(b.id()));
        let dispatch = Dispatch::new(rules.iter().map(Rule::kinds).enumerate());
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

    /// The rule of a page that lies elsewhere: one that describes what it looks for, or another
    /// version of the page of one of these rules whose check is written in Rust.
    ///
    /// # Errors
    /// What is wrong with the page, where, and what to do.
    pub fn read(&self, path: &str, text: &str) -> Result<Rule, PageError> {
        let page = Page::parse(path, text)?;
        match self.rule(page.id.as_str()).map(|it| &it.check) {
            Some(Check::Native(native)) if page.head.native => Rule::native((path, text, *native)),
            Some(Check::Comparing(it)) if page.head.native => Rule::comparing((path, text, *it)),
            _ => Rule::declared(path, text),
        }
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

    /// What the rules that compare versions say about the files of one package that changed, the
    /// package at the base and at the head; what comments in the code silence included.
    pub fn compare(
        &self,
        base: &Package,
        head: &Package,
        files: &[FileVersions<'_>],
    ) -> Vec<Removal> {
        let comparing = self.rules.iter().filter_map(|rule| match rule.check {
            Check::Comparing(it) => Some((rule, it)),
            Check::Native(_) | Check::Declared(_) => None,
        });
        versions::compare(&comparing.collect::<Vec<_>>(), (base, head), files)
    }
}

/// Whether a built-in page has this id.
fn is_builtin(id: &str) -> bool {
    let native = native::PAGES.iter().map(|it| it.0);
    let comparing = native::COMPARING.iter().map(|it| it.0);
    let mut paths = native.chain(comparing).chain(native::DECLARED.iter().map(|it| it.0));
    paths.any(|it| it.rsplit('/').next().and_then(|it| it.strip_suffix(".md")) == Some(id))
}
