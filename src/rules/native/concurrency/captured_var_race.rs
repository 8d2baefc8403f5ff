//! A variable that a goroutine's literal shares with its starter, or with other goroutines, while
//! nothing orders what they do to it.

use crate::golang::{BindingKind, GoFile, Kind, Place};
use crate::model::Confidence;
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::share::{Access, Race, What, With, appends, races};

pub(in crate::rules) const NATIVE: Native = Native {
    kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration],
    vars: &["VAR", "HERE", "OTHER"],
    check,
};

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let file = place.file;
    let races = races(context, file, place.node, What::Data).into_iter();
    let of_appends = |it: &Race<'p>| appends(file, &it.inner) && matches!(it.with, With::Itself);
    // Before Go 1.22 that is another rule's.
    let of_loops = |it: &Race<'p>| file.scopes().binding(it.variable).kind == BindingKind::LoopVar;
    races.filter(|it| !of_appends(it) && !of_loops(it)).map(|it| hit(file, &it)).collect()
}

fn hit<'p>(file: &'p GoFile, race: &Race<'p>) -> Hit<'p> {
    let other = match &race.with {
        With::Itself => &race.inner,
        With::Starter(it) | With::Other(it) => it,
    };
    // The write is what is wrong about it, or what forgets to be atomic.
    let first = race.inner.writes && (other.is_atomic() || !race.inner.is_atomic());
    let (here, there) = if first { (&race.inner, other) } else { (other, &race.inner) };
    let mut hit = Hit::at(file, here.statement)
        .var("VAR", file.slice(file.scopes().binding(race.variable).name))
        .var("HERE", quoted(file, here))
        .var("OTHER", quoted(file, there))
        .with(file, race.start.site.node, Role::Start);
    if there.statement.id() != here.statement.id() {
        hit = hit.with(file, there.statement, Role::Access);
    }
    // Half of those in tests are on ways on which the test fails anyway.
    if file.is_test() {
        hit.confidence = Confidence::Low;
    }
    hit
}

/// The code of an access, on one line.
fn quoted(file: &GoFile, access: &Access<'_>) -> String {
    const MOST: usize = 60;
    let line = file.text_of(access.statement).lines().next().unwrap_or_default();
    let line = line.trim_end_matches('{').trim().replace('`', "'");
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
