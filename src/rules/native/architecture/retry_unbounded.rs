//! An endless loop that meets a failed read, accept or request by trying again at once.

use crate::golang::{Field, GoFile, GoNode, Kind, Node, Place};
use crate::model::{Confidence, Severity};
use crate::rules::Role;
use crate::rules::audience::serves_tests;
use crate::rules::endless::is_unconditional;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::{End, end_of_statement, own_nodes};
use crate::rules::types::Callee;

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::ForStatement], vars: &["CALL", "WORD"], check };

/// Methods whose error stays: what has failed once, or is closed, fails from then on.
const LASTING: &[(&str, &[&str])] = &[
    (
        "net",
        &["Accept", "AcceptTCP", "AcceptUnix", "Read", "ReadFrom", "ReadFromUDP", "ReadMsgUDP"],
    ),
    ("io", &["Read", "ReadFull", "ReadAtLeast", "ReadByte", "ReadRune"]),
    (
        "bufio",
        &["ReadString", "ReadLine", "ReadBytes", "ReadByte", "ReadRune", "ReadSlice", "Read"],
    ),
    ("os", &["Read"]),
    ("encoding/json", &["Decode", "Token"]),
    ("encoding/gob", &["Decode"]),
    ("github.com/gorilla/websocket", &["ReadMessage", "ReadJSON", "NextReader"]),
];

/// Calls that a remote side answers, or refuses at once.
const ASKING: &[(&str, &[&str])] = &[
    ("net", &["Dial", "DialTimeout", "DialContext", "DialTCP"]),
    ("net/http", &["Do", "Get", "Post", "PostForm", "Head"]),
    ("crypto/tls", &["Dial"]),
    ("database/sql", &["Ping", "PingContext", "Exec", "ExecContext", "Query", "QueryContext"]),
];

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    if serves_tests(place.file) || !is_unconditional(place.node) {
        return Vec::new();
    }
    found(context, place).into_iter().collect()
}

fn found<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, the_loop) = (place.file, place.node);
    let body = the_loop.field(Field::Body)?;
    let statements: Vec<_> = body.statements().collect();
    let (at, call, word, branch) = statements.iter().enumerate().find_map(|(at, it)| {
        let (call, word) = failing(context, file, *it)?;
        let check = if it.is(Kind::IfStatement) { *it } else { *statements.get(at + 1)? };
        let branch = branch(file, check, word)?;
        Some((at, call, word, branch))
    })?;
    // Only what stands in front runs again when the branch sends control around.
    let front = statements[..at].iter().flat_map(|it| own_nodes(*it));
    let own = own_nodes(statements[at]).filter(|it| it.id() != call.0.id());
    if !own_nodes(branch).chain(front).chain(own).all(|it| is_quick(context, file, it)) {
        return None;
    }
    let mut hit = Hit::at(file, branch)
        .var("CALL", file.text_of(call.0.callee()?))
        .var("WORD", file.text_of(word))
        .with(file, call.0, Role::Call);
    if !call.1 {
        hit.severity = Severity::Warning;
        hit.confidence = Confidence::Medium;
    }
    Some(hit)
}

/// The call of a statement that may fail again and again, with whether its error stays, and the
/// variable of its error.
fn failing<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    statement: Node<'p>,
) -> Option<((Node<'p>, bool), Node<'p>)> {
    let statement = match statement.go_kind() {
        Kind::IfStatement => statement.field(Field::Initializer)?,
        _ => statement,
    };
    if !matches!(statement.go_kind(), Kind::ShortVarDeclaration | Kind::AssignmentStatement) {
        return None;
    }
    let call = statement.field(Field::Right)?.parts().next()?.unparen();
    let word = statement.field(Field::Left)?.parts().last()?;
    if !call.is(Kind::CallExpression) || !word.is(Kind::Identifier) {
        return None;
    }
    let (path, name) = match context.types.callee(file, call) {
        Callee::ForeignFunction { path, name, .. } | Callee::ForeignMethod { path, name, .. } => {
            (path, name)
        }
        _ => return None,
    };
    let listed = |of: &[(&str, &[&str])]| of.iter().any(|it| it.0 == path && it.1.contains(&name));
    if listed(LASTING) {
        // What reads from something new in each round may work the next time.
        let callee = call.callee()?;
        let lasting = callee.field(Field::Operand).and_then(|it| file.resolve(it).local());
        let inside = lasting.is_some_and(|it| {
            let name = file.scopes().binding(it).name;
            let the_loop = file.scopes().loop_at(call.start_byte());
            the_loop.is_some_and(|it| it.span.encloses(name))
        });
        return (!inside).then_some(((call, true), word));
    }
    listed(ASKING).then_some(((call, false), word))
}

/// The branch of `if err != nil { … continue }` that goes around, or of one that is the loop's
/// last; nothing in it leaves.
fn branch<'p>(file: &'p GoFile, check: Node<'p>, word: Node<'p>) -> Option<Node<'p>> {
    let condition = check.field(Field::Condition).filter(|_| check.is(Kind::IfStatement))?;
    let (left, right) = (condition.field(Field::Left)?, condition.field(Field::Right)?);
    let asks = condition.operator() == Some("!=")
        && right.is(Kind::Nil)
        && file.text_of(left) == file.text_of(word);
    let block = check.field(Field::Consequence)?;
    let last = block.statements().last()?;
    let around = matches!(end_of_statement(file, last), End::Continue(None));
    (asks && around && check.field(Field::Alternative).is_none()).then_some(block)
}

/// Whether a part of the code neither waits nor leaves nor decides, as far as it can be told.
fn is_quick<'p>(context: &Context<'p>, file: &'p GoFile, node: Node<'p>) -> bool {
    match node.go_kind() {
        Kind::ReturnStatement
        | Kind::BreakStatement
        | Kind::GotoStatement
        | Kind::IfStatement
        | Kind::ForStatement
        | Kind::SelectStatement
        | Kind::SendStatement
        | Kind::ExpressionSwitchStatement
        | Kind::TypeSwitchStatement
        | Kind::IncStatement => false,
        Kind::UnaryExpression => node.operator() != Some("<-"),
        Kind::CallExpression => {
            let Some(callee) = node.callee() else { return false };
            match context.types.callee(file, node) {
                Callee::Builtin(name) => name != "panic",
                Callee::Conversion(_) => true,
                _ => speaks(file, callee),
            }
        }
        _ => true,
    }
}

/// Whether a function only says something, or makes something to say, by its name.
fn speaks(file: &GoFile, callee: Node<'_>) -> bool {
    const PACKAGES: &[&str] =
        &["log", "log/slog", "fmt", "errors", "strconv", "strings", "bytes", "bufio"];
    const NAMES: &[&str] = &[
        "Error",
        "Errorf",
        "Warn",
        "Warnf",
        "Warning",
        "Warningf",
        "Info",
        "Infof",
        "Debug",
        "Debugf",
        "Print",
        "Printf",
        "Println",
        "Log",
        "Logf",
        "Err",
        "Msg",
        "Msgf",
        "String",
        "Inc",
        "WithError",
        "WithField",
        "WithFields",
        "Now",
        "Warnln",
        "Errorln",
        "Infoln",
        "SetDeadline",
        "SetReadDeadline",
        "Trace",
        "Tracef",
        "Errorw",
        "Warnw",
        "Infow",
    ];
    match file.qualified(callee) {
        Some((path, name)) => {
            PACKAGES.contains(&path) && !name.starts_with("Fatal") || NAMES.contains(&name)
        }
        None => NAMES.contains(&file.text_of(callee.field(Field::Field).unwrap_or(callee))),
    }
}
