//! What a call inside the package runs, and what the callee calls the caller's objects.

use crate::golang::types::Callee;
use crate::golang::{
    AccessPath, BindingId, Declared, Field, GoFile, GoNode, ItemKind, Kind, Node, Root,
};
use crate::rules::engine::Context;
use crate::rules::flow::own_nodes;
use crate::rules::goroutine::{function_of, parameters};
use crate::rules::survey::At;
use crate::rules::types::{Shape, Type};

use super::place::{is_struct, place};

/// More types than this for one interface are not tried.
const IMPLEMENTERS: usize = 4;

/// One function that a call may run.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Target<'p> {
    /// The function: a declaration, a method or a literal.
    pub(in crate::rules) function: At<'p>,
    /// Whether the call runs it for certain: not one of several types behind an interface.
    pub(in crate::rules) sure: bool,
    /// Whether an interface is between the call and it.
    pub(in crate::rules) dynamic: bool,
    /// The callee's receiver and parameters, and what they are for the caller.
    names: Vec<(BindingId, AccessPath)>,
}

impl Target<'_> {
    /// What the caller calls an object of the callee.
    pub(in crate::rules) fn outwards(&self, path: &AccessPath) -> Option<AccessPath> {
        let Root::Local(id) = path.root else { return Some(path.clone()) };
        if let Some(it) = self.names.iter().find(|it| it.0 == id) {
            return Some(path.rebased(&it.1));
        }
        let binding = self.function.file.scopes().binding(id);
        let captured = self.function.node.is(Kind::FuncLiteral)
            && !self.function.node.span().encloses(binding.name);
        captured.then(|| path.clone())
    }

    /// What the callee calls an object of the caller.
    pub(in crate::rules) fn inwards(&self, path: &AccessPath) -> Option<AccessPath> {
        if !matches!(path.root, Root::Local(_)) {
            return Some(path.clone());
        }
        self.names.iter().find_map(|(id, of)| {
            let rest = path.steps.strip_prefix(&*of.steps).filter(|_| of.root == path.root)?;
            Some(AccessPath { root: Root::Local(*id), steps: rest.to_vec() })
        })
    }
}

/// When a call runs that stands in a function itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum When {
    /// Where it stands.
    Now,
    /// At the function's end.
    Deferred,
    /// In another goroutine.
    Elsewhere,
}

/// The calls that a function makes itself, those in its literals left out, in the order of the
/// source.
pub(in crate::rules) fn own_calls<'p>(function: Node<'p>) -> Vec<(Node<'p>, When)> {
    let mut later: Vec<(usize, When)> = Vec::new();
    let mut all = Vec::new();
    for node in own_nodes(function) {
        let when = match node.go_kind() {
            Kind::DeferStatement => When::Deferred,
            Kind::GoStatement => When::Elsewhere,
            Kind::CallExpression => {
                let at = later.iter().rposition(|it| it.0 == node.id());
                all.push((node, at.map_or(When::Now, |at| later.remove(at).1)));
                continue;
            }
            _ => continue,
        };
        later.extend(node.parts().next().map(|it| (it.unparen().id(), when)));
    }
    all
}

/// When a call runs that stands anywhere.
pub(super) fn when(around: &[Node<'_>]) -> When {
    match around.iter().find(|it| !it.is(Kind::ParenthesizedExpression)).map(|it| it.go_kind()) {
        Some(Kind::DeferStatement) => When::Deferred,
        Some(Kind::GoStatement) => When::Elsewhere,
        _ => When::Now,
    }
}

/// The functions of the package that a call may run.
pub(in crate::rules) fn targets<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
) -> Vec<Target<'p>> {
    if !context.affords(file, 4) {
        return Vec::new();
    }
    match context.types.callee(file, call) {
        Callee::Function(it) => declared(context, file, call, it).into_iter().collect(),
        Callee::Method(it) => declared(context, file, call, it).into_iter().collect(),
        Callee::Literal(node) => {
            vec![target(context, file, call, At { file, node }, None)]
        }
        Callee::Interface(..) => implementing(context, file, call).unwrap_or_default(),
        Callee::Value(_) => {
            let callee = call.callee().filter(|it| it.is(Kind::Identifier));
            let literal = callee.and_then(|it| function_of(&context.types, file, it));
            literal.map(|it| target(context, file, call, it, None)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The methods that `fmt` and `log` call to print what a call gives them: `String` and `Error`.
pub(in crate::rules) fn printing<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
) -> Vec<Target<'p>> {
    let callee = call.callee().and_then(|it| file.qualified(it));
    let Some(("fmt" | "log", name)) = callee else { return Vec::new() };
    let formats = name.ends_with('f');
    let mut arguments: Vec<_> = call.arguments().collect();
    if formats {
        let format = arguments.iter().position(|it| it.go_kind().is_string());
        let Some(format) = format else { return Vec::new() };
        let verbs = verbs(file.text_of(arguments[format])).unwrap_or_default();
        let rest = arguments.split_off(format + 1);
        arguments = rest.into_iter().zip(verbs).filter(|it| it.1).map(|it| it.0).collect();
    }
    let mut all = Vec::new();
    for argument in arguments {
        let of = context.types.of(file, argument);
        let shown = |name| context.types.method(&of, name);
        let Some(method) = shown("Error").or_else(|| shown("String")) else { continue };
        let pointer = method.item.receiver.as_ref().is_some_and(|it| it.pointer);
        let Some(node) = method.item.node(method.file) else { continue };
        // A value has no methods of its pointer.
        if !pointer || matches!(of, Type::Pointer(_)) {
            let function = At { file: method.file, node };
            let path = place(context, file, argument).filter(|_| pointer);
            all.push(Target { names: Vec::new(), ..target(context, file, call, function, None) });
            if let (Some(path), Some(id)) = (path, receiver_of(function))
                && let Some(it) = all.last_mut()
            {
                it.names.push((id, path));
            }
        }
    }
    all
}

/// Which of a format's verbs ask a value for its text; `None` where arguments are counted
/// otherwise.
fn verbs(format: &str) -> Option<Vec<bool>> {
    let mut all = Vec::new();
    let mut rest = format.split('%').skip(1);
    while let Some(it) = rest.next() {
        if it.is_empty() {
            // `%%`
            rest.next();
            continue;
        }
        let verb = it.find(|it: char| it.is_ascii_alphabetic() || it == '*' || it == '[')?;
        let (flags, verb) = (&it[..verb], it[verb..].chars().next()?);
        if matches!(verb, '*' | '[') {
            return None;
        }
        all.push(matches!(verb, 'v' | 's' | 'q' | 'w') && !flags.contains('#'));
    }
    Some(all)
}

fn declared<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    callee: Declared<'p>,
) -> Option<Target<'p>> {
    let node = callee.item.node(callee.file)?;
    let function = At { file: callee.file, node };
    let receiver = callee.item.receiver.as_ref();
    let mut path = None;
    if receiver.is_some_and(|it| it.pointer)
        && let Some(selector) = call.callee()
        && let Some(operand) = selector.field(Field::Operand)
    {
        path = place(context, file, operand).and_then(|mut path| {
            let of = context.types.of(file, operand);
            let name = file.text_of(selector.field(Field::Field)?);
            path.steps.extend(context.types.member(&of, name)?.way.into_iter().map(Box::from));
            Some(path)
        });
    }
    Some(target(context, file, call, function, path))
}

