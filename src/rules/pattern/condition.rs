//! What the code behind a metavariable must be, beyond how it looks.

use regex::Regex;

use crate::golang::types::{Named, TypeExpr, Types, value_of};
use crate::golang::{Access, BindingKind, Field, GoFile, GoNode, Kind, Node, Package, Resolved};

use super::fit::Bound;
use super::name::GoName;
use super::solve::Site;

/// All of these must hold; an empty list asks nothing.
#[derive(Debug, Default)]
pub(super) struct Condition {
    pub(super) types: Vec<TypeName>,
    pub(super) resolves: Vec<GoName>,
    pub(super) from: Vec<GoName>,
    pub(super) constant: Option<bool>,
    /// Whether it must be a local variable that does not escape.
    pub(super) stays: bool,
    pub(super) kinds: Vec<Kind>,
    pub(super) regex: Option<Regex>,
}

/// A type by its name, or by what it is made of.
#[derive(Debug)]
pub(super) enum TypeName {
    Named(GoName),
    Made(Kind),
}

impl TypeName {
    /// Reads a type.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let made = match text {
            "chan" => Kind::ChannelType,
            "map" => Kind::MapType,
            "slice" => Kind::SliceType,
            "array" => Kind::ArrayType,
            "func" => Kind::FunctionType,
            "struct" => Kind::StructType,
            "interface" => Kind::InterfaceType,
            _ => {
                let name = GoName::read(text)?;
                return if name.could_be_type() {
                    Ok(Self::Named(name))
                } else {
                    Err(format!("`{text}` is a method; `type` wants a type, as `sync.WaitGroup`"))
                };
            }
        };
        Ok(Self::Made(made))
    }

    fn is(&self, package: &Package, of: TypeExpr<'_>) -> bool {
        match self {
            Self::Named(name) => name.is_type(package, of),
            Self::Made(kind) => {
                let made = |it: TypeExpr<'_>| {
                    let mut node = it.node;
                    while node.is(Kind::ParenthesizedType) {
                        let Some(inner) = node.parts().next() else { break };
                        node = inner;
                    }
                    node.is(*kind)
                };
                let own = match Types(package).named(of) {
                    Some(Named::Own(it)) => it
                        .item
                        .node(it.file)
                        .and_then(|spec| spec.field(Field::Type))
                        .is_some_and(|node| made(TypeExpr { file: it.file, node })),
                    _ => false,
                };
                made(of) || own
            }
        }
    }
}

impl Condition {
    /// Whether it holds.
    pub(super) fn holds(&self, site: &Site<'_, '_>, bound: Bound<'_>) -> bool {
        let (file, package) = (site.file, site.package);
        if let Some(regex) = &self.regex {
            let text = bound.span().map_or("", |it| file.slice(it));
            if !site.meter.take(text.len()) || !regex.is_match(text) {
                return false;
            }
        }
        let Bound::One(node) = bound else { return self.asks_text_only() };
        if !self.kinds.is_empty() && !self.kinds.contains(&node.go_kind()) {
            return false;
        }
        if self.asks_text_only() {
            return true;
        }
        // Types and names are looked up by their positions, a few times each.
        let lists = self.types.len() + self.resolves.len() + self.from.len();
        if !site.meter.look(file, 4) || !site.meter.take(8 * lists) {
            return false;
        }
        let typed = || Types(package).of(file, node);
        (self.types.is_empty()
            || typed().is_some_and(|of| self.types.iter().any(|it| it.is(package, of))))
            && (self.resolves.is_empty() || means(package, file, node, &self.resolves))
            && (self.from.is_empty() || comes_from(package, file, node, &self.from))
            && self.constant.is_none_or(|it| is_constant(site, node) == it)
            && (!self.stays || stays(site, node))
    }

    /// Whether it asks nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.asks_text_only() && self.kinds.is_empty() && self.regex.is_none()
    }

    fn asks_text_only(&self) -> bool {
        self.types.is_empty()
            && self.resolves.is_empty()
            && self.from.is_empty()
            && self.constant.is_none()
            && !self.stays
    }
}

