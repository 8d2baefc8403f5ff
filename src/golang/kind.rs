//! The grammar's node kinds and fields as enums, resolved once from the grammar's tables.

use std::sync::LazyLock;

use tree_sitter::{Language, Node};

/// The Go grammar.
pub(super) fn language() -> Language {
    tree_sitter_go::LANGUAGE.into()
}

macro_rules! kinds {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// The kind of a node; the names are those of the grammar, tree-sitter-go 0.25.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )+
            /// An anonymous token: a keyword, an operator, punctuation or a line's end.
            Token,
            /// What the parser could not make sense of.
            Error,
        }

        impl Kind {
            /// Every named kind of the grammar, without `Token` and `Error`.
            pub const NAMED: &'static [Self] = &[$(Self::$variant),+];

            /// How many kinds there are.
            pub const COUNT: usize = Self::NAMED.len() + 2;

            /// The grammar's name; empty for `Token`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Token => "",
                    Self::Error => "ERROR",
                }
            }
        }
    };
}

kinds! {
    ArgumentList = "argument_list",
    ArrayType = "array_type",
    AssignmentStatement = "assignment_statement",
    BinaryExpression = "binary_expression",
    BlankIdentifier = "blank_identifier",
    Block = "block",
    BreakStatement = "break_statement",
    CallExpression = "call_expression",
    ChannelType = "channel_type",
    Comment = "comment",
    CommunicationCase = "communication_case",
    CompositeLiteral = "composite_literal",
    ConstDeclaration = "const_declaration",
    ConstSpec = "const_spec",
    ContinueStatement = "continue_statement",
    DecStatement = "dec_statement",
    DefaultCase = "default_case",
    DeferStatement = "defer_statement",
    Dot = "dot",
    EmptyStatement = "empty_statement",
    EscapeSequence = "escape_sequence",
    ExpressionCase = "expression_case",
    ExpressionList = "expression_list",
    ExpressionStatement = "expression_statement",
    ExpressionSwitchStatement = "expression_switch_statement",
    FallthroughStatement = "fallthrough_statement",
    False = "false",
    FieldDeclaration = "field_declaration",
    FieldDeclarationList = "field_declaration_list",
    FieldIdentifier = "field_identifier",
    FloatLiteral = "float_literal",
    ForClause = "for_clause",
    ForStatement = "for_statement",
    FuncLiteral = "func_literal",
    FunctionDeclaration = "function_declaration",
    FunctionType = "function_type",
    GenericType = "generic_type",
    GoStatement = "go_statement",
    GotoStatement = "goto_statement",
    Identifier = "identifier",
    IfStatement = "if_statement",
    ImaginaryLiteral = "imaginary_literal",
    ImplicitLengthArrayType = "implicit_length_array_type",
    ImportDeclaration = "import_declaration",
    ImportSpec = "import_spec",
    ImportSpecList = "import_spec_list",
    IncStatement = "inc_statement",
    IndexExpression = "index_expression",
    IntLiteral = "int_literal",
    InterfaceType = "interface_type",
    InterpretedStringLiteral = "interpreted_string_literal",
    InterpretedStringLiteralContent = "interpreted_string_literal_content",
    Iota = "iota",
    KeyedElement = "keyed_element",
    LabelName = "label_name",
    LabeledStatement = "labeled_statement",
    LiteralElement = "literal_element",
    LiteralValue = "literal_value",
    MapType = "map_type",
    MethodDeclaration = "method_declaration",
    MethodElem = "method_elem",
    NegatedType = "negated_type",
    Nil = "nil",
    PackageClause = "package_clause",
    PackageIdentifier = "package_identifier",
    ParameterDeclaration = "parameter_declaration",
    ParameterList = "parameter_list",
    ParenthesizedExpression = "parenthesized_expression",
    ParenthesizedType = "parenthesized_type",
    PointerType = "pointer_type",
    QualifiedType = "qualified_type",
    RangeClause = "range_clause",
    RawStringLiteral = "raw_string_literal",
    RawStringLiteralContent = "raw_string_literal_content",
    ReceiveStatement = "receive_statement",
    ReturnStatement = "return_statement",
    RuneLiteral = "rune_literal",
    SelectStatement = "select_statement",
    SelectorExpression = "selector_expression",
    SendStatement = "send_statement",
    ShortVarDeclaration = "short_var_declaration",
    SliceExpression = "slice_expression",
    SliceType = "slice_type",
    SourceFile = "source_file",
    StatementList = "statement_list",
    StructType = "struct_type",
    True = "true",
    TypeAlias = "type_alias",
    TypeArguments = "type_arguments",
    TypeAssertionExpression = "type_assertion_expression",
    TypeCase = "type_case",
    TypeConstraint = "type_constraint",
    TypeConversionExpression = "type_conversion_expression",
    TypeDeclaration = "type_declaration",
    TypeElem = "type_elem",
    TypeIdentifier = "type_identifier",
    TypeInstantiationExpression = "type_instantiation_expression",
    TypeParameterDeclaration = "type_parameter_declaration",
    TypeParameterList = "type_parameter_list",
    TypeSpec = "type_spec",
    TypeSwitchStatement = "type_switch_statement",
    UnaryExpression = "unary_expression",
    VarDeclaration = "var_declaration",
    VarSpec = "var_spec",
    VarSpecList = "var_spec_list",
    VariadicArgument = "variadic_argument",
    VariadicParameterDeclaration = "variadic_parameter_declaration",
}

