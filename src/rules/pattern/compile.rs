//! From a page's keys to something that can be asked about a node, or to what is wrong with them.

use std::collections::BTreeSet;

use serde_saphyr::Spanned;

use crate::golang::Kind;

use super::condition::Condition;
use super::read::{kind, names, regex};
use super::shape::{Names, Shape, Slot};
use super::solve::{Near, Side, Stands, Test, Until};
use super::yaml::{Code, Conditions, Many, Match, StopBy, Where};

/// A page may hold this many patterns, kinds, regexes and lists of rules.
const MAX_TESTS: usize = 200;

/// Rules may nest this deep.
const MAX_DEPTH: usize = 8;

/// A condition, and the metavariable that it is on.
type Asked = (Slot, Condition);

/// Line and sentence.
pub(super) type Problem = (usize, String);

/// A rule, with what is known of it.
pub(super) struct Compiled {
    pub(super) test: Test,
    /// The kinds that a node can have; `None` when any.
    pub(super) kinds: Option<BTreeSet<Kind>>,
    /// The metavariables that are bound whichever alternative holds.
    pub(super) always: BTreeSet<Slot>,
    /// The metavariables that some alternative binds.
    pub(super) sometimes: BTreeSet<Slot>,
    /// The import paths of which a file needs one; `None` when it needs none.
    pub(super) imports: Option<BTreeSet<Box<str>>>,
    /// How much it takes to find out: what is cheap is asked first.
    cost: Cost,
}

/// What has to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cost {
    /// The node itself.
    Node,
    /// What runs it.
    Place,
    /// Other nodes.
    Others,
}

impl Compiled {
    fn new(test: Test) -> Self {
        let cost = if matches!(test, Test::Stands(_)) { Cost::Place } else { Cost::Node };
        let (always, sometimes) = (BTreeSet::new(), BTreeSet::new());
        Self { test, kinds: None, always, sometimes, imports: None, cost }
    }
}

/// Makes tests of rules, and counts them.
pub(super) struct Compiler<'n> {
    pub(super) names: &'n mut Names,
    tests: usize,
}

impl<'n> Compiler<'n> {
    pub(super) fn new(names: &'n mut Names) -> Self {
        Self { names, tests: 0 }
    }

    /// The rule, where the metavariables `outer` may be bound already.
    pub(super) fn rule(
        &mut self,
        rule: &Match,
        line: usize,
        outer: &BTreeSet<Slot>,
        depth: usize,
    ) -> Result<Compiled, Problem> {
        self.count(line)?;
        if depth > MAX_DEPTH {
            return Err((
                line,
                format!("rules nest deeper than {MAX_DEPTH} levels; split the page"),
            ));
        }
        let mut all = Vec::new();
        if let Some(it) = &rule.kind {
            all.push(kinds(it)?);
        }
        if let Some(it) = &rule.pattern {
            all.push(self.pattern(it)?);
        }
        if let Some(it) = &rule.regex {
            let regex = regex(&it.value).map_err(|problem| (line_of(it), problem))?;
            all.push(Compiled::new(Test::Text(regex)));
        }
        if let Some(it) = stands(rule)? {
            all.push(Compiled::new(Test::Stands(it)));
        }
        if let Some(it) = rule.severity {
            all.push(Compiled::new(Test::AtWorst(it)));
        }
        let mut seen = outer.clone();
        seen.extend(all.iter().flat_map(|it| it.sometimes.iter().copied()));
        if let Some(it) = &rule.any {
            let rules = self.rules(it, &seen, depth)?;
            all.push(any(rules));
        }
        if let Some(it) = &rule.all {
            all.extend(self.rules(it, &seen, depth)?);
        }
        seen.extend(all.iter().flat_map(|it| it.sometimes.iter().copied()));
        for (side, key, near) in [
            (Side::Around, "inside", &rule.inside),
            (Side::Before, "follows", &rule.follows),
            (Side::Behind, "precedes", &rule.precedes),
            (Side::Below, "has", &rule.has),
        ] {
            if let Some(it) = near {
                let near = self.near(side, key, it, &seen, depth)?;
                seen.extend(&near.sometimes);
                all.push(near);
            }
        }
        if all.is_empty() && rule.conditions.is_none() && rule.not.is_none() {
            let problem = "say what the code looks like: add `pattern`, `kind`, `regex`, `any`, \
                           `all`, `has`, `inside`, `follows` or `precedes`";
            return Err((line, problem.to_owned()));
        }
        all.sort_by_key(|it| it.cost);
        if let Some(it) = &rule.conditions {
            let (early, late) = self.conditions(it, &seen, &all)?;
            let at = all.partition_point(|it| it.cost == Cost::Node);
            let needs = early.iter().find_map(|(slot, it)| {
                let always = all.iter().any(|it| it.always.contains(slot));
                always.then(|| it.imports())?
            });
            let early = Compiled { imports: needs, ..Compiled::new(Test::Where(early)) };
            all.insert(at, early);
            all.push(Compiled::new(Test::Where(late)));
        }
        if let Some(it) = &rule.not {
            let not = self.sub(it, &seen, depth)?;
            let test = Test::Not(Box::new(not.test));
            all.push(Compiled { cost: not.cost, ..Compiled::new(test) });
        }
        Ok(every(all))
    }

