//! F1: the difference between two versions of a file: which lines a review may comment on, and
//! where a line of one version is in the other.
//!
//! Pure: no I/O, no failure on any input, and bounds that count lines and steps, never time.

mod edit;
mod lines;
mod patch;
mod similar;
#[cfg(test)]
mod tests;
mod unified;

pub use lines::{LineMap, Mapped};
pub use patch::{Commentable, Hunk, LineSet, PatchLines};
pub use unified::unified;
