//! go-expert: a GitHub App that reviews Go pull requests as a principal Go engineer would.

pub mod config;
pub mod demo;
pub mod diff;
pub mod git;
pub mod github;
pub mod golang;
pub mod model;
pub mod store;
pub mod worker;