    /// Conditions on metavariables that may be bound: those that can be asked before other nodes
    /// are looked for, and those that cannot.
    fn conditions(
        &mut self,
        conditions: &Conditions,
        seen: &BTreeSet<Slot>,
        tests: &[Compiled],
    ) -> Result<(Vec<Asked>, Vec<Asked>), Problem> {
        let mut all = Vec::new();
        for (name, it) in conditions {
            let line = line_of(it);
            self.count(line)?;
            // With the `$` it means the same.
            let name = name.strip_prefix('$').unwrap_or(name);
            let slot = self.names.find(name).filter(|it| seen.contains(it)).ok_or_else(|| {
                (line, format!("no pattern binds `${name}` here: name one that does"))
            })?;
            all.push((slot, Condition::read(&it.value).map_err(|problem| (line, problem))?));
        }
        let later = |(slot, _): &Asked| {
            tests.iter().any(|it| it.cost > Cost::Node && it.sometimes.contains(slot))
        };
        let (late, early) = all.into_iter().partition(later);
        Ok((early, late))
    }

    fn count(&mut self, line: usize) -> Result<(), Problem> {
        self.tests += 1;
        if self.tests > MAX_TESTS {
            return Err((line, format!("a page may ask {MAX_TESTS} things; split it")));
        }
        Ok(())
    }

    fn sub(
        &mut self,
        rule: &Spanned<Match>,
        seen: &BTreeSet<Slot>,
        depth: usize,
    ) -> Result<Compiled, Problem> {
        if let Some(it) = &rule.value.stop_by {
            let problem = "`stopBy` belongs into `has`, `inside`, `follows` or `precedes`";
            return Err((line_of(it), problem.to_owned()));
        }
        self.rule(&rule.value, line_of(rule), seen, depth + 1)
    }

    fn rules(
        &mut self,
        rules: &Spanned<Vec<Spanned<Match>>>,
        seen: &BTreeSet<Slot>,
        depth: usize,
    ) -> Result<Vec<Compiled>, Problem> {
        if rules.value.is_empty() {
            return Err((line_of(rules), "the list is empty; add a rule".to_owned()));
        }
        rules.value.iter().map(|it| self.sub(it, seen, depth)).collect()
    }

    fn pattern(&mut self, code: &Spanned<Code>) -> Result<Compiled, Problem> {
        self.count(line_of(code))?;
        let shape = match &code.value.selector {
            None => Shape::read(&code.value.code, self.names),
            Some(it) => kind(it).and_then(|it| Shape::read_in(&code.value.code, it, self.names)),
        };
        let shape = shape.map_err(|problem| (line_of(code), problem))?;
        let slots: BTreeSet<Slot> = shape.slots().into_iter().collect();
        Ok(Compiled {
            kinds: shape.kind().map(|it| BTreeSet::from([it])),
            test: Test::Looks(shape),
            always: slots.clone(),
            sometimes: slots,
            imports: None,
            cost: Cost::Node,
        })
    }

