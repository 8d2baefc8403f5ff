//! Goroutines: where a package starts them, what they run, and who starts them.

use std::collections::{HashMap, HashSet};

use crate::golang::{Access, BindingId, Field, GoFile, GoNode, Kind, Node, Resolved, Span};

use super::flow::own_nodes;
use super::survey::{At, Survey};
use super::types::{TypeInfo, only, value_of};

/// What starts a goroutine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// `go f()`
    Statement,
    /// `wg.Go(f)` of a `sync.WaitGroup`
    WaitGroup,
    /// `g.Go(f)` of an `errgroup.Group`
    Group,
}

/// One place that starts a goroutine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'p> {
    pub(super) by: By,
    /// The `go` statement, or the call of `Go`.
    pub(super) site: At<'p>,
    /// The function that the goroutine runs: a literal, a function or a method of the package.
    pub(super) body: At<'p>,
}

const ERRGROUP: &str = "golang.org/x/sync/errgroup";

impl<'p> Start<'p> {
    /// What a `go` statement or a call of `Go` starts.
    pub(super) fn of(types: &TypeInfo<'p>, site: At<'p>) -> Option<Self> {
        let At { file, node } = site;
        let (by, function) = match node.go_kind() {
            Kind::GoStatement => (By::Statement, node.part(Kind::CallExpression)?.callee()?),
            _ => (group(types, file, node)?, only(node.arguments())?.unparen()),
        };
        Some(Self { by, site, body: function_of(types, file, function)? })
    }

    /// Whether the body is a literal that stands in the statement itself.
    pub(super) fn is_inline(&self) -> bool {
        self.body.node.is(Kind::FuncLiteral)
            && self.body.file.path() == self.site.file.path()
            && self.site.node.span().encloses(self.body.node.span())
    }

    /// The function that starts it; `None` outside of any.
    pub(super) fn starter(&self) -> Option<At<'p>> {
        let At { file, node } = self.site;
        let function = file.scopes().function(file.scopes().function_at(node.start_byte())?);
        Some(At { file, node: file.node(function.span, function.kind)? })
    }

    /// The arguments of a `go` statement, each with the name of the parameter that it becomes.
    pub(super) fn passed(&self) -> Vec<(Node<'p>, Node<'p>)> {
        let Some(call) = self.site.node.part(Kind::CallExpression) else { return Vec::new() };
        let pairs = call.arguments().zip(parameters(self.body.node));
        pairs.filter_map(|(argument, it)| Some((argument, it.name?))).collect()
    }

    /// What the statement names as the goroutine's function: `p.worker`, or `func` of a literal.
    pub(super) fn named(&self) -> &'p str {
        let call = match self.by {
            By::Statement => self.site.node.part(Kind::CallExpression),
            By::WaitGroup | By::Group => Some(self.site.node),
        };
        let function = match self.by {
            By::Statement => call.and_then(GoNode::callee),
            By::WaitGroup | By::Group => call.and_then(|it| it.arguments().next()),
        };
        function
            .filter(|it| !it.is(Kind::FuncLiteral))
            .map_or("func", |it| self.site.file.text_of(it))
    }
}

/// A parameter of a function; its name is missing where the signature gives none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter<'p> {
    pub(super) name: Option<Node<'p>>,
    pub(super) type_node: Node<'p>,
    pub(super) variadic: bool,
}

/// The parameters of a function or a literal, in their order.
pub(super) fn parameters(function: Node<'_>) -> Vec<Parameter<'_>> {
    let list = function.field(Field::Parameters);
    let mut all = Vec::new();
    for declaration in list.into_iter().flat_map(GoNode::parts) {
        let Some(type_node) = declaration.field(Field::Type) else { continue };
        let variadic = declaration.is(Kind::VariadicParameterDeclaration);
        let before = all.len();
        let names = declaration.parts().filter(|it| {
            it.id() != type_node.id()
                && matches!(it.go_kind(), Kind::Identifier | Kind::BlankIdentifier)
        });
        all.extend(names.map(|it| Parameter { name: Some(it), type_node, variadic }));
        if all.len() == before {
            all.push(Parameter { name: None, type_node, variadic });
        }
    }
    all
}

/// The function that an expression stands for: a literal, a variable that only ever holds one, a
/// function of the package, or a method of one of its types.
pub(super) fn function_of<'p>(
    types: &TypeInfo<'p>,
    file: &'p GoFile,
    function: Node<'p>,
) -> Option<At<'p>> {
    let declared = match function.go_kind() {
        Kind::FuncLiteral => return Some(At { file, node: function }),
        Kind::Identifier => match file.resolve(function) {
            Resolved::Outer(name) => only(types.package().functions(name))?,
            Resolved::Local(id, _) => return held(file, id),
            _ => return None,
        },
        Kind::SelectorExpression => {
            let receiver = types.of(file, function.field(Field::Operand)?);
            types.method(&receiver, file.text_of(function.field(Field::Field)?))?
        }
        _ => return None,
    };
    Some(At { file: declared.file, node: declared.item.node(declared.file)? })
}

