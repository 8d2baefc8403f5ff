//! What exploring the tests, the examples and `main` of a package has shown, for the rules that
//! report it.

use std::collections::BTreeSet;

use crate::golang::{GoFile, GoNode, Node};
use crate::model::Confidence;
use crate::rules::engine::Context;
use crate::rules::survey::At;

use super::code::{Code, Spot};
use super::lower::Program;
use super::machine::{Event, Kind, Shown};
use super::search::{Bounds, Found, explore};

/// The operations that all entries of one package may take together.
const STEPS: u64 = 12_000_000;

/// How many steps of a schedule are told; the last ones matter.
const TOLD: usize = 8;

/// How long the code of one step may be, in characters.
const CODE: usize = 48;

/// One thing that was shown.
#[derive(Debug)]
pub(in crate::rules) struct Told<'p> {
    /// What is wrong.
    pub(in crate::rules) kind: Kind,
    /// The test, example or `main` that shows it.
    pub(in crate::rules) entry: String,
    /// Where its declaration begins.
    pub(in crate::rules) entry_at: (&'p str, usize),
    /// The place to blame.
    pub(in crate::rules) at: At<'p>,
    /// The others that take part.
    pub(in crate::rules) others: Vec<At<'p>>,
    /// The schedule, step by step.
    pub(in crate::rules) steps: String,
    /// How sure it is.
    pub(in crate::rules) confidence: Confidence,
}

/// Explores everything that can be run without input. Code that starts no goroutine and takes no
/// lock is left alone.
pub(in crate::rules) fn told<'p>(context: &Context<'p>) -> Option<Vec<Told<'p>>> {
    let survey = context.survey()?;
    let locks = ["Lock", "RLock"].iter().any(|it| !survey.selectors(it).is_empty());
    if survey.starts().is_empty() && !locks {
        return Some(Vec::new());
    }
    let program = Program::new(&context.types);
    let mut left = STEPS;
    let mut seen = BTreeSet::new();
    let mut told = Vec::new();
    for entry in program.entries() {
        let bounds = Bounds { total: Bounds::default().total.min(left), ..Bounds::default() };
        let explored = explore(&program as &dyn Code, entry.function, bounds);
        left = left.saturating_sub(explored.steps);
        let by = Teller { context, entry: &entry.name, at: place(context, entry.spot)? };
        for found in &explored.found {
            if seen.insert(found.shown.name()) {
                told.extend(by.tell(found, explored.complete));
            }
        }
        if left == 0 {
            break;
        }
    }
    Some(told)
}

struct Teller<'c, 'p> {
    context: &'c Context<'p>,
    entry: &'c str,
    at: At<'p>,
}

impl<'p> Teller<'_, 'p> {
    fn tell(&self, found: &Found, complete: u32) -> Option<Told<'p>> {
        let shown = &found.shown;
        let mut places: Vec<At<'p>> = Vec::new();
        for it in &shown.involved {
            let at = place(self.context, it.event.spot)?;
            if places.iter().all(|known| known.key() != at.key()) {
                places.push(at);
            }
        }
        // Code that is no test is what the test is there for.
        let first = places.iter().position(|it| !it.file.is_test()).unwrap_or(0);
        let at = *places.get(first)?;
        places.remove(first);
        for it in shown.involved.iter().flat_map(|it| &it.held) {
            places.extend(place(self.context, it.spot));
        }
        Some(Told {
            kind: shown.kind,
            entry: self.entry.to_owned(),
            entry_at: (self.at.file.path(), self.at.node.start_byte()),
            at,
            others: places,
            steps: self.steps(shown),
            confidence: confidence(found, complete, at.file.is_test())?,
        })
    }

    /// `G0 TestStop kernel.go:12 s.Stop() → G1 Server.run kernel.go:30 s.mu.Lock()`
    fn steps(&self, shown: &Shown) -> String {
        let events = &shown.schedule;
        let from = events.len().saturating_sub(TOLD);
        let mut steps: Vec<String> = events[from..].iter().map(|it| self.step(it)).collect();
        if from > 0 {
            steps.insert(0, "…".to_owned());
        }
        steps.dedup();
        steps.join(" → ")
    }

    fn step(&self, event: &Event) -> String {
        let (goroutine, function) = (event.goroutine, &event.function);
        let Some(at) = place(self.context, event.spot) else {
            return format!("G{goroutine} {function} {}", event.what);
        };
        let name = at.file.path().rsplit('/').next().unwrap_or_default();
        let line = at.node.lines().first;
        let code = at.file.text_of(at.node).lines().next().unwrap_or_default().replace('`', "'");
        let short: String = code.chars().take(CODE).collect();
        let more = if short.len() < code.len() { "…" } else { "" };
        format!(
            "G{goroutine} {function} {name}:{line} {}{more}",
            short.trim_end_matches('{').trim()
        )
    }
}

/// How sure a finding is; `None` for what is none.
fn confidence(found: &Found, complete: u32, in_test: bool) -> Option<Confidence> {
    let shown = &found.shown;
    let always = found.seen >= complete.max(1);
    let sure = match shown.kind {
        Kind::Explicit | Kind::Arithmetic | Kind::Assertion | Kind::OutOfRange => return None,
        // A test that fails in any case was seen to do so; more likely we do not understand it.
        Kind::NilPointer | Kind::NilMap | Kind::CloseOfNil if always => return None,
        // A test may leave behind what waits for more to do.
        Kind::Leak => !(always && in_test),
        _ => true,
    };
    Some(if sure && !shown.guessed { Confidence::Medium } else { Confidence::Low })
}

/// The node of a spot.
fn place<'p>(context: &Context<'p>, spot: Spot) -> Option<At<'p>> {
    let file: &'p GoFile = context.package.files().get(usize::from(spot.file))?;
    let range = spot.span.range();
    let root = file.root();
    let node: Node<'p> = root.named_descendant_for_byte_range(range.start, range.end)?;
    context.affords(file, 1).then_some(At { file, node })
}
