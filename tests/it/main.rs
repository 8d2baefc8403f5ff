//! The one integration binary: one link, many flows.

mod patches_like_git;
mod store;
mod tidy;
mod worker;
