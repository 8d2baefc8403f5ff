//! Locks and the like that are handed on by design: somebody else gives them back.

use std::collections::HashSet;

use crate::golang::{Field, GoFile, GoNode, Kind, Node, PointId};
use crate::rules::engine::Context;

/// The functions and methods of a package that give something back which they did not acquire
/// themselves, by name.
#[derive(Debug, Default)]
pub(in crate::rules) struct NetReleasers {
    pub(in crate::rules) names: HashSet<String>,
    /// Whether some literal does.
    pub(in crate::rules) in_literal: bool,
}

impl NetReleasers {
    /// Looks for `object.Release(` in the code of the package, where `object` is the last word
    /// before the method: the field or the variable; `None` when that cannot be afforded.
    ///
    /// `except` is the function that asks.
    pub(in crate::rules) fn of(
        context: &Context<'_>,
        object: &str,
        (acquires, releases): (&[&str], &[&str]),
        except: (&GoFile, Node<'_>),
    ) -> Option<Self> {
        if !context.affords_walk() {
            return None;
        }
        let mut found = Self::default();
        for file in context.package.files() {
            for at in mentions(file, object, releases) {
                let scopes = file.scopes();
                let Some(mut id) = scopes.function_at(at) else { continue };
                let own = id;
                while let Some(outer) = scopes.function(id).parent {
                    id = outer;
                }
                let (whole, inner) = (scopes.function(id), scopes.function(own));
                let asked = std::ptr::eq(&**file, except.0)
                    && (whole.span.encloses(except.1.span())
                        || except.1.span().encloses(inner.span));
                if asked || !context.affords(file, 4) {
                    continue;
                }
                let Some(node) = file.node(inner.span, inner.kind) else { continue };
                if !gives_back(file, node, at, object, acquires) {
                    continue;
                }
                let declared = file.node(whole.span, whole.kind);
                let name = declared.and_then(|it| it.field(Field::Name));
                found.in_literal |= own != id;
                found.names.extend(name.map(|it| file.text_of(it).to_owned()));
            }
        }
        Some(found)
    }
}

/// Whether control can come to the release without having acquired.
fn gives_back(
    file: &GoFile,
    function: Node<'_>,
    at: usize,
    object: &str,
    acquires: &[&str],
) -> bool {
    let Some(flow) = file.flow(function) else { return true };
    let Some(release) = flow.at(at) else { return true };
    let span = function.span();
    let taken: HashSet<PointId> = mentions(file, object, acquires)
        .filter(|it| span.contains(*it))
        .filter_map(|it| flow.at(it))
        .collect();
    flow.reach([PointId::ENTRY], |it| taken.contains(&it))[release.index()]
        && !taken.contains(&release)
}

/// Where `object.Method(` or `object.Method` as a value stands.
fn mentions<'f>(
    file: &'f GoFile,
    object: &'f str,
    methods: &'f [&'f str],
) -> impl Iterator<Item = usize> + 'f {
    let text = file.text();
    let word = |it: char| it.is_alphanumeric() || it == '_';
    methods.iter().flat_map(move |method| {
        text.match_indices(*method).filter_map(move |(at, _)| {
            let before = text[..at].strip_suffix('.')?;
            let after = text[at + method.len()..].chars().next();
            let whole = before.ends_with(object)
                && !before[..before.len() - object.len()].ends_with(word)
                && !after.is_some_and(word);
            whole.then_some(at)
        })
    })
}

/// Whether a name or the comment above a declaration speaks of these words: what a function called
/// `lockRow` holds at its end, it holds on purpose.
pub(in crate::rules) fn is_named_for(
    file: &GoFile,
    function: Node<'_>,
    names: &[&str],
    says: &[&str],
) -> bool {
    let around = function.ancestors(file.root());
    let declaration = std::iter::once(function)
        .chain(around)
        .find(|it| matches!(it.go_kind(), Kind::FunctionDeclaration | Kind::MethodDeclaration));
    let Some(declaration) = declaration else { return false };
    let name = declaration.field(Field::Name).map_or("", |it| file.text_of(it));
    let spoken = camel(name).any(|it| names.contains(&&*it.to_ascii_lowercase()));
    spoken || {
        let doc = doc(file, declaration).to_ascii_lowercase();
        says.iter().any(|it| doc.contains(it))
    }
}

/// The words of a name: `rLockRow2` → `r`, `Lock`, `Row2`.
fn camel(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches('_');
        let first = rest.chars().next()?;
        let upper = rest[first.len_utf8()..].find(|it: char| it.is_uppercase() || it == '_');
        let end = upper.map_or(rest.len(), |it| it + first.len_utf8());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

/// The comment right above a declaration.
fn doc<'f>(file: &'f GoFile, declaration: Node<'_>) -> &'f str {
    let before = &file.text()[..declaration.start_byte()];
    let Some(lines) = before.strip_suffix('\n') else { return "" };
    let comment = lines.rsplit('\n').take_while(|it| it.starts_with("//"));
    let start = lines.len() + 1 - comment.map(|it| it.len() + 1).sum::<usize>();
    &before[start..]
}