fn target<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
    function: At<'p>,
    receiver: Option<AccessPath>,
) -> Target<'p> {
    let scopes = function.file.scopes();
    let mut names = Vec::new();
    if let Some(path) = receiver
        && let Some(id) = receiver_of(function)
    {
        names.push((id, path));
    }
    for (parameter, argument) in parameters(function.node).into_iter().zip(call.arguments()) {
        let Some(name) = parameter.name.filter(|_| !parameter.variadic) else { continue };
        let Some(id) = scopes.declared_at(name.span()) else { continue };
        let of = context.types.written(function.file, parameter.type_node);
        if of.is_known()
            && !is_struct(context, &of)
            && let Some(path) = place(context, file, argument)
        {
            names.push((id, path));
        }
    }
    Target { function, sure: true, dynamic: false, names }
}

/// The name of a method's receiver, as the method itself knows it.
pub(in crate::rules) fn receiver_of(method: At<'_>) -> Option<BindingId> {
    let receiver = method.node.field(Field::Receiver)?.parts().next()?.field(Field::Name)?;
    method.file.scopes().declared_at(receiver.span())
}

/// The methods behind a call through an interface of the package, when exactly the package's own
/// types can stand behind it.
fn implementing<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    call: Node<'p>,
) -> Option<Vec<Target<'p>>> {
    let package = context.package;
    if package.is_partial() {
        return None;
    }
    let selector = call.callee()?;
    let operand = selector.field(Field::Operand)?;
    let called = file.text_of(selector.field(Field::Field)?);
    let mut wanted = Vec::new();
    methods(context, &context.types.of(file, operand), &mut wanted, 8)?;
    let having = package.all().filter(|it| {
        it.item.kind == ItemKind::Method && &*it.item.name == called && !it.file.is_test()
    });
    let having: Vec<_> = having.take(IMPLEMENTERS * 4).collect();
    let mut all = Vec::new();
    for it in having {
        let Some(receiver) = it.item.receiver.as_ref() else { continue };
        let of = context.types.declared_type(&receiver.type_name);
        let has = |name: &&'p str| {
            let member = context.types.member(&of, name);
            member.is_some_and(|it| matches!(it.kind, crate::rules::types::MemberKind::Method(_)))
        };
        if !of.is_known() || !wanted.iter().all(has) {
            continue;
        }
        let path = place(context, file, operand).filter(|_| receiver.pointer);
        let Some(node) = it.item.node(it.file) else { continue };
        let mut one = target(context, file, call, At { file: it.file, node }, path);
        one.dynamic = true;
        all.push(one);
    }
    if all.len() > IMPLEMENTERS {
        return None;
    }
    let sure = all.len() == 1;
    all.iter_mut().for_each(|it| it.sure = sure);
    Some(all)
}

/// The names of an interface's methods; `None` where some of them are not in sight.
fn methods<'p>(
    context: &Context<'p>,
    of: &Type<'p>,
    names: &mut Vec<&'p str>,
    depth: usize,
) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let Type::Interface(Shape::Written(file, node, _)) = context.types.underlying(of) else {
        return None;
    };
    for it in node.parts() {
        if it.is(Kind::TypeElem) {
            let of = context.types.written(file, it.parts().next().unwrap_or(it));
            methods(context, &of, names, depth)?;
        } else {
            names.extend(it.field(Field::Name).map(|it| file.text_of(it)));
        }
    }
    Some(())
}
