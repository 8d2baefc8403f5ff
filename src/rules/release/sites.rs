//! Where a function calls certain methods, and in which way: at once, deferred, or elsewhere.

use std::collections::HashMap;

use crate::golang::{AccessPath, Field, GoFile, GoNode, Kind, Node, Root, Span};
use crate::rules::types::value_of;

/// The name of `<-c` among the methods.
pub(in crate::rules) const RECEIVE: &str = "<-";

/// The name of `c <- x` among the methods.
pub(in crate::rules) const SEND: &str = "<- x";

/// One mention of a method.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Site<'p> {
    /// The method's name.
    pub(in crate::rules) name: &'p str,
    /// The call; of a method value, the selector.
    pub(in crate::rules) node: Node<'p>,
    /// Whose method.
    pub(in crate::rules) receiver: Node<'p>,
    /// The same as a path, where it is one; variables that only stand for others looked through.
    pub(in crate::rules) path: Option<AccessPath>,
    /// When it runs.
    pub(in crate::rules) form: Form,
    /// The literal that it stands in.
    pub(in crate::rules) literal: Option<Span>,
}

/// When a call runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Form {
    /// As a statement, where it stands.
    Plain,
    /// Somewhere in an expression, or in a literal that is called where it stands.
    Inline,
    /// At the function's end.
    Deferred,
    /// In a literal that somebody else runs, at another time or in another goroutine, or as a
    /// method value.
    Elsewhere,
}

/// All mentions of some methods in a function, those in its literals too.
pub(in crate::rules) struct Sites<'p> {
    pub(in crate::rules) all: Vec<Site<'p>>,
}

impl<'p> Sites<'p> {
    /// One walk through the function.
    pub(in crate::rules) fn of(file: &'p GoFile, function: Node<'p>, names: &[&str]) -> Self {
        let mut forms: HashMap<usize, Form> = HashMap::new();
        // The literals that the walk is in, outermost first, and how they run.
        let mut literals: Vec<(Span, Form)> = Vec::new();
        let mut called: Vec<usize> = Vec::new();
        let mut all = Vec::new();
        for node in function.descendants().skip(1) {
            while literals.last().is_some_and(|it| it.0.end as usize <= node.start_byte()) {
                literals.pop();
            }
            match node.go_kind() {
                Kind::ExpressionStatement => note(&mut forms, node, Form::Plain),
                Kind::DeferStatement => note(&mut forms, node, Form::Deferred),
                Kind::GoStatement => note(&mut forms, node, Form::Elsewhere),
                Kind::CallExpression => {
                    let form = forms.remove(&node.id()).unwrap_or(Form::Inline);
                    let Some(callee) = node.callee() else { continue };
                    match callee.go_kind() {
                        Kind::FuncLiteral => {
                            let inside = if form == Form::Plain { Form::Inline } else { form };
                            forms.insert(callee.id(), inside);
                        }
                        Kind::SelectorExpression => {
                            called.push(callee.id());
                            all.extend(site(file, node, callee, form, &literals, names));
                        }
                        _ => {}
                    }
                }
                Kind::FuncLiteral => {
                    let form = forms.remove(&node.id()).unwrap_or(Form::Elsewhere);
                    literals.push((node.span(), form));
                }
                Kind::SelectorExpression if called.last() == Some(&node.id()) => {
                    called.pop();
                }
                Kind::SelectorExpression => {
                    all.extend(site(file, node, node, Form::Elsewhere, &literals, names));
                }
                Kind::UnaryExpression
                    if names.contains(&RECEIVE) && node.operator() == Some(RECEIVE) =>
                {
                    let form = forms.remove(&node.id()).unwrap_or(Form::Inline);
                    let channel = node.field(Field::Operand);
                    all.extend(channel.map(|it| made(file, RECEIVE, node, it, form, &literals)));
                }
                Kind::SendStatement if names.contains(&SEND) => {
                    let channel = node.field(Field::Channel);
                    all.extend(
                        channel.map(|it| made(file, SEND, node, it, Form::Plain, &literals)),
                    );
                }
                _ => {}
            }
        }
        Self { all }
    }

    /// The mentions on one object, or on what may be the same.
    pub(in crate::rules) fn on<'s>(
        &'s self,
        path: &'s AccessPath,
    ) -> impl Iterator<Item = &'s Site<'p>> {
        self.all.iter().filter(move |it| it.path.as_ref() == Some(path))
    }
}

fn note(forms: &mut HashMap<usize, Form>, statement: Node<'_>, form: Form) {
    if let Some(call) = statement.parts().next().map(GoNode::unparen) {
        forms.insert(call.id(), form);
    }
}

fn site<'p>(
    file: &'p GoFile,
    node: Node<'p>,
    selector: Node<'p>,
    form: Form,
    literals: &[(Span, Form)],
    names: &[&str],
) -> Option<Site<'p>> {
    let name = file.text_of(selector.field(Field::Field)?);
    if !names.contains(&name) {
        return None;
    }
    Some(made(file, name, node, selector.field(Field::Operand)?, form, literals))
}

fn made<'p>(
    file: &'p GoFile,
    name: &'p str,
    node: Node<'p>,
    receiver: Node<'p>,
    form: Form,
    literals: &[(Span, Form)],
) -> Site<'p> {
    let around = literals.iter().map(|it| it.1).fold(None, |outer, inner| {
        Some(match (outer, inner) {
            (None | Some(Form::Inline), it) => it,
            (Some(it), _) => it,
        })
    });
    let form = match (around, form) {
        (None, it) => it,
        (Some(_), Form::Elsewhere) | (Some(Form::Elsewhere), _) => Form::Elsewhere,
        (Some(Form::Deferred), _) => Form::Deferred,
        (Some(_), _) => Form::Inline,
    };
    let path = AccessPath::of(file, receiver).map(|it| resolved(file, it));
    Site { name, node, receiver, path, form, literal: literals.first().map(|it| it.0) }
}

/// The path behind a variable that is made to stand for it: `mu := &s.mu`.
pub(in crate::rules) fn resolved(file: &GoFile, path: AccessPath) -> AccessPath {
    // A name for a name for a name; nobody goes deeper.
    const NAMES: usize = 4;
    let scopes = file.scopes();
    let mut path = path;
    for _ in 0..NAMES {
        let Root::Local(id) = path.root else { break };
        let binding = scopes.binding(id);
        if scopes.uses_of(id).any(|it| it.access.writes() && !it.part) {
            break;
        }
        let (span, kind) = binding.declared_by;
        if !matches!(kind, Kind::ShortVarDeclaration | Kind::VarSpec) {
            break;
        }
        let by = file.node(span, kind);
        let name = by.and_then(|it| it.descendants().find(|it| it.span() == binding.name));
        let value = by.zip(name).and_then(|(by, name)| value_of(by, name));
        let Some(of) = value.and_then(|it| AccessPath::of(file, it)) else { break };
        // A variable of Go itself, `nil` say, is no object.
        if matches!(&of.root, Root::Outer(_)) && of.steps.is_empty() {
            break;
        }
        path = path.rebased(&of);
    }
    path
}
