//! One pass through a package: its functions, who calls whom, and what is seen on the way.
//!
//! Functions are all of the package's, literals too, numbered through its files. A literal that is
//! called in place, deferred, started or handed to a call counts as called by the function around
//! it.

use std::collections::{HashMap, HashSet};

use super::calls::{callee_of_go, is_go, registered};
use super::cold::{self, Cold};
use super::entry::{Entry, is_grpc_method, is_grpc_server, of_signature};
use super::look::Look;
use super::region::Region;
use crate::golang::types::only;
use crate::golang::{
    BindingId, Declared, Field, GoFile, GoNode, ItemKind, Kind, MAX_DEPTH, Node, Package,
};

/// One place where a function runs another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) from: u32,
    pub(super) to: u32,
    /// Whether a loop of the caller repeats it.
    pub(super) looped: bool,
    /// Whether the place runs rarely.
    pub(super) cold: bool,
    /// Whether it is a literal of the caller's own, which is no step away.
    pub(super) own: bool,
}

/// What one pass through a package finds.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// The number of a file's first function, by file.
    pub(super) first: Vec<u32>,
    /// By function.
    pub(super) functions: Vec<Facts>,
    pub(super) calls: Vec<Call>,
    /// Benchmark and what it calls.
    pub(super) benchmarks: Vec<(u32, u32)>,
}

/// What is known of a function from its own code.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facts {
    pub(super) entry: Option<Entry>,
    pub(super) cold: Option<Cold>,
    /// Whether a `go` statement, or a call named `Go`, starts it.
    pub(super) started: bool,
    /// Whether it has a loop that waits for what comes.
    pub(super) long_running: bool,
}

/// The pass.
pub(super) struct Pass<'p> {
    pub(super) look: Look<'p>,
    pub(super) graph: Graph,
    /// The names of the package's methods: calls of others need no look.
    pub(super) methods: HashSet<&'p str>,
    /// The types that serve gRPC.
    servers: HashSet<&'p str>,
    /// Literals that a local variable is declared with.
    literals: HashMap<(usize, BindingId), u32>,
    /// Calls of local variables, by file.
    pub(super) of_locals: Vec<(usize, BindingId, Call)>,
}

/// Where the pass is.
#[derive(Clone, Copy)]
pub(super) struct At<'p> {
    pub(super) file: &'p GoFile,
    /// The file's number.
    pub(super) number: usize,
    /// What the file's place says of all of its code.
    cold: Option<Cold>,
    pub(super) region: Region,
    pub(super) function: Option<u32>,
    /// The benchmark around it.
    pub(super) benchmark: Option<u32>,
}

impl Graph {
    /// Looks at every file of a package once; of tests only at the benchmarks.
    pub(super) fn of(package: &Package) -> Self {
        let mut graph = Self::default();
        for file in package.files() {
            let count = file.scopes().functions().count();
            graph.first.push(u32::try_from(graph.functions.len()).unwrap_or(u32::MAX));
            graph.functions.resize(graph.functions.len() + count, Facts::default());
        }
        let methods = package.all().filter(|it| it.item.kind == ItemKind::Method);
        let mut pass = Pass {
            look: Look::at(package),
            graph,
            methods: methods.map(|it| &*it.item.name).collect(),
            servers: HashSet::new(),
            literals: HashMap::new(),
            of_locals: Vec::new(),
        };
        for (at, file) in package.files().iter().enumerate() {
            pass.file(at, file);
        }
        pass.finish()
    }
}

impl<'p> Pass<'p> {
    fn file(&mut self, number: usize, file: &'p GoFile) {
        let region = Region::default();
        let cold = cold::of_file(file);
        let at = At { file, number, cold, region, function: None, benchmark: None };
        if !file.is_test() {
            return self.walk(file.root(), at);
        }
        let first = self.graph.first[number] as usize;
        let count = file.scopes().functions().count();
        self.graph.functions[first..first + count].iter_mut().for_each(|it| it.cold = cold);
        for item in file.items() {
            if item.kind == ItemKind::Function
                && item.name.starts_with("Benchmark")
                && self.look.affords(file)
                && let Some(node) = item.node(file)
            {
                let benchmark = self.at_byte(number, file, item.span.start as usize);
                self.walk(node, At { benchmark, ..at });
            }
        }
    }

    fn walk(&mut self, root: Node<'p>, start: At<'p>) {
        let mut cursor = root.walk();
        let mut nodes: Vec<Node<'p>> = Vec::new();
        let mut places: Vec<At<'p>> = Vec::new();
        loop {
            let node = cursor.node();
            let kind = node.go_kind();
            let outside = places.last().copied().unwrap_or(start);
            let mut here = outside;
            here.region = outside.region.enter(&self.look.types, here.file, &nodes, node);
            if kind.is_function() {
                here.function = self.at_byte(here.number, here.file, node.start_byte());
                self.function(node, &nodes, here, outside);
            }
            self.see(node, kind, &nodes, here);
            let closed = kind.is_leaf() || kind.is_string() || kind == Kind::Error;
            if !closed && nodes.len() < MAX_DEPTH && cursor.goto_first_child() {
                nodes.push(node);
                places.push(here);
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                nodes.pop();
                places.pop();
            }
        }
    }

