//! F4: the whole App played against a local stand-in for GitHub.

pub mod github;
mod shop;
mod story;

pub use story::{Chapter, Service, ServiceSettings, Visit, tell};
