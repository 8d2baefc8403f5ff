//! F2: the rules. A rule is a page under `review-rules/` and a pure check; the engine walks each
//! file once for all of them and decides what no rule may decide: which files and lines are not
//! for review. Nothing here can fail on the code under review; it can only report less.

mod audience;
mod catalogue;
mod edit;
mod engine;
mod finding;
mod flow;
mod gate;
mod grade;
mod index;
mod native;
mod page;
mod section;
mod suppress;
mod text;

#[cfg(test)]
mod tests;

use crate::golang::types;

pub use catalogue::{Rule, RuleSet};
pub use finding::{Finding, Fix, InvalidRuleId, Related, Role, RuleId};
pub use gate::{GoRange, InvalidGoRange};
pub use grade::Grade;
pub use index::{native_modules, readme};
pub use page::{DiffScope, Domain, Head, Kind, Lens, Page, PageError};
pub use section::{Block, Section};
pub use suppress::Suppressions;
pub use text::{Text, Var};
