//! A value that holds a lock, a counter or an atomic is copied, and the copy guards nothing.

use crate::golang::signatures::{Entry, Signatures};
use crate::golang::types::{Callee, Lock, Type};
use crate::golang::{BindingKind, Field, GoFile, GoNode, Kind, Node, Place, Resolved};
use crate::model::Severity;
use crate::rules::Fix;
use crate::rules::audience::serves_tests;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::flow::own_nodes;

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[
        Kind::AssignmentStatement,
        Kind::CallExpression,
        Kind::LiteralElement,
        Kind::ParameterDeclaration,
        Kind::RangeClause,
        Kind::ReturnStatement,
        Kind::ShortVarDeclaration,
        Kind::VarSpec,
    ],
    vars: &["VALUE", "LOCK"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let mut hits = copies(context, place);
    // A test that carries a struct along has no second goroutine to exclude.
    let carried = |it: &Hit<'_>| it.severity == Severity::Warning && serves_tests(it.file);
    hits.retain(|it| !carried(it) && !is_meant(it.file, it.trigger));
    hits
}

fn copies<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let (file, node) = (place.file, place.node);
    match place.kind {
        Kind::ParameterDeclaration => parameter(context, place).into_iter().collect(),
        Kind::RangeClause => ranged(context, file, node).into_iter().collect(),
        Kind::CallExpression => arguments(context, file, node),
        Kind::LiteralElement => {
            // `key: value`, where the key is an element too.
            let parent = place.parent().filter(|it| it.is(Kind::KeyedElement));
            let key = parent.and_then(|it| it.field(Field::Key));
            let value = node.parts().next().filter(|_| key.is_none_or(|it| it.id() != node.id()));
            value.and_then(|it| copied(context, file, it)).into_iter().collect()
        }
        Kind::ReturnStatement => {
            let values = node.parts().flat_map(elements);
            values.filter_map(|it| copied(context, file, it)).collect()
        }
        _ => {
            let names = node.field(Field::Left).map(elements).unwrap_or_default();
            let blank = |at: usize| names.get(at).is_some_and(|it| file.text_of(*it) == "_");
            let values = node.field(Field::Right).or(node.field(Field::Value));
            let values = values.map(elements).unwrap_or_default();
            let kept = values.into_iter().enumerate().filter(|(at, _)| !blank(*at));
            let hits: Vec<_> = kept.filter_map(|(_, it)| copied(context, file, it)).collect();
            if hits.is_empty() || renews_lock(context, file, node) { Vec::new() } else { hits }
        }
    }
}

/// A receiver or a parameter that is passed by value.
fn parameter<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Option<Hit<'p>> {
    let (file, declaration) = (place.file, place.node);
    let mut around = place.ancestors.iter().rev();
    let (list, function) = (around.next()?, around.next()?);
    let of = |field| function.field(field).is_some_and(|it| it.id() == list.id());
    let receiver = of(Field::Receiver);
    if !function.go_kind().is_function() || !(receiver || of(Field::Parameters)) {
        return None;
    }
    // What has no name is not used.
    let name = declaration.field(Field::Name).filter(|it| file.text_of(*it) != "_")?;
    let written = declaration.field(Field::Type)?;
    let lock = lock_of(context, &context.types.written(file, written))?;
    let mut hit = hit(file, declaration, &lock);
    if !uses_lock(context, file, *function, name) {
        hit.severity = Severity::Warning;
    }
    if receiver {
        hit.fix = by_pointer(context, file, *function, name, written);
    }
    Some(hit)
}

/// Whether the function itself calls a method of the copied lock.
fn uses_lock<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    function: Node<'p>,
    name: Node<'p>,
) -> bool {
    let binding = file.scopes().declared_at(name.span());
    let Some(body) = function.field(Field::Body) else { return false };
    own_nodes(body).filter(|it| it.is(Kind::CallExpression)).any(|call| {
        let Some(callee) = call.callee().filter(|it| it.is(Kind::SelectorExpression)) else {
            return false;
        };
        let root = root_of(callee);
        binding.is_some()
            && file.resolve(root).local() == binding
            && matches!(
                context.types.callee(file, call),
                Callee::ForeignMethod { path: "sync" | "sync/atomic", .. }
            )
    })
}