    /// A node that may say something about the function around it, or about another.
    fn see(&mut self, node: Node<'p>, kind: Kind, around: &[Node<'p>], here: At<'p>) {
        let file = here.file;
        match kind {
            Kind::TypeSpec => {
                let name = node.field(Field::Name);
                if let Some(name) = name.filter(|_| is_grpc_server(file, node)) {
                    self.servers.insert(file.text_of(name));
                }
            }
            Kind::Block if around.last().is_some_and(|it| it.is(Kind::ForStatement)) => {
                if let Some(id) = here.function {
                    self.graph.functions[id as usize].long_running |= here.region.long_running;
                }
            }
            Kind::CallExpression => {
                let Some(callee) = node.callee() else { return };
                let goes = around.last().is_some_and(|it| it.is(Kind::GoStatement));
                self.call(callee, here, goes);
                if let Some(value) = callee_of_go(file, callee, node) {
                    self.call(value, here, true);
                }
                if let Some(server) = registered(file, callee, node) {
                    self.servers.extend(self.look.types.of(file, server).declared_name());
                }
            }
            _ => {}
        }
    }

    /// A function: what it is, and who runs it if it is a literal.
    fn function(&mut self, node: Node<'p>, around: &[Node<'p>], here: At<'p>, outside: At<'p>) {
        let (file, Some(id)) = (here.file, here.function) else { return };
        let outer = outside.function.map(|it| self.graph.functions[it as usize]);
        let facts = &mut self.graph.functions[id as usize];
        if here.cold != Some(Cold::Test) {
            facts.entry = of_signature(file, node);
        }
        facts.cold = if node.is(Kind::FuncLiteral) {
            let inherited = here.region.cold.or(outer.and_then(|it| it.cold));
            // Requests come in there, however rarely it is set up.
            if facts.entry.is_some() { here.cold } else { inherited.or(here.cold) }
        } else {
            cold::of_function(self.look.package, file, node).or(here.cold)
        };
        if node.is(Kind::FuncLiteral) {
            self.literal(id, around, outside);
        }
    }

    fn literal(&mut self, id: u32, around: &[Node<'p>], outside: At<'p>) {
        let file = outside.file;
        let parents: Vec<Node<'p>> = around
            .iter()
            .rev()
            .filter(|it| !it.is(Kind::ParenthesizedExpression))
            .take(2)
            .copied()
            .collect();
        let &[parent, next] = &*parents else { return };
        let facts = &mut self.graph.functions[id as usize];
        match (parent.go_kind(), next.go_kind()) {
            (Kind::CallExpression, it) => facts.started |= it == Kind::GoStatement,
            (Kind::ArgumentList, _) => {
                facts.started |= next.callee().is_some_and(|it| is_go(file, it));
            }
            (Kind::ExpressionList, Kind::ShortVarDeclaration) => {
                let name = next.field(Field::Left).and_then(|it| only(it.parts()));
                if let Some(binding) = name.and_then(|it| file.scopes().declared_at(it.span())) {
                    self.literals.insert((outside.number, binding), id);
                }
                return;
            }
            _ => return,
        }
        // A handler that is registered here runs when somebody asks for it.
        if let Some(from) = outside.function.filter(|_| facts.entry.is_none()) {
            let (looped, cold) = (outside.region.loops > 0, outside.region.cold.is_some());
            self.graph.calls.push(Call { from, to: id, looped, cold, own: true });
        }
    }

    /// The number of the innermost function at a byte.
    fn at_byte(&self, number: usize, file: &GoFile, byte: usize) -> Option<u32> {
        let id = file.scopes().function_at(byte)?;
        Some(self.graph.first.get(number)? + id.0)
    }

    /// The number of a function that the package declares.
    pub(super) fn number_of(&self, declared: Declared<'p>) -> Option<u32> {
        let files = self.look.package.files();
        let at = files.binary_search_by(|it| it.path().cmp(declared.file.path())).ok()?;
        self.at_byte(at, declared.file, declared.item.span.start as usize)
    }

    fn finish(mut self) -> Graph {
        for (at, binding, call) in std::mem::take(&mut self.of_locals) {
            if let Some(to) = self.literals.get(&(at, binding)) {
                self.graph.calls.push(Call { to: *to, own: true, ..call });
            }
        }
        for name in std::mem::take(&mut self.servers) {
            for it in self.look.package.methods_of(name) {
                let node = if self.look.affords(it.file) { it.item.node(it.file) } else { None };
                if node.is_some_and(|node| is_grpc_method(it.file, node))
                    && let Some(id) = self.number_of(it)
                {
                    self.graph.functions[id as usize].entry = Some(Entry::Grpc);
                }
            }
        }
        self.graph
    }
}
