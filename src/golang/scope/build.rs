//! The pass that finds all local names: one walk, no recursion, blocks as a stack.
//!
//! The rules are those of <https://go.dev/ref/spec#Declarations_and_scope>: parameters share the
//! block of the body; a variable is known from the end of its declaration on, a type from its
//! name on; `if`, `for`, `switch` and each case open a block of their own.

use std::collections::HashMap;

use tree_sitter::Node;

use super::path::{Frame, Path, field_of};
use super::watch::{Sightings, Watch};
use super::{
    Access, Binding, BindingId, BindingKind, Function, FunctionId, Loop, Scopes, Target, Use,
};
use crate::golang::{Field, GoNode, Kind, MAX_DEPTH, Span};

pub(super) struct Builder<'t, 'w> {
    text: &'t str,
    scopes: Scopes,
    /// The bindings of each name that are known here, innermost last.
    known: HashMap<&'t str, Vec<BindingId>>,
    /// The names of open blocks, in the order of their declaration.
    declared: Vec<&'t str>,
    blocks: Vec<Block>,
    next_block: u32,
    functions: Vec<FunctionId>,
    loops: Vec<u32>,
    /// Names that wait for the end of their declaration.
    pending: Vec<Pending>,
    path: Path<'t>,
    watch: Option<Watch<'t, 'w>>,
}

/// An open block; its names are those of `declared` from `from` on.
struct Block {
    id: u32,
    from: usize,
}

struct Pending {
    name: Span,
    kind: BindingKind,
    declared_by: (Span, Kind),
}

impl<'t, 'w> Builder<'t, 'w> {
    pub(super) fn new(text: &'t str, watch: Option<Watch<'t, 'w>>) -> Self {
        Self {
            text,
            scopes: Scopes::default(),
            known: HashMap::new(),
            declared: Vec::new(),
            blocks: vec![Block { id: 0, from: 0 }],
            next_block: 1,
            functions: Vec::new(),
            loops: Vec::new(),
            pending: Vec::new(),
            path: Path(Vec::new()),
            watch,
        }
    }

