//! Code that runs rarely: error paths, start-up, tests, tools, texts for people.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Package};

/// Why code runs rarely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cold {
    /// A branch that is taken when something failed, or that ends in an error or a panic.
    ErrorPath,
    /// A branch that somebody has to switch on: `if debug`.
    Debug,
    /// A package's `init`.
    Init,
    /// A program's `main`.
    Main,
    /// A constructor without a loop.
    Constructor,
    /// `String`, `GoString` or `Error`: text for people.
    Text,
    /// A test, a benchmark's own code, or a helper of tests.
    Test,
    /// A tool that a person runs.
    Tool,
    /// An example.
    Example,
    /// A migration of stored data.
    Migration,
}

/// How deep a condition is taken apart.
const DEPTH: usize = 8;

/// What a branch of an `if` says of itself.
pub(super) fn of_branch(file: &GoFile, branch: Node<'_>, node: Node<'_>) -> Option<Cold> {
    let is = |field| branch.field(field).is_some_and(|it| it.id() == node.id());
    let condition = branch.field(Field::Condition)?;
    if is(Field::Consequence) {
        if failed(file, condition, "!=", DEPTH) || ends_in_failure(file, node) {
            return Some(Cold::ErrorPath);
        }
        return is_debug(file, condition).then_some(Cold::Debug);
    }
    let otherwise =
        is(Field::Alternative) && (failed(file, condition, "==", 1) || ends_in_failure(file, node));
    otherwise.then_some(Cold::ErrorPath)
}

/// What the statements of a case say of themselves.
pub(super) fn of_case(file: &GoFile, statements: Node<'_>) -> Option<Cold> {
    ends_in_failure(file, statements).then_some(Cold::ErrorPath)
}

/// Whether the condition holds only when an error did, or did not, happen.
fn failed(file: &GoFile, condition: Node<'_>, comparison: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let node = condition.unparen();
    match node.go_kind() {
        Kind::BinaryExpression => {
            let (Some(left), Some(right)) = (node.field(Field::Left), node.field(Field::Right))
            else {
                return false;
            };
            match node.operator() {
                Some("&&") => {
                    failed(file, left, comparison, depth) || failed(file, right, comparison, depth)
                }
                Some("||") => {
                    failed(file, left, comparison, depth) && failed(file, right, comparison, depth)
                }
                Some(it) if it == comparison => {
                    (left.is(Kind::Nil) && is_error(file, right))
                        || (right.is(Kind::Nil) && is_error(file, left))
                }
                _ => false,
            }
        }
        // `errors.Is(err, io.EOF)`, `os.IsNotExist(err)`.
        Kind::CallExpression if comparison == "!=" => {
            node.callee().is_some_and(|it| last_name(file, it).starts_with("Is"))
                && node.arguments().next().is_some_and(|it| is_error(file, it))
        }
        _ => false,
    }
}

/// Whether an expression is an error, by the name that people give one.
fn is_error(file: &GoFile, node: Node<'_>) -> bool {
    let name = last_name(file, node.unparen());
    let starts = name.starts_with("err") || name.starts_with("Err");
    starts || name.ends_with("Err") || name.ends_with("err") || name.ends_with("Error")
}

/// Whether a list of statements ends in a panic, in the program's end, or by returning an error
/// that it makes.
fn ends_in_failure(file: &GoFile, list: Node<'_>) -> bool {
    let Some(last) = list.statements().last() else { return false };
    match last.go_kind() {
        Kind::ExpressionStatement => last.parts().any(|it| {
            let Some(callee) = it.callee() else { return false };
            let name = last_name(file, callee);
            callee.is(Kind::Identifier) && name == "panic"
                || name.starts_with("Fatal")
                || name.starts_with("Panic")
                || callee.is(Kind::SelectorExpression) && name == "Exit"
        }),
        Kind::ReturnStatement => {
            let values = last.parts().next();
            let value = values.and_then(|it| it.parts().last()).map(GoNode::unparen);
            value.is_some_and(|it| match it.go_kind() {
                Kind::CallExpression => it.callee().is_some_and(|it| makes_error(file, it)),
                Kind::Identifier | Kind::SelectorExpression => {
                    last_name(file, it).starts_with("Err")
                }
                _ => false,
            })
        }
        _ => false,
    }
}

/// Whether a call makes an error: `fmt.Errorf`, `errors.New`, `status.Error`.
fn makes_error(file: &GoFile, callee: Node<'_>) -> bool {
    let name = last_name(file, callee);
    let of_errors = callee
        .field(Field::Operand)
        .is_some_and(|it| matches!(file.text_of(it), "errors" | "xerrors" | "errs"));
    of_errors || name.ends_with("Errorf") || name.ends_with("Error") || name.ends_with("Err")
}

/// Whether a condition is a switch for people who look for an error.
fn is_debug(file: &GoFile, condition: Node<'_>) -> bool {
    let node = condition.unparen();
    let name = last_name(file, node.callee().unwrap_or(node)).to_lowercase();
    let name = name.strip_prefix("is").unwrap_or(&name);
    ["debug", "verbose", "trace"].iter().any(|it| name.starts_with(it) || name.ends_with(it))
}

/// The last name of `a.b.c`, or the name itself.
fn last_name<'f>(file: &'f GoFile, node: Node<'f>) -> &'f str {
    match node.go_kind() {
        Kind::Identifier => file.text_of(node),
        Kind::SelectorExpression => node.field(Field::Field).map_or("", |it| file.text_of(it)),
        _ => "",
    }
}

/// What a function's name says of it.
pub(super) fn of_function(package: &Package, file: &GoFile, function: Node<'_>) -> Option<Cold> {
    let name = function.field(Field::Name).map(|it| file.text_of(it))?;
    let parameters = function.field(Field::Parameters).map_or(0, |it| it.parts().count());
    if function.is(Kind::MethodDeclaration) {
        let text = matches!(name, "String" | "GoString" | "Error") && parameters == 0;
        return text.then_some(Cold::Text);
    }
    if parameters == 0 && name == "init" {
        return Some(Cold::Init);
    }
    if parameters == 0 && name == "main" && package.name() == "main" {
        return Some(Cold::Main);
    }
    let makes = ["New", "new"].iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|it| !it.starts_with(|c: char| c.is_lowercase()))
    });
    let loops = || {
        let scopes = file.scopes();
        scopes.has_loop_in(function.span())
    };
    (makes && function.field(Field::Result).is_some() && !loops()).then_some(Cold::Constructor)
}

/// What a file's place says of its code.
pub(super) fn of_file(file: &GoFile) -> Option<Cold> {
    if file.is_test() {
        return Some(Cold::Test);
    }
    file.directory().split('/').find_map(|it| match it {
        "test" | "tests" | "testing" | "testutil" | "testutils" | "e2e" | "testdata" | "mock"
        | "mocks" => Some(Cold::Test),
        "example" | "examples" | "_examples" => Some(Cold::Example),
        "migration" | "migrations" | "migrate" => Some(Cold::Migration),
        "cmd" | "tool" | "tools" | "hack" | "script" | "scripts" => Some(Cold::Tool),
        _ => None,
    })
}