fn means(package: &Package, file: &GoFile, node: Node<'_>, names: &[GoName]) -> bool {
    names.iter().any(|it| it.is_meant(package, file, node))
}

/// Whether the value is what a call of one of the names gave, whichever of its results.
fn comes_from(package: &Package, file: &GoFile, node: Node<'_>, names: &[GoName]) -> bool {
    let is_call = |it: Node<'_>| {
        let it = it.unparen();
        it.is(Kind::CallExpression)
            && it.callee().is_some_and(|callee| means(package, file, callee, names))
    };
    let node = node.unparen();
    if node.is(Kind::CallExpression) {
        return is_call(node);
    }
    let Resolved::Local(id, binding) = file.resolve(node) else { return false };
    // Who writes it once more may have taken it from elsewhere.
    let fixed = |access: Access| !access.writes() && access != Access::Address;
    let known = matches!(binding.kind, BindingKind::ShortVar | BindingKind::Var);
    if !node.is(Kind::Identifier)
        || !known
        || !file.scopes().uses_of(id).all(|it| it.part || fixed(it.access))
    {
        return false;
    }
    let (span, kind) = binding.declared_by;
    let Some(by) = file.node(span, kind) else { return false };
    let values = by.field(Field::Right).or(by.field(Field::Value));
    let name = by.descendants().find(|it| it.span() == binding.name);
    let single = values.and_then(|it| {
        let mut all = it.parts();
        all.next().filter(|_| it.is(Kind::ExpressionList) && all.next().is_none())
    });
    name.and_then(|it| value_of(by, it)).or(single).is_some_and(is_call)
}

/// Whether the expression is made of literals and constants only.
fn is_constant(site: &Site<'_, '_>, node: Node<'_>) -> bool {
    let file = site.file;
    let mut nodes = node.descendants();
    while let Some(it) = nodes.next() {
        if !site.meter.take(1) {
            return false;
        }
        let fine = match it.go_kind() {
            kind if kind.is_string() => {
                nodes.skip_below();
                true
            }
            Kind::IntLiteral
            | Kind::FloatLiteral
            | Kind::ImaginaryLiteral
            | Kind::RuneLiteral
            | Kind::True
            | Kind::False
            | Kind::ParenthesizedExpression
            | Kind::Comment => true,
            Kind::BinaryExpression => true,
            Kind::UnaryExpression => !matches!(it.operator(), Some("&" | "*" | "<-")),
            Kind::Token => true,
            Kind::Identifier => site.meter.look(file, 1) && is_constant_name(site, it),
            _ => false,
        };
        if !fine {
            return false;
        }
    }
    true
}

fn is_constant_name(site: &Site<'_, '_>, name: Node<'_>) -> bool {
    match site.file.resolve(name) {
        Resolved::Local(_, binding) => binding.kind == BindingKind::Const,
        Resolved::Outer(name) => {
            let mut all = site.package.declared(name).peekable();
            let consts = site.package.consts(name).count();
            all.peek().is_some() && all.count() == consts
        }
        _ => false,
    }
}

/// Whether it is a local variable of which only methods are called, in the function that declares
/// it: whatever is in it dies with the call.
fn stays(site: &Site<'_, '_>, node: Node<'_>) -> bool {
    let file = site.file;
    let scopes = file.scopes();
    let declared = scopes.declared_at(node.span());
    let Some(id) = declared.or_else(|| file.resolve(node).local()) else { return false };
    let binding = scopes.binding(id);
    let local = matches!(binding.kind, BindingKind::ShortVar | BindingKind::Var);
    local
        && scopes.uses_of(id).all(|it| {
            it.access == Access::Read
                && it.function == binding.function
                && site.meter.look(file, 2)
                && file.node(it.span, Kind::Identifier).is_some_and(|name| {
                    let around = name.ancestors(file.root());
                    let calls = |selector: &Node<'_>, call: &Node<'_>| {
                        selector.is(Kind::SelectorExpression)
                            && call.callee().is_some_and(|it| it.id() == selector.id())
                    };
                    matches!(around.as_slice(), [selector, call, ..] if calls(selector, call))
                })
        })
}
