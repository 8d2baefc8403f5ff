//! F1: GitHub's API: who we are, what a pull request looks like, and what we say about it.

mod auth;
mod client;
mod error;
mod queries;
mod texts;
mod transport;
mod wire;

pub use auth::BadKey;
pub use client::{App, GitHub, Options, Requests, Session};
pub use error::GitHubError;
