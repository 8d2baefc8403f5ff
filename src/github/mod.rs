//! F1: GitHub's API: who we are, what a pull request looks like, and what we say about it.
//!
//! [`GitHub`] is the App; a [`Session`] is one piece of work in the name of one installation, with
//! its requests counted. Nothing here tries again: [`GitHubError`] tells the worker what to do.

mod assemble;
mod auth;
mod client;
mod error;
mod layout;
mod listing;
mod publish;
mod queries;
mod said;
mod session;
mod snapshot;
mod texts;
mod transport;
mod wire;

pub use client::{App, GitHub, Options};
pub use error::GitHubError;
pub use publish::{
    Conclusion, Edit, NewCheckRun, NewComment, NewReview, PostedReview, PullRequest, Reaction,
};
pub use said::{OurComment, OurReview};
pub use session::{Requests, Session};
pub use snapshot::{Ask, Fetched, Snapshot};
