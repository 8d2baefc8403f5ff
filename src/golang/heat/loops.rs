//! How often a loop repeats its body, judged by its head and its first statements.

use crate::golang::types::{Type, TypeInfo, value_of};
use crate::golang::{Access, Field, GoFile, GoNode, Kind, Node, Resolved};

/// How often a loop repeats its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// A handful of times, or once.
    Few,
    /// As often as the data wants.
    Many,
    /// For as long as somebody sends: a range over a channel, a loop that receives, accepts, or
    /// reads rows.
    LongRunning,
}

/// Loops with a visible bound up to this repeat nothing worth counting.
const FEW: u64 = 8;

/// How many nodes of a body are looked at for what keeps the loop going; it stands at the top.
const LOOK: usize = 512;

/// How often a `for` statement repeats its body.
pub(super) fn weight<'p>(types: &TypeInfo<'p>, file: &'p GoFile, the_loop: Node<'p>) -> Weight {
    if bound(types, file, the_loop).is_some_and(|it| it <= FEW) || leaves_at_once(the_loop) {
        Weight::Few
    } else if is_long_running(types, file, the_loop) {
        Weight::LongRunning
    } else {
        Weight::Many
    }
}

/// What stands between `for` and the body.
fn head(the_loop: Node<'_>) -> Option<Node<'_>> {
    the_loop.parts().find(|it| !it.is(Kind::Block))
}

/// The most iterations that a head shows.
pub(super) fn bound<'p>(types: &TypeInfo<'p>, file: &'p GoFile, the_loop: Node<'p>) -> Option<u64> {
    let head = head(the_loop)?;
    match head.go_kind() {
        Kind::ForClause => {
            let condition = head.field(Field::Condition)?;
            // Only a loop that counts up from what it was given is bounded by the right side.
            head.field(Field::Update).filter(|it| it.is(Kind::IncStatement))?;
            let most = number(types, file, condition.field(Field::Right)?)?;
            match condition.operator() {
                Some("<") => Some(most),
                Some("<=") => most.checked_add(1),
                _ => None,
            }
        }
        Kind::RangeClause => elements(types, file, head.field(Field::Right)?.unparen()),
        _ => None,
    }
}

/// A number that the code writes down, itself or as a constant.
fn number<'p>(types: &TypeInfo<'p>, file: &'p GoFile, node: Node<'p>) -> Option<u64> {
    u64::try_from(types.constant(file, node)?).ok()
}

/// How many elements the operand of a `range` has, where it is written down.
fn elements<'p>(types: &TypeInfo<'p>, file: &'p GoFile, over: Node<'p>) -> Option<u64> {
    match over.go_kind() {
        Kind::CompositeLiteral => literal(types, file, over),
        Kind::Identifier => {
            if let Some(it) = number(types, file, over) {
                return Some(it);
            }
            if let Some(it) = array(types, file, over) {
                return Some(it);
            }
            written(types, file, over).and_then(|it| literal(types, file, it))
        }
        Kind::SelectorExpression => array(types, file, over),
        _ => number(types, file, over),
    }
}

/// The elements of a list of values: no map, which may have grown; an array may say its length.
fn literal<'p>(types: &TypeInfo<'p>, file: &'p GoFile, node: Node<'p>) -> Option<u64> {
    let of = node.field(Field::Type)?;
    match of.go_kind() {
        Kind::ArrayType => number(types, file, of.field(Field::Length)?),
        Kind::SliceType | Kind::ImplicitLengthArrayType => {
            u64::try_from(node.field(Field::Body)?.parts().count()).ok()
        }
        _ => None,
    }
}

/// The length of an array, from its type.
fn array<'p>(types: &TypeInfo<'p>, file: &'p GoFile, over: Node<'p>) -> Option<u64> {
    match types.underlying(types.of(file, over).behind()) {
        Type::Array(length, _) => length,
        _ => None,
    }
}

/// The list of values that a local variable is declared with and always has.
fn written<'p>(types: &TypeInfo<'p>, file: &'p GoFile, name: Node<'p>) -> Option<Node<'p>> {
    let Resolved::Local(id, binding) = file.resolve(name) else { return None };
    let changed = file.scopes().uses_of(id).any(|it| it.access != Access::Read);
    if changed {
        return None;
    }
    let (span, kind) = binding.declared_by;
    let by = types.node(file, span, kind)?;
    let at = by.descendants().find(|it| it.span() == binding.name)?;
    value_of(by, at).filter(|it| it.is(Kind::CompositeLiteral))
}

/// Whether the first pass is the last: the body ends by leaving, and nothing goes on before.
fn leaves_at_once(the_loop: Node<'_>) -> bool {
    let Some(body) = the_loop.field(Field::Body) else { return false };
    let leaves =
        |it: Node<'_>| matches!(it.go_kind(), Kind::ReturnStatement | Kind::BreakStatement);
    body.statements().last().is_some_and(leaves)
        && !own(body)
            .any(|it| matches!(it.go_kind(), Kind::ContinueStatement | Kind::GotoStatement))
}

/// Whether the loop goes on for as long as somebody sends.
fn is_long_running<'p>(types: &TypeInfo<'p>, file: &'p GoFile, the_loop: Node<'p>) -> bool {
    let head = head(the_loop);
    match head.map(|it| (it, it.go_kind())) {
        Some((head, Kind::RangeClause)) => {
            head.field(Field::Right).is_some_and(|it| types.channel(&types.of(file, it)).is_some())
        }
        Some((call, Kind::CallExpression)) => is_next_row(types, file, call),
        Some((head, Kind::ForClause)) if head.field(Field::Condition).is_some() => false,
        None | Some((_, Kind::ForClause | Kind::True)) => {
            let body = the_loop.field(Field::Body);
            body.is_some_and(|it| own(it).any(|it| waits(file, it)))
        }
        _ => false,
    }
}

/// `rows.Next()` of a database's rows.
fn is_next_row<'p>(types: &TypeInfo<'p>, file: &'p GoFile, call: Node<'p>) -> bool {
    let Some(callee) = call.callee().filter(|it| it.is(Kind::SelectorExpression)) else {
        return false;
    };
    let named = callee.field(Field::Field).is_some_and(|it| file.text_of(it) == "Next");
    named
        && callee.field(Field::Operand).is_some_and(|it| {
            let of = types.of(file, it);
            file.text_of(it) == "rows" || of.behind().is("database/sql", "Rows")
        })
}

/// Whether a node waits for somebody else: a receive, a `select`, `listener.Accept()`.
fn waits(file: &GoFile, node: Node<'_>) -> bool {
    match node.go_kind() {
        Kind::UnaryExpression => node.operator() == Some("<-"),
        Kind::ReceiveStatement => true,
        Kind::CallExpression => node
            .callee()
            .filter(|it| it.is(Kind::SelectorExpression))
            .and_then(|it| it.field(Field::Field))
            .is_some_and(|it| file.text_of(it) == "Accept"),
        _ => false,
    }
}

/// The first nodes of a body, those of function literals left out.
fn own(body: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut nodes = body.descendants();
    let next = move || {
        let it = nodes.next()?;
        if it.is(Kind::FuncLiteral) {
            nodes.skip_below();
        }
        Some(it)
    };
    std::iter::from_fn(next).take(LOOK)
}