    /// Finds the names, and what was to be watched for.
    pub(super) fn build(mut self, root: Node<'t>) -> (Scopes, Sightings<'t>) {
        let mut cursor = root.walk();
        loop {
            let node = cursor.node();
            let kind = Kind::of(node);
            if let Some(watch) = &mut self.watch {
                watch.see(node, kind, &mut self.path);
            }
            let field = field_of(&cursor, kind, self.path.above(0));
            // The parts of strings are nodes too, and never names.
            let closed = kind.is_leaf() || kind.is_string();
            let below = !closed && self.path.0.len() < MAX_DEPTH;
            if below && cursor.goto_first_child() {
                self.enter(node, kind, field);
                continue;
            }
            self.leaf(node, kind, field);
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return self.finish();
                }
                self.leave();
            }
        }
    }

    fn finish(mut self) -> (Scopes, Sightings<'t>) {
        let scopes = &mut self.scopes;
        scopes.uses.sort_by_key(|it| it.span);
        scopes.by_name =
            (0..).map(BindingId).zip(&scopes.bindings).map(|(id, it)| (it.name, id)).collect();
        scopes.by_name.sort_unstable();
        // Counting sort: how many uses each binding has, where they begin, then the uses.
        let mut first = vec![0_u32; scopes.bindings.len() + 1];
        for it in scopes.uses.iter().filter_map(Use::binding) {
            first[it.0 as usize + 1] += 1;
        }
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        let mut next = first.clone();
        scopes.by_binding = vec![0; first.last().map_or(0, |it| *it as usize)];
        for (at, it) in (0_u32..).zip(&scopes.uses) {
            if let Some(id) = it.binding() {
                let slot = &mut next[id.0 as usize];
                scopes.by_binding[*slot as usize] = at;
                *slot += 1;
            }
        }
        scopes.first_use = first;
        (self.scopes, self.watch.map(|it| it.sightings).unwrap_or_default())
    }

    fn enter(&mut self, node: Node<'t>, kind: Kind, field: u16) {
        let parent = self.path.last().map(|it| it.kind);
        let mut block = false;
        match kind {
            Kind::FunctionDeclaration | Kind::MethodDeclaration | Kind::FuncLiteral => {
                let id = FunctionId(small(self.scopes.functions.len()));
                let parent = self.functions.last().copied();
                self.scopes.functions.push(Function { span: node.span(), kind, parent });
                self.functions.push(id);
                block = true;
            }
            Kind::Block => {
                // A function's body shares the block of its parameters, known from here on.
                block = !parent.is_some_and(Kind::is_function);
                if !block && let Some(function) = self.path.last() {
                    self.declare_pending(function.pending);
                }
            }
            Kind::ForStatement => {
                let id = small(self.scopes.loops.len());
                self.scopes.loops.push(Loop {
                    span: node.span(),
                    once: once(node),
                    function: self.functions.last().copied(),
                    parent: self.loops.last().copied(),
                });
                self.loops.push(id);
                block = true;
            }
            Kind::TypeCase | Kind::DefaultCase => {
                // The variable of a type switch is known in its cases.
                if parent == Some(Kind::TypeSwitchStatement)
                    && let Some(switch) = self.path.last()
                {
                    self.declare_pending(switch.pending);
                }
                block = true;
            }
            Kind::IfStatement
            | Kind::ExpressionSwitchStatement
            | Kind::TypeSwitchStatement
            | Kind::ExpressionCase
            | Kind::CommunicationCase => block = true,
            Kind::TypeSpec | Kind::TypeAlias => {
                if !self.functions.is_empty()
                    && let Some(name) = node.field(Field::Name)
                {
                    let declared_by = (node.span(), kind);
                    self.declare(name.span(), BindingKind::Type, declared_by);
                }
                block = true;
            }
            _ => {}
        }
        if block {
            self.blocks.push(Block { id: self.next_block, from: self.declared.len() });
            self.next_block += 1;
        }
        let pending = self.pending.len();
        self.path.0.push(Frame { node, kind, field, pending, block, defines: false, seen: 0 });
    }

    fn leave(&mut self) {
        let Some(frame) = self.path.0.pop() else { return };
        match frame.kind {
            Kind::ShortVarDeclaration => self.declare_new(frame.pending),
            Kind::RangeClause | Kind::ReceiveStatement => {
                if frame.defines {
                    self.declare_new(frame.pending);
                } else {
                    for it in self.take_pending(frame.pending) {
                        self.refer(it.name, Access::Write, false);
                    }
                }
            }
            Kind::ForStatement => {
                self.loops.pop();
            }
            Kind::FunctionDeclaration | Kind::MethodDeclaration | Kind::FuncLiteral => {
                self.declare_pending(frame.pending);
                self.functions.pop();
            }
            Kind::VarSpec | Kind::ConstSpec | Kind::TypeSwitchStatement => {
                self.declare_pending(frame.pending);
            }
            _ => {}
        }
        if frame.block
            && let Some(block) = self.blocks.pop()
        {
            for name in self.declared.drain(block.from..) {
                if let Some(known) = self.known.get_mut(name) {
                    known.pop();
                }
            }
        }
    }

    fn leaf(&mut self, node: Node<'t>, kind: Kind, field: u16) {
        let name = node.span();
        match kind {
            // The parser makes up words, all of them empty.
            _ if name.start == name.end => {}
            Kind::Identifier if self.text_of(name) != "_" => self.identifier(name, field),
            Kind::TypeIdentifier => self.type_name(name, field),
            Kind::PackageIdentifier if self.path.above(0) == Some(Kind::QualifiedType) => {
                self.refer(name, Access::Read, false);
            }
            Kind::Token => {
                let clause = self.path.0.last_mut();
                let receives = |it: &&mut Frame<'_>| {
                    matches!(it.kind, Kind::RangeClause | Kind::ReceiveStatement)
                };
                if let Some(it) = clause.filter(receives) {
                    it.defines |= node.kind() == ":=";
                }
            }
            _ => {}
        }
    }

    fn identifier(&mut self, name: Span, field: u16) {
        let is_name = field == Field::Name.id();
        match self.path.above(0) {
            Some(Kind::FunctionDeclaration) if is_name => {}
            Some(Kind::ParameterDeclaration | Kind::VariadicParameterDeclaration) if is_name => {
                self.parameter(name);
            }
            Some(Kind::TypeParameterDeclaration) if is_name => {
                let declared_by = self.path.last().map_or((name, Kind::Error), Frame::declares);
                self.declare(name, BindingKind::TypeParameter, declared_by);
            }
            Some(kind @ (Kind::VarSpec | Kind::ConstSpec)) => {
                if !self.functions.is_empty() {
                    let kind =
                        if kind == Kind::VarSpec { BindingKind::Var } else { BindingKind::Const };
                    self.wait(name, kind, 1);
                }
            }
            Some(Kind::ExpressionList) => self.listed(name),
            Some(Kind::LiteralElement) if self.path.is_field_key() => {}
            _ => {
                let (access, part) = self.path.access(field);
                self.refer(name, access, part);
            }
        }
    }

    /// An identifier that is a whole element of an expression list: declared, or used.
    fn listed(&mut self, name: Span) {
        let list_field = self.path.last().map_or(0, |it| it.field);
        let left = list_field == Field::Left.id();
        match self.path.above(1) {
            Some(Kind::ShortVarDeclaration) if left => {
                let in_loop = self.path.above(2) == Some(Kind::ForClause);
                let kind = if in_loop { BindingKind::LoopVar } else { BindingKind::ShortVar };
                self.wait(name, kind, 2);
            }
            Some(Kind::RangeClause) if left => self.wait(name, BindingKind::LoopVar, 2),
            Some(Kind::ReceiveStatement) if left => self.wait(name, BindingKind::ShortVar, 2),
            Some(Kind::TypeSwitchStatement) if list_field == Field::Alias.id() => {
                self.wait(name, BindingKind::TypeSwitch, 2);
            }
            _ => {
                let (access, part) = self.path.access(0);
                self.refer(name, access, part);
            }
        }
    }

    /// A parameter, result or receiver; those of function types and interfaces are no names.
    fn parameter(&mut self, name: Span) {
        let Some(list) = self.path.frame(1) else { return };
        let kind = match list.field {
            it if it == Field::Receiver.id() => BindingKind::Receiver,
            it if it == Field::Result.id() => BindingKind::Result,
            _ => BindingKind::Parameter,
        };
        if self.path.above(2).is_some_and(Kind::is_function) {
            self.wait(name, kind, 1);
        }
    }

    fn type_name(&mut self, name: Span, field: u16) {
        match self.path.above(0) {
            Some(Kind::TypeSpec | Kind::TypeAlias) if field == Field::Name.id() => {}
            Some(Kind::QualifiedType) => {} // The name belongs to the other package.
            Some(Kind::ParameterDeclaration) if self.path.is_misread_name() => self.parameter(name),
            Some(Kind::TypeElem) if self.path.is_receiver_argument() => {
                // `func (l *List[T])` declares T.
                let declared_by = self.path.last().map_or((name, Kind::Error), Frame::declares);
                self.declare(name, BindingKind::TypeParameter, declared_by);
            }
            _ => self.refer(name, Access::Read, false),
        }
    }

    /// Records a use.
    fn refer(&mut self, name: Span, access: Access, part: bool) {
        let known = self.known.get(self.text_of(name)).and_then(|it| it.last());
        let target = known.map_or(Target::Outer, |it| Target::Local(*it));
        let function = self.functions.last().copied();
        self.scopes.uses.push(Use { span: name, target, access, part, function });
    }

    /// Declares at once, in the innermost block.
    fn declare(&mut self, name: Span, kind: BindingKind, declared_by: (Span, Kind)) {
        let text = self.text_of(name);
        if text == "_" || text.is_empty() {
            return;
        }
        let id = BindingId(small(self.scopes.bindings.len()));
        self.scopes.bindings.push(Binding {
            name,
            kind,
            declared_by,
            function: self.functions.last().copied(),
            scope: self.blocks.last().map_or(0, |it| it.id),
        });
        self.known.entry(text).or_default().push(id);
        self.declared.push(text);
    }

    /// Declares later; `level` says which of the nodes around the name, from 1, declares it.
    fn wait(&mut self, name: Span, kind: BindingKind, level: usize) {
        let declared_by = self.path.frame(level - 1).map_or((name, Kind::Error), Frame::declares);
        self.pending.push(Pending { name, kind, declared_by });
    }

    fn take_pending(&mut self, from: usize) -> Vec<Pending> {
        self.pending.split_off(from.min(self.pending.len()))
    }

    fn declare_pending(&mut self, from: usize) {
        for it in self.take_pending(from) {
            self.declare(it.name, it.kind, it.declared_by);
        }
    }

    /// `:=` declares what is new in this block and assigns to the rest.
    fn declare_new(&mut self, from: usize) {
        let block = self.blocks.last().map_or(0, |it| it.id);
        for it in self.take_pending(from) {
            let known = self.known.get(self.text_of(it.name)).and_then(|it| it.last());
            if known.is_some_and(|it| self.scopes.binding(*it).scope == block) {
                self.refer(it.name, Access::Write, false);
            } else {
                self.declare(it.name, it.kind, it.declared_by);
            }
        }
    }

    fn text_of(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

/// The part of a loop's head that runs once.
fn once(node: Node<'_>) -> Option<Span> {
    let clause = node.parts().next()?;
    match Kind::of(clause) {
        Kind::RangeClause => Some(clause.span()),
        Kind::ForClause => clause.field(Field::Initializer).map(GoNode::span),
        _ => None,
    }
}

fn small(it: usize) -> u32 {
    u32::try_from(it).unwrap_or(u32::MAX)
}
