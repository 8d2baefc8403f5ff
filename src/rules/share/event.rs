//! What orders goroutines: channels, wait groups, locks, atomics, and calls that may hide them.
//!
//! Everything is taken to order more rather than less: two events meet where they may speak of
//! one thing.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use crate::golang::{
    AccessPath, BindingId, Field, GoFile, GoNode, Kind, Node, Resolved, Root, Span,
};
use crate::rules::channel::is_builtin;
use crate::rules::engine::Context;
use crate::rules::goroutine::{By, Start};
use crate::rules::release::resolved;
use crate::rules::types::{Type, value_of};

use super::lockset::{Locking, locking};
use super::thread::Form;

/// One thing that may order two goroutines.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// Where it begins.
    pub(super) byte: usize,
    pub(super) form: Form,
    /// Whether what another goroutine did before may be known to have happened behind it.
    pub(super) acquires: bool,
    /// Whether it may tell another goroutine what has happened before it.
    pub(super) releases: bool,
    /// Whether it is a call that may do so where we do not see it.
    pub(super) hidden: bool,
    /// Whether it takes or frees one of several slots: a channel with room as a semaphore.
    pub(super) slot: bool,
    pub(super) of: Thing,
}

/// What an event speaks of.
#[derive(Debug, Clone, Default)]
pub(super) struct Thing {
    /// The thing itself, where it is an explicit one.
    path: Option<AccessPath>,
    /// The local variables through which it may be reached.
    roots: BTreeSet<BindingId>,
    /// Whether it is one of the package, or may be one.
    outer: bool,
    /// Whether it is a call that may come to what the package has.
    calls: bool,
}

impl Thing {
    /// Whether both may be, or reach, the same.
    pub(super) fn meets(&self, other: &Self) -> bool {
        if let (Some(a), Some(b)) = (&self.path, &other.path)
            && a.root == b.root
        {
            let n = a.steps.len().min(b.steps.len());
            return a.steps[..n] == b.steps[..n];
        }
        let outer = |a: &Self, b: &Self| a.outer && (b.outer || b.calls);
        outer(self, other) || outer(other, self) || !self.roots.is_disjoint(&other.roots)
    }
}

/// What the names of one file reach.
pub(super) struct Names<'c, 'p> {
    context: &'c Context<'p>,
    file: &'p GoFile,
    /// The arguments that parameters of started literals stand for.
    passed: HashMap<BindingId, Span>,
    reach: RefCell<HashMap<BindingId, BTreeSet<BindingId>>>,
}

/// How far variables are followed to what they were made from.
const DEPTH: usize = 4;

