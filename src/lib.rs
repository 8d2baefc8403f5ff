//! go-expert: a GitHub App that reviews Go pull requests as a principal Go engineer would.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod diff;
pub mod git;
pub mod github;
pub mod golang;
pub mod local;
pub mod model;
pub mod persona;
pub mod review;
pub mod rules;
pub mod server;
pub mod store;
pub mod terminal;
pub mod worker;
