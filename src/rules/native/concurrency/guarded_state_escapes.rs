//! A method gives back the map or slice that its lock guards: the lock ends with the method, the
//! sharing does not.

use crate::golang::{Field, GoFile, GoNode, Kind, Place};
use crate::model::Confidence;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::object::is_exported;
use crate::rules::state::{
    Doing, Guard, Hold, Privacy, Touch, guarded_fields, guards, hold, is_meant, is_settled,
    struct_of,
};
use crate::rules::survey::At;
use crate::rules::types::Type;
use crate::rules::{Fix, Role};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::TypeSpec], vars: &["PLACE", "LOCK", "METHOD"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let spec = At { file: place.file, node: place.node };
    let body = place.node.field(Field::Type).filter(|it| it.is(Kind::StructType));
    if spec.file.is_test() || body.is_none() {
        return Vec::new();
    }
    let Some(of) = struct_of(context, spec) else { return Vec::new() };
    let guards = guards(context, &of);
    let mut hits = Vec::new();
    for (object, _, of) in guarded_fields(context, &of).into_iter().filter(|_| !guards.is_empty()) {
        let clone = match context.types.underlying(&of) {
            Type::Map(_) => "maps",
            Type::Slice(_) => "slices",
            _ => continue,
        };
        let Some(all) = context.touches(object) else { continue };
        for touch in all.iter().filter(|it| it.doing == Doing::Read && !it.at.file.is_test()) {
            hits.extend(guards.iter().find_map(|it| escapes(context, touch, it, &all, clone)));
        }
    }
    hits
}

fn escapes<'p>(
    context: &Context<'p>,
    touch: &Touch<'p>,
    guard: &Guard<'p>,
    all: &[Touch<'p>],
    clone: &str,
) -> Option<Hit<'p>> {
    let At { file, node } = touch.at;
    // Within the package, the callers may know.
    let function = touch.function().filter(|it| it.is(Kind::MethodDeclaration))?;
    let name = file.text_of(function.field(Field::Name)?);
    let returned = touch.around.iter().find(|it| !it.is(Kind::ExpressionList))?;
    if !returned.is(Kind::ReturnStatement)
        || !is_exported(name)
        || hold(context, touch, guard) < Hold::Read
    {
        return None;
    }
    // What only gets replaced as a whole stays as it was for who has it.
    let changed = all.iter().find(|it| {
        it.doing == Doing::Inside
            && !it.at.file.is_test()
            && it.function().is_none_or(|it| it.id() != function.id())
            && it.privacy(context) == Privacy::Published
            && hold(context, it, guard) >= Hold::Read
    })?;
    // The lock is the method's own, not that of whoever calls it.
    let taken = function.descendants().find(|it| {
        let name = it.callee().and_then(|it| it.field(Field::Field));
        name.is_some_and(|it| matches!(file.text_of(it), "Lock" | "RLock"))
    })?;
    if name.to_ascii_lowercase().contains("unsafe")
        || name.ends_with("Locked")
        || is_meant(file, node)
        || is_settled(file, function)
        || is_documented(file, function)
    {
        return None;
    }
    let operand = file.text_of(touch.operand()?);
    let mut hit = Hit::at(file, node)
        .var("PLACE", file.text_of(node))
        .var("LOCK", format!("{operand}.{}", guard.name))
        .var("METHOD", name)
        .with(file, taken, Role::Acquire)
        .with(changed.at.file, changed.at.node, Role::Access);
    hit.confidence = Confidence::Medium;
    hit.fix = cloned(file, touch, clone);
    Some(hit)
}

/// Whether the comment above the method tells its callers what they get.
fn is_documented(file: &GoFile, function: crate::golang::Node<'_>) -> bool {
    const TOLD: &[&str] = &[
        "not modify",
        "not be modified",
        "n't modify",
        "read-only",
        "read only",
        "readonly",
        "not mutate",
        "not be mutated",
        "not copied",
        "no copy",
        "not a copy",
        "shared",
        "internal",
        "not safe",
        "not thread",
        "not change",
        "not be changed",
        "reference",
        "underlying",
    ];
    let text = &file.text()[..function.start_byte()];
    let lines = text.lines().rev().take_while(|it| it.trim_start().starts_with("//"));
    lines.map(str::to_lowercase).any(|line| TOLD.iter().any(|it| line.contains(it)))
}

/// A copy in its place, where the package that makes one is at hand.
fn cloned(file: &GoFile, touch: &Touch<'_>, package: &str) -> Option<Fix> {
    let import = file.imports().iter().find(|it| &*it.path == package)?;
    let to = format!("{}.Clone({})", import.local_name()?, file.text_of(touch.at.node));
    Some(Fix::replacing(file, touch.at.node.span(), &to))
}
