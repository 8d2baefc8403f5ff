//! One walk per file for all rules, and everything that is decided for all of them: files and
//! lines that are not for review, the Go version, tests, and what the parser did not understand.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::golang::types::TypeInfo;
use crate::golang::{Dispatch, GoFile, GoNode, Kind, Node, Package, Place, Span, normalise, walk};
use crate::model::{Confidence, Severity};

use super::audience::{serves_tests, serves_tests_at};
use super::channel::Local;
use super::explore::{Told, told};
use super::goroutine::Starts;
use super::lockset::LockSets;
use super::meter::Meter;
use super::object::Object;
use super::start::Guarded;
use super::state::{Touch, touches};
use super::survey::Survey;
use super::{Finding, Fix, Related, Role, Rule, Suppressions, Var};

/// A check that is written in Rust.
#[derive(Debug, Clone, Copy)]
pub(super) struct Native {
    /// The kinds of nodes that it wants to see.
    pub(super) kinds: &'static [Kind],
    /// The holes that it fills in the page's sentences.
    pub(super) vars: &'static [&'static str],
    /// Looks at one such node.
    pub(super) check: Check,
}

/// Pure: the same node of the same package gives the same hits.
pub(super) type Check = for<'p> fn(&Context<'p>, &Place<'p, '_>) -> Vec<Hit<'p>>;

/// The steps that all checks of one package may take beside the walk itself, some seconds' worth.
/// Real packages need a hundredth of it; code that was written to keep us busy gets fewer findings.
const STEPS: u64 = 1 << 28;

/// What a check may look at.
pub(super) struct Context<'p> {
    /// The package.
    pub(super) package: &'p Package,
    /// Its types.
    pub(super) types: TypeInfo<'p>,
    steps: Cell<u64>,
    survey: OnceCell<Option<Survey<'p>>>,
    starts: OnceCell<Option<Starts<'p>>>,
    guarded: OnceCell<Option<Guarded<'p>>>,
    channels: RefCell<HashMap<(&'p str, Span), Channels<'p>>>,
    touches: RefCell<HashMap<Object<'p>, Option<Rc<[Touch<'p>]>>>>,
    locksets: OnceCell<Option<LockSets<'p>>>,
    told: OnceCell<Option<Vec<Told<'p>>>>,
}

/// The channels that one declaration makes.
type Channels<'p> = Rc<[Rc<Local<'p>>]>;

impl<'p> Context<'p> {
    pub(super) fn new(package: &'p Package) -> Self {
        let (survey, starts, guarded) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self {
            package,
            types: TypeInfo::new(package),
            steps: Cell::new(STEPS),
            survey,
            starts,
            guarded,
            channels: RefCell::default(),
            touches: RefCell::default(),
            locksets: OnceCell::new(),
            told: OnceCell::new(),
        }
    }

