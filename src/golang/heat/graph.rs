//! Who calls whom inside of a package, where that is certain, and what is seen on the way.
//!
//! Functions are all of the package's, literals too, numbered through its files. A literal that is
//! called in place, deferred, started or handed to a call counts as called by the function around
//! it.

use std::collections::{HashMap, HashSet};

use super::cold::{self, Cold};
use super::entry::{Entry, is_grpc_method, of_signature};
use super::region::Region;
use crate::golang::types::{TypeInfo, only};
use crate::golang::{
    BindingId, Declared, Field, GoFile, GoNode, ItemKind, Kind, MAX_DEPTH, Node, Package, Resolved,
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

struct Builder<'p> {
    package: &'p Package,
    types: TypeInfo<'p>,
    graph: Graph,
    /// The names of the package's methods: calls of others need no look.
    methods: HashSet<&'p str>,
    servers: HashSet<&'p str>,
    /// Literals that a local variable is declared with.
    literals: HashMap<(usize, BindingId), u32>,
    /// Calls of local variables, by file.
    of_locals: Vec<(usize, BindingId, Call)>,
}

/// Where the pass is.
#[derive(Clone, Copy, Default)]
struct At {
    region: Region,
    function: Option<u32>,
    /// The benchmark around it.
    benchmark: Option<u32>,
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
        let mut builder = Builder {
            package,
            types: TypeInfo::new(package),
            graph,
            methods: methods.map(|it| &*it.item.name).collect(),
            servers: super::entry::grpc_servers(package).into_iter().collect(),
            literals: HashMap::new(),
            of_locals: Vec::new(),
        };
        for (at, file) in package.files().iter().enumerate() {
            builder.declarations(at, file);
            builder.file(at, file);
        }
        builder.finish()
    }
}

impl<'p> Builder<'p> {
    /// What names and signatures of a file's functions say.
    fn declarations(&mut self, at: usize, file: &'p GoFile) {
        let of_file = cold::of_file(file);
        let root = file.root();
        for item in file.items() {
            if !matches!(item.kind, ItemKind::Function | ItemKind::Method) {
                continue;
            }
            // Test files are cold as a whole, and the tree need not be asked.
            let node = if of_file == Some(Cold::Test) { None } else { item.node(file) };
            let Some(id) = self.number(at, file, item.span.start as usize) else { continue };
            let facts = &mut self.graph.functions[id as usize];
            facts.cold = of_file;
            let Some(node) = node.filter(|it| it.id() != root.id()) else { continue };
            facts.entry = of_signature(file, node);
            facts.cold = cold::of_function(self.package, file, node).or(of_file);
        }
    }

    fn file(&mut self, at: usize, file: &'p GoFile) {
        if !file.is_test() {
            return self.walk(at, file, file.root(), At::default());
        }
        for item in file.items() {
            if item.kind == ItemKind::Function
                && item.name.starts_with("Benchmark")
                && let Some(node) = item.node(file)
            {
                let benchmark = self.number(at, file, item.span.start as usize);
                self.walk(at, file, node, At { benchmark, function: benchmark, ..At::default() });
            }
        }
    }