/// The literal that a local variable holds all its life.
fn held(file: &GoFile, id: BindingId) -> Option<At<'_>> {
    let scopes = file.scopes();
    let binding = scopes.binding(id);
    let changed = |it: Access| it.writes() || it == Access::Address;
    if scopes.uses_of(id).any(|it| changed(it.access)) {
        return None;
    }
    let (span, kind) = binding.declared_by;
    let by = file.node(span, kind)?;
    let name = by.descendants().find(|it| it.span() == binding.name)?;
    let value = value_of(by, name)?.unparen();
    value.is(Kind::FuncLiteral).then_some(At { file, node: value })
}

/// Whose method `Go` or `TryGo` a call calls.
pub(super) fn group<'p>(types: &TypeInfo<'p>, file: &'p GoFile, call: Node<'p>) -> Option<By> {
    let callee = call.callee()?;
    let name = file.text_of(callee.field(Field::Field)?);
    matches!(name, "Go" | "TryGo").then_some(())?;
    let operand = callee.field(Field::Operand)?.unparen();
    match types.of(file, operand).behind().foreign_name()? {
        ("sync", "WaitGroup") => Some(By::WaitGroup),
        (ERRGROUP, "Group") => Some(By::Group),
        _ => None,
    }
}

/// What tells a function of the package from every other.
pub(super) type Key<'p> = (&'p str, Span);

/// All goroutines that a package starts, as far as it shows what they run.
#[derive(Debug, Default)]
pub(super) struct Starts<'p> {
    all: Vec<Start<'p>>,
    by_body: HashMap<Key<'p>, Vec<usize>>,
    /// The bodies that call a function themselves.
    by_callee: HashMap<Key<'p>, Vec<Key<'p>>>,
}

impl<'p> Starts<'p> {
    /// Finds out what each start runs. `affords` says whether another look at a file is possible.
    pub(super) fn of(
        types: &TypeInfo<'p>,
        survey: &Survey<'p>,
        affords: impl Fn(&GoFile, usize) -> bool,
    ) -> Self {
        let mut starts = Self::default();
        for site in survey.starts() {
            if !affords(site.file, 6) {
                break;
            }
            if let Some(it) = Start::of(types, *site) {
                let bodies = starts.by_body.entry(it.body.key()).or_default();
                bodies.push(starts.all.len());
                starts.all.push(it);
            }
        }
        let mut looked = HashSet::new();
        for it in &starts.all {
            if !looked.insert(it.body.key()) {
                continue;
            }
            for callee in callees(types, it.body, &affords) {
                starts.by_callee.entry(callee.key()).or_default().push(it.body.key());
            }
        }
        starts
    }

    /// The starts of goroutines that run this very function, in the order of the source.
    pub(super) fn running(&self, function: At<'p>) -> impl Iterator<Item = &Start<'p>> {
        self.of_body(function.key())
    }

    /// The starts of goroutines that run a function which calls this one.
    pub(super) fn calling(&self, function: At<'p>) -> impl Iterator<Item = &Start<'p>> {
        let bodies = self.by_callee.get(&function.key()).into_iter().flatten();
        bodies.flat_map(|it| self.of_body(*it))
    }

    /// The starts inside a part of a file, in the order of the source.
    pub(super) fn within(&self, path: &str, part: Span) -> impl Iterator<Item = &Start<'p>> {
        let inside = move |it: &&Start<'p>| {
            part.encloses(it.site.node.span()) && **it.site.file.path() == *path
        };
        self.all.iter().filter(inside)
    }

    fn of_body(&self, body: Key<'p>) -> impl Iterator<Item = &Start<'p>> {
        self.by_body.get(&body).into_iter().flatten().map(|it| &self.all[*it])
    }
}

/// The functions of the package that a function calls itself, in the same goroutine.
pub(super) fn callees<'p>(
    types: &TypeInfo<'p>,
    body: At<'p>,
    affords: impl Fn(&GoFile, usize) -> bool,
) -> Vec<At<'p>> {
    let mut all = Vec::new();
    let mut seen = HashSet::new();
    let mut started = HashSet::new();
    for call in own_nodes(body.node) {
        if call.is(Kind::GoStatement) {
            started.extend(call.part(Kind::CallExpression).map(|it| it.id()));
        }
        if !call.is(Kind::CallExpression) || started.contains(&call.id()) {
            continue;
        }
        let Some(callee) = call.callee().filter(|it| !it.is(Kind::FuncLiteral)) else { continue };
        // The same name means the same function nearly always; asking is what costs.
        if !seen.insert(body.file.text_of(callee)) {
            continue;
        }
        if !affords(body.file, 4) {
            break;
        }
        if let Some(it) = function_of(types, body.file, callee) {
            all.push(it);
        }
    }
    all
}
