//! Several goroutines append to one slice without a lock.

use crate::golang::{GoFile, Kind, Place};
use crate::rules::Role;
use crate::rules::engine::{Context, Hit, Native};
use crate::rules::share::{Race, What, With, appends, races};

pub(in crate::rules) const NATIVE: Native =
    Native { kinds: &[Kind::FunctionDeclaration, Kind::MethodDeclaration], vars: &["VAR"], check };

fn check<'p>(context: &Context<'p>, place: &Place<'p, '_>) -> Vec<Hit<'p>> {
    let file = place.file;
    let races = races(context, file, place.node, What::Data);
    races.iter().filter_map(|it| hit(file, it)).collect()
}

fn hit<'p>(file: &'p GoFile, race: &Race<'p>) -> Option<Hit<'p>> {
    let by_many = matches!(race.with, With::Itself) && appends(file, &race.inner);
    let hit = Hit::at(file, race.inner.statement)
        .var("VAR", file.slice(file.scopes().binding(race.variable).name))
        .with(file, race.start.site.node, Role::Start);
    by_many.then_some(hit)
}