/// The receiver as a pointer, where its other methods have pointers and the body only selects
/// from it, so that what compiled before still does.
fn by_pointer<'p>(
    context: &Context<'p>,
    file: &'p GoFile,
    method: Node<'p>,
    name: Node<'p>,
    written: Node<'p>,
) -> Option<Fix> {
    let own = context.types.written(file, written).own()?;
    let methods = context.package.methods_of(own.name);
    let others = methods.iter().filter(|it| it.item.span != method.span());
    let pointers = others.clone().all(|it| it.item.receiver.as_ref().is_some_and(|it| it.pointer));
    if others.count() == 0 || !pointers || context.package.is_partial() {
        return None;
    }
    let scopes = file.scopes();
    let id = scopes.declared_at(name.span())?;
    context.affords(file, scopes.uses_of(id).count()).then_some(())?;
    let selects = scopes.uses_of(id).all(|it| {
        let node = file.node(it.span, Kind::Identifier);
        let parent = node.and_then(|it| it.ancestors(file.root()).first().copied());
        parent.is_some_and(|it| it.is(Kind::SelectorExpression))
    });
    let to = format!("*{}", file.text_of(written));
    selects.then(|| Fix::replacing(file, written.span(), &to))
}

/// The value of a `range` over what holds its elements by value.
fn ranged<'p>(context: &Context<'p>, file: &'p GoFile, clause: Node<'p>) -> Option<Hit<'p>> {
    let names = elements(clause.field(Field::Left)?);
    let value = *names.get(1).filter(|it| file.text_of(**it) != "_")?;
    let of = match value.go_kind() {
        Kind::Identifier => context.types.of_name(file, value),
        _ => context.types.of(file, value),
    };
    let lock = lock_of(context, &of)?;
    let mut hit = hit(file, value, &lock);
    hit.severity = Severity::Warning;
    Some(hit)
}

fn arguments<'p>(context: &Context<'p>, file: &'p GoFile, call: Node<'p>) -> Vec<Hit<'p>> {
    let copies = call.arguments().enumerate();
    let copies: Vec<_> =
        copies.filter_map(|(at, it)| Some((at, copied(context, file, it)?))).collect();
    if copies.is_empty() {
        return Vec::new();
    }
    let callee = context.types.callee(file, call);
    let copied_there = match &callee {
        Callee::Builtin(name) => *name == "append",
        Callee::ForeignFunction { path, .. } => *path != "unsafe",
        // What a conversion gives is copied where it goes.
        Callee::Conversion(_) => false,
        _ => true,
    };
    if !copied_there {
        return Vec::new();
    }
    let of = call.callee().map(|it| context.types.of(file, it)).unwrap_or_default();
    let parameters = match &of {
        Type::Func(it) => &*it.parameters,
        _ => &[],
    };
    let declared = matches!(callee, Callee::Function(_) | Callee::Method(_) | Callee::Literal(_));
    // The declaration of the parameter is blamed already.
    let told = |at: usize| {
        let parameter = parameters.get(at).filter(|_| declared);
        parameter.is_some_and(|it| context.types.lock(it).is_some())
    };
    copies.into_iter().filter(|(at, _)| !told(*at)).map(|(_, it)| it).collect()
}

/// Whether an expression may stand for memory that lives on when it has been copied.
fn is_source(context: &Context<'_>, file: &GoFile, value: Node<'_>) -> bool {
    match value.go_kind() {
        Kind::UnaryExpression => value.operator() == Some("*"),
        Kind::Identifier => match file.resolve(value) {
            Resolved::Outer(name) => context.package.vars(name).next().is_some(),
            _ => false,
        },
        Kind::IndexExpression => true,
        Kind::SelectorExpression => file.qualified(value).is_none(),
        _ => false,
    }
}

/// A value that is copied from where it stays.
fn copied<'p>(context: &Context<'p>, file: &'p GoFile, value: Node<'p>) -> Option<Hit<'p>> {
    let value = value.unparen();
    is_source(context, file, value).then_some(())?;
    let lock = lock_of(context, &context.types.of(file, value))?;
    lives_on(context, file, value).then_some(())?;
    let mut hit = hit(file, value, &lock);
    hit.severity = Severity::Warning;
    Some(hit)
}

/// Whether the next statement gives the copy a lock of its own: `to.mu = sync.Mutex{}`.
fn renews_lock<'p>(context: &Context<'p>, file: &'p GoFile, copy: Node<'p>) -> bool {
    let mut next = copy.next_named_sibling();
    while next.is_some_and(|it| it.is(Kind::Comment)) {
        next = next.and_then(|it| it.next_named_sibling());
    }
    let right = next.filter(|it| it.is(Kind::AssignmentStatement));
    let right = right.and_then(|it| it.field(Field::Right)).map(elements).unwrap_or_default();
    right.iter().any(|it| {
        it.is(Kind::CompositeLiteral) && context.types.lock(&context.types.of(file, *it)).is_some()
    })
}

