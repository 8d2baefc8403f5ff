//! Access paths: which object an expression such as `x.f.g` speaks of.

use super::{BindingId, Field, GoFile, GoNode, Kind, Node, Resolved};

/// An object, known by the name at its root and the way from there. Equal paths of one function
/// mean the same object as long as nobody assigns to what is on the way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccessPath {
    /// Where it begins.
    pub root: Root,
    /// The fields from there on; `[]` for an element, whichever.
    pub steps: Vec<Box<str>>,
}

/// Where an [`AccessPath`] begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Root {
    /// A variable of the function.
    Local(BindingId),
    /// A variable of the package.
    Outer(Box<str>),
    /// Another package's variable; the first step is its name.
    Import(Box<str>),
}

impl AccessPath {
    /// How many steps are followed; people write three.
    const STEPS: usize = 16;

    /// The path of an expression; `None` where a call or a literal is on the way. Pointers, `&x`
    /// and `*x` are looked through.
    pub fn of(file: &GoFile, expression: Node<'_>) -> Option<Self> {
        let mut steps: Vec<Box<str>> = Vec::new();
        let mut node = expression.unparen();
        loop {
            if steps.len() > Self::STEPS {
                return None;
            }
            let inner = match node.go_kind() {
                Kind::Identifier => break,
                Kind::SelectorExpression => {
                    steps.push(file.text_of(node.field(Field::Field)?).into());
                    node.field(Field::Operand)?
                }
                Kind::IndexExpression => {
                    steps.push("[]".into());
                    node.field(Field::Operand)?
                }
                Kind::UnaryExpression if matches!(node.operator(), Some("&" | "*")) => {
                    node.field(Field::Operand)?
                }
                _ => return None,
            };
            node = inner.unparen();
        }
        steps.reverse();
        let root = match file.resolve(node) {
            Resolved::Local(id, binding) if binding.kind.is_variable() => Root::Local(id),
            Resolved::Outer(name) => Root::Outer(name.into()),
            Resolved::Import(import) => Root::Import(import.path.clone()),
            _ => return None,
        };
        Some(Self { root, steps })
    }

    /// The last step: the name of the field, or, of a variable, none.
    pub fn last(&self) -> Option<&str> {
        self.steps.last().map(|it| &**it)
    }

    /// Whether an element of a list or map is on the way: which one, the path does not say.
    pub fn is_indexed(&self) -> bool {
        self.steps.iter().any(|it| &**it == "[]")
    }

    /// The path as people write it.
    pub fn shown(&self, file: &GoFile) -> String {
        let mut text = match &self.root {
            Root::Local(id) => file.slice(file.scopes().binding(*id).name).to_owned(),
            Root::Outer(name) => name.to_string(),
            Root::Import(path) => path.rsplit('/').next().unwrap_or(path).to_owned(),
        };
        for it in &self.steps {
            if &**it != "[]" {
                text.push('.');
            }
            text.push_str(it);
        }
        text
    }

    /// The same from another object: `l.f` is `s.mu.f` when `l` is `s.mu`.
    pub fn rebased(&self, root: &Self) -> Self {
        let steps = root.steps.iter().chain(&self.steps).cloned().collect();
        Self { root: root.root.clone(), steps }
    }
}
