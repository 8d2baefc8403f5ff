//! Top-level declarations of a file, and which of them a byte belongs to.

use tree_sitter::Node;

use super::{Field, GoFile, GoNode, Kind, Span};

/// A name that a file declares at its top level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// The declared name; `_` too.
    pub name: Box<str>,
    /// The receiver, of a method.
    pub receiver: Option<Receiver>,
    /// Where the name stands.
    pub name_span: Span,
    /// The declaration; of grouped ones the spec alone. Its node is [`Item::node`].
    pub span: Span,
    node_kind: Kind,
}

/// What a top-level name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// `func F`
    Function,
    /// `func (t T) M`
    Method,
    /// `type T`, aliases included
    Type,
    /// `var x`
    Var,
    /// `const c`
    Const,
}

/// The receiver of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// The type's name without type parameters.
    pub type_name: Box<str>,
    /// Whether it is a pointer receiver.
    pub pointer: bool,
}

impl Item {
    /// The declaring node: `function_declaration`, `method_declaration`, `type_spec`,
    /// `type_alias`, `var_spec` or `const_spec`.
    pub fn node<'f>(&self, file: &'f GoFile) -> Option<Node<'f>> {
        file.node(self.span, self.node_kind)
    }

    /// The kind of its node.
    pub(super) fn node_kind(&self) -> Kind {
        self.node_kind
    }

    /// Whether it is another name of a type: `type A = T`.
    pub fn is_alias(&self) -> bool {
        self.node_kind == Kind::TypeAlias
    }

    /// The name by which identity knows it: `func F`, `T.M`, `type T`, `var x`, `const c`.
    pub fn identity(&self) -> String {
        let word = match self.kind {
            ItemKind::Function => "func ",
            ItemKind::Method => {
                let receiver = self.receiver.as_ref().map_or("", |it| &it.type_name);
                return format!("{receiver}.{}", self.name);
            }
            ItemKind::Type => "type ",
            ItemKind::Var => "var ",
            ItemKind::Const => "const ",
        };
        format!("{word}{}", self.name)
    }

    /// All items of a file, in the order of the source.
    pub(super) fn all(root: Node<'_>, text: &str) -> Vec<Self> {
        let mut items = Vec::new();
        for node in root.parts() {
            match Kind::of(node) {
                Kind::FunctionDeclaration => push(&mut items, ItemKind::Function, node, text),
                Kind::MethodDeclaration => push(&mut items, ItemKind::Method, node, text),
                Kind::TypeDeclaration => {
                    node.parts().for_each(|it| push(&mut items, ItemKind::Type, it, text));
                }
                Kind::ConstDeclaration => {
                    node.parts().for_each(|it| push(&mut items, ItemKind::Const, it, text));
                }
                Kind::VarDeclaration => {
                    // Only grouped variables have a list around them.
                    let list = node.part(Kind::VarSpecList).unwrap_or(node);
                    list.parts().for_each(|it| push(&mut items, ItemKind::Var, it, text));
                }
                _ => {}
            }
        }
        items
    }
}

fn push(items: &mut Vec<Item>, kind: ItemKind, node: Node<'_>, text: &str) {
    let node_kind = Kind::of(node);
    let is_spec = matches!(
        node_kind,
        Kind::FunctionDeclaration
            | Kind::MethodDeclaration
            | Kind::TypeSpec
            | Kind::TypeAlias
            | Kind::VarSpec
            | Kind::ConstSpec
    );
    if !is_spec {
        return;
    }
    let receiver = node.field(Field::Receiver).and_then(|it| receiver(it, text));
    let mut one = |name: Node<'_>| {
        items.push(Item {
            kind,
            name: text.get(name.byte_range()).unwrap_or_default().into(),
            receiver: receiver.clone(),
            name_span: name.span(),
            span: node.span(),
            node_kind,
        });
    };
    if matches!(kind, ItemKind::Var | ItemKind::Const) {
        // Names are the identifiers directly below; types and values are other kinds or lists.
        node.parts().filter(|it| it.is(Kind::Identifier)).for_each(one);
    } else if let Some(name) = node.field(Field::Name) {
        one(name);
    }
}

fn receiver(list: Node<'_>, text: &str) -> Option<Receiver> {
    let mut node = list.parts().next()?.field(Field::Type)?;
    let mut pointer = false;
    loop {
        node = match Kind::of(node) {
            Kind::PointerType => {
                pointer = true;
                node.parts().next()?
            }
            Kind::ParenthesizedType => node.parts().next()?,
            Kind::GenericType => node.field(Field::Type)?,
            _ => break,
        };
    }
    Some(Receiver { type_name: text.get(node.byte_range())?.into(), pointer })
}

/// The top-level declaration that a byte belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The name by which identity knows it, see [`Item::identity`].
    pub name: String,
    /// The bytes of the declaration.
    pub span: Span,
    /// Whether it was read completely: no syntax error inside, and nothing nested too deep.
    pub complete: bool,
}

/// A field of a struct.
#[derive(Debug, Clone, Copy)]
pub struct StructField<'f> {
    /// The field's name; of an embedded field its type's.
    pub name: &'f str,
    /// The type; of an embedded pointer without its star.
    pub type_node: Node<'f>,
    /// Where the name stands.
    pub name_span: Span,
    /// Whether it is embedded.
    pub embedded: bool,
    /// Whether it is an embedded pointer.
    pub embedded_pointer: bool,
    /// The tag, quotes included.
    pub tag: Option<&'f str>,
}

impl<'f> StructField<'f> {
    /// The fields of a `struct_type`, or of a type's declaration that is one.
    pub fn all(file: &'f GoFile, node: Node<'f>) -> Vec<Self> {
        let node = match Kind::of(node) {
            Kind::TypeSpec | Kind::TypeAlias => node.field(Field::Type),
            _ => Some(node),
        };
        let list = node.and_then(|it| it.part(Kind::FieldDeclarationList));
        let mut fields = Vec::new();
        for declaration in list.into_iter().flat_map(GoNode::parts) {
            let Some(type_node) = declaration.field(Field::Type) else { continue };
            let tag = declaration.field(Field::Tag).map(|it| file.text_of(it));
            let star = |embedded: bool| {
                embedded && declaration.all().next().is_some_and(|it| it.kind() == "*")
            };
            let field = |name: Node<'f>, embedded| Self {
                name: file.text_of(name),
                name_span: name.span(),
                type_node,
                embedded,
                embedded_pointer: star(embedded),
                tag,
            };
            let before = fields.len();
            let names = declaration.parts().filter(|it| it.is(Kind::FieldIdentifier));
            fields.extend(names.map(|it| field(it, false)));
            if fields.len() == before {
                // `T`, `p.T` and `T[A]` are embedded under the name T.
                let mut name = type_node;
                while let Some(inner) = name.field(Field::Type).or(name.field(Field::Name)) {
                    name = inner;
                }
                fields.push(field(name, true));
            }
        }
        fields
    }
}
