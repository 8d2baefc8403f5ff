//! The heat of each function of a package.

use std::collections::VecDeque;

use super::cold::Cold;
use super::entry::Entry;
use super::graph::{Call, Facts, Graph};
use crate::golang::{FunctionId, GoFile, Package};

/// How many calls away from a request its heat is still felt.
const REACH: u8 = 3;

/// What is known of all functions of a package.
#[derive(Debug)]
pub(in crate::golang) struct Map {
    graph: Graph,
    functions: Vec<Function>,
    /// Whether a file is written by people who count nanoseconds.
    tuned: Vec<bool>,
}

/// How often a function runs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Function {
    /// The entry that leads to it.
    pub(super) reached: Option<(Entry, u32)>,
    /// Who calls it, or what leads to it, in a loop.
    pub(super) repeated_by: Option<u32>,
    pub(super) benchmarked_by: Option<u32>,
    pub(super) cold: Option<Cold>,
    pub(super) tuned: bool,
}

impl Map {
    /// Looks at a package once.
    pub(in crate::golang) fn of(package: &Package) -> Self {
        let mut graph = Graph::of(package);
        start_workers(&mut graph);
        let cold = |it: &Facts| Function { cold: it.cold, ..Function::default() };
        let mut functions: Vec<_> = graph.functions.iter().map(cold).collect();
        for (by, to) in &graph.benchmarks {
            functions[*to as usize].benchmarked_by.get_or_insert(*by);
        }
        for call in graph.calls.iter().filter(|it| repeats(&graph, it)) {
            functions[call.to as usize].repeated_by.get_or_insert(call.from);
        }
        reach(&graph, &mut functions);
        let tuned = package.files().iter().map(|it| is_tuned(it)).collect();
        Self { graph, functions, tuned }
    }

    /// What is known of the function around a byte.
    pub(super) fn function(
        &self,
        package: &Package,
        file: &GoFile,
        byte: usize,
    ) -> Option<Function> {
        let at = index(package, file)?;
        let id = file.scopes().function_at(byte)?;
        let function = self.functions.get((self.graph.first.get(at)? + id.0) as usize)?;
        Some(Function { tuned: *self.tuned.get(at)?, ..*function })
    }

    /// What a function's own code says.
    pub(super) fn facts(
        &self,
        package: &Package,
        file: &GoFile,
        function: FunctionId,
    ) -> Option<&Facts> {
        let first = self.graph.first.get(index(package, file)?)?;
        self.graph.functions.get((first + function.0) as usize)
    }

    /// The declaration that a function belongs to.
    pub(super) fn name(&self, package: &Package, function: u32) -> String {
        let at = self.graph.first.partition_point(|it| *it <= function).saturating_sub(1);
        let (Some(file), Some(first)) = (package.files().get(at), self.graph.first.get(at)) else {
            return String::new();
        };
        let span = file.scopes().function(FunctionId(function - first)).span;
        file.declaration(span.start as usize).map(|it| it.name).unwrap_or_default()
    }
}

/// Where a file is among those of its package.
fn index(package: &Package, file: &GoFile) -> Option<usize> {
    package.files().binary_search_by(|it| it.path().cmp(file.path())).ok()
}

/// Whether a call repeats what it calls.
fn repeats(graph: &Graph, call: &Call) -> bool {
    let (from, to) = (graph.functions[call.from as usize], graph.functions[call.to as usize]);
    // A loop that starts workers starts as many as there are, not as many as there is work.
    let starts = to.started && to.long_running;
    call.looped && !call.cold && from.cold.is_none() && !starts && to.entry.is_none()
}

/// Makes entries of the goroutines that wait for work, also where a started literal only calls
/// the function that does.
fn start_workers(graph: &mut Graph) {
    for call in &graph.calls {
        let from = graph.functions[call.from as usize];
        if from.started && !from.long_running && !call.looped && !call.cold {
            graph.functions[call.to as usize].started = true;
        }
    }
    for it in &mut graph.functions {
        let tested = it.cold == Some(Cold::Test);
        if it.started && it.long_running && !tested {
            it.entry.get_or_insert(Entry::Worker);
        }
    }
}

/// Spreads the heat of entries along calls, nearest first.
fn reach(graph: &Graph, functions: &mut [Function]) {
    let mut order: Vec<&Call> = graph.calls.iter().filter(|it| !it.cold).collect();
    order.sort_by_key(|it| it.from);
    let mut queue: VecDeque<(u32, u8, Option<u32>)> = VecDeque::new();
    let entries = (0..).zip(&graph.functions);
    for (id, facts) in entries {
        if let Some(entry) = facts.entry {
            functions[id as usize].reached = Some((entry, id));
            queue.push_back((id, 0, None));
        }
    }
    while let Some((id, steps, repeated_by)) = queue.pop_front() {
        let from = functions[id as usize];
        // What runs rarely passes nothing on.
        if from.cold.is_some_and(|it| it != Cold::Tool) {
            continue;
        }
        let first = order.partition_point(|it| it.from < id);
        for call in order[first..].iter().take_while(|it| it.from == id) {
            let steps = steps + u8::from(!call.own);
            if steps > REACH {
                continue;
            }
            let repeated_by = repeated_by.or_else(|| repeats(graph, call).then_some(id));
            let to = &mut functions[call.to as usize];
            let news = to.reached.is_none() || (to.repeated_by.is_none() && repeated_by.is_some());
            to.reached = to.reached.or(from.reached);
            to.repeated_by = to.repeated_by.or(repeated_by);
            if news {
                let next = (call.to, steps, repeated_by);
                if call.own { queue.push_front(next) } else { queue.push_back(next) }
            }
        }
    }
}

/// Whether a file uses what people use who count nanoseconds.
fn is_tuned(file: &GoFile) -> bool {
    let text = file.text();
    let words = ["sync.Pool", "//go:noinline", "//go:nosplit"];
    let counters = ["atomic.Add", "atomic.Int64", "atomic.Uint64", "atomic.CompareAndSwap"];
    file.imports_path("unsafe")
        || words.iter().any(|it| text.contains(it))
        || (file.imports_path("sync/atomic") && counters.iter().any(|it| text.contains(it)))
}
