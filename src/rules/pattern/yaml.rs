//! The keys of a declarative page as they are written, before anything is made of them.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::model::Severity;

/// What a node must be: all of its keys at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rules) struct Match {
    #[serde(default, deserialize_with = "given")]
    pub(super) pattern: Option<Spanned<Code>>,
    pub(super) kind: Option<Spanned<Many<String>>>,
    pub(super) regex: Option<Spanned<String>>,
    pub(super) any: Option<Spanned<Vec<Spanned<Self>>>>,
    pub(super) all: Option<Spanned<Vec<Spanned<Self>>>>,
    pub(super) not: Option<Box<Spanned<Self>>>,
    pub(super) has: Option<Box<Spanned<Self>>>,
    pub(super) inside: Option<Box<Spanned<Self>>>,
    pub(super) follows: Option<Box<Spanned<Self>>>,
    pub(super) precedes: Option<Box<Spanned<Self>>>,
    #[serde(rename = "stopBy")]
    pub(super) stop_by: Option<Spanned<StopBy>>,
    #[serde(rename = "where")]
    pub(super) conditions: Option<Conditions>,
    #[serde(rename = "in")]
    pub(super) stands: Option<Many<Where>>,
    #[serde(rename = "not_in")]
    pub(super) stands_not: Option<Many<Where>>,
    pub(super) hot: Option<Spanned<Hot>>,
    pub(super) severity: Option<Severity>,
}

impl Match {
    /// The rule with what the page says beside it, all of which holds for the same node.
    pub(in crate::rules) fn with(
        &self,
        conditions: Option<&Conditions>,
        stands: Option<&Many<Where>>,
        stands_not: Option<&Many<Where>>,
        hot: Option<&Spanned<Hot>>,
    ) -> Result<Self, (usize, String)> {
        let mut out = self.clone();
        for (name, it) in conditions.into_iter().flatten() {
            let all = out.conditions.get_or_insert_default();
            if all.insert(name.clone(), it.clone()).is_some() {
                let line = it.referenced.line() as usize;
                return Err((line, format!("`where` speaks of `{name}` twice; join the two")));
            }
        }
        let join = |ours: &mut Option<Many<Where>>, more: Option<&Many<Where>>| {
            if let Some(Many(more)) = more {
                ours.get_or_insert_with(|| Many(Vec::new())).0.extend(more);
            }
        };
        join(&mut out.stands, stands);
        join(&mut out.stands_not, stands_not);
        if let Some(it) = hot
            && out.hot.replace(it.clone()).is_some()
        {
            return Err((it.referenced.line() as usize, "`hot` stands twice; say it once".into()));
        }
        Ok(out)
    }
}

/// A value where there is one: a key without any is a slip of the pen, and not the same as none.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Conditions by the metavariables that they are on.
pub(in crate::rules) type Conditions = BTreeMap<String, Spanned<Condition>>;

/// What the code behind a metavariable must be: all of its keys at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rules) struct Condition {
    #[serde(rename = "type")]
    pub(super) types: Option<Many<String>>,
    pub(super) resolves: Option<Many<String>>,
    pub(super) from: Option<Many<String>>,
    pub(super) constant: Option<bool>,
    pub(super) escapes: Option<bool>,
    pub(super) stored: Option<bool>,
    pub(super) invariant: Option<bool>,
    pub(super) kind: Option<Many<String>>,
    pub(super) regex: Option<String>,
}

/// Go code, with the code around it where it needs that.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Code {
    pub(super) code: String,
    pub(super) selector: Option<String>,
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Context {
            context: String,
            selector: String,
        }
        struct Codes;
        impl<'de> Visitor<'de> for Codes {
            type Value = Code;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("Go code, or { context: Go code, selector: a node's kind }")
            }

            fn visit_str<E: Error>(self, code: &str) -> Result<Code, E> {
                Ok(Code { code: code.to_owned(), selector: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Code, A::Error> {
                let it = Context::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Code { code: it.context, selector: Some(it.selector) })
            }
        }
        from.deserialize_any(Codes)
    }
}

/// How far `has`, `inside`, `follows` and `precedes` look.
#[derive(Debug, Clone)]
pub(in crate::rules) enum StopBy {
    /// As far as there is something.
    End,
    /// The direct child, parent or sibling.
    Neighbor,
    /// Not across the border of a function.
    Function,
    /// Up to the first node like this.
    Rule(Box<Match>),
}

impl<'de> Deserialize<'de> for StopBy {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Stops;
        impl<'de> Visitor<'de> for Stops {
            type Value = StopBy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`end`, `neighbor`, `function`, or a rule")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<StopBy, E> {
                match word {
                    "end" => Ok(StopBy::End),
                    "neighbor" => Ok(StopBy::Neighbor),
                    "function" => Ok(StopBy::Function),
                    _ => Err(E::custom(format!(
                        "`{word}` is not known here; use `end`, `neighbor`, `function`, or a rule"
                    ))),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<StopBy, A::Error> {
                let it = Match::deserialize(MapAccessDeserializer::new(map))?;
                Ok(StopBy::Rule(Box::new(it)))
            }
        }
        from.deserialize_any(Stops)
    }
}

/// Where code stands, beyond what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::rules) enum Where {
    /// A loop of the same function runs it again and again.
    Loop,
    /// The same, and the loop ends only when somebody ends it: no condition, or a range over a
    /// channel.
    Endless,
    /// A goroutine that the package starts runs it.
    Goroutine,
    /// It is in the function that a request comes in at.
    Handler,
    /// A request, a message or work from a queue leads to it, as far as the package shows.
    Request,
    /// A deferred call runs it.
    Defer,
    /// The package's initialisation runs it.
    Init,
    /// `main` runs it, or it is in a file that only `go run` builds.
    Main,
    /// It is in a function that makes something, by its name: `NewServer`.
    Constructor,
    /// It is code that a person runs at a terminal.
    Tool,
    /// It runs at most once, `sync.Once` sees to that.
    Once,
}

/// How hot code must be: `true`, or the least heat.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules) enum Hot {
    Yes(bool),
    Least(u64),
}

impl Hot {
    /// The least heat; `None` for what asks nothing, or too much.
    pub(super) fn least(self) -> Option<u8> {
        match self {
            Self::Yes(true) => Some(2),
            Self::Least(it @ 1..=4) => u8::try_from(it).ok(),
            Self::Yes(false) | Self::Least(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Hot {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Hots;
        impl Visitor<'_> for Hots {
            type Value = Hot;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, or the least heat from 1 to 4")
            }

            fn visit_bool<E: Error>(self, it: bool) -> Result<Hot, E> {
                Ok(Hot::Yes(it))
            }

            fn visit_u64<E: Error>(self, it: u64) -> Result<Hot, E> {
                Ok(Hot::Least(it))
            }

            fn visit_i64<E: Error>(self, it: i64) -> Result<Hot, E> {
                Ok(Hot::Least(u64::try_from(it).unwrap_or(0)))
            }
        }
        from.deserialize_any(Hots)
    }
}

/// One, or a list.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Many<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Many<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word or a list of words")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Many<T>, E> {
                T::deserialize(word.into_deserializer()).map(|it| Many(vec![it]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Many<T>, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Many)
            }
        }
        from.deserialize_any(Either(PhantomData))
    }
}