/// Whether somebody has told vet or golangci-lint that this copy is meant.
fn is_meant(file: &GoFile, copy: Node<'_>) -> bool {
    let rest = file.text().get(copy.end_byte()..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let comment = line.split_once("//nolint:").map(|it| it.1);
    comment.is_some_and(|it| it.contains("govet") || it.contains("copylocks"))
}

/// Whether others hold what is copied: not a local that was made here and only moves on.
fn lives_on<'p>(context: &Context<'p>, file: &'p GoFile, value: Node<'p>) -> bool {
    let root = root_of(value);
    match file.resolve(root) {
        Resolved::Outer(_) => root.is(Kind::Identifier),
        Resolved::Local(_, binding) => match binding.kind {
            // A parameter that is a value is blamed where it is declared.
            BindingKind::Receiver | BindingKind::Parameter | BindingKind::LoopVar => true,
            _ => {
                let of = context.types.of_name(file, root);
                let shared = matches!(
                    context.types.underlying(&of),
                    Type::Pointer(_) | Type::Slice(_) | Type::Map(_)
                );
                shared && !is_fresh(context, file, binding.declared_by, binding.name)
            }
        },
        _ => false,
    }
}

/// Whether a local is declared with something that is made on the spot.
fn is_fresh(
    context: &Context<'_>,
    file: &GoFile,
    (span, kind): (crate::golang::Span, Kind),
    name: crate::golang::Span,
) -> bool {
    if !context.affords(file, 1) {
        return true;
    }
    let Some(by) = file.node(span, kind) else { return true };
    let at = by.descendants().find(|it| it.span() == name);
    let value = at.and_then(|it| crate::golang::types::value_of(by, it));
    value.map(GoNode::unparen).is_some_and(|it| match it.go_kind() {
        Kind::UnaryExpression => it.operator() == Some("&"),
        Kind::CompositeLiteral => true,
        Kind::CallExpression => it
            .callee()
            .is_some_and(|it| matches!(file.resolve(it), Resolved::Outer("new" | "make"))),
        _ => false,
    })
}

/// The variable at the beginning of `*a.b[i].c`; the call or whatever else it begins with.
fn root_of(mut node: Node<'_>) -> Node<'_> {
    while let Kind::SelectorExpression
    | Kind::IndexExpression
    | Kind::UnaryExpression
    | Kind::ParenthesizedExpression = node.go_kind()
    {
        let inner = node.field(Field::Operand).or_else(|| node.parts().next());
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}

/// The lock in a type whose values the reader knows to hold one.
fn lock_of<'p>(context: &Context<'p>, of: &Type<'p>) -> Option<Lock<'p>> {
    let holds = matches!(of, Type::Named(_) | Type::Array(..) | Type::Struct(_));
    context.types.lock(of).filter(|_| holds)
}

fn hit<'p>(file: &'p GoFile, copy: Node<'p>, lock: &Lock<'p>) -> Hit<'p> {
    Hit::at(file, copy).var("VALUE", file.text_of(copy)).var("LOCK", shown(lock))
}

/// The lock as a field is declared: `mu sync.Mutex`.
fn shown(lock: &Lock<'_>) -> String {
    let name = match (lock.of.foreign_name(), lock.of.own()) {
        (Some((path, name)), _) => {
            let package = Signatures::of(path);
            let inner = package.and_then(|it| match it.get(name)? {
                Entry::Type(it) => it.lock(),
                _ => None,
            });
            // What holds a lock inside of another package is named for what it holds.
            let itself = matches!(path, "sync" | "sync/atomic");
            match inner.filter(|_| !itself) {
                Some(inner) => inner.rsplit('/').next().unwrap_or(inner).to_owned(),
                None => format!("{}.{name}", package.map_or(path, |it| it.name())),
            }
        }
        (None, Some(own)) => own.name.to_owned(),
        (None, None) => String::new(),
    };
    let path = lock.path.join(".");
    // An embedded lock has its type's name.
    let embedded = lock.path.last().is_some_and(|it| name.rsplit('.').next() == Some(it));
    if path.is_empty() || embedded { name } else { format!("{path} {name}") }
}

fn elements(node: Node<'_>) -> Vec<Node<'_>> {
    if node.is(Kind::ExpressionList) { node.parts().collect() } else { vec![node] }
}