    fn near(
        &mut self,
        side: Side,
        key: &str,
        rule: &Spanned<Match>,
        seen: &BTreeSet<Slot>,
        depth: usize,
    ) -> Result<Compiled, Problem> {
        let line = line_of(rule);
        let Some(stop) = &rule.value.stop_by else {
            let problem = format!(
                "say how far `{key}` looks: add `stopBy: end` (as far as there is something), \
                 `function` (in the same function) or `neighbor` (only next to it)"
            );
            return Err((line, problem));
        };
        let inner = self.rule(&rule.value, line, seen, depth + 1)?;
        let until = match &stop.value {
            StopBy::End => Until::End,
            StopBy::Neighbor => Until::Neighbor,
            StopBy::Function if matches!(side, Side::Below | Side::Around) => Until::Function,
            StopBy::Function => {
                let problem = format!("`{key}` never leaves its list; use `end` or `neighbor`");
                return Err((line_of(stop), problem));
            }
            StopBy::Rule(it) => {
                let mut seen = seen.clone();
                seen.extend(&inner.sometimes);
                Until::Rule(Box::new(self.rule(it, line_of(stop), &seen, depth + 1)?.test))
            }
        };
        let near = Near { side, until, test: Box::new(inner.test) };
        Ok(Compiled { test: Test::Near(near), kinds: None, cost: Cost::Others, ..inner })
    }
}

/// Where the node stands, if the rule says something about that.
fn stands(rule: &Match) -> Result<Option<Stands>, Problem> {
    let places = |it: &Option<Many<Where>>| it.as_ref().map_or_else(Vec::new, |it| it.0.clone());
    let hot = match &rule.hot {
        None => None,
        Some(it) => Some(it.value.least().ok_or_else(|| {
            let problem = "`hot` is true, or the least heat from 1 to 4; else leave it out";
            (line_of(it), problem.to_owned())
        })?),
    };
    let it = Stands { inside: places(&rule.stands), outside: places(&rule.stands_not), hot };
    let asks = !it.inside.is_empty() || !it.outside.is_empty() || it.hot.is_some();
    Ok(asks.then_some(it))
}

/// One of them holds.
fn any(rules: Vec<Compiled>) -> Compiled {
    let mut out = Compiled::new(Test::Any(Vec::new()));
    let (mut kinds, mut imports) = (Some(BTreeSet::new()), Some(BTreeSet::new()));
    let mut tests = Vec::new();
    for (at, it) in rules.into_iter().enumerate() {
        kinds = kinds.zip(it.kinds).map(|(mut all, more)| {
            all.extend(more);
            all
        });
        imports = imports.zip(it.imports).map(|(mut all, more)| {
            all.extend(more);
            all
        });
        out.always = if at == 0 { it.always } else { &out.always & &it.always };
        out.sometimes.extend(it.sometimes);
        out.cost = out.cost.max(it.cost);
        tests.push(it.test);
    }
    Compiled { test: Test::Any(tests), kinds, imports, ..out }
}

/// All of them hold.
fn every(rules: Vec<Compiled>) -> Compiled {
    let mut out = Compiled::new(Test::All(Vec::new()));
    let mut tests = Vec::new();
    for it in rules {
        out.kinds = match (out.kinds, it.kinds) {
            (Some(a), Some(b)) => Some(&a & &b),
            (a, b) => a.or(b),
        };
        // Any of several needs will do: they only spare work.
        out.imports = out.imports.or(it.imports);
        out.always.extend(it.always);
        out.sometimes.extend(it.sometimes);
        out.cost = out.cost.max(it.cost);
        tests.push(it.test);
    }
    Compiled { test: Test::All(tests), ..out }
}

fn kinds(list: &Spanned<Many<String>>) -> Result<Compiled, Problem> {
    let kinds = names(Some(&list.value), kind).map_err(|problem| (line_of(list), problem))?;
    let set = kinds.iter().copied().collect();
    Ok(Compiled { kinds: Some(set), ..Compiled::new(Test::Kinds(kinds)) })
}

/// The page's line of a value.
pub(super) fn line_of<T>(it: &Spanned<T>) -> usize {
    it.referenced.line() as usize
}
