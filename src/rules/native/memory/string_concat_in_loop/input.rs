//! Whether a loop runs once for each piece of its input: then nobody knows how many there are, and
//! somebody will have many.

use crate::golang::{Field, GoFile, GoNode, Kind, Node};
use crate::rules::flow::own_nodes;

/// Whether each iteration reads more: `for scanner.Scan()`, `for rows.Next()`,
/// `for { … r.ReadString(…) … }`.
pub(super) fn is_read(file: &GoFile, the_loop: Node<'_>) -> bool {
    let calls = |call: Node<'_>, names: &[&str]| {
        let callee = call.callee().filter(|it| it.is(Kind::SelectorExpression));
        let name = callee.and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| names.contains(&file.text_of(it)))
    };
    match the_loop.parts().find(|it| !it.is(Kind::Block)) {
        Some(it) => it.arguments().next().is_none() && calls(it, &["Scan", "Next"]),
        None => the_loop.field(Field::Body).is_some_and(|it| {
            let reads = ["ReadString", "ReadLine", "ReadBytes", "ReadRune", "ReadByte"];
            own_nodes(it).any(|it| calls(it, &reads))
        }),
    }
}