impl Kind {
    /// The kind of a node.
    pub fn of(node: Node<'_>) -> Self {
        // An ERROR node's id is 65535, far outside the table.
        KINDS.get(usize::from(node.kind_id())).copied().unwrap_or(Self::Error)
    }

    /// The kind with the grammar's name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().copied().find(|it| it.name() == name)
    }

    /// Whether it is a function with a body of its own: a declaration, a method or a literal.
    pub fn is_function(self) -> bool {
        matches!(self, Self::FunctionDeclaration | Self::MethodDeclaration | Self::FuncLiteral)
    }

    /// Whether it is a type expression; the name of a type may also be a plain identifier.
    pub fn is_type(self) -> bool {
        matches!(
            self,
            Self::ArrayType
                | Self::ChannelType
                | Self::FunctionType
                | Self::GenericType
                | Self::InterfaceType
                | Self::MapType
                | Self::ParenthesizedType
                | Self::PointerType
                | Self::QualifiedType
                | Self::SliceType
                | Self::StructType
                | Self::TypeIdentifier
        )
    }

    /// Whether nodes of this kind never have children: two of three nodes, so that it pays to know
    /// without asking them.
    pub(super) fn is_leaf(self) -> bool {
        LEAVES[self as usize]
    }

    /// Whether it is a string literal; its parts are nodes too, and not of interest.
    pub fn is_string(self) -> bool {
        matches!(self, Self::InterpretedStringLiteral | Self::RawStringLiteral)
    }
}

const LEAVES: [bool; Kind::COUNT] = {
    let mut leaves = [false; Kind::COUNT];
    let kinds = [
        Kind::BlankIdentifier,
        Kind::Comment,
        Kind::Dot,
        Kind::EscapeSequence,
        Kind::False,
        Kind::FieldIdentifier,
        Kind::FloatLiteral,
        Kind::Identifier,
        Kind::ImaginaryLiteral,
        Kind::IntLiteral,
        Kind::InterpretedStringLiteralContent,
        Kind::Iota,
        Kind::LabelName,
        Kind::Nil,
        Kind::PackageIdentifier,
        Kind::RawStringLiteralContent,
        Kind::RuneLiteral,
        Kind::Token,
        Kind::True,
        Kind::TypeIdentifier,
    ];
    let mut at = 0;
    while at < kinds.len() {
        leaves[kinds[at] as usize] = true;
        at += 1;
    }
    leaves
};

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let language = language();
    let count = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
    let kind = |id| match language.node_kind_for_id(id) {
        Some(name) if language.node_kind_is_named(id) => Kind::named(name).unwrap_or(Kind::Token),
        _ => Kind::Token,
    };
    (0..count).map(kind).collect()
});

macro_rules! fields {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// The name of a child within its parent; the names are those of the grammar.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Field {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )+
        }

        impl Field {
            /// Every field of the grammar.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The grammar's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

fields! {
    Alias = "alias",
    Alternative = "alternative",
    Arguments = "arguments",
    Body = "body",
    Capacity = "capacity",
    Channel = "channel",
    Communication = "communication",
    Condition = "condition",
    Consequence = "consequence",
    Element = "element",
    End = "end",
    Field = "field",
    Function = "function",
    Index = "index",
    Initializer = "initializer",
    Key = "key",
    Label = "label",
    Left = "left",
    Length = "length",
    Name = "name",
    Operand = "operand",
    Operator = "operator",
    Package = "package",
    Parameters = "parameters",
    Path = "path",
    Receiver = "receiver",
    Result = "result",
    Right = "right",
    Start = "start",
    Tag = "tag",
    Type = "type",
    TypeArguments = "type_arguments",
    TypeParameters = "type_parameters",
    Update = "update",
    Value = "value",
}

impl Field {
    /// The grammar's number for it; 0, which no field has, if the grammar does not know it.
    pub(super) fn id(self) -> u16 {
        FIELDS[self as usize]
    }
}

static FIELDS: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let language = language();
    let id = |it: &Field| language.field_id_for_name(it.name()).map_or(0, u16::from);
    Field::ALL.iter().map(id).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_field_of_the_grammar_is_listed_and_nothing_else() {
        let language = language();
        let known: Vec<_> = (0..u16::try_from(language.node_kind_count()).unwrap())
            .filter(|id| language.node_kind_is_named(*id) && language.node_kind_is_visible(*id))
            .filter_map(|id| language.node_kind_for_id(id))
            .collect();
        for name in &known {
            assert!(Kind::named(name).is_some(), "the grammar's `{name}` is not in `Kind`");
        }
        for kind in Kind::NAMED {
            assert!(known.contains(&kind.name()), "{kind:?} is not in the grammar");
        }
        assert_eq!(language.field_count(), Field::ALL.len());
        assert!(Field::ALL.iter().all(|it| it.id() != 0));
    }
}
