//! What the code behind a metavariable must be, beyond how it looks.

use std::collections::BTreeSet;

use regex::Regex;

use crate::golang::{GoNode, Kind};
use crate::rules::types::{Type, TypeInfo};

use super::fit::Bound;
use super::name::{GoName, means};
use super::read::{kind, names, regex};
use super::solve::Site;
use super::value;
use super::yaml;

/// All of these must hold; an empty list asks nothing.
#[derive(Debug, Default)]
pub(super) struct Condition {
    pub(super) types: Vec<TypeName>,
    pub(super) resolves: Vec<GoName>,
    pub(super) from: Vec<GoName>,
    pub(super) constant: Option<bool>,
    /// Whether it must be a local variable that does not escape.
    pub(super) stays: bool,
    /// Whether it must be a local variable whose value nothing visibly keeps.
    pub(super) unstored: bool,
    /// Whether it must be the same in every iteration.
    pub(super) invariant: bool,
    pub(super) kinds: Vec<Kind>,
    pub(super) regex: Option<Regex>,
}

/// A type by its name, or by what it is made of.
#[derive(Debug)]
pub(super) enum TypeName {
    Named(GoName),
    Made(Kind),
}

impl TypeName {
    /// Reads a type.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let made = match text {
            "chan" => Kind::ChannelType,
            "map" => Kind::MapType,
            "slice" => Kind::SliceType,
            "array" => Kind::ArrayType,
            "func" => Kind::FunctionType,
            "struct" => Kind::StructType,
            "interface" => Kind::InterfaceType,
            _ => {
                let name = GoName::read(text)?;
                return if name.could_be_type() {
                    Ok(Self::Named(name))
                } else {
                    Err(format!("`{text}` is a method; `type` wants a type, as `sync.WaitGroup`"))
                };
            }
        };
        Ok(Self::Made(made))
    }

    fn is<'p>(&self, types: &TypeInfo<'p>, of: &Type<'p>) -> bool {
        match self {
            Self::Named(name) => name.is_type(types, of),
            Self::Made(kind) => made_as(&types.underlying(of.behind())) == Some(*kind),
        }
    }
}

/// The type expression that makes such a type.
fn made_as(of: &Type<'_>) -> Option<Kind> {
    Some(match of {
        Type::Chan(..) => Kind::ChannelType,
        Type::Map(_) => Kind::MapType,
        Type::Slice(_) => Kind::SliceType,
        Type::Array(..) => Kind::ArrayType,
        Type::Func(_) => Kind::FunctionType,
        Type::Struct(_) => Kind::StructType,
        Type::Interface(_) => Kind::InterfaceType,
        _ => return None,
    })
}

impl Condition {
    /// Reads what a page asks.
    pub(super) fn read(it: &yaml::Condition) -> Result<Self, String> {
        for (key, value, only) in [
            ("escapes", it.escapes, false),
            ("stored", it.stored, false),
            ("invariant", it.invariant, true),
        ] {
            if value.is_some_and(|it| it != only) {
                return Err(format!("`{key}` can only be {only}; leave it out"));
            }
        }
        let kinds = names(it.kind.as_ref(), kind)?;
        let out = Self {
            types: names(it.types.as_ref(), TypeName::read)?,
            resolves: names(it.resolves.as_ref(), GoName::read)?,
            from: names(it.from.as_ref(), GoName::read)?,
            constant: it.constant,
            stays: it.escapes.is_some(),
            unstored: it.stored.is_some(),
            invariant: it.invariant.is_some(),
            kinds,
            regex: it.regex.as_deref().map(regex).transpose()?,
        };
        if out.is_empty() {
            return Err(
                "say what it must be: add `type`, `resolves`, `from`, `constant`, `escapes`, \
                        `stored`, `invariant`, `kind` or `regex`"
                    .to_owned(),
            );
        }
        Ok(out)
    }

    /// Whether it holds.
    pub(super) fn holds<'p>(&self, site: &Site<'p, '_>, bound: Bound<'p>) -> bool {
        let (file, types) = (site.file, site.types());
        if let Some(regex) = &self.regex {
            let text = bound.span().map_or("", |it| file.slice(it));
            if !site.meter.take(text.len()) || !regex.is_match(text) {
                return false;
            }
        }
        let Bound::One(node) = bound else { return self.asks_text_only() };
        if !self.kinds.is_empty() && !self.kinds.contains(&node.go_kind()) {
            return false;
        }
        if self.asks_text_only() {
            return true;
        }
        let typed = || {
            let affordable = site.meter.look(file, 4) && site.meter.take(8 * self.types.len());
            affordable.then(|| types.of(file, node))
        };
        (self.types.is_empty()
            || typed().is_some_and(|of| self.types.iter().any(|it| it.is(types, &of))))
            && (self.resolves.is_empty() || means(site, node, &self.resolves))
            && (self.from.is_empty() || value::comes_from(site, node, &self.from))
            && self.constant.is_none_or(|it| value::is_constant(site, node) == it)
            && (!self.stays || value::stays(site, node))
            && (!self.unstored || value::is_unstored(site, node))
            && (!self.invariant || value::is_invariant(site, node))
    }

    /// The import paths of which a file needs one for this to hold, where that is known.
    pub(super) fn imports(&self) -> Option<BTreeSet<Box<str>>> {
        let paths = self.resolves.iter().map(GoName::import);
        paths.collect::<Option<BTreeSet<_>>>().filter(|it| !it.is_empty())
    }

    /// Whether it asks nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.asks_text_only() && self.kinds.is_empty() && self.regex.is_none()
    }

    fn asks_text_only(&self) -> bool {
        self.types.is_empty()
            && self.resolves.is_empty()
            && self.from.is_empty()
            && self.constant.is_none()
            && !(self.stays || self.unstored || self.invariant)
    }
}
