//! The one integration binary: one link, many flows.

mod github;
mod patches_like_git;
mod store;
mod tidy;
mod worker;