    fn walk(&mut self, at: usize, file: &'p GoFile, root: Node<'p>, start: At) {
        let mut cursor = root.walk();
        let mut nodes: Vec<Node<'p>> = Vec::new();
        let mut places: Vec<At> = vec![start];
        loop {
            let node = cursor.node();
            let kind = node.go_kind();
            let mut here = places.last().copied().unwrap_or_default();
            here.region = here.region.enter(&self.types, file, &nodes, node);
            if kind.is_function() {
                let number = self.number(at, file, node.start_byte());
                if kind == Kind::FuncLiteral
                    && let Some(id) = number
                {
                    self.literal(at, file, node, id, &nodes, here, places.last());
                }
                here.function = number;
            }
            self.see(at, file, node, kind, &nodes, here);
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

    fn see(
        &mut self,
        at: usize,
        file: &'p GoFile,
        node: Node<'p>,
        kind: Kind,
        around: &[Node<'p>],
        here: At,
    ) {
        let Some(from) = here.function else { return };
        match kind {
            Kind::Block if around.last().is_some_and(|it| it.is(Kind::ForStatement)) => {
                self.graph.functions[from as usize].long_running |= here.region.long_running;
            }
            Kind::CallExpression => {
                let Some(callee) = node.callee() else { return };
                let goes = around.last().is_some_and(|it| it.is(Kind::GoStatement));
                self.call(at, file, callee, here, goes);
                if is_go(file, callee)
                    && let Some(value) = node.arguments().next()
                {
                    self.call(at, file, value, here, true);
                }
                if let Some(server) = registered(file, callee, node) {
                    self.servers.extend(self.types.of(file, server).declared_name());
                }
            }
            _ => {}
        }
    }

    /// A call, or a function that is handed over to be called.
    fn call(&mut self, at: usize, file: &'p GoFile, callee: Node<'p>, here: At, goes: bool) {
        let Some(from) = here.function else { return };
        let mut call = Call {
            from,
            to: 0,
            looped: here.region.loops > 0,
            cold: here.region.cold.is_some(),
            own: false,
        };
        let callee = match callee.go_kind() {
            // `f[int](x)`
            Kind::IndexExpression => callee.field(Field::Operand).unwrap_or(callee),
            Kind::TypeInstantiationExpression => callee.parts().next().unwrap_or(callee),
            _ => callee,
        };
        let declared = match callee.go_kind() {
            Kind::Identifier => match file.resolve(callee) {
                Resolved::Local(id, _) => {
                    self.of_locals.push((at, id, call));
                    return;
                }
                Resolved::Outer(name) => only(self.package.functions(name)),
                _ => None,
            },
            Kind::SelectorExpression => self.method(file, callee),
            _ => None,
        };
        let Some(to) = declared.and_then(|it| self.number_of(it)) else { return };
        call.to = to;
        self.graph.functions[to as usize].started |= goes;
        self.add(call, here);
    }

    fn add(&mut self, call: Call, here: At) {
        match here.benchmark {
            Some(by) => self.graph.benchmarks.push((by, call.to)),
            None => self.graph.calls.push(call),
        }
    }

    /// The method behind `x.m`, where the type of x is one of the package's.
    fn method(&self, file: &'p GoFile, callee: Node<'p>) -> Option<Declared<'p>> {
        let name = file.text_of(callee.field(Field::Field)?);
        if !self.methods.contains(name) {
            return None;
        }
        let of = self.types.of(file, callee.field(Field::Operand)?);
        self.types.method(&of, name)
    }

    /// A function literal: who runs it, and what it is.
    #[expect(clippy::too_many_arguments, reason = "it is one step of the walk")]
    fn literal(
        &mut self,
        at: usize,
        file: &'p GoFile,
        node: Node<'p>,
        id: u32,
        around: &[Node<'p>],
        here: At,
        outside: Option<&At>,
    ) {
        let outside = outside.copied().unwrap_or_default();
        let entry = of_signature(file, node);
        let outer = outside.function.map(|it| self.graph.functions[it as usize]);
        let facts = &mut self.graph.functions[id as usize];
        facts.entry = entry;
        if entry.is_none() {
            facts.cold = here.region.cold.or(outer.and_then(|it| it.cold));
        }
        let parents = || around.iter().rev().filter(|it| !it.is(Kind::ParenthesizedExpression));
        let kinds: Vec<Kind> = parents().take(3).map(|it| it.go_kind()).collect();
        let run = match &*kinds {
            [Kind::CallExpression, next, ..] => {
                facts.started |= *next == Kind::GoStatement;
                true
            }
            [Kind::ArgumentList, ..] => {
                let call = parents().nth(1);
                let callee = call.and_then(|it| it.callee());
                facts.started |= callee.is_some_and(|it| is_go(file, it));
                true
            }
            [Kind::ExpressionList, Kind::ShortVarDeclaration, ..] => {
                let declaration = parents().nth(1);
                let names = declaration.and_then(|it| it.field(Field::Left));
                if let Some(name) = names.and_then(|it| only(it.parts()))
                    && let Some(binding) = file.scopes().declared_at(name.span())
                {
                    self.literals.insert((at, binding), id);
                }
                false
            }
            _ => false,
        };
        // A handler that is registered here runs when somebody asks for it.
        if let Some(from) = outside.function.filter(|_| run && entry.is_none()) {
            let region = outside.region;
            let (looped, cold) = (region.loops > 0, region.cold.is_some());
            self.graph.calls.push(Call { from, to: id, looped, cold, own: true });
        }
    }

    /// The number of the innermost function at a byte.
    fn number(&self, at: usize, file: &GoFile, byte: usize) -> Option<u32> {
        let id = file.scopes().function_at(byte)?;
        Some(self.graph.first.get(at)? + id.0)
    }

    fn number_of(&self, declared: Declared<'p>) -> Option<u32> {
        let files = self.package.files();
        let at = files.binary_search_by(|it| it.path().cmp(declared.file.path())).ok()?;
        self.number(at, declared.file, declared.item.span.start as usize)
    }

    fn finish(mut self) -> Graph {
        for (at, binding, call) in std::mem::take(&mut self.of_locals) {
            if let Some(to) = self.literals.get(&(at, binding)) {
                self.graph.calls.push(Call { to: *to, own: true, ..call });
            }
        }
        let servers = std::mem::take(&mut self.servers);
        for name in servers {
            for it in self.package.methods_of(name) {
                let node = it.item.node(it.file);
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

/// Whether a call starts what it is given: `group.Go(f)`, `wg.Go(f)`.
fn is_go(file: &GoFile, callee: Node<'_>) -> bool {
    let name = callee.field(Field::Field).filter(|_| callee.is(Kind::SelectorExpression));
    name.is_some_and(|it| file.text_of(it) == "Go")
}

/// The server in `pb.RegisterGreeterServer(s, server)`.
fn registered<'p>(file: &GoFile, callee: Node<'p>, call: Node<'p>) -> Option<Node<'p>> {
    let name = callee.field(Field::Field).filter(|_| callee.is(Kind::SelectorExpression))?;
    let name = file.text_of(name).strip_prefix("Register")?;
    let arguments: Vec<_> = call.arguments().take(3).collect();
    (name.ends_with("Server") && arguments.len() == 2).then(|| arguments[1])
}