    /// Where the package mentions what; found when somebody first asks, if that can be afforded.
    pub(super) fn survey(&self) -> Option<&Survey<'p>> {
        let survey = || self.affords_walk().then(|| Survey::of(self.package));
        self.survey.get_or_init(survey).as_ref()
    }

    /// The goroutines that the package starts; found when somebody first asks.
    pub(super) fn starts(&self) -> Option<&Starts<'p>> {
        let starts = || {
            let affords = |file: &GoFile, times| self.affords(file, times);
            Some(Starts::of(&self.types, self.survey()?, affords))
        };
        self.starts.get_or_init(starts).as_ref()
    }

    /// The functions that the package's `sync.Once` run; found when somebody first asks.
    pub(super) fn guarded(&self) -> Option<&Guarded<'p>> {
        self.guarded.get_or_init(|| Guarded::of(self)).as_ref()
    }

    /// The channels that a declaration of local variables makes, as far as they can be followed;
    /// found when somebody first asks.
    pub(super) fn channels(&self, file: &'p GoFile, by: Node<'p>) -> Channels<'p> {
        let key = (&**file.path(), by.span());
        if let Some(known) = self.channels.borrow().get(&key) {
            return known.clone();
        }
        let made: Channels<'p> = Local::made_by(self, file, by).into();
        self.channels.borrow_mut().insert(key, made.clone());
        made
    }

    /// The places that touch a variable; found when somebody first asks, if that can be afforded.
    pub(super) fn touches(&self, object: Object<'p>) -> Option<Rc<[Touch<'p>]>> {
        if let Some(known) = self.touches.borrow().get(&object) {
            return known.clone();
        }
        let found: Option<Rc<[Touch<'p>]>> = touches(self, object).map(Into::into);
        self.touches.borrow_mut().insert(object, found.clone());
        found
    }

    /// Which locks are held where; found when somebody first asks.
    pub(super) fn locksets(&self) -> Option<&LockSets<'p>> {
        self.locksets.get_or_init(|| LockSets::of(self)).as_ref()
    }

    /// What running the package's tests, examples and `main` step by step has shown; found when
    /// somebody first asks.
    pub(super) fn told(&self) -> Option<&[Told<'p>]> {
        self.told.get_or_init(|| told(self)).as_deref()
    }

    /// Whether `times` looks at some node of the file by its position can still be afforded.
    ///
    /// Each goes down from the root, past all children on the way: in the worst file, one list.
    pub(super) fn affords(&self, file: &GoFile, times: usize) -> bool {
        let look = file.text().len() as u64 / 16 + 64;
        self.affords_steps(look.saturating_mul(times as u64))
    }

    /// Whether a walk through whole files can still be afforded.
    pub(super) fn affords_walk(&self) -> bool {
        let files = self.package.files().iter();
        self.affords_steps(files.map(|it| it.text().len() as u64).sum())
    }

    /// Whether so many steps of another kind can still be afforded.
    pub(super) fn affords_steps(&self, steps: u64) -> bool {
        let left = self.steps.get().checked_sub(steps);
        self.steps.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// What a check says about one place; the engine makes a [`Finding`] of it.
#[derive(Debug, Clone)]
pub(super) struct Hit<'p> {
    /// The file of the trigger, not necessarily the one that is walked.
    pub(super) file: &'p GoFile,
    /// The node to blame.
    pub(super) trigger: Node<'p>,
    /// What fills the holes of the page's sentences.
    pub(super) vars: Vec<Var>,
    /// The necessary partners.
    pub(super) related: Vec<(&'p GoFile, Span, Role)>,
    /// The safe edit.
    pub(super) fix: Option<Fix>,
    /// Not worse than this.
    pub(super) severity: Severity,
    /// Not surer than this.
    pub(super) confidence: Confidence,
}

impl<'p> Hit<'p> {
    /// A claim with the page's severity and confidence.
    pub(super) fn at(file: &'p GoFile, trigger: Node<'p>) -> Self {
        Self {
            file,
            trigger,
            vars: Vec::new(),
            related: Vec::new(),
            fix: None,
            severity: Severity::Critical,
            confidence: Confidence::High,
        }
    }

    /// Fills a hole.
    pub(super) fn var(mut self, name: &str, value: impl Into<String>) -> Self {
        self.vars.push((name.into(), value.into()));
        self
    }

    /// Names a partner.
    pub(super) fn with(mut self, file: &'p GoFile, node: Node<'p>, role: Role) -> Self {
        self.related.push((file, node.span(), role));
        self
    }
}

/// What the rules find in a package, with what comments silence.
pub(super) fn check(rules: &[Rule], dispatch: &Dispatch, package: &Package) -> Vec<Finding> {
    let mut findings: BTreeMap<_, Finding> = BTreeMap::new();
    let mut suppressions: BTreeMap<Arc<str>, Suppressions> = BTreeMap::new();
    let context = Context::new(package);
    let meters: Vec<Meter> = rules.iter().map(|_| Meter::default()).collect();
    for file in package.files().iter().filter(|it| is_reviewed(it)) {
        walk(file, dispatch, |rule, place| {
            let (rule, meter) = (&rules[rule], &meters[rule]);
            for hit in rule.check(&context, meter, place) {
                if !is_reviewed(hit.file) || !holds(rule, &hit) {
                    continue;
                }
                let mut finding = finding(rule, hit.clone());
                finding.silenced = suppressions
                    .entry(finding.path.clone())
                    .or_insert_with(|| Suppressions::of(hit.file))
                    .cover(rule.id(), finding.lines);
                let key = (
                    finding.path.clone(),
                    finding.lines,
                    finding.rule.clone(),
                    finding.bytes.start,
                );
                // Two walks may come to one place, such as two goroutines to one function.
                findings.entry(key).or_insert(finding);
            }
        });
    }
    findings.into_values().collect()
}

/// Whether somebody could change the file after a review: nobody edits what programs wrote, what
/// belongs to others, or what is input of a test.
pub(super) fn is_reviewed(file: &GoFile) -> bool {
    !(file.is_generated() || file.is_vendored() || file.is_testdata())
}

/// Whether the rule may speak there at all.
pub(super) fn holds(rule: &Rule, hit: &Hit<'_>) -> bool {
    let understood = |file: &GoFile, span: Span| {
        let declaration = file.declaration(span.range().start);
        // An error elsewhere in the function may hide the receive, the return or the break.
        !file.touches_error(span) && declaration.is_none_or(|it| it.complete)
    };
    rule.page().head.go.contains(hit.file.go_version())
        && (rule.speaks_in_tests() || !serves_tests_at(hit.file, hit.trigger.span()))
        && understood(hit.file, hit.trigger.span())
        && hit.related.iter().all(|(file, span, _)| understood(file, *span))
}

pub(super) fn finding(rule: &Rule, hit: Hit<'_>) -> Finding {
    let file = hit.file;
    let bytes = hit.trigger.byte_range();
    let related = hit.related.iter().map(|(file, span, role)| Related {
        path: file.path().clone(),
        lines: file.lines(*span),
        role: *role,
    });
    let in_test = serves_tests(file);
    // What goes wrong in a test never reaches production.
    let worst = if in_test { Severity::Warning } else { Severity::Critical };
    let severity = rule.page().head.severity.at(file.go_version()).min(worst);
    Finding {
        rule: rule.id().clone(),
        path: file.path().clone(),
        lines: hit.trigger.lines(),
        declaration: file.declaration(bytes.start).map(|it| it.name).unwrap_or_default(),
        code: normalise(file, statement(file, hit.trigger)),
        bytes,
        severity: severity.min(hit.severity),
        confidence: rule.confidence().min(hit.confidence),
        vars: hit.vars,
        related: related.collect(),
        fix: hit.fix.filter(|_| !file.is_lossy()),
        in_test,
        silenced: false,
    }
}

/// The statement or the declaration that the node is a part of.
fn statement<'p>(file: &'p GoFile, node: Node<'p>) -> Node<'p> {
    let whole = |kind: Kind| {
        kind.name().ends_with("_statement")
            || kind.name().ends_with("_declaration")
            || kind.name().ends_with("_spec")
    };
    if whole(node.go_kind()) {
        return node;
    }
    let around = node.ancestors(file.root());
    let inside = around.iter().take_while(|it| !it.is(Kind::Block));
    inside.copied().find(|it| whole(it.go_kind())).unwrap_or(node)
}