impl<'c, 'p> Names<'c, 'p> {
    pub(super) fn new(context: &'c Context<'p>, file: &'p GoFile, starts: &[Start<'p>]) -> Self {
        let pairs = starts.iter().filter(|it| it.is_inline()).flat_map(Start::passed);
        let id = |it: Node<'p>| file.scopes().declared_at(it.span());
        let passed = pairs.filter_map(|it| Some((id(it.1)?, it.0.span()))).collect();
        Self { context, file, passed, reach: RefCell::default() }
    }

    /// What the end of a goroutine tells to who waits for its group.
    pub(super) fn end_of(&self, start: &Start<'p>) -> Option<Event> {
        if start.by == By::Statement {
            return None;
        }
        let group = start.site.node.callee()?.field(Field::Operand)?;
        let of = self.thing(group);
        let byte = start.body.node.end_byte();
        Some(Event {
            byte,
            form: Form::Deferred,
            acquires: false,
            releases: true,
            hidden: false,
            slot: false,
            of,
        })
    }

    /// The events among the nodes of a function.
    pub(super) fn events(
        &self,
        file: &'p GoFile,
        nodes: &[(Node<'p>, Form)],
    ) -> (Vec<Event>, Vec<Locking>) {
        let (mut events, mut locks) = (Vec::new(), Vec::new());
        let mut deferred = BTreeSet::new();
        let mut starting = BTreeSet::new();
        for (node, form) in nodes {
            let call = || node.part(Kind::CallExpression).map(|it| it.id());
            match node.go_kind() {
                Kind::DeferStatement => deferred.extend(call()),
                Kind::GoStatement => starting.extend(call()),
                _ => {}
            }
            if starting.contains(&node.id()) {
                continue;
            }
            let at_end = *form == Form::Here && deferred.contains(&node.id());
            let form = if at_end { Form::Deferred } else { *form };
            locks.extend(self.locking(file, *node, form));
            if let Some((acquires, releases, of)) = self.event(file, *node) {
                let (byte, hidden) = (node.start_byte(), of.calls);
                let slot = false;
                events.push(Event { byte, form, acquires, releases, hidden, slot, of });
            } else if let Some(of) = self.slot(file, *node) {
                let (byte, slot) = (node.start_byte(), true);
                let (acquires, releases) = (true, true);
                events.push(Event { byte, form, acquires, releases, hidden: false, slot, of });
            }
        }
        (events, locks)
    }

    fn locking(&self, file: &'p GoFile, call: Node<'p>, form: Form) -> Option<Locking> {
        let callee = call.callee().filter(|_| call.is(Kind::CallExpression))?;
        let locks = locking(file.text_of(callee.field(Field::Field).unwrap_or(callee)))?;
        let of = self.thing(callee.field(Field::Operand).unwrap_or(callee));
        Some(Locking { byte: call.start_byte(), form, locks, of })
    }

    fn event(&self, file: &'p GoFile, node: Node<'p>) -> Option<(bool, bool, Thing)> {
        match node.go_kind() {
            Kind::SendStatement => {
                let channel = node.field(Field::Channel)?;
                let value = node.field(Field::Value)?.unparen();
                let token = matches!(value.go_kind(), Kind::CompositeLiteral | Kind::True);
                if token && self.is_buffered(channel) {
                    return None;
                }
                Some((!self.is_buffered(channel), true, self.thing(channel)))
            }
            Kind::UnaryExpression if node.operator() == Some("<-") => {
                let channel = node.field(Field::Operand)?;
                self.receive(channel)
            }
            Kind::RangeClause => {
                let channel = node.field(Field::Right)?;
                let of = self.context.types.of(file, channel);
                let ranged = !of.is_known() || self.context.types.channel(&of).is_some();
                let function = matches!(of, Type::Func(_));
                (ranged || function).then(|| self.receive(channel)).flatten()
            }
            Kind::CallExpression => self.call(file, node),
            _ => None,
        }
    }

    /// A semaphore, as it is taken.
    fn slot(&self, file: &'p GoFile, node: Node<'p>) -> Option<Thing> {
        let channel = node.field(Field::Channel).filter(|_| node.is(Kind::SendStatement))?;
        self.context.affords(file, 1).then(|| self.thing(channel))
    }

    fn receive(&self, channel: Node<'p>) -> Option<(bool, bool, Thing)> {
        let file = self.file;
        let inner = channel.unparen();
        if let Some(callee) = inner.callee() {
            if matches!(file.qualified(callee), Some(("time", _))) {
                return None;
            }
            let name = callee.field(Field::Field).map(|it| file.text_of(it));
            let of = callee.field(Field::Operand).map(|it| self.context.types.of(file, it));
            if name == Some("Done") && of.is_some_and(|it| it.is("context", "Context")) {
                // Only who may cancel it can tell something by it.
                return Some((true, false, self.thing(callee.field(Field::Operand)?)));
            }
        }
        if inner.is(Kind::SelectorExpression) {
            let of = self.context.types.of(file, inner.field(Field::Operand)?);
            if matches!(of.behind().foreign_name(), Some(("time", "Timer" | "Ticker"))) {
                return None;
            }
        }
        // Of a channel with room, a receive that drops the value gives a slot back.
        let dropped = || {
            let after = channel.end_byte();
            let rest = file.text()[after..].trim_start_matches([' ', ')', '}', '(']);
            rest.starts_with(['\n', '\r', ';', '/'])
                && file.text()[..channel.start_byte()]
                    .trim_end()
                    .trim_end_matches("<-")
                    .trim_end_matches([' ', '\t'])
                    .ends_with(['\n', ';', '{'])
        };
        let releases = !self.is_buffered(channel) || dropped();
        Some((true, releases, self.thing(channel)))
    }

    fn call(&self, file: &'p GoFile, call: Node<'p>) -> Option<(bool, bool, Thing)> {
        let callee = call.callee()?;
        if is_builtin(file, call, "close") {
            return Some((false, true, self.thing(call.arguments().next()?)));
        }
        if let Resolved::Outer(name) = file.resolve(callee)
            && BUILTINS.contains(&name)
        {
            return None;
        }
        if callee.is(Kind::FuncLiteral) || callee.go_kind().is_type() {
            return None;
        }
        if let Some((path, _)) = file.qualified(callee) {
            if path == "sync/atomic" {
                return Some((true, true, self.mentioned(call, true)));
            }
            // What is known by its name in the file system may be waited for there.
            if path == "os" {
                return Some((true, true, self.mentioned(call, true)));
            }
            let plain = PURE.contains(&path)
                && !call.arguments().any(|it| it.unparen().is(Kind::FuncLiteral));
            if plain {
                return None;
            }
        }
        if callee.is(Kind::SelectorExpression) && file.qualified(callee).is_none() {
            let name = file.text_of(callee.field(Field::Field)?);
            let operand = callee.field(Field::Operand)?;
            let of = self.context.types.of(file, operand);
            match (of.behind().foreign_name(), name) {
                (Some(("sync", "WaitGroup")), "Add" | "Go") => return None,
                (Some(("sync", "WaitGroup")), "Done") => {
                    return Some((false, true, self.thing(operand)));
                }
                (Some(("sync", "WaitGroup")), "Wait") => {
                    return Some((true, false, self.thing(operand)));
                }
                (Some(("golang.org/x/sync/errgroup", "Group")), "Go" | "TryGo" | "SetLimit") => {
                    return None;
                }
                (Some(("sync", "Mutex" | "RWMutex")), "Lock" | "RLock") => {
                    return Some((true, false, self.thing(operand)));
                }
                (Some(("sync", "Mutex" | "RWMutex")), "Unlock" | "RUnlock") => {
                    return Some((false, true, self.thing(operand)));
                }
                (_, "Wait") => return Some((true, false, self.thing(operand))),
                _ => {}
            }
        }
        let mut of = self.mentioned(call, false);
        of.calls = true;
        Some((true, true, of))
    }

    /// An explicit thing.
    fn thing(&self, node: Node<'p>) -> Thing {
        let path = AccessPath::of(self.file, node).map(|it| resolved(self.file, it));
        let outer = path.as_ref().is_some_and(|it| !matches!(it.root, Root::Local(_)));
        let mut of = self.mentioned(node, true);
        if let Some(Root::Local(id)) = path.as_ref().map(|it| &it.root) {
            of.roots.extend(self.reach(*id, DEPTH));
        }
        // A channel that a call gives may be anybody's.
        of.outer = outer || (path.is_none() && of.roots.is_empty());
        of.path = path;
        of
    }

    /// All that the code at a node may reach.
    fn mentioned(&self, node: Node<'p>, plain: bool) -> Thing {
        let mut roots = BTreeSet::new();
        for it in self.file.scopes().uses_in(node.span()) {
            let Some(id) = it.binding() else { continue };
            if plain || self.may_order(id) {
                roots.extend(self.reach(id, DEPTH));
            }
        }
        Thing { path: None, roots, outer: false, calls: false }
    }

    /// The variable and those that it was made from, as far as they could order something.
    fn reach(&self, id: BindingId, depth: usize) -> BTreeSet<BindingId> {
        if let Some(it) = self.reach.borrow().get(&id) {
            return it.clone();
        }
        let mut all = BTreeSet::from([id]);
        if depth == 0 || !self.context.affords(self.file, 2) {
            return all;
        }
        self.reach.borrow_mut().insert(id, all.clone());
        all.extend(self.siblings(id));
        for value in self.values(id) {
            for it in self.file.scopes().uses_in(value) {
                let Some(other) = it.binding().filter(|it| *it != id) else { continue };
                if self.may_order(other) {
                    all.extend(self.reach(other, depth - 1));
                }
            }
        }
        self.reach.borrow_mut().insert(id, all.clone());
        all
    }

    /// What one call gives together with the variable: `ctx` with `cancel`, one end of a pipe with
    /// the other.
    fn siblings(&self, id: BindingId) -> Vec<BindingId> {
        let (file, scopes) = (self.file, self.file.scopes());
        let (span, kind) = scopes.binding(id).declared_by;
        let by = file.node(span, kind).filter(|it| it.is(Kind::ShortVarDeclaration));
        let parts = |field| by.and_then(|it| it.field(field)).into_iter().flat_map(GoNode::parts);
        if parts(Field::Right).count() == parts(Field::Left).count() {
            return Vec::new();
        }
        let ids = parts(Field::Left)
            .filter_map(|it| scopes.declared_at(it.span()).or_else(|| file.resolve(it).local()));
        ids.filter(|it| *it != id && self.may_order(*it)).collect()
    }

    /// The expressions whose values a variable, or a part of it, is given.
    fn values(&self, id: BindingId) -> Vec<Span> {
        let (file, scopes) = (self.file, self.file.scopes());
        let mut all = Vec::from_iter(self.passed.get(&id).copied());
        let (span, kind) = scopes.binding(id).declared_by;
        if matches!(kind, Kind::ShortVarDeclaration | Kind::VarSpec | Kind::RangeClause) {
            let by = file.node(span, kind);
            let value = by.and_then(|it| it.field(Field::Right).or_else(|| it.field(Field::Value)));
            all.extend(value.map(GoNode::span));
        }
        for it in scopes.uses_of(id).filter(|it| it.access.writes()) {
            let Some(name) = file.node(it.span, Kind::Identifier) else { continue };
            if !self.context.affords(file, 2) {
                break;
            }
            let around = name.ancestors(file.root());
            let by = around.iter().find(|it| it.is(Kind::AssignmentStatement));
            all.extend(by.and_then(|it| it.field(Field::Right)).map(GoNode::span));
        }
        all
    }

    /// Whether something that orders goroutines may be reached through the variable.
    pub(super) fn may_order(&self, id: BindingId) -> bool {
        let binding = self.file.scopes().binding(id);
        if !binding.kind.is_variable() {
            return false;
        }
        let Some(name) = self.file.node(binding.name, Kind::Identifier) else { return true };
        let mut of = self.context.types.of_name(self.file, name);
        // What a pointer to a number reaches may be atomic.
        if matches!(&of, Type::Pointer(it) if matches!(**it, Type::Basic(_))) {
            return true;
        }
        while let Type::Pointer(it) | Type::Slice(it) | Type::Array(_, it) = of {
            of = (*it).clone();
        }
        let plain = |of: &Type<'p>| matches!(of, Type::Basic(_)) || of.is_error();
        if let Type::Map(it) = &of {
            return !(plain(&it.0) && plain(&it.1));
        }
        let known = of.foreign_name().is_some_and(|it| QUIET.contains(&it));
        !known && !plain(&of) && !plain(&self.context.types.underlying(&of))
    }

    /// Whether a channel is known to have room.
    fn is_buffered(&self, channel: Node<'p>) -> bool {
        let file = self.file;
        let Some(id) = file.resolve(channel.unparen()).local() else { return false };
        let id = match self.passed.get(&id) {
            Some(it) => file.node(*it, Kind::Identifier).and_then(|it| file.resolve(it).local()),
            None => Some(id),
        };
        let made = || {
            let binding = file.scopes().binding(id?);
            let by = file.node(binding.declared_by.0, binding.declared_by.1)?;
            let name = by.descendants().find(|it| it.span() == binding.name)?;
            let value = value_of(by, name)?;
            is_builtin(file, value, "make").then_some(())?;
            let room = value.arguments().nth(1)?;
            Some(self.context.types.constant(file, room) != Some(0))
        };
        made().unwrap_or(false)
    }
}

const BUILTINS: &[&str] = &[
    "append",
    "cap",
    "clear",
    "complex",
    "copy",
    "delete",
    "imag",
    "len",
    "make",
    "max",
    "min",
    "new",
    "panic",
    "print",
    "println",
    "real",
    "recover",
    "string",
    "bool",
    "byte",
    "rune",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintptr",
    "float32",
    "float64",
    "complex64",
    "complex128",
    "any",
    "error",
];

/// Packages whose functions order nothing, unless they run what they are given.
const PURE: &[&str] = &[
    "bytes",
    "encoding/binary",
    "encoding/hex",
    "encoding/json",
    "errors",
    "fmt",
    "log",
    "log/slog",
    "math",
    "math/big",
    "math/rand",
    "path",
    "path/filepath",
    "reflect",
    "regexp",
    "slices",
    "maps",
    "sort",
    "strconv",
    "strings",
    "time",
    "unicode",
    "unicode/utf8",
    "unsafe",
    "github.com/stretchr/testify/require",
    "github.com/stretchr/testify/assert",
    "github.com/pkg/errors",
    "google.golang.org/grpc/status",
];

/// Types of values that order nothing.
const QUIET: &[(&str, &str)] = &[
    ("context", "Context"),
    ("testing", "T"),
    ("testing", "B"),
    ("testing", "TB"),
    ("testing", "F"),
    ("time", "Time"),
    ("time", "Duration"),
    ("bytes", "Buffer"),
    ("strings", "Builder"),
    ("log", "Logger"),
    ("log/slog", "Logger"),
    ("math/big", "Int"),
    ("net/http", "Header"),
    ("os", "Signal"),
];
