//! F2: the rules. A rule is a page under `review-rules/` and a pure check; the engine walks each
//! file once for all of them and decides what no rule may decide: which files and lines are not
//! for review. Nothing here can fail on the code under review; it can only report less.

mod advice;
mod assertion;
mod audience;
mod catalogue;
mod channel;
mod closing;
mod edit;
mod endless;
mod engine;
mod example;
mod explain;
mod explore;
mod finding;
mod flow;
mod gate;
mod goroutine;
mod grade;
mod index;
mod intent;
mod kept;
mod lockset;
mod meter;
mod native;
mod object;
mod once;
mod outcome;
mod outlive;
mod owner;
mod page;
mod pattern;
mod pooled;
mod release;
mod repeat;
mod section;
mod share;
mod skeleton;
mod start;
mod state;
mod suppress;
mod survey;
mod text;
mod trial;
mod two;
mod versions;

#[cfg(test)]
pub(crate) mod tests;

use crate::golang::types;

pub use catalogue::{Rule, RuleSet};
pub use finding::{Finding, Fix, InvalidRuleId, Related, Role, RuleId};
pub use gate::{GoRange, InvalidGoRange};
pub use grade::Grade;
pub use index::{native_modules, readme};
pub use page::{DiffScope, Domain, Head, Kind, Lens, Page, PageError};
pub use section::{Block, Section};
pub use skeleton::{module_name, skeleton_check, skeleton_page};
pub use suppress::Suppressions;
pub use text::{Text, Var};
pub use trial::{Mismatch, Trial};
pub use versions::{FileVersions, Removal};
